package payments_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// rewrite puts a proxy before the platform that opens its answers, lets change write them in another way, and signs them again: a
// platform that says the same in other JSON. change gets the path of the call. A second rewrite takes the place of the first.
func (s *shop) rewrite(change func(path, plain string) string) {
	s.t.Helper()
	pair, err := keys()
	require.NoError(s.t, err)
	open, err := opay.NewKeyring(pair[0], &pair[1].PublicKey)
	require.NoError(s.t, err)
	seal, err := opay.NewKeyring(pair[1], &pair[0].PublicKey)
	require.NoError(s.t, err)
	behind := s.gateway.wire.BaseURL
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		again, err := http.NewRequestWithContext(r.Context(), r.Method, behind+r.URL.Path, r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		again.Header = r.Header
		answer, err := http.DefaultClient.Do(again)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if response, parseErr := opay.ParseResponse(body); err == nil && parseErr == nil && response.Envelope != (opay.Envelope{}) {
			plain, openErr := open.OpenWithin(response.Envelope, opay.MaxResponseBlocks)
			assert.NoError(s.t, openErr)
			response.Envelope, err = seal.Seal([]byte(change(r.URL.Path, string(plain))))
			assert.NoError(s.t, err)
			body = response.Encode()
		}
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(body)
	}))
	s.t.Cleanup(proxy.Close)
	wire := s.gateway.wire
	wire.BaseURL = proxy.URL
	client, err := opay.New(wire)
	require.NoError(s.t, err)
	s.gateway.Gateway = client
}

var orderAmount = regexp.MustCompile(`"orderAmount":"?[-0-9.]+"?`)

// A paid order is credited in whatever form the platform writes its amount and its status: 10.5 USDT here.
func TestSettle_AmountWithExponentIsCredited(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		amount, calls := "", map[string]int{}
		s.rewrite(func(path, plain string) string {
			if amount == "" || path != opay.PathOrder && path != opay.PathOrderByRef {
				return plain
			}
			calls[path]++
			plain = strings.Replace(plain, `"orderStatus":"3"`, `"orderStatus":3.0`, 1)
			return orderAmount.ReplaceAllString(plain, `"orderAmount":`+amount)
		})
		for _, amount = range []string{`1.05E+1`, `"1.05E+1"`, `1.05E1`, `105e-1`, `"0010.500"`, `10.50000000000000000000`, `10.5`} {
			order := s.place(1)
			require.NoError(t, s.platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultCallbackLost}}))
			require.NoError(t, s.platform.Pay(s.platformOrder(order).OrderNum))
			s.later(15 * time.Second)
			order = s.order(order.Ref)
			assert.Equal(t, models.OrderPaid, order.State, amount)
			rows, err := s.store.Evidence(t.Context(), order.ID)
			require.NoError(t, err)
			require.NotEmpty(t, rows)
			for _, e := range rows {
				if e.Source == models.SourceQuery {
					assert.Equal(t, "10.5", e.Amount, "evidence is plain decimal text: %s", amount)
				}
			}
		}
		assert.Empty(t, s.reviews())
		assert.Positive(t, calls[opay.PathOrder])
	})
}

// An order whose creation was never answered is found by our own id, whatever way its amount is written.
func TestSettle_UnansweredOrderWithExponentIsCredited(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.rewrite(func(path, plain string) string {
			if path == opay.PathCreateOrder {
				return "lost"
			}
			return orderAmount.ReplaceAllString(plain, `"orderAmount":1.05E+1`)
		})
		p, err := s.Place(t.Context(), s.cart(1))
		require.NoError(t, err)
		order := s.order(p.Ref)
		require.Equal(t, models.AttemptUnknown, order.Current().State)
		require.NoError(t, s.platform.Pay(s.platformOrder(order).OrderNum))
		s.later(time.Minute)
		assert.Equal(t, models.OrderPaid, s.order(p.Ref).State)
		assert.Empty(t, s.reviews())
	})
}

// An amount that does not fit is no payment and no silence: the attempt stays open and the log names the member.
func TestSettle_AmountThatDoesNotFitIsNotCredited(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.place(1)
		amount := `1.05E+18`
		s.rewrite(func(path, plain string) string {
			if path == opay.PathOrder {
				return orderAmount.ReplaceAllString(plain, `"orderAmount":`+amount)
			}
			return plain
		})
		_, err := s.gateway.Order(t.Context(), s.platformOrder(order).OrderNum, "")
		require.ErrorIs(t, err, opay.ErrUnknownOutcome)
		require.ErrorContains(t, err, "orderAmount")
		require.NoError(t, s.platform.Pay(s.platformOrder(order).OrderNum))
		s.deliver()
		assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
		amount = `1.05E+1`
		s.later(time.Minute)
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)
	})
}

// retyped writes a statement's list in another way.
func retyped(t *testing.T, change func(list []json.RawMessage) []json.RawMessage) func(path, plain string) string {
	t.Helper()
	return func(path, plain string) string {
		if path != opay.PathStatement {
			return plain
		}
		var page struct {
			List []json.RawMessage `json:"list"`
		}
		if !assert.NoError(t, json.Unmarshal([]byte(plain), &page)) {
			return plain
		}
		list := change(page.List)
		texts := make([]string, len(list))
		for i, line := range list {
			texts[i] = string(line)
		}
		// By hand: encoding/json would write the numbers in a way of its own.
		count, err := json.Marshal(len(list))
		assert.NoError(t, err)
		return `{"count":"` + string(count) + `","list":[` + strings.Join(texts, ",") + `]}`
	}
}

func withAmount(line json.RawMessage, amount string) json.RawMessage {
	return orderAmount.ReplaceAll(line, []byte(`"orderAmount":`+amount))
}

// A day of five payments: one with an exponent, one that cannot be read and names its order, one line that is nothing at all.
func spoiled(list []json.RawMessage) []json.RawMessage {
	list[0] = withAmount(list[0], `1.05E+1`)
	list[1] = withAmount(list[1], `"0010.50000000000000000000000"`)
	list[2] = withAmount(list[2], `-10.5`)
	return append(list, json.RawMessage(`"a secret openId 2ae04ed9165624419bad68e9e0f3f29fbd"`))
}

func TestFetchStatement_OneUnreadableLineCostsOnlyItself(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		for range 5 {
			s.pay(1)
		}
		var sent []string
		write := retyped(t, spoiled)
		s.rewrite(func(path, plain string) string {
			plain = write(path, plain)
			if path == opay.PathStatement {
				sent = append(sent, plain)
			}
			return plain
		})
		day := models.DayOf(s.clock.Now(), s.PlatformZone())
		s.later(24 * time.Hour)
		sent = nil // the schedule has asked, too
		st, err := s.books.FetchStatement(ctx, day, "", nil)
		require.NoError(t, err)
		assert.Equal(t, models.StatementComplete, st.State)
		assert.Equal(t, [3]int{6, 6, 1}, [3]int{st.Lines, st.Count, st.Pages}, "lines, count, pages")
		require.NoError(t, s.store.EachStatementPage(ctx, st.ID, func(p models.StatementPage) error {
			assert.Equal(t, sent[0], string(p.Raw), "the reply as it came")
			return nil
		}))
		lines, err := s.store.StatementLines(ctx, st.ID, "", 0, 100)
		require.NoError(t, err)
		require.Len(t, lines, 6)
		for i, want := range []string{"", "", "orderAmount", "", "", "line"} {
			assert.Equal(t, want, lines[i].Unreadable, "line %d", i+1)
			if want == "" {
				assert.Equal(t, "10.5", lines[i].Amount.String(), "line %d", i+1)
			}
		}

		report, err := s.books.Reconcile(ctx, day)
		require.NoError(t, err)
		assert.Equal(t, 4, report.Matched, "the rest of the day")
		assert.Equal(t, []models.DiscrepancyKind{models.UnreadableLine, models.UnreadableLine}, kinds(report))
		assert.True(t, report.Balanced(), "%+v", report.Totals)
		found := s.discrepancies(day)
		require.Len(t, found, 2)
		byMember := map[string]models.Discrepancy{}
		for _, d := range found {
			position, member, ok := d.Unreadable()
			require.True(t, ok)
			byMember[member] = d
			assert.Equal(t, map[string]int{"orderAmount": 3, "line": 6}[member], position)
			assert.True(t, d.Theirs.IsZero(), "what it says is not known")
		}
		ours := byMember["orderAmount"]
		assert.Equal(t, lines[2].AppOrderID, ours.AppOrderID)
		assert.NotEmpty(t, ours.OrderID, "the order is named")
		assert.Equal(t, "10.5", ours.Ours.String())
		assert.Empty(t, byMember["line"].OrderID)

		exported := s.exported(books.Export{What: books.ExportDiscrepancies, Format: books.FormatCSV, Day: day}) +
			s.exported(books.Export{What: books.ExportStatement, Format: books.FormatCSV, Day: day})
		assert.Contains(t, exported, ",unreadable,1,"+ours.AppOrderID+",USDT,,10.5,,open,")
		assert.Contains(t, exported, ",3,orderAmount")
		assert.Contains(t, exported, ",6,line")
		assert.NotContains(t, exported, "secret")

		// Nothing changes when the same is read again, and the day waits for a person.
		require.ErrorIs(t, s.books.SealDay(ctx, day, finance), books.ErrDayOpen)
		again, err := s.books.FetchStatement(ctx, day, "", nil)
		require.NoError(t, err)
		assert.Equal(t, st.Hash, again.Hash)
		require.NoError(t, s.books.AcceptDiscrepancy(ctx, byMember["line"].ID, "the exchange says that it is nothing", finance))
		require.ErrorIs(t, s.books.SealDay(ctx, day, finance), books.ErrDayOpen)
		require.NoError(t, s.books.AcceptDiscrepancy(ctx, ours.ID, "the exchange says 10.5", finance))
		require.NoError(t, s.books.SealDay(ctx, day, finance))
		assert.Empty(t, s.reviews())
		checkInvariants(t, s.store)

		// A line that cannot be read is a part of what was sealed.
		s.rewrite(retyped(t, func(list []json.RawMessage) []json.RawMessage {
			list = spoiled(list)
			list[2] = withAmount(list[2], `-10.6`)
			return list
		}))
		_, err = s.books.FetchStatement(ctx, day, "", nil)
		require.NoError(t, err)
		_, err = s.books.Reconcile(ctx, day)
		require.NoError(t, err)
		assert.Equal(t, []models.ReviewKind{models.ReviewSealedDay}, s.reviews())
	})
}

// exported is the text of an export.
func (s *shop) exported(x books.Export) string {
	s.t.Helper()
	task, err := s.books.StartExport(s.t.Context(), x, models.NewRef(), finance)
	require.NoError(s.t, err)
	s.work()
	var file bytes.Buffer
	require.NoError(s.t, s.store.EachTaskChunk(s.t.Context(), task.ID, func(b []byte) error { file.Write(b); return nil }))
	return file.String()
}

func (s *shop) discrepancies(day string) []models.Discrepancy {
	s.t.Helper()
	rows, _, err := s.store.Discrepancies(s.t.Context(), models.DiscrepancyFilter{Day: day})
	require.NoError(s.t, err)
	return rows
}

// A page that is no statement fails the reading, and is kept as it came.
func TestFetchStatement_UnreadablePageIsKept(t *testing.T) {
	t.Parallel()
	const day = "2026-11-22"
	eachShop(t, func(t *testing.T, s *shop) {
		s.pay(1)
		for _, reply := range []string{`no JSON`, `{"list":[]}`, `{"count":1}`, `{"count":1,"list":[],"COUNT":2}`, `{"count":1,"list":"` + "\xff" + `"}`} {
			s.rewrite(func(path, plain string) string {
				if path == opay.PathStatement {
					return reply
				}
				return plain
			})
			st, err := s.books.FetchStatement(t.Context(), day, "", nil)
			require.ErrorIs(t, err, books.ErrStatement, reply)
			require.ErrorIs(t, err, opay.ErrUnknownOutcome, reply)
			assert.Equal(t, models.StatementFailed, st.State)
			assert.Equal(t, models.Remark("page", "page", "1"), st.Problem)
			kept := 0
			require.NoError(t, s.store.EachStatementPage(t.Context(), st.ID, func(p models.StatementPage) error {
				kept++
				assert.Equal(t, reply, string(p.Raw))
				return nil
			}))
			assert.Equal(t, 1, kept, reply)
		}
	})
}

// A page is kept before its count is compared with the pages before it.
func TestFetchStatement_PageThatDoesNotFitIsKept(t *testing.T) {
	t.Parallel()
	const day = "2026-11-22"
	eachShop(t, func(t *testing.T, s *shop) {
		n := 0
		s.gateway.pages(func(r opay.StatementRequest) opay.StatementPage {
			n++
			p := manyLines(2001, r.Page)
			p.Count += n
			return p
		})
		st, err := s.books.FetchStatement(t.Context(), day, "", nil)
		require.ErrorIs(t, err, books.ErrStatement)
		kept := 0
		require.NoError(t, s.store.EachStatementPage(t.Context(), st.ID, func(models.StatementPage) error { kept++; return nil }))
		assert.Equal(t, 2, kept)
	})
}

// unreadableAt makes the line in a place of a page unreadable, from the first to the last.
func unreadableAt(p *opay.StatementPage, at int, digest string) {
	i := at - 1 - len(p.Unreadable) // those before it are gone already
	line := p.Lines[i]
	p.Lines = slices.Delete(p.Lines, i, i+1)
	p.Unreadable = append(p.Unreadable, opay.UnreadableLine{
		Position: at, Member: "orderAmount", AppOrderID: line.AppOrderID, OrderType: line.OrderType, Coin: line.Coin, Digest: digest,
	})
}

// Pages before and behind an unreadable line are read, and its place is counted over all pages.
func TestFetchStatement_ReadsThePagesBehindAnUnreadableLine(t *testing.T) {
	t.Parallel()
	const day = "2026-11-22"
	eachShop(t, func(t *testing.T, s *shop) {
		digest := strings.Repeat("a", 64)
		answer := func(r opay.StatementRequest) opay.StatementPage {
			p := manyLines(4001, r.Page)
			if r.Page == 2 {
				unreadableAt(&p, 1, digest)
				unreadableAt(&p, 2000, digest)
			}
			if r.Page == 3 {
				unreadableAt(&p, 1, digest)
			}
			return p
		}
		s.gateway.pages(answer)
		st, err := s.books.FetchStatement(t.Context(), day, "", nil)
		require.NoError(t, err)
		assert.Equal(t, [3]int{4001, 4001, 3}, [3]int{st.Lines, st.Count, st.Pages})
		s.later(24 * time.Hour)
		report, err := s.books.Reconcile(t.Context(), day)
		require.NoError(t, err)
		places := map[int]models.DiscrepancyState{}
		for _, d := range report.Found {
			if position, _, ok := d.Unreadable(); ok {
				places[position] = d.State
			}
		}
		assert.Equal(t, map[int]models.DiscrepancyState{2001: "open", 4000: "open", 4001: "open"}, places)
		assert.Len(t, report.Found, 4001, "the others are strangers'")
		assert.True(t, report.Balanced())

		// Page 1 is compared with itself by what it says, unreadable lines included.
		n := 0
		s.gateway.pages(func(r opay.StatementRequest) opay.StatementPage {
			p := answer(r)
			if r.Page == 1 {
				n++
				unreadableAt(&p, 7, strings.Repeat(string(rune('a'+n%26)), 64))
			}
			return p
		})
		_, err = s.books.FetchStatement(t.Context(), day, "", nil)
		require.ErrorIs(t, err, opay.ErrStatementShifted)
	})
}

// What was accepted is one line: another one in the same place waits for a person again, and one that can be read later is settled.
func TestReconcile_UnreadableLineThatChanges(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		order := s.pay(1)
		amount := `-10.5`
		s.rewrite(func(path, plain string) string {
			return retyped(t, func(list []json.RawMessage) []json.RawMessage {
				list[0] = withAmount(list[0], amount)
				return list
			})(path, plain)
		})
		states := func() map[models.DiscrepancyState]int {
			counts := map[models.DiscrepancyState]int{}
			for _, d := range s.discrepancies("2026-11-22") {
				counts[d.State]++
			}
			return counts
		}
		fetch := func() books.Reconciliation {
			_, err := s.books.FetchStatement(ctx, "2026-11-22", "", nil)
			require.NoError(t, err)
			r, err := s.books.Reconcile(ctx, "2026-11-22")
			require.NoError(t, err)
			return r
		}
		fetch()
		found := s.discrepancies("2026-11-22")
		require.Len(t, found, 1)
		require.NoError(t, s.books.AcceptDiscrepancy(ctx, found[0].ID, "seen", finance))
		fetch()
		assert.Equal(t, map[models.DiscrepancyState]int{"accepted": 1}, states(), "the same line")
		amount = `-10.6`
		fetch()
		assert.Equal(t, map[models.DiscrepancyState]int{"accepted": 1, "open": 1}, states(), "another one")
		amount = `1.05E+1`
		report := fetch()
		assert.Equal(t, map[models.DiscrepancyState]int{"accepted": 1, "settled": 1}, states(), "it can be read now")
		assert.Equal(t, 1, report.Matched)
		assert.Equal(t, models.OrderPaid, s.order(order.Ref).State)
	})
}

// The same payment twice, once readable: the readable line is the one that counts.
func TestReconcile_ReadableLineGoesBeforeTheUnreadableOne(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.pay(1)
		s.rewrite(retyped(t, func(list []json.RawMessage) []json.RawMessage {
			return append([]json.RawMessage{withAmount(list[0], `"ten"`)}, list...)
		}))
		_, err := s.books.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err)
		report, err := s.books.Reconcile(t.Context(), "2026-11-22")
		require.NoError(t, err)
		assert.Equal(t, 1, report.Matched)
		require.Equal(t, []models.DiscrepancyKind{models.UnreadableLine}, kinds(report))
		assert.Equal(t, order.ID, report.Found[0].OrderID)
		assert.True(t, report.Found[0].Ours.IsZero(), "the booking is explained by the other line")
		assert.True(t, report.Balanced())
	})
}

// A refund is confirmed by a line that says how much went back, with an exponent or without, and not by one that cannot be read.
func TestReconcile_RefundIsConfirmedByALineThatCanBeRead(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		order := s.pay(2)
		r, err := s.refund(order, "10.5")
		require.NoError(t, err)
		s.work()
		amount := `1.05E-19`
		s.rewrite(func(path, plain string) string {
			return retyped(t, func(list []json.RawMessage) []json.RawMessage {
				for i, line := range list {
					if bytes.Contains(line, []byte(`"orderType":11`)) {
						list[i] = bytes.Replace(withAmount(line, amount), []byte(`"orderType":11`), []byte(`"orderType":1.1E1`), 1)
					}
				}
				return list
			})(path, plain)
		})
		report := s.nextDay()
		assert.Equal(t, []models.DiscrepancyKind{models.UnreadableLine}, kinds(report))
		assert.Zero(t, report.RefundPairs)
		assert.True(t, report.Balanced())
		assert.Equal(t, models.RefundAccepted, s.refundState(r.ID))

		amount = `1.05E+1`
		_, err = s.books.FetchStatement(t.Context(), report.Day, "", nil)
		require.NoError(t, err)
		report, err = s.books.Reconcile(t.Context(), report.Day)
		require.NoError(t, err)
		assert.Empty(t, report.Found)
		assert.Equal(t, 1, report.RefundPairs)
		assert.Equal(t, models.RefundConfirmed, s.refundState(r.ID))
	})
}
