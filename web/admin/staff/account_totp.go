package staff

import (
	"net/url"

	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

const newTOTPPath = accountPath + "/totp"

// showNewTOTP shows the key of another authenticator: GET /admin/account/totp.
func (h *handlers) showNewTOTP(req *admin.Request) error { return h.newTOTP(req, "", 0) }

// changeTOTP makes the other authenticator the account's: POST /admin/account/totp with code.
func (h *handlers) changeTOTP(req *admin.Request, form url.Values) error {
	id, err := h.accounts.ConfirmKey(req.Context(), req.Who(), req.Actor(), form.Get("code"))
	if err != nil {
		problem, wait, err := req.CodeProblem(err)
		if err != nil {
			return err
		}
		return h.newTOTP(req, problem, wait)
	}
	req.KeepSession(id)
	return req.Done(accountPath, pages.NoticeTOTPChanged)
}

func (h *handlers) newTOTP(req *admin.Request, problem invalid.Problem, wait int) error {
	key, err := h.accounts.NewKey(req.Context(), req.Who())
	if err != nil {
		return err
	}
	view := pages.NewTOTPView{Page: req.Page(pages.SectionAccount), Problem: problem, WaitSeconds: wait}
	view.Page.Path = newTOTPPath
	if view.QR, err = qrView(key); err != nil {
		return err
	}
	return req.Answer(pages.RefusalOf(problem), pages.NewTOTP(view))
}
