package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// OrderFile reads everything that is known of an order in nine statements, and one more each for the lines of refunds and of shipments; ErrNotFound.
func (s *Store) OrderFile(ctx context.Context, id string) (models.OrderFile, error) {
	var f models.OrderFile
	var err error
	if f.Order, err = s.Order(ctx, id); err != nil {
		return f, err
	}
	if f.Evidence, err = collect(ctx, s, readEvidence, []any{id}, scanEvidence); err != nil {
		return f, wrap("read the evidence", err)
	}
	if f.Refunds, err = s.RefundsOf(ctx, id); err != nil {
		return f, err
	}
	if f.Shipments, err = s.ShipmentsOf(ctx, id); err != nil {
		return f, err
	}
	if f.Deliveries, err = s.DeliveriesOfOrder(ctx, id); err != nil {
		return f, err
	}
	return f, wrap("read what was written about the order", s.orderPapers(ctx, &f))
}

var readEvidence = "SELECT " + evidenceTable.list("e") + `, i.remote_addr, i.received_at
FROM evidence e LEFT JOIN inbox i ON i.id = e.inbox_id WHERE e.order_id = ? ORDER BY e.created_at, e.id`

func scanEvidence(rows *sql.Rows) (e models.EvidenceRow, err error) {
	err = rows.Scan(append(evidenceTable.targets(&e.Evidence), orZero(&e.RemoteAddr), orZero(&e.ReceivedAt))...)
	return e, err
}

// paper is a row of one of the tables with records about an order; the meaning of its columns depends on its kind.
type paper struct {
	kind, id      string
	text          [7]string
	number        int64
	at, then, due time.Time
}

// orderPapers reads changes of state, notes, mails, reviews, audit entries and the people of refunds in one statement: a page has few of
// each, and each has its index.
func (s *Store) orderPapers(ctx context.Context, f *models.OrderFile) error {
	row := func(kind, id string, texts []string, number, at, then, due, from string) string {
		columns := []string{"'" + kind + "'", s.collated(id)}
		for i := range len(paper{}.text) {
			column := "''"
			if i < len(texts) {
				column = s.collated(texts[i])
			}
			columns = append(columns, column)
		}
		return "SELECT " + strings.Join(append(columns, number, at, then, due), ", ") + " FROM " + from
	}
	query := strings.Join([]string{
		row("change", "id", []string{"attempt_id", "refund_id", "from_state", "to_state", "cause", "note"}, "refused", "created_at", "NULL", "NULL",
			"transitions WHERE order_id = ?"),
		row("note", "id", []string{"staff_id", "who", "text"}, "0", "created_at", "NULL", "NULL", "notes WHERE order_id = ?"),
		row("mail", "id", []string{"kind", "dedupe_key", "state", "problem", "lease", "about"}, "tries", "created_at", "sent_at", "due_at",
			"outbox WHERE order_id = ?"),
		row("review", "id", []string{"kind", "subject", "attempt_id", "note", "resolution", "decision", "decided_by"}, "open", "created_at", "updated_at", "wait_until",
			"reviews WHERE open IN (0, 1) AND order_id = ?"),
		row("audit", "request_id", []string{"staff_id", "who", "action", "subject", "`before`", "after", "remote_addr"}, "seq", "at",
			"NULL", "NULL", "audit_entries WHERE subject = ?"),
		row("person", "id", []string{"email"}, "0", "created_at", "NULL", "NULL",
			`staff WHERE id IN (SELECT requested_by FROM refunds WHERE order_id = ? UNION SELECT approved_by FROM refunds WHERE order_id = ?
			UNION SELECT declined_by FROM refunds WHERE order_id = ?
			UNION SELECT sent_by FROM shipments WHERE order_id = ? UNION SELECT decided_by FROM reviews WHERE open IN (0, 1) AND order_id = ?)`),
	}, " UNION ALL ")
	id := f.Order.ID
	list, err := collect(ctx, s, query, []any{id, id, id, id, "order:" + id, id, id, id, id, id}, scanPaper)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b paper) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.place(), b.place()))
	})
	for _, p := range list {
		p.file(f)
	}
	return nil
}

// place returns the key by which papers of one moment are sorted: the audit log has its own sequence, the others the one of their ids.
func (p paper) place() string {
	if p.kind == "audit" {
		return fmt.Sprintf("%020d", p.number)
	}
	return p.id
}

func scanPaper(rows *sql.Rows) (p paper, err error) {
	into := []any{&p.kind, &p.id}
	for i := range p.text {
		into = append(into, &p.text[i])
	}
	err = rows.Scan(append(into, &p.number, orZero(&p.at), orZero(&p.then), orZero(&p.due))...)
	return p, err
}

// file puts a paper where it belongs.
func (p paper) file(f *models.OrderFile) {
	t := p.text
	switch p.kind {
	case "change":
		f.Transitions = append(f.Transitions, models.Transition{
			ID: p.id, OrderID: f.Order.ID, AttemptID: t[0], RefundID: t[1], FromState: t[2], ToState: t[3], Cause: t[4], Note: t[5],
			Refused: p.number == 1, CreatedAt: p.at,
		})
	case "note":
		f.Notes = append(f.Notes, models.Note{
			ID: p.id, OrderID: f.Order.ID, StaffID: t[0], Who: t[1], Text: t[2], CreatedAt: p.at,
		})
	case "mail":
		f.Mails = append(f.Mails, models.OutboxMessage{
			ID: p.id, Kind: models.MailKind(t[0]), OrderID: f.Order.ID, DedupeKey: t[1], State: models.OutboxState(t[2]), Problem: t[3], Lease: t[4], About: t[5],
			Tries: int(p.number), CreatedAt: p.at, SentAt: p.then, DueAt: p.due,
		})
	case "review":
		f.Reviews = append(f.Reviews, models.Review{
			ID: p.id, Kind: models.ReviewKind(t[0]), Subject: t[1], OrderID: f.Order.ID, AttemptID: t[2], Note: t[3], Resolution: t[4],
			Decision: models.Decision(t[5]), DecidedBy: t[6], WaitUntil: p.due, Open: p.number == 1, CreatedAt: p.at, UpdatedAt: p.then,
		})
	case "person":
		if f.People == nil {
			f.People = map[string]string{}
		}
		f.People[p.id] = t[0]
	case "audit":
		f.Audit = append(f.Audit, models.AuditEntry{
			Seq: p.number, At: p.at, StaffID: t[0], Who: t[1], Action: t[2], Subject: t[3], Before: t[4], After: t[5], RemoteAddr: t[6],
			RequestID: p.id,
		})
	}
}

// OrderNumbers reads the numbers of orders, as people read them, in one statement: row id → number; ids that are no order's are left out.
func (s *Store) OrderNumbers(ctx context.Context, ids []string) (map[string]string, error) {
	numbers, err := readMapOf[string](ctx, s, "SELECT id, number_text FROM orders WHERE id IN {keys}", possibleKeys(ids))
	return numbers, wrap("read the order numbers", err)
}
