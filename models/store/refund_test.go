package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func refundOf(a models.Attempt, amount string) models.Refund {
	return models.Refund{
		OrderID: a.OrderID, AttemptID: a.ID, Coin: a.Coin, Amount: models.MustAmount(amount), FormToken: models.NewRef(), RequestedBy: "s1",
		Worth: models.MustAmount(amount), Reason: "broken",
	}
}

func refundedOf(t *testing.T, s *store.Store, a models.Attempt) string {
	t.Helper()
	got, err := s.Attempt(t.Context(), a.ID)
	require.NoError(t, err)
	return got.Refunded.String()
}

func TestInsertRefund_NeverMoreThanWasPaid(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		_, a := modelstest.Paid(t, s)
		require.Equal(t, "51", a.Amount.String())
		r := refundOf(a, "50.999999999999999999")
		require.NoError(t, s.InsertRefund(ctx, &r, a.Amount))
		assert.Equal(t, "50.999999999999999999", refundedOf(t, s, a), "exact in the last digit")
		got, err := s.Refund(ctx, r.ID)
		require.NoError(t, err)
		assert.Equal(t, 1, got.Sequence, "its first event is written")
		r.Sequence = got.Sequence
		assert.Equal(t, r, got)
		for _, find := range []func() (models.Refund, error){
			func() (models.Refund, error) { return s.RefundByFormToken(ctx, r.FormToken) },
			func() (models.Refund, error) { return s.RefundByAppOrderID(ctx, r.AppOrderID) },
		} {
			got, err := find()
			require.NoError(t, err)
			assert.Equal(t, r.ID, got.ID)
		}
		more := refundOf(a, "0.000000000000000002")
		err = s.InsertRefund(ctx, &more, a.Amount)
		var tooMuch *store.RefundTooMuchError
		require.ErrorAs(t, err, &tooMuch)
		assert.Equal(t, "0.000000000000000001", tooMuch.Left.String())
		rest := refundOf(a, "0.000000000000000001")
		require.NoError(t, s.InsertRefund(ctx, &rest, a.Amount))
		requireSound(t, s)
		for name, bad := range map[string]func(*models.Refund){
			"nothing":          func(r *models.Refund) { r.Amount = models.Amount{} },
			"negative":         func(r *models.Refund) { r.Amount = models.Amount{}.Sub(models.MustAmount("1")) },
			"another coin":     func(r *models.Refund) { r.Coin = "BTC" },
			"another order":    func(r *models.Refund) { r.OrderID = models.NewID() },
			"an attempt alive": func(r *models.Refund) { *r = refundOf(modelstest.Attempt(t, s, modelstest.Order(t, s)), "1") },
		} {
			r := refundOf(a, "1")
			bad(&r)
			require.ErrorIs(t, s.InsertRefund(ctx, &r, models.MustAmount("1000")), store.ErrConflict, name)
		}
		missing := refundOf(a, "1")
		missing.AttemptID = models.NewID()
		require.ErrorIs(t, s.InsertRefund(ctx, &missing, a.Amount), store.ErrNotFound)
	})
}

func TestInsertRefund_CapBelowTheAmount(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		_, a := modelstest.Paid(t, s)
		r := refundOf(a, "10")
		var tooMuch *store.RefundTooMuchError
		require.ErrorAs(t, s.InsertRefund(t.Context(), &r, models.MustAmount("9.5")), &tooMuch)
		assert.Equal(t, "9.5", tooMuch.Left.String())
		assert.Equal(t, "0", refundedOf(t, s, a))
	})
}

func TestInsertRefund_ManyAtOnceFitTogether(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		_, a := modelstest.Paid(t, s) // 51
		var group errgroup.Group
		var mu sync.Mutex
		stored, refused := 0, 0
		for range 20 {
			group.Go(func() error {
				r := refundOf(a, "8.5")
				err := s.InsertRefund(ctx, &r, a.Amount)
				_, tooMuch := errors.AsType[*store.RefundTooMuchError](err)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					stored++
				case tooMuch:
					refused++
				default:
					return err
				}
				return nil
			})
		}
		require.NoError(t, group.Wait())
		assert.Equal(t, 6, stored)
		assert.Equal(t, 14, refused)
		assert.Equal(t, "51", refundedOf(t, s, a))
		requireSound(t, s)
	})
}

func TestInsertRefund_ADoubleClickIsOneRefund(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		_, a := modelstest.Paid(t, s)
		token := models.NewRef()
		var group errgroup.Group
		errs := make([]error, 8)
		for i := range errs {
			group.Go(func() error {
				r := refundOf(a, "1")
				r.FormToken = token
				errs[i] = s.InsertRefund(ctx, &r, a.Amount)
				return nil
			})
		}
		require.NoError(t, group.Wait())
		good := 0
		for _, err := range errs {
			if err == nil {
				good++
				continue
			}
			require.ErrorIs(t, err, store.ErrDuplicate)
		}
		assert.Equal(t, 1, good)
		assert.Equal(t, "1", refundedOf(t, s, a))

		// Inside a transaction that goes on, the amount is given back too.
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			r := refundOf(a, "1")
			r.FormToken = token
			assert.ErrorIs(t, tx.InsertRefund(ctx, &r, a.Amount), store.ErrDuplicate)
			return tx.PutSetting(ctx, "went", "on")
		}))
		assert.Equal(t, "1", refundedOf(t, s, a))
		requireSound(t, s)
	})
}

func TestMoveRefund_GivesBackWhatDoesNotGo(t *testing.T) {
	modelstest.EachWith(t, clocked, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o, a := modelstest.Paid(t, s)
		now, err := s.Now(ctx)
		require.NoError(t, err)
		move := func(r models.Refund, steps ...models.RefundState) {
			t.Helper()
			for i := range len(steps) - 1 {
				require.NoError(t, s.MoveRefund(ctx, r.ID, steps[i], steps[i+1], store.RefundChange{}, models.Transition{Cause: "refund"}))
			}
		}
		declined, failed, done := refundOf(a, "20"), refundOf(a, "21"), refundOf(a, "10")
		for _, r := range []*models.Refund{&declined, &failed, &done} {
			require.NoError(t, s.InsertRefund(ctx, r, a.Amount))
		}
		assert.Equal(t, "51", refundedOf(t, s, a))
		move(declined, models.RefundRequested, models.RefundDeclined)
		assert.Equal(t, "31", refundedOf(t, s, a))
		move(failed, models.RefundRequested, models.RefundApproved, models.RefundSubmitting, models.RefundFailed)
		assert.Equal(t, "10", refundedOf(t, s, a))
		move(done, models.RefundRequested, models.RefundApproved, models.RefundSubmitting)
		require.NoError(t, s.MoveRefund(ctx, done.ID, models.RefundSubmitting, models.RefundUnknown, store.RefundChange{
			OrderNum: new("R-1"), SentAt: new(now), DueAt: new(now), Checks: new(3), ProblemCode: new("10001"),
		}, models.Transition{Cause: "refund", Note: "lost"}))
		due, err := s.ClaimRefunds(ctx, 10, time.Minute)
		require.NoError(t, err)
		require.Len(t, due, 1)
		assert.Equal(t, "R-1", due[0].OrderNum)
		assert.Equal(t, 3, due[0].Checks)
		require.NoError(t, s.Reschedule(ctx, store.QueueRefunds, done.ID, due[0].Lease, time.Time{}))
		move(done, models.RefundUnknown, models.RefundAccepted, models.RefundConfirmed)
		assert.Equal(t, "10", refundedOf(t, s, a))
		// The statement shows one that was taken for failed: the truth is kept.
		move(failed, models.RefundFailed, models.RefundConfirmed)
		assert.Equal(t, "31", refundedOf(t, s, a))
		requireSound(t, s)

		require.ErrorIs(t, s.MoveRefund(ctx, done.ID, models.RefundConfirmed, models.RefundFailed, store.RefundChange{}, models.Transition{}), store.ErrConflict)
		require.ErrorIs(t, s.MoveRefund(ctx, declined.ID, models.RefundRequested, models.RefundApproved, store.RefundChange{}, models.Transition{}), store.ErrConflict)
		require.ErrorIs(t, s.MoveRefund(ctx, declined.ID, models.RefundApproved, models.RefundDeclined, store.RefundChange{}, models.Transition{}), store.ErrConflict)
		require.ErrorIs(t, s.SetRefund(ctx, done.ID, models.RefundConfirmed, store.RefundChange{OrderNum: new(longText(191))}), store.ErrText)
		require.ErrorIs(t, s.SetRefund(ctx, declined.ID, models.RefundDeclined, store.RefundChange{OrderNum: new("R-1")}), store.ErrDuplicate)
		require.ErrorIs(t, s.SetRefund(ctx, "nothing", models.RefundDeclined, store.RefundChange{Checks: new(1)}), store.ErrConflict)
		require.NoError(t, s.SetRefund(ctx, done.ID, models.RefundConfirmed, store.RefundChange{ApprovedBy: new("s2")}))

		list, err := s.RefundsOf(ctx, o.ID)
		require.NoError(t, err)
		require.Len(t, list, 3)
		history, err := s.Transitions(ctx, o.ID)
		require.NoError(t, err)
		of := 0
		for _, h := range history {
			if h.RefundID == done.ID {
				of++
			}
		}
		assert.Equal(t, 6, of)
	})
}

// Of two who decide at the same moment, one does; and the amount is given back once.
func TestMoveRefund_OnceAmongMany(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		_, a := modelstest.Paid(t, s)
		r, other := refundOf(a, "20"), refundOf(a, "5")
		require.NoError(t, s.InsertRefund(ctx, &r, a.Amount))
		require.NoError(t, s.InsertRefund(ctx, &other, a.Amount))
		good := winners(t, 10, func(i int) error {
			to := []models.RefundState{models.RefundApproved, models.RefundDeclined}[i%2]
			return s.MoveRefund(ctx, r.ID, models.RefundRequested, to, store.RefundChange{ApprovedBy: new("s2")}, models.Transition{})
		})
		assert.Equal(t, 1, good)
		requireSound(t, s)
	})
}

func TestRefundPage_ByStateNewestFirst(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		_, a := modelstest.Paid(t, s)
		for i := range 7 {
			r := refundOf(a, "1")
			if i%2 == 0 {
				r.State = models.RefundApproved
			}
			require.NoError(t, s.InsertRefund(ctx, &r, a.Amount))
		}
		seen := map[string]bool{}
		for after := ""; ; {
			rows, next, err := s.RefundPage(ctx, "", after, 3)
			require.NoError(t, err)
			for _, r := range rows {
				seen[r.ID] = true
			}
			if after = next; next == "" {
				break
			}
		}
		assert.Len(t, seen, 7)
		rows, next, err := s.RefundPage(ctx, models.RefundApproved, "", 10)
		require.NoError(t, err)
		assert.Len(t, rows, 4)
		assert.Empty(t, next)
		_, _, err = s.RefundPage(ctx, "", "forged", 10)
		require.ErrorIs(t, err, store.ErrCursor)
		_, _, err = s.RefundPage(ctx, "", "", 101)
		require.ErrorIs(t, err, store.ErrFilter)
	})
}
