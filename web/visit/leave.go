package visit

import "net/http"

// Leave redirects to another page, even if a script asked for a part of this one. The address is one of the shop's paths.
func (v *Visit) Leave(address string) error {
	if !v.Fragment() {
		return v.SeeOther(address)
	}
	return v.redirect(http.StatusOK, "HX-Redirect", address)
}
