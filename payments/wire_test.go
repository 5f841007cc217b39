package payments_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

var orderAmount = regexp.MustCompile(`"orderAmount":"?[-0-9.]+"?`)

// A paid order is credited in whatever form the platform writes its amount and its status: 10.5 USDT here.
func TestSettle_AmountWithExponentIsCredited(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		amount, calls := "", map[string]int{}
		s.RewriteAnswers(func(path, plain string) string {
			if amount == "" || path != opay.PathOrder && path != opay.PathOrderByRef {
				return plain
			}
			calls[path]++
			plain = strings.Replace(plain, `"orderStatus":"3"`, `"orderStatus":3.0`, 1)
			return orderAmount.ReplaceAllString(plain, `"orderAmount":`+amount)
		})
		for _, amount = range []string{`1.05E+1`, `"1.05E+1"`, `1.05E1`, `105e-1`, `"0010.500"`, `10.50000000000000000000`, `10.5`} {
			order := s.PlaceOrder(1)
			require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
			s.Later(15 * time.Second)
			order = s.Order(order.Ref)
			assert.Equal(t, models.OrderPaid, order.State, amount)
			rows := modelstest.OrderFile(t, s.Store, order.ID).Evidence
			require.NotEmpty(t, rows)
			for _, e := range rows {
				if e.Source == models.SourceQuery {
					assert.Equal(t, "10.5", e.Amount, "evidence is plain decimal text: %s", amount)
				}
			}
		}
		assert.Empty(t, s.OpenReviews())
		assert.Positive(t, calls[opay.PathOrder])
	})
}

// An order whose creation was never answered is found by our own id, whatever way its amount is written.
func TestSettle_UnansweredOrderWithExponentIsCredited(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.RewriteAnswers(func(path, plain string) string {
			if path == opay.PathCreateOrder {
				return "lost"
			}
			return orderAmount.ReplaceAllString(plain, `"orderAmount":1.05E+1`)
		})
		p, err := s.Place(t.Context(), s.CartForm(1))
		require.NoError(t, err)
		order := s.Order(p.Ref)
		require.Equal(t, models.AttemptUnknown, order.Current().State)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Later(time.Minute)
		assert.Equal(t, models.OrderPaid, s.Order(p.Ref).State)
		assert.Empty(t, s.OpenReviews())
	})
}

// An amount that does not fit is no payment and no silence: the attempt stays open and the log names the member.
func TestSettle_AmountThatDoesNotFitIsNotCredited(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		amount := `1.05E+18`
		s.RewriteAnswers(func(path, plain string) string {
			if path == opay.PathOrder {
				return orderAmount.ReplaceAllString(plain, `"orderAmount":`+amount)
			}
			return plain
		})
		_, err := s.Gateway.Order(t.Context(), s.PlatformOrder(order).OrderNum, "")
		require.ErrorIs(t, err, opay.ErrUnknownOutcome)
		require.ErrorContains(t, err, "orderAmount")
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
		amount = `1.05E+1`
		s.Later(time.Minute)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
	})
}
