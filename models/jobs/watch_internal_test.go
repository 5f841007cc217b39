package jobs

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

// underWatch runs one worker in a synctest bubble until the test calls stop.
func underWatch(t *testing.T, w Worker) (e *Engine, stop func()) {
	t.Helper()
	e = New(Config{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		assert.ErrorIs(t, e.supervise(ctx, w), context.Canceled)
	}()
	synctest.Wait()
	return e, func() {
		cancel()
		<-ended
	}
}

// R18: a step that never ends and ignores its context is reported, and the worker goes on without it.
func TestSupervise_StalledWorkerIsSeenAndBegunAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := make(chan struct{})
		var steps atomic.Int64
		e, stop := underWatch(t, Worker{Name: "inbox", Limit: StepLimit, Step: func(context.Context) (int, error) {
			if n := steps.Add(1); n == 3 || n == 4 {
				<-silent
			}
			return 0, nil
		}})
		at := func() models.WorkerState { return e.Workers()[0] }
		time.Sleep(50 * time.Second)
		synctest.Wait()
		assert.False(t, at().Stalled, "not yet")
		time.Sleep(15 * time.Second)
		synctest.Wait()
		assert.True(t, at().Stalled)
		assert.Equal(t, 1, at().Restarts)
		assert.EqualValues(t, 4, steps.Load(), "the one that took over stalls too")
		time.Sleep(65 * time.Second)
		synctest.Wait()
		assert.Equal(t, 2, at().Restarts)
		assert.False(t, at().Stalled, "it goes on")
		assert.Greater(t, steps.Load(), int64(4))
		assert.WithinDuration(t, time.Now(), at().Finished, time.Second)
		close(silent) // an abandoned goroutine returns and changes nothing
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, 2, at().Restarts)
		stop()
	})
}

// The deadline ends a step before its worker counts as stalled.
func TestSupervise_EveryStepHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, stop := underWatch(t, Worker{Name: "inbox", Limit: StepLimit, Step: func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}})
		time.Sleep(70 * time.Second)
		synctest.Wait()
		state := e.Workers()[0]
		assert.False(t, state.Stalled)
		assert.True(t, state.Failing, "no step ended well for more than a minute")
		assert.Zero(t, state.Restarts)
		assert.Contains(t, state.Problem, "deadline")
		stop()
	})
	e := New(Config{})
	e.AddWorker(Worker{Name: "without a limit"})
	e.AddWorker(Worker{Name: "with one that is too long", Limit: time.Hour})
	for _, w := range e.workers {
		assert.True(t, w.Limit > 0 && !w.endless || w.Name == workerTasks, "%s has no limit", w.Name)
		assert.LessOrEqual(t, w.Limit, stallAfter)
	}
}

// A worker whose steps never end does not leave behind goroutines without bound.
func TestSupervise_AbandonsAFewOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := make(chan struct{})
		var steps atomic.Int64
		e, stop := underWatch(t, Worker{Name: "inbox", Limit: StepLimit, Step: func(context.Context) (int, error) {
			steps.Add(1)
			<-silent
			return 0, nil
		}})
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.EqualValues(t, maxAbandoned+1, steps.Load())
		assert.True(t, e.Workers()[0].Stalled)
		close(silent)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.False(t, e.Workers()[0].Stalled)
		stop()
	})
}

// The steps of tasks have no deadline: progress is enough.
func TestSupervise_TasksAreAliveWhileTheyProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := make(chan struct{})
		e, stop := underWatch(t, Worker{Name: workerTasks, endless: true, Step: func(context.Context) (int, error) {
			<-silent
			return 0, nil
		}})
		for range 20 {
			time.Sleep(time.Minute)
			e.watch.progress()
		}
		synctest.Wait()
		assert.Zero(t, e.Workers()[0].Restarts)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		assert.Equal(t, 1, e.Workers()[0].Restarts, "without progress it has stalled")
		close(silent)
		stop()
	})
}
