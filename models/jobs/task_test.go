package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// kind is a kind of task that only these tests use.
const kind models.TaskKind = "test"

// start starts a task of that kind.
func (o *office) start(t *testing.T) models.Task {
	t.Helper()
	task, err := o.Start(t.Context(), jobs.Request{Kind: kind, Token: models.NewRef(), Params: map[string]string{"day": "2026-11-22"}}, by)
	require.NoError(t, err)
	return task
}

// task reads a task from the database.
func (o *office) task(t *testing.T, id string) models.Task {
	t.Helper()
	task, err := o.store.Task(t.Context(), id)
	require.NoError(t, err)
	return task
}

// audit returns the audit entries with an action, newest first.
func (o *office) audit(t *testing.T, action string) []models.AuditEntry {
	t.Helper()
	list, err := o.store.Audit(t.Context(), models.AuditFilter{Action: action})
	require.NoError(t, err)
	return list
}

// file returns the file of a task and the sizes of its chunks.
func (o *office) file(t *testing.T, id string) (text []byte, pieces []int) {
	t.Helper()
	require.NoError(t, o.store.EachTaskChunk(t.Context(), id, func(b []byte) error {
		text, pieces = append(text, b...), append(pieces, len(b))
		return nil
	}))
	return text, pieces
}

func TestStart_SameTokenIsTheSameTask(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		runs, also := 0, 0
		o.Handle(kind, func(_ context.Context, r *jobs.Run) error {
			runs++
			var params struct{ Day string }
			assert.NoError(t, r.Params(&params))
			assert.Equal(t, "2026-11-22", params.Day)
			return nil
		})
		request := jobs.Request{
			Kind: kind, Total: 3, Token: models.NewRef(), Params: map[string]string{"day": "2026-11-22"},
			Also: func(tx *store.Store, id string) error {
				also++
				_, err := tx.Task(t.Context(), id)
				assert.NoError(t, err, "Also sees the task")
				return nil
			},
		}
		first, err := o.Start(t.Context(), request, by)
		require.NoError(t, err)
		assert.Equal(t, [3]any{kind, models.TaskWaiting, 3}, [3]any{first.Kind, first.State, first.Total})
		assert.Equal(t, [2]string{by.StaffID, by.Who}, [2]string{first.StaffID, first.Who})
		again, err := o.Start(t.Context(), request, by)
		require.NoError(t, err)
		assert.Equal(t, first.ID, again.ID)
		o.once(t)
		o.once(t)
		again, err = o.Start(t.Context(), request, by)
		require.NoError(t, err)
		assert.Equal(t, first.ID, again.ID, "after its end, too")
		assert.Equal(t, models.TaskDone, again.State)
		assert.Equal(t, [2]int{1, 1}, [2]int{runs, also})

		entries := o.audit(t, "task.start")
		require.Len(t, entries, 1)
		assert.Equal(t, "task:"+first.ID, entries[0].Subject)
		assert.JSONEq(t, `{"kind":"test","params":"{\"day\":\"2026-11-22\"}"}`, entries[0].After)
		request.Token, request.Facts, request.Also = models.NewRef(), models.Facts{"orders": "2"}, nil
		other, err := o.Start(t.Context(), request, by)
		require.NoError(t, err)
		assert.NotEqual(t, first.ID, other.ID)
		assert.JSONEq(t, `{"orders":"2"}`, o.audit(t, "task.start")[0].After, "the facts that were given")
	})
}

func TestStart_ManyClicksAtOnceAreOneTask(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		token, ids := models.NewRef(), make([]string, 8)
		var clicks sync.WaitGroup
		for i := range ids {
			clicks.Go(func() {
				task, err := o.Start(t.Context(), jobs.Request{Kind: kind, Token: token}, by)
				assert.NoError(t, err)
				ids[i] = task.ID
			})
		}
		clicks.Wait()
		for _, id := range ids {
			assert.Equal(t, ids[0], id)
		}
		assert.Len(t, o.audit(t, "task.start"), 1)
	})
}

func TestStart_NothingIsLeftWhenAlsoFails(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		refused := errors.New("refused")
		request := jobs.Request{Kind: kind, Token: models.NewRef(), Also: func(*store.Store, string) error { return refused }}
		_, err := o.Start(t.Context(), request, by)
		require.ErrorIs(t, err, refused)
		_, err = o.store.TaskByFormToken(t.Context(), request.Token)
		require.ErrorIs(t, err, store.ErrNotFound)
		assert.Empty(t, o.audit(t, "task.start"))

		request.Also = nil
		_, err = o.Start(t.Context(), request, by)
		require.NoError(t, err, "the form can be sent again")
	})
}

func TestStartOwn_OncePerToken(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		runs := 0
		o.Handle(kind, func(context.Context, *jobs.Run) error {
			runs++
			return nil
		})
		request := jobs.Request{Kind: kind, Token: "day:2026-11-22"}
		for range 3 {
			require.NoError(t, o.StartOwn(t.Context(), "the schedule", request))
			o.once(t)
		}
		assert.Equal(t, 1, runs)
		task, err := o.store.TaskByFormToken(t.Context(), request.Token)
		require.NoError(t, err)
		assert.Equal(t, [2]string{"", "the schedule"}, [2]string{task.StaffID, task.Who})
		assert.Empty(t, o.audit(t, "task.start"), "nobody did it")
	})
}

func TestHandle_UnknownKindFailsForGood(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		task := o.start(t)
		o.once(t)
		got := o.task(t, task.ID)
		assert.Equal(t, models.TaskFailed, got.State)
		assert.Equal(t, models.Remark("internal"), got.Problem)
		assert.Equal(t, 1, got.Tries)
		o.later(t, 24*time.Hour)
		assert.Equal(t, 1, o.task(t, task.ID).Tries)
	})
}

func TestHandle_FailureIsTriedFiveTimes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		tries int
		want  string
	}{
		"remarked": {jobs.Remarked(errors.New("dial tcp: refused"), "not_fetched"), 5, models.Remark("not_fetched")},
		"internal": {errors.New("SELECT secrets"), 5, models.Remark("internal")},
		"final":    {jobs.Remarked(jobs.ErrFinal, "not_fetched"), 1, models.Remark("not_fetched")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				runs := 0
				o.Handle(kind, func(context.Context, *jobs.Run) error {
					runs++
					return c.err
				})
				task := o.start(t)
				o.once(t)
				o.once(t)
				assert.Equal(t, 1, runs, "not again at once")
				for range 10 {
					o.later(t, time.Hour)
				}
				assert.Equal(t, c.tries, runs)
				got := o.task(t, task.ID)
				assert.Equal(t, models.TaskFailed, got.State)
				assert.Equal(t, c.want, got.Problem)
			})
		})
	}
}

func TestRun_ParamsThatCannotBeReadAreFinal(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.Handle(kind, func(_ context.Context, r *jobs.Run) error {
			var number int
			err := r.Params(&number)
			assert.ErrorIs(t, err, jobs.ErrFinal)
			return err
		})
		task := o.start(t)
		o.once(t)
		assert.Equal(t, models.TaskFailed, o.task(t, task.ID).State)
	})
}

func TestStop_EndsWhatIsStoppable(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		began := make(chan struct{})
		runs := 0
		o.Handle(kind, func(ctx context.Context, r *jobs.Run) error {
			return r.Stoppable(ctx, func(ctx context.Context) error {
				runs++
				if err := r.ProgressInTx(ctx, 1, 2); err != nil {
					return err
				}
				close(began)
				<-ctx.Done()
				assert.Error(t, r.ProgressInTx(ctx, 2, 2), "no sign of life keeps it going")
				return ctx.Err()
			})
		})
		task := o.start(t)
		ended := make(chan error, 1)
		go func() {
			_, err := o.RunOnce(t.Context())
			ended <- err
		}()
		<-began
		live := o.Live(models.Task{ID: task.ID})
		assert.Equal(t, [2]int{1, 2}, [2]int{live.Done, live.Total}, "this process knows how far it is")
		require.NoError(t, o.Stop(t.Context(), task.ID, by))
		require.NoError(t, <-ended)
		assert.Equal(t, models.TaskStopped, o.task(t, task.ID).State)
		assert.Zero(t, o.Live(models.Task{ID: task.ID}).Done)
		require.ErrorIs(t, o.Stop(t.Context(), task.ID, by), store.ErrConflict, "it has ended")
		o.later(t, 24*time.Hour)
		assert.Equal(t, 1, runs, "what was stopped is not tried again")
		assert.Empty(t, o.log.String(), "a stop is no failure")
		entries := o.audit(t, "task.stop")
		require.Len(t, entries, 1)
		assert.Equal(t, "task:"+task.ID, entries[0].Subject)
	})
}

func TestStop_OfATaskThatWaits(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.Handle(kind, func(context.Context, *jobs.Run) error {
			assert.Fail(t, "it was stopped")
			return nil
		})
		task := o.start(t)
		require.NoError(t, o.Stop(t.Context(), task.ID, by))
		o.once(t)
		assert.Equal(t, models.TaskStopped, o.task(t, task.ID).State)
	})
}

// A failure of the work itself does not stop the task: it is tried again.
func TestStoppable_KeepsAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		broken, runs := errors.New("broken"), 0
		o.Handle(kind, func(ctx context.Context, r *jobs.Run) error {
			runs++
			err := r.Stoppable(ctx, func(context.Context) error { return broken })
			assert.Equal(t, broken, err)
			return err
		})
		task := o.start(t)
		o.once(t)
		o.later(t, time.Minute)
		assert.Equal(t, 2, runs)
		assert.Equal(t, models.TaskRunning, o.task(t, task.ID).State)
	})
}

func TestWriteFile_BeginsAnew(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		long := bytes.Repeat([]byte("half of it\n"), 3*jobs.ChunkBytes/11)
		short := bytes.Repeat([]byte("all\n"), jobs.ChunkBytes/4+1)
		broken, tries := errors.New("broken"), 0
		o.Handle(kind, func(ctx context.Context, r *jobs.Run) error {
			tries++
			return r.WriteFile(ctx, "orders.csv", "text/csv", func(w io.Writer) error {
				if tries == 1 {
					_, err := w.Write(long)
					assert.NoError(t, err)
					return broken
				}
				_, err := w.Write(short)
				return err
			})
		})
		task := o.start(t)
		o.once(t)
		half, pieces := o.file(t, task.ID)
		require.NotEmpty(t, half, "the first try left a part")
		for _, size := range pieces {
			assert.LessOrEqual(t, size, jobs.ChunkBytes)
		}
		o.later(t, time.Minute)
		text, pieces := o.file(t, task.ID)
		assert.True(t, bytes.Equal(short, text), "nothing of the first try")
		assert.Equal(t, []int{jobs.ChunkBytes, len(short) - jobs.ChunkBytes}, pieces)
		got := o.task(t, task.ID)
		assert.Equal(t, models.TaskDone, got.State)
		assert.Equal(t, [3]any{"orders.csv", "text/csv", int64(len(short))}, [3]any{got.FileName, got.FileType, got.FileSize})

		o.later(t, 7*24*time.Hour-time.Hour)
		text, _ = o.file(t, task.ID)
		assert.NotEmpty(t, text, "it is kept for a week")
		o.later(t, time.Hour+time.Second)
		text, _ = o.file(t, task.ID)
		assert.Empty(t, text)
	})
}

func TestFinishIn_EndsTheTaskWithItsWork(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		broken := errors.New("broken")
		runs := 0
		o.Handle(kind, func(ctx context.Context, r *jobs.Run) error {
			runs++
			return o.store.Tx(ctx, func(tx *store.Store) error {
				if err := tx.PutCategory(ctx, models.Category{Slug: "cups", Name: "Cups"}); err != nil {
					return err
				}
				if err := r.FinishIn(ctx, tx, 12); err != nil {
					return err
				}
				if runs == 1 {
					return broken
				}
				return nil
			})
		})
		task := o.start(t)
		o.once(t)
		assert.Equal(t, models.TaskRunning, o.task(t, task.ID).State, "the transaction was rolled back, and the task with it")
		categories, err := o.store.Categories(t.Context())
		require.NoError(t, err)
		assert.Empty(t, categories)

		o.later(t, time.Minute)
		got := o.task(t, task.ID)
		assert.Equal(t, [3]any{models.TaskDone, 12, 12}, [3]any{got.State, got.Done, got.Total})
		categories, err = o.store.Categories(t.Context())
		require.NoError(t, err)
		assert.Len(t, categories, 1)
		o.later(t, 24*time.Hour)
		assert.Equal(t, 2, runs)
		assert.NotContains(t, o.log.String(), "not rescheduled", "that the task has ended already is no news")
	})
}
