package modelstest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Told publishes what is waiting and returns the data of all events of a type, oldest first.
func Told(tb testing.TB, s *store.Store, kind models.EventType) (data []string) {
	tb.Helper()
	for {
		list, err := s.PublishEvents(tb.Context(), 100, nil)
		require.NoError(tb, err)
		if len(list) == 0 {
			break
		}
	}
	var all []models.Event
	for {
		after := 0
		if len(all) > 0 {
			after = all[len(all)-1].Position
		}
		list, err := s.Events(tb.Context(), store.EventFilter{After: after}, 100)
		require.NoError(tb, err)
		if len(list) == 0 {
			break
		}
		all = slices.Concat(all, list)
	}
	for _, e := range all {
		if e.Type == kind {
			data = append(data, string(e.Data))
		}
	}
	return data
}
