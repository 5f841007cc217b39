package customers

import (
	"context"
	"fmt"
	"time"
)

// Limits of one round of erasing.
const (
	forgottenAtOnce = 200
	forgetBatches   = 25  // for each kind; the next round continues
	nameBatches     = 500 // enough to rename all orders of a mid-sized shop in one round, after a change of the key
)

// forgetPersons removes personal data whose retention period in the settings has passed: delivery addresses, payers of checkouts that came to nothing, the platform's envelopes, and
// network addresses. It also removes erased shoppers from coupons that have ended. Several replicas may run it at once.
func (s *Service) forgetPersons(ctx context.Context) error {
	settings, err := s.store.LoadSettings(ctx)
	if err != nil {
		return fmt.Errorf("read how long things are kept: %w", err)
	}
	if err := s.nameCustomers(ctx); err != nil {
		return err
	}
	shoppers := func(ctx context.Context, _ time.Time, limit int) (int, error) {
		return s.store.ForgetShoppers(ctx, limit)
	}
	now := s.clock()
	for _, kind := range []struct {
		forget func(ctx context.Context, before time.Time, limit int) (int, error)
		keep   time.Duration
	}{
		{s.store.ForgetAddresses, settings.KeepAddresses()},
		{s.store.ForgetCheckouts, settings.KeepAddresses()},
		{s.store.ForgetEnvelopes, settings.KeepEnvelopes()},
		{s.store.ForgetNetwork, settings.KeepNetwork()},
		{shoppers, 0},
	} {
		err := inBatches(forgetBatches, func() (int, error) { return kind.forget(ctx, now.Add(-kind.keep), forgottenAtOnce) })
		if err != nil {
			return err
		}
	}
	return nil
}

// inBatches calls step until it handles fewer than forgottenAtOnce rows, at most limit times.
func inBatches(limit int, step func() (int, error)) error {
	for range limit {
		if n, err := step(); err != nil || n < forgottenAtOnce {
			return err
		}
	}
	return nil
}
