package books

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// statementView returns a day's page without its frame and its addresses.
func (h *handlers) statementView(req *admin.Request, day string, b book) pages.StatementView {
	p, zone := req.Printer, h.site.Zone
	may := req.Who().Staff.Role.Can(models.MayReconcile)
	view := pages.StatementView{
		Day: day, State: string(b.day.State), Sealed: admin.Moment(p, b.day.SealedAt), SealedBy: b.names.Of(b.day.SealedBy), Matched: b.report.Matched,
		Compared: b.reported, Balanced: b.reported && b.report.Balanced(),
		CanFetch: may && b.day.State == models.DayOpen,
		CanSeal:  may && b.day.State == models.DayOpen && b.reported && b.report.Balanced() && b.day.Open == 0,
	}
	if from, to, err := models.ParseDay(day, zone); err == nil {
		view.Begins, view.Ends = admin.MomentIn(p, from, zone), admin.MomentIn(p, to, zone)
	}
	for i, s := range b.fetched {
		fact := statementFact(p, s, b.names)
		if i == 0 {
			view.Statement = fact
		} else {
			view.Earlier = append(view.Earlier, fact)
		}
	}
	for _, t := range b.report.Totals {
		view.Totals = append(view.Totals, pages.TotalRow{
			Type: string(t.Type), Coin: t.Coin, Theirs: admin.Coin(p, t.Theirs, t.Coin), TheirLines: t.Lines, Ours: admin.Coin(p, t.Ours, t.Coin), OurRows: t.Rows,
			Difference: admin.SignedCoin(p, t.Theirs.Sub(t.Ours), t.Coin), Listed: admin.SignedCoin(p, t.Listed, t.Coin), Balanced: t.Balanced(),
		})
	}
	for _, f := range b.found {
		row := discrepancyRow(p, f, b.people, b.names, req.Who(), b.day.State == models.DaySealed)
		ours := b.orders[f.AppOrderID]
		row.Number = ours.Number
		if f.Kind == models.CoinDiffers && ours.Coin != "" {
			row.Ours = admin.Coin(p, f.Ours, ours.Coin)
		}
		view.Found = append(view.Found, row)
	}
	view.ZoneWarning = pages.ZoneWarning{Lines: b.report.Astray, Likely: b.report.LikelyZone}
	for _, l := range b.lines {
		view.Lines = append(view.Lines, pages.StatementLine{
			Position: l.Position, Type: string(l.Type), AppOrderID: l.AppOrderID, OrderID: b.orders[l.AppOrderID].OrderID, Number: b.orders[l.AppOrderID].Number,
			Amount: admin.Coin(p, l.Amount, l.Coin), UserID: l.UserID,
			Created: admin.MomentIn(p, l.CreateTime, zone), Paid: admin.MomentIn(p, l.PayTime, zone), Unreadable: l.Unreadable,
		})
	}
	return view
}

func statementFact(p *i18n.Printer, s models.Statement, names admin.Names) pages.StatementFact {
	return pages.StatementFact{
		State: string(s.State), Lines: s.Lines, Count: s.Count, Pages: s.Pages, Hash: s.Hash, Fetched: admin.Moment(p, s.FetchedAt),
		By: names.Of(s.FetchedBy), Problem: admin.Remark(p, s.Problem),
	}
}

func discrepancyRow(
	p *i18n.Printer, f models.Discrepancy, people []models.Staff, names admin.Names, who staff.SignedIn, sealed bool,
) pages.DiscrepancyRow {
	row := pages.DiscrepancyRow{
		ID: f.ID, Kind: string(f.Kind), Type: string(f.Type), AppOrderID: f.AppOrderID, OrderID: f.OrderID,
		Difference: admin.SignedCoin(p, f.Theirs.Sub(f.Ours), f.Coin), State: string(f.State), Owner: names.Of(f.OwnerID), Note: f.Note,
		Updated: admin.Moment(p, f.UpdatedAt), FormToken: models.NewRef(),
	}
	var unreadable bool
	row.Line, row.Member, unreadable = f.Unreadable()
	row.LineText = f.LineText
	if f.Kind == models.CoinDiffers || unreadable {
		row.Difference = "" // of two coins there is none, and of a line that cannot be read it is not known
	}
	if !f.Theirs.IsZero() {
		row.Theirs = admin.Coin(p, f.Theirs, f.Coin)
	}
	if !f.Ours.IsZero() {
		row.Ours = admin.Coin(p, f.Ours, f.Coin)
	}
	row.Owners = []pages.Choice{{Selected: f.OwnerID == ""}}
	for _, person := range people {
		if !person.Disabled || person.ID == f.OwnerID {
			row.Owners = append(row.Owners, pages.Choice{Value: person.ID, Label: person.Email, Selected: person.ID == f.OwnerID})
		}
	}
	open := f.State == models.DiscrepancyOpen && !sealed
	may := open && who.Staff.Role.Can(models.MayReconcile)
	row.CanAssign, row.CanAccept = may, may
	row.CanSettle = may && f.Type == models.StatementPayment && f.OrderID != "" && !unreadable // asking makes no line readable
	row.CanRefund = open && who.Staff.Role.Can(models.MayRefund) && f.OrderID != "" && f.Type == models.StatementPayment &&
		f.Kind != models.TheirsNotOurs && !unreadable
	return row
}
