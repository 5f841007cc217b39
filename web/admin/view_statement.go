package admin

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// statementView is a day's page without its frame and its addresses.
func (o *Office) statementView(d *desk, day string, b book) pages.StatementView {
	p, zone := d.Printer, o.payments.PlatformZone()
	may := d.who.Staff.Role.Can(models.MayReconcile)
	view := pages.StatementView{
		Day: day, State: string(b.day.State), Sealed: moment(p, b.day.SealedAt), SealedBy: b.names.of(b.day.SealedBy), Matched: b.report.Matched,
		Compared: b.reported, Balanced: b.reported && b.report.Balanced(),
		CanFetch: may && b.day.State == models.DayOpen,
		CanSeal:  may && b.day.State == models.DayOpen && b.reported && b.report.Balanced() && b.day.Open == 0,
	}
	if from, to, err := models.ParseDay(day, zone); err == nil {
		view.Begins, view.Ends = momentIn(p, from, zone), momentIn(p, to, zone)
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
			Type: string(t.Type), Coin: t.Coin, Theirs: coin(p, t.Theirs, t.Coin), TheirLines: t.Lines, Ours: coin(p, t.Ours, t.Coin), OurRows: t.Rows,
			Difference: signed(p, t.Theirs.Sub(t.Ours), t.Coin), Listed: signed(p, t.Listed, t.Coin), Balanced: t.Balanced(),
		})
	}
	for _, f := range b.found {
		row := discrepancyRow(p, f, b.people, b.names, d.who, b.day.State == models.DaySealed)
		ours := b.orders[f.AppOrderID]
		row.Ref = ours.Ref
		if f.Kind == models.CoinDiffers && ours.Coin != "" {
			row.Ours = coin(p, f.Ours, ours.Coin)
		}
		view.Found = append(view.Found, row)
	}
	view.ZoneWarning = pages.ZoneWarning{Lines: b.report.Astray, Likely: b.report.LikelyZone}
	for _, l := range b.lines {
		view.Lines = append(view.Lines, pages.StatementLine{
			Position: l.Position, Type: string(l.Type), AppOrderID: l.AppOrderID, OrderID: b.orders[l.AppOrderID].OrderID, Amount: coin(p, l.Amount, l.Coin), UserID: l.UserID,
			Created: momentIn(p, l.CreateTime, zone), Paid: momentIn(p, l.PayTime, zone), Unreadable: l.Unreadable,
		})
	}
	return view
}

func statementFact(p *i18n.Printer, s models.Statement, names names) pages.StatementFact {
	return pages.StatementFact{
		State: string(s.State), Lines: s.Lines, Count: s.Count, Pages: s.Pages, Hash: s.Hash, Fetched: moment(p, s.FetchedAt),
		By: names.of(s.FetchedBy), Problem: remark(p, s.Problem),
	}
}

func discrepancyRow(
	p *i18n.Printer, f models.Discrepancy, people []models.Staff, names names, who staff.SignedIn, sealed bool,
) pages.DiscrepancyRow {
	row := pages.DiscrepancyRow{
		ID: f.ID, Kind: string(f.Kind), Type: string(f.Type), AppOrderID: f.AppOrderID, OrderID: f.OrderID,
		Difference: signed(p, f.Theirs.Sub(f.Ours), f.Coin), State: string(f.State), Owner: names.of(f.OwnerID), Note: f.Note,
		Updated: moment(p, f.UpdatedAt), FormToken: models.NewRef(),
	}
	var unreadable bool
	row.Line, row.Member, unreadable = f.Unreadable()
	if f.Kind == models.CoinDiffers || unreadable {
		row.Difference = "" // of two coins there is none, and of a line that cannot be read it is not known
	}
	if !f.Theirs.IsZero() {
		row.Theirs = coin(p, f.Theirs, f.Coin)
	}
	if !f.Ours.IsZero() {
		row.Ours = coin(p, f.Ours, f.Coin)
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
