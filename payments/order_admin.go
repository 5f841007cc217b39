package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
)

// Errors of the back office's work on orders.
var (
	// ErrTooOften means that the platform was asked about the order a moment ago.
	ErrTooOften = errors.New("asked a moment ago")
)

// CancelOutcome is the result of a request to cancel.
type CancelOutcome string

// The outcomes: proved by orderDetail, or not known yet.
const (
	OutcomeCancelled CancelOutcome = "cancelled" // orderDetail says closed or failed
	OutcomePaid      CancelOutcome = "paid"      // the payment was faster and is settled
	OutcomeUnknown   CancelOutcome = "unknown"   // the platform did not answer; the worker goes on
	OutcomeGone      CancelOutcome = "gone"      // it was over before
)

// OrderAdmin does the work of staff on orders, except refunds.
type OrderAdmin struct {
	core

	inquiry      *Inquiry
	cancellation *Cancellation
	jobs         *jobs.Engine
	outbox       *mail.Outbox
}

// AddNote adds a note to an order. token is the form's, so that a second press adds nothing. The audit log names the note without its
// text, which may be about the shopper and is erased with them. Errors: store.ErrNotFound, models.ErrNoteText.
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

// AskOrder queries the platform about the order's newest attempt, within the limits of Refresh. Errors: store.ErrNotFound, ErrTooOften.
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

// askAbout asks the platform about an attempt that a case is about, whatever its state, and settles the answer. Errors: ErrTooOften, and
// those of the question.
func (o *OrderAdmin) askAbout(ctx context.Context, order *models.Order, a *models.Attempt, by models.Actor) error {
	now := o.clock()
	if a == nil || now.Sub(a.CheckedAt) < refreshInterval {
		return ErrTooOften
	}
	if err := o.store.MarkChecked(ctx, a.ID, a.CheckedAt, now); errors.Is(err, store.ErrConflict) {
		return ErrTooOften
	} else if err != nil {
		return fmt.Errorf("mark attempt checked: %w", err)
	}
	err := o.inquiry.askAgain(ctx, *a)
	facts := models.Facts{"attempt": a.ID}
	noChange := func(*store.Store) error { return nil }
	return errors.Join(err, o.store.Audited(ctx, by, "order.ask", "order:"+order.ID, nil, facts, noChange))
}

// CancelByStaff cancels an order as Cancel does, and returns the outcome. Errors: store.ErrNotFound, and the store's.
func (o *OrderAdmin) CancelByStaff(ctx context.Context, orderID string, by models.Actor) (CancelOutcome, error) {
	order, err := o.store.Order(ctx, orderID)
	if err != nil {
		return "", fmt.Errorf("load order: %w", err)
	}
	if order.State != models.OrderAwaiting {
		return outcomeOf(&order, true), nil
	}
	before := models.Facts{"state": string(order.State)}
	noChange := func(*store.Store) error { return nil }
	if err := o.store.Audited(ctx, by, "order.cancel", "order:"+order.ID, before, models.Facts{"wanted": "cancelled"}, noChange); err != nil {
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
	case models.OrderPaid, models.OrderReview:
		return OutcomePaid
	case models.OrderCancelled, models.OrderExpired:
		if before {
			return OutcomeGone
		}
		return OutcomeCancelled
	}
	return OutcomeUnknown
}
