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
	"github.com/coincart/coincart/web/admin/refunds"
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
	view := orderView(req.Printer, file, req.Who())
	view.Refund.FourEyes = refunds.FourEyes(h.payments, req, file.Order.Currency, file.Order.Digits)
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

// fulfilOrder marks a paid order as fulfilled and writes to the shopper: POST /admin/orders/{id}/fulfil with tracking. A second click has
// no effect.
func (h *handlers) fulfilOrder(req *admin.Request, form url.Values) error {
	id := req.ID()
	tracking := form.Get("tracking")
	err := h.payments.Fulfil(req.Context(), id, tracking, req.Actor())
	switch {
	case err == nil:
		return req.Done(admin.OrderPath(id), pages.NoticeFulfilled)
	case errors.Is(err, payments.ErrNotFulfillable):
		return h.orderRefused(req, pages.RefusalNotFulfillable)
	case errors.Is(err, models.ErrNoteText):
		return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
			view.Track = pages.Field{Value: tracking, Problem: invalid.TooLong}
			return pages.RefusalOf(invalid.TooLong)
		})
	}
	return admin.NoPage(err)
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

// refundOrder requests a refund: POST /admin/orders/{id}/refund with attempt, amount, reason, form_token. A second click is the same
// refund.
func (h *handlers) refundOrder(req *admin.Request, form url.Values, token string) error {
	id := req.ID()
	kind, wrong, err := refunds.Start(h.payments, req, id, form.Get("attempt"), token, form)
	if err != nil {
		return err
	}
	if wrong.Any() {
		return h.orderPage(req, func(view *pages.OrderView) pages.Refusal {
			f := &view.Refund
			f.FormToken, f.Refusal, f.Left = token, wrong.Form, wrong.Left
			f.Amount = pages.Field{Value: form.Get("amount"), Problem: wrong.Amount}
			f.Reason = pages.Field{Value: form.Get("reason"), Problem: wrong.Reason}
			for i := range f.Attempts {
				f.Attempts[i].Selected = f.Attempts[i].AttemptID == form.Get("attempt")
			}
			return wrong.Worst()
		})
	}
	return req.Done(admin.OrderPath(id), kind)
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
