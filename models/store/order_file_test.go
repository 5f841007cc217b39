package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestOrderFile_HasEverythingInNineStatements(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o, a := modelstest.Paid(t, s)
		modelstest.Paid(t, s) // somebody else's
		asked, approved, declined := modelstest.Staff(t, s), modelstest.Staff(t, s), modelstest.Staff(t, s)
		r := refundOf(a, "1")
		r.RequestedBy, r.ApprovedBy, r.DeclinedBy = asked.ID, approved.ID, declined.ID
		require.NoError(t, s.InsertRefund(ctx, &r, a.Amount))
		m := models.InboxMessage{Digest: "d", DataHash: "h", RemoteAddr: "192.0.2.1"}
		_, err := s.PutInbox(ctx, &m)
		require.NoError(t, err)
		require.NoError(t, s.AddEvidence(ctx, &models.Evidence{
			AttemptID: a.ID, OrderID: o.ID, Source: models.SourceCallback, Verified: true, InboxID: m.ID, OrderNum: a.OrderNum,
		}))
		require.NoError(t, s.AddNote(ctx, &models.Note{OrderID: o.ID, StaffID: asked.ID, Who: asked.Email, Text: "陶杯 was broken"}))
		require.NoError(t, s.PutOutbox(ctx, models.OutboxMessage{Kind: models.MailPaymentReceived, OrderID: o.ID, DedupeKey: "k"}))
		require.NoError(t, s.OpenReview(ctx, models.Review{Kind: models.ReviewMismatch, Subject: a.ID, OrderID: o.ID, AttemptID: a.ID, Note: "n"}))
		require.NoError(t, s.AppendAudit(ctx, models.AuditEntry{
			Who: asked.Email, Action: "order.note", Subject: "order:" + o.ID, After: `{"text":"x"}`, RequestID: "req", RemoteAddr: "192.0.2.9",
		}))

		counting, counted := modelstest.CountQueries(ctx)
		f, err := s.OrderFile(counting, o.ID)
		require.NoError(t, err)
		assert.Equal(t, 9, counted.N())
		assert.Equal(t, o.ID, f.Order.ID)
		assert.Len(t, f.Order.Lines, 1)
		assert.Len(t, f.Order.Attempts, 1)
		require.Len(t, f.Evidence, 2)
		assert.Equal(t, "192.0.2.1", f.Evidence[1].RemoteAddr+f.Evidence[0].RemoteAddr)
		assert.Len(t, f.Transitions, 3)
		require.Len(t, f.Refunds, 1)
		require.Len(t, f.Notes, 1)
		assert.Equal(t, "陶杯 was broken", f.Notes[0].Text)
		assert.False(t, f.Notes[0].CreatedAt.IsZero())
		require.Len(t, f.Mails, 1)
		assert.Equal(t, models.OutboxWaiting, f.Mails[0].State)
		assert.False(t, f.Mails[0].DueAt.IsZero())
		assert.True(t, f.Mails[0].SentAt.IsZero())
		require.Len(t, f.Reviews, 1)
		assert.True(t, f.Reviews[0].Open)
		require.Len(t, f.Audit, 1)
		assert.Equal(t, []any{"order.note", `{"text":"x"}`, "req", "192.0.2.9", int64(1)},
			[]any{f.Audit[0].Action, f.Audit[0].After, f.Audit[0].RequestID, f.Audit[0].RemoteAddr, f.Audit[0].Seq})
		assert.Equal(t, map[string]string{asked.ID: asked.Email, approved.ID: approved.Email, declined.ID: declined.Email}, f.People)

		_, err = s.OrderFile(ctx, models.NewID())
		require.ErrorIs(t, err, store.ErrNotFound)
		numbers, err := s.OrderNumbers(ctx, []string{o.ID, models.NewID(), "x y", ""})
		require.NoError(t, err)
		assert.Equal(t, map[string]string{o.ID: o.NumberText}, numbers)
	})
}
