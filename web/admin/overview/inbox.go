package overview

import (
	"errors"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
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
	refs, err := admin.OrderRefs(req, reviews, func(r models.Review) string { return r.OrderID })
	if err != nil {
		return err
	}
	view.Rows = admin.ReviewRows(req.Printer, reviews, refs, req.Who().Staff.Role.Can(models.MayReconcile))
	view.Next, view.First = admin.Pager(admin.InboxPath, q, "after", next)
	return nil
}

// closeReview closes a review with a note: POST /admin/reviews/{id}/close with note.
func (h *handlers) closeReview(req *admin.Request, form url.Values) error {
	id := req.ID()
	cause := h.payments.CloseReview(req.Context(), id, form.Get("note"), req.Actor())
	switch problem := admin.TextProblem(cause, form.Get("note")); {
	case cause == nil:
		return req.Done(admin.InboxPath, pages.NoticeReviewClosed)
	case errors.Is(cause, store.ErrConflict): // closed already, or never there
		if _, err := h.site.Store.Review(req.Context(), id); err != nil {
			return admin.NoPage(err)
		}
		return h.inboxAgain(req, pages.RefusalStale, nil)
	case problem != "":
		return h.inboxAgain(req, pages.RefusalOf(problem), func(view *pages.InboxView) {
			for i := range view.Rows {
				if view.Rows[i].ID == id {
					view.Rows[i].NoteProblem, view.Refusal = problem, ""
				}
			}
		})
	}
	return admin.NoPage(cause)
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
