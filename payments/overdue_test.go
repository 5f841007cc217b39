package payments_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/sandbox"
)

// caseOf returns the case of an overdue row; nil: it never had one.
func caseOf(t *testing.T, s *shop, subject string) *models.Review {
	t.Helper()
	rows, _, err := s.Store.ReviewPage(t.Context(), false, "", 100)
	require.NoError(t, err)
	for _, r := range rows {
		if r.Kind == models.ReviewOverdue && r.Subject == subject {
			return &r
		}
	}
	return nil
}

// An attempt whose outcome nobody tells has a case after a quarter of an hour, not after days, and the case ends with its reason.
func TestOverdue_AttemptWithUnknownOutcome(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError}}))
		p, err := s.Place(t.Context(), s.CartForm(1))
		require.NoError(t, err)
		a := s.Attempt(p.Ref)
		require.Equal(t, models.AttemptUnknown, a.State)
		s.Later(14 * time.Minute)
		assert.Nil(t, caseOf(t, s, a.ID))
		s.Later(2 * time.Minute)
		c := caseOf(t, s, a.ID)
		require.NotNil(t, c)
		assert.True(t, c.Open)
		assert.Equal(t, a.OrderID, c.OrderID)
		code, values, ok := models.ReadRemark(c.Note)
		require.True(t, ok)
		assert.Equal(t, "overdue_attempt", code)
		assert.NotEmpty(t, values["since"])
		assert.Equal(t, []models.ReviewKind{models.ReviewOverdue}, s.OpenReviews(), "once for the payment, and none for its order")
		backlog, err := s.Store.Backlog(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, backlog.Overdue[models.OverdueAttempt])
		assert.Equal(t, 1, backlog.Cases[models.ReviewOverdue])
		s.Later(3 * time.Hour)
		assert.Equal(t, []models.ReviewKind{models.ReviewOverdue}, s.OpenReviews(), "however long it takes")

		require.NoError(t, s.Platform.SetFaults(nil))
		s.Later(2 * time.Hour)
		s.Later(2 * time.Minute)
		c = caseOf(t, s, a.ID)
		require.NotNil(t, c)
		assert.False(t, c.Open, "it has moved on")
		assert.Equal(t, models.Remark("moved_on"), c.Resolution)
		assert.Empty(t, s.OpenReviews())
	})
}

// An order that should have ended, while the platform is down, has a case; the same order has one again if it comes back.
func TestOverdue_OrderPastItsEnd(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlaceOrder(1)
		s.CutOff()
		s.Later(31 * time.Minute)
		s.Later(10 * time.Minute)
		assert.Empty(t, s.OpenReviews())
		s.Later(10 * time.Minute)
		c := caseOf(t, s, order.ID)
		require.NotNil(t, c)
		require.True(t, c.Open)
		require.NoError(t, s.Store.MoveReview(t.Context(), c.ID, true, store.ReviewChange{Open: new(false), Decision: new(models.DecideNoted)}))
		s.Later(2 * time.Minute)
		c = caseOf(t, s, order.ID)
		assert.True(t, c.Open, "what is still overdue has an open case")
		backlog, err := s.Store.Backlog(t.Context())
		require.NoError(t, err)
		assert.Equal(t, map[models.OverdueKind]int{models.OverdueOrder: 1}, backlog.Overdue)
		assert.Equal(t, order.ExpiresAt, backlog.Since)
	})
}

func TestOverdue_MailThatIsNotSent(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.Mails.Fail = errors.New("the server is down")
		s.PlaceOrder(1)
		for range 9 {
			s.Later(2 * time.Minute)
		}
		assert.Contains(t, s.OpenReviews(), models.ReviewOverdue)
		s.Mails.Fail = nil
		for range 10 {
			s.Later(5 * time.Minute)
		}
		assert.NotContains(t, s.OpenReviews(), models.ReviewOverdue)
	})
}

// A refund that the platform accepted and no statement shows is asked about after D+2, and not before.
func TestOverdue_RefundThatNoStatementShows(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.PlacePaid(1)
		refund, err := s.Refund(order, "1")
		require.NoError(t, err)
		s.Work()
		require.Equal(t, models.RefundAccepted, s.RefundState(refund.ID))
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultServerError, Call: "merchantBillingDay"}}))
		for range 3 {
			s.Later(23 * time.Hour)
		}
		assert.Nil(t, caseOf(t, s, refund.ID))
		s.Later(4 * time.Hour)
		c := caseOf(t, s, refund.ID)
		require.NotNil(t, c)
		assert.True(t, c.Open)
		code, _, _ := models.ReadRemark(c.Note)
		assert.Equal(t, "overdue_unconfirmed", code)

		require.NoError(t, s.Platform.SetFaults(nil))
		require.NoError(t, s.ConfirmRefund(t.Context(), refund.AppOrderID, s.Clock.Now()))
		s.Later(2 * time.Minute)
		assert.False(t, caseOf(t, s, refund.ID).Open)
	})
}
