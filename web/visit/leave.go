package visit

import "net/http"

// Leave sends the browser to another page, also where a script asked for a part of this one. The address is one of our own paths.
func (v *Visit) Leave(address string) error {
	if !v.Fragment() {
		return v.SeeOther(address)
	}
	return v.redirect(http.StatusOK, "HX-Redirect", address)
}
