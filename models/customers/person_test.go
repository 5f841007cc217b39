package customers_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/paymentstest"
)

var finance = paymentstest.Finance()

// The person to erase. No other record contains these texts.
const (
	herEmail = "Ada.King@lovelace.example"
	herName  = "Augusta Ada King"
	herRoad  = "12 Saint James Square"
	herPhone = "+44 20 7946 0999"
	herTrack = "RR123456785GB"
	herNote  = "Lady Lovelace rang about the parcel"
)

// lovelace places orders that leave every kind of personal data with the shop. It returns the texts that identify her.
func lovelace(s *paymentstest.Shop) (texts map[string]string) {
	s.T.Helper()
	ctx := s.T.Context()
	openID, err := s.Platform.OpenID(paymentstest.App, paymentstest.Alice)
	require.NoError(s.T, err)
	form := func(coupon string, payer models.Payer) payments.PlaceInput {
		in := s.CartFormTo(2, coupon)
		in.Email, in.Name, in.Payer = herEmail, herName, payer
		in.Address = models.Address{Name: herName, Line1: herRoad, City: "Berlin", Postcode: "10115", Country: "DE", Phone: herPhone}
		return in
	}
	place := func(in payments.PlaceInput) models.Order {
		p, err := s.Place(s.T.Context(), in)
		require.NoError(s.T, err)
		return s.Order(p.Ref)
	}
	sent := place(form("TEN", models.Payer{OpenID: models.Secret(openID)}))
	require.NoError(s.T, s.Platform.Pay(s.PlatformOrder(sent).OrderNum))
	s.Deliver()
	require.NoError(s.T, s.AddNote(ctx, sent.ID, herNote, "token", finance))
	require.NoError(s.T, s.ShipAll(sent.ID, herTrack))
	_, err = s.Refund(s.Order(sent.Ref), "3.25")
	require.NoError(s.T, err)
	s.Work()
	s.Clock.Advance(time.Second)
	cancelled := place(form("TEN", models.Payer{UserID: paymentstest.Alice}))
	require.NoError(s.T, s.Cancel(ctx, cancelled.Ref))
	s.Clock.Advance(time.Second)
	expired := place(form("", models.Payer{UserID: paymentstest.Alice}))
	s.Later(40 * time.Minute)
	require.Equal(s.T, models.OrderExpired, s.Order(expired.Ref).State)
	s.Clock.Advance(time.Second)
	returned := place(form("", models.Payer{OpenID: models.Secret(openID)}))
	require.NoError(s.T, s.Platform.Pay(s.PlatformOrder(returned).OrderNum))
	s.Deliver()
	returned = s.Order(returned.Ref)
	_, err = s.Refund(returned, returned.Current().Amount.String())
	require.NoError(s.T, err)
	s.Work()
	require.NoError(s.T, s.Customers.SendOrderLink(ctx, herEmail))
	s.Work()
	assert.Empty(s.T, s.NextDay().Found)
	require.Equal(s.T, []any{models.FulfilmentSent, models.RefundsAll}, []any{s.Order(sent.Ref).Fulfilment, s.Order(returned.Ref).Refunds})
	_, err = s.Books.StartExport(ctx, books.Export{
		What: books.ExportOrders, Format: books.FormatCSV, Orders: models.OrderFilter{Search: herEmail},
	}, models.NewRef(), finance)
	require.NoError(s.T, err)
	s.Work()
	require.NoError(s.T, s.Outbox.Resend(ctx, sent.ID, models.MailOrderSent, "again", finance))
	customer, err := s.Store.CustomerID(herEmail)
	require.NoError(s.T, err)
	inbox := modelstest.OrderFile(s.T, s.Store, sent.ID).Evidence
	require.True(s.T, slices.ContainsFunc(inbox, func(e models.EvidenceRow) bool { return e.InboxID != "" }), "a message of the platform came")
	return map[string]string{
		"email": herEmail, "name": herName, "road": herRoad, "phone": herPhone, "track": herTrack, "note": herNote, "uid": paymentstest.Alice, "openId": openID,
		"customer": customer,
	}
}

func TestEraseCustomer_LeavesNothingOfThePerson(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		bob := s.PlacePaid(1)
		s.AddZone()
		coupon := s.AddCoupon(func(c *models.Coupon) { c.MaxPerShopper = 3 })
		texts := lovelace(s)
		require.NoError(t, s.AddNote(ctx, bob.ID, "wants an invoice", "token", finance))
		before := modelstest.Find(t, s.DSN, texts)
		for column, want := range map[string]string{
			"orders.email": "email", "orders.name": "name", "shipments.number": "track", "orders.customer": "customer", "order_addresses.line1": "road",
			"order_addresses.phone": "phone", "attempts.payer_user_id": "uid", "notes.text": "note", "task_chunks.data": "email", "tasks.params": "email",
			"outbox.dedupe_key": "customer", "statement_lines.user_id": "uid",
		} {
			assert.Contains(t, before[column], want, column)
		}
		for column, names := range before { // what cannot be erased must never have held more than the digest
			if strings.HasPrefix(column, "audit_entries.") {
				assert.Fail(t, "the log holds the person", "%s: %v", column, names)
			}
		}
		books := modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM order_lines") + modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM evidence") +
			modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM refunds") + modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM statement_lines")

		hers, err := s.Store.NewestOrder(ctx, texts["customer"])
		require.NoError(t, err)
		n, err := s.Customers.EraseCustomer(ctx, texts["customer"], finance)
		require.NoError(t, err)
		assert.Equal(t, 4, n)
		delete(texts, "uid") // Bob pays with the same account of the platform
		assert.Equal(t, map[string][]string{"audit_entries.subject": {"customer"}}, modelstest.Find(t, s.DSN, texts))
		ofHer := " WHERE order_id IN (SELECT id FROM orders WHERE email = '')"
		for query, want := range map[string]int{
			"SELECT COUNT(*) FROM attempts" + ofHer + " AND (payer_user_id <> '' OR payer_digest <> '' OR payer_sealed IS NOT NULL)":        0,
			"SELECT COUNT(*) FROM inbox WHERE data <> '' AND id IN (SELECT inbox_id FROM evidence" + ofHer + ")":                            0,
			"SELECT COUNT(*) FROM inbox WHERE data <> ''":                                                                                   1,
			"SELECT COUNT(*) FROM statement_lines WHERE user_id <> '' AND app_order_id IN (SELECT app_order_id FROM attempts" + ofHer + ")": 0,
			"SELECT COUNT(*) FROM outbox WHERE state = 'waiting'":                                                                           0,
			"SELECT COUNT(*) FROM notes":                           1,
			"SELECT COUNT(*) FROM task_chunks":                     0,
			"SELECT COUNT(*) FROM coupon_uses WHERE shopper <> ''": 1,
			"SELECT COUNT(*) FROM orders WHERE email = '" + bob.Email + "' AND name = '" + bob.Name + "' AND customer <> ''":                                        1,
			"SELECT (SELECT COUNT(*) FROM order_lines) + (SELECT COUNT(*) FROM evidence) + (SELECT COUNT(*) FROM refunds) + (SELECT COUNT(*) FROM statement_lines)": books,
		} {
			assert.Equal(t, want, modelstest.Count(t, s.DSN, query), query)
		}
		used, err := s.Store.CouponUsesBy(ctx, coupon.ID, herEmail)
		require.NoError(t, err)
		assert.Equal(t, 1, used, "the coupon can still be used, and its limit holds")
		violations, err := s.Store.Invariants(ctx)
		require.NoError(t, err)
		assert.Empty(t, violations)
		_, broken, err := s.Store.VerifyAudit(ctx)
		require.NoError(t, err)
		assert.Nil(t, broken)

		// Background work brings none of it back.
		sent, queued := len(s.Mails.Subjects()), modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM outbox")
		require.NoError(t, s.Outbox.Resend(ctx, hers, models.MailOrderSent, "once more", finance))
		s.Work()
		assert.Equal(t, queued, modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM outbox"), "no mail is said to have been sent to nobody")
		s.Later(9 * 24 * time.Hour)
		_, err = s.Books.FetchStatement(ctx, "2026-11-22", finance.StaffID, nil)
		require.NoError(t, err)
		assert.Zero(t, modelstest.Count(t, s.DSN, "SELECT COUNT(*) FROM statement_lines WHERE user_id <> '' AND app_order_id <> ?", bob.Current().AppOrderID))
		assert.Len(t, s.Mails.Subjects(), sent)
		assert.Equal(t, map[string][]string{"audit_entries.subject": {"customer"}}, modelstest.Find(t, s.DSN, texts))
		_, err = s.Customers.ExportCustomer(ctx, texts["customer"], finance)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestExportCustomer_HasAllOfThePersonAndNobodyElse(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		bob := s.PlacePaid(1)
		s.AddZone()
		s.AddCoupon()
		texts := lovelace(s)
		require.NoError(t, s.AddNote(ctx, bob.ID, "wants an invoice", "token", finance))
		text, err := s.Customers.ExportCustomer(ctx, texts["customer"], finance)
		require.NoError(t, err)
		for name, mine := range texts {
			assert.Contains(t, string(text), mine, name)
		}
		for _, foreign := range []string{bob.Ref, bob.Email, bob.ID, "wants an invoice", finance.Who, "token"} {
			assert.NotContains(t, string(text), `"`+foreign+`"`)
		}
		var person customers.Person
		require.NoError(t, json.Unmarshal(text, &person))
		require.Len(t, person.Orders, 4)
		states := []string{}
		for _, o := range person.Orders {
			states = append(states, o.State)
			assert.NotNil(t, o.Address)
			assert.NotEmpty(t, o.Lines)
			assert.NotEmpty(t, o.Payments)
			assert.NotEmpty(t, o.History)
			assert.NotEmpty(t, o.Mails)
		}
		assert.Equal(t, []string{"paid", "cancelled", "expired", "paid"}, states, "oldest first")
		assert.Equal(t, "sent", person.Orders[0].Fulfilment)
		assert.Equal(t, "all", person.Orders[3].Refunded)
		assert.Len(t, person.Orders[0].Shipments, 1)
		assert.Equal(t, "TEN", person.Orders[0].Coupon)
		assert.Len(t, person.Orders[0].Notes, 1)
		assert.Equal(t, "3.25", person.Orders[0].Refunds[0].Amount)

		// Everything is found even if orders still wait for their digest, as after a change of the key.
		modelstest.Exec(t, s.DSN, "UPDATE orders SET customer = '' WHERE fulfilment <> 'sent'")
		found := texts["customer"]
		text, err = s.Customers.ExportCustomer(ctx, found, finance)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &person))
		assert.Len(t, person.Orders, 4)
		modelstest.Exec(t, s.DSN, "UPDATE orders SET customer = '' WHERE fulfilment <> 'sent'")
		n, err := s.Customers.EraseCustomer(ctx, found, finance)
		require.NoError(t, err)
		assert.Equal(t, 4, n, "those that have no digest yet go too")
	})
}

func TestEraseCustomer_AndARefundNeverBothHappen(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		customer, err := s.Store.CustomerID("ada@example.org")
		require.NoError(t, err)
		for range 6 {
			order := s.PlacePaid(1)
			require.NoError(t, s.ShipAll(order.ID, ""))
			var erased, refunded error
			var both sync.WaitGroup
			both.Go(func() { _, erased = s.Customers.EraseCustomer(ctx, customer, finance) })
			both.Go(func() { _, refunded = s.Refund(order, "1") })
			both.Wait()
			after := s.Order(order.Ref)
			if erased == nil {
				require.ErrorIs(t, refunded, payments.ErrNotRefundable)
				assert.Equal(t, models.FulfilmentSent, after.Fulfilment)
				continue
			}
			open, ok := errors.AsType[*store.OpenOrdersError](erased)
			require.True(t, ok, "%v", erased)
			require.Len(t, open.Orders, 1)
			require.NoError(t, refunded)
			assert.NotEmpty(t, after.Email)
			s.Work()
			s.NextDay()
			assert.Equal(t, models.FulfilmentSent, s.Order(order.Ref).Fulfilment)
			_, err := s.Customers.EraseCustomer(ctx, customer, finance)
			require.NoError(t, err)
			_, err = s.Refund(s.Order(order.Ref), "1")
			require.ErrorIs(t, err, payments.ErrNotRefundable)
		}
	})
}

func TestAuditLog_LearnsNothingThatWouldHaveToBeErased(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		order, open := s.PlacePaid(1), s.PlaceOrder(1)
		require.NoError(t, s.AddNote(ctx, order.ID, herNote, "token", finance))
		require.NoError(t, s.ShipAll(order.ID, herTrack))
		export := books.Export{What: books.ExportOrders, Format: books.FormatCSV, Orders: models.OrderFilter{Search: herEmail, Coin: "USDT"}}
		_, err := s.Books.StartExport(ctx, export, models.NewRef(), finance)
		require.NoError(t, err)
		_, err = s.StartCancel(ctx, []string{open.ID}, models.NewRef(), finance)
		require.NoError(t, err)
		s.Work()
		assert.Equal(t, models.OrderCancelled, s.Order(open.Ref).State)
		found := modelstest.Find(t, s.DSN, map[string]string{"note": herNote, "track": herTrack, "email": herEmail, "network": finance.RemoteAddr})
		for column, names := range found {
			switch column {
			case "audit_entries.remote_addr": // emptied when its retention ends
				assert.Equal(t, []string{"network"}, names)
			case "notes.text", "shipments.number", "tasks.params", "search_texts.text":
				assert.NotContains(t, names, "network", column)
			default:
				assert.Fail(t, "where nobody forgets it", "%s: %v", column, names)
			}
		}
		entries, err := s.Store.Audit(ctx, models.AuditFilter{Action: "task.start"})
		require.NoError(t, err)
		require.Len(t, entries, 2)
		assert.Contains(t, entries[1].After, "USDT", "what else was chosen is told")
	})
}
