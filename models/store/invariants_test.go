package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// paidOrder goes the whole way of an order: placed, sent, opened, paid with evidence, sold, mailed.
func paidOrder(t *testing.T, s *store.Store) models.Order {
	t.Helper()
	ctx := t.Context()
	o := modelstest.Order(t, s)
	a := modelstest.Attempt(t, s, o)
	inbox := callback(models.NewID(), "x")
	_, err := s.PutInbox(ctx, inbox)
	require.NoError(t, err)
	number := models.NewRef()
	require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
		steps := []models.AttemptState{models.AttemptCreated, models.AttemptSubmitting, models.AttemptOpen, models.AttemptPaid}
		for i := range len(steps) - 1 {
			set := store.AttemptChange{OrderNum: new(number)}
			if steps[i+1] == models.AttemptPaid {
				set.Received, set.Worth = new(a.Amount), new(o.Total)
			}
			require.NoError(t, tx.MoveAttempt(ctx, a.ID, steps[i], steps[i+1], set, models.Transition{Cause: "test"}))
		}
		for _, e := range []models.Evidence{
			{Source: models.SourceCallback, Status: "3", InboxID: inbox.ID},
			{Source: models.SourceQuery, Status: "3", Coin: "usdt", Amount: a.Amount.String() + ".00"},
		} {
			e.AttemptID, e.OrderID, e.Verified, e.AppOrderID, e.OrderNum = a.ID, o.ID, true, a.AppOrderID, number
			require.NoError(t, tx.AddEvidence(ctx, &e))
		}
		require.NoError(t, tx.FinishInbox(ctx, inbox.ID, models.InboxDone, ""))
		require.NoError(t, tx.SellReservation(ctx, o.ID))
		set := store.OrderChange{PaidAttemptID: new(a.ID), PaidAt: new(time.Now())}
		require.NoError(t, tx.MoveOrder(ctx, o.ID, models.OrderAwaiting, models.OrderPaid, set, models.Transition{Cause: "test"}))
		return tx.PutOutbox(ctx, models.OutboxMessage{Kind: models.MailPaymentReceived, OrderID: o.ID, DedupeKey: o.ID})
	}))
	modelstest.Ship(t, s, o)
	return o
}

// Each damage breaks exactly the rules that it names; before it, everything is sound.
func TestInvariants_FindEveryDamage(t *testing.T) {
	damages := []struct{ name, rules, statement string }{
		{"callback's row is gone", "I1", "DELETE FROM inbox"},
		{"callback's evidence is gone", "I1", "DELETE FROM evidence WHERE source = 'callback'"},
		{"order credited twice", "I2 I6", `INSERT INTO transitions (id, order_id, attempt_id, from_state, to_state, refused, cause, note, created_at)
			SELECT 'x', order_id, '', from_state, to_state, 0, 'again', '', created_at FROM transitions WHERE attempt_id = '' AND to_state = 'paid'`},
		{"attempt paid twice", "I2 I6", `INSERT INTO transitions (id, order_id, attempt_id, from_state, to_state, refused, cause, note, created_at)
			SELECT 'x', order_id, attempt_id, from_state, to_state, 0, 'again', '', created_at FROM transitions WHERE attempt_id <> '' AND to_state = 'paid'`},
		{"one attempt pays two orders", "I2", "UPDATE orders SET paid_attempt_id = (SELECT id FROM attempts WHERE state = 'paid')"},
		{"paid without its evidence", "I4 I4", "DELETE FROM evidence WHERE source = 'query'"},
		{"evidence was not verified", "I4 I4", "UPDATE evidence SET verified = 0 WHERE source = 'query'"},
		{"evidence of the last digit", "I4 I4", "UPDATE evidence SET amount = '51.000000000000000001' WHERE source = 'query'"},
		{"evidence of another coin", "I4 I4", "UPDATE evidence SET coin = 'BTC' WHERE source = 'query'"},
		{"evidence of another status", "I4 I4", "UPDATE evidence SET status = '1' WHERE source = 'query'"},
		{"paid by nothing", "I4 I18", "UPDATE orders SET paid_attempt_id = ''"},
		{"attempt is not paid", "I4 I6 R8 R15", "UPDATE attempts SET state = 'open' WHERE state = 'paid'"},
		{"paid goes back", "I6 I7 I3 I18", "UPDATE orders SET state = 'expired' WHERE state = 'paid'"},
		{"a row says that paid was left", "I6 I6", `INSERT INTO transitions (id, order_id, attempt_id, from_state, to_state, refused, cause, note, created_at)
			SELECT 'x', order_id, '', 'paid', 'cancelled', 0, 'x', '', created_at FROM transitions WHERE attempt_id = '' AND to_state = 'paid'`},
		{"history is gone", "I6 I6", "DELETE FROM transitions"},
		{"stock from nowhere", "I7", "UPDATE variants SET on_hand = on_hand + 1 WHERE sold = 0 AND reserved = 0"},
		{"reserved stock is gone", "I7 I7", "UPDATE variants SET reserved = reserved - 1 WHERE reserved > 0"},
		{"sold stock is gone", "I7", "UPDATE variants SET sold = 0"},
		{"movements are gone", "I7", "DELETE FROM stock_movements WHERE kind = 'sale'"},
		{"reservation of a paid order is held", "I7 I7", "UPDATE reservations SET state = 'held' WHERE state = 'sold'"},
		{"unpaid order has sold stock", "I7 I7", "UPDATE reservations SET state = 'sold' WHERE state = 'held'"},
		{"live beside the state", "R8 I14", "UPDATE attempts SET live = 1 WHERE state = 'paid'"},
		{"platform order without attempt", "I9", `INSERT INTO evidence (id, source, verified, app_order_id, order_num, created_at)
			VALUES ('x', 'query', 1, 'nobody', 'nobody', '2026-01-01')`},
		{"message without time", "I10", "UPDATE outbox SET state = 'sent'"},
		{"message parked silently", "I10", "UPDATE outbox SET state = 'parked'"},
		{"nobody asks", "I14", "UPDATE attempts SET due_at = NULL WHERE state = 'created'"},
		{"asked too late", "I14 I16", "UPDATE attempts SET due_at = '2020-01-01 00:00:00.000' WHERE state = 'created'"},
		{"callback waits", "I14", "UPDATE inbox SET due_at = '2020-01-01 00:00:00.000'"},
		{"message waits", "I14 I16", "UPDATE outbox SET due_at = '2020-01-01 00:00:00.000'"},
		{"order waits", "I14", "UPDATE orders SET due_at = '2020-01-01 00:00:00.000' WHERE state = 'awaiting'"},
		{"refund waits", "I14 R15 R15", `INSERT INTO refunds (id, order_id, attempt_id, app_order_id, state, amount, coin, reason, form_token, requested_by, created_at, updated_at, due_at)
			SELECT 'x', order_id, id, 'x', 'requested', '0', coin, '', 'x', 's', created_at, created_at, '2020-01-01 00:00:00.000' FROM attempts WHERE state = 'paid'`},
		{"task waits", "I14 I16", `INSERT INTO tasks (id, kind, state, params, form_token, created_at, updated_at, due_at)
			VALUES ('x', 'export', 'waiting', '{}', 'x', '2020-01-01', '2020-01-01', '2020-01-01 00:00:00.000')`},
		{"paid and due", "I15", "UPDATE attempts SET due_at = '2090-01-01 00:00:00.000' WHERE state = 'paid'"},
		{"paid order is due", "I15", "UPDATE orders SET due_at = '2090-01-01 00:00:00.000' WHERE state = 'paid'"},
		{"fulfilled without a payment", "I3", "UPDATE orders SET fulfilled_at = '2026-01-01 00:00:00.000' WHERE state = 'awaiting'"},
		{"payer is not encrypted", "I13", `UPDATE attempts SET payer_sealed = '{"token":"marked"}' WHERE state = 'paid'`},
		{"token in a note", "I13", "UPDATE transitions SET note = 'https://pay.example/?token=marked'"},
		{"account in a note", "I13", `UPDATE transitions SET note = '{"openId": "marked"}'`},
		{"order without a last end", "I17", "UPDATE orders SET expires_at = '2090-01-01 00:00:00.000' WHERE state = 'awaiting'"},
		{"paid order is counted as unpaid", "I17", `INSERT INTO unpaid_holders (kind, digest, slot, order_id, created_at)
			SELECT 'email', 'd', 1, id, created_at FROM orders WHERE state = 'paid'`},
		{"total is not the lines'", "sums", "UPDATE orders SET total = '51.000000000000000001' WHERE state = 'paid'"},
		{"line does not multiply", "sums", "UPDATE order_lines SET unit_price = '25.4'"},
		{"order has no lines", "sums", "DELETE FROM order_lines"},
		{"shipment of what is not paid", "I3 I3", `INSERT INTO shipments (id, order_id, by_hand, form_token, sent_at, updated_at)
			SELECT 'x', id, 0, 'x', created_at, created_at FROM orders WHERE state = 'awaiting'`},
		{"more is sent than ordered", "I3", `INSERT INTO shipment_lines (id, shipment_id, order_line_id, quantity)
			SELECT 'x', s.id, l.id, 1 FROM shipments s JOIN order_lines l ON l.order_id = s.order_id`},
		{"shipment is forgotten", "I3", "UPDATE orders SET fulfilment = 'none' WHERE fulfilment = 'sent'"},
		{"payment is worth nothing known", "I4 I4 R15", "UPDATE attempts SET received = '0' WHERE state = 'paid'"},
		{"refunds are told that are not there", "R15", "UPDATE orders SET refunds = 'all' WHERE state = 'paid'"},
		{"money waits for nobody", "I6 I3 I18 I18", "UPDATE orders SET state = 'review' WHERE state = 'paid'"},
		{"case is closed by nobody", "I18", `INSERT INTO reviews (id, kind, subject, open, created_at, updated_at) VALUES ('x', 'rate', 'x', 0, '2026-01-01', '2026-01-01')`},
		{"callback set aside silently", "I9", `INSERT INTO inbox (id, digest, data_hash, app_id, sent_time, data, sign, remote_addr, state, problem, received_at)
			VALUES ('x', 'd', 'h', '', '', '', '', '', 'bad', '', '2026-01-01')`},
	}
	check := func(t *testing.T, fresh func(testing.TB) string) {
		t.Helper()
		for _, d := range damages {
			t.Run(d.name, func(t *testing.T) {
				dsn := fresh(t)
				s := modelstest.Open(t, dsn)
				paidOrder(t, s)
				modelstest.Attempt(t, s, modelstest.Order(t, s))
				modelstest.Product(t, s)
				requireSound(t, s)
				modelstest.Exec(t, dsn, d.statement)
				found, err := s.Invariants(t.Context())
				require.NoError(t, err)
				seen := map[string]bool{}
				var rules []string
				for _, v := range found {
					kind, _, _ := strings.Cut(v.What, ":")
					if key := v.Rule + kind; !seen[key] {
						seen[key] = true
						rules = append(rules, v.Rule)
					}
				}
				assert.Equal(t, d.rules, strings.Join(rules, " "), "%v", found)
			})
		}
	}
	t.Run("sqlite", func(t *testing.T) { check(t, modelstest.SQLiteDSN) })
	t.Run("mariadb", func(t *testing.T) { check(t, modelstest.MariaDBDSN) })
}

func TestInvariants_AnAlertExplains(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		m := callback("digest", "x")
		_, err := s.PutInbox(ctx, m)
		require.NoError(t, err)
		e := models.Evidence{Source: models.SourceCallback, Verified: true, AppOrderID: "nobody", OrderNum: "N", InboxID: m.ID}
		require.NoError(t, s.AddEvidence(ctx, &e))
		require.NoError(t, s.FinishInbox(ctx, m.ID, models.InboxFlagged, "unknown"))
		found, err := s.Invariants(ctx)
		require.NoError(t, err)
		require.Len(t, found, 2)
		require.NoError(t, s.OpenReview(ctx, models.Review{Kind: models.ReviewUnknownOrder, Subject: "N"}))
		requireSound(t, s)
	})
}
