package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
)

const (
	joinProduct  = " JOIN products p ON p.id = v.product_id"
	isLow        = "v.retired = 0 AND v.untracked = 0 AND v.on_hand <= CASE WHEN v.low_stock > 0 THEN v.low_stock ELSE ? END"
	ledgerList   = "movements"
	reservedList = "reservations"
)

// stockFields are the columns of a variant v and its product p that a row of a list of stock has.
func stockFields() string { return variantTable.list("v") + ", p.title, p.card_texts" }

// stockTargets are where stockFields are scanned to.
func stockTargets(v *models.StockVariant) []any {
	return append(variantTable.targets(&v.Variant), &v.ProductTitle, &v.ProductTexts)
}

// Movements reads a page of the stock ledger, newest first, in one statement. ErrFilter, ErrCursor.
func (s *Store) Movements(ctx context.Context, f models.MovementFilter) (models.MovementPage, error) {
	page, err := s.movements(ctx, f)
	return page, doing("read the stock ledger", err)
}

func (s *Store) movements(ctx context.Context, f models.MovementFilter) (models.MovementPage, error) {
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return models.MovementPage{}, err
	}
	where := &conditions{}
	if f.VariantID != "" {
		where.add("m.variant_id = ?", f.VariantID)
	}
	if f.Kind != "" {
		if _, ok := models.ParseMovementKind(string(f.Kind)); !ok {
			return models.MovementPage{}, fmt.Errorf("%w: kind", ErrFilter)
		}
		where.add("m.kind = ?", string(f.Kind))
	}
	if !f.From.IsZero() {
		where.add("m.created_at >= ?", f.From)
	}
	if !f.Until.IsZero() {
		where.add("m.created_at < ?", f.Until)
	}
	at, id, err := readTimeCursor(ledgerList, f.After)
	if err != nil {
		return models.MovementPage{}, err
	}
	if id != "" {
		part, args := s.beyond("<", []string{"?", "?"}, []any{at, id}, "m.created_at", "m.id")
		where.add(part, args...)
	}
	query := "SELECT " + movementTable.list("m") + ", COALESCE(o.ref, ''), " + stockFields() +
		" FROM (SELECT * FROM stock_movements m WHERE " + where.sql() + " ORDER BY m.created_at DESC, m.id DESC LIMIT ?) m" +
		" JOIN variants v ON v.id = m.variant_id" + joinProduct + " LEFT JOIN orders o ON o.id = m.order_id" +
		" ORDER BY m.created_at DESC, m.id DESC"
	rows, err := collect(ctx, s, query, append(where.args, limit+1), func(rows *sql.Rows) (r models.MovementRow, err error) {
		err = rows.Scan(slices.Concat(movementTable.targets(&r.StockMovement), []any{&r.OrderRef}, stockTargets(&r.Variant))...)
		return r, err
	})
	var page models.MovementPage
	page.Rows, page.Next = trim(rows, limit, func(r models.MovementRow) string { return cursor(ledgerList, timeKey(r.CreatedAt), r.ID) })
	return page, err
}

// StockList reads a page of the list of stock, in one statement, with a search in two. ErrFilter, ErrCursor.
func (s *Store) StockList(ctx context.Context, f models.StockFilter) (models.StockPage, error) {
	page, err := s.stockList(ctx, f)
	return page, doing("read the stock", err)
}

func (s *Store) stockList(ctx context.Context, f models.StockFilter) (models.StockPage, error) {
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return models.StockPage{}, err
	}
	column := "sku"
	switch f.Sort {
	case models.StockBySKU:
	case models.StockByLeft:
		column = "on_hand"
	default:
		return models.StockPage{}, fmt.Errorf("%w: sort", ErrFilter)
	}
	q, err := s.matching(ctx, f.Search)
	if err != nil || q.nothing {
		return models.StockPage{}, err
	}
	where := &conditions{}
	where.add("(v.retired = 0 OR v.on_hand > 0 OR v.reserved > 0)")
	if f.CategoryID != "" {
		where.add(inCategory, below(f.CategoryID))
	}
	if f.Low {
		where.add(isLow, f.LowStock)
	}
	if err := s.afterVariant(ctx, where, column, f.After); err != nil {
		return models.StockPage{}, err
	}
	query := "SELECT " + stockFields() + ", p.hidden, CASE WHEN " + isLow +
		" THEN 1 ELSE 0 END FROM " + q.from() + " JOIN variants v ON v.product_id = p.id WHERE " + q.and(where.sql()) +
		" ORDER BY v." + column + ", v.id LIMIT ?"
	args := slices.Concat([]any{f.LowStock}, q.args, where.args, []any{limit + 1})
	rows, err := collect(ctx, s, query, args, func(rows *sql.Rows) (r models.StockRow, err error) {
		err = rows.Scan(append(stockTargets(&r.StockVariant), &r.Hidden, &r.Low)...)
		return r, err
	})
	var page models.StockPage
	page.Rows, page.Next = trim(rows, limit, func(r models.StockRow) string {
		if column == "on_hand" {
			return cursor("stock."+column, strconv.Itoa(r.OnHand), r.ID)
		}
		return cursor("stock."+column, "id", r.ID) // a SKU may be anything
	})
	return page, err
}

// afterVariant adds the condition of all rows after a place.
func (s *Store) afterVariant(ctx context.Context, where *conditions, column, after string) error {
	keys, err := readCursor("stock."+column, after, 2)
	if err != nil || keys == nil {
		return err
	}
	var value any
	if column == "on_hand" {
		if value, err = strconv.Atoi(keys[0]); err != nil {
			return ErrCursor
		}
	} else {
		var sku string
		err := s.one(ctx, "SELECT sku FROM variants WHERE id = ?", []any{keys[1]}, &sku)
		if errors.Is(err, ErrNotFound) {
			return ErrCursor
		}
		if err != nil {
			return err
		}
		value = sku
	}
	part, args := s.beyond(">", []string{"?", "?"}, []any{value, keys[1]}, "v."+column, "v.id")
	where.add(part, args...)
	return nil
}

// Reservations reads a page of the reservations that hold stock now, those that end first first, in one statement. ErrFilter, ErrCursor.
func (s *Store) Reservations(ctx context.Context, f models.ReservationFilter) (models.ReservationPage, error) {
	page, err := s.heldReservations(ctx, f)
	return page, doing("read the reservations", err)
}

func (s *Store) heldReservations(ctx context.Context, f models.ReservationFilter) (models.ReservationPage, error) {
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return models.ReservationPage{}, err
	}
	where := &conditions{}
	// Only such orders hold stock (I7), and there is an index of their states.
	where.add("o.state IN ('awaiting', 'review') AND r.state = 'held'")
	if f.VariantID != "" {
		where.add("r.variant_id = ?", f.VariantID)
	}
	at, id, err := readTimeCursor(reservedList, f.After)
	if err != nil {
		return models.ReservationPage{}, err
	}
	if id != "" {
		part, args := s.beyond(">", []string{"?", "?"}, []any{at, id}, "o.expires_at", "r.id")
		where.add(part, args...)
	}
	query := "SELECT " + reservationTable.list("r") + ", o.ref, o.state, o.expires_at, " + stockFields() +
		" FROM orders o JOIN reservations r ON r.order_id = o.id JOIN variants v ON v.id = r.variant_id" + joinProduct +
		" WHERE " + where.sql() + " ORDER BY o.expires_at, r.id LIMIT ?"
	rows, err := collect(ctx, s, query, append(where.args, limit+1), func(rows *sql.Rows) (r models.ReservationRow, err error) {
		err = rows.Scan(slices.Concat(reservationTable.targets(&r.Reservation), []any{&r.OrderRef, &r.State, &r.ExpiresAt}, stockTargets(&r.Variant))...)
		return r, err
	})
	var page models.ReservationPage
	page.Rows, page.Next = trim(rows, limit, func(r models.ReservationRow) string { return cursor(reservedList, timeKey(r.ExpiresAt), r.ID) })
	return page, err
}

// LowStock counts the variants of which little is left; limit is the shop's own.
func (s *Store) LowStock(ctx context.Context, limit int) (int, error) {
	var n int
	err := s.one(ctx, "SELECT COUNT(*) FROM variants v WHERE "+isLow, []any{limit}, &n)
	return n, doing("count what is low", err)
}
