package payments

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

// Bounds of tasks.
const (
	taskLease   = time.Minute
	taskTries   = 5
	tasksAtOnce = 4
	taskPulse   = 500 * time.Millisecond // between two writings of progress
	MaxTaskRows = 1000                   // orders of one bulk cancellation
)

// Errors of tasks.
var (
	// ErrTask: a task cannot be begun with what was asked.
	ErrTask = errors.New("the task cannot be begun")
	// errTaskFinal marks a failure that another try would not mend.
	errTaskFinal = errors.New("task failed")
)

type statementParams struct {
	Day string `json:"day"`
}

type cancelParams struct {
	Orders []string `json:"orders"` // order ids
	By     Actor    `json:"by"`
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

// StartCancel begins the cancellation of many orders; the same form token is the same task. Errors: ErrTask.
func (s *Service) StartCancel(ctx context.Context, orderIDs []string, token string, by Actor) (models.Task, error) {
	if len(orderIDs) == 0 || len(orderIDs) > MaxTaskRows {
		return models.Task{}, fmt.Errorf("%w: want 1 to %d orders", ErrTask, MaxTaskRows)
	}
	return s.startAudited(ctx, models.Task{Kind: models.TaskCancel, Total: len(orderIDs), FormToken: token}, cancelParams{orderIDs, by}, by)
}

// StartStatement begins the fetching and comparing of a day. A sealed day is fetched for comparison only. Errors: models.ErrDay,
// ErrDayFuture.
func (s *Service) StartStatement(ctx context.Context, day, token string, by Actor) (models.Task, error) {
	if err := s.CheckDay(day); err != nil {
		return models.Task{}, err
	}
	return s.startAudited(ctx, models.Task{Kind: models.TaskStatement, FormToken: token}, statementParams{day}, by)
}

// StartExport begins the writing of a file. Errors: ErrTask.
func (s *Service) StartExport(ctx context.Context, x Export, token string, by Actor) (models.Task, error) {
	if err := x.check(s); err != nil {
		return models.Task{}, err
	}
	return s.startAudited(ctx, models.Task{Kind: models.TaskExport, FormToken: token}, x, by)
}

func (s *Service) startAudited(ctx context.Context, t models.Task, params any, by Actor) (models.Task, error) {
	if known, err := s.store.TaskByFormToken(ctx, t.FormToken); err == nil {
		return known, nil
	}
	encoded, err := s.prepareTask(&t, params)
	if err != nil {
		return t, err
	}
	if x, ok := params.(Export); ok {
		if encoded, err = x.logged(); err != nil {
			return t, err
		}
	}
	t.StaffID, t.Who = by.StaffID, by.Who
	after := facts{"kind": string(t.Kind), "params": encoded}
	err = s.store.Audited(ctx, by, "task.start", "task:"+t.ID, nil, after, func(tx *store.Store) error { return tx.InsertTask(ctx, &t) })
	if errors.Is(err, store.ErrDuplicate) {
		return s.store.TaskByFormToken(ctx, t.FormToken)
	}
	s.poke(s.wakeTasks)
	return t, err
}

// startTask begins a task of the shop's own, once per token.
func (s *Service) startTask(ctx context.Context, t models.Task, params any) error {
	if _, err := s.prepareTask(&t, params); err != nil {
		return err
	}
	err := s.store.InsertTask(ctx, &t)
	if errors.Is(err, store.ErrDuplicate) {
		return nil
	}
	return err
}

func (s *Service) prepareTask(t *models.Task, params any) (string, error) {
	encoded, err := json.Marshal(params)
	if err != nil {
		return "", fmt.Errorf("encode the task: %w", err)
	}
	now := s.clock()
	t.ID, t.State, t.Params, t.CreatedAt, t.UpdatedAt, t.DueAt = models.NewID(), models.TaskWaiting, string(encoded), now, now, now
	return t.Params, nil
}

func (s *Service) taskStep(ctx context.Context) (int, error) {
	rows, err := claim(ctx, s.store.ClaimTasks, tasksAtOnce, taskLease)
	if err != nil {
		return 0, fmt.Errorf("claim tasks: %w", err)
	}
	return each(ctx, rows, s.runTask), nil
}

// runTask does a task, or goes on with one whose process died. A task that fails is tried again unless that is useless.
func (s *Service) runTask(ctx context.Context, t models.Task) {
	s.watch.progress()
	err := s.doTask(ctx, &t)
	if ctx.Err() != nil {
		return // the shop is stopping; another process goes on when the lease ends
	}
	keep, cancel := s.detached(ctx)
	defer cancel()
	switch {
	case errors.Is(err, errTaskStopped): // and its row says so already
	case err == nil:
		s.logLost(ctx, s.finishTask(keep, &t, models.TaskDone))
	case errors.Is(err, errTaskFinal) || t.Tries >= taskTries:
		s.log.ErrorContext(ctx, "task failed", "task", t.ID, "kind", string(t.Kind), "error", err)
		t.Problem = remarkOf(err)
		s.logLost(ctx, s.finishTask(keep, &t, models.TaskFailed))
	default:
		s.log.WarnContext(ctx, "task is tried again", "task", t.ID, "kind", string(t.Kind), "error", err)
		s.logLost(ctx, s.store.Reschedule(keep, store.QueueTasks, t.ID, t.Lease, s.clock().Add(retryDelay(t.Tries-1))))
	}
}

func (s *Service) finishTask(ctx context.Context, t *models.Task, state models.TaskState) error {
	return s.store.FinishTask(ctx, t.ID, t.Lease, state, store.TaskChange{
		Done: new(t.Done), Total: new(t.Total), Problem: new(t.Problem), FileName: new(t.FileName), FileType: new(t.FileType), FileSize: new(t.FileSize),
	})
}

func (s *Service) doTask(ctx context.Context, t *models.Task) error {
	switch t.Kind {
	case models.TaskCancel:
		return s.doCancel(ctx, t)
	case models.TaskStatement:
		return s.doStatement(ctx, t)
	case models.TaskExport:
		return s.doExport(ctx, t)
	case models.TaskImportCheck:
		return s.doImportCheck(ctx, t)
	case models.TaskImport:
		return s.doImport(ctx, t)
	case models.TaskImportPictures:
		return s.doImportPictures(ctx, t)
	case models.TaskExportProducts:
		return s.doExportProducts(ctx, t)
	}
	return fmt.Errorf("%w: kind %q", errTaskFinal, t.Kind)
}

// pulse stores progress now and then, and keeps the lease. Losing the lease ends the task here: somebody else has it.
func (s *Service) pulse(t *models.Task) func(ctx context.Context, done, total int) error {
	var last time.Time
	return func(ctx context.Context, done, total int) error {
		t.Done, t.Total = done, total
		s.watch.progress()
		now := s.clock()
		if !last.IsZero() && now.Sub(last) < taskPulse && (total == 0 || done < total) {
			return nil
		}
		last = now
		if err := s.store.SetTask(ctx, t.ID, t.Lease, store.TaskChange{Done: new(done), Total: new(total)}); err != nil {
			return fmt.Errorf("store progress: %w", err)
		}
		return nil
	}
}

// doCancel cancels one order after the other and goes on behind the results that are stored.
func (s *Service) doCancel(ctx context.Context, t *models.Task) error {
	var p cancelParams
	if err := json.Unmarshal([]byte(t.Params), &p); err != nil {
		return fmt.Errorf("%w: %w", errTaskFinal, err)
	}
	pulse := s.pulse(t)
	for i := t.Done; i < len(p.Orders); i++ {
		row := models.TaskRow{TaskID: t.ID, Position: i + 1, OrderID: p.Orders[i]}
		outcome, err := s.CancelByStaff(ctx, p.Orders[i], p.By)
		row.Outcome = string(outcome)
		if errors.Is(err, store.ErrNotFound) {
			row.Outcome, err = string(OutcomeGone), nil
		}
		if err != nil {
			return fmt.Errorf("cancel order %d: %w", i+1, err)
		}
		if order, err := s.store.Order(ctx, p.Orders[i]); err == nil {
			row.Subject = order.Ref
		}
		if err := s.store.AddTaskRows(ctx, t.Lease, []models.TaskRow{row}); err != nil && !errors.Is(err, store.ErrDuplicate) {
			return fmt.Errorf("store result: %w", err)
		}
		if err := pulse(ctx, i+1, len(p.Orders)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) doStatement(ctx context.Context, t *models.Task) error {
	var p statementParams
	if err := json.Unmarshal([]byte(t.Params), &p); err != nil {
		return fmt.Errorf("%w: %w", errTaskFinal, err)
	}
	pulse := s.pulse(t)
	var lost error
	fetch, cancel := context.WithCancel(ctx)
	defer cancel()
	_, err := s.FetchStatement(fetch, p.Day, t.StaffID, func(done, total int) {
		if lost = pulse(ctx, done, total); lost != nil {
			cancel()
		}
	})
	if lost != nil {
		return lost
	}
	if err != nil {
		return fmt.Errorf("fetch the statement: %w", err)
	}
	if _, err := s.Reconcile(ctx, p.Day); err != nil {
		return err
	}
	return nil
}
