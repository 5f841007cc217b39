package books

import (
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/books"
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
		Result: pages.DayResult{Name: string(b.result), Open: b.day.Open}, CanFetch: may && b.day.State == models.DayOpen,
	}
	if from, to, err := models.ParseDay(day, zone); err == nil {
		view.Begins, view.Ends = admin.MomentIn(p, from, zone), admin.MomentIn(p, to, zone)
		wrong := h.books.Sealable(b.day.State, to, newestComplete(b.fetched), b.result, b.day.Open)
		view.Seal, view.CanSeal = sealView(p, wrong, zone), may && wrong == nil
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
			Difference: admin.SignedCoin(p, t.Theirs.Sub(t.Ours), t.Coin), Listed: admin.SignedCoin(p, t.Listed, t.Coin), Result: totalResult(t, b.counts),
		})
	}
	for _, f := range b.found {
		ours := b.orders[f.AppOrderID]
		row := discrepancyRow(p, f, b.people, b.names)
		if b.day.State != models.DaySealed {
			row.Can = discrepancyActions(f, ours, req.Who().Staff.Role)
		}
		row.Number, row.Events = ours.Number, discrepancyEvents(p, b.events[f.ID], b.names, f.Coin)
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

// totalResult returns what the comparison of a coin has come to.
func totalResult(t books.CoinTotal, counts []models.DiscrepancyCount) pages.DayResult {
	open, accepted := 0, 0
	for _, n := range counts {
		if n.Type == t.Type && n.Coin == t.Coin {
			open, accepted = n.Open, n.Accepted
		}
	}
	return pages.DayResult{Name: string(t.Result(open, accepted)), Open: open}
}

func discrepancyRow(p *i18n.Printer, f models.Discrepancy, people []models.Staff, names admin.Names) pages.DiscrepancyRow {
	row := pages.DiscrepancyRow{
		ID: f.ID, Kind: string(f.Kind), Type: string(f.Type), AppOrderID: f.AppOrderID, OrderID: f.OrderID, Version: f.Version,
		Difference: admin.SignedCoin(p, f.Theirs.Sub(f.Ours), f.Coin), State: string(f.State), Owner: names.Of(f.OwnerID), Note: f.Note,
		Reason: f.Reason, AcceptedBy: names.Of(f.AcceptedBy), Accepted: admin.Moment(p, f.AcceptedAt),
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
	return row
}

// discrepancyActions returns what a role is offered to do about a discrepancy of an open day: what can work and no more.
func discrepancyActions(f models.Discrepancy, ours models.LineOrder, role models.Role) map[string]bool {
	can := map[string]bool{}
	for _, action := range models.DiscrepancyActions() {
		needs, there := models.MayReconcile, true
		switch action {
		case models.DiscrepancyRefund:
			needs, there = models.MayRefund, ours.Left.IsPositive()
		case models.DiscrepancySettle:
			there = ours.Payment
		case models.DiscrepancyAssign, models.DiscrepancyNote, models.DiscrepancyAccept, models.DiscrepancyReopen:
		}
		can[string(action)] = there && role.Can(needs) && f.Allows(action)
	}
	return can
}

// discrepancyEvents returns the history of a discrepancy.
func discrepancyEvents(p *i18n.Printer, events []models.DiscrepancyEvent, names admin.Names, coin string) []pages.DiscrepancyEvent {
	list := make([]pages.DiscrepancyEvent, len(events))
	for i, e := range events {
		list[i] = pages.DiscrepancyEvent{Kind: string(e.Kind), Who: e.Who, At: admin.Moment(p, e.CreatedAt)}
		switch e.Kind {
		case models.DiscrepancyNoted, models.DiscrepancyExplained:
			list[i].Text = e.Value
		case models.DiscrepancyAssigned:
			list[i].Owner = names.Of(e.Value)
		case models.DiscrepancyChanged:
			theirs, ours, _ := strings.Cut(e.Value, " ")
			list[i].Theirs, list[i].Ours = p.Coin(theirs, coin), p.Coin(ours, coin)
		case models.DiscrepancyFound, models.DiscrepancyReopened, models.DiscrepancyDisappeared:
		}
	}
	return list
}
