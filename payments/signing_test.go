package payments_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// The rules for money do not depend on how messages are signed. make test runs all tests of this package with md5 signing; these are the ones about
// what the signature is for.
func TestMD5_TheSameMoneyTests(t *testing.T) {
	for name, story := range map[string]func(*testing.T){
		"a payment":                        TestPlace_ShopperPaysAndTheCallbackSettles,
		"lost answer":                      TestPlace_LostAnswerEndsAsOneOrderAndPaid,
		"lost request":                     TestPlace_LostRequestIsSentAgainUnderTheSameID,
		"answer of another order":          TestPlace_AnswerOfAnotherOrderIsUnknown,
		"forged callbacks":                 TestReceive_ForgedIsRefusedAndNothingStored,
		"replayed callbacks":               TestReceive_ReplayedFiftyTimesInParallelCreditsOnce,
		"callbacks out of order":           TestReceive_PendingAfterPaidChangesNothingAndRaisesAnAlert,
		"callback before the answer":       TestReceive_BeforeCreateHasAnswered,
		"callback with a wrong amount":     TestReceive_WrongAmountIsNeverCredited,
		"callback about another order":     TestReceive_UnknownOrderIsStoredAcknowledgedAndFlagged,
		"lost callback":                    TestReceive_LostCallbackIsFoundByPolling,
		"late money":                       TestSettle_LateMoneyGoesToReview,
		"appOrderId is compared":           TestGuard_AppOrderIDIsComparedInSettle,
		"orderNum is compared":             TestGuard_OrderNumIsComparedInSettle,
		"amounts with exponents":           TestSettle_AmountWithExponentIsCredited,
		"refund, lost answer":              TestRefund_LostAnswerIsResolvedAndNeverRepeated,
		"everybody at once":                TestSettle_EverybodyAtOnceNeverClosesWhatIsPaid,
		"sign-in that has lapsed":          TestAsk_LapsedTokenIsLeftOut,
		"cancellation, payment was faster": TestCancel_PaidWins,
	} {
		t.Run(name, story)
	}
}

// What md5 signing does not protect: an answer without a signature, or with a wrong one, counts. Its ids must still be those of the order.
func TestMD5_AnswersAreNotAuthenticated(t *testing.T) {
	t.Parallel()
	for _, kind := range []sandbox.FaultKind{sandbox.FaultUnsigned, sandbox.FaultWrongSignature} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: kind, Call: "createThirdOrder", Times: 1}}))
				p, err := s.Place(t.Context(), s.CartForm(2))
				require.NoError(t, err)
				assert.NotEmpty(t, p.PayURL)
				order := s.Order(p.Ref)
				assert.Equal(t, models.AttemptOpen, order.Current().State)
			}, paymentstest.MD5)
		})
	}
}

// The signature covers no separators. The same text cut into other names and values is stored under the same digest, and credits nothing.
func TestMD5_AnotherCutOfASignedTextCreditsNothing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		at := s.PlatformOrder(order)
		pending := string(s.callback(at, opay.StatusPending, string(at.Amount)))
		require.Equal(t, http.StatusOK, s.post([]byte(pending)))
		cut := strings.Replace(pending, `","orderStatus":"1"`, `orderStatus1"`, 1)
		require.NotEqual(t, pending, cut)
		assert.Equal(t, http.StatusBadRequest, s.post([]byte(strings.Replace(pending, `"orderStatus":"1"`, `"orderStatus":"3"`, 1))), "another status")
		s.post([]byte(cut)) // its signature is good
		s.Work()
		assert.Equal(t, models.OrderAwaiting, s.Order(order.Ref).State)
		assert.Equal(t, 1, s.evidence(order)[models.SourceCallback])

		require.NoError(t, s.Platform.Pay(at.OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
	}, paymentstest.MD5)
}

// The address of the answer is kept with the attempt, and used only if it is the platform's own.
func TestPayLink_OfTheAnswerIsKept(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]paymentstest.Option{"rsa": paymentstest.RSA, "md5": paymentstest.MD5} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachShop(t, func(t *testing.T, s *shop) {
				order := s.PlaceOrder(1)
				assert.NotEmpty(t, order.Current().PayLink)
				p, err := s.PayOrder(t.Context(), order.Ref, "", models.Payer{})
				require.NoError(t, err)
				assert.Contains(t, p.PayURL, s.Config.PlatformURL+"/h5/pay.html?appKey=")
				assert.Contains(t, p.PayURL, "&from=api&", "a parameter of the answer's address")

				require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
				s.Deliver()
				assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
			}, option, paymentstest.PayLinks)
		})
	}
}
