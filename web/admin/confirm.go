package admin

import (
	"maps"
	"net/http"
	"net/url"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
)

// ConfirmedField is the name of the field with the digest of what a person has confirmed. A form without one has confirmed nothing; one
// whose digest is another is asked again, because it would do something else than the person saw.
const ConfirmedField = "confirmed"

// Confirm shows what a form would do to prices, and sends the form again with the digest of that once the person has agreed.
func (r *Request) Confirm(view pages.ConfirmView, section pages.Section, form url.Values, digest string) error {
	again := maps.Clone(form)
	again.Set(ConfirmedField, digest)
	view.Page = r.PageAt(section, view.Back)
	view.Action, view.Fields = r.Address(), HiddenFields(again)
	return r.Show(http.StatusUnprocessableEntity, pages.Confirm(view))
}

// DifferenceText returns the difference from a, which is not 0, to b in percent, with its sign, rounded away from 0 to a tenth.
func DifferenceText(a, b models.Amount) string {
	sign, gap := "+", b.Sub(a)
	if gap.IsNegative() {
		sign, gap = "−", a.Sub(b)
	}
	return sign + gap.Mul(models.AmountFromInt(100)).DivUp(a, 1).String() + "%"
}
