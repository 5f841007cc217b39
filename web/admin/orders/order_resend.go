package orders

import (
	"errors"
	"net/url"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/mail"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// resendMail writes to the shopper again: POST /admin/orders/{id}/resend with kind, form_token. The order must have come far enough for
// the mail.
func (h *handlers) resendMail(req *admin.Request, form url.Values, token string) error {
	id := req.ID()
	order, err := h.site.Store.Order(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	kind := models.MailKind(form.Get("kind"))
	if !slices.Contains(mailsOf(order), kind) {
		return h.orderRefused(req, pages.RefusalOf(invalid.Unknown))
	}
	err = h.outbox.Resend(req.Context(), id, kind, token, req.Actor())
	if errors.Is(err, mail.ErrNoSender) {
		return h.orderRefused(req, pages.RefusalNoMailer)
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(admin.OrderPath(id), pages.NoticeResent)
}
