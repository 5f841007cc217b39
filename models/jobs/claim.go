package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models/store"
)

// Claim leases up to limit due rows with take. It gives up after five seconds: if the pool's idle connections have gone silent, the step
// ends early and the next one gets fresh connections.
func Claim[T any](
	ctx context.Context, take func(context.Context, int, time.Duration) ([]T, error), limit int, lease time.Duration,
) ([]T, error) {
	ctx, cancel := context.WithTimeout(ctx, claimLimit)
	defer cancel()
	return take(ctx, limit, lease)
}

// Each handles rows concurrently and returns how many there were. handle reports and reschedules its own failures.
func Each[T any](ctx context.Context, rows []T, handle func(context.Context, T)) int {
	var group errgroup.Group
	for _, row := range rows {
		group.Go(func() error {
			handle(ctx, row)
			return nil
		})
	}
	_ = group.Wait() // handle returns no error
	return len(rows)
}

// LogLost logs that a claimed row could not be rescheduled or finished. The row is claimed again when its lease ends, so only time is lost.
// store.ErrConflict (another worker has the row) and the end of ctx are not logged.
func LogLost(ctx context.Context, log *slog.Logger, err error) {
	if err != nil && !errors.Is(err, store.ErrConflict) && ctx.Err() == nil {
		log.ErrorContext(ctx, "row not rescheduled", "error", err)
	}
}

// RetryDelay returns the pause before failed work is tried again: 5 s, doubled with each try, at most an hour.
func RetryDelay(tries int) time.Duration {
	return min(5*time.Second<<min(max(tries, 0), 10), time.Hour)
}
