package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// unpaidHolder counts an unpaid order for somebody.
type unpaidHolder struct {
	Kind      models.HolderKind `gorm:"primaryKey" ascii:"16"`
	Digest    string            `gorm:"primaryKey" ascii:"64"`
	Slot      int               `gorm:"primaryKey"` // from 1
	OrderID   string            `ascii:"36"`
	CreatedAt time.Time
}

// UnpaidLimitError means that somebody has as many unpaid orders as the shop allows.
type UnpaidLimitError struct {
	Kind  models.HolderKind
	Limit int
	Until time.Time // when the first of those orders ends, at the latest
}

// Error names the kind and the limit.
func (e *UnpaidLimitError) Error() string {
	return fmt.Sprintf("there are %d unpaid orders of this %s, which is the limit", e.Limit, e.Kind)
}

// HoldUnpaid counts an unpaid order for a holder, once, and refuses one above the limit with *UnpaidLimitError: then nothing has changed. A
// limit of 0 or less is none, and so is an empty name. Slots are unique, so that the limit holds on any number of replicas, whoever places
// orders at the same moment. Without a key to seal with nothing is counted.
func (s *Store) HoldUnpaid(ctx context.Context, orderID string, holder models.Holder, limit int) error {
	if limit <= 0 || holder.Name == "" {
		return nil
	}
	digest, err := s.sealer.digest(forHolders, string(holder.Kind)+"\x00"+foldEmail(holder.Name))
	if errors.Is(err, ErrNoSealKey) {
		return nil
	}
	if err != nil {
		return wrap("count an unpaid order", err)
	}
	return wrap("count an unpaid order", s.Tx(ctx, func(tx *Store) error {
		return tx.takeHolder(ctx, unpaidHolder{Kind: holder.Kind, Digest: digest, OrderID: orderID, CreatedAt: tx.now()}, limit)
	}))
}

func (s *Store) takeHolder(ctx context.Context, h unpaidHolder, limit int) error {
	taken, err := readMap[int, string](ctx, s, "SELECT slot, order_id FROM unpaid_holders WHERE kind = ? AND digest = ?", string(h.Kind), h.Digest)
	if err != nil {
		return err
	}
	for _, order := range taken {
		if order == h.OrderID {
			return nil
		}
	}
	for slot := 1; slot <= limit && len(taken) < limit; slot++ {
		if _, ok := taken[slot]; ok {
			continue
		}
		h.Slot = slot
		err := s.create(ctx, &h)
		if !errors.Is(err, ErrDuplicate) {
			return err
		}
		taken[slot] = "" // by another order at this moment
	}
	full := &UnpaidLimitError{Kind: h.Kind, Limit: limit}
	err = s.one(ctx, "SELECT o.expires_at FROM unpaid_holders h JOIN orders o ON o.id = h.order_id WHERE h.kind = ? AND h.digest = ? "+
		"ORDER BY o.expires_at LIMIT 1", []any{string(h.Kind), h.Digest}, &full.Until)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	full.Until = full.Until.UTC()
	return full
}

// dropHolders forgets whom an order was counted for.
func (s *Store) dropHolders(ctx context.Context, orderID string) error {
	_, err := s.exec(ctx, "DELETE FROM unpaid_holders WHERE order_id = ?", orderID)
	return err
}

// ForgetHolders forgets whom orders were counted for that were placed before a time, whatever became of them.
func (s *Store) ForgetHolders(ctx context.Context, before time.Time) error {
	_, err := s.exec(ctx, "DELETE FROM unpaid_holders WHERE created_at < ?", models.Instant(before))
	return wrap("forget whom unpaid orders are counted for", err)
}

// hoardedStock finds the variants of which a share is promised to unpaid orders. Unpaid orders are few, and are read first, whatever the optimizer
// believes: stock was reserved for every order that there ever was.
func (s *Store) hoardedStock() string {
	strict := " STRAIGHT_JOIN "
	if s.dialect == migrations.SQLite {
		strict = " CROSS JOIN "
	}
	return "SELECT v.id AS id, h.held AS held, h.orders AS orders FROM (" +
		"SELECT r.variant_id AS variant_id, SUM(r.quantity) AS held, COUNT(*) AS orders FROM orders o" + s.forceIndex("orders_by_state") +
		strict + "reservations r" + s.forceIndex("reservations_order_variant") + " ON r.order_id = o.id " +
		"WHERE o.state = 'awaiting' AND r.state = 'held' GROUP BY r.variant_id" +
		") h JOIN variants v ON v.id = h.variant_id WHERE h.held >= ? AND h.held * 100 >= ? * (v.on_hand + v.reserved)"
}

// Hoarded counts the variants of which at least a share, in percent, and at least least pieces are in unpaid orders. A share of 0 or less
// finds none.
func (s *Store) Hoarded(ctx context.Context, percent, least int) (n int, err error) {
	if percent <= 0 {
		return 0, nil
	}
	err = s.one(ctx, "SELECT COUNT(*) FROM ("+s.hoardedStock()+") h", []any{least, percent}, &n)
	return n, wrap("count the stock in unpaid orders", err)
}

// HoardedStock reads what Hoarded counts, up to limit variants, those with most pieces first.
func (s *Store) HoardedStock(ctx context.Context, percent, least, limit int) ([]models.HoardedStock, error) {
	if percent <= 0 {
		return nil, nil
	}
	query := "SELECT h.held, h.orders, " + stockFields() + " FROM (" + s.hoardedStock() + ") h JOIN variants v ON v.id = h.id" + joinProduct +
		" ORDER BY h.held DESC, v.id LIMIT ?"
	list, err := collect(ctx, s, query, []any{least, percent, limit}, func(rows *sql.Rows) (h models.HoardedStock, err error) {
		err = rows.Scan(append([]any{&h.Held, &h.Orders}, stockTargets(&h.Variant)...)...)
		return h, err
	})
	return list, wrap("read the stock in unpaid orders", err)
}
