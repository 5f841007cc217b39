package stock

import (
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// showLedger shows the stock ledger: GET /admin/stock/ledger?kind=&from=&until=&variant=&after=.
func (h *handlers) showLedger(req *admin.Request) error {
	q := req.QueryValues("kind", "from", "until", "variant", "after")
	view := pages.LedgerView{Kinds: admin.Choices(models.MovementKinds(), q.Get("kind"), true), From: admin.Typed(q.Get("from")), Until: admin.Typed(q.Get("until"))}
	filter := h.readLedgerFilter(q, &view)
	if filter.VariantID != "" {
		v, p, err := h.site.Store.Variant(req.Context(), filter.VariantID)
		if err != nil {
			return admin.NoPage(err)
		}
		view.Variant = stockThing(req.Printer, stockOfVariant(v, p, 0).StockVariant)
	}
	worst := pages.Worst(view.Refusal, view.From.Problem, view.Until.Problem)
	if worst == "" {
		page, err := h.site.Store.Movements(req.Context(), filter)
		if view.Refusal, err = admin.FilterRefusal(err); err != nil {
			return err
		}
		worst = view.Refusal
		view.Rows = ledgerRows(req.Printer, page.Rows)
		view.Next, view.First = admin.Pager(ledgerPath, q, "after", page.Next)
	}
	view.Page = req.PageAt(pages.SectionStock, admin.Address(ledgerPath, q))
	return req.Answer(worst, pages.Ledger(view))
}

// readLedgerFilter reads the filter; days are days of the platform's zone, as on all pages.
func (h *handlers) readLedgerFilter(q url.Values, view *pages.LedgerView) models.MovementFilter {
	f := models.MovementFilter{Kind: models.MovementKind(q.Get("kind")), VariantID: q.Get("variant"), After: q.Get("after")}
	if f.VariantID != "" && !admin.IsID(f.VariantID) {
		view.Refusal, f.VariantID = pages.RefusalOf(invalid.Unknown), ""
	}
	now, zone := h.site.Clock(), h.site.Zone
	if view.From.Value != "" {
		f.From, _, view.From.Problem = admin.ReadDay(view.From.Value, now, zone)
	}
	if view.Until.Value != "" {
		_, f.Until, view.Until.Problem = admin.ReadDay(view.Until.Value, now, zone)
	}
	if !f.From.IsZero() && !f.Until.IsZero() && !f.From.Before(f.Until) {
		view.Until.Problem.Keep(invalid.Span)
	}
	return f
}

func ledgerRows(p *i18n.Printer, rows []models.MovementRow) []pages.LedgerRow {
	list := make([]pages.LedgerRow, len(rows))
	for i, r := range rows {
		list[i] = pages.LedgerRow{
			Thing: stockThing(p, r.Variant), At: admin.Moment(p, r.CreatedAt), Kind: string(r.Kind), Quantity: signedPieces(p, r.Quantity), Out: r.Quantity < 0,
			Note: r.Note, Who: r.Who, OrderID: r.OrderID, OrderNumber: r.OrderNumber,
		}
	}
	return list
}

// signedPieces returns a difference of pieces as text with its sign.
func signedPieces(p *i18n.Printer, n int) string {
	text := p.N("admin.count", max(n, -n))
	if n < 0 {
		return "−" + text
	}
	return "+" + text
}

// showReservations shows the stock that is reserved for unpaid orders: GET /admin/stock/reservations?after=.
func (h *handlers) showReservations(req *admin.Request) error {
	q := req.QueryValues("after")
	var view pages.ReservationsView
	page, err := h.site.Store.Reservations(req.Context(), models.ReservationFilter{After: q.Get("after")})
	if view.Refusal, err = admin.FilterRefusal(err); err != nil {
		return err
	}
	view.Rows = h.reservationRows(req, page.Rows)
	view.Next, view.First = admin.Pager(reservationsPath, q, "after", page.Next)
	view.Page = req.PageAt(pages.SectionStock, admin.Address(reservationsPath, q))
	return req.Answer(view.Refusal, pages.Reservations(view))
}

func (h *handlers) reservationRows(req *admin.Request, rows []models.ReservationRow) []pages.ReservationRow {
	now := h.site.Clock()
	list := make([]pages.ReservationRow, len(rows))
	for i, r := range rows {
		list[i] = pages.ReservationRow{
			Thing: stockThing(req.Printer, r.Variant), OrderID: r.OrderID, OrderNumber: r.OrderNumber, State: string(r.State), Quantity: r.Quantity,
			Since: admin.Moment(req.Printer, r.CreatedAt),
		}
		if r.State == models.OrderAwaiting {
			list[i].Ends, list[i].Over = admin.Moment(req.Printer, r.ExpiresAt), r.ExpiresAt.Before(now)
		}
	}
	return list
}
