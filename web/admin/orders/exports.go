package orders

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// exportKinds are the files that the page of exports offers.
func exportKinds() []string {
	return []string{books.ExportPayments, books.ExportRefunds, books.ExportOrders, books.ExportLines}
}

// showExports shows the form that makes a file of a span of days: GET /admin/exports?what=&from=&to=.
func (h *handlers) showExports(req *admin.Request) error {
	q := req.QueryValues("what", "from", "to")
	now := h.site.Clock().In(h.site.Zone)
	for name, usual := range map[string]string{
		"what": books.ExportPayments, "to": now.Format(time.DateOnly),
		"from": time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, h.site.Zone).Format(time.DateOnly),
	} {
		if !q.Has(name) {
			q.Set(name, usual)
		}
	}
	view := h.exportsView(req, q)
	return req.Answer(view.Worst(), pages.Exports(view))
}

// exportsView is the form with what is wrong in it.
func (h *handlers) exportsView(req *admin.Request, q url.Values) pages.ExportsView {
	view := pages.ExportsView{
		From: pages.Field{Value: q.Get("from")}, To: pages.Field{Value: q.Get("to")}, What: admin.Choices(exportKinds(), q.Get("what"), false),
		FormToken: models.NewRef(),
	}
	if !slices.Contains(exportKinds(), q.Get("what")) {
		view.WhatProblem = invalid.Unknown
	}
	if exportsDays(q.Get("what")) {
		var from, to time.Time
		now := h.site.Clock()
		from, _, view.From.Problem = admin.ReadDay(view.From.Value, now, h.site.Zone)
		_, to, view.To.Problem = admin.ReadDay(view.To.Value, now, h.site.Zone)
		if view.From.Problem == "" && view.To.Problem == "" && !from.Before(to) {
			view.To.Problem = invalid.Span
		}
	} else {
		admin.ReadSpan(&view.From, &view.To, h.site.Zone)
	}
	view.Page = req.PageAt(pages.SectionExports, admin.Address(admin.ExportsPath, url.Values{"what": {q.Get("what")}, "from": {q.Get("from")}, "to": {q.Get("to")}}))
	return view
}

// exportsDays reports whether a file is one of a span of days of the exchange's zone, each of which must be given and have begun.
func exportsDays(what string) bool {
	return what == books.ExportPayments || what == books.ExportRefunds
}

// startExport begins to write a file: POST /admin/exports with what, format, form_token and the filter of the list: that of the orders for
// orders and their lines, from and to of payments and refunds, day of statements and discrepancies.
func (h *handlers) startExport(req *admin.Request, form url.Values, token string) error {
	export := books.Export{
		What: form.Get("what"), Format: form.Get("format"), Day: form.Get("day"), From: form.Get("from"), To: form.Get("to"),
	}
	if export.What == books.ExportOrders || export.What == books.ExportLines {
		view, err := h.readOrderFilter(req, form)
		if err != nil {
			return err
		}
		if view.worst() != "" {
			return h.exportsAgain(req, form)
		}
		export.Orders = view.filter
		export.Orders.After, export.Orders.Limit = "", 0
	}
	task, err := h.books.StartExport(req.Context(), export, token, req.Actor())
	if errors.Is(err, jobs.ErrTask) || errors.Is(err, models.ErrDay) || errors.Is(err, books.ErrDayFuture) {
		return h.exportsAgain(req, form)
	}
	return req.ToTask(task, err)
}

// exportsAgain shows the form with what was wrong with its days. What else is wrong was made by no form.
func (h *handlers) exportsAgain(req *admin.Request, form url.Values) error {
	view := h.exportsView(req, form)
	if view.Worst() == "" || view.WhatProblem != "" {
		return admin.ErrFilter
	}
	return req.Show(http.StatusUnprocessableEntity, pages.Exports(view))
}
