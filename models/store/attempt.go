package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/coincart/coincart/models"
)

// InsertAttempt stores a new attempt; ids, times and Live that are empty are filled in, and the payer's secrets are sealed. A second
// live attempt of an order, and an appOrderId that is taken, are ErrDuplicate (reliability.md R8).
func (s *Store) InsertAttempt(ctx context.Context, a *models.Attempt) error {
	s.completeAttempt(a)
	sealed, err := s.sealer.sealPayer(a.ID, a.Payer)
	if err != nil {
		return wrap("store the attempt", err)
	}
	a.PayerSealed = sealed
	if a.PayerDigest, err = s.sealer.payerDigest(a.Payer); err != nil {
		return wrap("store the attempt", err)
	}
	return wrap("store the attempt", s.Tx(ctx, func(tx *Store) error {
		// The order's row comes first: the new row's foreign key would share it, and two that share it cannot both change it.
		if err := tx.setOrderCoin(ctx, a.OrderID, a.Coin); err != nil {
			return err
		}
		err := tx.create(ctx, a)
		if errors.Is(err, ErrDuplicate) {
			return errors.Join(err, tx.restoreOrderCoin(ctx, a.OrderID))
		}
		if err != nil {
			return err
		}
		tx.tellOrder(ctx, a.OrderID)
		return tx.markForSearch(ctx, a.OrderID)
	}))
}

// setOrderCoin keeps the coin of an order's newest attempt with the order, for lists.
func (s *Store) setOrderCoin(ctx context.Context, orderID, coin string) error {
	if err := widths["orders"]["coin"].check("coin", coin); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE orders SET coin = ? WHERE id = ?", coin, orderID)
	return err
}

// restoreOrderCoin undoes setOrderCoin.
func (s *Store) restoreOrderCoin(ctx context.Context, orderID string) error {
	_, err := s.exec(ctx, `UPDATE orders SET coin = COALESCE((
		SELECT a.coin FROM attempts a WHERE a.order_id = ? ORDER BY a.created_at DESC, a.id DESC LIMIT 1), '') WHERE id = ?`, orderID, orderID)
	return err
}

func (s *Store) completeAttempt(a *models.Attempt) {
	now := s.now()
	a.ID = cmp.Or(a.ID, models.NewID())
	a.AppOrderID = cmp.Or(a.AppOrderID, models.NewRef())
	a.State = cmp.Or(a.State, models.AttemptCreated)
	a.PayerUserID = cmp.Or(a.PayerUserID, a.Payer.UserID)
	a.CreatedAt = orTime(a.CreatedAt, now)
	a.UpdatedAt, a.RateAt = orTime(a.UpdatedAt, a.CreatedAt), orTime(a.RateAt, a.CreatedAt)
	a.Live = nil
	if a.State.Live() {
		live := true
		a.Live = &live
	}
}

// Attempt reads an attempt by its row id, with its payer; ErrNotFound.
func (s *Store) Attempt(ctx context.Context, id string) (models.Attempt, error) {
	return s.attempt(ctx, "id", id)
}

// AttemptByAppOrderID reads an attempt by our id at the platform; ErrNotFound.
func (s *Store) AttemptByAppOrderID(ctx context.Context, appOrderID string) (models.Attempt, error) {
	return s.attempt(ctx, "app_order_id", appOrderID)
}

// LockAttempt is Attempt for a transaction that decides by what it reads: the row stays as it is until the transaction ends. On a
// cluster other nodes do not see the lock; the compare-and-sets behind it still hold. ErrNotFound.
func (s *Store) LockAttempt(ctx context.Context, id string) (models.Attempt, error) {
	if !isKey(id) {
		return models.Attempt{}, fmt.Errorf("lock the attempt: %w", ErrNotFound)
	}
	a, err := attemptTable.take(ctx, s, "WHERE id = ?"+s.forUpdate(), id)
	if err != nil {
		return models.Attempt{}, wrap("lock the attempt", err)
	}
	s.openPayer(ctx, &a)
	return a, nil
}

func (s *Store) attempt(ctx context.Context, column, key string) (models.Attempt, error) {
	a, err := takeByKey[models.Attempt](ctx, s, isKey, column, key)
	if err != nil {
		return models.Attempt{}, wrap("read the attempt", err)
	}
	s.openPayer(ctx, &a)
	return a, nil
}

// openPayer opens the sealed part of the payer. Where that fails (the key was changed), the attempt still has to be settled: who
// pays is needed to send the shopper to the pay page, never to find out whether money came.
func (s *Store) openPayer(ctx context.Context, a *models.Attempt) {
	if err := s.sealer.openPayer(a); err != nil {
		s.log.WarnContext(ctx, "the payer of an attempt cannot be opened", slog.String("attempt", a.ID), slog.Any("error", err))
	}
}

// MoveAttempt changes an attempt's state by compare-and-set, keeps Live in step, and stores the transition. ErrConflict: the attempt is
// not in that state, or the machine has no such move. ErrDuplicate: the platform's number belongs to another attempt. ErrText,
// ErrNoSealKey. A paid attempt is not due any more, whatever set says.
func (s *Store) MoveAttempt(
	ctx context.Context, id string, from, to models.AttemptState, set AttemptChange, t models.Transition,
) error {
	return s.moveAttempt(ctx, id, from, to, set, t, "id = ? AND state = ?", id, string(from))
}

// EndAttempt is MoveAttempt for an attempt that comes to nothing, while the given intent is what is wanted of it: what becomes of
// the order follows from the intent, so a wish that was stored meanwhile is an ErrConflict too (reliability.md R12).
func (s *Store) EndAttempt(
	ctx context.Context, id string, from models.AttemptState, intent models.Intent, to models.AttemptState, set AttemptChange, t models.Transition,
) error {
	return s.moveAttempt(ctx, id, from, to, set, t, "id = ? AND state = ? AND intent = ?", id, string(from), string(intent))
}

func (s *Store) moveAttempt(
	ctx context.Context, id string, from, to models.AttemptState, set AttemptChange, t models.Transition, where string, args ...any,
) error {
	what := fmt.Sprintf("move the attempt from %s to %s", from, to)
	if !from.CanMove(to) {
		return fmt.Errorf("%s: %w", what, ErrConflict)
	}
	c, err := set.columns(s.sealer, id)
	if err != nil {
		return wrap(what, err)
	}
	if to == models.AttemptPaid { // nothing better can be learned (I15)
		c.set("due_at", nil)
		c.set("lease", "")
	}
	c.set("state", string(to))
	c.set("live", liveValue(to))
	c.set("updated_at", s.now())
	t.AttemptID, t.FromState, t.ToState, t.Refused = id, string(from), string(to), false
	return wrap(what, s.Tx(ctx, func(tx *Store) error {
		if err := tx.update(ctx, "attempts", c, where, args...); err != nil {
			return err
		}
		moved := t // a repeated transaction starts from the caller's again
		if moved.OrderID == "" {
			query := "SELECT order_id FROM attempts WHERE id = ?"
			if err := tx.one(ctx, query, []any{id}, &moved.OrderID); err != nil {
				return err
			}
		}
		if slices.Contains(c.names, "order_num") {
			if err := tx.markForSearch(ctx, moved.OrderID); err != nil {
				return err
			}
		}
		if from.Live() != to.Live() {
			tx.tellOrder(ctx, moved.OrderID)
		}
		return tx.addTransition(ctx, moved)
	}))
}

func liveValue(state models.AttemptState) any {
	if state.Live() {
		return true
	}
	return nil
}

// SetAttempt changes an attempt without moving it, while it is in the given state: what the caller decides from an attempt that it has
// read must not be written into one that was paid meanwhile (reliability.md R5). ErrConflict: the attempt is in another state, or there is
// none. ErrDuplicate, ErrText, ErrNoSealKey.
func (s *Store) SetAttempt(ctx context.Context, id string, while models.AttemptState, set AttemptChange) error {
	c, err := set.columns(s.sealer, id)
	if err != nil {
		return wrap("change the attempt", err)
	}
	c.set("updated_at", s.now())
	numbered := slices.Contains(c.names, "order_num")
	return wrap("change the attempt", s.Tx(ctx, func(tx *Store) error {
		if err := tx.update(ctx, "attempts", c, "id = ? AND state = ?", id, string(while)); err != nil || !numbered {
			return err
		}
		orderID := ""
		if err := tx.one(ctx, "SELECT order_id FROM attempts WHERE id = ?", []any{id}, &orderID); err != nil {
			return err
		}
		return tx.markForSearch(ctx, orderID)
	}))
}

// SetIntent changes what is wanted of a live attempt, by compare-and-set: ErrConflict when it is not live or wants something else
// (reliability.md R12).
func (s *Store) SetIntent(ctx context.Context, id string, from, to models.Intent) error {
	return wrap("change what is wanted of the attempt", s.execOr(ctx, ErrConflict,
		"UPDATE attempts SET intent = ?, updated_at = ? WHERE id = ? AND intent = ? AND live = ?", string(to), s.now(), id, string(from), true))
}
