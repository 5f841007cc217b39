package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// The types below say which columns of a row may change, and how. A nil field leaves its column as it is; new(value) sets it. A time that is
// set to zero is stored as NULL. States, keys, prices and the past are not among the fields.

// OrderChange changes an order; see MoveOrder.
type OrderChange struct {
	PaidAttemptID *string
	PaidAt        *time.Time
	FulfilledAt   *time.Time
	Tracking      *string
}

// AttemptChange changes an attempt; see MoveAttempt, EndAttempt and SetAttempt. DueAt takes the attempt from the worker that has claimed it.
type AttemptChange struct {
	OrderNum    *string // empty: none, stored as NULL
	ProblemCode *string // cut off where it is too long
	Checks      *int
	CheckedAt   *time.Time
	SentAt      *time.Time
	OpenedAt    *time.Time
	PaidAt      *time.Time
	DueAt       *time.Time
	Intent      *models.Intent
	Payer       *models.Payer // its secrets are sealed
}

// RefundChange changes a refund; see MoveRefund and SetRefund. DueAt takes the refund from the worker that has claimed it.
type RefundChange struct {
	OrderNum    *string // empty: none, stored as NULL
	ApprovedBy  *string // staff id
	ProblemCode *string // cut off where it is too long
	Checks      *int
	SentAt      *time.Time
	ConfirmedAt *time.Time
	DueAt       *time.Time
}

// StatementChange changes a statement; see FinishStatement.
type StatementChange struct {
	Lines     *int
	Count     *int
	Pages     *int
	Hash      *string
	Problem   *string // cut off where it is too long
	FetchedAt *time.Time
}

// DiscrepancyChange changes a discrepancy; see MoveDiscrepancy.
type DiscrepancyChange struct {
	OwnerID *string // staff id
	Note    *string
}

// TaskChange changes a task; see SetTask and FinishTask.
type TaskChange struct {
	Done     *int
	Total    *int
	Problem  *string // cut off where it is too long
	FileName *string
	FileType *string
	FileSize *int64 // bytes
}

// StaffChange changes a person of the back office; see UpdateStaff.
type StaffChange struct {
	Name         *string
	Role         *models.Role
	Lang         *string
	PasswordHash *string
	Disabled     *bool
	TOTP         *models.Secret // sealed; empty: takes it away
	RecoveryHash *string
	LastLoginAt  *time.Time
}

func (o OrderChange) columns() (*change, error) {
	c := &change{table: "orders"}
	c.text("paid_attempt_id", o.PaidAttemptID)
	c.time("paid_at", o.PaidAt)
	c.time("fulfilled_at", o.FulfilledAt)
	c.text("tracking", o.Tracking)
	return c, c.err
}

// columns seals the payer for the attempt with that id.
func (a AttemptChange) columns(s *sealer, id string) (*change, error) {
	c := &change{table: "attempts"}
	c.optional("order_num", a.OrderNum)
	c.clipped("problem_code", a.ProblemCode)
	plain(c, "checks", a.Checks)
	c.time("checked_at", a.CheckedAt)
	c.time("sent_at", a.SentAt)
	c.time("opened_at", a.OpenedAt)
	c.time("paid_at", a.PaidAt)
	c.due(a.DueAt)
	c.text("intent", (*string)(a.Intent))
	c.payer(s, id, a.Payer)
	return c, c.err
}

func (r RefundChange) columns() (*change, error) {
	c := &change{table: "refunds"}
	c.optional("order_num", r.OrderNum)
	c.text("approved_by", r.ApprovedBy)
	c.clipped("problem_code", r.ProblemCode)
	plain(c, "checks", r.Checks)
	c.time("sent_at", r.SentAt)
	c.time("confirmed_at", r.ConfirmedAt)
	c.due(r.DueAt)
	return c, c.err
}

func (m StatementChange) columns() (*change, error) {
	c := &change{table: "statements"}
	plain(c, "lines", m.Lines)
	plain(c, "count", m.Count)
	plain(c, "pages", m.Pages)
	c.text("hash", m.Hash)
	c.clipped("problem", m.Problem)
	c.time("fetched_at", m.FetchedAt)
	return c, c.err
}

func (d DiscrepancyChange) columns() (*change, error) {
	c := &change{table: "discrepancies"}
	c.text("owner_id", d.OwnerID)
	c.text("note", d.Note)
	return c, c.err
}

func (t TaskChange) columns() (*change, error) {
	c := &change{table: "tasks"}
	plain(c, "done", t.Done)
	plain(c, "total", t.Total)
	c.clipped("problem", t.Problem)
	c.text("file_name", t.FileName)
	c.text("file_type", t.FileType)
	plain(c, "file_size", t.FileSize)
	return c, c.err
}

// columns seals the TOTP secret for the person with that id.
func (m StaffChange) columns(s *sealer, id string) (*change, error) {
	c := &change{table: "staff"}
	c.text("name", m.Name)
	c.text("role", (*string)(m.Role))
	c.text("lang", m.Lang)
	c.text("password_hash", m.PasswordHash)
	plain(c, "disabled", m.Disabled)
	c.totp(s, id, m.TOTP)
	c.text("recovery_hash", m.RecoveryHash)
	c.time("last_login_at", m.LastLoginAt)
	return c, c.err
}

// change is the SET part of an UPDATE.
type change struct {
	table  string // whose widths text, optional and clipped go by
	names  []string
	values []any
	err    error // the first value that cannot be stored
}

func (c *change) set(name string, value any) {
	if i := slices.Index(c.names, name); i >= 0 {
		c.values[i] = value
		return
	}
	c.names = append(c.names, name)
	c.values = append(c.values, value)
}

// plain sets a column that takes every value of its type.
func plain[T int | int64 | bool](c *change, name string, v *T) {
	if v != nil {
		c.set(name, *v)
	}
}

// text sets a column of text; one that does not fit is ErrText.
func (c *change) text(name string, v *string) {
	if v == nil {
		return
	}
	c.fail(widths[c.table][name].check(name, *v))
	c.set(name, *v)
}

// optional sets a column of text that is NULL where there is none.
func (c *change) optional(name string, v *string) {
	c.text(name, v)
	if v != nil && *v == "" {
		c.set(name, nil)
	}
}

// clipped sets a column of text that comes from elsewhere: what does not fit is cut off, not refused.
func (c *change) clipped(name string, v *string) {
	if v != nil {
		c.set(name, clip(c.table, name, *v))
	}
}

// time sets a timestamp, the zero time as NULL.
func (c *change) time(name string, v *time.Time) {
	switch {
	case v == nil:
	case v.IsZero():
		c.set(name, nil)
	default:
		c.set(name, *v)
	}
}

// due sets when a row is due next. That ends the lease, so that the worker that held it cannot put an older time in its place.
func (c *change) due(v *time.Time) {
	if v != nil {
		c.time("due_at", v)
		c.set("lease", "")
	}
}

// payer seals and sets who pays the attempt with that id.
func (c *change) payer(s *sealer, id string, v *models.Payer) {
	if v == nil {
		return
	}
	sealed, err := s.sealPayer(id, *v)
	c.fail(err)
	digest, err := s.payerDigest(*v)
	c.fail(err)
	c.text("payer_user_id", &v.UserID)
	c.set("payer_digest", digest)
	c.sealed("payer_sealed", sealed)
}

// totp seals and sets the TOTP secret of the person with that id. The step that was used last belongs to the secret before.
func (c *change) totp(s *sealer, id string, v *models.Secret) {
	if v == nil {
		return
	}
	sealed, err := s.seal(totpColumn, id, []byte(v.Reveal()))
	c.fail(err)
	c.set("totp_step", 0)
	c.sealed("totp_sealed", sealed)
}

// sealed sets a column of sealed bytes, none as NULL: a nil []byte would be stored as an empty one.
func (c *change) sealed(name string, v []byte) {
	if v == nil {
		c.set(name, nil)
		return
	}
	c.set(name, v)
}

// fail keeps the first error.
func (c *change) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *change) sql() string { return "`" + strings.Join(c.names, "` = ?, `") + "` = ?" }

// update runs one compare-and-set: ErrConflict when no row is as the condition says.
func (s *Store) update(ctx context.Context, table string, c *change, where string, args ...any) error {
	n, err := s.exec(ctx, "UPDATE "+table+" SET "+c.sql()+" WHERE "+where, append(slices.Clone(c.values), args...)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrConflict
	}
	return nil
}
