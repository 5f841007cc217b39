package payments

import (
	"math/rand/v2"
	"time"
)

// Times of the money path that cannot be configured.
const (
	createdGrace       = time.Minute      // after which an attempt that was not sent belongs to a process that died
	submittingGrace    = 20 * time.Second // longer than any call; after it, the answer of createThirdOrder is lost
	unknownDelay       = 3 * time.Second  // before the first query about a lost answer
	refreshInterval    = 2 * time.Second  // between two queries about an attempt, by all replicas
	refreshTimeout     = 2 * time.Second  // of the query of the return page (reliability.md R13)
	submissionPatience = 5 * time.Second  // how long a second press of the button waits for the first
	refusedPatience    = 10 * time.Minute // how long an order waits for another attempt after a refusal
	pollAfterExpiry    = 72 * time.Hour   // how long an attempt is queried after its order's end (reliability.md R10)
)

// pollSteps returns the pauses between queries about an open attempt. The last one repeats (reliability.md R10).
func pollSteps() []time.Duration {
	return []time.Duration{
		10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
		10 * time.Minute, 30 * time.Minute, time.Hour,
	}
}

// pollDelay returns the pause after a number of queries, ±20 %, so that orders placed together are not queried together.
func pollDelay(checks int) time.Duration { return jittered(pollSteps(), checks) }

func jittered(steps []time.Duration, checks int) time.Duration {
	step := steps[min(max(checks, 0), len(steps)-1)]
	fifth := step / 5
	return step - fifth + rand.N(2*fifth+1) //nolint:gosec // jitter needs no secrecy
}

// closedSteps returns the pauses between queries about an attempt that was given up: money may still arrive, most likely soon
// (reliability.md R10). They make about fourteen queries until the end.
func closedSteps() []time.Duration {
	return []time.Duration{
		time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour,
		12 * time.Hour,
	}
}

// closedDelay returns the pause for an attempt that was given up.
func closedDelay(checks int) time.Duration { return jittered(closedSteps(), checks) }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
