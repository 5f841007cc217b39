package store_test

import (
	"encoding/json"
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

func TestInsertOrder_ReadsBackWhole(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := modelstest.Order(t, s, func(o *models.Order) {
			o.Name, o.Goods = `陶杯 "x" \ ' 🏺`, `[{"name":"陶杯 🏺","desc":"a\\b"}]`
			second := o.Lines[0]
			second.Title = "Second"
			second.UnitPrice, second.Quantity = models.MustAmount("0.000000000000000001"), 1
			second.Total = second.UnitPrice
			o.Lines = append(o.Lines, second)
			o.Total = o.Total.Add(second.Total)
		})
		a := modelstest.Attempt(t, s, o, func(a *models.Attempt) {
			a.Payer = models.Payer{UserID: "10001", OpenID: "open", Token: "token"}
		})
		o.Attempts, o.Coin = []models.Attempt{a}, a.Coin
		for name, read := range map[string]func() (models.Order, error){
			"by id":    func() (models.Order, error) { return s.Order(ctx, o.ID) },
			"by ref":   func() (models.Order, error) { return s.OrderByRef(ctx, o.Ref) },
			"by token": func() (models.Order, error) { return s.OrderByFormToken(ctx, o.FormToken) },
			"locked": func() (models.Order, error) {
				var locked models.Order
				err := s.Tx(ctx, func(tx *store.Store) (err error) {
					locked, err = tx.LockOrder(ctx, o.ID)
					locked.UpdatedAt = o.UpdatedAt
					return err
				})
				return locked, err
			},
		} {
			got, err := read()
			require.NoError(t, err, name)
			if name != "locked" {
				got.UpdatedAt = o.UpdatedAt // the lock touched it, if it came first
			}
			assert.Equal(t, encoded(t, o), encoded(t, got), name)
		}
		for _, missing := range []string{"", "nothing", models.NewRef(), "ä", o.Ref + " ", " " + o.Ref, "x\x00", "\xff"} {
			_, err := s.OrderByRef(ctx, missing)
			require.ErrorIs(t, err, store.ErrNotFound, "%q", missing)
			_, err = s.Order(ctx, missing)
			require.ErrorIs(t, err, store.ErrNotFound, "%q", missing)
			_, err = s.OrderByFormToken(ctx, missing)
			require.ErrorIs(t, err, store.ErrNotFound, "%q", missing)
		}
		err := s.Tx(ctx, func(tx *store.Store) error {
			_, err := tx.LockOrder(ctx, models.NewID())
			return err
		})
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestInsertOrder_SameFormTwiceIsADuplicate(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		product := modelstest.Product(t, s)
		var stored atomic.Int32
		var presses errgroup.Group
		token := models.NewRef()
		for range 8 {
			presses.Go(func() error {
				o := modelstest.NewOrder(product, time.Now())
				o.FormToken = token
				err := s.InsertOrder(t.Context(), &o)
				if err == nil {
					stored.Add(1)
					return nil
				}
				assert.ErrorIs(t, err, store.ErrDuplicate)
				return nil
			})
		}
		require.NoError(t, presses.Wait())
		assert.EqualValues(t, 1, stored.Load())
		o, err := s.OrderByFormToken(t.Context(), token)
		require.NoError(t, err)
		assert.Len(t, o.Lines, 1, "lines of those that lost are not there")
	})
}

func TestInsertOrder_FillsIn(t *testing.T) {
	clock := modelstest.NewClock(time.Time{})
	modelstest.EachWith(t, func() []modelstest.Option { return []modelstest.Option{modelstest.WithClock(clock)} },
		func(t *testing.T, s *store.Store) {
			o := models.Order{FormToken: models.NewRef(), ExpiresAt: clock.Now()}
			require.NoError(t, s.InsertOrder(t.Context(), &o))
			assert.True(t, models.IsRef(o.Ref))
			assert.Equal(t, models.OrderAwaiting, o.State)
			assert.Equal(t, clock.Now(), o.CreatedAt)
			got, err := s.Order(t.Context(), o.ID)
			require.NoError(t, err)
			assert.Equal(t, clock.Now(), got.UpdatedAt)
		})
}

func TestMoveOrder_EveryPair(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		product := modelstest.Product(t, s)
		for _, from := range models.OrderStates() {
			for _, to := range models.OrderStates() {
				o := modelstest.NewOrder(product, time.Now())
				o.State = from
				require.NoError(t, s.InsertOrder(t.Context(), &o))
				err := s.MoveOrder(t.Context(), o.ID, from, to, store.OrderChange{}, models.Transition{Cause: "test"})
				got, e := s.Order(t.Context(), o.ID)
				require.NoError(t, e)
				moves, e := s.Transitions(t.Context(), o.ID)
				require.NoError(t, e)
				if from.CanMove(to) {
					require.NoError(t, err, "%s to %s", from, to)
					assert.Equal(t, to, got.State)
					require.Len(t, moves, 1)
					assert.Equal(t, []string{string(from), string(to), "test"}, []string{moves[0].FromState, moves[0].ToState, moves[0].Cause})
				} else {
					require.ErrorIs(t, err, store.ErrConflict, "%s to %s", from, to)
					assert.Equal(t, from, got.State)
					assert.Empty(t, moves)
				}
			}
		}
	})
}

func TestMoveOrder_OneOfManyWins(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		o := modelstest.Order(t, s)
		to := []models.OrderState{models.OrderPaid, models.OrderExpired, models.OrderCancelled, models.OrderReview}
		var won atomic.Int32
		var movers errgroup.Group
		for i := range 24 {
			movers.Go(func() error {
				err := s.MoveOrder(t.Context(), o.ID, models.OrderAwaiting, to[i%len(to)], store.OrderChange{}, models.Transition{Cause: "race"})
				if err == nil {
					won.Add(1)
					return nil
				}
				assert.ErrorIs(t, err, store.ErrConflict)
				return nil
			})
		}
		require.NoError(t, movers.Wait())
		assert.EqualValues(t, 1, won.Load())
		moves, err := s.Transitions(t.Context(), o.ID)
		require.NoError(t, err)
		assert.Len(t, moves, 1)
	})
}

func TestMoveOrder_SetsWhatItMay(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := modelstest.Order(t, s)
		now := models.Instant(time.Now())
		for name, set := range map[string]store.OrderChange{
			"too long":  {PaidAttemptID: new(longText(201)), PaidAt: new(now)},
			"not UTF-8": {PaidAttemptID: new("\xff")},
			"not ASCII": {PaidAttemptID: new("é")},
		} {
			err := s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderPaid, set, models.Transition{})
			require.ErrorIs(t, err, store.ErrText, name)
		}
		got, err := s.Order(ctx, o.ID)
		require.NoError(t, err)
		require.Equal(t, models.OrderAwaiting, got.State)
		require.True(t, got.PaidAt.IsZero())

		require.NoError(t, s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderPaid,
			store.OrderChange{PaidAttemptID: new("a"), PaidAt: new(now)}, models.Transition{Cause: "query"}))
		got, err = s.Order(ctx, o.ID)
		require.NoError(t, err)
		assert.Equal(t, "a", got.PaidAttemptID)
		assert.Equal(t, now, got.PaidAt)
		assert.True(t, got.DueAt.IsZero(), "an order that is paid is not due")
		require.ErrorIs(t, s.MoveOrder(ctx, models.NewID(), models.OrderAwaiting, models.OrderPaid, store.OrderChange{}, models.Transition{}), store.ErrConflict)
	})
}

func TestExtendOrder_OnlyWhileItAwaitsPayment(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := modelstest.Order(t, s)
		later := models.Instant(time.Now().Add(time.Hour))
		require.NoError(t, s.ExtendOrder(ctx, o.ID, later, later.Add(time.Minute)))
		got, err := s.Order(ctx, o.ID)
		require.NoError(t, err)
		assert.Equal(t, later, got.ExpiresAt)
		assert.Equal(t, later.Add(time.Minute), got.DueAt)
		require.NoError(t, s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderExpired, store.OrderChange{}, models.Transition{}))
		require.ErrorIs(t, s.ExtendOrder(ctx, o.ID, later, later), store.ErrConflict)
	})
}

func TestRefuseTransition_IsARow(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		require.NoError(t, s.RefuseTransition(t.Context(), models.Transition{
			OrderID: "o", AttemptID: "a", FromState: "paid", ToState: "open", Cause: "callback",
		}))
		moves, err := s.Transitions(t.Context(), "o")
		require.NoError(t, err)
		require.Len(t, moves, 1)
		assert.True(t, moves[0].Refused)
		assert.False(t, moves[0].CreatedAt.IsZero())
	})
}

func TestOrder_LongTextsAreRefusedWithTheColumnsName(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		product := modelstest.Product(t, s)
		for column, edit := range map[string]func(*models.Order){
			"email": func(o *models.Order) { o.Email = longText(255) },
			"name":  func(o *models.Order) { o.Name = longText(201) },
			"ref":   func(o *models.Order) { o.Ref = "ä" },
			"lang":  func(o *models.Order) { o.Lang = longText(36) },
			"title": func(o *models.Order) { o.Lines[0].Title = longText(201) },
			"UTF-8": func(o *models.Order) { o.Name = "a\xffb" },
		} {
			o := modelstest.NewOrder(product, time.Now())
			edit(&o)
			err := s.InsertOrder(t.Context(), &o)
			require.ErrorIs(t, err, store.ErrText, column)
			assert.ErrorContains(t, err, column)
			_, err = s.Order(t.Context(), o.ID)
			require.ErrorIs(t, err, store.ErrNotFound, "nothing half-stored")
		}
		fits := modelstest.NewOrder(product, time.Now())
		fits.Email, fits.Name = longText(254), longText(200)
		require.NoError(t, s.InsertOrder(t.Context(), &fits), "characters count, not bytes")
	})
}

// encoded writes a thing as JSON: equal amounts are equal texts, whatever is inside them.
func encoded(t *testing.T, thing any) string {
	t.Helper()
	text, err := json.MarshalIndent(thing, "", " ")
	require.NoError(t, err)
	return string(text)
}

// longText has n characters of four bytes each.
func longText(n int) string {
	text := make([]rune, n)
	for i := range text {
		text[i] = '🏺'
	}
	return string(text)
}
