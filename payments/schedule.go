package payments

import (
	"math/rand/v2"
	"time"
)

// Times of the money path that are no settings.
const (
	createdGrace       = time.Minute      // an attempt that was stored and not sent by then belongs to a process that died
	submittingGrace    = 20 * time.Second // longer than any call: after it, the answer of createThirdOrder was lost
	unknownDelay       = 3 * time.Second  // before the first question about a lost answer
	refreshInterval    = 2 * time.Second  // between two questions about one attempt, over all replicas
	refreshTimeout     = 2 * time.Second  // for the question of the return page (reliability.md R13)
	submissionPatience = 5 * time.Second  // how long a second press of the button waits for the first
	refusedPatience    = 10 * time.Minute // how long an order waits for another try after a refusal
	pollAfterExpiry    = 72 * time.Hour   // how long an attempt is asked about after its order's end (reliability.md R10)
)

// pollSteps are the pauses between questions about an open attempt; the last one repeats (reliability.md R10).
func pollSteps() []time.Duration {
	return []time.Duration{
		10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
		10 * time.Minute, 30 * time.Minute, time.Hour,
	}
}

// pollDelay is the pause after so many questions, spread by ±20 %, so that orders placed together are not asked about
// together.
func pollDelay(checks int) time.Duration { return jittered(pollSteps(), checks) }

func jittered(steps []time.Duration, checks int) time.Duration {
	step := steps[min(max(checks, 0), len(steps)-1)]
	fifth := step / 5
	return step - fifth + rand.N(2*fifth+1) //nolint:gosec // jitter needs no secrecy
}

// closedSteps are the pauses between questions about an attempt that was given up: money may still come, most likely soon
// (reliability.md R10). They make some fourteen questions until the end.
func closedSteps() []time.Duration {
	return []time.Duration{
		time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour,
		12 * time.Hour,
	}
}

// closedDelay is pollDelay for an attempt that was given up.
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
