package staff

import (
	"net/url"

	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// showStepUp asks for a fresh code: GET /admin/step-up?next=.
func (h *handlers) showStepUp(req *admin.Request) error {
	next := []pages.Hidden{{Name: "next", Value: admin.OwnPage(req.Query("next"))}}
	return req.Answer("", pages.StepUp(pages.StepUpView{Page: req.Page(""), Action: admin.StepUpPath, Fields: next}))
}

// stepUp takes a fresh code: POST /admin/step-up with totp, next.
func (h *handlers) stepUp(req *admin.Request, form url.Values) error {
	next := admin.OwnPage(form.Get("next"))
	if err := req.StepUp(form.Get(admin.FreshCodeField)); err != nil {
		view := pages.StepUpView{Page: req.Page(""), Action: admin.StepUpPath, Fields: []pages.Hidden{{Name: "next", Value: next}}}
		if view.Problem, view.WaitSeconds, err = req.CodeProblem(err); err != nil {
			return err
		}
		return req.Answer(pages.RefusalOf(view.Problem), pages.StepUp(view))
	}
	return req.SeeOther(next)
}
