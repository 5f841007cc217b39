package store_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

func TestEraseCustomer_TakesThePersonOutAndLeavesTheBooks(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, _ *modelstest.Clock) {
		ctx := t.Context()
		ada := of("Ada@example.org", func(o *models.Order) {
			o.Name = "Ada Lovelace"
			o.Address = &models.Address{Name: "Ada Lovelace", Line1: "1 Main Street", City: "Berlin", Postcode: "10115", Country: "DE"}
		})
		paid, attempt := modelstest.Paid(t, s, ada)
		require.NoError(t, s.SetAttempt(ctx, attempt.ID, attempt.State, store.AttemptChange{Payer: new(models.Payer{OpenID: "open-ada", Token: "t"})}))
		modelstest.Ship(t, s, paid)
		cancelled := modelstest.Order(t, s, ada)
		refused := modelstest.Attempt(t, s, cancelled, func(a *models.Attempt) { a.Payer = models.Payer{UserID: "4711"} })
		require.NoError(t, s.MoveAttempt(ctx, refused.ID, refused.State, models.AttemptFailed, store.AttemptChange{}, models.Transition{OrderID: cancelled.ID, Cause: "create"}))
		require.NoError(t, s.ReleaseReservation(ctx, cancelled.ID))
		require.NoError(t, s.MoveOrder(ctx, cancelled.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{Cause: "cancel"}))
		bob := modelstest.Order(t, s, of("bob@example.org"))
		before, err := s.Order(ctx, paid.ID)
		require.NoError(t, err)
		id := customer(t, s, "ada@example.org")
		sound, err := s.Invariants(ctx)
		require.NoError(t, err)

		mail := models.OutboxMessage{ID: models.NewID(), Kind: models.MailOrderReceived, OrderID: paid.ID, DedupeKey: "received"}
		require.NoError(t, s.PutOutbox(ctx, mail))
		_, err = s.TakeMailSlot(ctx, "ada@example.org", mail.ID, models.MaxUnpaidMails, models.UnpaidMailWindow)
		require.NoError(t, err)

		n, err := s.EraseCustomer(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM mail_slots"), "nor the digest of the mailbox")
		after, err := s.Order(ctx, paid.ID)
		require.NoError(t, err)
		assert.Empty(t, after.Email+after.Name+after.Customer)
		assert.Nil(t, after.Address)
		assert.Equal(t, models.Payer{}, after.Attempts[0].Payer)
		assert.Empty(t, after.Attempts[0].PayerDigest+after.Attempts[0].PayerUserID)
		after.Email, after.Name, after.Customer, after.Address = before.Email, before.Name, before.Customer, before.Address
		after.Attempts = before.Attempts
		assert.Equal(t, before, after, "nothing else")
		assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM attempts WHERE payer_sealed IS NOT NULL OR payer_user_id = '4711'"))
		page, err := s.PayerOrders(ctx, models.Payer{OpenID: "open-ada"}, "")
		require.NoError(t, err)
		assert.Empty(t, page.Rows)
		kept, err := s.Order(ctx, bob.ID)
		require.NoError(t, err)
		assert.Equal(t, "bob@example.org", kept.Email)
		violations, err := s.Invariants(ctx)
		require.NoError(t, err)
		assert.Equal(t, sound, violations)

		_, err = s.EraseCustomer(ctx, id)
		require.ErrorIs(t, err, store.ErrNotFound, "a second press")
		filled, err := s.FillCustomers(ctx, 10)
		require.NoError(t, err)
		assert.Zero(t, filled, "nobody comes back")
	})
}

func TestEraseCustomer_RefusesWhileAnOrderNeedsThePerson(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		id := customer(t, s, "ada@example.org")
		refused := func(want ...string) {
			t.Helper()
			_, err := s.EraseCustomer(ctx, id)
			var open *store.OpenOrdersError
			require.ErrorAs(t, err, &open)
			var numbers []string
			for _, o := range open.Orders {
				numbers = append(numbers, o.Number)
			}
			assert.ElementsMatch(t, want, numbers)
		}
		waiting := modelstest.Order(t, s, of("ada@example.org"))
		paid, attempt := modelstest.Paid(t, s, of("ada@example.org"))
		refused(waiting.NumberText, paid.NumberText)
		require.NoError(t, s.MoveOrder(ctx, waiting.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{Cause: "cancel"}))
		refused(paid.NumberText)
		modelstest.Ship(t, s, paid)
		require.NoError(t, s.OpenReview(ctx, models.Review{Kind: models.ReviewSecondPayment, Subject: attempt.ID, OrderID: paid.ID}))
		refused(paid.NumberText)
		kept, err := s.Order(ctx, waiting.ID)
		require.NoError(t, err)
		assert.Equal(t, "ada@example.org", kept.Email, "all or nothing")
	})
}

func TestEraseCustomer_WaitsForEveryRefundAndEveryPaymentUnderWay(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for _, state := range models.RefundStates() {
			email := string(state) + "@example.org"
			order, attempt := modelstest.Paid(t, s, of(email))
			modelstest.Ship(t, s, order)
			require.NoError(t, s.InsertRefund(ctx, &models.Refund{
				ID: models.NewID(), OrderID: order.ID, AttemptID: attempt.ID, AppOrderID: models.NewRef(), FormToken: models.NewRef(), State: state,
				Amount: models.MustAmount("1"), Coin: attempt.Coin,
			}, attempt.Amount))
			_, err := s.EraseCustomer(ctx, customer(t, s, email))
			switch state {
			case models.RefundConfirmed, models.RefundFailed, models.RefundDeclined:
				require.NoError(t, err, state)
			case models.RefundRequested, models.RefundApproved, models.RefundSubmitting, models.RefundUnknown, models.RefundAccepted:
				open, ok := errors.AsType[*store.OpenOrdersError](err)
				require.True(t, ok, state)
				assert.Len(t, open.Orders, 1)
			}
		}
		order := modelstest.Order(t, s, of("ada@example.org"))
		attempt := modelstest.Attempt(t, s, order)
		require.NoError(t, s.MoveOrder(ctx, order.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{Cause: "cancel"}))
		_, err := s.EraseCustomer(ctx, customer(t, s, "ada@example.org"))
		_, ok := errors.AsType[*store.OpenOrdersError](err)
		require.True(t, ok, "it may still be paid")
		require.NoError(t, s.MoveAttempt(ctx, attempt.ID, attempt.State, models.AttemptFailed, store.AttemptChange{}, models.Transition{OrderID: order.ID, AttemptID: attempt.ID, Cause: "test"}))
		_, err = s.EraseCustomer(ctx, customer(t, s, "ada@example.org"))
		require.NoError(t, err)
	})
}

func TestEraseCustomer_LeavesNothingInTheFile(t *testing.T) {
	dsn := modelstest.SQLiteDSN(t)
	s, err := store.Open(t.Context(), dsn, store.Options{SealKey: modelstest.SealKey()})
	require.NoError(t, err)
	const secret = "lovelace"
	var orders []models.Order
	for range 30 {
		orders = append(orders, modelstest.Order(t, s, of("ada@"+secret+".example", func(o *models.Order) {
			o.Name = secret
			o.Address = &models.Address{Name: secret, Line1: secret, City: "Berlin", Postcode: "10115", Country: "DE"}
		})))
	}
	for _, o := range orders {
		require.NoError(t, s.AddNote(t.Context(), &models.Note{OrderID: o.ID, Text: strings.Repeat(secret+" ", 200)}))
		require.NoError(t, s.MoveOrder(t.Context(), o.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{Cause: "cancel"}))
	}
	_, err = s.EraseCustomer(t.Context(), customer(t, s, orders[0].Email))
	require.NoError(t, err)
	require.NoError(t, s.Close()) // which takes the journal into the file
	path := strings.TrimPrefix(dsn, "sqlite:")
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Zero(t, bytes.Count(file, []byte(secret)), "in pages that are free")
	journal, err := os.ReadFile(path + "-wal")
	if err == nil {
		assert.NotContains(t, string(journal), secret)
	}
}
