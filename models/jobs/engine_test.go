package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

var by = models.Actor{StaffID: "01900000-0000-7000-8000-000000000001", Who: "ada@example.org", RemoteAddr: "192.0.2.1", RequestID: "req-1"}

// office is an engine with a database of its own.
type office struct {
	*jobs.Engine

	store *store.Store
	clock *modelstest.Clock
	log   bytes.Buffer
}

// eachOffice runs a test on SQLite and on MariaDB.
func eachOffice(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, ...modelstest.Option) *store.Store{"sqlite": modelstest.SQLite, "mariadb": modelstest.MariaDB} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := modelstest.NewClock(time.Time{})
			db := open(t, modelstest.WithClock(clock))
			o := &office{store: db, clock: clock}
			o.Engine = jobs.New(jobs.Config{Store: db, Clock: clock.Now, Logger: slog.New(slog.NewTextHandler(&o.log, nil))})
			test(t, o)
		})
	}
}

// once runs one step of each worker.
func (o *office) once(t *testing.T) {
	t.Helper()
	_, err := o.RunOnce(t.Context())
	require.NoError(t, err)
}

// later advances the clock by d and runs one step of each worker.
func (o *office) later(t *testing.T, d time.Duration) {
	t.Helper()
	o.clock.Advance(d)
	o.once(t)
}

func TestRunOnce_DoesWorkersInTheirOrderAndNamesTheOneThatFails(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		var did []string
		broken := errors.New("broken")
		var fail error
		for i, name := range []string{"first", "second", "third"} {
			o.AddWorker(jobs.Worker{Name: name, Step: func(context.Context) (int, error) {
				did = append(did, name)
				if name == "second" && fail != nil {
					return 1, fail
				}
				return i + 1, nil
			}})
		}
		n, err := o.RunOnce(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 6, n, "the rows of all")
		assert.Equal(t, []string{"first", "second", "third"}, did)

		did, fail = nil, broken
		n, err = o.RunOnce(t.Context())
		require.ErrorIs(t, err, broken)
		require.EqualError(t, err, "second: broken")
		assert.Equal(t, 2, n, "what was handled until then")
		assert.Equal(t, []string{"first", "second"}, did)
		assert.Empty(t, o.Workers(), "Run watches workers, RunOnce does not")
	})
}

func TestAddChore_EveryTenMinutesByTheGivenClock(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		var did []string
		broken := errors.New("broken")
		var fail error
		o.AddChore("count the beans", func(context.Context) error {
			did = append(did, "beans")
			return fail
		})
		o.AddChore("count the peas", func(context.Context) error {
			did = append(did, "peas")
			return nil
		})
		o.once(t)
		assert.Equal(t, []string{"beans", "peas"}, did, "at once, and in the order of registration")
		o.once(t)
		o.later(t, 10*time.Minute-time.Millisecond)
		assert.Len(t, did, 2, "not yet")
		o.later(t, time.Millisecond)
		assert.Equal(t, []string{"beans", "peas", "beans", "peas"}, did)

		fail = broken
		o.clock.Advance(10 * time.Minute)
		_, err := o.RunOnce(t.Context())
		require.ErrorIs(t, err, broken)
		require.EqualError(t, err, "housekeeping: count the beans: broken")
		o.later(t, 10*time.Minute-time.Millisecond)
		assert.Len(t, did, 5, "a chore that failed is not tried before the next round")
		fail = nil
		o.later(t, time.Millisecond)
		assert.Len(t, did, 7)
	})
}
