package payments_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestPlace_ShopperPaysAndTheCallbackSettles(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(2)
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		assert.False(t, p.Existing)
		assert.Equal(t, paymentstest.Alice, payerOf(t, p.PayURL))

		order := s.Order(p.Ref)
		assert.Equal(t, models.OrderAwaiting, order.State)
		assert.Equal(t, models.AttemptOpen, order.Current().State)
		assert.Equal(t, "21", order.Total.String())
		assert.JSONEq(t, `[{"name":"2 × Mug","desc":"Blue MUG-1 21.00 USD"}]`, order.Goods)
		s.AssertStock(48, 2, 0)
		cart, err := s.Store.Cart(t.Context(), in.CartID)
		require.NoError(t, err)
		assert.Empty(t, cart.Lines, "the cart became the order")
		assert.NotEqual(t, in.FormToken, cart.FormToken)

		at := s.PlatformOrder(order)
		assert.Equal(t, opay.Amount("21"), at.Amount)
		assert.Equal(t, s.NotifyURL, at.NotifyPage)
		assert.Contains(t, at.ReturnPage, payments.ReturnPath+order.ReturnRef)
		assert.NotContains(t, at.ReturnPage, "?")

		require.NoError(t, s.Platform.Pay(at.OrderNum))
		s.Deliver()
		order = s.Order(p.Ref)
		assert.Equal(t, models.OrderPaid, order.State)
		assert.Equal(t, models.AttemptPaid, order.Current().State)
		assert.Equal(t, order.Current().ID, order.PaidAttemptID)
		assert.Equal(t, s.Clock.Now(), order.PaidAt)
		s.AssertStock(48, 0, 2)
		assert.ElementsMatch(t, []string{"order received", "payment received"}, s.Mails.Subjects())
		assert.Empty(t, s.OpenReviews())
		counts := s.evidence(order)
		assert.Equal(t, 1, counts[models.SourceCreate])
		assert.GreaterOrEqual(t, counts[models.SourceCallback], 1)
		assert.Equal(t, 1, counts[models.SourceQuery])

		s.Later(100 * time.Hour)
		assert.Equal(t, models.OrderPaid, s.Order(p.Ref).State, "nothing leaves paid by itself")
		assert.Len(t, s.Mails.Subjects(), 2)
	})
}

func TestPlace_SameFormSameOrder(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(1)
		refs := map[string]int{}
		fresh := 0
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				p, err := s.Place(t.Context(), in)
				mu.Lock()
				defer mu.Unlock()
				if !assert.NoError(t, err) {
					return
				}
				assert.NotEmpty(t, p.PayURL)
				refs[p.Ref]++
				if !p.Existing {
					fresh++
				}
			})
		}
		wg.Wait()
		assert.Len(t, refs, 1, "one order for one form")
		assert.Equal(t, 1, fresh)
		assert.Len(t, s.Platform.Orders(), 1)
		s.AssertStock(49, 1, 0)
	})
}

func TestPlace_RefusesWhatTheFormDidNotShow(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		in := s.CartForm(3)
		product, err := s.Store.Product(ctx, "mug")
		require.NoError(t, err)
		product.Variants[0].Price = models.MustAmount("11.50")
		require.NoError(t, s.Store.PutProduct(ctx, product))
		_, err = s.Place(ctx, in)
		require.ErrorIs(t, err, payments.ErrCartChanged)

		again := s.Form(in.CartID)
		again.FormToken = models.NewRef()
		_, err = s.Place(ctx, again)
		require.ErrorIs(t, err, payments.ErrFormUsed)

		again = s.Form(in.CartID)
		again.Coin = "XYZ"
		_, err = s.Place(ctx, again)
		require.ErrorIs(t, err, payments.ErrCoin)
		again.Coin, again.Payer = "USDT", models.Payer{}
		_, err = s.Place(ctx, again)
		require.ErrorIs(t, err, payments.ErrPayer)

		require.NoError(t, s.Store.SetCartLine(ctx, in.CartID, s.Variant.ID, 51))
		_, err = s.Place(ctx, s.Form(in.CartID))
		var gone *store.OutOfStockError
		require.ErrorAs(t, err, &gone)
		assert.Equal(t, 50, gone.Left)

		require.NoError(t, s.Store.RemoveCartLine(ctx, in.CartID, s.Variant.ID))
		_, err = s.Place(ctx, s.Form(in.CartID))
		require.ErrorIs(t, err, payments.ErrCartEmpty)

		s.AssertStock(50, 0, 0)
		assert.Empty(t, s.Platform.Orders(), "the platform was never asked")
		assert.Zero(t, s.Requests.Load())
	})
}

func TestPlace_RefusalIsShownAndMended(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*payments.PlaceInput)
		code   opay.Code
	}{
		"nobody has this UID": {func(in *payments.PlaceInput) { in.Payer.UserID = "1" }, opay.CodeIllegalPayer},
		"frozen account":      {func(in *payments.PlaceInput) { in.Payer.UserID = paymentstest.Carol }, opay.CodeIllegalPayer},
		"balance too low":     {func(in *payments.PlaceInput) { in.Payer.UserID = paymentstest.Bob }, opay.CodeInsufficientBalance},
		"unknown coin":        {func(in *payments.PlaceInput) { in.Coin = "DOGE" }, opay.CodeCurrencyUnsupported},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				in := s.CartForm(2)
				c.change(&in)
				p, err := s.Place(t.Context(), in)
				require.NoError(t, err)
				assert.Empty(t, p.PayURL)
				order := s.Order(p.Ref)
				assert.Equal(t, models.OrderAwaiting, order.State)
				assert.Equal(t, models.AttemptFailed, order.Current().State)
				assert.Equal(t, string(c.code), order.Current().ProblemCode)
				s.AssertStock(48, 2, 0)

				p, err = s.PayOrder(t.Context(), order.Ref, "USDT", models.Payer{UserID: paymentstest.Alice})
				require.NoError(t, err)
				assert.Equal(t, paymentstest.Alice, payerOf(t, p.PayURL))
				order = s.Order(p.Ref)
				require.Len(t, order.Attempts, 2)
				require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
				s.Deliver()
				assert.Equal(t, models.OrderPaid, s.Order(p.Ref).State)
				s.AssertStock(48, 0, 2)
			}, func(sc *sandbox.Config, _ *assembly.Config) { sc.BalanceFirst = true })
		})
	}
}

func TestPlace_UnreachableKeepsTheCart(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		in := s.CartForm(2)
		s.CutOff()
		_, err := s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrUnreachable)
		s.AssertStock(50, 0, 0)
		cart, err := s.Store.Cart(t.Context(), in.CartID)
		require.NoError(t, err)
		assert.Len(t, cart.Lines, 1)
		assert.NotEqual(t, in.FormToken, cart.FormToken, "the form was used up")

		_, err = s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrFormUsed, "a reload shows the checkout afresh")
		order, err := s.Store.OrderByFormToken(t.Context(), in.FormToken)
		require.NoError(t, err)
		assert.Equal(t, models.OrderCancelled, order.State)
		s.Later(100 * time.Hour)
		assert.Empty(t, s.Mails.Subjects(), "the shopper never had an order")
	})
}

// The fourth proof: accepted, answer lost, one order, paid in the end, and never "failed" on the way.
func TestPlace_LostAnswerEndsAsOneOrderAndPaid(t *testing.T) {
	t.Parallel()
	for kind, options := range map[sandbox.FaultKind][]paymentstest.Option{
		sandbox.FaultAnswerLost: nil, sandbox.FaultEmpty: nil, sandbox.FaultTruncated: nil,
		// With md5 signing nobody can tell who has signed an answer: see TestMD5_AnswersAreNotAuthenticated.
		sandbox.FaultUnsigned: {paymentstest.RSA}, sandbox.FaultWrongSignature: {paymentstest.RSA},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: kind, Call: "createThirdOrder", Times: 1}}))
				p, err := s.Place(t.Context(), s.CartForm(2))
				require.NoError(t, err)
				assert.Empty(t, p.PayURL, "not before the platform has confirmed")
				order := s.Order(p.Ref)
				assert.Equal(t, models.AttemptUnknown, order.Current().State)
				s.AssertStock(48, 2, 0)

				s.Later(4 * time.Second)
				order = s.Order(p.Ref)
				assert.Equal(t, models.AttemptOpen, order.Current().State)
				p, err = s.PayOrder(t.Context(), p.Ref, "", models.Payer{})
				require.NoError(t, err)
				assert.NotEmpty(t, p.PayURL)
				require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
				s.Deliver()
				order = s.Order(p.Ref)
				assert.Equal(t, models.OrderPaid, order.State)
				assert.Len(t, order.Attempts, 1)
				assert.Len(t, s.Platform.Orders(), 1)
			}, options...)
		})
	}
}

func TestPlace_LostRequestIsSentAgainUnderTheSameID(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]paymentstest.Option{
		"with getReferenceOrder":    func(*sandbox.Config, *assembly.Config) {},
		"without getReferenceOrder": func(sc *sandbox.Config, _ *assembly.Config) { sc.Reference = sandbox.ReferenceMissing },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "createThirdOrder", Times: 1}}))
				p, err := s.Place(t.Context(), s.CartForm(1))
				require.NoError(t, err)
				first := s.Attempt(p.Ref)
				assert.Equal(t, models.AttemptUnknown, first.State)
				assert.Empty(t, s.Platform.Orders())
				s.Later(4 * time.Second)
				order := s.Order(p.Ref)
				assert.Equal(t, models.AttemptOpen, order.Current().State)
				assert.Equal(t, first.AppOrderID, order.Current().AppOrderID)
				assert.Len(t, s.Platform.Orders(), 1)
			}, option)
		})
	}
}

func TestPlace_WithoutReferenceTheCallbackResolves(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultAnswerLost, Call: "createThirdOrder", Times: 1}}))
		p, err := s.Place(t.Context(), s.CartForm(1))
		require.NoError(t, err)
		s.Later(4 * time.Second) // sent again: 70002
		order := s.Order(p.Ref)
		assert.Equal(t, models.AttemptUnknown, order.Current().State, "accepted, but nobody knows the number")
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderPaid, s.Order(p.Ref).State)
		assert.Len(t, s.Platform.Orders(), 1)
	}, func(sc *sandbox.Config, _ *assembly.Config) { sc.Reference = sandbox.ReferenceRefused })
}

func TestPlace_ParallelBuyersNeverOversell(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		const buyers, stock = 200, 50
		forms := make([]payments.PlaceInput, buyers)
		for i := range forms {
			forms[i] = s.CartForm(1)
		}
		var mu sync.Mutex
		placed, refused := 0, 0
		var wg sync.WaitGroup
		for _, in := range forms {
			wg.Go(func() {
				_, err := s.Place(t.Context(), in)
				mu.Lock()
				defer mu.Unlock()
				var gone *store.OutOfStockError
				switch {
				case err == nil:
					placed++
				case errors.As(err, &gone):
					refused++
				default:
					t.Errorf("place: %v", err)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, stock, placed)
		assert.Equal(t, buyers-stock, refused)
		s.AssertStock(0, stock, 0)
	}, patient)
}

// patient lets buyers who come all at once wait for each other's transactions for as long as that takes on a busy machine.
func patient(_ *sandbox.Config, pc *assembly.Config) { pc.CallTimeout = 2 * time.Minute }
