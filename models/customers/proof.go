package customers

import (
	"context"
	"errors"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// ErrNotProved means that an e-mail address is not the order's, or that it was tried too often. Nothing tells the two apart.
var ErrNotProved = errors.New("the e-mail address is not the order's, or was tried too often")

// proofLimit limits how often the e-mail address of an order is tried under one key; after that nobody may try for a while.
type proofLimit struct {
	key   string
	tries int
	pause time.Duration
}

// proofLimits are the limits of one try. One network has few tries for an order. All networks together have more, so that a stranger who
// knows the order's address cannot easily keep its shopper from typing theirs; the link in the mails opens the order in any case.
func proofLimits(order *models.Order, remote string) []proofLimit {
	network, _ := models.Network(remote)
	return []proofLimit{
		{"order email:" + order.ID + " from " + network, 5, time.Hour},
		{"order email from " + network, 40, time.Hour},
		{"order email:" + order.ID, 40, 6 * time.Hour},
	}
}

// Prove returns nil if a visitor who knows an order's address has typed its e-mail address too, in upper or lower case. Each try is counted
// before it is looked at, so that many at once have no more chances than one after the other. Errors: ErrNotProved, the store's.
func (s *Service) Prove(ctx context.Context, order *models.Order, email, remote string) error {
	limits := proofLimits(order, remote)
	for _, l := range limits {
		if err := s.reserveProof(ctx, l); err != nil {
			return err
		}
	}
	if !store.SameEmail(email, order.Email) {
		return ErrNotProved
	}
	return s.store.ClearFailures(ctx, limits[0].key)
}

// reserveProof counts a try under a key. Errors: ErrNotProved if it has to wait.
func (s *Service) reserveProof(ctx context.Context, l proofLimit) error {
	now := s.clock()
	before, until, err := s.store.Throttle(ctx, l.key)
	if err != nil {
		return err
	}
	if now.Before(until) {
		return ErrNotProved
	}
	tries, err := s.store.AddFailure(ctx, l.key, now, func(tries int) time.Time {
		if tries < l.tries {
			return now
		}
		return now.Add(l.pause)
	})
	if err == nil && tries > l.tries && tries > before+1 {
		return ErrNotProved // a concurrent try was counted first
	}
	return err
}
