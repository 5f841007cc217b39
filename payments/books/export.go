package books

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
)

// What can be exported, and the formats.
const (
	ExportOrders        = "orders"
	ExportLines         = "lines" // of orders
	ExportPayments      = "payments"
	ExportRefunds       = "refunds"
	ExportStatement     = "statement"
	ExportDiscrepancies = "discrepancies"
	ExportAudit         = "audit"

	FormatCSV  = "csv"
	FormatXLSX = "xlsx"
)

const exportTimeFmt = "2006-01-02 15:04:05.000"

// Export requests a file. Its times are in the platform's time zone, which column names state; amounts are exact decimal text.
type Export struct {
	What   string             `json:"what"`
	Format string             `json:"format"`
	Orders models.OrderFilter `json:"orders"` // for ExportOrders and ExportLines
	Audit  models.AuditFilter `json:"audit"`  // for ExportAudit
	From   string             `json:"from"`   // for ExportPayments and ExportRefunds: the first day, yyyy-MM-dd
	To     string             `json:"to"`     // for ExportPayments and ExportRefunds: the last day
	Day    string             `json:"day"`    // for ExportStatement and ExportDiscrepancies
}

func (x Export) check(s *Service) error {
	if x.Format != FormatCSV && x.Format != FormatXLSX {
		return fmt.Errorf("%w: the format is csv or xlsx", jobs.ErrTask)
	}
	switch x.What {
	case ExportOrders, ExportLines, ExportAudit:
		return nil
	case ExportPayments, ExportRefunds:
		_, _, err := s.span(x)
		return err
	case ExportStatement, ExportDiscrepancies:
		return s.CheckDay(x.Day)
	default:
		return fmt.Errorf("%w: nothing of that name can be exported", jobs.ErrTask)
	}
}

// span returns the bounds of an export's days. Errors: models.ErrDay, ErrDayFuture, jobs.ErrTask.
func (s *Service) span(x Export) (from, to time.Time, err error) {
	if from, _, err = s.day(x.From); err != nil {
		return from, to, err
	}
	if _, to, err = s.day(x.To); err != nil {
		return from, to, err
	}
	if !from.Before(to) {
		return from, to, fmt.Errorf("%w: the span ends before it begins", jobs.ErrTask)
	}
	return from, to, nil
}

func (x Export) fileName(zone *time.Location, now time.Time) string {
	name := "coincart-" + x.What
	switch x.What {
	case ExportPayments, ExportRefunds:
		name += "-" + x.From + "-" + x.To
	case ExportStatement, ExportDiscrepancies:
		name += "-" + x.Day
	default:
		name += "-" + now.In(zone).Format("2006-01-02-150405")
	}
	return name + "." + x.Format
}

// table receives the rows of an export.
type table interface {
	row(cells []cell) error
	close() error
}

// cell is the text of one cell. An exact cell is a number or a word of the shop's own and is written unchanged. Other texts come from
// outside and are protected from being evaluated as formulas.
type cell struct {
	text  string
	exact bool
}

func plain(text string) cell          { return cell{text: text} }
func exact(text string) cell          { return cell{text: text, exact: true} }
func amountCell(a models.Amount) cell { return exact(a.String()) }
func (s *Service) timeCell(t time.Time) cell {
	if t.IsZero() {
		return exact("")
	}
	return exact(t.In(s.zone).Format(exportTimeFmt))
}

// safe returns the cell's text for a file that a spreadsheet opens: an apostrophe precedes a text that would be evaluated as a formula.
func (c cell) safe() string {
	if c.exact || c.text == "" {
		return c.text
	}
	if strings.ContainsRune("=+-@\t\r\n", rune(c.text[0])) || strings.HasPrefix(c.text, "＝") || strings.HasPrefix(c.text, "＋") ||
		strings.HasPrefix(c.text, "－") || strings.HasPrefix(c.text, "＠") {
		return "'" + c.text
	}
	return c.text
}

// WriteExport writes the file of an export in constant memory. It calls rows with the number of rows written, every 1000 rows, and stops at
// its error; rows may be nil. Errors: jobs.ErrTask, ErrNothingFetched, those of w and of the store.
func (s *Service) WriteExport(ctx context.Context, w io.Writer, x Export, rows func(n int) error) error {
	if err := x.check(s); err != nil {
		return err
	}
	t, err := newTable(w, x.Format)
	if err != nil {
		return err
	}
	counted := &countedTable{table: t, report: rows}
	if err := s.fill(ctx, counted, x); err != nil {
		return errors.Join(err, t.close())
	}
	return t.close()
}

func newTable(w io.Writer, format string) (table, error) {
	if format == FormatXLSX {
		return newXLSX(w, sheetRows)
	}
	// The byte order mark tells spreadsheets that the text is UTF-8.
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, fmt.Errorf("write the file: %w", err)
	}
	return &csvTable{w: csv.NewWriter(w)}, nil
}

type countedTable struct {
	table
	report func(n int) error
	n      int
}

func (t *countedTable) row(cells []cell) error {
	if err := t.table.row(cells); err != nil {
		return err
	}
	t.n++
	if t.report == nil || t.n%1000 != 0 {
		return nil
	}
	return t.report(t.n)
}

type csvTable struct {
	w     *csv.Writer
	texts []string
}

func (t *csvTable) row(cells []cell) error {
	t.texts = t.texts[:0]
	for _, c := range cells {
		t.texts = append(t.texts, c.safe())
	}
	if err := t.w.Write(t.texts); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return nil
}

func (t *csvTable) close() error {
	t.w.Flush()
	if err := t.w.Error(); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	return nil
}

func (s *Service) fill(ctx context.Context, t table, x Export) error {
	switch x.What {
	case ExportOrders:
		return s.fillOrders(ctx, t, x.Orders)
	case ExportLines:
		return s.fillLines(ctx, t, x.Orders)
	case ExportPayments:
		return s.fillPayments(ctx, t, x)
	case ExportRefunds:
		return s.fillRefunds(ctx, t, x)
	case ExportStatement:
		return s.fillStatement(ctx, t, x.Day)
	case ExportAudit:
		return s.fillAudit(ctx, t, x.Audit)
	default:
		return s.fillDiscrepancies(ctx, t, x.Day)
	}
}

func header(t table, names ...string) error {
	cells := make([]cell, len(names))
	for i, n := range names {
		cells[i] = exact(n)
	}
	return t.row(cells)
}

// writeExport is the task that writes a file.
func (s *Service) writeExport(ctx context.Context, r *jobs.Run) error {
	var x Export
	if err := r.Params(&x); err != nil {
		return err
	}
	mediaType := "text/csv; charset=utf-8"
	if x.Format == FormatXLSX {
		mediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	rows := 0
	err := r.WriteFile(ctx, x.fileName(s.zone, s.clock()), mediaType, func(w io.Writer) error {
		return s.WriteExport(ctx, w, x, func(n int) error {
			rows = n
			return r.Progress(ctx, n, 0)
		})
	})
	if errors.Is(err, ErrNothingFetched) || errors.Is(err, jobs.ErrTask) {
		return fmt.Errorf("%w: %w", jobs.ErrFinal, remarked(err))
	}
	if err == nil {
		r.Task.Done, r.Task.Total = rows, rows
	}
	return err
}
