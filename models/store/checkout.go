package store

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
)

// InsertCheckout stores a new checkout, which is open. Ids and times that are empty are filled in; a worker ends it when its time is over. ErrText.
func (s *Store) InsertCheckout(ctx context.Context, c *models.Checkout) error {
	c.ID, c.FormToken = cmp.Or(c.ID, models.CheckoutPrefix+models.NewRef()), cmp.Or(c.FormToken, models.NewRef())
	c.Status = cmp.Or(c.Status, models.CheckoutOpen)
	c.CreatedAt = orTime(c.CreatedAt, s.now())
	c.UpdatedAt = orTime(c.UpdatedAt, c.CreatedAt)
	c.DueAt = orTime(c.DueAt, c.ExpiresAt)
	if err := checkTexts(*c); err != nil {
		return wrap("store the checkout", err)
	}
	return wrap("store the checkout", checkoutTable.insert(ctx, s, c))
}

// Checkout reads a checkout by its id; ErrNotFound.
func (s *Store) Checkout(ctx context.Context, id string) (models.Checkout, error) {
	return s.checkout(ctx, "id", id, "")
}

// CheckoutOfOrder reads the checkout that became an order; ErrNotFound.
func (s *Store) CheckoutOfOrder(ctx context.Context, orderID string) (models.Checkout, error) {
	return s.checkout(ctx, "order_id", orderID, "")
}

// LockCheckout is Checkout for a transaction that decides by what it reads: the row stays as it is until the transaction ends. On a cluster other
// nodes do not see the lock; the compare-and-sets behind it still hold. ErrNotFound.
func (s *Store) LockCheckout(ctx context.Context, id string) (models.Checkout, error) {
	return s.checkout(ctx, "id", id, s.forUpdate())
}

func (s *Store) checkout(ctx context.Context, column, key, lock string) (models.Checkout, error) {
	if !isKey(key) {
		return models.Checkout{}, wrap("read the checkout", ErrNotFound)
	}
	c, err := checkoutTable.take(ctx, s, "WHERE "+column+" = ?"+lock, key)
	return c, wrap("read the checkout", err)
}

// CheckoutFilter chooses checkouts. Fields that are empty choose all.
type CheckoutFilter struct {
	KeyID     string
	LinkID    string
	Reference string
	Status    models.CheckoutStatus
	From, To  time.Time // made from From up to but not including To
}

// CheckoutPage reads a page of checkouts, newest first. ErrFilter: limit. ErrCursor: after.
func (s *Store) CheckoutPage(ctx context.Context, f CheckoutFilter, after string, limit int) (rows []models.Checkout, next string, err error) {
	where := conditions{}
	where.equal("key_id", f.KeyID)
	where.equal("link_id", f.LinkID)
	where.equal("reference", f.Reference)
	where.equal("status", string(f.Status))
	where.within("created_at", f.From, f.To)
	rows, next, err = checkoutTable.page(ctx, s, where, after, limit)
	return rows, next, wrap("read the checkouts", err)
}

// BindCheckout gives an open checkout the order that it becomes. ErrConflict: it has one, or it has ended.
func (s *Store) BindCheckout(ctx context.Context, id, orderID string) error {
	return wrap("give the checkout its order", s.execOr(ctx, ErrConflict,
		"UPDATE checkouts SET order_id = ?, due_at = NULL, lease = '', updated_at = ? WHERE id = ? AND order_id IS NULL AND status = ?",
		orderID, s.now(), id, string(models.CheckoutOpen)))
}

// ReleaseCheckout takes an order away from its checkout of which nothing came, so that pay can be pressed again. formToken is that of the next
// order. It belongs into the transaction that cancels the order. ErrConflict: the checkout has another order.
func (s *Store) ReleaseCheckout(ctx context.Context, orderID, formToken string) error {
	return wrap("open the checkout again", s.Tx(ctx, func(tx *Store) error {
		c, err := tx.checkout(ctx, "order_id", orderID, tx.forUpdate())
		if errors.Is(err, ErrNotFound) {
			return ErrConflict
		}
		if err != nil {
			return err
		}
		err = tx.execOr(ctx, ErrConflict, "UPDATE checkouts SET order_id = NULL, form_token = ?, due_at = expires_at, updated_at = ? WHERE id = ? AND order_id = ?",
			formToken, tx.now(), c.ID, orderID)
		if err != nil || c.Status == models.CheckoutOpen {
			return err
		}
		return tx.moveCheckout(ctx, c, models.CheckoutOpen, nil, nil)
	}))
}

// EndCheckout ends a checkout of which nobody has pressed pay. ErrConflict: somebody has, or it has ended.
func (s *Store) EndCheckout(ctx context.Context, id string, to models.CheckoutStatus) error {
	return wrap("end the checkout", s.Tx(ctx, func(tx *Store) error {
		c, err := tx.checkout(ctx, "id", id, tx.forUpdate())
		if err != nil {
			return err
		}
		if c.OrderID != "" || c.Status != models.CheckoutOpen {
			return ErrConflict
		}
		return tx.moveCheckout(ctx, c, to, nil, nil)
	}))
}

// checkoutEvents are the events of a checkout's statuses.
var checkoutEvents = map[models.CheckoutStatus]models.EventType{
	models.CheckoutOpen: models.EventAttemptFailed, models.CheckoutProcessing: models.EventProcessing, models.CheckoutPaid: models.EventPaid,
	models.CheckoutReview: models.EventReview, models.CheckoutExpired: models.EventExpired, models.CheckoutCancelled: models.EventCancelled,
}

// moveCheckout changes a checkout's status by compare-and-set and tells it. order is the one that it became; nil: none.
func (s *Store) moveCheckout(ctx context.Context, c models.Checkout, to models.CheckoutStatus, order *models.Order, refunds []models.Refund) error {
	set := &change{}
	set.set("status", string(to))
	set.set("sequence", c.Sequence+1)
	set.set("updated_at", s.now())
	if to.Ended() {
		set.set("due_at", nil)
		set.set("lease", "")
	}
	if err := s.update(ctx, "checkouts", set, "id = ? AND sequence = ?", c.ID, c.Sequence); err != nil {
		return err
	}
	if err := s.countLinkUse(ctx, c.LinkID, c.Status, to); err != nil {
		return err
	}
	c.Status, c.Sequence = to, c.Sequence+1
	if order == nil {
		c.OrderID = ""
	}
	return s.addEvent(ctx, models.Event{Type: checkoutEvents[to], ObjectID: c.ID, OrderID: c.OrderID, KeyID: c.KeyID, Sequence: c.Sequence},
		wire.OfCheckout(&c, order, refunds))
}

// ClaimCheckouts claims up to limit checkouts whose time is over, longest due first.
func (s *Store) ClaimCheckouts(ctx context.Context, limit int, lease time.Duration) ([]models.Checkout, error) {
	return claim(ctx, s, QueueCheckouts, limit, lease, func(c *models.Checkout) leased { return leased{&c.ID, &c.Lease, &c.DueAt, nil} })
}
