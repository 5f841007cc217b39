package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

type importParams struct {
	Import string       `json:"import"`
	By     models.Actor `json:"by"`
}

// ReceiveImport stores an uploaded file and starts to check it. A second call with the same form token returns the same import. Errors:
// those of Imports.Receive.
func (s *Transfers) ReceiveImport(ctx context.Context, name string, body io.Reader, o models.ImportOptions, token string, by models.Actor) (id string, err error) {
	if known, err := s.store.TaskByFormToken(ctx, token); err == nil {
		var p importParams
		if json.Unmarshal([]byte(known.Params), &p) == nil && p.Import != "" {
			return p.Import, nil
		}
	}
	i, err := s.imports.Receive(ctx, name, body, o, by)
	if err != nil {
		return "", err
	}
	task, err := s.startImportTask(ctx, i, models.TaskImportCheck, token, by)
	if err != nil {
		return i.ID, err
	}
	var p importParams
	if json.Unmarshal([]byte(task.Params), &p) == nil && p.Import != i.ID { // the form was sent twice at once, and the other upload came first
		return p.Import, s.store.DropImport(ctx, i.ID)
	}
	return i.ID, nil
}

// CheckImport starts to check a file again, for example because the catalogue has changed. Errors: ErrImportState.
func (s *Transfers) CheckImport(ctx context.Context, id, token string, by models.Actor) (models.Task, error) {
	i, err := s.idleImport(ctx, id)
	if err != nil {
		return models.Task{}, err
	}
	return s.startImportTask(ctx, i, models.TaskImportCheck, token, by)
}

// StartImport starts to import a file that was checked and has no problems. confirmed is the report's PriceDigest if the person has confirmed
// its changes of prices. Errors: ErrImportState, ErrImportPrices.
func (s *Transfers) StartImport(ctx context.Context, id, token, confirmed string, by models.Actor) (models.Task, error) {
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
	if r.PriceDigest != confirmed {
		return models.Task{}, ErrImportPrices
	}
	return s.startImportTask(ctx, i, models.TaskImport, token, by)
}

// FetchImportPictures tries again to fetch the pictures that failed. Errors: ErrImportState.
func (s *Transfers) FetchImportPictures(ctx context.Context, id, token string, by models.Actor) (models.Task, error) {
	i, err := s.store.Import(ctx, id)
	if err != nil {
		return models.Task{}, err
	}
	busy, err := s.inProgress(ctx, i.PictureTask)
	if err != nil {
		return models.Task{}, err
	}
	if i.AppliedAt.IsZero() || busy {
		return models.Task{}, ErrImportState
	}
	return s.startImportTask(ctx, i, models.TaskImportPictures, token, by)
}

// idleImport loads an import that is not done and has no task in progress.
func (s *Transfers) idleImport(ctx context.Context, id string) (models.Import, error) {
	i, err := s.store.Import(ctx, id)
	if err != nil {
		return i, err
	}
	if !i.AppliedAt.IsZero() {
		return i, ErrImportState
	}
	for _, task := range []string{i.CheckTask, i.ApplyTask} {
		busy, err := s.inProgress(ctx, task)
		if err != nil {
			return i, err
		}
		if busy {
			return i, ErrImportState
		}
	}
	return i, nil
}

func (s *Transfers) inProgress(ctx context.Context, task string) (bool, error) {
	if task == "" {
		return false, nil
	}
	t, err := s.store.Task(ctx, task)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return t.State == models.TaskWaiting || t.State == models.TaskRunning, err
}

// startImportTask starts a task of an import and records it on the import in the same transaction.
func (s *Transfers) startImportTask(ctx context.Context, i models.Import, kind models.TaskKind, token string, by models.Actor) (models.Task, error) {
	previous := map[models.TaskKind]string{
		models.TaskImportCheck: i.CheckTask, models.TaskImport: i.ApplyTask, models.TaskImportPictures: i.PictureTask,
	}[kind]
	t, err := s.jobs.Start(ctx, jobs.Request{
		Kind: kind, Token: token, Params: importParams{i.ID, by},
		Facts: models.Facts{"kind": string(kind), "file": i.FileName, "sha256": i.Hash},
		Also:  func(tx *store.Store, task string) error { return tx.SetImportTask(ctx, i.ID, kind, previous, task) },
	}, by)
	if errors.Is(err, store.ErrConflict) {
		return t, fmt.Errorf("%w: %w", ErrImportState, err)
	}
	return t, err
}

// readImport loads the import that a task is about, and the task's parameters.
func (s *Transfers) readImport(ctx context.Context, r *jobs.Run) (i models.Import, p importParams, err error) {
	if err := r.Params(&p); err != nil {
		return i, p, err
	}
	i, err = s.store.Import(ctx, p.Import)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return i, p, fmt.Errorf("%w: %w", jobs.ErrFinal, err)
	case err != nil:
		return i, p, fmt.Errorf("load the import: %w", err)
	}
	return i, p, nil
}

// checkImport is the task that checks a file. It lists every problem and imports nothing.
func (s *Transfers) checkImport(ctx context.Context, r *jobs.Run) error {
	i, _, err := s.readImport(ctx, r)
	if err != nil {
		return err
	}
	p, err := s.planImport(ctx, i, func(line int) error { return r.Progress(ctx, min(line, i.FileLines), i.FileLines) })
	if err != nil {
		return err
	}
	if err := s.putCheck(ctx, i.ID, p); err != nil {
		return err
	}
	r.Task.Done, r.Task.Total = i.FileLines, i.FileLines
	return nil
}

func (s *Transfers) planImport(ctx context.Context, i models.Import, progress func(int) error) (*Planned, error) {
	p, err := s.imports.Plan(ctx, s.store.ImportFile(ctx, i.ID), i.Options, progress)
	if errors.Is(err, store.ErrNotFound) {
		return nil, jobs.Remarked(fmt.Errorf("%w: %w", jobs.ErrFinal, err), "import_gone")
	}
	return p, err
}

func (s *Transfers) putCheck(ctx context.Context, id string, p *Planned) error {
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

// runImport is the task that imports a checked file. It imports everything in one transaction, which also ends the task: whoever stops the
// task finds either nothing imported or everything.
func (s *Transfers) runImport(ctx context.Context, r *jobs.Run) error {
	i, params, err := s.readImport(ctx, r)
	if err != nil {
		return err
	}
	if !i.AppliedAt.IsZero() { // the process died after the commit
		return nil
	}
	return r.Stoppable(ctx, func(ctx context.Context) error {
		p, err := s.planImport(ctx, i, func(int) error { return context.Cause(ctx) })
		if err != nil {
			return err
		}
		return s.applyImport(ctx, r, &i, p, params.By)
	})
}

func (s *Transfers) applyImport(ctx context.Context, r *jobs.Run, i *models.Import, p *Planned, by models.Actor) error {
	if p.Report.Faults > 0 || p.state != i.Catalogue {
		// The catalogue is not the one that the file was checked against. The new result is stored, and a person decides again.
		if err := s.putCheck(ctx, i.ID, p); err != nil {
			return err
		}
		return jobs.Remarked(fmt.Errorf("%w: %w", jobs.ErrFinal, store.ErrCatalogueChanged), "import_changed")
	}
	err := s.imports.Apply(ctx, i, p, by,
		func(done, total int) error { return r.ProgressInTx(ctx, done, total) },
		func(tx *store.Store) error {
			if p.Report.PriceCount > 0 {
				alert := models.AlertOfMoves(models.AlertImport, by.Who, i.FileName, "/admin/imports/"+i.ID, p.Report.PriceMoves, p.Report.PriceCount)
				if err := s.alert.queue(ctx, tx, alert); err != nil {
					return err
				}
			}
			return r.FinishIn(ctx, tx, p.Plan.New+p.Plan.Changed)
		})
	switch {
	case errors.Is(err, store.ErrCatalogueChanged):
		return errors.Join(jobs.Remarked(fmt.Errorf("%w: %w", jobs.ErrFinal, err), "import_changed"), s.checkAgain(ctx, i))
	case errors.Is(err, ErrImportState):
		return jobs.Remarked(fmt.Errorf("%w: %w", jobs.ErrFinal, err), "import_done")
	case err == nil:
		s.jobs.WakeTasks()
		s.alert.wake()
	}
	return err
}

// checkAgain stores what an import would do now.
func (s *Transfers) checkAgain(ctx context.Context, i *models.Import) error {
	p, err := s.planImport(ctx, *i, nil)
	if err != nil {
		return err
	}
	return s.putCheck(ctx, i.ID, p)
}
