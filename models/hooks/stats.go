package hooks

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// delivered is the outcome of a try that was delivered; others are problems (models.DeliveryProblems).
const delivered = "delivered"

// bounds are the upper ends of the buckets of Stats.Took, in seconds.
var bounds = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15}

// Stats counts the tries of this process since it began.
type Stats struct {
	Outcomes map[string]int     // by problem, and "delivered"
	Buckets  map[float64]uint64 // tries that took up to so many seconds
	Count    uint64
	Seconds  float64 // that all tries took
}

type tally struct {
	mu    sync.Mutex
	stats Stats
}

func (t *tally) count(try outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stats.Outcomes == nil {
		t.stats.Outcomes, t.stats.Buckets = map[string]int{}, map[float64]uint64{}
	}
	t.stats.Outcomes[cmp.Or(try.Problem, delivered)]++
	seconds := try.took.Seconds()
	for _, bound := range slices.Backward(bounds) {
		if seconds > bound {
			break
		}
		t.stats.Buckets[bound]++
	}
	t.stats.Count++
	t.stats.Seconds += seconds
}

// Stats returns what the tries of this process came to.
func (s *Service) Stats() Stats {
	s.work.tally.mu.Lock()
	defer s.work.tally.mu.Unlock()
	out := s.work.tally.stats
	out.Outcomes, out.Buckets = maps.Clone(out.Outcomes), maps.Clone(out.Buckets)
	return out
}
