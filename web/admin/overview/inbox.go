package overview

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// showInbox shows what needs attention: GET /admin/inbox?all=&after=.
func (h *handlers) showInbox(req *admin.Request) error {
	view, err := h.inboxView(req, req.QueryValues("all", "after"))
	if err != nil {
		return err
	}
	return req.Answer(view.Refusal, pages.Inbox(view))
}

func (h *handlers) inboxView(req *admin.Request, q url.Values) (pages.InboxView, error) {
	view := pages.InboxView{All: q.Get("all") == "1"}
	if all := q.Get("all"); all != "" && all != "1" {
		view.Refusal = pages.RefusalOf(invalid.Unknown)
	}
	gauges, err := h.site.Store.Gauges(req.Context())
	if err != nil {
		return view, err
	}
	if view.Counts, err = h.attention(req, gauges); err != nil {
		return view, err
	}
	if view.Refusal == "" {
		if err := h.reviewRows(req, &view, q); err != nil {
			return view, err
		}
	}
	view.Page = req.Page(pages.SectionInbox)
	return view, nil
}

func (h *handlers) reviewRows(req *admin.Request, view *pages.InboxView, q url.Values) error {
	reviews, next, err := h.site.Store.ReviewPage(req.Context(), !view.All, q.Get("after"), 0)
	if view.Refusal, err = admin.FilterRefusal(err); err != nil || view.Refusal != "" {
		return err
	}
	numbers, err := admin.OrderNumbers(req, reviews, func(r models.Review) string { return r.OrderID })
	if err != nil {
		return err
	}
	orders, err := h.site.Store.CaseOrders(req.Context(), reviews)
	if err != nil {
		return err
	}
	names, _, err := req.Names()
	if err != nil {
		return err
	}
	view.Rows = admin.ReviewRows(req.Printer, reviews, admin.ReviewContext{
		Numbers: numbers, Orders: orders, Names: names, Role: req.Who().Staff.Role, Now: h.site.Clock(),
	})
	view.Next, view.First = admin.Pager(admin.InboxPath, q, "after", next)
	return nil
}

// decide decides about a review: POST /admin/reviews/{id}/decide with decision, note, anyway, amount, days, form_token. What sends money back
// and what asks the exchange have addresses and permissions of their own.
func (h *handlers) decide(req *admin.Request, form url.Values, token string) error {
	decision := models.Decision(form.Get("decision"))
	if !slices.Contains(models.Decisions(), decision) || decision.Permission() != models.MayReconcile {
		return h.inboxAgain(req, pages.RefusalDecided, nil)
	}
	return h.carryOut(req, decision, form, token)
}

// decideRefund sends the money of a review back: POST /admin/reviews/{id}/refund with note, form_token.
func (h *handlers) decideRefund(req *admin.Request, form url.Values, token string) error {
	return h.carryOut(req, models.DecideRefund, form, token)
}

// decideAsk asks the exchange about the payment of a review: POST /admin/reviews/{id}/ask with form_token.
func (h *handlers) decideAsk(req *admin.Request, form url.Values, token string) error {
	return h.carryOut(req, models.DecideAsk, form, token)
}

func (h *handlers) carryOut(req *admin.Request, decision models.Decision, form url.Values, token string) error {
	id := req.ID()
	in := payments.DecideInput{ReviewID: id, Decision: decision, Note: form.Get("note"), Anyway: form.Get("anyway") == "1", FormToken: token}
	in.Amount, _ = models.ParseAmount(form.Get("amount")) // what is no amount is not what was shown, and refused
	in.Days, _ = strconv.Atoi(strings.TrimSpace(form.Get("days")))
	cause := h.payments.Decide(req.Context(), in, req.Actor())
	switch {
	case cause == nil:
		return req.Done(admin.InboxPath, decisionNotice(decision))
	case errors.Is(cause, store.ErrNotFound):
		return admin.NoPage(cause)
	}
	wrong := pages.DecisionForm{Decision: string(decision), Note: pages.Field{Value: in.Note}, Days: pages.Field{Value: form.Get("days")}, Open: true}
	missing, short := errors.AsType[*payments.MissingError](cause)
	var refusal pages.Refusal
	switch {
	case short:
		for _, m := range missing.Pieces {
			wrong.Missing = append(wrong.Missing, strconv.Itoa(m.Pieces)+" × "+m.SKU)
		}
		refusal = pages.RefusalMissing
	case errors.Is(cause, payments.ErrNotDecidable), errors.Is(cause, payments.ErrNotRefundable), errors.Is(cause, store.ErrConflict):
		refusal = pages.RefusalDecided
	case errors.Is(cause, payments.ErrTooOften):
		refusal = pages.RefusalTooOften
	case errors.Is(cause, payments.ErrWaitDays):
		wrong.Days.Problem = invalid.Between
		refusal = pages.RefusalOf(invalid.Between)
	case errors.Is(cause, models.ErrNoteText):
		wrong.Note.Problem = admin.TextProblem(cause, in.Note)
		refusal = pages.RefusalOf(wrong.Note.Problem)
	case decision == models.DecideAsk:
		refusal = pages.RefusalUnreachable
	default:
		return cause
	}
	return h.inboxAgain(req, refusal, func(view *pages.InboxView) { mark(view, id, wrong, refusal) })
}

func decisionNotice(d models.Decision) pages.NoticeKind {
	switch d {
	case models.DecideAsk:
		return pages.NoticeAsked
	case models.DecideWait:
		return pages.NoticeReviewWaits
	case models.DecideAccept, models.DecideAcceptAmount, models.DecideRefund, models.DecideDrop, models.DecideNoted:
	}
	return pages.NoticeReviewClosed
}

// mark puts what was wrong with a decision to its form; the page says it only if the form is not there any more.
func mark(view *pages.InboxView, id string, wrong pages.DecisionForm, refusal pages.Refusal) {
	for i := range view.Rows {
		for j := range view.Rows[i].Decisions {
			d := &view.Rows[i].Decisions[j]
			if view.Rows[i].ID != id || d.Decision != wrong.Decision {
				continue
			}
			d.Note, d.Days, d.Missing, d.Open = wrong.Note, wrong.Days, wrong.Missing, true
			if wrong.Note.Problem == "" && wrong.Days.Problem == "" && len(wrong.Missing) == 0 {
				d.Refusal = refusal
			}
			view.Refusal = ""
			return
		}
	}
}

// inboxAgain shows the inbox with a refusal of the page, unless say finds a row that can show it.
func (h *handlers) inboxAgain(req *admin.Request, refusal pages.Refusal, say func(*pages.InboxView)) error {
	view, err := h.inboxView(req, url.Values{})
	if err != nil {
		return err
	}
	view.Page.Path, view.Refusal = admin.InboxPath, refusal
	if say != nil {
		say(&view)
	}
	return req.Answer(refusal, pages.Inbox(view))
}
