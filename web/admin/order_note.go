package admin

import (
	pages "github.com/coincart/coincart/templates/admin"
)

// noteOrder writes a note on an order: POST /admin/orders/{id}/note with text, form_token.
func (o *Office) noteOrder(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	text := form.Get("text")
	err = o.payments.AddNote(d.Context(), id, text, token, d.actor())
	if problem := textProblem(err, text); problem != pages.ProblemNone {
		return o.orderPage(d, func(view *pages.OrderView) pages.Problem {
			view.Note = pages.Field{Value: text, Problem: problem}
			return problem
		})
	}
	if err != nil {
		return missing(err)
	}
	return d.done(orderPath(id), pages.NoticeNoted)
}
