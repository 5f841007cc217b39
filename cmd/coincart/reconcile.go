package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/templates/i18n"
)

// reconcileCmd compares one day of the exchange's statement with the shop's records.
type reconcileCmd struct {
	settings `group:"Settings, as for coincart serve:"`

	Day   string `required:"" placeholder:"yyyy-MM-dd" help:"The day in the exchange's time zone (COINCART_PLATFORM_TIMEZONE)."`
	Fetch bool   `help:"Fetch the exchange's statement first. Otherwise the latest fetched one is used."`
}

// Run prints the result. It fails with errReported if the day has open discrepancies or does not add up, and with errNotDone if it could
// not be compared.
func (c *reconcileCmd) Run(ctx context.Context, con console) error {
	opened, err := c.openShop(ctx, con)
	if err != nil {
		return notDone(err)
	}
	defer opened.store.Close()
	if err := c.fetch(ctx, con, opened); err != nil {
		return notDone(c.explainError(err, opened.services.Books.Zone()))
	}
	found, err := opened.services.Books.Reconcile(ctx, c.Day)
	if err != nil {
		return notDone(c.explainError(err, opened.services.Books.Zone()))
	}
	report, err := newDayReport(ctx, opened, found)
	if err != nil {
		return notDone(err)
	}
	if err := report.print(con.out); err != nil {
		return notDone(fmt.Errorf("print the report: %w", err))
	}
	if !report.good() {
		return errReported
	}
	return nil
}

// fetch fetches the statement if the command asks for it. The audit log records it, as it does for staff.
func (c *reconcileCmd) fetch(ctx context.Context, con console, s *shop) error {
	if err := s.services.Books.CheckDay(c.Day); err != nil || !c.Fetch {
		return err
	}
	_, err := s.services.Books.FetchStatementFor(ctx, staff.CommandLine(), c.Day, func(done, total int) {
		fmt.Fprintf(con.err, "lines read: %d of %d\n", done, total)
	})
	return err
}

// explainError says what to do about errors that the arguments cause.
func (c *reconcileCmd) explainError(err error, zone *time.Location) error {
	switch {
	case errors.Is(err, models.ErrDayRange):
		return fmt.Errorf("--day is %s: use a day from %s to %s", c.Day, models.FirstDay, models.LastDay)
	case errors.Is(err, models.ErrDay):
		return fmt.Errorf("--day is %s: use the form yyyy-MM-dd, such as 2026-11-21", strconv.Quote(c.Day))
	case errors.Is(err, books.ErrDayFuture):
		return fmt.Errorf("%s has not started yet in the exchange's time zone (%s), so there is nothing to compare", c.Day, zone)
	case errors.Is(err, books.ErrNothingFetched):
		return fmt.Errorf("no complete statement for %s has been fetched yet: add --fetch", c.Day)
	}
	return err
}

// dayReport is the result that is printed of a day.
type dayReport struct {
	found     books.Reconciliation
	statement models.Statement
	book      models.BookDay
	from, to  time.Time
	list      []models.Discrepancy // open and accepted ones
	open      int
}

func newDayReport(ctx context.Context, s *shop, found books.Reconciliation) (*dayReport, error) {
	r := &dayReport{found: found}
	var err error
	if r.from, r.to, err = models.ParseDay(found.Day, s.services.Books.Zone()); err != nil {
		return nil, err
	}
	if r.statement, err = s.store.Statement(ctx, found.StatementID); err != nil {
		return nil, fmt.Errorf("load the statement: %w", err)
	}
	if r.book, err = s.store.BookDay(ctx, found.Day); err != nil {
		return nil, fmt.Errorf("load the day: %w", err)
	}
	err = s.store.EachDiscrepancy(ctx, models.DiscrepancyFilter{Day: found.Day}, func(d models.Discrepancy) error {
		if d.State == models.DiscrepancySettled {
			return nil
		}
		if d.State == models.DiscrepancyOpen {
			r.open++
		}
		r.list = append(r.list, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the discrepancies: %w", err)
	}
	return r, nil
}

// changed reports whether the statement of a locked day has changed since it was locked.
func (r *dayReport) changed() bool {
	return r.book.State == models.DaySealed && r.book.SealedHash != r.statement.Hash
}

// result returns the result of the comparison, as the back office tells it.
func (r *dayReport) result() models.DayResult { return r.found.Result(r.open, len(r.list)-r.open) }

// good reports whether nothing is left to explain.
func (r *dayReport) good() bool {
	return (r.result() == models.DayBalanced || r.result() == models.DayExplained) && !r.changed()
}

func (r *dayReport) print(w io.Writer) error {
	fmt.Fprintf(w, "Day        %s in the time zone %s (%s to %s UTC)\n", r.found.Day, r.found.Zone, moment(r.from), moment(r.to))
	fmt.Fprintf(w, "Statement  lines: %d, fetched %s UTC, fingerprint %s\n", r.statement.Lines, moment(r.statement.FetchedAt), r.statement.Hash)
	if r.statement.FetchedAt.Before(r.to) {
		fmt.Fprintln(w, "           It was fetched before the day ended, so it is incomplete.")
	}
	if r.book.State == models.DaySealed {
		fmt.Fprintf(w, "Locked     %s UTC, fingerprint %s\n", moment(r.book.SealedAt), r.book.SealedHash)
	}
	fmt.Fprintf(w, "Matched    lines: %d, refunds among them: %d\n\n", r.found.Matched, r.found.RefundPairs)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	r.totals(table)
	r.discrepancies(table)
	if err := table.Flush(); err != nil {
		return err
	}
	if r.found.LikelyZone != "" {
		fmt.Fprintf(w, "Some lines are on the wrong day: the exchange's time zone may be %s, not %s. Check COINCART_PLATFORM_TIMEZONE.\n", r.found.LikelyZone, r.found.Zone)
	}
	_, err := fmt.Fprintln(w, r.verdict())
	return err
}

func (r *dayReport) totals(table io.Writer) {
	if len(r.found.Totals) == 0 {
		fmt.Fprint(table, "No payments or refunds on this day, in the shop or at the exchange.\n\n")
		return
	}
	fmt.Fprintln(table, "TYPE\tCOIN\tLINES\tEXCHANGE\tSHOP\tDIFFERENCE\tIN DISCREPANCIES")
	for _, t := range r.found.Totals {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n",
			typeName(t.Type), text.Quote(t.Coin), t.Lines, t.Theirs, t.Ours, t.Theirs.Sub(t.Ours), t.Listed)
	}
	fmt.Fprintln(table)
}

func typeName(t models.StatementType) string {
	switch t {
	case models.StatementPayment:
		return "payment"
	case models.StatementTransfer:
		return "refund"
	case "":
		return "-" // of a line whose type cannot be read
	default:
		return "type " + text.Quote(string(t))
	}
}

func (r *dayReport) discrepancies(table io.Writer) {
	if len(r.list) == 0 {
		return
	}
	fmt.Fprintln(table, "DISCREPANCY\tTYPE\tMERCHANT ORDER ID\tCOIN\tEXCHANGE\tSHOP\tORDER\tSTATUS\tREASON\tNOTE")
	for _, d := range r.list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", kindName(d), typeName(d.Type), cmp.Or(text.Quote(d.AppOrderID), "-"),
			cmp.Or(text.Quote(d.Coin), "-"), theirs(d), ours(d), cmp.Or(d.OrderID, "-"), d.State, cmp.Or(text.Quote(d.Reason), "-"), cmp.Or(text.Quote(d.Note), "-"))
	}
	fmt.Fprintln(table)
}

// theirs returns a discrepancy's amount in the statement, or none if there is no line or it cannot be read.
func theirs(d models.Discrepancy) string {
	if d.Kind == models.OursNotTheirs || d.Kind == models.UnreadableLine {
		return "-"
	}
	return d.Theirs.String()
}

// ours returns a discrepancy's amount in the shop's records, or none if the shop has no such payment.
func ours(d models.Discrepancy) string {
	if d.Kind == models.TheirsNotOurs || d.Kind == models.DuplicateLine || d.Kind == models.UnreadableLine && d.Ours.IsZero() {
		return "-"
	}
	return d.Ours.String()
}

// kindName returns the back office's name of a discrepancy.
func kindName(d models.Discrepancy) string {
	if position, member, ok := d.Unreadable(); ok {
		return fmt.Sprintf("line %d cannot be read (%s)", position, text.Quote(member))
	}
	return i18n.ByTag("en").T("admin.discrepancy." + string(d.Kind))
}

func (r *dayReport) verdict() string {
	if r.changed() {
		return "The day is locked, but the exchange's statement has changed since. See “Needs attention” in the back office."
	}
	switch r.result() {
	case models.DayUnbalanced:
		return "Not balanced: the totals differ by more than the discrepancies explain."
	case models.DayExplainedOpen:
		return fmt.Sprintf("Explained. Open discrepancies: %d, accepted: %d.", r.open, len(r.list)-r.open)
	case models.DayExplained:
		return fmt.Sprintf("Explained. Accepted discrepancies: %d.", len(r.list))
	case models.DayBalanced, models.DayNotCompared: // there is a statement: it was just compared
	}
	return "Balanced: the exchange's statement matches the shop's records."
}
