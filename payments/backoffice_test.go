package payments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
)

var (
	finance = models.Actor{StaffID: "01900000-0000-7000-8000-000000000001", Who: "fin@example.org", RemoteAddr: "192.0.2.1", RequestID: "req-1"}
	second  = models.Actor{StaffID: "01900000-0000-7000-8000-000000000002", Who: "two@example.org", RemoteAddr: "192.0.2.2", RequestID: "req-2"}
)

// pay places an order of so many mugs and pays it.
func (s *shop) pay(quantity int) models.Order {
	s.t.Helper()
	order := s.place(quantity)
	require.NoError(s.t, s.platform.Pay(s.platformOrder(order).OrderNum))
	s.deliver()
	order = s.order(order.Ref)
	require.Equal(s.t, models.OrderPaid, order.State)
	return order
}

func TestStaff_EveryWriteIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		order := s.pay(2)
		open := s.place(1)
		require.NoError(t, s.AddNote(ctx, order.ID, "called the shopper", "token", finance))
		require.NoError(t, s.AddNote(ctx, order.ID, "called the shopper", "token", finance), "a second press")
		require.ErrorIs(t, s.AddNote(ctx, order.ID, " ", "token", finance), models.ErrNoteText)
		require.NoError(t, s.Fulfil(ctx, order.ID, "TRACK-1", finance))
		require.ErrorIs(t, s.Fulfil(ctx, order.ID, "TRACK-1", finance), payments.ErrNotFulfillable)
		require.NoError(t, s.outbox.Resend(ctx, order.ID, models.MailPaymentReceived, "t", finance))
		_, err := s.AskOrder(ctx, open.ID, finance)
		require.NoError(t, err)
		outcome, err := s.CancelByStaff(ctx, open.ID, finance)
		require.NoError(t, err)
		assert.Equal(t, payments.OutcomeCancelled, outcome)
		_, err = s.refund(order, "1")
		require.NoError(t, err)
		entries, err := s.store.Audit(ctx, models.AuditFilter{Limit: 50})
		require.NoError(t, err)
		actions := []string{}
		for _, e := range entries {
			actions = append(actions, e.Action)
			assert.Equal(t, finance.Who, e.Who)
			assert.Equal(t, finance.RemoteAddr, e.RemoteAddr)
		}
		assert.ElementsMatch(t, []string{"order.note", "order.fulfil", "order.resend", "order.ask", "order.cancel", "refund.request"}, actions)
		n, broken, err := s.store.VerifyAudit(ctx)
		require.NoError(t, err)
		assert.Nil(t, broken)
		assert.Equal(t, int64(len(entries)), n)
		s.work()
		assert.Contains(t, s.mails.subjects(), "order sent")
		assert.Equal(t, "TRACK-1", s.order(order.Ref).Tracking)
	})
}
