package payments

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
)

// Bounds of what staff write.
const (
	MaxTracking = 120 // runes of a tracking number
)

// Errors of the back office's work on orders.
var (
	// ErrNotFulfillable: only a paid order is handed over.
	ErrNotFulfillable = errors.New("the order cannot be handed over")
	// ErrTooOften: the platform was asked about the order a moment ago.
	ErrTooOften = errors.New("asked a moment ago")
)

// CancelOutcome says what came of a wish to cancel.
type CancelOutcome string

// The outcomes: proved by orderDetail, or not known yet.
const (
	OutcomeCancelled CancelOutcome = "cancelled" // orderDetail says closed or failed
	OutcomePaid      CancelOutcome = "paid"      // the payment was faster and is settled
	OutcomeUnknown   CancelOutcome = "unknown"   // the platform did not answer; the worker goes on
	OutcomeGone      CancelOutcome = "gone"      // it was over before
)

// OrderAdmin is what staff do with orders: hand over, note, ask, cancel, and close reviews. Refunds are not part of it.
type OrderAdmin struct {
	core

	inquiry      *Inquiry
	cancellation *Cancellation
	jobs         *jobs.Engine
	outbox       *mail.Outbox
}

// Fulfil hands a paid order over, with a tracking number if there is one, and writes to the shopper. Errors: store.ErrNotFound,
// ErrNotFulfillable, models.ErrNoteText.
func (o *OrderAdmin) Fulfil(ctx context.Context, orderID, tracking string, by models.Actor) error {
	tracking = strings.TrimSpace(text.Clean(tracking))
	if utf8.RuneCountInString(tracking) > MaxTracking {
		return models.ErrNoteText
	}
	err := o.store.Tx(ctx, func(tx *store.Store) error {
		order, err := tx.LockOrder(ctx, orderID)
		if err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		if order.State != models.OrderPaid {
			return ErrNotFulfillable
		}
		set := store.OrderChange{Tracking: new(tracking), FulfilledAt: new(o.clock())}
		t := models.Transition{OrderID: order.ID, Cause: "admin", Note: tracking}
		if err := tx.MoveOrder(ctx, order.ID, models.OrderPaid, models.OrderFulfilled, set, t); err != nil {
			return fmt.Errorf("mark order fulfilled: %w", err)
		}
		if err := o.outbox.Queue(ctx, tx, models.MailOrderSent, order.ID); err != nil {
			return err
		}
		// The carrier tells an address to who has the number: it must go with the person, and nothing goes out of the log.
		return tx.Record(ctx, by, "order.fulfil", "order:"+order.ID, models.Facts{"state": string(order.State)},
			models.Facts{"state": string(models.OrderFulfilled)})
	})
	o.outbox.Wake()
	return err
}

// AddNote writes a note on an order; token is the form's, so that a second press writes nothing more. The log names the note and does
// not repeat it: a note may be about the person and goes with them. Errors: store.ErrNotFound, models.ErrNoteText.
func (o *OrderAdmin) AddNote(ctx context.Context, orderID, note, token string, by models.Actor) error {
	note, err := models.CleanNote(note)
	if err != nil {
		return err
	}
	if _, err := o.store.Order(ctx, orderID); err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("note:"+orderID+":"+token)).String()
	row := models.Note{ID: id, OrderID: orderID, StaffID: by.StaffID, Who: by.Who, Text: note, CreatedAt: o.clock()}
	err = o.store.Audited(ctx, by, "order.note", "order:"+orderID, nil, models.Facts{"note": id}, func(tx *store.Store) error {
		return tx.AddNote(ctx, &row)
	})
	if errors.Is(err, store.ErrDuplicate) {
		return nil
	}
	return err
}

// AskOrder asks the platform how the order's newest attempt stands, within the limits of Refresh. Errors: store.ErrNotFound,
// ErrTooOften.
func (o *OrderAdmin) AskOrder(ctx context.Context, orderID string, by models.Actor) (models.Order, error) {
	order, err := o.store.Order(ctx, orderID)
	if err != nil {
		return order, fmt.Errorf("load order: %w", err)
	}
	if a := order.Current(); a != nil && a.State.Live() && !o.inquiry.askable(a) {
		return order, ErrTooOften
	}
	before := models.Facts{"state": string(order.State)}
	order, err = o.inquiry.Refresh(ctx, order.Ref)
	if err != nil {
		return order, err
	}
	after := models.Facts{"state": string(order.State)}
	return order, o.store.Audited(ctx, by, "order.ask", "order:"+order.ID, before, after, func(*store.Store) error { return nil })
}

// CancelByStaff calls an order off, as Cancel does, and says what came of it. Errors: store.ErrNotFound, and the store's.
func (o *OrderAdmin) CancelByStaff(ctx context.Context, orderID string, by models.Actor) (CancelOutcome, error) {
	order, err := o.store.Order(ctx, orderID)
	if err != nil {
		return "", fmt.Errorf("load order: %w", err)
	}
	if order.State != models.OrderAwaiting {
		return outcomeOf(&order, true), nil
	}
	before := models.Facts{"state": string(order.State)}
	wish := func(*store.Store) error { return nil }
	if err := o.store.Audited(ctx, by, "order.cancel", "order:"+order.ID, before, models.Facts{"wanted": "cancelled"}, wish); err != nil {
		return "", err
	}
	if err := o.cancellation.Cancel(ctx, order.Ref); err != nil && !errors.Is(err, ErrNotCancellable) {
		return "", err
	}
	order, err = o.store.Order(ctx, orderID)
	if err != nil {
		return "", fmt.Errorf("load order: %w", err)
	}
	return outcomeOf(&order, false), nil
}

func outcomeOf(order *models.Order, before bool) CancelOutcome {
	switch order.State {
	case models.OrderAwaiting:
		return OutcomeUnknown
	case models.OrderPaid, models.OrderFulfilled, models.OrderReview, models.OrderRefunding, models.OrderRefunded:
		return OutcomePaid
	case models.OrderCancelled, models.OrderExpired:
		if before {
			return OutcomeGone
		}
		return OutcomeCancelled
	}
	return OutcomeUnknown
}

// CloseReview ends a review with what was found. Errors: store.ErrNotFound, store.ErrConflict (it is closed), models.ErrNoteText.
func (o *OrderAdmin) CloseReview(ctx context.Context, id, note string, by models.Actor) error {
	note, err := models.CleanNote(note)
	if err != nil {
		return err
	}
	return o.store.Audited(ctx, by, "review.close", "review:"+id, models.Facts{"open": "yes"}, models.Facts{"open": "no", "note": note}, func(tx *store.Store) error {
		return tx.CloseReview(ctx, id, note)
	})
}
