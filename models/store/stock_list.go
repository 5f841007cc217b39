package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
)

const (
	joinProduct = " JOIN products p ON p.id = v.product_id"
	isLow       = "v.retired = 0 AND v.untracked = 0 AND v.on_hand <= CASE WHEN v.low_stock > 0 THEN v.low_stock ELSE ? END"
)

// stockFields returns the columns of a variant v and its product p that a row of a list of stock has.
func stockFields() string { return variantTable.list("v") + ", p.title, p.card_texts" }

// stockTargets are where stockFields are scanned to.
func stockTargets(v *models.StockVariant) []any {
	return append(variantTable.targets(&v.Variant), &v.ProductTitle, &v.ProductTexts)
}

var movementList = timeList[models.MovementRow]{
	name: "movements", order: sorting{"m.created_at", "m.id", true},
	query: "SELECT " + movementTable.list("m") + ", COALESCE(o.number_text, ''), " + stockFields() + " FROM (SELECT * FROM stock_movements m WHERE {page}) m" +
		" JOIN variants v ON v.id = m.variant_id" + joinProduct + " LEFT JOIN orders o ON o.id = m.order_id" +
		" ORDER BY m.created_at DESC, m.id DESC",
	scan: func(rows *sql.Rows) (r models.MovementRow, err error) {
		err = rows.Scan(slices.Concat(movementTable.targets(&r.StockMovement), []any{&r.OrderNumber}, stockTargets(&r.Variant))...)
		return r, err
	},
	place: func(r models.MovementRow) (time.Time, string) { return r.CreatedAt, r.ID },
}

// Movements reads a page of the stock ledger, newest first, in one statement. ErrFilter, ErrCursor.
func (s *Store) Movements(ctx context.Context, f models.MovementFilter) (page models.MovementPage, err error) {
	where := conditions{}
	where.equal("m.variant_id", f.VariantID)
	if f.Kind != "" {
		if _, ok := models.ParseMovementKind(string(f.Kind)); !ok {
			return page, fmt.Errorf("read the stock ledger: %w: kind", ErrFilter)
		}
		where.add("m.kind = ?", string(f.Kind))
	}
	where.within("m.created_at", f.From, f.Until)
	page.Rows, page.Next, err = movementList.page(ctx, s, where, f.After, f.Limit)
	return page, wrap("read the stock ledger", err)
}

// StockList reads a page of the list of stock, in one statement, with a search in two. ErrFilter, ErrCursor.
func (s *Store) StockList(ctx context.Context, f models.StockFilter) (page models.StockPage, err error) {
	defer func() { err = wrap("read the stock", err) }()
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return page, err
	}
	sort := sorting{column: "sku", id: "id"}
	switch f.Sort {
	case models.StockBySKU:
	case models.StockByLeft:
		sort.column = "on_hand"
	default:
		return page, fmt.Errorf("%w: sort", ErrFilter)
	}
	q, err := s.matching(ctx, f.Search)
	if err != nil || q.nothing {
		return page, err
	}
	where := &conditions{}
	where.add("(v.retired = 0 OR v.on_hand > 0 OR v.reserved > 0)")
	if f.CategoryID != "" {
		where.add(inCategory, branchPattern(f.CategoryID))
	}
	if f.Low {
		where.add(isLow, f.LowStock)
	}
	list := "stock." + sort.column
	if err := s.afterRow(ctx, where, listPlace{list, f.After}, sort, "variants", "v."); err != nil {
		return page, err
	}
	query := "SELECT " + stockFields() + ", p.hidden, CASE WHEN " + isLow +
		" THEN 1 ELSE 0 END FROM " + q.from() + " JOIN variants v ON v.product_id = p.id WHERE " + q.and(where.sql()) +
		" ORDER BY " + sort.by("v.") + " LIMIT ?"
	args := slices.Concat([]any{f.LowStock}, q.args, where.args, []any{limit + 1})
	rows, err := collect(ctx, s, query, args, func(rows *sql.Rows) (r models.StockRow, err error) {
		err = rows.Scan(append(stockTargets(&r.StockVariant), &r.Hidden, &r.Low)...)
		return r, err
	})
	page.Rows, page.Next = trim(rows, limit, func(r models.StockRow) string {
		if sort.column == "on_hand" {
			return cursor(list, strconv.Itoa(r.OnHand), r.ID)
		}
		return cursor(list, "id", r.ID) // a SKU may be anything
	})
	return page, err
}

var heldList = timeList[models.ReservationRow]{
	name: "reservations", order: sorting{"o.expires_at", "r.id", false},
	query: "SELECT " + reservationTable.list("r") + ", o.number_text, o.state, o.expires_at, " + stockFields() +
		" FROM orders o JOIN reservations r ON r.order_id = o.id JOIN variants v ON v.id = r.variant_id" + joinProduct + " WHERE {page}",
	scan: func(rows *sql.Rows) (r models.ReservationRow, err error) {
		err = rows.Scan(slices.Concat(reservationTable.targets(&r.Reservation), []any{&r.OrderNumber, &r.State, &r.ExpiresAt}, stockTargets(&r.Variant))...)
		return r, err
	},
	place: func(r models.ReservationRow) (time.Time, string) { return r.ExpiresAt, r.ID },
}

// Reservations reads a page of the reservations that hold stock now, those that end first first, in one statement. ErrFilter, ErrCursor.
func (s *Store) Reservations(ctx context.Context, f models.ReservationFilter) (page models.ReservationPage, err error) {
	where := conditions{}
	// Only such orders hold stock (I7), and there is an index of their states.
	where.add("o.state IN ('awaiting', 'review') AND r.state = 'held'")
	where.equal("r.variant_id", f.VariantID)
	page.Rows, page.Next, err = heldList.page(ctx, s, where, f.After, f.Limit)
	return page, wrap("read the reservations", err)
}

// LowStock counts the variants of which little is left; limit is the shop's own.
func (s *Store) LowStock(ctx context.Context, limit int) (int, error) {
	var n int
	err := s.one(ctx, "SELECT COUNT(*) FROM variants v WHERE "+isLow, []any{limit}, &n)
	return n, wrap("count what is low", err)
}
