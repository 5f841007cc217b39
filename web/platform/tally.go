package platform

import (
	"maps"
	"sync"
)

// Tally counts in memory what is written to the database about once a second: five hundred junk callbacks a second must not become five
// hundred statements.
type Tally struct {
	mu     sync.Mutex
	counts map[string]int
}

// Add adds one to a count.
func (t *Tally) Add(name string) { t.Merge(map[string]int{name: 1}) }

// Merge adds counts, such as those that could not be written.
func (t *Tally) Merge(counts map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	for name, n := range counts {
		t.counts[name] += n
	}
}

// Drain returns the counts since the last call.
func (t *Tally) Drain() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	drained := maps.Clone(t.counts)
	clear(t.counts)
	return drained
}
