package payments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/productcsv"
	"github.com/coincart/coincart/models/store"
)

type importParams struct {
	Import string `json:"import"`
	By     Actor  `json:"by"`
}

// errTaskStopped ends a task that a person stopped.
var errTaskStopped = errors.New("the task was stopped")

// running are the tasks that this process is at and that hold the database for themselves meanwhile: their progress cannot be stored.
type running struct {
	mu    sync.Mutex
	tasks map[string]*liveTask
}

type liveTask struct {
	done, total int
	stop        context.CancelCauseFunc
}

func (r *running) begin(id string, stop context.CancelCauseFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tasks == nil {
		r.tasks = map[string]*liveTask{}
	}
	r.tasks[id] = &liveTask{stop: stop}
}

func (r *running) end(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tasks, id)
}

func (r *running) set(id string, done, total int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := r.tasks[id]; t != nil {
		t.done, t.total = done, total
	}
}

// Live is a task with the progress that this process knows and the database does not yet.
func (s *Service) Live(t models.Task) models.Task {
	s.running.mu.Lock()
	defer s.running.mu.Unlock()
	if live := s.running.tasks[t.ID]; live != nil && live.total > 0 {
		t.Done, t.Total = live.done, live.total
	}
	return t
}

// StopTask ends a task of an import; what it did not finish leaves nothing. Errors: store.ErrConflict: it has ended already.
func (s *Service) StopTask(ctx context.Context, id string, by Actor) error {
	s.running.mu.Lock()
	if live := s.running.tasks[id]; live != nil {
		live.stop(errTaskStopped)
	}
	s.running.mu.Unlock()
	return s.store.Audited(ctx, by, "task.stop", "task:"+id, nil, nil, func(tx *store.Store) error { return tx.StopTask(ctx, id) })
}

// imports is the part of the service that needs no platform.
func (s *Service) imports() Imports {
	return Imports{Store: s.store, Zone: s.zone, StaticPicture: s.staticPicture}
}

// ReceiveImport stores an uploaded file and begins to check it; the same form token is the same import. Errors: those of Imports.Receive.
func (s *Service) ReceiveImport(ctx context.Context, name string, body io.Reader, o models.ImportOptions, token string, by Actor) (id string, err error) {
	if known, err := s.store.TaskByFormToken(ctx, token); err == nil {
		var p importParams
		if json.Unmarshal([]byte(known.Params), &p) == nil && p.Import != "" {
			return p.Import, nil
		}
	}
	i, err := s.imports().Receive(ctx, name, body, o, by)
	if err != nil {
		return "", err
	}
	task, err := s.startImportTask(ctx, i, models.TaskImportCheck, token, by)
	if err != nil {
		return i.ID, err
	}
	var p importParams
	if json.Unmarshal([]byte(task.Params), &p) == nil && p.Import != i.ID { // the same form came twice at once: the first one counts
		return p.Import, s.store.DropImport(ctx, i.ID)
	}
	return i.ID, nil
}

// CheckImport checks a file again, such as after the catalogue was changed. Errors: ErrImportState.
func (s *Service) CheckImport(ctx context.Context, id, token string, by Actor) (models.Task, error) {
	i, err := s.idleImport(ctx, id)
	if err != nil {
		return models.Task{}, err
	}
	return s.startImportTask(ctx, i, models.TaskImportCheck, token, by)
}

// StartImport begins to import a file that was checked and has no problems. Errors: ErrImportState.
func (s *Service) StartImport(ctx context.Context, id, token string, by Actor) (models.Task, error) {
	if known, err := s.store.TaskByFormToken(ctx, token); err == nil {
		return known, nil
	}
	i, err := s.idleImport(ctx, id)
	if err != nil {
		return models.Task{}, err
	}
	var r models.ImportReport
	if i.Report == "" || json.Unmarshal([]byte(i.Report), &r) != nil || r.Faults > 0 {
		return models.Task{}, ErrImportState
	}
	return s.startImportTask(ctx, i, models.TaskImport, token, by)
}

// FetchImportPictures tries again to fetch the pictures that could not be had. Errors: ErrImportState.
func (s *Service) FetchImportPictures(ctx context.Context, id, token string, by Actor) (models.Task, error) {
	i, err := s.store.Import(ctx, id)
	if err != nil {
		return models.Task{}, err
	}
	busy, err := s.busy(ctx, i.PictureTask)
	if err != nil {
		return models.Task{}, err
	}
	if i.AppliedAt.IsZero() || busy {
		return models.Task{}, ErrImportState
	}
	return s.startImportTask(ctx, i, models.TaskImportPictures, token, by)
}

// idleImport reads an import that was not done and at which no task is.
func (s *Service) idleImport(ctx context.Context, id string) (models.Import, error) {
	i, err := s.store.Import(ctx, id)
	if err != nil {
		return i, err
	}
	if !i.AppliedAt.IsZero() {
		return i, ErrImportState
	}
	for _, task := range []string{i.CheckTask, i.ApplyTask} {
		busy, err := s.busy(ctx, task)
		if err != nil {
			return i, err
		}
		if busy {
			return i, ErrImportState
		}
	}
	return i, nil
}

func (s *Service) busy(ctx context.Context, task string) (bool, error) {
	if task == "" {
		return false, nil
	}
	t, err := s.store.Task(ctx, task)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return t.State == models.TaskWaiting || t.State == models.TaskRunning, err
}

// startImportTask begins a task of an import, in one transaction with the note on the import that it has begun.
func (s *Service) startImportTask(ctx context.Context, i models.Import, kind models.TaskKind, token string, by Actor) (models.Task, error) {
	if known, err := s.store.TaskByFormToken(ctx, token); err == nil {
		return known, nil
	}
	was := map[models.TaskKind]string{
		models.TaskImportCheck: i.CheckTask, models.TaskImport: i.ApplyTask, models.TaskImportPictures: i.PictureTask,
	}[kind]
	t := models.Task{Kind: kind, FormToken: token, StaffID: by.StaffID, Who: by.Who}
	if _, err := s.prepareTask(&t, importParams{i.ID, by}); err != nil {
		return t, err
	}
	after := facts{"kind": string(kind), "file": i.FileName, "sha256": i.Hash}
	err := s.store.Audited(ctx, by, "task.start", "task:"+t.ID, nil, after, func(tx *store.Store) error {
		if err := tx.InsertTask(ctx, &t); err != nil {
			return err
		}
		return tx.SetImportTask(ctx, i.ID, kind, was, t.ID)
	})
	switch {
	case errors.Is(err, store.ErrDuplicate):
		return s.store.TaskByFormToken(ctx, token)
	case errors.Is(err, store.ErrConflict):
		return t, fmt.Errorf("%w: %w", ErrImportState, err)
	}
	s.poke(s.wakeTasks)
	return t, err
}

// readImport reads what a task of an import is about.
func (s *Service) readImport(ctx context.Context, t *models.Task) (i models.Import, o models.ImportOptions, p importParams, err error) {
	if err := json.Unmarshal([]byte(t.Params), &p); err != nil {
		return i, o, p, fmt.Errorf("%w: %w", errTaskFinal, err)
	}
	i, err = s.store.Import(ctx, p.Import)
	if errors.Is(err, store.ErrNotFound) {
		return i, o, p, fmt.Errorf("%w: %w", errTaskFinal, err)
	}
	if err != nil {
		return i, o, p, fmt.Errorf("load the import: %w", err)
	}
	if err := json.Unmarshal([]byte(i.Options), &o); err != nil {
		return i, o, p, fmt.Errorf("%w: %w", errTaskFinal, err)
	}
	return i, o, p, nil
}

// doImportCheck is the dry run: it lists every problem, and changes nothing.
func (s *Service) doImportCheck(ctx context.Context, t *models.Task) error {
	i, o, _, err := s.readImport(ctx, t)
	if err != nil {
		return err
	}
	pulse := s.pulse(t)
	p, err := s.planImport(ctx, i, o, func(line int) error { return pulse(ctx, min(line, i.FileLines), i.FileLines) })
	if err != nil {
		return err
	}
	if err := s.putCheck(ctx, i.ID, p); err != nil {
		return err
	}
	t.Done, t.Total = i.FileLines, i.FileLines
	return nil
}

func (s *Service) planImport(ctx context.Context, i models.Import, o models.ImportOptions, progress func(int) error) (*Planned, error) {
	p, err := s.imports().Plan(ctx, s.store.ImportFile(ctx, i.ID), o, progress)
	if errors.Is(err, store.ErrNotFound) {
		return nil, remarked(fmt.Errorf("%w: %w", errTaskFinal, err), "import_gone")
	}
	return p, err
}

func (s *Service) putCheck(ctx context.Context, id string, p *Planned) error {
	rows, err := StoredProblems(p.Problems)
	if err != nil {
		return err
	}
	report, err := json.Marshal(p.Report)
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return s.store.PutCheck(ctx, id, string(report), p.state, rows)
}

// doImport reads the file once more and imports it: everything in one transaction, in which the task ends too, so that a person who stops
// it either finds nothing imported or that it was done already.
func (s *Service) doImport(ctx context.Context, t *models.Task) error {
	i, o, params, err := s.readImport(ctx, t)
	if err != nil {
		return err
	}
	if !i.AppliedAt.IsZero() { // the process died after the end and before it was told
		return nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.running.begin(t.ID, stop)
	defer s.running.end(t.ID)
	p, err := s.planImport(ctx, i, o, func(int) error { return context.Cause(ctx) })
	if err == nil {
		err = s.applyImport(ctx, t, &i, p, params.By)
	}
	if err != nil && errors.Is(context.Cause(ctx), errTaskStopped) {
		return errTaskStopped
	}
	return err
}

func (s *Service) applyImport(ctx context.Context, t *models.Task, i *models.Import, p *Planned, by Actor) error {
	if p.Report.Faults > 0 || p.state != i.Catalogue {
		// What it was checked against is not what there is: the new result is shown, and a person decides again.
		if err := s.putCheck(ctx, i.ID, p); err != nil {
			return err
		}
		return remarked(fmt.Errorf("%w: %w", errTaskFinal, store.ErrCatalogueChanged), "import_changed")
	}
	err := s.imports().Apply(ctx, i, p, by, s.importProgress(ctx, t), func(tx *store.Store) error {
		t.Done = len(changing(p.Plan))
		t.Total = t.Done
		return tx.FinishTask(ctx, t.ID, t.Lease, models.TaskDone, store.TaskChange{Done: new(t.Done), Total: new(t.Total)})
	})
	switch {
	case errors.Is(err, store.ErrCatalogueChanged):
		return errors.Join(remarked(fmt.Errorf("%w: %w", errTaskFinal, err), "import_changed"), s.checkAgain(ctx, i))
	case errors.Is(err, ErrImportState):
		return remarked(fmt.Errorf("%w: %w", errTaskFinal, err), "import_done")
	case err == nil:
		s.poke(s.wakeTasks)
	}
	return err
}

// checkAgain stores what the file would do now.
func (s *Service) checkAgain(ctx context.Context, i *models.Import) error {
	var o models.ImportOptions
	if err := json.Unmarshal([]byte(i.Options), &o); err != nil {
		return fmt.Errorf("read the options: %w", err)
	}
	p, err := s.planImport(ctx, *i, o, nil)
	if err != nil {
		return err
	}
	return s.putCheck(ctx, i.ID, p)
}

func changing(plan *productcsv.Plan) []*productcsv.Item {
	var list []*productcsv.Item
	for i := range plan.Items {
		if len(plan.Items[i].Fields) > 0 {
			list = append(list, &plan.Items[i])
		}
	}
	return list
}

// importProgress tells how far the writing is. SQLite has one writer, which is the import's own transaction: there the progress is kept in
// this process, which is the only one. Elsewhere it is stored too, and losing the lease ends the import.
func (s *Service) importProgress(ctx context.Context, t *models.Task) func(done, total int) error {
	pulse := s.pulse(t)
	return func(done, total int) error {
		s.running.set(t.ID, done, total)
		s.watch.progress()
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if s.store.SingleWriter() {
			return nil
		}
		return pulse(ctx, done, total)
	}
}
