package books_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
)

var orderAmount = regexp.MustCompile(`"orderAmount":"?[-0-9.]+"?`)

// retyped edits the list of a statement in the platform's answers.
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
		// written by hand, because encoding/json would reformat the numbers
		count, err := json.Marshal(len(list))
		assert.NoError(t, err)
		return `{"count":"` + string(count) + `","list":[` + strings.Join(texts, ",") + `]}`
	}
}

func withAmount(line json.RawMessage, amount string) json.RawMessage {
	return orderAmount.ReplaceAll(line, []byte(`"orderAmount":`+amount))
}

// spoiled changes a day of five payments: one gets an exponent, one becomes unreadable but names its order, and one line becomes nonsense.
func spoiled(list []json.RawMessage) []json.RawMessage {
	list[0] = withAmount(list[0], `1.05E+1`)
	list[1] = withAmount(list[1], `"0010.50000000000000000000000"`)
	list[2] = withAmount(list[2], `-10.5`)
	return append(list, json.RawMessage(`"a secret openId 2ae04ed9165624419bad68e9e0f3f29fbd"`))
}

func TestFetchStatement_OneUnreadableLineCostsOnlyItself(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		for range 5 {
			s.PlacePaid(1)
		}
		var sent []string
		write := retyped(t, spoiled)
		s.RewriteAnswers(func(path, plain string) string {
			plain = write(path, plain)
			if path == opay.PathStatement {
				sent = append(sent, plain)
			}
			return plain
		})
		day := models.DayOf(s.Clock.Now(), s.Books.Zone())
		s.Later(24 * time.Hour)
		sent = nil // the schedule has asked, too
		st, err := s.Books.FetchStatement(ctx, day, "", nil)
		require.NoError(t, err)
		assert.Equal(t, models.StatementComplete, st.State)
		assert.Equal(t, [3]int{6, 6, 1}, [3]int{st.Lines, st.Count, st.Pages}, "lines, count, pages")
		require.NoError(t, s.Store.EachStatementPage(ctx, st.ID, func(p models.StatementPage) error {
			assert.Equal(t, sent[0], string(p.Raw), "the reply as it came")
			return nil
		}))
		lines, err := s.Store.StatementLines(ctx, st.ID, "", 0, 100)
		require.NoError(t, err)
		require.Len(t, lines, 6)
		for i, want := range []string{"", "", "orderAmount", "", "", "line"} {
			assert.Equal(t, want, lines[i].Unreadable, "line %d", i+1)
			if want == "" {
				assert.Equal(t, "10.5", lines[i].Amount.String(), "line %d", i+1)
			}
		}

		report, err := s.Books.Reconcile(ctx, day)
		require.NoError(t, err)
		assert.Equal(t, 4, report.Matched, "the rest of the day")
		assert.Equal(t, []models.DiscrepancyKind{models.UnreadableLine, models.UnreadableLine}, kinds(report))
		assert.True(t, report.AddsUp(), "%+v", report.Totals)
		found := discrepancies(s, day)
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

		readExport := func(s *paymentstest.Shop) string {
			return exported(s, books.Export{What: books.ExportDiscrepancies, Format: books.FormatCSV, Day: day})
		}
		exported := readExport(s) +
			exported(s, books.Export{What: books.ExportStatement, Format: books.FormatCSV, Day: day})
		assert.Contains(t, exported, ",unreadable,1,"+ours.AppOrderID+",USDT,,10.5,,open,")
		assert.Contains(t, exported, ",3,orderAmount")
		assert.Contains(t, exported, ",6,line")
		assert.NotContains(t, exported, "secret")

		// Reading the same again changes nothing, and the day waits for a person.
		require.ErrorIs(t, s.Books.SealDay(ctx, day, finance), books.ErrDayOpen)
		again, err := s.Books.FetchStatement(ctx, day, "", nil)
		require.NoError(t, err)
		assert.Equal(t, st.Hash, again.Hash)
		require.NoError(t, s.Books.AcceptDiscrepancy(ctx, byMember["line"].Seen(), "the exchange says that it is nothing", finance))
		require.ErrorIs(t, s.Books.SealDay(ctx, day, finance), books.ErrDayOpen)
		who := modelstest.Staff(t, s.Store)
		grace := models.Actor{StaffID: who.ID, Who: who.Email}
		require.NoError(t, s.Books.AssignDiscrepancy(ctx, ours.Seen(), who.ID, grace))
		noted, err := s.Store.Discrepancy(ctx, ours.ID)
		require.NoError(t, err)
		require.NoError(t, s.Books.NoteDiscrepancy(ctx, noted.Seen(), "asked them", grace))
		noted, err = s.Store.Discrepancy(ctx, ours.ID)
		require.NoError(t, err)
		require.NoError(t, s.Books.AcceptDiscrepancy(ctx, noted.Seen(), "the exchange says 10.5", grace))
		explained := readExport(s)
		assert.Contains(t, explained, ",accepted,asked them,", "note and reason are columns of their own")
		assert.Contains(t, explained, ",the exchange says 10.5,"+who.Email+","+who.Email)
		require.NoError(t, s.Books.SealDay(ctx, day, finance))
		assert.Empty(t, s.OpenReviews())
		paymentstest.CheckInvariants(t, s.Store)

		// An unreadable line is part of what was sealed.
		s.RewriteAnswers(retyped(t, func(list []json.RawMessage) []json.RawMessage {
			list = spoiled(list)
			list[2] = withAmount(list[2], `-10.6`)
			return list
		}))
		_, err = s.Books.FetchStatement(ctx, day, "", nil)
		require.NoError(t, err)
		_, err = s.Books.Reconcile(ctx, day)
		require.NoError(t, err)
		assert.Equal(t, []models.ReviewKind{models.ReviewSealedDay}, s.OpenReviews())
	})
}

// exported returns the text of an export.
func exported(s *paymentstest.Shop, x books.Export) string {
	s.T.Helper()
	task, err := s.Books.StartExport(s.T.Context(), x, models.NewRef(), finance)
	require.NoError(s.T, err)
	s.Work()
	var file bytes.Buffer
	require.NoError(s.T, s.Store.EachTaskChunk(s.T.Context(), task.ID, func(b []byte) error { file.Write(b); return nil }))
	return file.String()
}

func discrepancies(s *paymentstest.Shop, day string) []models.Discrepancy {
	s.T.Helper()
	rows, _, err := s.Store.Discrepancies(s.T.Context(), models.DiscrepancyFilter{Day: day})
	require.NoError(s.T, err)
	return rows
}

// A page that is not a statement fails the reading and is stored as it came.
func TestFetchStatement_UnreadablePageIsKept(t *testing.T) {
	t.Parallel()
	const day = "2026-11-22"
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.PlacePaid(1)
		for _, reply := range []string{`no JSON`, `{"list":[]}`, `{"count":1}`, `{"count":1,"list":[],"COUNT":2}`, `{"count":1,"list":"` + "\xff" + `"}`} {
			s.RewriteAnswers(func(path, plain string) string {
				if path == opay.PathStatement {
					return reply
				}
				return plain
			})
			st, err := s.Books.FetchStatement(t.Context(), day, "", nil)
			require.ErrorIs(t, err, books.ErrStatement, reply)
			require.ErrorIs(t, err, opay.ErrUnknownOutcome, reply)
			assert.Equal(t, models.StatementFailed, st.State)
			assert.Equal(t, models.Remark("page", "page", "1"), st.Problem)
			kept := 0
			require.NoError(t, s.Store.EachStatementPage(t.Context(), st.ID, func(p models.StatementPage) error {
				kept++
				assert.Equal(t, reply, string(p.Raw))
				return nil
			}))
			assert.Equal(t, 1, kept, reply)
		}
	})
}

// A page is stored before its count is compared with earlier pages.
func TestFetchStatement_PageThatDoesNotFitIsKept(t *testing.T) {
	t.Parallel()
	const day = "2026-11-22"
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		n := 0
		s.Gateway.AnswerStatements(func(r opay.StatementRequest) opay.StatementPage {
			n++
			p := manyLines(2001, r.Page)
			p.Count += n
			return p
		})
		st, err := s.Books.FetchStatement(t.Context(), day, "", nil)
		require.ErrorIs(t, err, books.ErrStatement)
		kept := 0
		require.NoError(t, s.Store.EachStatementPage(t.Context(), st.ID, func(models.StatementPage) error { kept++; return nil }))
		assert.Equal(t, 2, kept)
	})
}

// unreadableAt makes one line of a page unreadable. Call it from the first position to the last.
func unreadableAt(p *opay.StatementPage, at int, digest string) {
	i := at - 1 - len(p.Unreadable) // earlier calls have removed their lines
	line := p.Lines[i]
	p.Lines = slices.Delete(p.Lines, i, i+1)
	p.Unreadable = append(p.Unreadable, opay.UnreadableLine{
		Position: at, Member: "orderAmount", AppOrderID: line.AppOrderID, OrderType: line.OrderType, Coin: line.Coin, Digest: digest,
	})
}

// Pages before and after an unreadable line are read, and its position counts over all pages.
func TestFetchStatement_ReadsThePagesBehindAnUnreadableLine(t *testing.T) {
	t.Parallel()
	const day = "2026-11-22"
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
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
		s.Gateway.AnswerStatements(answer)
		st, err := s.Books.FetchStatement(t.Context(), day, "", nil)
		require.NoError(t, err)
		assert.Equal(t, [3]int{4001, 4001, 3}, [3]int{st.Lines, st.Count, st.Pages})
		s.Later(24 * time.Hour)
		report, err := s.Books.Reconcile(t.Context(), day)
		require.NoError(t, err)
		places := map[int]models.DiscrepancyState{}
		for _, d := range report.Found {
			if position, _, ok := d.Unreadable(); ok {
				places[position] = d.State
			}
		}
		assert.Equal(t, map[int]models.DiscrepancyState{2001: "open", 4000: "open", 4001: "open"}, places)
		assert.Len(t, report.Found, 4001, "the others are strangers'")
		assert.True(t, report.AddsUp())

		// The comparison of page 1 with itself includes unreadable lines.
		n := 0
		s.Gateway.AnswerStatements(func(r opay.StatementRequest) opay.StatementPage {
			p := answer(r)
			if r.Page == 1 {
				n++
				unreadableAt(&p, 7, strings.Repeat(string(rune('a'+n%26)), 64))
			}
			return p
		})
		_, err = s.Books.FetchStatement(t.Context(), day, "", nil)
		require.ErrorIs(t, err, opay.ErrStatementShifted)
	})
}

// Accepting covers one line: another one at the same position waits for a person again, and one that becomes readable is settled.
func TestReconcile_UnreadableLineThatChanges(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		ctx := t.Context()
		order := s.PlacePaid(1)
		amount := `-10.5`
		s.RewriteAnswers(func(path, plain string) string {
			return retyped(t, func(list []json.RawMessage) []json.RawMessage {
				list[0] = withAmount(list[0], amount)
				return list
			})(path, plain)
		})
		states := func() map[models.DiscrepancyState]int {
			counts := map[models.DiscrepancyState]int{}
			for _, d := range discrepancies(s, "2026-11-22") {
				counts[d.State]++
			}
			return counts
		}
		fetch := func() books.Reconciliation {
			_, err := s.Books.FetchStatement(ctx, "2026-11-22", "", nil)
			require.NoError(t, err)
			r, err := s.Books.Reconcile(ctx, "2026-11-22")
			require.NoError(t, err)
			return r
		}
		fetch()
		found := discrepancies(s, "2026-11-22")
		require.Len(t, found, 1)
		require.NoError(t, s.Books.AcceptDiscrepancy(ctx, found[0].Seen(), "seen", finance))
		fetch()
		assert.Equal(t, map[models.DiscrepancyState]int{"accepted": 1}, states(), "the same line")
		amount = `-10.6`
		fetch()
		assert.Equal(t, map[models.DiscrepancyState]int{"settled": 1, "open": 1}, states(), "another one; what was accepted is gone")
		amount = `1.05E+1`
		report := fetch()
		assert.Equal(t, map[models.DiscrepancyState]int{"settled": 2}, states(), "it can be read now")
		assert.Equal(t, models.DayBalanced, report.Result(0, 0))
		assert.Equal(t, 1, report.Matched)
		assert.Equal(t, models.OrderPaid, s.Order(order.Ref).State)
	})
}

// If a payment is listed twice, once unreadable, the readable line counts.
func TestReconcile_ReadableLineGoesBeforeTheUnreadableOne(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		order := s.PlacePaid(1)
		s.RewriteAnswers(retyped(t, func(list []json.RawMessage) []json.RawMessage {
			return append([]json.RawMessage{withAmount(list[0], `"ten"`)}, list...)
		}))
		_, err := s.Books.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err)
		report, err := s.Books.Reconcile(t.Context(), "2026-11-22")
		require.NoError(t, err)
		assert.Equal(t, 1, report.Matched)
		require.Equal(t, []models.DiscrepancyKind{models.UnreadableLine}, kinds(report))
		assert.Equal(t, order.ID, report.Found[0].OrderID)
		assert.True(t, report.Found[0].Ours.IsZero(), "the booking is explained by the other line")
		assert.True(t, report.AddsUp())
	})
}

// A refund is confirmed by a readable line with its amount, with or without an exponent, and not by an unreadable one.
func TestReconcile_RefundIsConfirmedByALineThatCanBeRead(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		order := s.PlacePaid(2)
		r, err := s.Refund(order, "10.5")
		require.NoError(t, err)
		s.Work()
		amount := `1.05E-19`
		s.RewriteAnswers(func(path, plain string) string {
			return retyped(t, func(list []json.RawMessage) []json.RawMessage {
				for i, line := range list {
					if bytes.Contains(line, []byte(`"orderType":11`)) {
						list[i] = bytes.Replace(withAmount(line, amount), []byte(`"orderType":11`), []byte(`"orderType":1.1E1`), 1)
					}
				}
				return list
			})(path, plain)
		})
		report := s.NextDay()
		assert.Equal(t, []models.DiscrepancyKind{models.UnreadableLine}, kinds(report))
		assert.Zero(t, report.RefundPairs)
		assert.True(t, report.AddsUp())
		assert.Equal(t, models.RefundAccepted, s.RefundState(r.ID))

		amount = `1.05E+1`
		_, err = s.Books.FetchStatement(t.Context(), report.Day, "", nil)
		require.NoError(t, err)
		report, err = s.Books.Reconcile(t.Context(), report.Day)
		require.NoError(t, err)
		assert.Empty(t, report.Found)
		assert.Equal(t, 1, report.RefundPairs)
		assert.Equal(t, models.RefundConfirmed, s.RefundState(r.ID))
	})
}
