// Package jobs runs the shop's background work: workers that poll the database for due rows, tasks that staff start because they take
// longer than a request, and chores that run every ten minutes. It knows nothing of what the work is: the packages that have some register
// it with the Engine.
//
// Any number of replicas may run. All pending work is in the database, where one worker at a time holds the lease of a row (store.Claim…),
// so a process that dies loses nothing but time.
package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Limits of the workers (reliability.md R18). The limits of a step are below stallAfter, so that only a step that ignores its context
// stalls.
const (
	// StepLimit is the maximum duration of a step. It is below Lease, so that the step holds the rows it claimed until it ends.
	StepLimit = 25 * time.Second
	// TidyLimit is the maximum duration of a step that claims no rows and continues next time where it stopped.
	TidyLimit = 50 * time.Second
	// Lease is how long a worker holds a row. It is longer than the row's work takes.
	Lease = 30 * time.Second
	// Batch is the maximum number of rows that a worker claims at once. They are handled concurrently, so no lease runs out while its row
	// waits.
	Batch = 8

	claimLimit = 5 * time.Second        // for claiming rows; the pool's idle connections may have gone silent
	idlePause  = 500 * time.Millisecond // between two polls for due rows
	chorePause = 10 * time.Minute       // between two rounds of chores
	keepTime   = 8 * time.Second        // for storing the result of a task whose own context has ended
)

// Worker does one kind of work.
type Worker struct {
	Name  string                             // in logs, metrics and on the status page
	Step  func(context.Context) (int, error) // handles due rows and returns their number
	Limit time.Duration                      // of one step; 0: StepLimit
	Wake  Bell                               // rings when new work was stored; nil: the worker only polls
	Wait  func()                             // waits for what its steps have begun and not ended; nil: a step ends what it begins

	endless bool // no limit for a step; it must show progress instead
}

// Bell wakes a worker of this process. Workers of other replicas find the row at their next poll.
type Bell chan struct{}

// NewBell returns a new bell.
func NewBell() Bell { return make(Bell, 1) }

// Ring wakes the worker. It never blocks.
func (b Bell) Ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// Config configures an Engine.
type Config struct {
	Store  *store.Store
	Clock  models.Clock // nil: models.SystemClock
	Logger *slog.Logger // nil: nothing is logged
}

// Engine runs workers, tasks and chores. Everything is registered before Run; after that an Engine is safe for concurrent use.
type Engine struct {
	store     *store.Store
	clock     models.Clock
	log       *slog.Logger
	started   []func(context.Context)
	workers   []Worker
	chores    []chore
	choresRan atomic.Pointer[time.Time] // when the chores last ran; nil: not yet
	kinds     map[models.TaskKind]func(context.Context, *Run) error
	tasks     Bell
	running   running
	watch     watch
}

type chore struct {
	name string
	do   func(context.Context) error
}

// New returns an engine that runs tasks and chores, and whatever is registered with it.
func New(c Config) *Engine {
	e := &Engine{
		store: c.Store, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), tasks: NewBell(),
		kinds: map[models.TaskKind]func(context.Context, *Run) error{},
	}
	e.AddWorker(Worker{Name: workerTasks, Step: e.taskStep, Wake: e.tasks, endless: true})
	e.AddWorker(Worker{Name: "housekeeping", Step: e.choreStep, Limit: TidyLimit})
	e.AddChore("remove old files of tasks", e.expireTasks)
	return e
}

// AddWorker registers a worker. Its limit is at most TidyLimit.
func (e *Engine) AddWorker(w Worker) {
	w.Limit = min(w.Limit, TidyLimit)
	if w.Limit <= 0 {
		w.Limit = StepLimit
	}
	e.workers = append(e.workers, w)
}

// AddChore registers do to run every ten minutes, in order of registration. Several replicas may run it at once.
func (e *Engine) AddChore(name string, do func(context.Context) error) {
	e.chores = append(e.chores, chore{name, do})
}

// OnStart registers do to run once, concurrently with the workers, when Run begins.
func (e *Engine) OnStart(do func(context.Context)) { e.started = append(e.started, do) }

// Run runs the workers until ctx ends. It returns nil then.
func (e *Engine) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	defer e.watch.forget()
	for _, do := range e.started {
		group.Go(func() error {
			do(ctx)
			return nil
		})
	}
	for _, w := range e.workers {
		group.Go(func() error { return e.supervise(ctx, w) })
	}
	err := group.Wait()
	for _, w := range e.workers {
		w.wait()
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("workers: %w", err)
	}
	return nil
}

// RunOnce runs one step of each worker, in order of registration, and returns how many rows were handled. Tests and commands use it in
// place of Run.
func (e *Engine) RunOnce(ctx context.Context) (int, error) {
	total := 0
	for _, w := range e.workers {
		n, err := w.Step(ctx)
		w.wait()
		total += n
		if err != nil {
			return total, fmt.Errorf("%s: %w", w.Name, err)
		}
	}
	return total, nil
}

func (w Worker) wait() {
	if w.Wait != nil {
		w.Wait()
	}
}

// Workers returns the state of each worker of this process, in order of registration. There are none before Run.
func (e *Engine) Workers() []models.WorkerState { return e.watch.states() }

// loop runs the worker's steps until ctx ends. turn identifies this goroutine among those that supervise has started for the worker.
func (e *Engine) loop(ctx context.Context, w Worker, state *watched, turn int) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		case <-w.Wake:
		}
		state.begin(turn)
		n, err := w.limited(ctx)
		state.end(turn, err)
		delay := idlePause
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			e.log.ErrorContext(ctx, "worker step failed", "worker", w.Name, "error", err)
			delay = 5 * idlePause
		case n == Batch:
			delay = 0
		}
		pause.Reset(delay)
	}
}

// limited runs one step within the worker's limit.
func (w Worker) limited(ctx context.Context) (int, error) {
	if w.endless {
		return w.Step(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, w.Limit)
	defer cancel()
	return w.Step(ctx)
}

// choreStep runs all chores, if the last round is ten minutes ago.
func (e *Engine) choreStep(ctx context.Context) (int, error) {
	if ran := e.choresRan.Load(); ran != nil && e.clock().Sub(*ran) < chorePause {
		return 0, nil
	}
	e.choresRan.Store(new(e.clock()))
	for _, c := range slices.Clone(e.chores) {
		if err := c.do(ctx); err != nil {
			return 0, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return 0, nil
}
