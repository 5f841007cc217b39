package admin

import (
	"strconv"

	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
)

// fewCodes is how many recovery codes are too few.
const fewCodes = 3

// showCode shows the second step of signing in: GET /admin/totp.
func (o *Office) showCode(d *desk) error {
	return d.show("", pages.Code(pages.CodeView{Page: d.page(""), Next: ownPage(d.Query("next"))}))
}

// giveCode checks the code: POST /admin/totp with code or recovery, and next.
func (o *Office) giveCode(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	typed, recovery := form.Get("code"), form.Get("recovery")
	if typed == "" {
		typed = recovery
	}
	next := ownPage(form.Get("next"))
	id, err := o.accounts.Finish(d.Context(), d.who, typed, d.origin())
	if err != nil {
		view := pages.CodeView{Page: d.page(""), Next: next, Recovering: recovery != ""}
		if view.Problem, view.WaitSeconds, err = d.codeProblem(err); err != nil {
			return err
		}
		return d.show(view.Problem, pages.Code(view))
	}
	d.keep(id)
	if d.who.Staff.Lang != "" {
		d.SetLanguage(d.who.Staff.Lang)
	}
	if left := staff.RecoveryLeft(d.who.Staff); recovery != "" && left-1 < fewCodes {
		d.note(pages.NoticeRecoveryFew, strconv.Itoa(left-1))
	}
	return d.SeeOther(next)
}
