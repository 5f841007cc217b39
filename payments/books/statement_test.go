package books_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// The reason of a failed reading is a code with values, which each reader sees in their language, and never a text of the network.
func TestStatement_SaysWhyItFailed(t *testing.T) {
	t.Parallel()
	const day = "2026-11-22"
	pages := map[string]func(opay.StatementRequest) opay.StatementPage{
		models.Remark("count", "lines", "3", "count", "4"): func(r opay.StatementRequest) opay.StatementPage {
			p := manyLines(3, r.Page)
			p.Count = 4
			return p
		},
	}
	faults := map[string]sandbox.Fault{
		models.Remark("refused", "code", "50012"): {Kind: sandbox.FaultRefuse, Code: "50012"},
		models.Remark("unclear"):                  {Kind: sandbox.FaultHTML},
	}
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		check := func(t *testing.T, want string) {
			t.Helper()
			st, err := s.Books.FetchStatement(t.Context(), day, "", nil)
			require.Error(t, err)
			assert.Equal(t, models.StatementFailed, st.State)
			assert.Equal(t, want, st.Problem)
			kept, err := s.Store.Statement(t.Context(), st.ID)
			require.NoError(t, err)
			assert.Equal(t, want, kept.Problem)
		}
		for want, answer := range pages {
			s.Gateway.AnswerStatements(answer)
			check(t, want)
		}
		n := 10
		s.Gateway.AnswerStatements(func(r opay.StatementRequest) opay.StatementPage {
			n++
			p := manyLines(5000, r.Page)
			p.Count = 5000 + n
			return p
		})
		check(t, models.Remark("shifted"))
		s.Gateway.AnswerStatements(nil)
		for want, fault := range faults {
			require.NoError(t, s.Platform.SetFaults(sandbox.Faults{fault}))
			check(t, want)
		}
		require.NoError(t, s.Platform.SetFaults(nil))
	})
}

// The guess at the zone uses only lines that match a booking, so it works with every planted fault at once, including a line that nobody
// booked.
func TestReconcile_NamesTheZoneAmongAllFaults(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.Clock.Advance(-11 * time.Hour) // 01:00 UTC of the day
		for range 11 {
			s.PlacePaid(1)
			s.Later(2 * time.Hour)
		}
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{
			{Kind: sandbox.FaultStatementMissing},
			{Kind: sandbox.FaultStatementExtra},
			{Kind: sandbox.FaultStatementDouble},
			{Kind: sandbox.FaultStatementAmount},
			{Kind: sandbox.FaultStatementShifted},
		}))
		for range 8 {
			s.PlacePaid(1) // from 23:00 on: in a zone whose day begins eight hours late
			s.Later(time.Hour)
		}
		report, err := fetchAndReconcile(s, "2026-11-22", 24*time.Hour)
		require.NoError(t, err)
		assert.Positive(t, report.Astray)
		assert.Contains(t, kinds(report), models.TheirsNotOurs)
		assert.Contains(t, kinds(report), models.WrongDay)
		assert.NotEmpty(t, report.LikelyZone)
		assert.True(t, report.AddsUp())
		at, err := time.Parse("UTC-07:00", report.LikelyZone)
		require.NoError(t, err)
		_, offset := at.Zone()
		assert.Negative(t, offset, "the day begins late")
	})
}

// A line without a booking still belongs to an order of the shop.
func TestReconcile_NamesTheOrderOfEveryLineThatIsOurs(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		order := s.PlacePaid(1)
		require.NoError(t, s.Platform.SetFaults(sandbox.Faults{{Kind: sandbox.FaultStatementDouble}, {Kind: sandbox.FaultStatementExtra}}))
		report := s.NextDay()
		require.Len(t, report.Found, 2)
		for _, d := range report.Found {
			want := ""
			if d.Kind == models.DuplicateLine {
				want = order.ID
			}
			assert.Equal(t, want, d.OrderID, "%s", d.Kind)
		}
	})
}

func TestStatement_BadDaysAreRefusedWithoutAQuestion(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		before := s.Requests.Load()
		for _, day := range []string{"", "2026-13-01", "2026-11-31", "22.11.2026", "2026-1-1", "0000-00-00", "2026-11-22T00:00:00Z", "1999-01-01"} {
			_, err := s.Books.FetchStatement(t.Context(), day, "", nil)
			require.ErrorIs(t, err, models.ErrDay, day)
		}
		_, err := s.Books.FetchStatement(t.Context(), "2026-11-23", "", nil)
		require.ErrorIs(t, err, books.ErrDayFuture)
		_, err = s.Books.Reconcile(t.Context(), "2026-11-22")
		require.ErrorIs(t, err, books.ErrNothingFetched)
		require.ErrorIs(t, s.Books.SealDay(t.Context(), "2026-11-22", finance), books.ErrDayOpen, "the day is not over")
		require.ErrorIs(t, s.Books.SealDay(t.Context(), "2026-11-21", finance), books.ErrNothingFetched)
		assert.Equal(t, before, s.Requests.Load())
	})
}

func TestStatement_ManyPagesAndOneThatShifts(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.Gateway.AnswerStatements(func(r opay.StatementRequest) opay.StatementPage { return manyLines(4001, r.Page) })
		st, err := s.Books.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err)
		assert.Equal(t, models.StatementComplete, st.State)
		assert.Equal(t, 4001, st.Lines)
		assert.Equal(t, 3, st.Pages)

		calls := 0
		s.Gateway.AnswerStatements(func(r opay.StatementRequest) opay.StatementPage { // one more record from the fourth request on
			calls++
			if calls < 4 {
				return manyLines(4001, r.Page)
			}
			return manyLines(4002, r.Page)
		})
		st, err = s.Books.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.NoError(t, err, "begun again")
		assert.Equal(t, 4002, st.Lines)

		n := 4001
		s.Gateway.AnswerStatements(func(r opay.StatementRequest) opay.StatementPage {
			n++
			return manyLines(n, r.Page)
		})
		st, err = s.Books.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.ErrorIs(t, err, books.ErrStatement)
		assert.Equal(t, models.StatementFailed, st.State)

		s.Gateway.AnswerStatements(func(r opay.StatementRequest) opay.StatementPage {
			p := manyLines(4001, r.Page)
			p.Count = 4005
			return p
		})
		_, err = s.Books.FetchStatement(t.Context(), "2026-11-22", "", nil)
		require.ErrorIs(t, err, books.ErrStatement, "fewer lines than the platform counts")
	})
}

// manyLines returns a page of a statement with count lines.
func manyLines(count, page int) opay.StatementPage {
	p := opay.StatementPage{Count: count, Raw: []byte("page")}
	for i := (page - 1) * opay.MaxPageSize; i < min(count, page*opay.MaxPageSize); i++ {
		p.Lines = append(p.Lines, opay.StatementLine{
			AppOrderID: "ORDER-" + strings.Repeat("0", 4) + time.Unix(int64(i), 0).UTC().Format("150405"), OrderType: "1", Amount: "1", Coin: "USDT",
			PaidAt: time.Date(2026, 11, 22, 1, 0, i, 0, time.UTC),
		})
	}
	return p
}

func TestTask_ScheduleFetchesEachDayThreeTimes(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.PlacePaid(1)
		for range 9 * 24 {
			s.Later(time.Hour)
		}
		tasks, err := s.Store.Tasks(t.Context(), 100)
		require.NoError(t, err)
		of := 0
		for _, task := range tasks {
			assert.Equal(t, models.TaskDone, task.State)
			if strings.Contains(task.Params, "2026-11-22") {
				of++
			}
		}
		assert.Equal(t, 3, of, "D+1, D+2 and D+7")
		book, err := s.Store.BookDay(t.Context(), "2026-11-22")
		require.NoError(t, err)
		assert.NotEmpty(t, book.StatementID)
	})
}
