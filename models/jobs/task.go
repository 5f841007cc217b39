package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Limits of tasks.
const (
	taskLease     = time.Minute
	taskTries     = 5
	tasksAtOnce   = 4
	progressPause = 500 * time.Millisecond // between two writes of a task's progress
	filesKept     = 7 * 24 * time.Hour     // how long a task's file can be downloaded
	expiredAtOnce = 50
)

// Errors of tasks.
var (
	// ErrTask means that a task cannot be started with these parameters.
	ErrTask = errors.New("the task cannot be begun")
	// ErrFinal marks a failure that would repeat with every try.
	ErrFinal = errors.New("task failed")
	// errStopped is the cause of the end of a task that a person stopped.
	errStopped = errors.New("the task was stopped")
)

// Request describes a task to start.
type Request struct {
	Kind   models.TaskKind
	Total  int // number of steps, if it is known beforehand
	Token  string
	Params any // stored as JSON, read by Run.Params

	// Facts go into the audit log. Nil: the kind and the parameters.
	Facts models.Facts
	// Also runs in the transaction that stores the task. It may be nil.
	Also func(tx *store.Store, taskID string) error
}

// Handle registers do to run tasks of a kind. A task whose process died runs again and continues from what it has stored. A task that fails
// is tried up to five times, unless the error is ErrFinal. Staff see RemarkOf of its last error.
func (e *Engine) Handle(kind models.TaskKind, do func(context.Context, *Run) error) {
	e.kinds[kind] = do
}

// Start starts a task on behalf of a person. A second call with the same token returns the task of the first. Errors: those of r.Also and
// of the store.
func (e *Engine) Start(ctx context.Context, r Request, by models.Actor) (models.Task, error) {
	if known, err := e.store.TaskByFormToken(ctx, r.Token); err == nil {
		return known, nil
	}
	t, err := e.newTask(r)
	if err != nil {
		return t, err
	}
	t.StaffID, t.Who = by.StaffID, by.Who
	after := r.Facts
	if after == nil {
		after = models.Facts{"kind": string(t.Kind), "params": t.Params}
	}
	err = e.store.Audited(ctx, by, "task.start", "task:"+t.ID, nil, after, func(tx *store.Store) error {
		if err := tx.InsertTask(ctx, &t); err != nil || r.Also == nil {
			return err
		}
		return r.Also(tx, t.ID)
	})
	if errors.Is(err, store.ErrDuplicate) {
		return e.store.TaskByFormToken(ctx, r.Token)
	}
	e.WakeTasks()
	return t, err
}

// StartOwn starts a task that the shop itself planned, once for each token. who names what planned it.
func (e *Engine) StartOwn(ctx context.Context, who string, r Request) error {
	t, err := e.newTask(r)
	if err != nil {
		return err
	}
	t.Who = who
	err = e.store.InsertTask(ctx, &t)
	if errors.Is(err, store.ErrDuplicate) {
		return nil
	}
	return err
}

// WakeTasks makes the engine look for tasks at once. Call it after storing one.
func (e *Engine) WakeTasks() { e.tasks.Ring() }

func (e *Engine) newTask(r Request) (models.Task, error) {
	params, err := json.Marshal(r.Params)
	if err != nil {
		return models.Task{}, fmt.Errorf("encode the task: %w", err)
	}
	now := e.clock()
	return models.Task{
		ID: models.NewID(), Kind: r.Kind, State: models.TaskWaiting, Params: string(params), Total: r.Total, FormToken: r.Token,
		CreatedAt: now, UpdatedAt: now, DueAt: now,
	}, nil
}

// Stop stops a task. A task that works in one transaction leaves nothing behind. store.ErrConflict: the task has already ended.
func (e *Engine) Stop(ctx context.Context, id string, by models.Actor) error {
	e.running.with(id, func(t *runningTask) { t.stop(errStopped) })
	return e.store.Audited(ctx, by, "task.stop", "task:"+id, nil, nil, func(tx *store.Store) error { return tx.StopTask(ctx, id) })
}

// Live returns t with its current progress, which may be newer in this process than in the database.
func (e *Engine) Live(t models.Task) models.Task {
	e.running.with(t.ID, func(own *runningTask) {
		if own.total > 0 {
			t.Done, t.Total = own.done, own.total
		}
	})
	return t
}

func (e *Engine) expireTasks(ctx context.Context) error {
	_, err := e.store.ExpireTasks(ctx, e.clock().Add(-filesKept), expiredAtOnce)
	return err
}

func (e *Engine) taskStep(ctx context.Context) (int, error) {
	rows, err := Claim(ctx, e.store.ClaimTasks, tasksAtOnce, taskLease)
	if err != nil {
		return 0, fmt.Errorf("claim tasks: %w", err)
	}
	return Each(ctx, rows, e.runTask), nil
}

// runTask runs a task or resumes one whose process died, and stores its result. A failure that may pass is tried again later.
func (e *Engine) runTask(ctx context.Context, t models.Task) {
	e.watch.progress()
	err := e.do(ctx, &t)
	if ctx.Err() != nil {
		return // the process is stopping; another one resumes the task when the lease ends
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	switch {
	case errors.Is(err, errStopped): // Stop has stored the state
	case err == nil:
		LogLost(ctx, e.log, e.finish(keep, &t, models.TaskDone))
	case errors.Is(err, ErrFinal) || t.Tries >= taskTries:
		e.log.ErrorContext(ctx, "task failed", "task", t.ID, "kind", string(t.Kind), "error", err)
		t.Problem = RemarkOf(err)
		LogLost(ctx, e.log, e.finish(keep, &t, models.TaskFailed))
	default:
		e.log.WarnContext(ctx, "task is tried again", "task", t.ID, "kind", string(t.Kind), "error", err)
		LogLost(ctx, e.log, e.store.Reschedule(keep, store.QueueTasks, t.ID, t.Lease, e.clock().Add(RetryDelay(t.Tries-1))))
	}
}

func (e *Engine) finish(ctx context.Context, t *models.Task, state models.TaskState) error {
	return e.store.FinishTask(ctx, t.ID, t.Lease, state, store.TaskChange{
		Done: new(t.Done), Total: new(t.Total), Problem: new(t.Problem), FileName: new(t.FileName), FileType: new(t.FileType), FileSize: new(t.FileSize),
	})
}

func (e *Engine) do(ctx context.Context, t *models.Task) error {
	do, ok := e.kinds[t.Kind]
	if !ok {
		return fmt.Errorf("%w: kind %q", ErrFinal, t.Kind)
	}
	return do(ctx, &Run{Task: t, engine: e})
}

// Run is one run of a task.
type Run struct {
	Task   *models.Task // as claimed; Progress and WriteFile change it
	engine *Engine
	stored time.Time // when progress was last stored
}

// Params decodes the parameters of the Request. Errors: ErrFinal.
func (r *Run) Params(into any) error {
	if err := json.Unmarshal([]byte(r.Task.Params), into); err != nil {
		return fmt.Errorf("%w: %w", ErrFinal, err)
	}
	return nil
}

// Progress reports whether done of total steps are done, and renews the lease. It stores them at most every 500 ms. A total of 0 means that it
// is not known. On an error the task must end, because another worker may hold it.
func (r *Run) Progress(ctx context.Context, done, total int) error {
	e, t := r.engine, r.Task
	t.Done, t.Total = done, total
	e.watch.progress()
	now := e.clock()
	if !r.stored.IsZero() && now.Sub(r.stored) < progressPause && (total == 0 || done < total) {
		return nil
	}
	r.stored = now
	if err := e.store.SetTask(ctx, t.ID, t.Lease, store.TaskChange{Done: new(done), Total: new(total)}); err != nil {
		return fmt.Errorf("store progress: %w", err)
	}
	return nil
}

// ProgressInTx is Progress for a task that works in one long transaction. SQLite allows one writer, which is that transaction, so the
// progress is kept in memory there; no other process needs it. Other databases store it too, and a lost lease ends the task.
func (r *Run) ProgressInTx(ctx context.Context, done, total int) error {
	r.engine.running.with(r.Task.ID, func(t *runningTask) { t.done, t.total = done, total })
	r.engine.watch.progress()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if r.engine.store.SingleWriter() {
		return nil
	}
	return r.Progress(ctx, done, total)
}

// Stoppable runs do with a context that ends when a person stops the task.
func (r *Run) Stoppable(ctx context.Context, do func(context.Context) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.engine.running.begin(r.Task.ID, stop)
	defer r.engine.running.end(r.Task.ID)
	err := do(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errStopped) {
		return errStopped
	}
	return err
}

// FinishIn stores the end of the task in the transaction of its work, so that both commit or neither does.
func (r *Run) FinishIn(ctx context.Context, tx *store.Store, done int) error {
	r.Task.Done, r.Task.Total = done, done
	return tx.FinishTask(ctx, r.Task.ID, r.Task.Lease, models.TaskDone, store.TaskChange{Done: new(done), Total: new(done)})
}

// running holds the tasks of this process that a person may stop.
type running struct {
	mu    sync.Mutex
	tasks map[string]*runningTask
}

type runningTask struct {
	done, total int
	stop        context.CancelCauseFunc
}

func (r *running) begin(id string, stop context.CancelCauseFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tasks == nil {
		r.tasks = map[string]*runningTask{}
	}
	r.tasks[id] = &runningTask{stop: stop}
}

func (r *running) end(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tasks, id)
}

// with calls do with a task, if it runs in this process.
func (r *running) with(id string, do func(*runningTask)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := r.tasks[id]; t != nil {
		do(t)
	}
}
