package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestInsertAttempt_OneLiveAttemptOfAnOrder(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := modelstest.Order(t, s)
		var stored atomic.Int32
		var tries errgroup.Group
		for range 12 {
			tries.Go(func() error {
				a := models.Attempt{OrderID: o.ID, Coin: "USDT", Amount: o.Total, Rate: models.AmountFromInt(1)}
				err := s.InsertAttempt(ctx, &a)
				if err == nil {
					stored.Add(1)
					return nil
				}
				assert.ErrorIs(t, err, store.ErrDuplicate)
				return nil
			})
		}
		require.NoError(t, tries.Wait())
		require.EqualValues(t, 1, stored.Load())

		got, err := s.Order(ctx, o.ID)
		require.NoError(t, err)
		first := got.Attempts[0]
		require.NoError(t, s.MoveAttempt(ctx, first.ID, first.State, models.AttemptFailed, store.AttemptChange{}, models.Transition{Cause: "create"}))
		second := modelstest.Attempt(t, s, o)
		require.NoError(t, s.MoveAttempt(ctx, second.ID, models.AttemptCreated, models.AttemptFailed, store.AttemptChange{}, models.Transition{}))
		modelstest.Attempt(t, s, o)
		got, err = s.Order(ctx, o.ID)
		require.NoError(t, err)
		assert.Len(t, got.Attempts, 3, "any number of ended attempts")
		_, err = s.Attempt(ctx, first.ID)
		require.NoError(t, err)
	})
}

func TestMoveAttempt_EveryPairKeepsLiveInStep(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for _, from := range modelstest.Constants[models.AttemptState]() {
			for _, to := range modelstest.Constants[models.AttemptState]() {
				o := modelstest.NewOrder(models.Product{Variants: make([]models.Variant, 1)}, time.Now())
				o.Lines = nil
				require.NoError(t, s.InsertOrder(ctx, &o))
				a := modelstest.Attempt(t, s, o, func(a *models.Attempt) { a.State = from })
				assert.Equal(t, from.Live(), a.Live != nil)
				err := s.MoveAttempt(ctx, a.ID, from, to, store.AttemptChange{}, models.Transition{Cause: "test"})
				got, e := s.Attempt(ctx, a.ID)
				require.NoError(t, e)
				moves, e := s.Transitions(ctx, o.ID)
				require.NoError(t, e)
				if !from.CanMove(to) {
					require.ErrorIs(t, err, store.ErrConflict, "%s to %s", from, to)
					assert.Equal(t, from, got.State)
					assert.Empty(t, moves)
					continue
				}
				require.NoError(t, err, "%s to %s", from, to)
				assert.Equal(t, to, got.State)
				assert.Equal(t, to.Live(), got.Live != nil && *got.Live, "%s", to)
				require.Len(t, moves, 1)
				assert.Equal(t, a.ID, moves[0].AttemptID)
				assert.Equal(t, o.ID, moves[0].OrderID, "the order is found where the caller leaves it out")
			}
		}
	})
}

func TestMoveAttempt_PaidBesideALiveOne(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := modelstest.Order(t, s)
		first := modelstest.Attempt(t, s, o, func(a *models.Attempt) { a.State = models.AttemptClosed })
		modelstest.Attempt(t, s, o)
		require.NoError(t, s.MoveAttempt(ctx, first.ID, models.AttemptClosed, models.AttemptPaid, store.AttemptChange{}, models.Transition{}),
			"late money is booked, whatever else goes on")
	})
}

func TestAttempt_OrderNumBelongsToOne(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s))
		b := modelstest.Attempt(t, s, modelstest.Order(t, s))
		require.NoError(t, s.SetAttempt(ctx, a.ID, a.State, store.AttemptChange{OrderNum: new("N1")}))
		require.NoError(t, s.SetAttempt(ctx, b.ID, b.State, store.AttemptChange{OrderNum: new("n1")}), "keys are case-sensitive")
		require.ErrorIs(t, s.SetAttempt(ctx, b.ID, b.State, store.AttemptChange{OrderNum: new("N1")}), store.ErrDuplicate)
		err := s.MoveAttempt(ctx, b.ID, models.AttemptCreated, models.AttemptSubmitting, store.AttemptChange{OrderNum: new("N1")}, models.Transition{})
		require.ErrorIs(t, err, store.ErrDuplicate)
		got, err := s.AttemptByOrderNum(ctx, "N1")
		require.NoError(t, err)
		assert.Equal(t, a.ID, got.ID)
		require.NoError(t, s.SetAttempt(ctx, a.ID, a.State, store.AttemptChange{OrderNum: new("")}), "empty is NULL")
		require.NoError(t, s.SetAttempt(ctx, b.ID, b.State, store.AttemptChange{OrderNum: new("")}), "which any number may have")
		got, err = s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		assert.Empty(t, got.OrderNum)
		for _, missing := range []string{"", "N1", "N1 ", "\xff"} {
			_, err := s.AttemptByOrderNum(ctx, missing)
			require.ErrorIs(t, err, store.ErrNotFound, "%q", missing)
		}
		got, err = s.AttemptByAppOrderID(ctx, b.AppOrderID)
		require.NoError(t, err)
		assert.Equal(t, b.ID, got.ID)
		_, err = s.AttemptByAppOrderID(ctx, "ü")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestSetAttempt_ChangesWhatItMay(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s))
		for name, set := range map[string]store.AttemptChange{
			"a number that is too long":     {OrderNum: new(longText(191))},
			"a number that is no text":      {OrderNum: new("\xff")},
			"a payer that is too long":      {Payer: &models.Payer{UserID: longText(65)}},
			"an intent of another alphabet": {Intent: new(models.Intent("取消"))},
		} {
			set.Checks = new(9)
			require.ErrorIs(t, s.SetAttempt(ctx, a.ID, a.State, set), store.ErrText, name)
		}
		before, err := s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		assert.Zero(t, before.Checks, "of a change that is refused, nothing is stored")
		require.NoError(t, s.SetAttempt(ctx, a.ID, a.State, store.AttemptChange{}))
		after, err := s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		after.UpdatedAt = before.UpdatedAt
		assert.Equal(t, before, after, "nil leaves a column as it is")
		now := models.Instant(time.Now())
		require.NoError(t, s.SetAttempt(ctx, a.ID, a.State, store.AttemptChange{
			ProblemCode: new(longText(65)), Checks: new(3), CheckedAt: new(now), SentAt: new(now), OpenedAt: new(now), PaidAt: new(now),
			DueAt: new(time.Time{}), Intent: new(models.IntentCancel), Payer: new(models.Payer{UserID: "7", Token: "t"}),
		}))
		got, err := s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		assert.Equal(t, longText(64), got.ProblemCode, "the platform's text is cut off, not refused")
		assert.Equal(t, 3, got.Checks)
		assert.Equal(t, models.IntentCancel, got.Intent)
		assert.Equal(t, []time.Time{now, now, now, now, {}}, []time.Time{got.CheckedAt, got.SentAt, got.OpenedAt, got.PaidAt, got.DueAt})
		assert.Equal(t, models.Payer{UserID: "7", Token: "t"}, got.Payer)
		require.NoError(t, s.SetAttempt(ctx, a.ID, a.State, store.AttemptChange{Payer: new(models.Payer{}), PaidAt: new(time.Time{})}))
		got, err = s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		assert.Equal(t, models.Payer{}, got.Payer)
		assert.Nil(t, got.PayerSealed)
		assert.True(t, got.PaidAt.IsZero())
		require.ErrorIs(t, s.SetAttempt(ctx, models.NewID(), models.AttemptCreated, store.AttemptChange{Checks: new(1)}), store.ErrConflict)
	})
}

func TestSetIntent_ComparesAndSetsLiveAttempts(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s))
		require.NoError(t, s.SetIntent(ctx, a.ID, models.IntentNone, models.IntentCancel))
		require.ErrorIs(t, s.SetIntent(ctx, a.ID, models.IntentNone, models.IntentExpire), store.ErrConflict)
		require.NoError(t, s.SetIntent(ctx, a.ID, models.IntentCancel, models.IntentNone))
		require.NoError(t, s.MoveAttempt(ctx, a.ID, models.AttemptCreated, models.AttemptPaid, store.AttemptChange{}, models.Transition{}))
		require.ErrorIs(t, s.SetIntent(ctx, a.ID, models.IntentNone, models.IntentCancel), store.ErrConflict, "paid wins")
	})
}

func TestMarkChecked_OneAsks(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s))
		was, began := time.Time{}, models.Instant(time.Now())
		for round := range 3 {
			now := began.Add(time.Duration(round) * time.Millisecond)
			var asked atomic.Int32
			var pages errgroup.Group
			for range 10 {
				pages.Go(func() error {
					err := s.MarkChecked(ctx, a.ID, was, now)
					if err == nil {
						asked.Add(1)
						return nil
					}
					assert.ErrorIs(t, err, store.ErrConflict)
					return nil
				})
			}
			require.NoError(t, pages.Wait())
			assert.EqualValues(t, 1, asked.Load())
			got, err := s.Attempt(ctx, a.ID)
			require.NoError(t, err)
			was = got.CheckedAt
			assert.Equal(t, now, was)
		}
	})
}

func TestAttempt_PayerIsSealedInTheDatabase(t *testing.T) {
	check := func(t *testing.T, dsn, query string) {
		t.Helper()
		s := modelstest.Open(t, dsn)
		o := modelstest.Order(t, s)
		a := modelstest.Attempt(t, s, o, func(a *models.Attempt) { a.Payer = models.Payer{OpenID: "marked-open", Token: "marked-token"} })
		got, err := s.AttemptByAppOrderID(t.Context(), a.AppOrderID)
		require.NoError(t, err)
		assert.Equal(t, "marked-token", got.Payer.Token.Reveal())
		assert.NotContains(t, string(got.PayerSealed), "marked")
		assert.Equal(t, 0, modelstest.Count(t, dsn, query))

		t.Run("another key opens nothing, and the attempt can still be settled", func(t *testing.T) {
			other := modelstest.Open(t, dsn, func(o *store.Options) { o.SealKey = []byte("another key of exactly 32 bytes!") })
			got, err := other.Attempt(t.Context(), a.ID)
			require.NoError(t, err)
			assert.Equal(t, models.Payer{}, got.Payer)
			require.NoError(t, other.MoveAttempt(t.Context(), a.ID, models.AttemptCreated, models.AttemptPaid, store.AttemptChange{}, models.Transition{}))
		})
		t.Run("without a key secrets are refused", func(t *testing.T) {
			none := modelstest.Open(t, dsn, func(o *store.Options) { o.SealKey = nil })
			b := models.Attempt{OrderID: o.ID, Payer: models.Payer{Token: "t"}}
			require.ErrorIs(t, none.InsertAttempt(t.Context(), &b), store.ErrNoSealKey)
			require.ErrorIs(t, none.SetAttempt(t.Context(), a.ID, models.AttemptPaid, store.AttemptChange{Payer: new(models.Payer{Token: "t"})}), store.ErrNoSealKey)
			require.NoError(t, none.SetAttempt(t.Context(), a.ID, models.AttemptPaid, store.AttemptChange{Payer: new(models.Payer{UserID: "1"})}))
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		check(t, modelstest.SQLiteDSN(t), "SELECT COUNT(*) FROM attempts WHERE instr(payer_sealed, CAST('marked' AS BLOB)) > 0")
	})
	t.Run("mariadb", func(t *testing.T) {
		check(t, modelstest.MariaDBDSN(t), "SELECT COUNT(*) FROM attempts WHERE LOCATE(CAST('marked' AS BINARY), payer_sealed) > 0")
	})
}
