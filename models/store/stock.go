package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// take and give are the conditional changes of a variant's stock; rows found 1 or nothing happened (reliability.md R5, I7).
const (
	takeForOrder  = "UPDATE variants SET on_hand = on_hand - ?, reserved = reserved + ? WHERE id = ? AND on_hand >= ? AND untracked = 0"
	giveFromOrder = "UPDATE variants SET on_hand = on_hand + ?, reserved = reserved - ? WHERE id = ? AND reserved >= ?"
	sellFromOrder = "UPDATE variants SET reserved = reserved - ?, sold = sold + ? WHERE id = ? AND reserved >= ?"
	undoSale      = "UPDATE variants SET reserved = reserved + ?, sold = sold - ? WHERE id = ? AND sold >= ?"
	sellFromShelf = "UPDATE variants SET on_hand = on_hand - ?, sold = sold + ? WHERE id = ? AND on_hand >= ?"
	returnToShelf = "UPDATE variants SET on_hand = on_hand + ?, sold = sold - ? WHERE id = ? AND sold >= ?"
	changeOnHand  = "UPDATE variants SET on_hand = on_hand + ? WHERE id = ? AND on_hand + ? >= 0"
)

// Reserve promises stock to an order: all lines or none. What is not counted, or is no variant, needs no promise and gets none. Variants are taken in the
// order of their ids, so that two orders with the same ones never wait for each other crosswise. *OutOfStockError names the first variant
// of which too little is left; then nothing has changed, inside a transaction of the caller's too. A second reservation of an order is
// ErrDuplicate.
func (s *Store) Reserve(ctx context.Context, orderID string, lines []models.OrderLine) error {
	wanted := map[string]int{}
	for _, l := range lines {
		if l.VariantID != "" { // else it is none of the shop's own goods
			wanted[l.VariantID] += l.Quantity
		}
	}
	ids := slices.Sorted(maps.Keys(wanted))
	return wrap("reserve stock", s.Tx(ctx, func(tx *Store) error {
		taken := make([]string, 0, len(ids))
		for _, id := range ids {
			err := tx.changeStock(ctx, takeForOrder, id, wanted[id])
			if err == nil {
				taken = append(taken, id)
				continue
			}
			short, ok := errors.AsType[*OutOfStockError](err)
			if ok && short.untracked {
				continue
			}
			if !ok {
				return err
			}
			for _, id := range taken {
				if e := tx.changeStock(ctx, giveFromOrder, id, wanted[id]); e != nil {
					return errors.Join(err, e)
				}
			}
			return err
		}
		return tx.addReservations(ctx, orderID, taken, wanted)
	}))
}

// changeStock runs one of the conditional changes; *OutOfStockError where the condition does not hold.
func (s *Store) changeStock(ctx context.Context, query, variantID string, quantity int) error {
	n, err := s.exec(ctx, query, quantity, quantity, variantID, quantity)
	if err != nil || n == 1 {
		return err
	}
	return s.outOfStock(ctx, variantID, quantity)
}

func (s *Store) outOfStock(ctx context.Context, variantID string, wanted int) error {
	short := &OutOfStockError{VariantID: variantID, Wanted: wanted}
	if err := s.one(ctx, "SELECT sku, on_hand, untracked FROM variants WHERE id = ?", []any{variantID}, &short.SKU, &short.Left, &short.untracked); err != nil {
		return fmt.Errorf("variant %s: %w", variantID, err)
	}
	return short
}

func (s *Store) addReservations(ctx context.Context, orderID string, ids []string, wanted map[string]int) error {
	if len(ids) == 0 {
		return nil
	}
	now := s.now()
	held := make([]models.Reservation, 0, len(ids))
	moved := make([]models.StockMovement, 0, len(ids))
	for _, id := range ids {
		held = append(held, models.Reservation{
			ID: models.NewID(), OrderID: orderID, VariantID: id, Quantity: wanted[id],
			State: models.ReservationHeld, CreatedAt: now, UpdatedAt: now,
		})
		moved = append(moved, movement(orderID, id, models.MovementReservation, -wanted[id], now))
	}
	if err := s.create(ctx, &held); err != nil {
		return err
	}
	return s.create(ctx, &moved)
}

func movement(orderID, variantID string, kind models.MovementKind, quantity int, at time.Time) models.StockMovement {
	return models.StockMovement{
		ID: models.NewID(), VariantID: variantID, OrderID: orderID, Kind: kind, Quantity: quantity, CreatedAt: at,
	}
}

func (s *Store) reservations(ctx context.Context, orderID string) ([]models.Reservation, error) {
	return reservationTable.query(ctx, s, "WHERE order_id = ? ORDER BY variant_id", orderID)
}

// claimReservation moves a reservation from the state that was read; where another transaction was faster, this one starts again.
func (s *Store) claimReservation(ctx context.Context, r models.Reservation, to models.ReservationState, at time.Time) error {
	return s.execOr(ctx, &retryableError{fmt.Errorf("the reservation was %s: %w", r.State, ErrConflict)},
		"UPDATE reservations SET state = ?, updated_at = ? WHERE id = ? AND state = ?", string(to), at, r.ID, string(r.State))
}

// ReleaseReservation puts what is still held for an order back on the shelf. Released and sold reservations stay as they are, so
// that it may be called again.
func (s *Store) ReleaseReservation(ctx context.Context, orderID string) error {
	return wrap("release reserved stock", s.Tx(ctx, func(tx *Store) error {
		list, err := tx.reservations(ctx, orderID)
		if err != nil {
			return err
		}
		now := tx.now()
		var moved []models.StockMovement
		for _, r := range list {
			if r.State != models.ReservationHeld {
				continue
			}
			if err := tx.claimReservation(ctx, r, models.ReservationReleased, now); err != nil {
				return err
			}
			if err := tx.changeStock(ctx, giveFromOrder, r.VariantID, r.Quantity); err != nil {
				return err
			}
			moved = append(moved, movement(orderID, r.VariantID, models.MovementRelease, r.Quantity, now))
		}
		if len(moved) == 0 {
			return nil
		}
		return tx.create(ctx, &moved)
	}))
}

// SellReservation turns an order's reservation into a sale. What was released meanwhile is taken from the shelf again;
// *OutOfStockError where too little is left: then nothing has changed, inside a transaction of the caller's too, and the money is a
// matter for a review (reliability.md R11). Sold reservations stay as they are, so that it may be called again.
func (s *Store) SellReservation(ctx context.Context, orderID string) error {
	return wrap("sell reserved stock", s.Tx(ctx, func(tx *Store) error {
		list, err := tx.reservations(ctx, orderID)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(r models.Reservation) bool { return r.State == models.ReservationSold })
		now := tx.now()
		for i, r := range list {
			short := tx.sellOne(ctx, r, now)
			if short == nil {
				continue
			}
			if _, ok := errors.AsType[*OutOfStockError](short); !ok {
				return short
			}
			return errors.Join(short, tx.unsell(ctx, list[:i], now))
		}
		return tx.bookSales(ctx, list, now)
	}))
}

// sellOne sells a reservation, which it takes first: a transaction that sells or releases the same order waits there, and starts again.
// When the stock is short, the reservation is as it was.
func (s *Store) sellOne(ctx context.Context, r models.Reservation, at time.Time) error {
	if err := s.claimReservation(ctx, r, models.ReservationSold, at); err != nil {
		return err
	}
	query := sellFromOrder
	if r.State == models.ReservationReleased {
		query = sellFromShelf
	}
	err := s.changeStock(ctx, query, r.VariantID, r.Quantity)
	if _, short := errors.AsType[*OutOfStockError](err); short {
		return errors.Join(err, s.reopen(ctx, r, at))
	}
	return err
}

// reopen undoes claimReservation.
func (s *Store) reopen(ctx context.Context, r models.Reservation, at time.Time) error {
	sold := r
	sold.State = models.ReservationSold
	return s.claimReservation(ctx, sold, r.State, at)
}

// unsell undoes sellOne for those that were sold before one was short, all in the same transaction.
func (s *Store) unsell(ctx context.Context, sold []models.Reservation, at time.Time) error {
	for _, r := range sold {
		query := undoSale
		if r.State == models.ReservationReleased {
			query = returnToShelf
		}
		if err := s.changeStock(ctx, query, r.VariantID, r.Quantity); err != nil {
			return err
		}
		if err := s.reopen(ctx, r, at); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) bookSales(ctx context.Context, sold []models.Reservation, at time.Time) error {
	var moved []models.StockMovement
	for _, r := range sold {
		sale := movement(r.OrderID, r.VariantID, models.MovementSale, -r.Quantity, at)
		if r.State == models.ReservationReleased {
			sale.Note = "sold after its reservation had ended"
		} else {
			moved = append(moved, movement(r.OrderID, r.VariantID, models.MovementRelease, r.Quantity, at))
		}
		moved = append(moved, sale)
	}
	if len(moved) == 0 {
		return nil
	}
	return s.create(ctx, &moved)
}

// ErrMovement means that stock cannot be moved in this way by hand.
var ErrMovement = errors.New("stock of orders is moved by their reservations only")

// MoveStock books an import, a correction or a return (which takes back what was sold) and changes the stock by it. Stock never falls
// branchPattern nothing: *OutOfStockError. ErrNotFound: no such variant.
func (s *Store) MoveStock(ctx context.Context, m models.StockMovement) error {
	m.ID, m.CreatedAt = cmp.Or(m.ID, models.NewID()), orTime(m.CreatedAt, s.now())
	clipTexts(&m, "note")
	return wrap("move stock", s.Tx(ctx, func(tx *Store) error {
		switch m.Kind {
		case models.MovementImport, models.MovementCorrection:
			n, err := tx.exec(ctx, changeOnHand, m.Quantity, m.VariantID, m.Quantity)
			if err == nil && n == 0 {
				err = tx.outOfStock(ctx, m.VariantID, -m.Quantity)
			}
			if err != nil {
				return err
			}
		case models.MovementReturn:
			if err := tx.changeStock(ctx, returnToShelf, m.VariantID, m.Quantity); err != nil {
				return err
			}
		case models.MovementReservation, models.MovementRelease, models.MovementSale:
			return ErrMovement
		default:
			return ErrMovement
		}
		return tx.create(ctx, &m)
	}))
}
