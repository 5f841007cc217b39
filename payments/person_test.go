package payments_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/sandbox"
)

// The person who is erased. Each text is of nobody else.
const (
	herEmail = "Ada.King@lovelace.example"
	herName  = "Augusta Ada King"
	herRoad  = "12 Saint James Square"
	herPhone = "+44 20 7946 0999"
	herTrack = "RR123456785GB"
	herNote  = "Lady Lovelace rang about the parcel"
)

// eachShopDSN is eachShop with the address of the database, to look past the store.
func eachShopDSN(t *testing.T, scenario func(t *testing.T, s *shop, dsn string)) {
	t.Helper()
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := modelstest.NewClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
			dsn := dsn(t)
			db := modelstest.Open(t, dsn, modelstest.WithClock(clock))
			s := newShop(t, db, clock)
			scenario(t, s, dsn)
			checkInvariants(t, db)
		})
	}
}

// lovelace orders, as she would: with everything that a shop can come to hold of a person. She is known by the returned texts.
func (s *shop) lovelace() (texts map[string]string) {
	s.t.Helper()
	ctx := s.t.Context()
	openID, err := s.platform.OpenID(testApp, alice)
	require.NoError(s.t, err)
	form := func(coupon string, payer models.Payer) payments.PlaceInput {
		in := s.cartTo(2, coupon)
		in.Email, in.Name, in.Payer = herEmail, herName, payer
		in.Address = models.Address{Name: herName, Line1: herRoad, City: "Berlin", Postcode: "10115", Country: "DE", Phone: herPhone}
		return in
	}
	place := func(in payments.PlaceInput) models.Order {
		p, err := s.Place(s.t.Context(), in)
		require.NoError(s.t, err)
		return s.order(p.Ref)
	}
	sent := place(form("TEN", models.Payer{OpenID: models.Secret(openID)}))
	require.NoError(s.t, s.platform.Pay(s.platformOrder(sent).OrderNum))
	s.deliver()
	require.NoError(s.t, s.AddNote(ctx, sent.ID, herNote, "token", finance))
	require.NoError(s.t, s.Fulfil(ctx, sent.ID, herTrack, finance))
	_, err = s.refund(s.order(sent.Ref), "3.25")
	require.NoError(s.t, err)
	s.work()
	s.clock.Advance(time.Second)
	cancelled := place(form("TEN", models.Payer{UserID: alice}))
	require.NoError(s.t, s.Cancel(ctx, cancelled.Ref))
	s.clock.Advance(time.Second)
	expired := place(form("", models.Payer{UserID: alice}))
	s.later(40 * time.Minute)
	require.Equal(s.t, models.OrderExpired, s.order(expired.Ref).State)
	s.clock.Advance(time.Second)
	returned := place(form("", models.Payer{OpenID: models.Secret(openID)}))
	require.NoError(s.t, s.platform.Pay(s.platformOrder(returned).OrderNum))
	s.deliver()
	returned = s.order(returned.Ref)
	_, err = s.refund(returned, returned.Current().Amount.String())
	require.NoError(s.t, err)
	s.work()
	require.NoError(s.t, s.customers.SendOrderLink(ctx, herEmail))
	s.work()
	assert.Empty(s.t, s.nextDay().Found)
	require.Equal(s.t, []models.OrderState{models.OrderFulfilled, models.OrderRefunded}, []models.OrderState{s.order(sent.Ref).State, s.order(returned.Ref).State})
	_, err = s.books.StartExport(ctx, books.Export{
		What: books.ExportOrders, Format: books.FormatCSV, Orders: models.OrderFilter{Search: herEmail},
	}, models.NewRef(), finance)
	require.NoError(s.t, err)
	s.work()
	require.NoError(s.t, s.outbox.Resend(ctx, sent.ID, models.MailOrderSent, "again", finance))
	customer, err := s.store.CustomerID(herEmail)
	require.NoError(s.t, err)
	inbox, err := s.store.Evidence(ctx, sent.ID)
	require.NoError(s.t, err)
	require.True(s.t, slices.ContainsFunc(inbox, func(e models.Evidence) bool { return e.InboxID != "" }), "a message of the platform came")
	return map[string]string{
		"email": herEmail, "name": herName, "road": herRoad, "phone": herPhone, "track": herTrack, "note": herNote, "uid": alice, "openId": openID,
		"customer": customer,
	}
}

func TestEraseCustomer_LeavesNothingOfThePerson(t *testing.T) {
	t.Parallel()
	eachShopDSN(t, func(t *testing.T, s *shop, dsn string) {
		ctx := t.Context()
		bob := s.pay(1)
		s.delivers()
		coupon := s.coupon(func(c *models.Coupon) { c.MaxPerShopper = 3 })
		texts := s.lovelace()
		require.NoError(t, s.AddNote(ctx, bob.ID, "wants an invoice", "token", finance))
		before := modelstest.Find(t, dsn, texts)
		for column, want := range map[string]string{
			"orders.email": "email", "orders.name": "name", "orders.tracking": "track", "orders.customer": "customer", "order_addresses.line1": "road",
			"order_addresses.phone": "phone", "attempts.payer_user_id": "uid", "notes.text": "note", "task_chunks.data": "email", "tasks.params": "email",
			"outbox.dedupe_key": "customer", "transitions.note": "track", "statement_lines.user_id": "uid",
		} {
			assert.Contains(t, before[column], want, column)
		}
		for column, names := range before { // what cannot be erased must never have had more than the digest
			if strings.HasPrefix(column, "audit_entries.") {
				assert.Fail(t, "the log holds the person", "%s: %v", column, names)
			}
		}
		books := modelstest.Count(t, dsn, "SELECT COUNT(*) FROM order_lines") + modelstest.Count(t, dsn, "SELECT COUNT(*) FROM evidence") +
			modelstest.Count(t, dsn, "SELECT COUNT(*) FROM refunds") + modelstest.Count(t, dsn, "SELECT COUNT(*) FROM statement_lines")

		hers, err := s.store.NewestOrder(ctx, texts["customer"])
		require.NoError(t, err)
		n, err := s.customers.EraseCustomer(ctx, texts["customer"], finance)
		require.NoError(t, err)
		assert.Equal(t, 4, n)
		delete(texts, "uid") // bob pays with the same account at the platform
		assert.Equal(t, map[string][]string{"audit_entries.subject": {"customer"}}, modelstest.Find(t, dsn, texts))
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
			assert.Equal(t, want, modelstest.Count(t, dsn, query), query)
		}
		used, err := s.store.CouponUsesBy(ctx, coupon.ID, herEmail)
		require.NoError(t, err)
		assert.Equal(t, 1, used, "the coupon can still be used, and its limit holds")
		violations, err := s.store.Invariants(ctx)
		require.NoError(t, err)
		assert.Empty(t, violations)
		_, broken, err := s.store.VerifyAudit(ctx)
		require.NoError(t, err)
		assert.Nil(t, broken)

		// Nothing of her comes back by what the shop does by itself.
		sent, queued := len(s.mails.subjects()), modelstest.Count(t, dsn, "SELECT COUNT(*) FROM outbox")
		require.NoError(t, s.outbox.Resend(ctx, hers, models.MailOrderSent, "once more", finance))
		s.work()
		assert.Equal(t, queued, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM outbox"), "no mail is said to have been sent to nobody")
		s.later(9 * 24 * time.Hour)
		_, err = s.books.FetchStatement(ctx, "2026-11-22", finance.StaffID, nil)
		require.NoError(t, err)
		assert.Zero(t, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM statement_lines WHERE user_id <> '' AND app_order_id <> ?", bob.Current().AppOrderID))
		assert.Len(t, s.mails.subjects(), sent)
		assert.Equal(t, map[string][]string{"audit_entries.subject": {"customer"}}, modelstest.Find(t, dsn, texts))
		_, err = s.customers.ExportCustomer(ctx, texts["customer"], finance)
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = s.customers.FindCustomer(ctx, herEmail)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestExportCustomer_HasAllOfThePersonAndNobodyElse(t *testing.T) {
	t.Parallel()
	eachShopDSN(t, func(t *testing.T, s *shop, dsn string) {
		ctx := t.Context()
		bob := s.pay(1)
		s.delivers()
		s.coupon()
		texts := s.lovelace()
		require.NoError(t, s.AddNote(ctx, bob.ID, "wants an invoice", "token", finance))
		text, err := s.customers.ExportCustomer(ctx, texts["customer"], finance)
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
		assert.Equal(t, []string{"fulfilled", "cancelled", "expired", "refunded"}, states, "oldest first")
		assert.Equal(t, "TEN", person.Orders[0].Coupon)
		assert.Len(t, person.Orders[0].Notes, 1)
		assert.Equal(t, "3.25", person.Orders[0].Refunds[0].Amount)

		// It is all there while orders still wait for their digest, as after a change of the key.
		modelstest.Exec(t, dsn, "UPDATE orders SET customer = '' WHERE state <> 'fulfilled'")
		found, err := s.customers.FindCustomer(ctx, strings.ToUpper(herEmail))
		require.NoError(t, err)
		assert.Equal(t, texts["customer"], found)
		text, err = s.customers.ExportCustomer(ctx, found, finance)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &person))
		assert.Len(t, person.Orders, 4)
		modelstest.Exec(t, dsn, "UPDATE orders SET customer = '' WHERE state <> 'fulfilled'")
		n, err := s.customers.EraseCustomer(ctx, found, finance)
		require.NoError(t, err)
		assert.Equal(t, 4, n, "those that have no digest yet go too")
	})
}

func TestEraseCustomer_AndARefundNeverBothHappen(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		customer, err := s.store.CustomerID("ada@example.org")
		require.NoError(t, err)
		for range 6 {
			order := s.pay(1)
			require.NoError(t, s.Fulfil(ctx, order.ID, "", finance))
			var erased, refunded error
			var both sync.WaitGroup
			both.Go(func() { _, erased = s.customers.EraseCustomer(ctx, customer, finance) })
			both.Go(func() { _, refunded = s.refund(order, "1") })
			both.Wait()
			after := s.order(order.Ref)
			if erased == nil {
				require.ErrorIs(t, refunded, payments.ErrNotRefundable)
				assert.Equal(t, models.OrderFulfilled, after.State)
				continue
			}
			open, ok := errors.AsType[*store.OpenOrdersError](erased)
			require.True(t, ok, "%v", erased)
			require.Len(t, open.Orders, 1)
			require.NoError(t, refunded)
			assert.NotEmpty(t, after.Email)
			s.work()
			s.nextDay()
			assert.Equal(t, models.OrderFulfilled, s.order(order.Ref).State)
			_, err := s.customers.EraseCustomer(ctx, customer, finance)
			require.NoError(t, err)
			_, err = s.refund(s.order(order.Ref), "1")
			require.ErrorIs(t, err, payments.ErrNotRefundable)
		}
	})
}

func TestAuditLog_LearnsNothingThatWouldHaveToBeErased(t *testing.T) {
	t.Parallel()
	eachShopDSN(t, func(t *testing.T, s *shop, dsn string) {
		ctx := t.Context()
		order, open := s.pay(1), s.place(1)
		require.NoError(t, s.AddNote(ctx, order.ID, herNote, "token", finance))
		require.NoError(t, s.Fulfil(ctx, order.ID, herTrack, finance))
		export := books.Export{What: books.ExportOrders, Format: books.FormatCSV, Orders: models.OrderFilter{Search: herEmail, Coin: "USDT"}}
		_, err := s.books.StartExport(ctx, export, models.NewRef(), finance)
		require.NoError(t, err)
		_, err = s.StartCancel(ctx, []string{open.ID}, models.NewRef(), finance)
		require.NoError(t, err)
		s.work()
		assert.Equal(t, models.OrderCancelled, s.order(open.Ref).State)
		found := modelstest.Find(t, dsn, map[string]string{"note": herNote, "track": herTrack, "email": herEmail, "network": finance.RemoteAddr})
		for column, names := range found {
			switch column {
			case "audit_entries.remote_addr": // which is emptied after its time
				assert.Equal(t, []string{"network"}, names)
			case "notes.text", "orders.tracking", "transitions.note", "tasks.params":
				assert.NotContains(t, names, "network", column)
			default:
				assert.Fail(t, "where nobody forgets it", "%s: %v", column, names)
			}
		}
		entries, err := s.store.Audit(ctx, models.AuditFilter{Action: "task.start"})
		require.NoError(t, err)
		require.Len(t, entries, 2)
		assert.Contains(t, entries[1].After, "USDT", "what else was chosen is told")
	})
}

func TestWorker_TheLogOfAMailThatFailsNamesNobody(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	logged := func(_ *sandbox.Config, c *assembly.Config) { c.Logger = slog.New(slog.NewTextHandler(&text, nil)) }
	clock := modelstest.NewClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	s := newShop(t, modelstest.SQLite(t, modelstest.WithClock(clock)), clock, logged)
	s.mails.fail = fmt.Errorf("550 <ADA@Example.org>: %w, affected recipient(s): ada@example.org", io.ErrUnexpectedEOF)
	s.place(1)
	s.work()
	assert.Contains(t, text.String(), "mail not sent")
	assert.Contains(t, text.String(), "550 <…>: unexpected EOF, affected recipient(s): …")
	assert.NotContains(t, strings.ToLower(text.String()), "ada@example.org")
}
