package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// settable are the columns that a caller's map may change, by table. States, keys, prices and the past are not among them.
var settable = map[string][]string{
	"orders":        {"paid_attempt_id", "paid_at", "expires_at", "fulfilled_at", "tracking", "due_at", "lease"},
	"attempts":      {"order_num", "problem_code", "checks", "checked_at", "sent_at", "opened_at", "paid_at", "due_at", "lease", "payer", "intent"},
	"refunds":       {"order_num", "approved_by", "problem_code", "checks", "sent_at", "confirmed_at", "due_at", "lease"},
	"statements":    {"lines", "count", "pages", "hash", "problem", "fetched_at"},
	"discrepancies": {"owner_id", "note"},
	"tasks":         {"done", "total", "problem", "file_name", "file_type", "file_size", "params"},
	"staff":         {"name", "role", "lang", "password_hash", "disabled", "totp", "recovery_hash", "last_login_at"},
}

// change is the SET part of an UPDATE.
type change struct {
	names  []string
	values []any
}

func (c *change) set(name string, value any) {
	if i := slices.Index(c.names, name); i >= 0 {
		c.values[i] = value
		return
	}
	c.names = append(c.names, name)
	c.values = append(c.values, value)
}

// setOf makes a change of some columns, in one order: the same statement every time.
func setOf(values map[string]any) *change {
	c := &change{}
	for _, name := range sortedKeys(values) {
		c.set(name, values[name])
	}
	return c
}

func (c *change) sql() string { return "`" + strings.Join(c.names, "` = ?, `") + "` = ?" }

// changes reads a caller's map: allowed columns only, zero times and an empty order_num as NULL, a new due time ends the
// lease, so that the worker that held it cannot put an older one in its place.
func (s *Store) changes(table, id string, set map[string]any) (*change, error) {
	c := &change{}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !slices.Contains(settable[table], name) {
			return nil, fmt.Errorf("%w: %s.%s", ErrColumn, table, name)
		}
		value := set[name]
		if name == "payer" {
			if err := s.changePayer(c, id, value); err != nil {
				return nil, err
			}
			continue
		}
		if name == "totp" {
			if err := s.changeTOTP(c, id, value); err != nil {
				return nil, err
			}
			continue
		}
		if err := c.add(table, name, value); err != nil {
			return nil, err
		}
	}
	if _, ok := set["due_at"]; ok {
		if _, ok := set["lease"]; !ok {
			c.set("lease", "")
		}
	}
	return c, nil
}

func (c *change) add(table, name string, value any) error {
	switch v := value.(type) {
	case time.Time:
		if v.IsZero() {
			value = nil
		}
	case models.Intent:
		value = string(v)
	case models.Role:
		value = string(v)
	case string:
		if name == "problem_code" || name == "problem" {
			v = clip(table, name, v)
		}
		if err := widths[table][name].check(name, v); err != nil {
			return err
		}
		value = v
		if name == "order_num" && v == "" {
			value = nil
		}
	}
	c.set(name, value)
	return nil
}

func (s *Store) changePayer(c *change, id string, value any) error {
	payer, ok := value.(models.Payer)
	if !ok {
		return fmt.Errorf("%w: payer must be a models.Payer", ErrColumn)
	}
	sealed, err := s.sealer.sealPayer(id, payer)
	if err != nil {
		return err
	}
	if err := widths["attempts"]["payer_user_id"].check("payer_user_id", payer.UserID); err != nil {
		return err
	}
	digest, err := s.sealer.payerDigest(payer)
	if err != nil {
		return err
	}
	c.set("payer_user_id", payer.UserID)
	c.set("payer_digest", digest)
	if sealed == nil {
		c.set("payer_sealed", nil) // a nil []byte would be an empty one
	} else {
		c.set("payer_sealed", sealed)
	}
	return nil
}

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
