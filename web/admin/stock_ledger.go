package admin

import (
	"net/url"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// showLedger shows the stock ledger: GET /admin/stock/ledger?kind=&from=&until=&variant=&after=.
func (o *Office) showLedger(d *desk) error {
	q := d.query("kind", "from", "until", "variant", "after")
	view := pages.LedgerView{Kinds: choices(models.MovementKinds(), q.Get("kind"), true), From: typed(q.Get("from")), Until: typed(q.Get("until"))}
	filter := o.readLedgerFilter(q, &view)
	if filter.VariantID != "" {
		v, p, err := o.site.Store.Variant(d.Context(), filter.VariantID)
		if err != nil {
			return missing(err)
		}
		view.Variant = stockThing(d.Printer, stockOfVariant(v, p, 0).StockVariant)
	}
	worst := view.Problem
	first(&worst, view.From.Problem)
	first(&worst, view.Until.Problem)
	if worst == pages.ProblemNone {
		page, err := o.site.Store.Movements(d.Context(), filter)
		if view.Problem = filterProblem(err); err != nil && view.Problem == pages.ProblemNone {
			return err
		}
		worst = view.Problem
		view.Rows = ledgerRows(d.Printer, page.Rows)
		view.Next, view.First = pager(ledgerPath, q, "after", page.Next)
	}
	view.Page = d.page(pages.SectionStock)
	view.Page.Path = address(ledgerPath, q)
	return d.show(worst, pages.Ledger(view))
}

// readLedgerFilter reads the filter; days are days of the platform's zone, as everywhere.
func (o *Office) readLedgerFilter(q url.Values, view *pages.LedgerView) models.MovementFilter {
	f := models.MovementFilter{Kind: models.MovementKind(q.Get("kind")), VariantID: q.Get("variant"), After: q.Get("after")}
	if f.VariantID != "" && !isID(f.VariantID) {
		view.Problem, f.VariantID = pages.ProblemChoice, ""
	}
	now, zone := o.site.Clock(), o.payments.PlatformZone()
	if view.From.Value != "" {
		f.From, _, view.From.Problem = readDay(view.From.Value, now, zone)
	}
	if view.Until.Value != "" {
		_, f.Until, view.Until.Problem = readDay(view.Until.Value, now, zone)
	}
	if !f.From.IsZero() && !f.Until.IsZero() && !f.From.Before(f.Until) {
		first(&view.Until.Problem, pages.ProblemSpan)
	}
	return f
}

func ledgerRows(p *i18n.Printer, rows []models.MovementRow) []pages.LedgerRow {
	list := make([]pages.LedgerRow, len(rows))
	for i, r := range rows {
		list[i] = pages.LedgerRow{
			Thing: stockThing(p, r.Variant), At: moment(p, r.CreatedAt), Kind: string(r.Kind), Quantity: signedPieces(p, r.Quantity), Out: r.Quantity < 0,
			Note: r.Note, Who: r.Who, OrderID: r.OrderID, OrderRef: r.OrderRef,
		}
	}
	return list
}

// signedPieces writes a difference of pieces with its sign.
func signedPieces(p *i18n.Printer, n int) string {
	text := p.N("admin.count", max(n, -n))
	if n < 0 {
		return "−" + text
	}
	return "+" + text
}

// showReservations shows what is promised to unpaid orders: GET /admin/stock/reservations?after=.
func (o *Office) showReservations(d *desk) error {
	q := d.query("after")
	var view pages.ReservationsView
	page, err := o.site.Store.Reservations(d.Context(), models.ReservationFilter{After: q.Get("after")})
	if view.Problem = filterProblem(err); err != nil && view.Problem == pages.ProblemNone {
		return err
	}
	view.Rows = o.reservationRows(d, page.Rows)
	view.Next, view.First = pager(reservationsPath, q, "after", page.Next)
	view.Page = d.page(pages.SectionStock)
	view.Page.Path = address(reservationsPath, q)
	return d.show(view.Problem, pages.Reservations(view))
}

func (o *Office) reservationRows(d *desk, rows []models.ReservationRow) []pages.ReservationRow {
	now := o.site.Clock()
	list := make([]pages.ReservationRow, len(rows))
	for i, r := range rows {
		list[i] = pages.ReservationRow{
			Thing: stockThing(d.Printer, r.Variant), OrderID: r.OrderID, OrderRef: r.OrderRef, State: string(r.State), Quantity: r.Quantity,
			Since: moment(d.Printer, r.CreatedAt),
		}
		if r.State == models.OrderAwaiting {
			list[i].Ends, list[i].Over = moment(d.Printer, r.ExpiresAt), r.ExpiresAt.Before(now)
		}
	}
	return list
}
