package store

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// The types below say which columns of a row may change, and how. A nil field leaves its column as it is; new(value) sets it. A time that is
// set to zero is stored as NULL. States, keys, prices and the past are not among the fields. A text that does not fit its column is ErrText,
// or is cut off where the field says so.

// OrderChange changes an order; see MoveOrder.
type OrderChange struct {
	PaidAttemptID *string
	PaidAt        *time.Time
	Balance       *models.Balance
}

// AttemptChange changes an attempt; see MoveAttempt, EndAttempt and SetAttempt. DueAt takes the attempt from the worker that has claimed it.
type AttemptChange struct {
	OrderNum    *string // empty: none, stored as NULL
	ProblemCode *string `change:"clip"`
	Checks      *int
	CheckedAt   *time.Time
	SentAt      *time.Time
	OpenedAt    *time.Time
	PaidAt      *time.Time
	Received    *models.Amount
	Worth       *models.Amount
	DueAt       *time.Time
	Intent      *models.Intent
	Payer       *models.Payer `change:"sealed"`
}

// RefundChange changes a refund; see MoveRefund and SetRefund. DueAt takes the refund from the worker that has claimed it.
type RefundChange struct {
	OrderNum    *string // empty: none, stored as NULL
	ApprovedBy  *string // staff id
	DeclinedBy  *string // staff id
	ProblemCode *string `change:"clip"`
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
	Problem   *string `change:"clip"`
	FetchedAt *time.Time
}

// DiscrepancyChange changes a discrepancy; see MoveDiscrepancy.
type DiscrepancyChange struct {
	OwnerID *string // staff id; empty: nobody
	Note    *string
	Reason  *string // why it is accepted
}

// TaskChange changes a task; see SetTask and FinishTask.
type TaskChange struct {
	Done     *int
	Total    *int
	Problem  *string `change:"clip"`
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
	TOTP         *models.Secret `change:"sealed"` // empty: takes it away
	RecoveryHash *string
	LastLoginAt  *time.Time
}

// columns seals the payer for the attempt with that id.
func (a AttemptChange) columns(s *sealer, id string) (*change, error) {
	c, err := changed[models.Attempt](a)
	c.fail(err)
	c.payer(s, id, a.Payer)
	return c, c.err
}

// columns seals the TOTP secret for the person with that id.
func (m StaffChange) columns(s *sealer, id string) (*change, error) {
	c, err := changed[models.Staff](m)
	c.fail(err)
	c.totp(s, id, m.TOTP)
	return c, c.err
}

// changed returns the SET part of an UPDATE of rows of a type, for the fields of a change that are not nil: each sets the column of its name,
// but for those that are sealed.
func changed[T any](set any) (*change, error) {
	row := rowTypes[reflect.TypeFor[T]()]
	c := &change{table: row.table}
	for field, pointer := range reflect.Indirect(reflect.ValueOf(set)).Fields() {
		how := field.Tag.Get("change")
		if pointer.IsNil() || how == "sealed" {
			continue
		}
		value := pointer.Elem()
		column := columnNamed(row.columns, naming().ColumnName("", field.Name))
		switch {
		case how == "clip":
			c.set(column.name, column.width.clip(value.String()))
		case column.null && value.IsZero():
			c.set(column.name, nil)
		case value.Kind() == reflect.String:
			c.fail(column.width.check(column.name, value.String()))
			c.set(column.name, value.String())
		default:
			c.set(column.name, value.Interface())
		}
		if column.name == "due_at" { // the worker that held the lease cannot put an older time in its place
			c.set("lease", "")
		}
	}
	return c, c.err
}

// change is the SET part of an UPDATE.
type change struct {
	table  string // where changed made it
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

// payer seals and sets the payer of the attempt with that id.
func (c *change) payer(s *sealer, id string, v *models.Payer) {
	if v == nil {
		return
	}
	sealed, err := s.sealPayer(id, *v)
	c.fail(err)
	digest, err := s.payerDigest(*v)
	c.fail(err)
	c.fail(widths["attempts"]["payer_user_id"].check("payer_user_id", v.UserID))
	c.set("payer_user_id", v.UserID)
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
	return s.execOr(ctx, ErrConflict, "UPDATE "+table+" SET "+c.sql()+" WHERE "+where, append(slices.Clone(c.values), args...)...)
}
