package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// R5: what was decided from an attempt that was read before somebody else changed it is not written.
func TestSetAttempt_OnlyWhileItIsAsItWasRead(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s))
		require.NoError(t, s.MoveAttempt(ctx, a.ID, a.State, models.AttemptPaid, store.AttemptChange{}, models.Transition{}))
		for name, set := range map[string]store.AttemptChange{
			"due": {DueAt: new(time.Now())}, "problem": {ProblemCode: new("70006")}, "checks": {Checks: new(7)}, "number": {OrderNum: new("N")},
		} {
			require.ErrorIs(t, s.SetAttempt(ctx, a.ID, a.State, set), store.ErrConflict, name)
		}
		got, err := s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		assert.True(t, got.DueAt.IsZero())
		assert.Empty(t, got.ProblemCode+got.OrderNum)
		assert.Zero(t, got.Checks)
	})
}

// I15: paid is never due, whatever a caller says.
func TestMoveAttempt_PaidIsNotDue(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s))
		set := store.AttemptChange{DueAt: new(time.Now().Add(time.Hour))}
		require.NoError(t, s.MoveAttempt(ctx, a.ID, a.State, models.AttemptPaid, set, models.Transition{}))
		got, err := s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		assert.True(t, got.DueAt.IsZero())
	})
}

// R12: the order's fate follows from the intent, so an end that was decided without it is a conflict.
func TestEndAttempt_ConflictsWithAWishOfTheLastMoment(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s), func(a *models.Attempt) { a.State = models.AttemptOpen })
		require.NoError(t, s.SetIntent(ctx, a.ID, models.IntentNone, models.IntentCancel))
		err := s.EndAttempt(ctx, a.ID, models.AttemptOpen, models.IntentNone, models.AttemptClosed, store.AttemptChange{}, models.Transition{})
		require.ErrorIs(t, err, store.ErrConflict)
		require.NoError(t, s.EndAttempt(ctx, a.ID, models.AttemptOpen, models.IntentCancel, models.AttemptClosed, store.AttemptChange{}, models.Transition{}))
		history, err := s.Transitions(ctx, a.OrderID)
		require.NoError(t, err)
		assert.Len(t, history, 1)
	})
}

func TestNudgeAttempt_BringsForwardWhatIsNotPaid(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		soon := models.Instant(time.Now().Add(2 * time.Second))
		due := func(a models.Attempt) time.Time {
			got, err := s.Attempt(ctx, a.ID)
			require.NoError(t, err)
			return got.DueAt
		}
		for name, row := range map[string]struct {
			state    models.AttemptState
			due, now time.Time
		}{
			"waits":           {models.AttemptOpen, soon.Add(time.Hour), soon},
			"is nearer":       {models.AttemptOpen, soon.Add(-time.Second), soon.Add(-time.Second)},
			"given up":        {models.AttemptClosed, soon.Add(time.Hour), soon},
			"asked no more":   {models.AttemptFailed, time.Time{}, soon},
			"paid, never due": {models.AttemptPaid, time.Time{}, time.Time{}},
		} {
			a := modelstest.Attempt(t, s, modelstest.Order(t, s), func(a *models.Attempt) { a.State, a.DueAt = row.state, row.due })
			require.NoError(t, s.NudgeAttempt(ctx, a.ID, soon))
			assert.Equal(t, row.now, due(a), name)
		}

		paid := modelstest.Attempt(t, s, modelstest.Order(t, s), func(a *models.Attempt) { a.State, a.DueAt = models.AttemptPaid, soon })
		open := modelstest.Attempt(t, s, modelstest.Order(t, s), func(a *models.Attempt) { a.State, a.DueAt = models.AttemptOpen, soon })
		require.NoError(t, s.EndQuestions(ctx, paid.ID))
		require.NoError(t, s.EndQuestions(ctx, open.ID))
		assert.True(t, due(paid).IsZero())
		assert.Equal(t, soon, due(open))
	})
}
