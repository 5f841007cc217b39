package visit

import (
	"net/http"
	"strings"
)

// Leave redirects to another page, even if a script asked for a part of this one. The address is one of the shop's paths, or a complete one that was checked.
func (v *Visit) Leave(address string) error {
	if !v.Fragment() {
		return v.SeeOther(address)
	}
	return v.redirect(http.StatusOK, "HX-Redirect", address)
}

// AllowForms lets the forms of the page that is shown now lead on to another origin, such as https://shop.example.org, after they were sent here.
func (v *Visit) AllowForms(origin string) {
	const header, own = "Content-Security-Policy", "form-action 'self'"
	v.SetHeader(header, strings.Replace(v.gin.Writer.Header().Get(header), own, own+" "+origin, 1))
}
