package jobs

import (
	"context"
	"sync"
	"time"

	"github.com/coincart/coincart/models"
)

// workerTasks names the worker whose steps take long.
const workerTasks = "tasks"

// watch follows what the workers do. It goes by the machine's clock: it measures how long things take in this process.
type watch struct {
	mu   sync.Mutex
	list []*watched
}

// watched is one worker under watch.
type watched struct {
	name  string
	limit time.Duration // without a sign of life

	mu       sync.Mutex
	turn     int       // which goroutine does the work; those before it were abandoned
	began    time.Time // of the step under way; zero: none is
	sign     time.Time // last sign of progress of that step
	finished time.Time
	restarts int
	problem  string
}

// add begins to follow a worker.
func (w *watch) add(name string, limit time.Duration) *watched {
	one := &watched{name: name, limit: limit, finished: time.Now()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, one)
	return one
}

// forget ends the following of all workers: Run is over.
func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = nil
}

// progress is a sign of life of the tasks, whose steps take long.
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

// stalled reports that the worker does not go on. One that was begun anew counts as stalled until one of its steps ends.
func (w *watched) stalled(now time.Time) bool { return w.problem == problemStalled || w.silent(now) }

// silent reports that the step under way gives no sign of life.
func (w *watched) silent(now time.Time) bool { return !w.began.IsZero() && now.Sub(w.sign) > w.limit }

// problemStalled stands for the error of a step that did not end.
const problemStalled = "the step did not end"

// begin notes the begin of a step.
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

// end notes the end of a step. One of an abandoned goroutine says nothing about the worker.
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

// next begins a turn: the first, or another after the one before has stalled.
func (w *watched) next(anew bool) (turn int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn++
	w.began = time.Time{}
	if anew {
		w.restarts++
		w.problem = problemStalled
	}
	return w.turn
}

// supervise keeps a worker going until ctx ends. A step that neither ends nor heeds the end of its time is abandoned, and the
// worker begins anew beside it (reliability.md R18).
func (e *Engine) supervise(ctx context.Context, w Worker) error {
	limit := stallAfter
	if w.endless {
		limit = taskSilence
	}
	state := e.watch.add(w.Name, limit)
	check := time.NewTicker(limit / 20)
	defer check.Stop()
	ended := make(chan int, maxAbandoned+1) // turns that came back
	abandoned := 0
	for anew := false; ; anew = true {
		turn := state.next(anew)
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

// turnSilent is silent for the turn at work.
func (w *watched) turnSilent(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.silent(now)
}
