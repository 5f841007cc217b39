package payments

import (
	"context"
	"fmt"
	"time"
)

// Times of housekeeping.
const (
	housekeepingPause = 10 * time.Minute
	exportsKept       = 7 * 24 * time.Hour // how long an export's file can be fetched
	expiredAtOnce     = 50
)

// housekeepingStep brings the dashboard's figures of finished days up to date, removes old exports, and forgets what is kept for a while only. It looks every ten
// minutes; what it does may be done by several replicas at once.
func (s *Service) housekeepingStep(ctx context.Context) (int, error) {
	if s.clock().Sub(s.lastTidy.get()) < housekeepingPause {
		return 0, nil
	}
	s.lastTidy.set(s.clock())
	if _, err := s.store.RollUpDue(ctx, s.zone); err != nil {
		return 0, fmt.Errorf("roll up the figures: %w", err)
	}
	if _, err := s.store.ExpireTasks(ctx, s.clock().Add(-exportsKept), expiredAtOnce); err != nil {
		return 0, fmt.Errorf("remove old exports: %w", err)
	}
	if _, err := s.store.ExpireImports(ctx, s.clock().Add(-exportsKept), expiredAtOnce); err != nil {
		return 0, fmt.Errorf("remove old imports: %w", err)
	}
	if err := s.forgetPersons(ctx); err != nil {
		return 0, err
	}
	return 0, s.forgetRates(ctx)
}
