package payments_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
)

func TestStaff_EveryWriteIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		order := s.PlacePaid(2)
		open := s.PlaceOrder(1)
		require.NoError(t, s.AddNote(ctx, order.ID, "called the shopper", "token", finance))
		require.NoError(t, s.AddNote(ctx, order.ID, "called the shopper", "token", finance), "a second press")
		require.ErrorIs(t, s.AddNote(ctx, order.ID, " ", "token", finance), models.ErrNoteText)
		require.NoError(t, s.ShipAll(order.ID, "TRACK-1"))
		require.ErrorIs(t, s.ShipAll(order.ID, "TRACK-1"), payments.ErrNotFulfillable)
		require.NoError(t, s.Outbox.Resend(ctx, order.ID, models.MailPaymentReceived, "t", finance))
		_, err := s.AskOrder(ctx, open.ID, finance)
		require.NoError(t, err)
		outcome, err := s.CancelByStaff(ctx, open.ID, finance)
		require.NoError(t, err)
		assert.Equal(t, payments.OutcomeCancelled, outcome)
		_, err = s.Refund(order, "1")
		require.NoError(t, err)
		entries, err := s.Store.Audit(ctx, models.AuditFilter{Limit: 50})
		require.NoError(t, err)
		actions := []string{}
		for _, e := range entries {
			actions = append(actions, e.Action)
			assert.Equal(t, finance.Who, e.Who)
			assert.Equal(t, finance.RemoteAddr, e.RemoteAddr)
		}
		assert.ElementsMatch(t, []string{"order.note", "order.ship", "order.resend", "order.ask", "order.cancel", "refund.request"}, actions)
		n, broken, err := s.Store.VerifyAudit(ctx)
		require.NoError(t, err)
		assert.Nil(t, broken)
		assert.Equal(t, int64(len(entries)), n)
		s.Work()
		assert.Contains(t, s.Mails.Subjects(), "order sent")
		shipments, err := s.Store.ShipmentsOf(ctx, order.ID)
		require.NoError(t, err)
		require.Len(t, shipments, 1)
		assert.Equal(t, "TRACK-1", shipments[0].Number)
	})
}
