package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models/store"
)

// Claim takes due rows with time of its own: where connections to the database have fallen silent, the step ends early and the next
// one finds others.
func Claim[T any](
	ctx context.Context, take func(context.Context, int, time.Duration) ([]T, error), limit int, lease time.Duration,
) ([]T, error) {
	ctx, cancel := context.WithTimeout(ctx, claimLimit)
	defer cancel()
	return take(ctx, limit, lease)
}

// Each handles claimed rows side by side and returns their number. One row's failure is its own: handle reschedules it.
func Each[T any](ctx context.Context, rows []T, handle func(context.Context, T)) int {
	var group errgroup.Group
	for _, row := range rows {
		group.Go(func() error {
			handle(ctx, row)
			return nil
		})
	}
	_ = group.Wait() // handle reports its errors itself
	return len(rows)
}

// LogLost notes that a claimed row could not be rescheduled or finished; its lease ends by itself, so nothing is lost but time. A row that
// another worker has meanwhile, and the end of ctx, are no news.
func LogLost(ctx context.Context, log *slog.Logger, err error) {
	if err != nil && !errors.Is(err, store.ErrConflict) && ctx.Err() == nil {
		log.ErrorContext(ctx, "row not rescheduled", "error", err)
	}
}

// RetryDelay is the pause before work that failed is tried again: 5 s, doubled each time, at most an hour.
func RetryDelay(tries int) time.Duration {
	return min(5*time.Second<<min(max(tries, 0), 10), time.Hour)
}
