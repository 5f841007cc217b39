package platform

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTally_LosesNothingBetweenDrains(t *testing.T) {
	var tally Tally
	total := map[string]int{}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 500 {
				tally.Add("junk")
			}
		})
	}
	for range 20 {
		for name, n := range tally.Drain() {
			total[name] += n
		}
	}
	wait.Wait()
	for name, n := range tally.Drain() {
		total[name] += n
	}
	assert.Equal(t, map[string]int{"junk": 4000}, total)
	assert.Empty(t, tally.Drain())

	tally.Merge(map[string]int{"junk": 3})
	tally.Add("junk")
	assert.Equal(t, map[string]int{"junk": 4}, tally.Drain(), "what could not be written is counted again")
}
