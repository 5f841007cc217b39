package store_test

import (
	"context"
	"errors"
	"fmt"
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

// Each test here names one guard and fails when that guard alone is taken out: nothing else catches what the test does.

// The guard is "refunded + amount <= amount of the attempt" in InsertRefund. The limit that a caller gives does not replace it: a caller
// that computes the limit wrongly would pay a shopper more than the shopper paid, and the platform sends whatever it is asked for.
func TestGuard_RefundsNeverExceedWhatWasPaid(t *testing.T) {
	const noLimit = "1000000"
	refuse := func(t *testing.T, s *store.Store, a models.Attempt, amount, left string) {
		t.Helper()
		before := refundedOf(t, s, a)
		r := refundOf(a, amount)
		var tooMuch *store.RefundTooMuchError
		require.ErrorAs(t, s.InsertRefund(t.Context(), &r, models.MustAmount(noLimit)), &tooMuch)
		assert.Equal(t, left, tooMuch.Left.String())
		assert.Equal(t, before, refundedOf(t, s, a))
		_, err := s.Refund(t.Context(), r.ID)
		require.ErrorIs(t, err, store.ErrNotFound, "no row that a worker would send")
	}
	t.Run("one refund", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			_, a := modelstest.Paid(t, s) // 51
			refuse(t, s, a, "51.000000000000000001", "51")
			refuse(t, s, a, "100", "51") // as text, "100" is less than "51"
			r := refundOf(a, "51")
			require.NoError(t, s.InsertRefund(t.Context(), &r, models.MustAmount(noLimit)))
			refuse(t, s, a, "0.000000000000000001", "0")
			requireSound(t, s)
		})
	})
	t.Run("two refunds that are too much together", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			_, a := modelstest.Paid(t, s) // 51
			r := refundOf(a, "30")
			require.NoError(t, s.InsertRefund(t.Context(), &r, models.MustAmount(noLimit)))
			refuse(t, s, a, "30", "21")
			requireSound(t, s)
		})
	})
	t.Run("many at the same moment", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			_, a := modelstest.Paid(t, s) // 51
			var group errgroup.Group
			var mu sync.Mutex
			stored := 0
			for range 12 {
				group.Go(func() error {
					r := refundOf(a, "20")
					err := s.InsertRefund(t.Context(), &r, models.MustAmount(noLimit))
					if _, tooMuch := errors.AsType[*store.RefundTooMuchError](err); tooMuch {
						return nil
					}
					mu.Lock()
					defer mu.Unlock()
					stored++
					return err
				})
			}
			require.NoError(t, group.Wait())
			assert.Equal(t, 2, stored)
			assert.Equal(t, "40", refundedOf(t, s, a))
			requireSound(t, s)
		})
	})
}

// The guard is "reserved >= ?" in sellFromOrder. A variant whose reserved number is too small, after a restored backup or an edit by
// hand, must be reported as out of stock: settle then books the money and opens a review. Without the guard the database's CHECK refuses
// the row instead, which settle does not know: the payment is asked for again and again and never booked.
func TestGuard_SellFromOrderNeedsWhatIsReserved(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		p := modelstest.Product(t, s, stocked(10, 10))
		good, short := p.Variants[0], p.Variants[1]
		if good.ID > short.ID {
			good, short = short, good // the good one is sold first, and has to be put back
		}
		o := newOrder(t, s, line(good, 2), line(short, 3))
		require.NoError(t, s.Reserve(ctx, o.ID, o.Lines))
		require.NoError(t, s.Change(ctx, "UPDATE variants SET reserved = 2 WHERE id = ?", short.ID))

		var gone *store.OutOfStockError
		require.ErrorAs(t, s.SellReservation(ctx, o.ID), &gone)
		assert.Equal(t, short.ID, gone.VariantID)
		assert.Equal(t, 3, gone.Wanted)
		assert.Equal(t, [3]int{8, 2, 0}, stockOf(t, s, good.ID), "all or nothing")
		assert.Equal(t, [3]int{7, 2, 0}, stockOf(t, s, short.ID))
		held, err := s.ReservationsOf(ctx, o.ID)
		require.NoError(t, err)
		for _, r := range held {
			assert.Equal(t, models.ReservationHeld, r.State)
		}

		gone = nil
		require.ErrorAs(t, s.ReleaseReservation(ctx, o.ID), &gone, "giveFromOrder has the same guard")
		assert.Equal(t, [3]int{8, 2, 0}, stockOf(t, s, good.ID))
		assert.Equal(t, [3]int{7, 2, 0}, stockOf(t, s, short.ID))

		require.NoError(t, s.Change(ctx, "UPDATE variants SET reserved = 3 WHERE id = ?", short.ID))
		require.NoError(t, s.SellReservation(ctx, o.ID), "the very number is enough")
		assert.Equal(t, [3]int{7, 0, 3}, stockOf(t, s, short.ID))
	})
}

// The guard is "AND state = ?" in MoveAttempt. Without it two processes both begin to send an attempt, and a question that was answered
// late closes an attempt that was paid meanwhile.
func TestGuard_AttemptMovesByCompareAndSet(t *testing.T) {
	t.Run("what was read before another moved changes nothing", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			ctx := t.Context()
			for _, c := range []struct{ read, moved, stale models.AttemptState }{
				{models.AttemptCreated, models.AttemptSubmitting, models.AttemptSubmitting}, // two that send
				{models.AttemptCreated, models.AttemptSubmitting, models.AttemptFailed},     // given up as never sent
				{models.AttemptCreated, models.AttemptFailed, models.AttemptSubmitting},     // sent after it was given up
				{models.AttemptUnknown, models.AttemptOpen, models.AttemptFailed},           // "proved missing" by an old answer
				{models.AttemptOpen, models.AttemptPaid, models.AttemptClosed},              // paid is never left
				{models.AttemptOpen, models.AttemptPaid, models.AttemptPaid},                // one payment is booked once
			} {
				o := modelstest.Order(t, s)
				a := modelstest.Attempt(t, s, o, func(a *models.Attempt) { a.State = c.read })
				require.NoError(t, s.MoveAttempt(ctx, a.ID, c.read, c.moved, store.AttemptChange{OrderNum: new(models.NewRef())}, models.Transition{}))
				before, err := s.Attempt(ctx, a.ID)
				require.NoError(t, err)
				set := store.AttemptChange{OrderNum: new(models.NewRef()), ProblemCode: new("x"), DueAt: new(time.Time{})}
				err = s.MoveAttempt(ctx, a.ID, c.read, c.stale, set, models.Transition{})
				require.ErrorIs(t, err, store.ErrConflict, "%s to %s, after %s", c.read, c.stale, c.moved)
				after, err := s.Attempt(ctx, a.ID)
				require.NoError(t, err)
				assert.Equal(t, before, after)
				moves, err := s.Transitions(ctx, o.ID)
				require.NoError(t, err)
				assert.Len(t, moves, 1, "nothing happened, so the history has no row of it")
			}
		})
	})
	t.Run("of many at the same moment one moves", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			ctx := t.Context()
			o := modelstest.Order(t, s)
			a := modelstest.Attempt(t, s, o)
			targets := []models.AttemptState{models.AttemptSubmitting, models.AttemptFailed, models.AttemptPaid}
			assert.Equal(t, 1, winners(t, 12, func(i int) error {
				return s.MoveAttempt(ctx, a.ID, models.AttemptCreated, targets[i%len(targets)], store.AttemptChange{}, models.Transition{Cause: "race"})
			}))
			got, err := s.Attempt(ctx, a.ID)
			require.NoError(t, err)
			moves, err := s.Transitions(ctx, o.ID)
			require.NoError(t, err)
			require.Len(t, moves, 1)
			assert.Equal(t, string(got.State), moves[0].ToState, "the winner's")
		})
	})
}

// The guard is "AND state = ?" in moveReserved. Without it a sale and a release of the same reservation that meet both count: the stock of
// another order's reservation is sold or put on the shelf, and one piece is sold to two shoppers who have both paid.
func TestGuard_ReservationMovesByCompareAndSet(t *testing.T) {
	// The other order's reservation is what makes every condition on the variant hold.
	reserve := func(t *testing.T, s *store.Store) (v models.Variant, o models.Order, read models.Reservation) {
		t.Helper()
		v = modelstest.Product(t, s, stocked(10)).Variants[0]
		o = newOrder(t, s, line(v, 3))
		other := newOrder(t, s, line(v, 3))
		require.NoError(t, s.Reserve(t.Context(), o.ID, o.Lines))
		require.NoError(t, s.Reserve(t.Context(), other.ID, other.Lines))
		list, err := s.ReservationsOf(t.Context(), o.ID)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, models.ReservationHeld, list[0].State)
		return v, o, list[0]
	}
	state := func(t *testing.T, s *store.Store, o models.Order) models.ReservationState {
		t.Helper()
		list, err := s.ReservationsOf(t.Context(), o.ID)
		require.NoError(t, err)
		return list[0].State
	}
	t.Run("a sale that read it before it was released", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			v, o, read := reserve(t, s)
			require.NoError(t, s.ReleaseReservation(t.Context(), o.ID))
			require.ErrorIs(t, s.SellAsRead(t.Context(), read), store.ErrConflict)
			assert.Equal(t, models.ReservationReleased, state(t, s, o))
			assert.Equal(t, [3]int{7, 3, 0}, stockOf(t, s, v.ID), "the other order's three are still reserved")
		})
	})
	t.Run("a sale that read it before it was sold", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			v, o, read := reserve(t, s)
			require.NoError(t, s.SellReservation(t.Context(), o.ID))
			require.ErrorIs(t, s.SellAsRead(t.Context(), read), store.ErrConflict)
			assert.Equal(t, models.ReservationSold, state(t, s, o))
			assert.Equal(t, [3]int{4, 3, 3}, stockOf(t, s, v.ID), "sold once")
		})
	})
	t.Run("a release that read it before it was sold", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			v, o, read := reserve(t, s)
			require.NoError(t, s.SellReservation(t.Context(), o.ID))
			require.ErrorIs(t, s.ClaimAsRead(t.Context(), read, models.ReservationReleased), store.ErrConflict)
			assert.Equal(t, models.ReservationSold, state(t, s, o), "what was paid for stays sold")
			assert.Equal(t, [3]int{4, 3, 3}, stockOf(t, s, v.ID))
		})
	})
	t.Run("sales and releases at the same moment", func(t *testing.T) {
		modelstest.Each(t, func(t *testing.T, s *store.Store) {
			ctx := t.Context()
			for range 5 {
				v, o, _ := reserve(t, s)
				var group errgroup.Group
				for i := range 8 {
					group.Go(func() error {
						if i%2 == 0 {
							return s.SellReservation(ctx, o.ID)
						}
						return s.ReleaseReservation(ctx, o.ID)
					})
				}
				require.NoError(t, group.Wait())
				// Whichever was first, the sale stands: what was released before is taken from the shelf again.
				assert.Equal(t, models.ReservationSold, state(t, s, o))
				assert.Equal(t, [3]int{4, 3, 3}, stockOf(t, s, v.ID))
				require.NoError(t, s.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderReview, store.OrderChange{}, models.Transition{Cause: "test"}))
				require.NoError(t, openCase(ctx, s, o.ID))
				requireSound(t, s)
			}
		})
	})
}

// The guard is "uses <= 0" where dropShopperUse takes a shopper off the list. Without it one order that ends unpaid makes the coupon forget
// all the shopper's other uses, and the shopper gets the discount again and again.
func TestGuard_ShopperOfACouponIsForgottenWithTheLastUseOnly(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := saveCoupon(t, s, func(c *models.Coupon) { c.MaxPerShopper = 2 })
		_, err := couponOrder(t, s, c, "ada@example.com")
		require.NoError(t, err)
		unpaid, err := couponOrder(t, s, c, "ada@example.com")
		require.NoError(t, err)
		require.NoError(t, s.ReleaseCoupon(ctx, unpaid.ID))
		n, err := s.CouponUsesBy(ctx, c.ID, "ada@example.com")
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		_, err = couponOrder(t, s, c, "ada@example.com")
		require.NoError(t, err)
		_, err = couponOrder(t, s, c, "ada@example.com")
		require.ErrorIs(t, err, store.ErrCouponUsedByShopper)
	})
}

// The guard is DropOutbox's condition: only a message that is for nobody is removed. Without it "payment received" can vanish without a trace.
func TestGuard_MessageForSomebodyIsNotDropped(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := modelstest.Order(t, s)
		m := models.OutboxMessage{ID: models.NewID(), Kind: models.MailPaymentReceived, OrderID: o.ID, DedupeKey: "paid:" + o.ID}
		require.NoError(t, s.PutOutbox(ctx, m))
		require.NoError(t, s.DropOutbox(ctx, m.ID))
		require.NoError(t, s.FinishOutbox(ctx, m.ID, models.OutboxSent, ""), "it waits as before")
	})
}

// The guard is Reschedule's refusal of an empty lease, which every row has that nobody holds. Without it whoever lost a lease can put the next
// question about a payment off, or end the questions.
func TestGuard_RowWithoutALeaseIsNotRescheduled(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := modelstest.Attempt(t, s, modelstest.Order(t, s))
		before, err := s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		require.Empty(t, before.Lease)
		require.ErrorIs(t, s.Reschedule(ctx, store.QueueAttempts, a.ID, "", time.Time{}), store.ErrConflict)
		after, err := s.Attempt(ctx, a.ID)
		require.NoError(t, err)
		assert.Equal(t, before.DueAt, after.DueAt, "it is still asked about")
	})
}

// The guard is RefuseTransition itself: what it stores is refused, whatever the caller says. Without it a status that went back reads as a change
// that happened, and the history does not lead to the attempt's state any more.
func TestGuard_RefusedTransitionIsStoredAsRefused(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		o, a := modelstest.Paid(t, s)
		require.NoError(t, s.RefuseTransition(t.Context(), models.Transition{
			OrderID: o.ID, AttemptID: a.ID, FromState: string(models.AttemptPaid), ToState: string(models.AttemptClosed), Cause: "callback",
		}))
		requireSound(t, s)
	})
}

// The same guard through the whole calls: the second reservation of an order changes after the call has read it and before the call claims it. A
// trigger on the first variant does it, because nothing else can come in between on SQLite, which has one writer.
func TestGuard_ReservationThatChangesAfterItWasReadIsNotEnded(t *testing.T) {
	trigger := map[string]string{
		"sqlite":  "CREATE TRIGGER faster AFTER UPDATE ON variants FOR EACH ROW BEGIN %s; END",
		"mariadb": "CREATE TRIGGER faster AFTER UPDATE ON variants FOR EACH ROW %s",
	}
	fresh := map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN}
	for name, call := range map[string]struct {
		end    func(ctx context.Context, s *store.Store, orderID string) error
		faster models.ReservationState
	}{
		"release": {func(ctx context.Context, s *store.Store, id string) error { return s.ReleaseReservation(ctx, id) }, models.ReservationSold},
		"sale":    {func(ctx context.Context, s *store.Store, id string) error { return s.SellReservation(ctx, id) }, models.ReservationReleased},
	} {
		for dialect, dsnOf := range fresh {
			t.Run(name+"/"+dialect, func(t *testing.T) {
				ctx, dsn := t.Context(), dsnOf(t)
				s := modelstest.Open(t, dsn)
				p := modelstest.Product(t, s, stocked(10, 10))
				o := newOrder(t, s, line(p.Variants[0], 3), line(p.Variants[1], 3))
				other := newOrder(t, s, line(p.Variants[0], 3), line(p.Variants[1], 3))
				require.NoError(t, s.Reserve(ctx, o.ID, o.Lines))
				require.NoError(t, s.Reserve(ctx, other.ID, other.Lines))
				list, err := s.ReservationsOf(ctx, o.ID)
				require.NoError(t, err)
				change := fmt.Sprintf("UPDATE reservations SET state = '%s' WHERE id = '%s' AND NEW.id = '%s'", call.faster, list[1].ID, list[0].VariantID)
				modelstest.Exec(t, dsn, fmt.Sprintf(trigger[dialect], change))
				require.ErrorIs(t, call.end(ctx, s, o.ID), store.ErrConflict)
				for _, r := range list {
					assert.Equal(t, [3]int{4, 6, 0}, stockOf(t, s, r.VariantID), "all or nothing")
				}
			})
		}
	}
}

// The guards are "order_id = ?", "state = ?" and "coin = ?" in InsertRefund, while enough of the payment is left for the amount to fit. Without
// the coin 10 BTC go back for a payment of 51 USDT.
func TestGuard_RefundIsOfThisPaymentInItsCoin(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		_, a := modelstest.Paid(t, s) // 51
		other, _ := modelstest.Paid(t, s)
		open := modelstest.Attempt(t, s, modelstest.Order(t, s))
		for name, r := range map[string]models.Refund{
			"another coin":  {OrderID: a.OrderID, AttemptID: a.ID, Coin: "BTC"},
			"another order": {OrderID: other.ID, AttemptID: a.ID, Coin: a.Coin},
			"not paid":      {OrderID: open.OrderID, AttemptID: open.ID, Coin: open.Coin},
		} {
			r.Amount, r.FormToken, r.RequestedBy = models.MustAmount("10"), models.NewRef(), "s1"
			require.ErrorIs(t, s.InsertRefund(ctx, &r, models.MustAmount("51")), store.ErrConflict, name)
			_, err := s.Refund(ctx, r.ID)
			require.ErrorIs(t, err, store.ErrNotFound, name)
		}
		assert.Equal(t, "0", refundedOf(t, s, a))
		assert.Equal(t, "0", refundedOf(t, s, open))
		requireSound(t, s)
	})
}

// The guards are NudgeAttempts' conditions: not paid, and not due earlier. Without them whoever repeats a callback puts the question about a
// payment off for as long as they like, and has paid attempts asked about, which may be closed then.
func TestGuard_RepeatedCallbackNeverPutsAQuestionOff(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		m := callback("digest", "data")
		_, err := s.PutInbox(ctx, m)
		require.NoError(t, err)
		due := models.Instant(time.Now().Add(time.Hour))
		live := modelstest.Attempt(t, s, modelstest.Order(t, s), func(a *models.Attempt) { a.State, a.DueAt = models.AttemptOpen, due })
		paid := modelstest.Attempt(t, s, modelstest.Order(t, s), func(a *models.Attempt) { a.State = models.AttemptPaid })
		require.NoError(t, s.EndQuestions(ctx, paid.ID))
		for _, a := range []models.Attempt{live, paid} {
			require.NoError(t, s.AddEvidence(ctx, &models.Evidence{AttemptID: a.ID, OrderID: a.OrderID, Source: models.SourceCallback, InboxID: m.ID}))
		}
		dueOf := func(a models.Attempt) time.Time {
			got, err := s.Attempt(ctx, a.ID)
			require.NoError(t, err)
			return got.DueAt
		}
		require.NoError(t, s.NudgeAttempts(ctx, "digest", due.Add(time.Hour)))
		assert.Equal(t, due, dueOf(live), "the nearer question stays")
		require.NoError(t, s.NudgeAttempts(ctx, "digest", due.Add(-time.Minute)))
		assert.Equal(t, due.Add(-time.Minute), dueOf(live))
		assert.True(t, dueOf(paid).IsZero())
	})
}
