package staff

import (
	"net/url"
	"strconv"

	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// fewCodes is how many recovery codes are too few.
const fewCodes = 3

// showCode shows the second step of signing in: GET /admin/totp.
func (h *handlers) showCode(req *admin.Request) error {
	return req.Answer("", pages.Code(pages.CodeView{Page: req.Page(""), Next: admin.OwnPage(req.Query("next"))}))
}

// giveCode checks the code: POST /admin/totp with code or recovery, and next.
func (h *handlers) giveCode(req *admin.Request, form url.Values) error {
	typed, recovery := form.Get("code"), form.Get("recovery")
	if typed == "" {
		typed = recovery
	}
	next := admin.OwnPage(form.Get("next"))
	id, err := h.accounts.Finish(req.Context(), req.Who(), typed, req.Origin())
	if err != nil {
		view := pages.CodeView{Page: req.Page(""), Next: next, Recovering: recovery != ""}
		if view.Problem, view.WaitSeconds, err = req.CodeProblem(err); err != nil {
			return err
		}
		return req.Answer(pages.RefusalOf(view.Problem), pages.Code(view))
	}
	req.KeepSession(id)
	if req.Who().Staff.Lang != "" {
		req.SetLanguage(req.Who().Staff.Lang)
	}
	if left := staff.RecoveryLeft(req.Who().Staff); recovery != "" && left-1 < fewCodes {
		req.LeaveNotice(pages.NoticeRecoveryFew, strconv.Itoa(left-1))
	}
	return req.SeeOther(next)
}
