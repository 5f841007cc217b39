package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
)

// InsertShipment stores a shipment with its lines and brings the order's fulfilment up to date. Ids and times that are empty are filled in.
// A form token that is taken is ErrDuplicate; then nothing has changed, inside a transaction of the caller's too. ErrText.
func (s *Store) InsertShipment(ctx context.Context, sh *models.Shipment) error {
	sh.ID = cmp.Or(sh.ID, models.NewID())
	sh.SentAt = orTime(sh.SentAt, s.now())
	sh.UpdatedAt = orTime(sh.UpdatedAt, sh.SentAt)
	sh.Version = cmp.Or(sh.Version, 1)
	for i := range sh.Lines {
		sh.Lines[i].ID, sh.Lines[i].ShipmentID = cmp.Or(sh.Lines[i].ID, models.NewID()), sh.ID
	}
	return wrap("store the shipment", s.Tx(ctx, func(tx *Store) error {
		if err := tx.create(ctx, sh); err != nil {
			return err
		}
		if err := tx.create(ctx, &sh.Lines); err != nil {
			return err
		}
		return tx.followShipments(ctx, sh.OrderID)
	}))
}

// ShipmentChange changes a shipment; see CorrectShipment.
type ShipmentChange struct {
	ByHand  *bool
	Carrier *string
	Number  *string
	Link    *string
}

// CorrectShipment changes how a shipment goes, by compare-and-set over its version. ErrConflict: it was changed or undone meanwhile. ErrText.
func (s *Store) CorrectShipment(ctx context.Context, sh models.Shipment, set ShipmentChange) error {
	c, err := changed[models.Shipment](set)
	if err != nil {
		return wrap("correct the shipment", err)
	}
	c.set("version", sh.Version+1)
	c.set("updated_at", s.now())
	return wrap("correct the shipment", s.Tx(ctx, func(tx *Store) error {
		if err := tx.update(ctx, "shipments", c, "id = ? AND version = ? AND undone_at IS NULL", sh.ID, sh.Version); err != nil {
			return err
		}
		return tx.followShipments(ctx, sh.OrderID)
	}))
}

// UndoShipment records that a shipment was not sent after all, by compare-and-set over its version, and brings the order's fulfilment up to
// date. ErrConflict: it was changed or undone meanwhile.
func (s *Store) UndoShipment(ctx context.Context, sh models.Shipment) error {
	return wrap("undo the shipment", s.Tx(ctx, func(tx *Store) error {
		now := tx.now()
		err := tx.execOr(ctx, ErrConflict, "UPDATE shipments SET undone_at = ?, version = version + 1, updated_at = ? WHERE id = ? AND version = ? AND undone_at IS NULL",
			now, now, sh.ID, sh.Version)
		if err != nil {
			return err
		}
		return tx.followShipments(ctx, sh.OrderID)
	}))
}

// Shipment reads a shipment with its lines; ErrNotFound.
func (s *Store) Shipment(ctx context.Context, id string) (models.Shipment, error) {
	sh, err := takeByKey[models.Shipment](ctx, s, isKey, "id", id)
	if err == nil {
		sh.Lines, err = find[models.ShipmentLine](ctx, s, "id", "shipment_id = ?", id)
	}
	return sh, wrap("read the shipment", err)
}

// ShipmentByFormToken reads the shipment that a form became; ErrNotFound.
func (s *Store) ShipmentByFormToken(ctx context.Context, token string) (models.Shipment, error) {
	sh, err := takeByKey[models.Shipment](ctx, s, isKey, "form_token", token)
	return sh, wrap("read the shipment", err)
}

// ShipmentsOf reads an order's shipments with their lines, oldest first, those that were undone too.
func (s *Store) ShipmentsOf(ctx context.Context, orderID string) ([]models.Shipment, error) {
	list, err := s.shipmentsOf(ctx, orderID)
	return list, wrap("read the order's shipments", err)
}

func (s *Store) shipmentsOf(ctx context.Context, orderID string) ([]models.Shipment, error) {
	list, err := ofOrder[models.Shipment](ctx, s, orderID, "sent_at, id")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	lines, err := find[models.ShipmentLine](ctx, s, "id", "shipment_id IN (SELECT id FROM shipments WHERE order_id = ?)", orderID)
	for i := range list {
		for _, l := range lines {
			if l.ShipmentID == list[i].ID {
				list[i].Lines = append(list[i].Lines, l)
			}
		}
	}
	return list, err
}

// followShipments sets the order's fulfilment to what its shipments and its refunds make of it.
func (s *Store) followShipments(ctx context.Context, orderID string) error {
	lines, err := ofOrder[models.OrderLine](ctx, s, orderID, "position")
	if err != nil {
		return err
	}
	shipments, err := s.shipmentsOf(ctx, orderID)
	if err != nil {
		return err
	}
	refunds, err := s.RefundsOf(ctx, orderID)
	if err != nil {
		return err
	}
	state := models.FulfilmentOf(models.CountLines(&models.Order{Lines: lines}, shipments, refunds), shipments)
	var last any
	if state.Done() {
		var at time.Time
		for _, sh := range shipments {
			if !sh.Undone() {
				at = latest(at, sh.SentAt)
			}
		}
		last = at
	}
	if err := s.markForSearch(ctx, orderID); err != nil {
		return err
	}
	s.tellOrder(ctx, orderID)
	return s.execOr(ctx, ErrNotFound, "UPDATE orders SET fulfilment = ?, fulfilled_at = ?, updated_at = ? WHERE id = ?", string(state), last, s.now(), orderID)
}

// FollowRefunds sets the order's facts to what its refunds make of them: how much of the payment that counts goes back, and what is still to
// be sent. InsertRefund and MoveRefund do so by themselves; a caller that names another payment the one that counts does it after that, with
// the order's lock.
func (s *Store) FollowRefunds(ctx context.Context, orderID string) error {
	refunds, err := s.RefundsOf(ctx, orderID)
	if err != nil {
		return err
	}
	var attempt string
	var received models.Amount
	err = s.one(ctx, "SELECT a.id, a.received FROM orders o JOIN attempts a ON a.id = o.paid_attempt_id WHERE o.id = ?", []any{orderID}, &attempt, &received)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return wrap("keep the state of the refunds", err)
	}
	status := models.StatusOfRefunds(attempt, received, refunds)
	err = s.execOr(ctx, ErrNotFound, "UPDATE orders SET refunds = ?, updated_at = ? WHERE id = ?", string(status), s.now(), orderID)
	if err != nil {
		return wrap("keep the state of the refunds", err)
	}
	return wrap("keep the state of the fulfilment", s.followShipments(ctx, orderID))
}

// Restock puts the pieces of a refund's lines that are to be sold again back on the shelf, once: of what the order sold of each variant,
// never more. It returns whether it did so now.
func (s *Store) Restock(ctx context.Context, r models.Refund) (bool, error) {
	done := false
	err := s.Tx(ctx, func(tx *Store) error {
		n, err := tx.exec(ctx, "UPDATE refunds SET restocked = ? WHERE id = ? AND restocked = ?", true, r.ID, false)
		if err != nil || n == 0 {
			return err
		}
		lines, err := ofOrder[models.OrderLine](ctx, tx, r.OrderID, "position")
		if err != nil {
			return err
		}
		variants := map[string]string{}
		for _, l := range lines {
			variants[l.ID] = l.VariantID
		}
		for _, l := range r.Lines {
			if !l.Restock || variants[l.OrderLineID] == "" {
				continue
			}
			if err := tx.restockLine(ctx, r, variants[l.OrderLineID], l.Quantity); err != nil {
				return err
			}
			done = true
		}
		return nil
	})
	return done, wrap("put refunded pieces back", err)
}

// restockLine books the return of pieces that the order has sold; what was not counted when it was sold has no stock to return to.
func (s *Store) restockLine(ctx context.Context, r models.Refund, variantID string, quantity int) error {
	var sold int
	err := s.one(ctx, "SELECT COALESCE(SUM(-quantity), 0) FROM stock_movements WHERE order_id = ? AND variant_id = ? AND kind IN (?, ?)",
		[]any{r.OrderID, variantID, string(models.MovementSale), string(models.MovementReturn)}, &sold)
	if err != nil {
		return err
	}
	quantity = min(quantity, sold)
	if quantity <= 0 {
		return nil
	}
	m := movement(r.OrderID, variantID, models.MovementReturn, quantity, s.now())
	m.Note = models.Remark("restocked", "refund", r.ID)
	return s.MoveStock(ctx, m)
}

// Missing is a variant of which an order needs more than there is.
type Missing struct {
	SKU    string
	Pieces int // that are missing
}

// MissingFor reads what an order's reservation needs and the shelf does not have; none: it can be sold.
func (s *Store) MissingFor(ctx context.Context, orderID string) ([]Missing, error) {
	list, err := s.reservations(ctx, orderID)
	var missing []Missing
	for _, r := range list {
		if err != nil || r.State != models.ReservationReleased {
			continue
		}
		var m Missing
		var onHand int
		err = s.one(ctx, "SELECT sku, on_hand FROM variants WHERE id = ?", []any{r.VariantID}, &m.SKU, &onHand)
		if m.Pieces = r.Quantity - onHand; m.Pieces > 0 {
			missing = append(missing, m)
		}
	}
	return missing, wrap("look for what is missing", err)
}

// SupplyReservation books the pieces that an order needs and the shelf does not have as a correction, so that SellReservation finds them:
// somebody has decided to sell them anyway. It returns what was missing.
func (s *Store) SupplyReservation(ctx context.Context, orderID, who string) ([]Missing, error) {
	var missing []Missing
	err := s.Tx(ctx, func(tx *Store) error {
		missing = nil
		list, err := tx.reservations(ctx, orderID)
		if err != nil {
			return err
		}
		for _, r := range list {
			if r.State != models.ReservationReleased {
				continue
			}
			m, err := tx.supply(ctx, r, who)
			if err != nil {
				return err
			}
			if m.Pieces > 0 {
				missing = append(missing, m)
			}
		}
		return nil
	})
	return missing, wrap("supply what is missing", err)
}

func (s *Store) supply(ctx context.Context, r models.Reservation, who string) (Missing, error) {
	var m Missing
	var onHand int
	if err := s.one(ctx, "SELECT sku, on_hand FROM variants WHERE id = ?"+s.forUpdate(), []any{r.VariantID}, &m.SKU, &onHand); err != nil {
		return m, fmt.Errorf("variant %s: %w", r.VariantID, err)
	}
	if m.Pieces = max(0, r.Quantity-onHand); m.Pieces == 0 {
		return m, nil
	}
	correction := movement(r.OrderID, r.VariantID, models.MovementCorrection, m.Pieces, s.now())
	correction.Who, correction.Note = who, models.Remark("sold_anyway")
	return m, s.MoveStock(ctx, correction)
}
