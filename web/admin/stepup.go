package admin

import (
	"net/http"

	pages "github.com/coincart/coincart/templates/admin"
)

const stepUpPath = Home + "/step-up"

// showStepUp asks for a fresh code: GET /admin/step-up?next=.
func (o *Office) showStepUp(d *desk) error {
	next := []pages.Hidden{{Name: "next", Value: ownPage(d.Query("next"))}}
	return d.show("", pages.StepUp(pages.StepUpView{Page: d.page(""), Action: stepUpPath, Fields: next}))
}

// stepUp takes a fresh code: POST /admin/step-up with totp, next.
func (o *Office) stepUp(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	next := ownPage(form.Get("next"))
	if err := d.takeFresh(form.Get(freshField)); err != nil {
		view := pages.StepUpView{Page: d.page(""), Action: stepUpPath, Fields: []pages.Hidden{{Name: "next", Value: next}}}
		if view.Problem, view.WaitSeconds, err = d.codeProblem(err); err != nil {
			return err
		}
		return d.show(view.Problem, pages.StepUp(view))
	}
	return d.SeeOther(next)
}

// showQuestion asks for the code in the place of what needs it: 403, or the status of a refused code.
func (d *desk) showQuestion(view pages.StepUpView) error {
	view.Page = d.page("")
	status := http.StatusForbidden
	if view.Problem != pages.ProblemNone {
		status = statusOf(view.Problem)
	}
	return d.Show(status, pages.StepUp(view))
}
