package payments

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// The maximum lengths of what is told about a parcel, in runes.
const (
	MaxTracking     = 120
	MaxCarrier      = 80
	MaxTrackingLink = 500
)

// Errors of shipments.
var (
	// ErrNotFulfillable means that the order is not paid, or that nothing of it is left to be sent.
	ErrNotFulfillable = errors.New("the order cannot be handed over")
	// ErrPieces means that a line has fewer pieces than are to be sent or refunded, or is another order's.
	ErrPieces = errors.New("the line does not have so many pieces")
	// ErrRestocked means that pieces were refunded to be sold again: they are no longer the order's to be sent.
	ErrRestocked = errors.New("the pieces were refunded and are sold again")
	// ErrTrackingLink means that the link is no https address.
	ErrTrackingLink = errors.New("the link is no https address")
	// ErrUndoLate means that a shipment is too old to be undone.
	ErrUndoLate = errors.New("the time to undo the shipment is over")
)

// ShipmentDetails say how a shipment goes. All may be empty.
type ShipmentDetails struct {
	ByHand  bool // handed over, or sent as a file or a code
	Carrier string
	Number  string // the carrier's
	Link    string // https address
}

// Pieces are some pieces of a line of an order.
type Pieces struct {
	LineID   string
	Quantity int
}

// ShipInput is a form that sends a part of an order, or all that is left.
type ShipInput struct {
	OrderID   string
	Pieces    []Pieces // none: all that is left
	Details   ShipmentDetails
	FormToken string // one-time token: the same form gives the same shipment
}

// clean checks the details and returns them as they are stored. Errors: models.ErrNoteText, ErrTrackingLink.
func (d ShipmentDetails) clean() (ShipmentDetails, error) {
	d.Carrier, d.Number, d.Link = strings.TrimSpace(text.Clean(d.Carrier)), strings.TrimSpace(text.Clean(d.Number)), strings.TrimSpace(d.Link)
	if utf8.RuneCountInString(d.Carrier) > MaxCarrier || utf8.RuneCountInString(d.Number) > MaxTracking {
		return d, models.ErrNoteText
	}
	if d.Link != "" && (len(d.Link) > MaxTrackingLink || !models.IsTrackingLink(d.Link)) {
		return d, ErrTrackingLink
	}
	return d, nil
}

// Ship records that pieces of a paid order were sent or handed over, and mails the shopper. A refund does not stop it, not even one that
// waits. Errors: store.ErrNotFound, ErrNotFulfillable, ErrPieces, ErrRestocked, ErrTrackingLink, models.ErrNoteText.
func (o *OrderAdmin) Ship(ctx context.Context, in ShipInput, by models.Actor) (models.Shipment, error) {
	if known, err := o.store.ShipmentByFormToken(ctx, in.FormToken); err == nil {
		return known, nil
	}
	details, err := in.Details.clean()
	if err != nil {
		return models.Shipment{}, err
	}
	var shipment models.Shipment
	err = o.store.Tx(ctx, func(tx *store.Store) error {
		counts, order, err := o.countLines(ctx, tx, in.OrderID)
		if err != nil {
			return err
		}
		if known, err := tx.ShipmentByFormToken(ctx, in.FormToken); !errors.Is(err, store.ErrNotFound) {
			shipment = known // the other click of a double click has just stored it
			return err
		}
		if order.State != models.OrderPaid {
			return ErrNotFulfillable
		}
		lines, err := linesToShip(counts, in.Pieces)
		if err != nil {
			return err
		}
		shipment = models.Shipment{
			OrderID: order.ID, ByHand: details.ByHand, Carrier: details.Carrier, Number: details.Number, Link: details.Link,
			FormToken: in.FormToken, SentBy: by.StaffID, SentAt: o.clock(), Lines: lines,
		}
		if err := tx.InsertShipment(ctx, &shipment); err != nil {
			return fmt.Errorf("insert shipment: %w", err)
		}
		if err := o.outbox.QueueAs(ctx, tx, models.MailOrderSent, order.ID, shipmentMail(models.MailOrderSent, shipment)); err != nil {
			return err
		}
		// The number and the link are not logged: they lead to the address, so they must be erased with the person, and the log keeps everything.
		return tx.Record(ctx, by, "order.ship", "order:"+order.ID, nil, models.Facts{"shipment": shipment.ID, "pieces": piecesText(counts, lines)})
	})
	if errors.Is(err, store.ErrDuplicate) {
		return o.store.ShipmentByFormToken(ctx, in.FormToken)
	}
	o.outbox.Wake()
	return shipment, err
}

// shipmentMail returns the deduplication key of a mail about a shipment: each correction is told once.
func shipmentMail(kind models.MailKind, sh models.Shipment) string {
	return string(kind) + ":" + sh.ID + ":" + strconv.Itoa(sh.Version)
}

// countLines locks an order and counts what became of its pieces.
func (c core) countLines(ctx context.Context, tx *store.Store, orderID string) ([]models.LineCount, models.Order, error) {
	order, err := tx.LockOrder(ctx, orderID)
	if err != nil {
		return nil, order, fmt.Errorf("load order: %w", err)
	}
	shipments, err := tx.ShipmentsOf(ctx, order.ID)
	if err != nil {
		return nil, order, fmt.Errorf("load shipments: %w", err)
	}
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, order, fmt.Errorf("load refunds: %w", err)
	}
	return models.CountLines(&order, shipments, refunds), order, nil
}

// linesToShip returns the lines of a shipment: the chosen pieces, or all that are left. A piece that was refunded unsent may still be sent if
// it is chosen, unless it is sold again: the ledger has it on the shelf, or will. Errors: ErrPieces, ErrRestocked, ErrNotFulfillable.
func linesToShip(counts []models.LineCount, chosen []Pieces) ([]models.ShipmentLine, error) {
	wanted := make(map[string]int, len(chosen))
	for _, p := range chosen {
		if p.Quantity < 0 {
			return nil, ErrPieces
		}
		wanted[p.LineID] += p.Quantity
	}
	var lines []models.ShipmentLine
	for _, c := range counts {
		n := c.ToSend()
		if len(chosen) > 0 {
			n = wanted[c.Line.ID]
			delete(wanted, c.Line.ID)
		}
		if n > c.Line.Quantity-c.Sent {
			return nil, ErrPieces
		}
		if n > c.Sendable() {
			return nil, ErrRestocked
		}
		if n > 0 {
			lines = append(lines, models.ShipmentLine{OrderLineID: c.Line.ID, Quantity: n})
		}
	}
	for _, n := range wanted {
		if n > 0 {
			return nil, ErrPieces // of another order
		}
	}
	if len(lines) == 0 {
		return nil, ErrNotFulfillable
	}
	return lines, nil
}

// piecesText returns pieces for the audit log, such as "2 × MUG-1, 1 × BAG-3".
func piecesText(counts []models.LineCount, lines []models.ShipmentLine) string {
	var parts []string
	for _, l := range lines {
		for _, c := range counts {
			if c.Line.ID == l.OrderLineID {
				parts = append(parts, strconv.Itoa(l.Quantity)+" × "+c.Line.SKU)
			}
		}
	}
	return strings.Join(parts, ", ")
}

// CorrectShipment changes how a shipment goes and, if tell is set, mails the shopper again. version is the one that the form showed. Errors:
// store.ErrNotFound, store.ErrConflict (it was changed or undone), ErrTrackingLink, models.ErrNoteText.
func (o *OrderAdmin) CorrectShipment(ctx context.Context, id string, version int, details ShipmentDetails, tell bool, by models.Actor) error {
	details, err := details.clean()
	if err != nil {
		return err
	}
	err = o.store.Tx(ctx, func(tx *store.Store) error {
		sh, err := o.lockShipment(ctx, tx, id, version)
		if err != nil {
			return err
		}
		set := store.ShipmentChange{ByHand: &details.ByHand, Carrier: &details.Carrier, Number: &details.Number, Link: &details.Link}
		if err := tx.CorrectShipment(ctx, sh, set); err != nil {
			return fmt.Errorf("correct shipment: %w", err)
		}
		sh.Version++
		if tell {
			if err := o.outbox.QueueAs(ctx, tx, models.MailOrderSent, sh.OrderID, shipmentMail(models.MailOrderSent, sh)); err != nil {
				return err
			}
		}
		return tx.Record(ctx, by, "order.ship_correct", "order:"+sh.OrderID, nil, models.Facts{"shipment": sh.ID})
	})
	o.outbox.Wake()
	return err
}

// lockShipment reads a shipment under its order's lock.
func (o *OrderAdmin) lockShipment(ctx context.Context, tx *store.Store, id string, version int) (models.Shipment, error) {
	sh, err := tx.Shipment(ctx, id)
	if err != nil {
		return sh, fmt.Errorf("load shipment: %w", err)
	}
	if _, err := tx.LockOrder(ctx, sh.OrderID); err != nil {
		return sh, fmt.Errorf("lock order: %w", err)
	}
	if sh, err = tx.Shipment(ctx, id); err != nil {
		return sh, fmt.Errorf("load shipment: %w", err)
	}
	if sh.Version != version || sh.Undone() {
		return sh, store.ErrConflict
	}
	return sh, nil
}

// UndoShipment records that a shipment was not sent after all, within the time that the settings give, and mails the shopper that it was a
// mistake. Errors: store.ErrNotFound, store.ErrConflict (it was changed or undone), ErrUndoLate.
func (o *OrderAdmin) UndoShipment(ctx context.Context, id string, version int, by models.Actor) error {
	settings, err := o.store.LoadSettings(ctx)
	if err != nil {
		return fmt.Errorf("load settings: %w", err)
	}
	err = o.store.Tx(ctx, func(tx *store.Store) error {
		sh, err := o.lockShipment(ctx, tx, id, version)
		if err != nil {
			return err
		}
		if UndoUntil(sh, settings.ShipmentUndo(), o.clock()).IsZero() {
			return ErrUndoLate
		}
		if err := tx.UndoShipment(ctx, sh); err != nil {
			return fmt.Errorf("undo shipment: %w", err)
		}
		if err := o.outbox.QueueAs(ctx, tx, models.MailOrderUnsent, sh.OrderID, shipmentMail(models.MailOrderUnsent, sh)); err != nil {
			return err
		}
		return tx.Record(ctx, by, "order.ship_undo", "order:"+sh.OrderID, models.Facts{"shipment": sh.ID}, nil)
	})
	o.outbox.Wake()
	return err
}

// UndoUntil returns until when a shipment can be undone; zero: it cannot any more.
func UndoUntil(sh models.Shipment, within time.Duration, now time.Time) time.Time {
	until := sh.SentAt.Add(within)
	if sh.Undone() || !now.Before(until) {
		return time.Time{}
	}
	return until
}
