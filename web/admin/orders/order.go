package orders

import (
	"errors"
	"net/url"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// showOrder shows one order with its whole history: GET /admin/orders/{id}.
func (h *handlers) showOrder(req *admin.Request) error {
	return h.orderPage(req, func(*pages.OrderView) pages.Refusal { return "" })
}

// orderPage shows the order as it is now; say marks what was wrong with an action on it.
func (h *handlers) orderPage(req *admin.Request, say func(*pages.OrderView) pages.Refusal) error {
	id := req.ID()
	file, err := h.site.Store.OrderFile(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	view, err := h.orderView(req, file)
	if err != nil {
		return err
	}
	view.Page = req.PageAt(pages.SectionOrders, admin.OrderPath(id))
	return req.Answer(say(&view), pages.Order(view))
}

// orderRefused shows the order with why the action was refused.
func (h *handlers) orderRefused(req *admin.Request, refusal pages.Refusal) error {
	return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
		view.Refusal = refusal
		return refusal
	})
}

// mailsOf returns the mails that the order's state allows to be sent again.
func mailsOf(order models.Order) []models.MailKind {
	list := []models.MailKind{models.MailOrderReceived}
	if !order.PaidAt.IsZero() {
		list = append(list, models.MailPaymentReceived)
	}
	if !order.FulfilledAt.IsZero() {
		list = append(list, models.MailOrderSent)
	}
	switch {
	case order.State == models.OrderExpired:
		list = append(list, models.MailOrderExpired)
	case order.State == models.OrderCancelled && !order.CalledOff():
		list = append(list, models.MailOrderCancelled)
	}
	return list
}

// askAgain is the number of seconds after which the platform may be asked about the same order again: a little more than payments waits.
const askAgain = "5"

// askOrder asks the platform for the order's state: POST /admin/orders/{id}/ask.
func (h *handlers) askOrder(req *admin.Request) error {
	id := req.ID()
	_, err := h.payments.AskOrder(req.Context(), id, req.Actor())
	if errors.Is(err, payments.ErrTooOften) {
		req.SetHeader("Retry-After", askAgain)
		return h.orderPage(req, func(*pages.OrderView) pages.Refusal { return pages.RefusalTooOften })
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(admin.OrderPath(id), pages.NoticeAsked)
}

// cancelOrder cancels an unpaid order: POST /admin/orders/{id}/cancel. If it has been paid meanwhile, the payment is settled; without an
// answer of the platform the shop goes on asking.
func (h *handlers) cancelOrder(req *admin.Request) error {
	id := req.ID()
	outcome, err := h.payments.CancelByStaff(req.Context(), id, req.Actor())
	if err != nil {
		return admin.NoPage(err)
	}
	switch outcome {
	case payments.OutcomeCancelled:
		return req.Done(admin.OrderPath(id), pages.NoticeCancelled)
	case payments.OutcomePaid:
		return req.Done(admin.OrderPath(id), pages.NoticeCancelPaid)
	case payments.OutcomeUnknown:
		return req.Done(admin.OrderPath(id), pages.NoticeCancelUnknown)
	case payments.OutcomeGone:
	}
	return h.orderRefused(req, pages.RefusalNotCancellable)
}

// noteOrder adds a note to an order: POST /admin/orders/{id}/note with text, form_token.
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

// resendMail sends a mail to the shopper again: POST /admin/orders/{id}/resend with kind, form_token. The order's state must allow the
// mail.
func (h *handlers) resendMail(req *admin.Request, form url.Values, token string) error {
	id := req.ID()
	order, err := h.site.Store.Order(req.Context(), id)
	if err != nil {
		return admin.NoPage(err)
	}
	kind := models.MailKind(form.Get("kind"))
	if order.Erased() || !slices.Contains(mailsOf(order), kind) {
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
