package payments

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPollDelay_FollowsTheScheduleWithinTwentyPercent(t *testing.T) {
	t.Parallel()
	want := []time.Duration{ // reliability.md R10
		10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute,
		30 * time.Minute, time.Hour, time.Hour, time.Hour,
	}
	for checks, step := range want {
		seen := map[time.Duration]bool{}
		for range 200 {
			d := pollDelay(checks)
			assert.GreaterOrEqual(t, d, step*8/10)
			assert.LessOrEqual(t, d, step*12/10)
			seen[d] = true
		}
		assert.Greater(t, len(seen), 50, "orders placed together are not asked about together")
	}
	assert.LessOrEqual(t, pollDelay(-1), 12*time.Second)
	assert.GreaterOrEqual(t, pollDelay(1<<40), 48*time.Minute)
}
