package orders

import (
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// noteOrder writes a note on an order: POST /admin/orders/{id}/note with text, form_token.
func (h *Handlers) noteOrder(req *admin.Request) error {
	id, err := req.ID()
	if err != nil {
		return err
	}
	form, err := req.Form()
	if err != nil {
		return err
	}
	token, err := admin.FormToken(form)
	if err != nil {
		return err
	}
	text := form.Get("text")
	err = h.payments.AddNote(req.Context(), id, text, token, req.Actor())
	if problem := admin.TextProblem(err, text); problem != "" {
		return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
			view.Note = pages.Field{Value: text, Problem: problem}
			return pages.RefusalOf(problem)
		})
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(admin.OrderPath(id), pages.NoticeNoted)
}
