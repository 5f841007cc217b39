package admin

import (
	pages "github.com/coincart/coincart/templates/admin"
)

const newTOTPPath = accountPath + "/totp"

// showNewTOTP shows the key of another authenticator: GET /admin/account/totp.
func (o *Office) showNewTOTP(d *desk) error { return o.newTOTP(d, pages.ProblemNone, 0) }

// changeTOTP makes the other authenticator the account's: POST /admin/account/totp with code.
func (o *Office) changeTOTP(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	id, err := o.accounts.ConfirmKey(d.Context(), d.who, d.actor(), form.Get("code"))
	if err != nil {
		problem, wait, err := d.codeProblem(err)
		if err != nil {
			return err
		}
		return o.newTOTP(d, problem, wait)
	}
	d.keep(id)
	return d.done(accountPath, pages.NoticeTOTPChanged)
}

func (o *Office) newTOTP(d *desk, problem pages.Problem, wait int) error {
	key, err := o.accounts.NewKey(d.Context(), d.who)
	if err != nil {
		return err
	}
	view := pages.NewTOTPView{Page: d.page(pages.SectionAccount), Problem: problem, WaitSeconds: wait}
	view.Page.Path = newTOTPPath
	if view.QR, err = qrView(key); err != nil {
		return err
	}
	return d.show(problem, pages.NewTOTP(view))
}
