package orders

import (
	"net/url"

	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// noteOrder writes a note on an order: POST /admin/orders/{id}/note with text, form_token.
func (h *handlers) noteOrder(req *admin.Request, form url.Values, token string) error {
	id := req.ID()
	text := form.Get("text")
	err := h.payments.AddNote(req.Context(), id, text, token, req.Actor())
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
