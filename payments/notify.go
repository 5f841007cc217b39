package payments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// Callbacks receives the platform's callbacks. Its worker opens them and acts on them.
type Callbacks struct {
	core

	gateway    Gateway
	settlement *settlement
	inquiry    *Inquiry
	wake       jobs.Bell
}

// inboxTries is the maximum number of tries to handle a callback before it is set aside.
const inboxTries = 20

// Receive checks shape and signature of a callback with public keys only, and stores the envelope (platform/api.md §3.3). nil means that
// it is stored and may be acknowledged (reliability.md R4, E1, E2). The worker opens it later (E3). Receiving the same callback again
// stores nothing new.
//
// Errors wrap opay.ErrShape or opay.ErrSignature if the sender is at fault. After any other error the platform should send it again.
func (c *Callbacks) Receive(ctx context.Context, contentType string, body []byte, remoteAddr string) error {
	n, err := c.gateway.CheckNotification(contentType, body)
	if err != nil {
		return fmt.Errorf("check callback: %w", err)
	}
	now := c.clock()
	hash := sha256.Sum256([]byte(n.Envelope.Data))
	stored, err := c.store.PutInbox(ctx, &models.InboxMessage{
		ID: models.NewID(), Digest: n.Digest.String(), DataHash: hex.EncodeToString(hash[:]), AppID: n.AppID, SentTime: n.Time,
		Data: n.Envelope.Data, Sign: n.Envelope.Sign, RemoteAddr: remoteAddr, State: models.InboxNew, ReceivedAt: now, DueAt: now,
	})
	if err != nil {
		return fmt.Errorf("store callback: %w", err)
	}
	if stored {
		c.wake.Ring()
		return nil
	}
	// The same callback may be news: "paid" was sent too early once, and is true now.
	if err := c.store.NudgeAttempts(ctx, n.Digest.String(), now.Add(refreshInterval)); err != nil {
		return fmt.Errorf("ask again: %w", err)
	}
	return nil
}

// handleInbox opens one callback and acts on it. After an error it is tried again.
func (c *Callbacks) handleInbox(ctx context.Context, m models.InboxMessage) error {
	n, err := c.gateway.OpenNotification(opay.SealedNotification{
		AppID: m.AppID, Time: m.SentTime, Envelope: opay.Envelope{Data: m.Data, Sign: m.Sign},
	})
	if err != nil {
		return c.setAside(ctx, &m)
	}
	a, err := c.store.AttemptByAppOrderID(ctx, n.OutOrderID)
	if errors.Is(err, store.ErrNotFound) {
		return c.flagUnknownOrder(ctx, &m, n)
	}
	if err != nil {
		return fmt.Errorf("find the callback's attempt: %w", err)
	}
	if err := c.storeHint(ctx, &m, &a, n); err != nil {
		return err
	}
	if err := c.askHinted(ctx, a, n); err != nil {
		c.log.InfoContext(ctx, "callback not confirmed yet", "order", a.OrderID, "attempt", a.ID, "error", err)
	}
	return nil
}

// askHinted queries the order that the callback named. If it fails, the poller continues, because the attempt is due.
func (c *Callbacks) askHinted(ctx context.Context, a models.Attempt, n opay.Notification) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if a.OrderNum == "" {
		a.OrderNum = n.OrderNum
	}
	return c.inquiry.askPlatform(ctx, a, "callback")
}

// storeHint stores what a callback claims, and loads a again. It compares the amount only to open a review: orderDetail decides what is
// credited (reliability.md R3).
func (c *Callbacks) storeHint(ctx context.Context, m *models.InboxMessage, a *models.Attempt, n opay.Notification) error {
	now := c.clock()
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		fresh, err := tx.LockAttempt(ctx, a.ID) // it may have been paid since it was looked for
		if err != nil {
			return fmt.Errorf("load attempt: %w", err)
		}
		*a = fresh
		if err := tx.AddEvidence(ctx, callbackEvidence(m, n, a, now)); err != nil {
			return fmt.Errorf("add evidence: %w", err)
		}
		if err := tx.FinishInbox(ctx, m.ID, models.InboxDone, ""); err != nil {
			return fmt.Errorf("finish callback: %w", err)
		}
		if a.OrderNum != "" && a.OrderNum != n.OrderNum {
			return c.settlement.openReview(ctx, tx, models.ReviewMismatch, a, models.Remark("callback_number"))
		}
		if !n.PayAmount.Equal(opay.Amount(a.Amount.String())) {
			if err := c.settlement.openReview(ctx, tx, models.ReviewMismatch, a, models.Remark("callback_amount")); err != nil {
				return err
			}
		}
		if a.State == models.AttemptPaid {
			if n.Status != opay.StatusPaid {
				return c.settlement.regress(ctx, tx, a, stateOf(n.Status), "callback")
			}
			return nil
		}
		return tx.NudgeAttempt(ctx, a.ID, now.Add(refreshInterval)) // the question that follows comes first
	})
	if err != nil {
		return fmt.Errorf("take the callback's hint: %w", err)
	}
	return nil
}

// callbackEvidence returns what a callback claims about an attempt, whose zero value stands for none of the shop's.
func callbackEvidence(m *models.InboxMessage, n opay.Notification, a *models.Attempt, now time.Time) *models.Evidence {
	return &models.Evidence{
		AttemptID: a.ID, OrderID: a.OrderID, Source: models.SourceCallback, Verified: true, AppOrderID: n.OutOrderID, OrderNum: n.OrderNum,
		Status: string(n.Status), Amount: models.CanonicalAmount(string(n.PayAmount)), InboxID: m.ID, CreatedAt: now,
	}
}

// stateOf returns the state of an attempt whose order has a status.
func stateOf(status opay.Status) models.AttemptState {
	switch status {
	case opay.StatusPaid:
		return models.AttemptPaid
	case opay.StatusFailed:
		return models.AttemptFailed
	case opay.StatusClosed:
		return models.AttemptClosed
	case opay.StatusPending:
	}
	return models.AttemptOpen
}

// flagUnknownOrder opens a review for a well-signed callback about an order that the shop does not have.
func (c *Callbacks) flagUnknownOrder(ctx context.Context, m *models.InboxMessage, n opay.Notification) error {
	now := c.clock()
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.AddEvidence(ctx, callbackEvidence(m, n, &models.Attempt{}, now)); err != nil {
			return fmt.Errorf("add evidence: %w", err)
		}
		if err := tx.OpenReview(ctx, newReview(models.ReviewUnknownOrder, n.OrderNum, models.Remark("callback_foreign"), now)); err != nil {
			return fmt.Errorf("open review: %w", err)
		}
		return tx.FinishInbox(ctx, m.ID, models.InboxFlagged, "unknown order")
	})
	if err != nil {
		return fmt.Errorf("flag callback: %w", err)
	}
	return nil
}

// setAside opens a review for a callback that has a signature of the platform and cannot be read: junk under a copied signature, or a
// platform that has changed its format.
func (c *Callbacks) setAside(ctx context.Context, m *models.InboxMessage) error {
	now := c.clock()
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.OpenReview(ctx, newReview(models.ReviewUnreadable, m.Digest, models.Remark("callback_unreadable"), now)); err != nil {
			return fmt.Errorf("open review: %w", err)
		}
		return tx.FinishInbox(ctx, m.ID, models.InboxBad, "cannot be opened")
	})
	if err != nil {
		return fmt.Errorf("set callback aside: %w", err)
	}
	return nil
}

func (c *Callbacks) inboxStep(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, c.store.ClaimInbox, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim callbacks: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, m models.InboxMessage) {
		err := c.handleInbox(ctx, m)
		if err == nil {
			return
		}
		c.log.ErrorContext(ctx, "callback not handled", "inbox", m.ID, "tries", m.Tries, "error", err)
		if m.Tries >= inboxTries {
			err = c.setAside(ctx, &m)
		} else {
			err = c.store.Reschedule(ctx, store.QueueInbox, m.ID, m.Lease, c.clock().Add(jobs.RetryDelay(m.Tries-1)))
		}
		jobs.LogLost(ctx, c.log, err)
	}), nil
}
