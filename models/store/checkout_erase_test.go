package store_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// rowsWith counts the rows of all tables, or of the columns named table.column, in which a text stands, in any case.
func rowsWith(t *testing.T, dsn, text string, only ...string) int {
	t.Helper()
	as := "TEXT"
	if strings.HasPrefix(dsn, "mysql") {
		as = "CHAR"
	}
	var tables []string
	var args []any
	for table, columns := range modelstest.Columns(t, dsn) {
		var hits []string
		for name := range columns {
			if len(only) == 0 || slices.Contains(only, table+"."+name) {
				hits, args = append(hits, "LOWER(CAST(`"+name+"` AS "+as+")) LIKE ?"), append(args, "%"+text+"%")
			}
		}
		if len(hits) > 0 {
			tables = append(tables, "SELECT COUNT(*) AS n FROM `"+table+"` WHERE "+strings.Join(hits, " OR "))
		}
	}
	return modelstest.Count(t, dsn, "SELECT SUM(n) FROM ("+strings.Join(tables, " UNION ALL ")+") found", args...)
}

// What other programs and payment links know of a person is erased with the person's orders: in their rows, in events, in webhooks with what was
// answered to them, and in kept answers.
func TestEraseCustomer_LeavesNoEmailInAnyColumn(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, _ *modelstest.Clock) {
		ctx, email := t.Context(), "Ada.Lovelace@example.org"
		require.NoError(t, s.InsertEndpoint(ctx, &models.WebhookEndpoint{URL: "https://receiver.example.org/", Secret: "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0ISE="}))
		checkout := func(edits ...func(*models.Checkout)) models.Checkout {
			c := models.Checkout{
				KeyID: models.NewID(), Reference: "A-1", Currency: "USD", Digits: 2, Amount: models.MustAmount("20"), Email: email, Name: "Ada Lovelace", PayerUserID: "lovelace-uid",
				ExpiresAt: time.Now().Add(time.Hour), Metadata: models.Metadata{"note": "for Lovelace", "address": "Lovelace Lane 1"},
				Lines: models.CheckoutLines{{Name: "Ticket", Quantity: 1, UnitPrice: models.MustAmount("20")}},
			}
			for _, edit := range edits {
				edit(&c)
			}
			require.NoError(t, s.InsertCheckout(ctx, &c))
			return c
		}
		paid, open := checkout(), checkout()
		bob := checkout(func(c *models.Checkout) {
			c.Email, c.Name, c.PayerUserID, c.Metadata = "bob@example.org", "Bob", "", models.Metadata{"note": "for Bob"}
		})
		order, _ := modelstest.Paid(t, s, of(email, func(o *models.Order) { o.CheckoutID, o.Name = paid.ID, "Ada Lovelace" }))
		require.NoError(t, s.BindCheckout(ctx, paid.ID, order.ID))
		modelstest.Ship(t, s, order)
		link := models.PaymentLink{
			Slug: "invoice", Kind: models.LinkInvoice, Title: "Work", Currency: "USD", Digits: 2, Email: strings.ToLower(email), Name: "Lovelace", Enabled: true, Reminders: true,
			Lines: models.CheckoutLines{{Name: "Hours", Quantity: 1, UnitPrice: models.MustAmount("80")}},
		}
		require.NoError(t, s.InsertPaymentLink(ctx, &link))
		require.NoError(t, s.PutOutbox(ctx, models.OutboxMessage{Kind: models.MailInvoiceDue, LinkID: link.ID, DedupeKey: "due", DueAt: time.Now().Add(time.Hour)}))
		for id, body := range map[string]string{
			"a": `{"object":"checkout","id":"` + paid.ID + `","amount":"20.00","metadata":{"note":"for Lovelace"}}`,
			"b": `{"object":"payment_link","id":"` + link.ID + `","email":"` + email + `","name":"Lovelace","lines":[{"name":"Hours"}]}`,
		} {
			require.NoError(t, s.InsertAnswer(ctx, &models.Answer{ID: id, Digest: id, Status: 201, Body: body}))
		}
		_, err := s.PublishToEndpoints(ctx, 100)
		require.NoError(t, err)
		require.Positive(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM deliveries WHERE object_id = ?", paid.ID))
		modelstest.Exec(t, dsn, "INSERT INTO delivery_tries (id, delivery_id, at, took_ms, status, problem, answer) SELECT 't', MIN(id), MIN(created_at), 1, 200, '', 'thanks, Lovelace' FROM deliveries WHERE object_id = '"+paid.ID+"'")

		for _, column := range []string{
			"answers.body", "checkouts.email", "checkouts.metadata", "checkouts.name", "checkouts.payer_user_id", "deliveries.body", "delivery_tries.answer", "events.data",
			"orders.email", "payment_links.email", "payment_links.name",
		} {
			assert.Positive(t, rowsWith(t, dsn, "lovelace", column), column)
		}
		_, err = s.EraseCustomer(ctx, customer(t, s, email))
		require.NoError(t, err)
		assert.Zero(t, rowsWith(t, dsn, "lovelace"))
		assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM outbox WHERE link_id <> '' AND state = 'waiting'"), "no reminder goes out")

		kept, err := s.Checkout(ctx, paid.ID)
		require.NoError(t, err)
		assert.Equal(t, []string{"A-1", "20", order.ID, string(models.CheckoutPaid)}, []string{kept.Reference, kept.Amount.String(), kept.OrderID, string(kept.Status)}, "the books stay")
		answer, err := s.Answer(ctx, "b")
		require.NoError(t, err)
		assert.JSONEq(t, `{"object":"payment_link","id":"`+link.ID+`","lines":[{"name":"Hours"}]}`, answer.Body)
		others, err := s.Checkout(ctx, bob.ID)
		require.NoError(t, err)
		assert.Equal(t, "bob@example.org", others.Email)
		assert.True(t, maps.Equal(models.Metadata{"note": "for Bob"}, others.Metadata))
		still, err := s.Checkout(ctx, open.ID)
		require.NoError(t, err)
		assert.Equal(t, models.CheckoutOpen, still.Status, "it can still be paid")
		violations, err := s.Invariants(ctx)
		require.NoError(t, err)
		assert.Empty(t, violations)
	})
}

func TestForgetCheckouts_ClearsThoseThatCameToNothing(t *testing.T) {
	eachDSN(t, func(t *testing.T, _ string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		begin := func() models.Checkout {
			c := models.Checkout{
				KeyID: models.NewID(), Reference: "A-1", Currency: "USD", Digits: 2, Amount: models.MustAmount("20"), Email: "ada@example.org", Name: "Ada",
				Metadata: models.Metadata{"note": "a note"}, CreatedAt: clock.Now(), ExpiresAt: clock.Now().Add(time.Hour),
			}
			require.NoError(t, s.InsertCheckout(ctx, &c))
			return c
		}
		old, open := begin(), begin()
		require.NoError(t, s.EndCheckout(ctx, old.ID, models.CheckoutExpired))
		clock.Advance(48 * time.Hour)
		fresh := begin()
		require.NoError(t, s.EndCheckout(ctx, fresh.ID, models.CheckoutCancelled))
		n, err := s.ForgetCheckouts(ctx, clock.Now().Add(-24*time.Hour), 10)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		for _, c := range []models.Checkout{old, open, fresh} {
			now, err := s.Checkout(ctx, c.ID)
			require.NoError(t, err)
			assert.Equal(t, c.ID == old.ID, now.Email+now.Name == "" && len(now.Metadata) == 0)
		}
	})
}
