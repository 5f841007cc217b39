package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

const (
	indexBatch  = 500  // orders of one transaction that indexes them
	dueInSearch = 200  // orders that a search indexes itself before it looks
	textsAtOnce = 1000 // candidates that are compared first, where the first ones may be enough
	minKeyPart  = 8    // characters from which the beginning of a key finds it
	timeSlack   = 1000 // orders that a number may be off: they are numbered when they are indexed, about in the order of their times
)

// markForSearch notes that what an order is found by has changed, or its customer's sums.
func (s *Store) markForSearch(ctx context.Context, orderID string) error {
	if s.marked[orderID] {
		return nil
	}
	if s.inTx {
		s.marked[orderID] = true
	}
	_, err := s.exec(ctx, "INSERT INTO unindexed_orders (order_id) VALUES (?)"+s.replacing([]string{"order_id"}, "order_id"), orderID)
	return err
}

// IndexOrders brings the search for orders, and the list of customers, up to date: up to limit orders that have changed, those that were placed
// first before others. It returns their number. Several replicas may do it at once.
func (s *Store) IndexOrders(ctx context.Context, limit int) (done int, err error) {
	for done < limit {
		ids, err := s.readTexts(ctx, "SELECT order_id FROM unindexed_orders ORDER BY order_id LIMIT ?", min(indexBatch, limit-done))
		if err != nil || len(ids) == 0 {
			return done, wrap("look for orders to index", err)
		}
		err = s.Tx(ctx, func(tx *Store) error {
			// Whoever changes one of them meanwhile waits, and marks it again.
			if err := inParts(ids, func(list string, args []any) error {
				_, err := tx.exec(ctx, "DELETE FROM unindexed_orders WHERE order_id IN "+list, args...)
				return err
			}); err != nil {
				return err
			}
			return tx.indexOrders(ctx, ids)
		})
		if err != nil {
			return done, wrap("index orders", err)
		}
		if done += len(ids); len(ids) < indexBatch {
			break
		}
	}
	return done, nil
}

// indexOrders indexes orders as they are now, and brings their customers up to date.
func (s *Store) indexOrders(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	// The space is locked first: what is read after that is not older than what others have indexed.
	if _, err := s.lockSpace(ctx, spaceOrders); err != nil {
		return err
	}
	orders, err := s.searchedOrders(ctx, ids)
	if err != nil {
		return err
	}
	texts, customers := map[string]string{}, map[string]bool{}
	sorted := make([]string, len(orders))
	for i, o := range orders {
		sorted[i], texts[o.id] = o.id, foldedText(o.texts...)
		customers[o.customer] = true
	}
	if err := s.indexTexts(ctx, spaceOrders, sorted, texts); err != nil {
		return err
	}
	return s.refreshCustomers(ctx, sortedKeys(customers))
}

// searchedOrder is an order with what it is found by.
type searchedOrder struct {
	id, customer string
	createdAt    time.Time
	texts        []string
}

// searchedOrders reads orders with what finds them, the oldest first.
func (s *Store) searchedOrders(ctx context.Context, ids []string) ([]searchedOrder, error) {
	found := map[string]*searchedOrder{}
	err := inParts(ids, func(list string, args []any) error {
		if err := s.each(ctx, "SELECT id, customer, created_at, email, name, number_text, coupon_code, total, digits FROM orders WHERE id IN "+list, args,
			func(rows *sql.Rows) error {
				var o searchedOrder
				var email, name, number, coupon string
				var total models.Amount
				var digits int
				err := rows.Scan(&o.id, &o.customer, &o.createdAt, &email, &name, &number, &coupon, &total, &digits)
				o.texts = []string{email, name, number, coupon, fixedDigits(total, digits)}
				found[o.id] = &o
				return err
			}); err != nil {
			return err
		}
		add := func(query string, columns int) error { return s.addTexts(ctx, found, query+list, args, columns) }
		return errors.Join(
			add("SELECT order_id, title, variant_title, sku FROM order_lines WHERE order_id IN ", 3),
			add("SELECT order_id, COALESCE(order_num, ''), payer_user_id FROM attempts WHERE order_id IN ", 2),
			add("SELECT order_id, COALESCE(order_num, '') FROM refunds WHERE order_id IN ", 1),
			add("SELECT order_id, carrier, number FROM shipments WHERE undone_at IS NULL AND order_id IN ", 2),
			s.addAmounts(ctx, found, "SELECT order_id, amount FROM attempts WHERE order_id IN "+list, args),
		)
	})
	orders := make([]searchedOrder, 0, len(found))
	for _, o := range found {
		orders = append(orders, *o)
	}
	slices.SortFunc(orders, func(a, b searchedOrder) int {
		return cmp.Or(a.createdAt.Compare(b.createdAt), strings.Compare(a.id, b.id))
	})
	return orders, err
}

// addTexts adds the texts of a query, whose first column is the order's id.
func (s *Store) addTexts(ctx context.Context, found map[string]*searchedOrder, query string, args []any, columns int) error {
	return s.each(ctx, query, args, func(rows *sql.Rows) error {
		texts := make([]string, columns+1)
		targets := make([]any, len(texts))
		for i := range texts {
			targets[i] = &texts[i]
		}
		err := rows.Scan(targets...)
		if o := found[texts[0]]; o != nil {
			o.texts = append(o.texts, texts[1:]...)
		}
		return err
	})
}

// addAmounts adds the amounts of a query, as decimal text.
func (s *Store) addAmounts(ctx context.Context, found map[string]*searchedOrder, query string, args []any) error {
	return s.each(ctx, query, args, func(rows *sql.Rows) error {
		var id string
		var amount models.Amount
		err := rows.Scan(&id, &amount)
		if o := found[id]; o != nil {
			o.texts = append(o.texts, amount.String())
		}
		return err
	})
}

// fixedDigits returns an amount with all digits of its currency, as pages show it.
func fixedDigits(a models.Amount, digits int) string {
	whole, fraction, _ := strings.Cut(a.String(), ".")
	if len(fraction) < digits {
		fraction += strings.Repeat("0", digits-len(fraction))
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// searchPage reads a page of the orders that a search finds.
func (s *Store) searchPage(ctx context.Context, f models.OrderFilter, limit int) (models.OrderPage, error) {
	if _, ok := orderSorts[f.Sort]; !ok {
		return models.OrderPage{}, fmt.Errorf("%w: sort", ErrFilter)
	}
	keyed, err := s.keyedOrders(ctx, f.Search)
	if err != nil {
		return models.OrderPage{}, err
	}
	if len(keyed) > 0 {
		return s.listed(ctx, f, limit, keyed)
	}
	q := readPartSearch(f.Search)
	if len(q.patterns) == 0 || len(f.Search) > maxSearchBytes {
		return models.OrderPage{}, nil
	}
	if _, err := s.IndexOrders(ctx, dueInSearch); err != nil {
		return models.OrderPage{}, err
	}
	if orderSorts[f.Sort].column == "total" {
		return s.foundByAmount(ctx, f, q, limit)
	}
	return s.foundByTime(ctx, f, q, limit)
}

const maxSearchBytes = 1024

// maxCandidates is the maximum number of candidates of one page; a variable for tests.
var maxCandidates = 5000

// keyedOrders reads the orders that a key names: the reference or our id at the platform, whole or their beginning; the row's id; the
// platform's number of a payment or a refund. A text that may be something else is none: it has too few characters.
func (s *Store) keyedOrders(ctx context.Context, search string) ([]string, error) {
	if number, ok := strings.CutPrefix(strings.TrimSpace(search), "#"); ok { // an order number and nothing else
		n, err := strconv.Atoi(number)
		if err == nil {
			if found, err := s.readTexts(ctx, "SELECT id FROM orders WHERE number = ?", n); err != nil || len(found) > 0 {
				return found, err
			}
		}
	}
	if !isKey(search) || len(search) < minKeyPart || strings.ContainsAny(search, "@.") {
		return nil, nil
	}
	var parts []string
	var args []any
	add := func(query, column, key string) {
		parts, args = append(parts, query+" WHERE "+column+" = ?"), append(args, key)
	}
	begins := func(query, column string) {
		where, values := s.beginsWith(column, strings.ToUpper(search))
		parts, args = append(parts, query+" WHERE "+where), append(args, values...)
	}
	add("SELECT id AS found FROM orders", "id", search)
	begins("SELECT id FROM orders", "ref")
	add("SELECT order_id FROM attempts", "order_num", search)
	add("SELECT order_id FROM refunds", "order_num", search)
	begins("SELECT order_id FROM attempts", "app_order_id")
	begins("SELECT order_id FROM refunds", "app_order_id")
	return s.readTexts(ctx, strings.Join(parts, " UNION ")+" LIMIT "+strconv.Itoa(models.MaxPageRows), args...)
}

// beginsWith is the condition that a column of keys begins with a text.
func (s *Store) beginsWith(column, text string) (where string, args []any) {
	if s.dialect == migrations.SQLite {
		// A range of the index; LIKE would need the text itself for that. No character comes after the last one.
		return column + " >= ? AND " + column + " < ? || char(1114111)", []any{text, text}
	}
	return column + " LIKE ? ESCAPE '!'", []any{likeEscapes.Replace(text) + "%"}
}

// listed reads a page of some orders that are known by their ids.
func (s *Store) listed(ctx context.Context, f models.OrderFilter, limit int, ids []string) (models.OrderPage, error) {
	where, err := s.orderConditions(ctx, f)
	if err != nil {
		return models.OrderPage{}, err
	}
	addOrderState(&where, f)
	args := padded(arguments(ids))
	where.add("id IN ("+placeholders(len(args))+")", args...)
	sort := orderSorts[f.Sort]
	query := "SELECT " + orderColumns + " FROM orders o WHERE " + where.sql() + " ORDER BY " + sort.by("o.") + " LIMIT ?"
	found, err := collect(ctx, s, query, append(where.args, limit+1), scanFoundOrder)
	if err != nil {
		return models.OrderPage{}, err
	}
	return s.completePage(ctx, found, limit, func(r foundOrder) string { return orderCursor(f.Sort, r.OrderRow) })
}

// addOrderState adds the conditions that walks of an index have in another form.
func addOrderState(where *conditions, f models.OrderFilter) {
	where.equal("o.state", string(f.State))
	if f.Unusual {
		where.add("EXISTS (SELECT 1 FROM reviews r WHERE r.open = ? AND r.order_id = o.id)", true)
	}
}

// numberedOrder is an order with its number in the search.
type numberedOrder struct {
	foundOrder
	seq int64
}

// foundByTime walks the orders that fit a search in the order of their numbers, which is that of their times. A page may have fewer rows than
// its limit and a next one: maxCandidates of them were looked at.
func (s *Store) foundByTime(ctx context.Context, f models.OrderFilter, q partSearch, limit int) (page models.OrderPage, err error) {
	newest := orderSorts[f.Sort].descending
	after, name := f.After, orderListName(f.Sort)+".search"
	keys, err := readCursor(name, after, 1)
	if err != nil {
		return page, err
	}
	f.After = ""
	where, in, err := s.searchSpan(ctx, f)
	if err != nil {
		return page, err
	}
	if keys != nil {
		seq, err := strconv.ParseInt(keys[0], 10, 64)
		if err != nil {
			return page, ErrCursor
		}
		if newest {
			in.last = min(in.last, seq-1)
		} else {
			in.first = max(in.first, seq+1)
		}
	}
	seqs, more, err := s.candidates(ctx, spaceOrders, q.grams, in, newest, maxCandidates)
	if err != nil {
		return page, err
	}
	order := "t.seq"
	if newest {
		order += " DESC"
	}
	ofState := 0
	if more && f.State != "" {
		if ofState, err = s.countState(ctx, f.State); err != nil {
			return page, err
		}
	}
	few := ofState > 0 && ofState <= maxCandidates
	var found []numberedOrder
	if !few {
		found, err = s.comparedByTime(ctx, seqs, q, where, order, limit+1)
	}
	if err == nil && (few || more && ofState > 0 && ofState <= fewOrders && len(found) <= limit) {
		found, err = s.foundInState(ctx, f, q, in, limit+1)
		more = false
	}
	if err != nil {
		return page, err
	}
	place := map[string]string{}
	orders := make([]foundOrder, len(found))
	for i, o := range found {
		orders[i], place[o.ID] = o.foundOrder, cursor(name, strconv.FormatInt(o.seq, 10))
	}
	page, err = s.completePage(ctx, orders, limit, func(r foundOrder) string { return place[r.ID] })
	if page.Next == "" && more {
		page.Next = cursor(name, strconv.FormatInt(seqs[len(seqs)-1], 10))
	}
	return page, err
}

// countState counts the orders of a state, up to one more than fewOrders.
func (s *Store) countState(ctx context.Context, state models.OrderState) (n int, err error) {
	query := "SELECT COUNT(*) FROM (SELECT 1 FROM orders" + s.forceIndex("orders_by_state") + " WHERE state = ? LIMIT ?) o"
	err = s.one(ctx, query, []any{string(state), fewOrders + 1}, &n)
	return n, err
}

// foundInState compares the orders of the filter's state with the search, where they are few and the candidates too many.
func (s *Store) foundInState(ctx context.Context, f models.OrderFilter, q partSearch, in span, n int) ([]numberedOrder, error) {
	where, err := s.orderConditions(ctx, f)
	if err != nil {
		return nil, err
	}
	addOrderState(&where, f)
	where.add("t.space = ? AND t.seq >= ? AND t.seq <= ?", spaceOrders, in.first, in.last)
	q.where(&where, "t.text")
	order := "t.seq"
	if orderSorts[f.Sort].descending {
		order += " DESC"
	}
	query := "SELECT " + orderColumns + ", t.seq FROM orders o" + s.forceIndex("orders_by_state") + " JOIN search_texts t ON t.row_id = o.id WHERE " + where.sql() +
		" ORDER BY " + order + " LIMIT ?"
	return collect(ctx, s, query, append(where.args, n), scanNumberedOrder)
}

// foundByAmount sorts the orders that fit a search by their totals: the newest maxCandidates of them. Partial says that there are others.
func (s *Store) foundByAmount(ctx context.Context, f models.OrderFilter, q partSearch, limit int) (page models.OrderPage, err error) {
	where, in, err := s.searchSpan(ctx, f)
	if err != nil {
		return page, err
	}
	seqs, more, err := s.candidates(ctx, spaceOrders, q.grams, in, true, maxCandidates)
	if err != nil {
		return page, err
	}
	sort := orderSorts[f.Sort]
	found, err := s.compared(ctx, seqs, q, where, sort.by("o."), limit+1)
	if err != nil {
		return page, err
	}
	orders := make([]foundOrder, len(found))
	for i, o := range found {
		orders[i] = o.foundOrder
	}
	page, err = s.completePage(ctx, orders, limit, func(r foundOrder) string { return orderCursor(f.Sort, r.OrderRow) })
	page.Partial = more
	return page, err
}

// comparedByTime is compared for an order of the numbers: most often the first candidates are enough.
func (s *Store) comparedByTime(
	ctx context.Context, seqs []int64, q partSearch, where conditions, order string, n int,
) (found []numberedOrder, err error) {
	first := seqs
	if !isDense(seqs) {
		first = seqs[:min(len(seqs), textsAtOnce)]
	}
	found, err = s.compared(ctx, first, q, where, order, n)
	if err != nil || len(found) >= n || len(first) == len(seqs) {
		return found, err
	}
	others, err := s.compared(ctx, seqs[len(first):], q, where, order, n-len(found))
	return append(found, others...), err
}

// compared reads those of the candidates whose texts fit a search, up to n.
func (s *Store) compared(ctx context.Context, seqs []int64, q partSearch, where conditions, order string, n int) ([]numberedOrder, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	numbered, args := s.numbered(spaceOrders, seqs)
	where = conditions{parts: slices.Clone(where.parts), args: slices.Clone(where.args)}
	q.where(&where, "t.text")
	query := "SELECT " + orderColumns + ", t.seq FROM search_texts t JOIN orders o ON o.id = t.row_id WHERE " + numbered + " AND " +
		where.sql() + " ORDER BY " + order + " LIMIT ?"
	return collect(ctx, s, query, slices.Concat(args, where.args, []any{n}), scanNumberedOrder)
}

func scanNumberedOrder(rows *sql.Rows) (o numberedOrder, err error) {
	o.foundOrder, err = scanOrderRow(rows, &o.seq)
	return o, err
}

// searchSpan returns the conditions of a filter, and the range of numbers of the orders of its time.
func (s *Store) searchSpan(ctx context.Context, f models.OrderFilter) (where conditions, in span, err error) {
	if where, err = s.orderConditions(ctx, f); err != nil {
		return where, in, err
	}
	addOrderState(&where, f)
	in = allRows
	first := func(at time.Time) (seq int64, err error) {
		query := "SELECT t.seq FROM search_texts t WHERE t.space = ? AND t.row_id = (SELECT o.id FROM orders o" + s.forceIndex("orders_by_time") +
			" WHERE o.created_at >= ? ORDER BY o.created_at, o.id LIMIT 1)"
		err = s.one(ctx, query, []any{spaceOrders, at}, &seq)
		if errors.Is(err, ErrNotFound) {
			return in.last, nil
		}
		return seq, err
	}
	if !f.From.IsZero() {
		seq, err := first(f.From)
		if err != nil {
			return where, in, err
		}
		in.first = max(0, seq-timeSlack)
	}
	if !f.To.IsZero() {
		seq, err := first(f.To)
		if err != nil {
			return where, in, err
		}
		in.last = min(in.last, seq+timeSlack)
	}
	return where, in, nil
}
