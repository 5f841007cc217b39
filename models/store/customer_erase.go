package store

import (
	"context"
	"database/sql"
	"strings"

	"coincart/models"
)

// OpenOrdersError says that a person's data cannot be erased yet: these orders still need them.
type OpenOrdersError struct {
	Orders []models.OwnOrder
}

// Error names the orders by their references.
func (e *OpenOrdersError) Error() string {
	refs := make([]string, len(e.Orders))
	for i, o := range e.Orders {
		refs[i] = o.Ref
	}
	return "orders are open: " + strings.Join(refs, ", ")
}

// finished are the states that an order is left in by money that came late alone.
func finished() []any {
	var list []any
	for _, state := range models.OrderStates() {
		if state.Finished() {
			list = append(list, string(state))
		}
	}
	return list
}

// CustomerOrderIDs reads the row ids of all orders of a customer, oldest first.
func (s *Store) CustomerOrderIDs(ctx context.Context, customer string) ([]string, error) {
	ids, err := s.customerOrderIDs(ctx, customer, "")
	return ids, doing("read a customer's orders", err)
}

func (s *Store) customerOrderIDs(ctx context.Context, customer, lock string) ([]string, error) {
	if customer == "" || !machine(customer) {
		return nil, nil
	}
	return collect(ctx, s, "SELECT id FROM orders WHERE customer = ? ORDER BY created_at, id"+lock, []any{customer},
		func(rows *sql.Rows) (id string, err error) {
			err = rows.Scan(&id)
			return id, err
		})
}

// EraseCustomer takes a person out of all their orders: e-mail, name, address, and who paid. Amounts, states and books stay as they are. It
// says how many orders it were. *OpenOrdersError: some still need the person, and nothing is changed. ErrNotFound: there are none.
// ErrConflict: one of them changed meanwhile. It belongs into the transaction that writes the audit log.
func (s *Store) EraseCustomer(ctx context.Context, customer string) (orders int, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		// The rows are held from here on: whoever asks for a refund of one waits.
		ids, err := tx.customerOrderIDs(ctx, customer, s.forUpdate())
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return ErrNotFound
		}
		if err := tx.refuseOpen(ctx, customer); err != nil {
			return err
		}
		orders = len(ids)
		return tx.eraseOrders(ctx, customer, ids)
	})
	return orders, doing("erase a customer", err)
}

func (s *Store) refuseOpen(ctx context.Context, customer string) error {
	args := append([]any{customer}, finished()...)
	query := ownOrderQuery + "o.customer = ? AND (o.state NOT IN (" + places(len(args)-1) + ")" +
		// Money that is on its way back needs to know whose it is, and so does a person who has to look.
		" OR EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id AND r.state IN (?, ?, ?, ?))" +
		" OR EXISTS (SELECT 1 FROM reviews v WHERE v.open = ? AND v.order_id = o.id)) ORDER BY o.created_at DESC, o.id DESC LIMIT ?"
	open, err := collect(ctx, s, query, append(args,
		string(models.RefundRequested), string(models.RefundApproved), string(models.RefundSubmitting), string(models.RefundUnknown), true, defaultPage,
	), scanOwnOrder)
	if err == nil && len(open) > 0 {
		err = &OpenOrdersError{Orders: open}
	}
	return err
}

func (s *Store) eraseOrders(ctx context.Context, customer string, ids []string) error {
	done := finished()
	n, err := s.exec(ctx, "UPDATE orders SET email = '', name = '', customer = '' WHERE customer = ? AND state IN ("+places(len(done))+")",
		append([]any{customer}, done...)...)
	if err != nil {
		return err
	}
	if int(n) != len(ids) {
		return ErrConflict
	}
	return inParts(ids, func(list string, args []any) error {
		if _, err := s.exec(ctx, "DELETE FROM order_addresses WHERE order_id IN "+list, args...); err != nil {
			return err
		}
		_, err := s.exec(ctx, "UPDATE attempts SET payer_user_id = '', payer_digest = '', payer_sealed = NULL WHERE order_id IN "+list, args...)
		return err
	})
}
