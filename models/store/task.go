package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// taskLease is the time that a claimed task is left to its worker after each report of progress.
const taskLease = time.Minute

// InsertTask stores a task; ids and times that are empty are filled in, and it is due at once unless a time is set. A form token that is
// taken is ErrDuplicate.
func (s *Store) InsertTask(ctx context.Context, t *models.Task) error {
	t.ID, t.FormToken = cmp.Or(t.ID, models.NewID()), cmp.Or(t.FormToken, models.NewRef())
	t.State = cmp.Or(t.State, models.TaskWaiting)
	t.CreatedAt = orTime(t.CreatedAt, s.now())
	t.UpdatedAt = orTime(t.UpdatedAt, t.CreatedAt)
	if t.State == models.TaskWaiting {
		t.DueAt = orTime(t.DueAt, t.CreatedAt)
	}
	clipTexts(t, "problem")
	return wrap("store the task", s.create(ctx, t))
}

// Task reads a task by its id; ErrNotFound.
func (s *Store) Task(ctx context.Context, id string) (models.Task, error) {
	return s.task(ctx, "id", id)
}

// TaskByFormToken reads the task that a form became; ErrNotFound.
func (s *Store) TaskByFormToken(ctx context.Context, token string) (models.Task, error) {
	return s.task(ctx, "form_token", token)
}

func (s *Store) task(ctx context.Context, column, key string) (models.Task, error) {
	t, err := takeByKey[models.Task](ctx, s, isKey, column, key)
	return t, wrap("read the task", err)
}

// TasksByID reads tasks by their ids; those that are not there are left out.
func (s *Store) TasksByID(ctx context.Context, ids []string) (map[string]models.Task, error) {
	found := make(map[string]models.Task, len(ids))
	err := inParts(unique(ids), func(_ string, args []any) error {
		list, err := find[models.Task](ctx, s, "id", "id IN ?", args)
		for _, t := range list {
			found[t.ID] = t
		}
		return err
	})
	return found, wrap("read the tasks", err)
}

// Tasks reads the newest tasks. ErrFilter.
func (s *Store) Tasks(ctx context.Context, limit int) ([]models.Task, error) {
	list, err := newestRows[models.Task](ctx, s, limit)
	return list, wrap("read the tasks", err)
}

// ClaimTasks claims up to limit due tasks, longest due first, counts the try and calls them running. A task whose worker died is due
// again when its lease ends.
func (s *Store) ClaimTasks(ctx context.Context, limit int, lease time.Duration) ([]models.Task, error) {
	list, err := claim(ctx, s, QueueTasks, limit, lease,
		func(t *models.Task) leased { return leased{&t.ID, &t.Lease, &t.DueAt, &t.Tries} })
	if err != nil {
		return nil, err
	}
	mine := list[:0]
	for _, t := range list {
		err := s.execOr(ctx, ErrConflict, "UPDATE tasks SET state = ?, updated_at = ? WHERE id = ? AND lease = ? AND state IN (?, ?)",
			string(models.TaskRunning), s.now(), t.ID, t.Lease, string(models.TaskWaiting), string(models.TaskRunning))
		if errors.Is(err, ErrConflict) {
			continue // it was stopped
		}
		if err != nil {
			return mine, wrap("begin the task", err)
		}
		t.State = models.TaskRunning
		mine = append(mine, t)
	}
	return mine, nil
}

// SetTask notes the progress of a claimed task and extends its lease by a minute.
// ErrConflict: the lease is not held any more, because the task was stopped or given to another worker, and nothing of it may be
// done further.
func (s *Store) SetTask(ctx context.Context, id, lease string, set TaskChange) error {
	c, err := changed[models.Task](set)
	if err != nil {
		return wrap("note the task's progress", err)
	}
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	c.set("due_at", now.Add(taskLease))
	c.set("updated_at", s.now())
	return wrap("note the task's progress", s.updateTask(ctx, id, lease, c))
}

func (s *Store) updateTask(ctx context.Context, id, lease string, c *change) error {
	return s.update(ctx, "tasks", c, "id = ? AND lease = ? AND state = ?", id, lease, string(models.TaskRunning))
}

// FinishTask ends a claimed task: done, failed or stopped. ErrConflict as in SetTask.
func (s *Store) FinishTask(ctx context.Context, id, lease string, state models.TaskState, set TaskChange) error {
	switch state {
	case models.TaskDone, models.TaskFailed, models.TaskStopped:
	case models.TaskWaiting, models.TaskRunning:
		return fmt.Errorf("end the task as %s: %w", state, ErrConflict)
	}
	c, err := changed[models.Task](set)
	if err != nil {
		return wrap("end the task", err)
	}
	s.endTask(c, state)
	return wrap("end the task", s.Tx(ctx, func(tx *Store) error {
		if err := tx.updateTask(ctx, id, lease, c); err != nil || state == models.TaskDone {
			return err
		}
		return tx.dropChunks(ctx, id)
	}))
}

// dropChunks removes what there is of a file.
func (s *Store) dropChunks(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM task_chunks WHERE task_id = ?", id)
	return err
}

func (s *Store) endTask(c *change, state models.TaskState) {
	c.set("state", string(state))
	c.set("ended_at", s.now())
	c.set("updated_at", s.now())
	c.set("due_at", nil)
	c.set("lease", "")
}

// StopTask ends a task that nobody needs any more; its worker learns so when it next reports progress. ErrConflict: it has
// ended already.
func (s *Store) StopTask(ctx context.Context, id string) error {
	c := &change{}
	s.endTask(c, models.TaskStopped)
	return wrap("stop the task", s.Tx(ctx, func(tx *Store) error {
		err := tx.update(ctx, "tasks", c, "id = ? AND state IN (?, ?)", id, string(models.TaskWaiting), string(models.TaskRunning))
		if err != nil {
			return err
		}
		return tx.dropChunks(ctx, id)
	}))
}

// withTask runs fn in a transaction that has the task's row, so that a worker that lost the lease writes nothing more: ErrConflict.
func (s *Store) withTask(ctx context.Context, id, lease string, fn func(tx *Store) error) error {
	if lease == "" {
		return ErrConflict
	}
	return s.Tx(ctx, func(tx *Store) error {
		c := &change{}
		c.set("updated_at", tx.now())
		if err := tx.updateTask(ctx, id, lease, c); err != nil {
			return err
		}
		return fn(tx)
	})
}

// ClearTask removes what an earlier try of a claimed task has left: rows, pieces of a file and the count. ErrConflict as in SetTask.
func (s *Store) ClearTask(ctx context.Context, id, lease string) error {
	return wrap("clear the task", s.withTask(ctx, id, lease, func(tx *Store) error {
		if err := tx.dropChunks(ctx, id); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "DELETE FROM task_rows WHERE task_id = ?", id); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "UPDATE tasks SET done = 0, total = 0, file_size = 0 WHERE id = ?", id)
		return err
	}))
}

// AddTaskRows stores results of a claimed task, all of the same one. A position that has a result keeps it: what was found first is what
// happened. ErrConflict as in SetTask.
func (s *Store) AddTaskRows(ctx context.Context, lease string, rows []models.TaskRow) error {
	if len(rows) == 0 {
		return nil
	}
	rows = slices.Clone(rows)
	for i := range rows {
		clipTexts(&rows[i], "subject", "note")
		if rows[i].TaskID != rows[0].TaskID {
			return fmt.Errorf("store results: %w: they are of more than one task", ErrConflict)
		}
	}
	return wrap("store results", s.withTask(ctx, rows[0].TaskID, lease, func(tx *Store) error {
		return tx.create(ctx, &rows, onConflict("task_id", "position"))
	}))
}

// TaskRows reads a page of a task's results, after a position (0: from the first). ErrFilter.
func (s *Store) TaskRows(ctx context.Context, id string, after, limit int) ([]models.TaskRow, error) {
	where := conditions{}
	where.add("task_id = ?", id)
	list, err := rowsAfter[models.TaskRow](ctx, s, where, after, limit)
	return list, wrap("read the task's results", err)
}

// PutTaskChunk stores a piece of a claimed task's file; the same number again replaces it. ErrConflict as in SetTask.
func (s *Store) PutTaskChunk(ctx context.Context, lease string, c models.TaskChunk) error {
	end := s.replacing([]string{"task_id", "number"}, "data")
	return wrap("store a piece of the file", s.withTask(ctx, c.TaskID, lease, func(tx *Store) error {
		_, err := tx.exec(ctx, "INSERT INTO task_chunks (task_id, number, data) VALUES (?, ?, ?)"+end, c.TaskID, c.Number, c.Data)
		return err
	}))
}

// EachTaskChunk calls fn with every piece of a task's file in order, one at a time. An error of fn ends it and is returned as it is.
func (s *Store) EachTaskChunk(ctx context.Context, id string, fn func([]byte) error) error {
	for number := 0; ; number++ {
		var data []byte
		err := s.one(ctx, "SELECT data FROM task_chunks WHERE task_id = ? AND number = ?", []any{id, number + 1}, &data)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return wrap("read a piece of the file", err)
		}
		if err := fn(data); err != nil {
			return err
		}
	}
}

// ExpireTasks removes the files of up to limit tasks that ended before a time, and returns how many; the tasks stay.
func (s *Store) ExpireTasks(ctx context.Context, before time.Time, limit int) (int, error) {
	ids, err := s.readTexts(ctx, "SELECT id FROM tasks WHERE file_size > 0 AND ended_at < ? LIMIT ?", before, max(1, limit))
	if err != nil {
		return 0, wrap("look for old files", err)
	}
	for i, id := range ids {
		err := s.Tx(ctx, func(tx *Store) error {
			return tx.execEach(ctx, id, "DELETE FROM task_chunks WHERE task_id = ?", "UPDATE tasks SET file_size = 0, file_name = '' WHERE id = ?")
		})
		if err != nil {
			return i, wrap("remove an old file", err)
		}
	}
	return len(ids), nil
}
