package jobs

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever limit a worker asks for is cut to TidyLimit, which is below stallAfter.
func TestAddWorker_LimitsEveryStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ asked, want time.Duration }{
		"none":     {0, StepLimit},
		"negative": {-time.Second, StepLimit},
		"short":    {3 * time.Second, 3 * time.Second},
		"longest":  {TidyLimit, TidyLimit},
		"too long": {TidyLimit + 1, TidyLimit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := New(Config{})
				e.AddWorker(Worker{Name: "added", Limit: c.asked, Step: func(ctx context.Context) (int, error) {
					end, ok := ctx.Deadline()
					require.True(t, ok)
					assert.Equal(t, c.want, time.Until(end))
					return 7, nil
				}})
				added := e.workers[len(e.workers)-1]
				require.Equal(t, "added", added.Name)
				n, err := added.limited(t.Context())
				require.NoError(t, err)
				assert.Equal(t, 7, n)
			})
		})
	}
}
