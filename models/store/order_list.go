package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// fewOrders is the maximum number of orders of a span of time that are read and sorted by amount for a page: they lie side by side in one
// index, with what they are sorted and filtered by. Where there are more, the index of amounts is walked instead, and not far, because
// enough of its rows are of that time.
const fewOrders = 20_000

// orderSorts are the orders of a list of orders.
var orderSorts = map[models.OrderSort]sorting{
	models.OrdersNewest:     {"created_at", "id", true},
	models.OrdersOldest:     {"created_at", "id", false},
	models.OrdersAmountDesc: {"total", "id", true},
	models.OrdersAmountAsc:  {"total", "id", false},
}

// Orders reads a page of orders, each with its attempt that counts and how many reviews of it are open: three statements, a fourth for
// those of a time by amount, and up to three more with a search. ErrFilter: a sort, a state or a limit that does not exist. ErrCursor: After was not made by this list in this
// sort.
func (s *Store) Orders(ctx context.Context, f models.OrderFilter) (models.OrderPage, error) {
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return models.OrderPage{}, wrap("read the orders", err)
	}
	page, err := s.orderPage(ctx, f, limit, fewOrders)
	return page, wrap("read the orders", err)
}

func (s *Store) orderPage(ctx context.Context, f models.OrderFilter, limit, few int) (models.OrderPage, error) {
	f.Sort = cmp.Or(f.Sort, models.OrdersNewest)
	if f.Search = strings.TrimSpace(f.Search); f.Search != "" {
		return s.searchPage(ctx, f, limit)
	}
	keys, err := s.orderKeys(ctx, f, limit+1, few)
	if err != nil || keys.none {
		return models.OrderPage{}, err
	}
	query := "SELECT " + orderColumns + " FROM (" + keys.sql + ") k JOIN orders o ON o.id = k.id" + " ORDER BY " + keys.sort.by("o.") + " LIMIT ?"
	found, err := collect(ctx, s, query, append(keys.args, limit+1), scanFoundOrder)
	if err != nil {
		return models.OrderPage{}, err
	}
	return s.completePage(ctx, found, limit, func(r foundOrder) string { return orderCursor(f.Sort, r.OrderRow) })
}

// completePage adds attempts and reviews to the rows of a page. found has one more than the limit where there is a next page; place is that behind
// a row.
func (s *Store) completePage(ctx context.Context, found []foundOrder, limit int, place func(foundOrder) string) (page models.OrderPage, err error) {
	found, page.Next = trim(found, limit, place)
	if page.Rows, err = s.addAttempts(ctx, found); err != nil {
		return models.OrderPage{}, err
	}
	return page, s.addReviews(ctx, page.Rows)
}

// EachOrderRow calls fn with every order that a filter chooses, in its order, a batch at a time: memory does not grow with their
// number, and orders that come meanwhile do no harm. Limit is not used. What a search finds comes by time: it is complete then. An error of fn
// ends it and is returned as it is.
func (s *Store) EachOrderRow(ctx context.Context, f models.OrderFilter, fn func(models.OrderRow) error) error {
	return s.eachOrderPage(ctx, f, func(rows []models.OrderRow) error {
		for _, row := range rows {
			if err := fn(row); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachOrderPage calls fn with the batches of EachOrderRow.
func (s *Store) eachOrderPage(ctx context.Context, f models.OrderFilter, fn func([]models.OrderRow) error) error {
	if f.Search != "" && orderSorts[f.Sort].column == "total" {
		f.Sort = models.OrdersNewest
	}
	for {
		page, err := s.orderPage(ctx, f, batch, fewOrders)
		if err != nil {
			return wrap("read the orders", err)
		}
		for _, add := range []func(context.Context, []models.OrderRow) error{s.addTracking, s.addPayments, s.addCountries} {
			if err := add(ctx, page.Rows); err != nil {
				return wrap("read what belongs to the orders", err)
			}
		}
		if err := fn(page.Rows); err != nil {
			return err
		}
		if page.Next == "" {
			return nil
		}
		f.After = page.Next
	}
}

const orderColumns = "o.id, o.number_text, o.state, o.email, o.name, o.lang, o.currency, o.digits, o.total, o.coin, o.balance, o.fulfilment, o.refunds, " +
	"o.created_at, o.updated_at, o.expires_at, o.paid_at, o.fulfilled_at, o.goods_total, o.discount, o.delivery, o.delivery_tax, o.tax, o.contained_tax, " +
	"o.tax_included, o.tax_name, o.shop_tax_name, o.tax_rate, o.coupon_code, o.delivery_title, o.shop_delivery, o.paid_attempt_id"

type foundOrder struct {
	models.OrderRow
	paidAttemptID string
}

func scanFoundOrder(rows *sql.Rows) (foundOrder, error) { return scanOrderRow(rows) }

// scanOrderRow scans orderColumns, and what a query has behind them into more.
func scanOrderRow(rows *sql.Rows, more ...any) (r foundOrder, err error) {
	var taxName, delivery string
	err = rows.Scan(append([]any{
		&r.ID, &r.Number, &r.State, &r.Email, &r.Name, &r.Lang, &r.Currency, &r.Digits, &r.Total, &r.Coin, &r.Balance, &r.Fulfilment, &r.Refunds,
		&r.CreatedAt, &r.UpdatedAt, &r.ExpiresAt, orZero(&r.PaidAt), orZero(&r.FulfilledAt), &r.GoodsTotal, &r.Discount, &r.Delivery, &r.DeliveryTax, &r.Tax,
		&r.ContainedTax, &r.TaxIncluded, &taxName, &r.TaxName, &r.TaxRate, &r.CouponCode, &delivery, &r.DeliveryBy, &r.paidAttemptID,
	}, more...)...)
	r.TaxName, r.DeliveryBy = cmp.Or(r.TaxName, taxName), cmp.Or(r.DeliveryBy, delivery)
	return r, err
}

func orderCursor(sort models.OrderSort, r models.OrderRow) string {
	key := timeKey(r.CreatedAt)
	if orderSorts[sort].column == "total" {
		key = r.Total.String()
	}
	return cursor(orderListName(sort), key, r.ID)
}

func orderListName(sort models.OrderSort) string { return "orders." + string(sort) }

// orderKeys is a query of the ids of a page, and of the column that sorts them.
type orderKeys struct {
	sql  string
	args []any
	sort sorting
	none bool // nothing can be found
}

// orderKeys finds the index for what is asked. Without a search it walks an index in the order of the list, one walk per state: so the
// indexes need not exist twice, with and without the state, and no walk steps over rows of other states.
func (s *Store) orderKeys(ctx context.Context, f models.OrderFilter, n, few int) (orderKeys, error) {
	sort, ok := orderSorts[f.Sort]
	if !ok {
		return orderKeys{}, fmt.Errorf("%w: sort", ErrFilter)
	}
	k := orderKeys{sort: sort}
	common, err := s.orderConditions(ctx, f)
	if err != nil {
		return orderKeys{}, err
	}
	if f.Unusual {
		k.unusual(f, common, n)
		return k, nil
	}
	if k.byFact(s, f, common, n) {
		return k, nil
	}
	byTime := sort.column == "created_at" && f.State == "" && f.Coin == ""
	if sort.column == "total" && (!f.From.IsZero() || !f.To.IsZero()) {
		found, err := s.countOrders(ctx, f.From, f.To, few+1)
		if err != nil {
			return orderKeys{}, err
		}
		byTime, k.none = found <= few, found == 0
	}
	if byTime {
		common.equal("state", string(f.State))
		k.add(s.forceIndex("orders_by_time"), common, n)
		return k, nil
	}
	states := models.OrderStates()
	if f.State != "" {
		states = []models.OrderState{f.State}
	}
	for _, state := range states {
		where := conditions{}
		where.add("state = ?", string(state))
		where.add(common.sql(), common.args...)
		k.add(s.forceIndex(orderIndex(f, sort)), where, n)
	}
	return k, nil
}

// byFact lists the orders with a rare fact, which have an index each: there are so few of them that they are sorted for a page. Facts that
// most orders have are no reason for a walk of their own.
func (k *orderKeys) byFact(s *Store, f models.OrderFilter, common conditions, n int) bool {
	using := ""
	switch {
	case f.Fulfilment == models.FulfilmentNone, f.Fulfilment == models.FulfilmentPart:
		using = s.forceIndex("orders_by_fulfilment")
	case f.Refunds != "" && f.Refunds != models.RefundsNone:
		using = s.forceIndex("orders_by_refunds")
	case f.Balance != models.BalanceExact:
		common.add("id IN (SELECT order_id FROM reviews WHERE decision = ?)", string(models.DecideAcceptAmount))
	default:
		return false
	}
	common.equal("state", string(f.State))
	k.add(using, common, n)
	return true
}

// orderIndex names the index of the walks of single states.
func orderIndex(f models.OrderFilter, sort sorting) string {
	switch {
	case f.Coin != "" && sort.column == "total":
		return "orders_by_coin_total"
	case f.Coin != "":
		return "orders_by_coin"
	case sort.column == "total":
		return "orders_by_total"
	default:
		return "orders_by_state"
	}
}

// countOrders counts the orders of a time, up to limit. An end that is zero is open.
func (s *Store) countOrders(ctx context.Context, from, to time.Time, limit int) (n int, err error) {
	where := conditions{}
	where.within("created_at", from, to)
	query := "SELECT COUNT(*) FROM (SELECT 1 FROM orders" + s.forceIndex("orders_by_time") + " WHERE " + where.sql() + " LIMIT ?) o"
	err = s.one(ctx, query, append(where.args, limit), &n)
	return n, err
}

// forceIndex names the index of a walk. The optimizers would find it, but not for every distribution of states and coins, and a list must
// be as fast for the rare ones.
func (s *Store) forceIndex(index string) string {
	if s.dialect == migrations.SQLite {
		return " INDEXED BY " + index
	}
	return " FORCE INDEX (" + index + ")"
}

// add adds a walk; several of them are joined, each with no more rows than the page.
func (k *orderKeys) add(using string, where conditions, n int) {
	walk := "SELECT id, " + k.sort.column + " FROM orders" + using + " WHERE " + where.sql() + " ORDER BY " + k.sort.by("") + " LIMIT ?"
	if k.sql != "" {
		k.sql += " UNION ALL "
	}
	k.sql += fmt.Sprintf("SELECT * FROM (%s) w%d", walk, len(k.args))
	k.args = append(append(k.args, where.args...), n)
}

// orderConditions are those of every kind of query: coin, time and the place in the list.
func (s *Store) orderConditions(ctx context.Context, f models.OrderFilter) (where conditions, err error) {
	where.within("created_at", f.From, f.To)
	if f.State != "" {
		if _, ok := models.ParseOrderState(string(f.State)); !ok {
			return where, fmt.Errorf("%w: state", ErrFilter)
		}
	}
	if err := factConditions(&where, f); err != nil {
		return where, err
	}
	if f.Coin != "" {
		if widths["orders"]["coin"].check("coin", f.Coin) != nil {
			return where, fmt.Errorf("%w: coin", ErrFilter)
		}
		where.add("coin = ?", f.Coin)
	}
	return where, s.afterRow(ctx, &where, listPlace{orderListName(f.Sort), f.After}, orderSorts[f.Sort], "orders", "")
}

// factConditions are those of fulfilment, refunds and balance. What is sent, and what was paid too little or too much, is told of paid
// orders only.
func factConditions(where *conditions, f models.OrderFilter) error {
	for _, fact := range []struct {
		column, value string
		known, paid   bool
	}{
		{"fulfilment", string(f.Fulfilment), slices.Contains(models.Fulfilments(), f.Fulfilment), true},
		{"refunds", string(f.Refunds), slices.Contains(models.RefundStatuses(), f.Refunds), false},
		{"balance", string(f.Balance), slices.Contains(models.Balances(), f.Balance), true},
	} {
		if fact.value == "" {
			continue
		}
		if !fact.known {
			return fmt.Errorf("%w: %s", ErrFilter, fact.column)
		}
		where.equal(fact.column, fact.value)
		if fact.column == "fulfilment" && f.ToSend {
			where.add(sentByShop("orders"))
		}
		if fact.paid {
			where.equal("state", string(models.OrderPaid))
		}
	}
	return nil
}

// unusual lists the orders with open reviews, which are few.
func (k *orderKeys) unusual(f models.OrderFilter, where conditions, n int) {
	where.equal("state", string(f.State))
	k.sql = "SELECT id, " + k.sort.column + " FROM (SELECT DISTINCT order_id AS found FROM reviews WHERE `open` = ? AND order_id <> '') m " +
		"JOIN orders ON orders.id = m.found WHERE " + where.sql() + " ORDER BY " + k.sort.by("") + " LIMIT ?"
	k.args = append(append([]any{true}, where.args...), n)
}

const readCurrent = `SELECT order_id, id, state, app_order_id, order_num, coin, amount, received, refunded, payer_user_id FROM attempts
	WHERE order_id IN {orders} ORDER BY created_at, id`

// addAttempts puts the attempt that counts beside each order (models.Order.Current).
func (s *Store) addAttempts(ctx context.Context, found []foundOrder) ([]models.OrderRow, error) {
	rows := make([]models.OrderRow, len(found))
	place := make(map[string]int, len(found))
	for i, r := range found {
		rows[i], place[r.ID] = r.OrderRow, i
	}
	err := inParts(rowIDs(rows), func(orders string, args []any) error {
		return s.each(ctx, substitute(readCurrent, "orders", orders), args, func(scanned *sql.Rows) error {
			var r models.OrderRow
			var received models.Amount
			err := scanned.Scan(&r.ID, &r.AttemptID, &r.AttemptState, &r.AppOrderID, orZero(&r.OrderNum), &r.PayCoin, &r.PayAmount, &received, &r.Refunded, &r.PayerUserID)
			if err != nil {
				return err
			}
			if received.IsPositive() {
				r.PayAmount = received
			}
			i := place[r.ID]
			row := &rows[i]
			if row.AttemptID != "" && row.AttemptID == found[i].paidAttemptID {
				return nil
			}
			row.AttemptID, row.AttemptState, row.AppOrderID, row.OrderNum = r.AttemptID, r.AttemptState, r.AppOrderID, r.OrderNum
			row.PayCoin, row.PayAmount, row.Refunded, row.PayerUserID = r.PayCoin, r.PayAmount, r.Refunded, r.PayerUserID
			return nil
		})
	})
	return rows, err
}

// addReviews counts the open reviews of each order.
func (s *Store) addReviews(ctx context.Context, rows []models.OrderRow) error {
	open, err := readMapOf[int](ctx, s,
		"SELECT order_id, COUNT(*) FROM reviews WHERE `open` = ? AND order_id IN {keys} GROUP BY order_id", rowIDs(rows), true)
	for i := range rows {
		rows[i].OpenReviews = open[rows[i].ID]
	}
	return err
}

// addTracking puts the carriers' numbers of its parcels beside each order.
func (s *Store) addTracking(ctx context.Context, rows []models.OrderRow) error {
	numbers := map[string][]string{}
	err := inParts(rowIDs(rows), func(orders string, args []any) error {
		query := "SELECT order_id, number FROM shipments WHERE undone_at IS NULL AND number <> '' AND order_id IN " + orders + " ORDER BY sent_at, id"
		return s.each(ctx, query, args, func(scanned *sql.Rows) error {
			var order, number string
			err := scanned.Scan(&order, &number)
			numbers[order] = append(numbers[order], number)
			return err
		})
	})
	for i := range rows {
		rows[i].Tracking = strings.Join(numbers[rows[i].ID], ", ")
	}
	return err
}

func rowIDs(rows []models.OrderRow) []string {
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids
}
