package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// OpenOrdersError means that a person's data cannot be erased yet: these orders still need them.
type OpenOrdersError struct {
	Orders []models.OwnOrder
}

// Error names the orders by their numbers.
func (e *OpenOrdersError) Error() string {
	numbers := make([]string, len(e.Orders))
	for i, o := range e.Orders {
		numbers[i] = o.Number
	}
	return "orders are open: " + strings.Join(numbers, ", ")
}

// statesWhere returns the states for which something holds, as arguments.
func statesWhere[T ~string](states []T, holds func(T) bool) (list []any) {
	for _, state := range states {
		if holds(state) {
			list = append(list, string(state))
		}
	}
	return list
}

// finished is the condition of orders for which nothing remains to be done: given up, or paid and all sent or all sent back, or paid with nothing
// that this shop sends.
var finished = "(o.state IN ('expired', 'cancelled') OR (o.state = 'paid' AND (o.fulfilment IN ('sent', 'handed') OR o.refunds = 'all' OR NOT " +
	sentByShop("o") + ")))"

// sentByShop is the condition of orders with something that the shop itself sends or hands over: those placed in the shop, and those of checkouts
// with goods of the shop. What a checkout of another program, or a payment link without a product, asks for is not the shop's to send. orders is
// the name of the table in the query.
func sentByShop(orders string) string {
	return "(" + orders + ".checkout_id = '' OR " + orders + ".shipped = 1 OR EXISTS (SELECT 1 FROM order_lines own WHERE own.order_id = " + orders +
		".id AND own.variant_id <> ''))"
}

// refundsUnderWay returns the states of refunds that the statement has not shown yet.
func refundsUnderWay() []any {
	return statesWhere(models.RefundStates(), func(r models.RefundState) bool { return r.Counts() && r != models.RefundConfirmed })
}

// CustomerOrderIDs reads the row ids of all orders of a customer, oldest first.
func (s *Store) CustomerOrderIDs(ctx context.Context, customer string) ([]string, error) {
	list, err := s.namedOrders(ctx, customer, "")
	return idsOf(list), wrap("read a customer's orders", err)
}

// namedOrder is an order with its e-mail.
type namedOrder struct {
	id, email string
	customer  string // where it was read
}

func scanNamedOrder(rows *sql.Rows) (o namedOrder, err error) {
	err = rows.Scan(&o.id, &o.email)
	return o, err
}

func idsOf(orders []namedOrder) []string {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.id
	}
	return ids
}

func (s *Store) namedOrders(ctx context.Context, customer, lock string) ([]namedOrder, error) {
	if customer == "" || !isKey(customer) {
		return nil, nil
	}
	return collect(ctx, s, "SELECT id, email FROM orders WHERE customer = ? ORDER BY created_at, id"+lock, []any{customer}, scanNamedOrder)
}

// GatherCustomer gives a customer the orders with the same e-mail that do not have their customer yet, as after a change of the key.
func (s *Store) GatherCustomer(ctx context.Context, customer string) error {
	return wrap("gather a customer's orders", s.Tx(ctx, func(tx *Store) error {
		_, err := tx.allOrders(ctx, customer)
		return err
	}))
}

// gather gives all orders with the folded e-mail to the customer, and returns how many were not the customer's before.
func (s *Store) gather(ctx context.Context, email, customer string) (n int, err error) {
	list, err := collect(ctx, s, "SELECT id, email FROM orders WHERE email = ? AND customer <> ?"+s.forUpdate(), []any{email, customer},
		scanNamedOrder)
	if err != nil {
		return 0, err
	}
	for _, o := range list {
		if foldEmail(o.email) != email {
			continue // the database takes more texts for the same
		}
		if _, err := s.exec(ctx, "UPDATE orders SET customer = ? WHERE id = ? AND email = ?", customer, o.id, o.email); err != nil {
			return n, err
		}
		if err := s.markForSearch(ctx, o.id); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// EraseCustomer takes a person out of all their orders. It returns the number of orders.
//
// What goes: e-mail, name, addresses, who paid, the carrier's number, the staff's notes on the orders and about the customer, what the search and
// the list of customers have, what checkouts and payment links know of the payer, also in events, webhooks and kept answers, mails that wait, the platform's messages as they came, the payer's account in the lines of statements, what coupons
// know the shopper by (eraseShoppers says what stays), and the files of exports, which may hold the person; an export that is being written is
// stopped.
//
// What stays: amounts, states, times and goods; the reasons of refunds and what the staff found in reviews, which belong to the books; the
// platform's statements as they came, sealed; and the log, which knows a person by a keyed digest alone.
//
// *OpenOrdersError: some orders still need the person, and nothing is changed. ErrNotFound: there are none. ErrConflict: one of them changed
// meanwhile. It belongs into the transaction that writes the audit log.
func (s *Store) EraseCustomer(ctx context.Context, customer string) (orders int, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		// The rows are locked from here on: a request for a refund of one waits.
		list, err := tx.allOrders(ctx, customer)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrNotFound
		}
		if err := tx.refuseOpen(ctx, customer); err != nil {
			return err
		}
		orders = len(list)
		return tx.eraseOrders(ctx, customer, idsOf(list))
	})
	return orders, wrap("erase a customer", err)
}

// allOrders locks the orders of a customer, and those with the same e-mail that do not have their customer yet.
func (s *Store) allOrders(ctx context.Context, customer string) ([]namedOrder, error) {
	list, err := s.namedOrders(ctx, customer, s.forUpdate())
	if err != nil {
		return nil, err
	}
	emails, more := map[string]bool{}, 0
	for _, o := range list {
		if email := foldEmail(o.email); email != "" && !emails[email] {
			emails[email] = true
			n, err := s.gather(ctx, email, customer)
			if err != nil {
				return nil, err
			}
			more += n
		}
	}
	if more == 0 {
		return list, nil
	}
	return s.namedOrders(ctx, customer, s.forUpdate())
}

func (s *Store) refuseOpen(ctx context.Context, customer string) error {
	refunds := refundsUnderWay()
	query := ownOrderQuery + "o.customer = ? AND (NOT " + finished +
		// Money that is on its way, here or back, needs to know whose it is, and so does a person who has to look.
		" OR EXISTS (SELECT 1 FROM attempts a WHERE a.live = ? AND a.order_id = o.id)" +
		" OR EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id AND r.state IN (" + placeholders(len(refunds)) + "))" +
		" OR EXISTS (SELECT 1 FROM reviews v WHERE v.open = ? AND v.order_id = o.id)) ORDER BY o.created_at DESC, o.id DESC LIMIT ?"
	args := slices.Concat([]any{customer}, []any{true}, refunds, []any{true, defaultPage})
	open, err := collect(ctx, s, query, args, scanOwnOrder)
	if err == nil && len(open) > 0 {
		err = &OpenOrdersError{Orders: open}
	}
	return err
}

func (s *Store) eraseOrders(ctx context.Context, customer string, ids []string) error {
	err := inParts(ids, func(list string, args []any) error {
		for _, erase := range []func(context.Context, string, []any) error{s.eraseShoppers, s.erasePapers, s.eraseMessages, s.erasePayers, s.eraseCheckouts} {
			if err := erase(ctx, list, args); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, "UPDATE orders AS o SET email = '', name = '', customer = '' WHERE o.customer = ? AND "+finished, customer)
	if err != nil {
		return err
	}
	if int(n) != len(ids) {
		return ErrConflict
	}
	if err := s.indexOrders(ctx, ids); err != nil {
		return err
	}
	if err := s.refreshCustomers(ctx, []string{customer}); err != nil {
		return err
	}
	return s.forgetExports(ctx)
}

// erasePapers removes what was written about the person on orders: addresses, the staff's notes, the carrier's numbers, what they were told
// about refunds, and mails that are not sent yet.
func (s *Store) erasePapers(ctx context.Context, orders string, ids []any) error {
	for _, statement := range []string{
		"DELETE FROM order_addresses WHERE order_id IN " + orders,
		"DELETE FROM notes WHERE order_id IN " + orders,
		"DELETE FROM mail_slots WHERE outbox_id IN (SELECT id FROM outbox WHERE order_id IN " + orders + ")",
		"DELETE FROM outbox WHERE state = '" + string(models.OutboxWaiting) + "' AND order_id IN " + orders,
		// Mails with links to all orders are counted by customer.
		"UPDATE outbox SET dedupe_key = " + s.concat("'erased:'", "id") + " WHERE kind = '" + string(models.MailOrderList) + "' AND order_id IN " + orders,
		"UPDATE shipments SET carrier = '', number = '', link = '' WHERE order_id IN " + orders,
		"UPDATE refunds SET shopper_note = '' WHERE order_id IN " + orders,
	} {
		if _, err := s.exec(ctx, statement, ids...); err != nil {
			return err
		}
	}
	return nil
}

// concat returns an expression that joins two texts.
func (s *Store) concat(a, b string) string {
	if s.dialect == migrations.SQLite {
		return a + " || " + b
	}
	return "CONCAT(" + a + ", " + b + ")"
}

// eraseMessages clears the platform's messages about orders before their time (ForgetEnvelopes), those that are handled.
func (s *Store) eraseMessages(ctx context.Context, orders string, ids []any) error {
	inbox, err := s.readTexts(ctx, "SELECT DISTINCT inbox_id FROM evidence WHERE inbox_id <> '' AND order_id IN "+orders, ids...)
	if err != nil {
		return err
	}
	return inParts(inbox, func(list string, args []any) error {
		_, err := s.exec(ctx, "UPDATE inbox SET data = '', sign = '', remote_addr = '' WHERE handled_at IS NOT NULL AND id IN "+list, args...)
		return err
	})
}

// erasePayers takes the accounts that paid, or got money back, off attempts and off the lines of statements.
func (s *Store) erasePayers(ctx context.Context, orders string, ids []any) error {
	_, err := s.exec(ctx, "UPDATE attempts SET payer_user_id = '', payer_digest = '', payer_sealed = NULL WHERE order_id IN "+orders, ids...)
	if err != nil {
		return err
	}
	return s.clearPayers(ctx, "SELECT t.app_order_id FROM {table} t WHERE t.order_id IN "+orders, ids...)
}

// clearPayers takes the accounts off the lines of statements about the attempts and refunds that a query names, with {table} for theirs.
func (s *Store) clearPayers(ctx context.Context, query string, args ...any) error {
	for _, table := range []string{"attempts", "refunds"} {
		names, err := s.readTexts(ctx, substitute(query, "table", table), slices.Clone(args)...)
		if err != nil {
			return err
		}
		err = inParts(names, func(list string, args []any) error {
			_, err := s.exec(ctx, "UPDATE statement_lines SET user_id = '' WHERE user_id <> '' AND app_order_id IN "+list, args...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseAgain takes the accounts of erased people off a statement that has come since: a day is fetched more than once.
func (s *Store) eraseAgain(ctx context.Context, statement string) error {
	return s.clearPayers(ctx, "SELECT l.app_order_id FROM statement_lines l JOIN {table} t ON t.app_order_id = l.app_order_id "+
		"JOIN orders o ON o.id = t.order_id WHERE l.statement_id = ? AND l.user_id <> '' AND o.email = ''", statement)
}

// forgetExports removes the files of all exports, what was searched for in them, and those that are under way: any of them may hold the
// person, and each can be made again. What it was an export of stays in the list.
func (s *Store) forgetExports(ctx context.Context) error {
	exports, err := find[models.Task](ctx, s, "id", "kind = ?", string(models.TaskExport))
	if err != nil {
		return err
	}
	for _, x := range exports {
		c := &change{}
		if x.State == models.TaskWaiting || x.State == models.TaskRunning {
			s.endTask(c, models.TaskStopped)
		}
		brief := briefExport(x.Params)
		if brief == x.Params && x.FileSize == 0 && len(c.values) == 0 {
			continue
		}
		if err := s.dropChunks(ctx, x.ID); err != nil {
			return err
		}
		c.set("params", brief)
		c.set("file_size", 0)
		c.set("file_name", "")
		if err := s.update(ctx, "tasks", c, "id = ?", x.ID); err != nil {
			return err
		}
	}
	return nil
}

// briefExport returns those of an export's parameters that the list of tasks shows; "" where they cannot be read.
func briefExport(params string) string {
	var brief struct {
		What   string `json:"what"`
		Format string `json:"format"`
	}
	if json.Unmarshal([]byte(params), &brief) != nil {
		return ""
	}
	text, err := json.Marshal(brief)
	if err != nil {
		return ""
	}
	return string(text)
}
