package jobs

import (
	"context"
	"sync"
	"time"

	"github.com/coincart/coincart/models"
)

// When a worker counts as stuck (reliability.md R18).
const (
	stallAfter   = time.Minute     // a worker whose step has not ended for this long is restarted
	taskSilence  = 5 * time.Minute // a worker of tasks that has shown no progress for this long is restarted
	maxAbandoned = 8               // goroutines that one worker may leave behind; beyond that it is not restarted
)

// workerTasks is the name of the worker that runs tasks.
const workerTasks = "tasks"

// watch monitors the workers. It uses the machine's clock, because it measures durations within this process.
type watch struct {
	mu   sync.Mutex
	list []*watched
}

// watched is the state of one worker.
type watched struct {
	name  string
	limit time.Duration // without progress, before the worker counts as stalled

	mu       sync.Mutex
	turn     int       // number of the goroutine that runs the worker; those with lower numbers were abandoned
	began    time.Time // start of the current step; zero: none is running
	sign     time.Time // last progress of the current step
	finished time.Time
	restarts int
	problem  string
}

// add starts to monitor a worker.
func (w *watch) add(name string, limit time.Duration) *watched {
	one := &watched{name: name, limit: limit, finished: time.Now()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, one)
	return one
}

// forget stops monitoring all workers.
func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = nil
}

// progress records progress of the worker that runs tasks.
func (w *watch) progress() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.list {
		if one.name == workerTasks {
			one.progress()
		}
	}
}

func (w *watch) states() []models.WorkerState {
	w.mu.Lock()
	defer w.mu.Unlock()
	states := make([]models.WorkerState, 0, len(w.list))
	for _, one := range w.list {
		states = append(states, one.state(time.Now()))
	}
	return states
}

func (w *watched) state(now time.Time) models.WorkerState {
	w.mu.Lock()
	defer w.mu.Unlock()
	stalled := w.stalled(now)
	return models.WorkerState{
		Name: w.name, Finished: w.finished.UTC(), Restarts: w.restarts, Problem: w.problem,
		Stalled: stalled, Failing: !stalled && w.problem != "" && now.Sub(w.finished) > stallAfter,
	}
}

// stalled reports whether the worker is stalled. A restarted worker counts as stalled until one of its steps ends.
func (w *watched) stalled(now time.Time) bool { return w.problem == problemStalled || w.silent(now) }

// silent reports whether the current step has shown no progress for longer than the limit.
func (w *watched) silent(now time.Time) bool { return !w.began.IsZero() && now.Sub(w.sign) > w.limit }

// problemStalled is the problem of a worker whose step did not end.
const problemStalled = "the step did not end"

// begin records the start of a step.
func (w *watched) begin(turn int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if turn == w.turn {
		w.began = time.Now()
		w.sign = w.began
	}
}

func (w *watched) progress() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sign = time.Now()
}

// end records the end of a step. An abandoned goroutine changes nothing.
func (w *watched) end(turn int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if turn != w.turn {
		return
	}
	w.began, w.problem = time.Time{}, ""
	if err != nil {
		w.problem = err.Error()
		return
	}
	w.finished = time.Now()
}

// nextTurn starts a new turn, which makes the goroutines of earlier turns abandoned.
func (w *watched) nextTurn(restart bool) (turn int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn++
	w.began = time.Time{}
	if restart {
		w.restarts++
		w.problem = problemStalled
	}
	return w.turn
}

// supervise keeps a worker running until ctx ends. If a step does not end and ignores its context, supervise abandons the step's goroutine
// and starts another one (reliability.md R18).
func (e *Engine) supervise(ctx context.Context, w Worker) error {
	limit := stallAfter
	if w.endless {
		limit = taskSilence
	}
	state := e.watch.add(w.Name, limit)
	check := time.NewTicker(limit / 20)
	defer check.Stop()
	ended := make(chan int, maxAbandoned+1) // turns whose goroutine has returned
	abandoned := 0
	for restarted := false; ; restarted = true {
		turn := state.nextTurn(restarted)
		work, stop := context.WithCancel(ctx)
		go func() {
			e.loop(work, w, state, turn)
			ended <- turn
		}()
		for waiting := true; waiting; {
			select {
			case back := <-ended:
				if back == turn {
					stop()
					return ctx.Err()
				}
				abandoned--
			case now := <-check.C:
				if ctx.Err() != nil || !state.turnSilent(now) || abandoned == maxAbandoned {
					continue
				}
				e.log.ErrorContext(ctx, "worker has stalled and is begun anew", "worker", w.Name, "limit", limit, "abandoned", abandoned+1)
				stop()
				abandoned++
				waiting = false
			}
		}
	}
}

// turnSilent is silent with locking.
func (w *watched) turnSilent(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.silent(now)
}
