package store

import (
	"bytes"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPool_LogsSlowStatementsWithoutValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := &pool{log: slog.New(slog.NewTextHandler(&log, nil))}
		done := p.watch(t.Context(), "SELECT quick FROM t WHERE a = ?")
		time.Sleep(slowStatement - time.Millisecond)
		done()
		assert.Empty(t, log.String())
		done = p.watch(t.Context(), "SELECT slow FROM t WHERE a = ?")
		time.Sleep(slowStatement)
		done()
		assert.Contains(t, log.String(), "SELECT slow FROM t WHERE a = ?")
	})
}

func TestPool_BringsArgumentsIntoTheFormThatIsStored(t *testing.T) {
	at := time.Date(2026, 3, 14, 10, 26, 53, 500_999_999, time.FixedZone("CET", 3600))
	for name, c := range map[string]struct {
		textTimes bool
		in, want  any
	}{
		"text":              {true, at, "2026-03-14 09:26:53.500"},
		"pointer to a time": {true, &at, "2026-03-14 09:26:53.500"},
		"time":              {false, at, time.Date(2026, 3, 14, 9, 26, 53, 500_000_000, time.UTC)},
		"zero is NULL":      {false, time.Time{}, nil},
		"zero text is NULL": {true, time.Time{}, nil},
		"others stay":       {true, 7, 7},
	} {
		p := &pool{textTimes: c.textTimes}
		got, err := p.arguments([]any{c.in})
		require.NoError(t, err, name)
		assert.Equal(t, []any{c.want}, got, name)
	}
	_, err := (&pool{}).arguments([]any{"fine", "not \xff"})
	require.ErrorIs(t, err, ErrText)
}
