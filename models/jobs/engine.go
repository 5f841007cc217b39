// Package jobs runs the shop's work in the background: workers that look for due rows again and again, and tasks, which staff start and
// which take longer than a request. It knows no capability of the shop: each room registers its workers, its kinds of tasks and its
// chores.
//
// Any number of replicas may run. All that is to be done stands in the database, where a row is leased by one worker at a time
// (store.Claim…); a process that dies loses nothing but time.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Bounds of the workers (reliability.md R18). The limits are below stallAfter, so that only a step that does not heed its own end stalls.
const (
	// StepLimit bounds one step. It is shorter than Lease, so that what the step has claimed is its own until it ends.
	StepLimit = 25 * time.Second
	// TidyLimit bounds one step of a worker that claims nothing and goes on the next time where it stopped.
	TidyLimit = 50 * time.Second
	// Lease is how long a worker may hold a row; longer than its work.
	Lease = 30 * time.Second
	// Batch is the number of rows that a worker takes at once and handles side by side: none waits for another while its lease runs.
	Batch = 8

	claimLimit   = 5 * time.Second        // looking for work: idle connections may have fallen silent
	idlePause    = 500 * time.Millisecond // between two looks for due rows
	chorePause   = 10 * time.Minute       // between two rounds of chores
	keepTime     = 8 * time.Second        // for storing how a task ended, although its own time is over
	stallAfter   = time.Minute            // without the end of a step, a worker is begun anew
	taskSilence  = 5 * time.Minute        // the same for tasks, whose steps are long, without a sign of progress
	maxAbandoned = 8                      // goroutines of one worker that never came back; beyond them no other is begun
)

// Worker does one kind of work.
type Worker struct {
	Name  string                             // for logs, metrics and the status page
	Step  func(context.Context) (int, error) // handles what is due, returns how many rows
	Limit time.Duration                      // for one step; 0: StepLimit
	Wake  Bell                               // rings when work has just come in; nil: none does

	endless bool // of tasks, whose steps are long: no limit, but signs of progress
}

// Bell wakes a worker of this process; the others find the row at their next look.
type Bell chan struct{}

// NewBell makes a bell.
func NewBell() Bell { return make(Bell, 1) }

// Ring wakes the worker. It never waits.
func (b Bell) Ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// Config is what an Engine needs.
type Config struct {
	Store  *store.Store
	Clock  models.Clock // nil: the machine's
	Logger *slog.Logger // nil: none
}

// Engine runs workers, tasks and chores. The rooms register with it before Run; afterwards it is safe for concurrent use.
type Engine struct {
	store   *store.Store
	clock   models.Clock
	log     *slog.Logger
	started []func(context.Context)
	workers []Worker
	chores  []chore
	tidied  moment // when the chores were done last
	kinds   map[models.TaskKind]func(context.Context, *Run) error
	tasks   Bell
	running running
	watch   watch
}

type chore struct {
	name string
	do   func(context.Context) error
}

// New makes an engine that does tasks and chores, and the work that is registered with it.
func New(c Config) *Engine {
	e := &Engine{store: c.Store, clock: c.Clock, log: c.Logger, tasks: NewBell(), kinds: map[models.TaskKind]func(context.Context, *Run) error{}}
	if e.clock == nil {
		e.clock = models.SystemClock
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.AddWorker(Worker{Name: workerTasks, Step: e.taskStep, Wake: e.tasks, endless: true})
	e.AddWorker(Worker{Name: "housekeeping", Step: e.choreStep, Limit: TidyLimit})
	e.AddChore("remove old files of tasks", e.expireTasks)
	return e
}

// AddWorker registers a worker. A step may take TidyLimit at most.
func (e *Engine) AddWorker(w Worker) {
	w.Limit = min(w.Limit, TidyLimit)
	if w.Limit <= 0 {
		w.Limit = StepLimit
	}
	e.workers = append(e.workers, w)
}

// AddChore registers what is done every ten minutes, in the order of registration. It may be done by several replicas at once.
func (e *Engine) AddChore(name string, do func(context.Context) error) {
	e.chores = append(e.chores, chore{name, do})
}

// OnStart registers what is done once when Run begins, beside the workers.
func (e *Engine) OnStart(do func(context.Context)) { e.started = append(e.started, do) }

// Run works until ctx ends. It returns nil then.
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
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("workers: %w", err)
	}
	return nil
}

// RunOnce does all that is due now and returns how many rows were handled: what Run does again and again. Tests and command
// lines use it.
func (e *Engine) RunOnce(ctx context.Context) (int, error) {
	total := 0
	for _, w := range e.workers {
		n, err := w.Step(ctx)
		total += n
		if err != nil {
			return total, fmt.Errorf("%s: %w", w.Name, err)
		}
	}
	return total, nil
}

// Workers tells how the workers of this process stand, in their order; none before Run.
func (e *Engine) Workers() []models.WorkerState { return e.watch.states() }

// loop does a worker's steps until ctx ends. turn says on whose behalf, see supervise.
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
		next := idlePause
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			e.log.ErrorContext(ctx, "worker step failed", "worker", w.Name, "error", err)
			next = 5 * idlePause
		case n == Batch:
			next = 0
		}
		pause.Reset(next)
	}
}

// limited does one step within its time.
func (w Worker) limited(ctx context.Context) (int, error) {
	if !w.endless {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.Limit)
		defer cancel()
	}
	return w.Step(ctx)
}

// choreStep does all chores every ten minutes.
func (e *Engine) choreStep(ctx context.Context) (int, error) {
	if e.clock().Sub(e.tidied.get()) < chorePause {
		return 0, nil
	}
	e.tidied.set(e.clock())
	for _, c := range slices.Clone(e.chores) {
		if err := c.do(ctx); err != nil {
			return 0, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return 0, nil
}

// moment is a time that several goroutines may read and set.
type moment struct {
	mu sync.Mutex
	at time.Time
}

func (m *moment) get() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

func (m *moment) set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = at
}
