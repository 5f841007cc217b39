package store_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestTask_OneWorkerAtATimeAndNobodyElseWrites(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} },
		func(t *testing.T, s *store.Store) {
			ctx := t.Context()
			task := models.Task{Kind: models.TaskExport, Params: `{"what":"orders"}`, Who: "a@b.c"}
			require.NoError(t, s.InsertTask(ctx, &task))
			again := models.Task{Kind: models.TaskExport, FormToken: task.FormToken}
			require.ErrorIs(t, s.InsertTask(ctx, &again), store.ErrDuplicate)
			same, err := s.TaskByFormToken(ctx, task.FormToken)
			require.NoError(t, err)
			assert.Equal(t, task.ID, same.ID)

			claimed := func() []models.Task {
				list, err := s.ClaimTasks(ctx, 10, time.Minute)
				require.NoError(t, err)
				return list
			}
			first := claimed()
			require.Len(t, first, 1)
			assert.Equal(t, models.TaskRunning, first[0].State)
			assert.Equal(t, 1, first[0].Tries)
			assert.Empty(t, claimed())
			dead := first[0].Lease
			require.NoError(t, s.PutTaskChunk(ctx, dead, models.TaskChunk{TaskID: task.ID, Number: 1, Data: []byte("old")}))
			clock.Advance(50 * time.Second)
			require.NoError(t, s.SetTask(ctx, task.ID, dead, store.TaskChange{Done: new(3), Total: new(9)}))
			clock.Advance(50 * time.Second)
			assert.Empty(t, claimed(), "the sign of life extended the lease")
			clock.Advance(11 * time.Second)
			second := claimed()
			require.Len(t, second, 1, "its worker is taken for dead")
			assert.Equal(t, 3, second[0].Done)
			lease := second[0].Lease

			for name, err := range map[string]error{
				"set":    s.SetTask(ctx, task.ID, dead, store.TaskChange{Done: new(4)}),
				"chunk":  s.PutTaskChunk(ctx, dead, models.TaskChunk{TaskID: task.ID, Number: 2}),
				"row":    s.AddTaskRows(ctx, dead, []models.TaskRow{{TaskID: task.ID, Position: 1}}),
				"clear":  s.ClearTask(ctx, task.ID, dead),
				"finish": s.FinishTask(ctx, task.ID, dead, models.TaskDone, store.TaskChange{}),
				"none":   s.PutTaskChunk(ctx, "", models.TaskChunk{TaskID: task.ID, Number: 2}),
				"state":  s.FinishTask(ctx, task.ID, lease, models.TaskRunning, store.TaskChange{}),
			} {
				require.ErrorIs(t, err, store.ErrConflict, name)
			}
			require.NoError(t, s.ClearTask(ctx, task.ID, lease))
			big := bytes.Repeat([]byte("x"), 1<<20)
			for number := 1; number <= 3; number++ {
				require.NoError(t, s.PutTaskChunk(ctx, lease, models.TaskChunk{TaskID: task.ID, Number: number, Data: big}))
			}
			rows := []models.TaskRow{{TaskID: task.ID, Position: 1, Outcome: "cancelled", Note: strings.Repeat("x", 2000)}, {TaskID: task.ID, Position: 2, Outcome: "paid"}}
			require.NoError(t, s.AddTaskRows(ctx, lease, rows))
			require.NoError(t, s.AddTaskRows(ctx, lease, []models.TaskRow{{TaskID: task.ID, Position: 1, Outcome: "gone"}}))
			require.ErrorIs(t, s.AddTaskRows(ctx, lease, []models.TaskRow{{TaskID: task.ID}, {TaskID: "other"}}), store.ErrConflict)
			got, err := s.TaskRows(ctx, task.ID, 0, 10)
			require.NoError(t, err)
			require.Len(t, got, 2)
			assert.Equal(t, "cancelled", got[0].Outcome, "what was found first is what happened")
			got, err = s.TaskRows(ctx, task.ID, 1, 10)
			require.NoError(t, err)
			assert.Len(t, got, 1)

			require.NoError(t, s.FinishTask(ctx, task.ID, lease, models.TaskDone, store.TaskChange{
				FileName: new("orders.csv"), FileType: new("text/csv"), FileSize: new(int64(3 << 20)), Done: new(9),
			}))
			require.ErrorIs(t, s.FinishTask(ctx, task.ID, lease, models.TaskDone, store.TaskChange{}), store.ErrConflict)
			require.ErrorIs(t, s.StopTask(ctx, task.ID), store.ErrConflict)
			size := 0
			require.NoError(t, s.EachTaskChunk(ctx, task.ID, func(b []byte) error { size += len(b); return nil }))
			assert.Equal(t, 3<<20, size)
			ended, err := s.Task(ctx, task.ID)
			require.NoError(t, err)
			assert.Equal(t, []any{models.TaskDone, 9, "orders.csv", int64(3 << 20), true},
				[]any{ended.State, ended.Done, ended.FileName, ended.FileSize, ended.DueAt.IsZero()})

			n, err := s.ExpireTasks(ctx, clock.Now(), 10)
			require.NoError(t, err)
			assert.Zero(t, n)
			n, err = s.ExpireTasks(ctx, clock.Now().Add(time.Second), 10)
			require.NoError(t, err)
			assert.Equal(t, 1, n)
			require.NoError(t, s.EachTaskChunk(ctx, task.ID, func([]byte) error { t.Error("the file is still there"); return nil }))
		})
}

func TestStopTask_EndsItForItsWorkerToo(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for range 2 {
			require.NoError(t, s.InsertTask(ctx, &models.Task{Kind: models.TaskExport}))
		}
		list, err := s.ClaimTasks(ctx, 1, time.Minute)
		require.NoError(t, err)
		require.Len(t, list, 1)
		tasks, err := s.Tasks(ctx, 10)
		require.NoError(t, err)
		require.Len(t, tasks, 2)
		for _, task := range tasks {
			require.NoError(t, s.StopTask(ctx, task.ID))
		}
		require.ErrorIs(t, s.SetTask(ctx, list[0].ID, list[0].Lease, store.TaskChange{Done: new(1)}), store.ErrConflict)
		list, err = s.ClaimTasks(ctx, 10, time.Minute)
		require.NoError(t, err)
		assert.Empty(t, list)
	})
}
