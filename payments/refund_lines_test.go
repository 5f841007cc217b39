package payments_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// refundBy requests a refund by a person; edit fills in the form.
func (s *shop) refundBy(by models.Actor, o models.Order, edit func(*payments.RefundInput)) (models.Refund, error) {
	s.T.Helper()
	in := payments.RefundInput{OrderID: o.ID, Reason: "came back", FormToken: models.NewRef()}
	edit(&in)
	return s.RequestRefund(s.T.Context(), in, by)
}

// refundPieces requests a refund of pieces of an order's first line.
func (s *shop) refundPieces(o models.Order, n int, restock bool) (models.Refund, error) {
	s.T.Helper()
	return s.refundBy(finance, o, pieces(o, n, restock))
}

func pieces(o models.Order, n int, restock bool) func(*payments.RefundInput) {
	return func(in *payments.RefundInput) {
		in.Pieces = []payments.RefundPieces{{LineID: o.Lines[0].ID, Quantity: n, Restock: restock}}
	}
}

func theDelivery(in *payments.RefundInput)   { in.Delivery = true }
func allThatIsLeft(in *payments.RefundInput) { in.All = true }

func coins(amount string) func(*payments.RefundInput) {
	return func(in *payments.RefundInput) { in.Amount = models.MustAmount(amount) }
}

func worth(amount string) func(*payments.RefundInput) {
	return func(in *payments.RefundInput) { in.Worth = models.MustAmount(amount) }
}

// refundable lets the platform pay refunds in bitcoin.
func refundable(sc *sandbox.Config, _ *assembly.Config) {
	sc.Apps[0].Balances = map[string]string{"USDT": "1000", "BTC": "1"}
}

// placeOdd has three pieces of 10.00 ordered and paid for, with discount, delivery and tax that no third divides: 30.00 − 2.10 + 5.30 tax are
// 33.20 for the pieces, and 4.90 + 0.93 tax are 5.83 for the delivery.
func (s *shop) placeOdd(coin string) models.Order {
	s.T.Helper()
	s.sellsAt("10.00")
	s.AddZone()
	s.AddCoupon(func(c *models.Coupon) { c.Value = models.MustAmount("7") })
	in := s.CartFormTo(3, "TEN")
	in.Coin = coin
	p, err := s.Place(s.T.Context(), in)
	require.NoError(s.T, err)
	require.NoError(s.T, s.Platform.Pay(s.PlatformOrder(s.Order(p.Ref)).OrderNum))
	s.Deliver()
	order := s.Order(p.Ref)
	require.Equal(s.T, models.OrderPaid, order.State)
	require.Equal(s.T, "39.03", order.Total.String())
	return order
}

// The third of 0.00030787 is rounded down, so that three of them would leave something of the payment.
func TestRefund_TheLastPieceTakesTheRest(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.sellsAt("9.98")
		in := s.CartForm(3)
		in.Coin = "BTC"
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(s.Order(p.Ref)).OrderNum))
		s.Deliver()
		order := s.Order(p.Ref)
		got := [][2]string{}
		for range 3 {
			r, err := s.refundPieces(order, 1, false)
			require.NoError(t, err)
			got = append(got, [2]string{r.Amount.String(), r.Worth.String()})
		}
		assert.Equal(t, [][2]string{{"0.00010262", "9.98"}, {"0.00010262", "9.98"}, {"0.00010263", "9.98"}}, got)
		s.Work()
		s.NextDay()
		assert.Equal(t, models.RefundsAll, s.Order(order.Ref).Refunds)
	}, refundable)
}

// sellsAt makes the shop's carts hold a product of another price.
func (s *shop) sellsAt(price string) {
	s.T.Helper()
	ctx := s.T.Context()
	mug, err := s.Store.Product(ctx, "mug")
	require.NoError(s.T, err)
	require.NoError(s.T, s.Store.PutProduct(ctx, models.Product{
		ID: models.NewID(), Slug: "bowl", CategoryID: mug.CategoryID, Title: "Bowl", CreatedAt: s.Clock.Now(), UpdatedAt: s.Clock.Now(),
		Variants: []models.Variant{{ID: models.NewID(), SKU: "BOWL-1", Price: models.MustAmount(price), OnHand: 50}},
	}))
	bowl, err := s.Store.Product(ctx, "bowl")
	require.NoError(s.T, err)
	s.Variant = bowl.Variants[0]
}

func TestRefund_ByLineAndDelivery(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.placeOdd("USDT")
		r, err := s.refundBy(finance, order, func(in *payments.RefundInput) {
			pieces(order, 2, false)(in)
			in.Delivery = true
		})
		require.NoError(t, err)
		assert.Equal(t, "27.96", r.Worth.String(), "two thirds of 33.20 are 22.13, and 5.83")
		assert.Equal(t, "27.96", r.Amount.String())
		stored, err := s.Store.Refund(t.Context(), r.ID)
		require.NoError(t, err)
		lines := map[string][2]string{}
		for _, l := range stored.Lines {
			lines[l.OrderLineID] = [2]string{models.AmountFromInt(int64(l.Quantity)).String(), l.Worth.String()}
		}
		assert.Equal(t, map[string][2]string{order.Lines[0].ID: {"2", "22.13"}, "": {"1", "5.83"}}, lines)
		assert.Equal(t, 1, s.count(order).ToRefund())

		for name, edit := range map[string]func(*payments.RefundInput){
			"more than are left": pieces(order, 2, false),
			"less than nothing":  pieces(order, -1, false),
			"the delivery twice": theDelivery,
			"another order's": func(in *payments.RefundInput) {
				in.Pieces = []payments.RefundPieces{{LineID: models.NewID(), Quantity: 1}}
			},
			"one line in two": func(in *payments.RefundInput) {
				in.Pieces = []payments.RefundPieces{{LineID: order.Lines[0].ID, Quantity: 1}, {LineID: order.Lines[0].ID, Quantity: 1}}
			},
		} {
			_, err := s.refundBy(finance, order, edit)
			require.ErrorIs(t, err, payments.ErrPieces, name)
		}
		_, err = s.refundBy(finance, order, func(*payments.RefundInput) {})
		require.ErrorIs(t, err, payments.ErrRefundAmount, "nothing was chosen")
		s.Work()
		assert.Len(t, s.transfers(), 1)

		// A price of the staff's own goes before that of the pieces.
		last, err := s.refundBy(finance, order, func(in *payments.RefundInput) {
			pieces(order, 1, false)(in)
			in.Worth = models.MustAmount("5")
		})
		require.NoError(t, err)
		assert.Equal(t, "5", last.Worth.String())
		assert.Equal(t, 0, s.count(order).ToRefund())
	})
}

func TestRefund_InCoinAndInCurrency(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.placeOdd("BTC")
		paid := order.Attempt(order.PaidAttemptID)
		require.Equal(t, "0.00040134", paid.Received.String(), "39.03 / 97250, rounded up")
		require.Equal(t, "39.03", paid.Worth.String())
		r, err := s.refundBy(finance, order, worth("10"))
		require.NoError(t, err)
		assert.Equal(t, "0.00010283", r.Amount.String())
		assert.Equal(t, "10", r.Worth.String())
		r, err = s.refundBy(finance, order, coins("0.0001"))
		require.NoError(t, err)
		assert.Equal(t, "0.0001", r.Amount.String())
		assert.Equal(t, "9.72", r.Worth.String())
		_, err = s.refundBy(finance, order, coins("0.000000001"))
		require.ErrorIs(t, err, payments.ErrRefundAmount, "finer than the coin")
		var much *store.RefundTooMuchError
		_, err = s.refundBy(finance, order, coins("0.00019852"))
		require.ErrorAs(t, err, &much)
		assert.Equal(t, "0.00019851", much.Left.String())
		_, err = s.refundBy(finance, order, worth("19.4"))
		require.ErrorAs(t, err, &much, "of 19.31")
	}, refundable)
}

// However a payment goes back, nothing remains of it.
func TestRefund_RoundingLeavesNothing(t *testing.T) {
	t.Parallel()
	ways := map[string]func(o models.Order) []func(*payments.RefundInput){
		"all at once": func(models.Order) []func(*payments.RefundInput) { return []func(*payments.RefundInput){allThatIsLeft} },
		"piece by piece": func(o models.Order) []func(*payments.RefundInput) {
			return []func(*payments.RefundInput){pieces(o, 1, false), pieces(o, 1, false), theDelivery, pieces(o, 1, false)}
		},
		"two pieces, then the rest": func(o models.Order) []func(*payments.RefundInput) {
			return []func(*payments.RefundInput){pieces(o, 2, false), allThatIsLeft}
		},
		"in currency": func(models.Order) []func(*payments.RefundInput) {
			return []func(*payments.RefundInput){worth("0.01"), worth("11.11"), worth("13.33"), worth("14.58")}
		},
		"in coin, then the rest": func(models.Order) []func(*payments.RefundInput) {
			return []func(*payments.RefundInput){coins("0.00000001"), coins("0.00000007"), coins("0.00013333"), allThatIsLeft}
		},
	}
	for name, way := range ways {
		for _, coin := range []string{"USDT", "BTC"} {
			if coin == "USDT" && name == "in coin, then the rest" {
				continue // finer than the coin
			}
			t.Run(name+" "+coin, func(t *testing.T) {
				t.Parallel()
				eachShop(t, func(t *testing.T, s *shop) {
					order := s.placeOdd(coin)
					for i, edit := range way(order) {
						_, err := s.refundBy(finance, order, edit)
						require.NoError(t, err, "refund %d", i)
					}
					var amounts, worths models.Amount
					for _, r := range s.refundsOf(order) {
						amounts, worths = amounts.Add(r.Amount), worths.Add(r.Worth)
						assert.False(t, r.Worth.IsNegative())
					}
					order = s.Order(order.Ref)
					paid := order.Attempt(order.PaidAttemptID)
					assert.Equal(t, paid.Worth.String(), worths.String(), "in currency")
					assert.Equal(t, paid.Received.String(), amounts.String(), "in coin")
					assert.True(t, paid.Left().IsZero(), "left: %s", paid.Left())
					_, err := s.refundBy(finance, order, allThatIsLeft)
					require.ErrorIs(t, err, payments.ErrRefundAmount, "nothing is left")
					s.Work()
					s.NextDay()
					assert.Equal(t, models.RefundsAll, s.Order(order.Ref).Refunds)
				}, refundable)
			})
		}
	}
}

func TestRefund_AllNamesWhatWasOrdered(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.placeOdd("USDT")
		_, err := s.ship(order, 1)
		require.NoError(t, err)
		r, err := s.refundBy(finance, order, allThatIsLeft)
		require.NoError(t, err)
		assert.Equal(t, "39.03", r.Worth.String())
		var sum models.Amount
		for _, l := range r.Lines {
			sum = sum.Add(l.Worth)
		}
		assert.Equal(t, "39.03", sum.String(), "pieces and delivery")
		c := s.count(order)
		assert.Equal(t, [3]int{1, 3, 2}, [3]int{c.Sent, c.Refunded, c.Unsent})
		assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment, "nothing is left to be sent")
	})
}

func TestRefund_RestockedWhenTheExchangeAcceptedIt(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(4)
		s.AssertStock(46, 0, 4)
		_, err := s.ship(order, 2)
		require.NoError(t, err)

		require.NoError(t, s.Platform.SetFaults(refuseRefund))
		failed, err := s.refundPieces(order, 1, true)
		require.NoError(t, err)
		s.AssertStock(46, 0, 4)
		s.Work()
		require.Equal(t, models.RefundFailed, s.RefundState(failed.ID))
		s.AssertStock(46, 0, 4)

		r, err := s.refundPieces(order, 1, true)
		require.NoError(t, err)
		s.AssertStock(46, 0, 4) // not yet
		s.Work()
		require.Equal(t, models.RefundAccepted, s.RefundState(r.ID))
		s.AssertStock(47, 0, 3)
		s.NextDay()
		require.Equal(t, models.RefundConfirmed, s.RefundState(r.ID))
		s.AssertStock(47, 0, 3) // once

		_, err = s.refundPieces(order, 1, false)
		require.NoError(t, err)
		s.Work()
		s.AssertStock(47, 0, 3) // it is broken

		back, err := s.refundPieces(order, 2, true)
		require.NoError(t, err)
		s.Work()
		require.Equal(t, models.RefundAccepted, s.RefundState(back.ID))
		s.AssertStock(49, 0, 1) // the shopper sent two back
	})
}

func TestRefund_AllRestocksWhatWasNotSent(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		restocked := func(in *payments.RefundInput) { in.All, in.Restock = true, true }
		order := s.PlacePaid(3)
		_, err := s.ship(order, 1)
		require.NoError(t, err)
		r, err := s.refundBy(finance, order, restocked)
		require.NoError(t, err)
		s.AssertStock(47, 0, 3)
		s.Work()
		require.Equal(t, models.RefundAccepted, s.RefundState(r.ID))
		s.AssertStock(49, 0, 1) // one is with the shopper
		var sum models.Amount
		for _, l := range s.refundsOf(order)[0].Lines {
			sum = sum.Add(l.Worth)
		}
		assert.Equal(t, "31.5", sum.String())

		whole := s.PlacePaid(2)
		_, err = s.refundBy(finance, whole, restocked)
		require.NoError(t, err)
		s.Work()
		s.AssertStock(49, 0, 1)
		sent := s.PlacePaid(2)
		require.NoError(t, s.ShipAll(sent.ID, ""))
		_, err = s.refundBy(finance, sent, restocked)
		require.NoError(t, err)
		s.Work()
		s.AssertStock(47, 0, 3)
	})
}

func TestRefund_SameFormOfAllIsOneRefund(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(1)
		in := payments.RefundInput{OrderID: order.ID, All: true, Reason: "came back", FormToken: models.NewRef()}
		ids := map[string]bool{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				r, err := s.RequestRefund(t.Context(), in, finance)
				mu.Lock()
				defer mu.Unlock()
				if assert.NoError(t, err) {
					ids[r.ID] = true
				}
			})
		}
		wg.Wait()
		assert.Len(t, ids, 1)
		assert.Len(t, s.refundsOf(order), 1)
	})
}

// fourEyes is a shop in which a person refunds up to 10 alone.
func fourEyes(_ *sandbox.Config, pc *assembly.Config) { pc.FourEyesLimit = models.MustAmount("10") }

func TestFourEyes_TwoRefundsOfOneOrder(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.hire(finance, second)
		order := s.PlacePaid(3)
		first, err := s.Refund(order, "6")
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, first.State)
		again, err := s.Refund(order, "6")
		require.NoError(t, err)
		assert.Equal(t, models.RefundRequested, again.State)
		s.Work()
		assert.Len(t, s.transfers(), 1)
		require.ErrorIs(t, s.ApproveRefund(t.Context(), again.ID, finance), payments.ErrSamePerson)
		require.NoError(t, s.DeclineRefund(t.Context(), again.ID, "asked twice", second))

		rest, err := s.Refund(order, "4")
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, rest.State, "what was declined does not count, and 6 and 4 are the limit")
		s.Clock.Advance(48 * time.Hour)
		later, err := s.Refund(order, "0.01")
		require.NoError(t, err)
		assert.Equal(t, models.RefundRequested, later.State, "an order is added up for ever")
		require.NoError(t, s.ApproveRefund(t.Context(), later.ID, second))
		s.Work()
		assert.Len(t, s.transfers(), 3)
	}, fourEyes)
}

func TestFourEyes_TwoOrdersOfADay(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.hire(finance, second)
		one, two := s.PlacePaid(1), s.PlacePaid(3)
		first, err := s.Refund(one, "6")
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, first.State)
		r, err := s.Refund(two, "6")
		require.NoError(t, err)
		assert.Equal(t, models.RefundRequested, r.State, "at once")
		require.NoError(t, s.DeclineRefund(t.Context(), r.ID, "later", second))

		other, err := s.refundBy(second, two, coins("6"))
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, other.State, "another person has refunded nothing")

		s.Work()
		s.Clock.Advance(24*time.Hour - time.Minute)
		r, err = s.Refund(two, "6")
		require.NoError(t, err)
		assert.Equal(t, models.RefundRequested, r.State, "within a day")
		require.NoError(t, s.DeclineRefund(t.Context(), r.ID, "later", second))
		s.Clock.Advance(2 * time.Minute)
		r, err = s.Refund(two, "6")
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, r.State, "after a day")
		s.Work()
		assert.Len(t, s.transfers(), 3)
	}, fourEyes)
}

// Pieces, amounts in currency and all that is left are added up like amounts of coin, in any coin.
func TestFourEyes_AddsUpWhatever(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.hire(finance, second)
		odd := s.placeOdd("BTC")
		r, err := s.refundBy(finance, odd, worth("6"))
		require.NoError(t, err)
		assert.Equal(t, models.RefundApproved, r.State)
		for name, edit := range map[string]func(*payments.RefundInput){
			"a piece of 11.07": pieces(odd, 1, false), "in currency": worth("4.01"), "in coin": coins("0.00004124"), "the delivery": theDelivery, "all": allThatIsLeft,
		} {
			r, err := s.refundBy(finance, odd, edit)
			require.NoError(t, err, name)
			assert.Equal(t, models.RefundRequested, r.State, name)
			require.NoError(t, s.DeclineRefund(t.Context(), r.ID, "no", second))
		}
	}, fourEyes, refundable)
}

// Eight browsers of one person, each with another order: together they never refund more than one person may.
func TestFourEyes_ParallelRefundsNeverPassTheLimitTogether(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		by := paymentstest.Finance()
		by.StaffID = modelstest.Staff(t, s.Store).ID
		orders := make([]models.Order, 8)
		for i := range orders {
			orders[i] = s.PlacePaid(1)
		}
		refunds := make([]models.Refund, len(orders))
		var wg sync.WaitGroup
		for i := range orders {
			wg.Go(func() {
				var err error
				refunds[i], err = s.refundBy(by, orders[i], coins("3"))
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		var alone models.Amount
		waiting := 0
		for _, r := range refunds {
			if r.State == models.RefundApproved {
				alone = alone.Add(r.Worth)
			} else {
				assert.Equal(t, models.RefundRequested, r.State)
				waiting++
			}
		}
		assert.Equal(t, "9", alone.String(), "three times 3 of 10")
		assert.Equal(t, 5, waiting)
		s.Work()
		assert.Len(t, s.transfers(), 3)
	}, fourEyes)
}

// The refunds of somebody without an account, whom no lock holds, are not added up: they need a second person.
func TestFourEyes_WithoutAnAccountNothingIsDecidedAlone(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(3)
		for _, id := range []string{"", models.NewID()} {
			r, err := s.refundBy(models.Actor{StaffID: id, Who: "nobody@example.org"}, order, coins("1"))
			require.NoError(t, err)
			assert.Equal(t, models.RefundRequested, r.State)
		}
	}, fourEyes)
}
