package customers

import (
	"context"
	"fmt"
	"time"
)

// How much one look forgets.
const (
	forgottenAtOnce = 200
	forgetBatches   = 25  // of each kind; the rest is for the next look
	nameBatches     = 500 // after a change of the key: a shop of some size is through in one look
)

// forgetPersons removes what is kept of people for a while only, as the settings say: addresses that goods went to, the platform's envelopes,
// and addresses of the network; and what coupons know erased people by, once they are over. Several replicas may do it at once.
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
		{s.store.ForgetEnvelopes, settings.KeepEnvelopes()},
		{s.store.ForgetNetwork, settings.KeepNetwork()},
		{shoppers, 0},
	} {
		for range forgetBatches {
			n, err := kind.forget(ctx, now.Add(-kind.keep), forgottenAtOnce)
			if err != nil {
				return err
			}
			if n < forgottenAtOnce {
				break
			}
		}
	}
	return nil
}
