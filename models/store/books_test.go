package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

const someDay = "2026-03-14"

func lineOf(id, amount string) models.StatementLine {
	return models.StatementLine{Type: models.StatementPayment, AppOrderID: id, Coin: "USDT", Amount: models.MustAmount(amount)}
}

// statement stores a complete statement of a day.
func statement(t *testing.T, s *store.Store, day string, lines ...models.StatementLine) models.Statement {
	t.Helper()
	ctx := t.Context()
	m := models.Statement{Day: day, Zone: "Asia/Shanghai"}
	require.NoError(t, s.InsertStatement(ctx, &m))
	for i := range lines {
		lines[i].StatementID, lines[i].Position = m.ID, i+1
	}
	require.NoError(t, s.AddStatementLines(ctx, lines))
	set := store.StatementChange{Lines: new(len(lines)), Count: new(len(lines)), Pages: new(1), Hash: new(strings.Repeat("a", 64)), FetchedAt: new(time.Now())}
	require.NoError(t, s.FinishStatement(ctx, m.ID, models.StatementComplete, set))
	return m
}

func TestStatement_LinesAreSortedAsGoSortsThem(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		odd := []string{"b", "a", "B", "A", "a-", "a_", "10", "9", "a ", "a\t", "ä", "", "Z", "~", strings.Repeat("x", 300)}
		var lines []models.StatementLine
		for _, id := range odd {
			lines = append(lines, lineOf(id, "1.5"))
		}
		for i := range 2300 { // more than two batches
			l := lineOf(fmt.Sprintf("id%05d", (i*7919)%2300), "0.000000000000000001")
			if i%3 == 0 {
				l.Type = models.StatementTransfer
			}
			lines = append(lines, l)
		}
		m := statement(t, s, someDay, lines...)
		var last models.StatementLine
		n := 0
		require.NoError(t, s.EachStatementLine(ctx, m.ID, func(l models.StatementLine) error {
			if n > 0 {
				before := strings.Compare(string(last.Type), string(l.Type))
				if before == 0 {
					before = strings.Compare(last.AppOrderID, l.AppOrderID)
				}
				assert.True(t, before < 0 || (before == 0 && last.Position < l.Position), "%q %q", last.AppOrderID, l.AppOrderID)
			}
			last = l
			n++
			_, err := s.Statement(ctx, m.ID) // the store can be used meanwhile
			return err
		}))
		assert.Equal(t, len(lines), n)
		stop := errors.New("stop")
		require.Equal(t, stop, s.EachStatementLine(ctx, m.ID, func(models.StatementLine) error { return stop }))

		totals, err := s.StatementTotals(ctx, m.ID)
		require.NoError(t, err)
		require.Len(t, totals, 2)
		assert.Equal(t, models.StatementPayment, totals[0].Type)
		assert.Equal(t, 15+1533, totals[0].Count)
		assert.Equal(t, "22.500000000000001533", totals[0].Amount.String(), "exact")
		page, err := s.StatementLines(ctx, m.ID, "", 15, 3)
		require.NoError(t, err)
		require.Len(t, page, 3)
		assert.Equal(t, 16, page[0].Position)
		page, err = s.StatementLines(ctx, m.ID, models.StatementTransfer, 0, 100)
		require.NoError(t, err)
		assert.Len(t, page, 100)
	})
}

func TestStatement_PagesAreSealedAndFetchesEndOnce(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		m := models.Statement{Day: someDay, Zone: "UTC"}
		require.NoError(t, s.InsertStatement(ctx, &m))
		for page := 1; page <= 3; page++ {
			p := models.StatementPage{StatementID: m.ID, Page: page, Raw: []byte(fmt.Sprintf(`{"openId":"secret%d"}`, page)), Hash: strings.Repeat("f", 64)}
			require.NoError(t, s.AddStatementPage(ctx, &p))
			assert.NotContains(t, string(p.Sealed), "secret")
			require.ErrorIs(t, s.AddStatementPage(ctx, &p), store.ErrDuplicate)
		}
		var raw []string
		require.NoError(t, s.EachStatementPage(ctx, m.ID, func(p models.StatementPage) error {
			raw = append(raw, string(p.Raw))
			return nil
		}))
		assert.Equal(t, []string{`{"openId":"secret1"}`, `{"openId":"secret2"}`, `{"openId":"secret3"}`}, raw)
		_, err := s.NewestStatement(ctx, someDay)
		require.ErrorIs(t, err, store.ErrNotFound, "not complete")
		require.ErrorIs(t, s.FinishStatement(ctx, m.ID, models.StatementFetching, store.StatementChange{}), store.ErrConflict)
		require.NoError(t, s.FinishStatement(ctx, m.ID, models.StatementFailed, store.StatementChange{Problem: new(strings.Repeat("x", 900))}))
		require.ErrorIs(t, s.FinishStatement(ctx, m.ID, models.StatementComplete, store.StatementChange{}), store.ErrConflict)
		complete := statement(t, s, someDay, lineOf("a", "1"))
		newest, err := s.NewestStatement(ctx, someDay)
		require.NoError(t, err)
		assert.Equal(t, complete.ID, newest.ID)
		list, err := s.Statements(ctx, someDay)
		require.NoError(t, err)
		assert.Len(t, list, 2)
		again := lineOf("b", "1")
		again.StatementID, again.Position = complete.ID, 1
		require.ErrorIs(t, s.AddStatementLines(ctx, []models.StatementLine{again}), store.ErrDuplicate)
	})
}

func TestEachBooked_OurSideInOrder(t *testing.T) {
	modelstest.EachWith(t, clocked, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var ids []string
		var last models.Attempt
		for range 5 {
			_, last = modelstest.Paid(t, s)
			ids = append(ids, last.AppOrderID)
		}
		modelstest.Attempt(t, s, modelstest.Order(t, s)) // not paid
		now, err := s.Now(ctx)
		require.NoError(t, err)
		sent, declined := refundOf(last, "2"), refundOf(last, "1")
		for _, r := range []*models.Refund{&sent, &declined} {
			require.NoError(t, s.InsertRefund(ctx, r, last.Amount))
		}
		require.NoError(t, s.MoveRefund(ctx, declined.ID, models.RefundRequested, models.RefundDeclined, store.RefundChange{SentAt: new(now)}, models.Transition{}))
		for _, step := range [][2]models.RefundState{
			{models.RefundRequested, models.RefundApproved},
			{models.RefundApproved, models.RefundSubmitting},
			{models.RefundSubmitting, models.RefundUnknown},
		} {
			require.NoError(t, s.MoveRefund(ctx, sent.ID, step[0], step[1], store.RefundChange{SentAt: new(now)}, models.Transition{}))
		}
		collect := func(from, to time.Time) []models.Booked {
			var list []models.Booked
			require.NoError(t, s.EachBooked(ctx, from, to, func(b models.Booked) error {
				list = append(list, b)
				return nil
			}))
			return list
		}
		list := collect(now, now.Add(time.Millisecond))
		require.Len(t, list, 6)
		for i, b := range list[:5] {
			assert.Equal(t, models.StatementPayment, b.Type)
			assert.Contains(t, ids, b.AppOrderID)
			assert.True(t, i == 0 || list[i-1].AppOrderID < b.AppOrderID)
			assert.Equal(t, now, b.At)
		}
		assert.Equal(t, models.Booked{
			Type: models.StatementTransfer, AppOrderID: sent.AppOrderID, OrderID: last.OrderID, AttemptID: last.ID, RefundID: sent.ID,
			RefundState: models.RefundUnknown, Coin: "USDT", Amount: models.MustAmount("2"), At: now,
		}, list[5])
		assert.Empty(t, collect(now.Add(-time.Hour), now), "the end is not in it")
		assert.Empty(t, collect(now.Add(time.Millisecond), now.Add(time.Hour)))
		found, err := s.BookedByAppOrderIDs(ctx, models.StatementPayment, append(ids, "nobody", "ä", ""))
		require.NoError(t, err)
		assert.Len(t, found, 5)
		found, err = s.BookedByAppOrderIDs(ctx, models.StatementTransfer, []string{sent.AppOrderID, declined.AppOrderID})
		require.NoError(t, err)
		assert.Len(t, found, 1)
	})
}

func found(kind models.DiscrepancyKind, id, theirs, ours string) models.Discrepancy {
	return models.Discrepancy{
		Kind: kind, Key: "1:" + id, Type: models.StatementPayment, AppOrderID: id, Coin: "USDT", Theirs: models.MustAmount(theirs),
		Ours: models.MustAmount(ours),
	}
}

func TestDiscrepancies_ComeGoAndComeBack(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		require.ErrorIs(t, s.PutDiscrepancies(ctx, someDay, nil), store.ErrNotFound)
		require.NoError(t, s.PutBookDay(ctx, models.BookDay{Day: someDay, Zone: "UTC"}))
		a, b := found(models.AmountDiffers, "a", "1.000000000000000001", "1"), found(models.TheirsNotOurs, "b", "2", "0")
		c := found(models.OursNotTheirs, "c", "0", "3")
		state := func() map[string]models.DiscrepancyState {
			rows, next, err := s.Discrepancies(ctx, models.DiscrepancyFilter{Day: someDay, Limit: 100})
			require.NoError(t, err)
			assert.Empty(t, next)
			states := map[string]models.DiscrepancyState{}
			for _, x := range rows {
				states[x.AppOrderID] = x.State
			}
			return states
		}
		put := func(list ...models.Discrepancy) { require.NoError(t, s.PutDiscrepancies(ctx, someDay, list)) }
		put(a, b, c, a) // found twice is found once
		assert.Equal(t, map[string]models.DiscrepancyState{"a": "open", "b": "open", "c": "open"}, state())
		rows, _, err := s.Discrepancies(ctx, models.DiscrepancyFilter{Kind: models.AmountDiffers})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		assert.Equal(t, "1.000000000000000001", rows[0].Theirs.String())
		id := rows[0].ID
		seen := rows[0].Seen()
		require.NoError(t, s.MoveDiscrepancy(ctx, store.DiscrepancyMove{
			Seen: seen, From: models.DiscrepancyOpen, To: models.DiscrepancyOpen, Set: store.DiscrepancyChange{OwnerID: new("s1")},
		}))
		accept := store.DiscrepancyMove{
			Seen: seen, From: models.DiscrepancyOpen, To: models.DiscrepancyAccepted, Set: store.DiscrepancyChange{Reason: new("their rounding")},
			By: models.Actor{StaffID: "s2", Who: "grace@example.com"},
		}
		require.ErrorIs(t, s.MoveDiscrepancy(ctx, accept), store.ErrConflict, "somebody was assigned meanwhile")
		accept.Seen.Version++
		assert.Equal(t, 1, winners(t, 6, func(int) error { return s.MoveDiscrepancy(ctx, accept) }))
		put(a, c)
		assert.Equal(t, map[string]models.DiscrepancyState{"a": "accepted", "b": "settled", "c": "open"}, state())
		put(a, b, c)
		assert.Equal(t, map[string]models.DiscrepancyState{"a": "accepted", "b": "open", "c": "open"}, state())
		a.Theirs = models.MustAmount("1.1")
		put(a, b, c)
		assert.Equal(t, map[string]models.DiscrepancyState{"a": "open", "b": "open", "c": "open"}, state(), "that was not what was accepted")
		x, err := s.Discrepancy(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, "1.1", x.Theirs.String())
		assert.Equal(t, []string{"", "", "s1"}, []string{x.Reason, x.AcceptedBy, x.OwnerID}, "the reason was for other figures")
		assert.True(t, x.AcceptedAt.IsZero())
		events, err := s.DiscrepancyEvents(ctx, []string{id})
		require.NoError(t, err)
		var history []string
		for _, e := range events[id] {
			history = append(history, string(e.Kind)+":"+e.Who+":"+e.Value)
		}
		assert.Equal(t, []string{"found::", "assigned::s1", "explained:grace@example.com:their rounding", "changed::1.000000000000000001 1"}, history)
		require.ErrorIs(t, s.MoveDiscrepancy(ctx, store.DiscrepancyMove{
			Seen: x.Seen(), From: models.DiscrepancyOpen, To: models.DiscrepancyAccepted, Set: store.DiscrepancyChange{Reason: new(strings.Repeat("x", 1001))},
		}), store.ErrText)
		put() // the records agree now
		assert.Equal(t, map[string]models.DiscrepancyState{"a": "settled", "b": "settled", "c": "settled"}, state())

		first, next, err := s.Discrepancies(ctx, models.DiscrepancyFilter{Limit: 2})
		require.NoError(t, err)
		rest, _, err := s.Discrepancies(ctx, models.DiscrepancyFilter{Limit: 2, After: next})
		require.NoError(t, err)
		assert.Len(t, append(first, rest...), 3)
		_, _, err = s.Discrepancies(ctx, models.DiscrepancyFilter{After: "x"})
		require.ErrorIs(t, err, store.ErrCursor)
		n := 0
		require.NoError(t, s.EachDiscrepancy(ctx, models.DiscrepancyFilter{Day: someDay}, func(models.Discrepancy) error { n++; return nil }))
		assert.Equal(t, 3, n)
	})
}

// A line that cannot be read is kept with what is known of it, is in no sum, and stands on no day.
func TestStatement_LinesThatCannotBeRead(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		bad := models.StatementLine{
			Type: models.StatementPayment, AppOrderID: "b", Coin: "USDT", Unreadable: "orderAmount", Digest: strings.Repeat("d", 64),
		}
		m := statement(t, s, someDay, lineOf("a", "1.5"), bad, models.StatementLine{Unreadable: "line", Digest: strings.Repeat("e", 64)}, lineOf("c", "2"))
		lines, err := s.StatementLines(ctx, m.ID, "", 0, 10)
		require.NoError(t, err)
		require.Len(t, lines, 4)
		assert.Equal(t, []any{2, "b", "orderAmount", strings.Repeat("d", 64), true},
			[]any{lines[1].Position, lines[1].AppOrderID, lines[1].Unreadable, lines[1].Digest, lines[1].Amount.IsZero()})
		assert.Equal(t, []any{"", "line", strings.Repeat("e", 64)}, []any{string(lines[2].Type) + lines[2].AppOrderID, lines[2].Unreadable, lines[2].Digest})
		assert.Empty(t, lines[0].Unreadable+lines[0].Digest)
		totals, err := s.StatementTotals(ctx, m.ID)
		require.NoError(t, err)
		require.Len(t, totals, 1)
		assert.Equal(t, []any{2, "3.5"}, []any{totals[0].Count, totals[0].Amount.String()})
		days, err := s.StatementDaysOf(ctx, models.StatementPayment, []string{"a", "b", "c"})
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"a": someDay, "c": someDay}, days)
	})
}

// A sealed day with such a line is sound once a person has accepted it, and not before.
func TestSealDay_WithAnExplainedUnreadableLine(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		line := models.StatementLine{Unreadable: "line", Digest: strings.Repeat("e", 64)}
		m := statement(t, s, someDay, lineOf("a", "1"), line)
		line.Position = 2
		require.NoError(t, s.PutBookDay(ctx, models.BookDay{Day: someDay, Zone: "UTC", StatementID: m.ID}))
		x := models.Discrepancy{Kind: models.UnreadableLine, Key: models.UnreadableKey(line)}
		position, member, ok := x.Unreadable()
		assert.Equal(t, []any{2, "line", true}, []any{position, member, ok})
		require.NoError(t, s.PutDiscrepancies(ctx, someDay, []models.Discrepancy{x, found(models.TheirsNotOurs, "a", "1", "0")}))
		rows, _, err := s.Discrepancies(ctx, models.DiscrepancyFilter{Day: someDay})
		require.NoError(t, err)
		require.Len(t, rows, 2)
		for _, d := range rows {
			require.ErrorIs(t, s.SealDay(ctx, someDay, "s1"), store.ErrConflict)
			require.NoError(t, s.MoveDiscrepancy(ctx, store.DiscrepancyMove{Seen: d.Seen(), From: models.DiscrepancyOpen, To: models.DiscrepancyAccepted, Set: store.DiscrepancyChange{Reason: new("asked")}}))
		}
		require.NoError(t, s.SealDay(ctx, someDay, "s1"))
		requireSound(t, s)
	})
}

func TestSealDay_OnlyWhenEverythingIsExplained(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		require.ErrorIs(t, s.SealDay(ctx, someDay, "s1"), store.ErrNotFound)
		require.NoError(t, s.PutBookDay(ctx, models.BookDay{Day: someDay, Zone: "Asia/Shanghai"}))
		require.ErrorIs(t, s.SealDay(ctx, someDay, "s1"), store.ErrConflict, "no statement")
		m := statement(t, s, someDay, lineOf("a", "1"))
		require.NoError(t, s.PutBookDay(ctx, models.BookDay{Day: someDay, Zone: "Asia/Shanghai", StatementID: m.ID, Report: "{}"}))
		x := found(models.TheirsNotOurs, "a", "1", "0")
		require.NoError(t, s.PutDiscrepancies(ctx, someDay, []models.Discrepancy{x}))
		require.ErrorIs(t, s.SealDay(ctx, someDay, "s1"), store.ErrConflict, "a discrepancy is open")
		rows, _, err := s.Discrepancies(ctx, models.DiscrepancyFilter{Day: someDay})
		require.NoError(t, err)
		require.NoError(t, s.MoveDiscrepancy(ctx, store.DiscrepancyMove{Seen: rows[0].Seen(), From: models.DiscrepancyOpen, To: models.DiscrepancyAccepted, Set: store.DiscrepancyChange{Reason: new("a gift")}}))
		assert.Equal(t, 1, winners(t, 6, func(int) error { return s.SealDay(ctx, someDay, "s1") }))
		requireSound(t, s)

		require.ErrorIs(t, s.PutBookDay(ctx, models.BookDay{Day: someDay, StatementID: "other"}), store.ErrConflict)
		require.ErrorIs(t, s.MoveDiscrepancy(ctx, store.DiscrepancyMove{Seen: rows[0].Seen(), From: models.DiscrepancyAccepted, To: models.DiscrepancyOpen, Set: store.DiscrepancyChange{}}), store.ErrConflict)
		require.ErrorIs(t, s.PutDiscrepancies(ctx, someDay, []models.Discrepancy{x}), store.ErrConflict)
		changed := found(models.ChangedSealed, "a", "2", "1")
		require.NoError(t, s.PutDiscrepancies(ctx, someDay, []models.Discrepancy{changed}), "a later fetch differs")
		requireSound(t, s)
		d, err := s.BookDay(ctx, someDay)
		require.NoError(t, err)
		assert.Equal(t, []any{models.DaySealed, "s1", strings.Repeat("a", 64), m.ID}, []any{d.State, d.SealedBy, d.SealedHash, d.StatementID})
		days, err := s.BookDays(ctx, "", 10)
		require.NoError(t, err)
		require.Len(t, days, 1)
		assert.Equal(t, []any{1, 1, 1, 0, m.ID}, []any{days[0].Lines, days[0].Open, days[0].Accepted, days[0].Settled, days[0].LatestID})
		days, err = s.BookDays(ctx, someDay, 10)
		require.NoError(t, err)
		assert.Empty(t, days)
	})
}

// Each damage to a sealed day breaks exactly the rule that it names.
func TestInvariants_FindWhatASealedDayHides(t *testing.T) {
	damages := []struct{ name, rules, statement string }{
		{"explanation is open again", "I11 I11", "UPDATE discrepancies SET state = 'open'"},
		{"another statement", "I11", "UPDATE statements SET hash = 'other'"},
		{"amount of the line", "I11", "UPDATE statement_lines SET amount = '51.000000000000000001' WHERE position = 1"},
		{"our payment is another coin", "I4 I4 I11", "UPDATE attempts SET coin = 'BTC' WHERE state = 'paid'"},
		{"line is gone", "I11", "DELETE FROM statement_lines WHERE position = 1"},
		{"refunded is not noted", "R15", "UPDATE attempts SET refunded = '1' WHERE state = 'paid'"},
		{"too much is noted", "R15 R15", "UPDATE attempts SET refunded = '52' WHERE state = 'paid'"},
	}
	check := func(t *testing.T, fresh func(testing.TB) string) {
		t.Helper()
		for _, d := range damages {
			t.Run(d.name, func(t *testing.T) {
				dsn := fresh(t)
				s := modelstest.Open(t, dsn)
				ctx := t.Context()
				_, a := modelstest.Paid(t, s)
				day := models.DayOf(a.PaidAt, time.UTC)
				m := statement(t, s, day, lineOf(a.AppOrderID, a.Amount.String()), lineOf("theirs", "1"))
				require.NoError(t, s.PutBookDay(ctx, models.BookDay{Day: day, Zone: "UTC", StatementID: m.ID}))
				require.NoError(t, s.PutDiscrepancies(ctx, day, []models.Discrepancy{found(models.TheirsNotOurs, "theirs", "1", "0")}))
				rows, _, err := s.Discrepancies(ctx, models.DiscrepancyFilter{})
				require.NoError(t, err)
				require.NoError(t, s.MoveDiscrepancy(ctx, store.DiscrepancyMove{Seen: rows[0].Seen(), From: models.DiscrepancyOpen, To: models.DiscrepancyAccepted, Set: store.DiscrepancyChange{}}))
				require.NoError(t, s.SealDay(ctx, day, "s1"))
				requireSound(t, s)
				modelstest.Exec(t, dsn, d.statement)
				violations, err := s.Invariants(ctx)
				require.NoError(t, err)
				var rules []string
				for _, v := range violations {
					rules = append(rules, v.Rule)
				}
				assert.ElementsMatch(t, strings.Fields(d.rules), rules, "%v", violations)
			})
		}
	}
	t.Run("sqlite", func(t *testing.T) { check(t, modelstest.SQLiteDSN) })
	t.Run("mariadb", func(t *testing.T) { check(t, modelstest.MariaDBDSN) })
}

func TestOrdersOfLines_AreThoseOfOurPaymentsAndRefunds(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		order, paid := modelstest.Paid(t, s)
		other := modelstest.Order(t, s)
		open := modelstest.Attempt(t, s, other)
		r := refundOf(paid, "2")
		require.NoError(t, s.InsertRefund(t.Context(), &r, paid.Amount))
		got, err := s.OrdersOfLines(t.Context(), []string{paid.AppOrderID, open.AppOrderID, r.AppOrderID, "NOBODY", "ä", "a b", ""})
		require.NoError(t, err)
		assert.Equal(t, paid.Received.Sub(r.Amount).String(), got[paid.AppOrderID].Left.String(), "what is not refunded yet")
		assert.True(t, got[r.AppOrderID].Left.IsZero())
		assert.True(t, got[open.AppOrderID].Left.IsZero(), "it is not paid")
		for id, o := range got {
			o.Left = models.Amount{}
			got[id] = o
		}
		whole := models.LineOrder{OrderID: order.ID, Number: order.NumberText, Coin: paid.Coin}
		payment := whole
		payment.Payment = true
		assert.Equal(t, map[string]models.LineOrder{
			paid.AppOrderID: payment, r.AppOrderID: whole, open.AppOrderID: {OrderID: other.ID, Number: other.NumberText, Coin: open.Coin, Payment: true},
		}, got)
		got, err = s.OrdersOfLines(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, got)
	})
}

func TestOpenBookDay_LeavesADayThatIsThereAlone(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		require.NoError(t, s.OpenBookDay(ctx, someDay, "UTC"))
		d, err := s.BookDay(ctx, someDay)
		require.NoError(t, err)
		assert.Equal(t, models.DayOpen, d.State)
		assert.Empty(t, d.StatementID)
		assert.Empty(t, d.Report)
		m := statement(t, s, someDay)
		require.NoError(t, s.PutBookDay(ctx, models.BookDay{Day: someDay, Zone: "UTC", StatementID: m.ID, Report: "{}"}))
		require.NoError(t, s.SealDay(ctx, someDay, "somebody"))
		before, err := s.BookDay(ctx, someDay)
		require.NoError(t, err)
		require.NoError(t, s.OpenBookDay(ctx, someDay, "Asia/Shanghai"))
		after, err := s.BookDay(ctx, someDay)
		require.NoError(t, err)
		assert.Equal(t, before, after)
		days, err := s.BookDays(ctx, "", 10)
		require.NoError(t, err)
		assert.Len(t, days, 1)
	})
}
