package store_test

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// listed stores orders that differ in everything that a list sorts and filters by, with many equal times and totals.
func listed(t *testing.T, s *store.Store, n int) []models.Order {
	t.Helper()
	ctx := t.Context()
	random := rand.New(rand.NewPCG(1, 2))
	product := modelstest.Product(t, s, func(p *models.Product) { p.Variants[0].OnHand = 100_000 })
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	states := models.OrderStates()
	var list []models.Order
	for i := range n {
		o := modelstest.NewOrder(product, start.Add(time.Duration(random.IntN(n/3))*11*time.Hour))
		o.Email = fmt.Sprintf("shopper%d@example.org", i%7)
		o.Lines[0].Quantity = 1 + random.IntN(4)
		o.Lines[0].Total = o.Lines[0].UnitPrice.Times(o.Lines[0].Quantity)
		o.Total = o.Lines[0].Total
		o.State = states[random.IntN(len(states))]
		require.NoError(t, s.InsertOrder(ctx, &o))
		for range random.IntN(3) { // none, one or two attempts
			a := models.Attempt{
				OrderID: o.ID, State: models.AttemptClosed, Coin: []string{"USDT", "BTC"}[random.IntN(2)], Amount: o.Total,
				Rate: models.AmountFromInt(1), OrderNum: models.NewRef(), Payer: models.Payer{UserID: strconv.Itoa(7000 + i%5)},
				CreatedAt: o.CreatedAt.Add(time.Duration(len(o.Attempts)+1) * time.Second),
			}
			require.NoError(t, s.InsertAttempt(ctx, &a))
			o.Attempts = append(o.Attempts, a)
			o.Coin = a.Coin
		}
		if random.IntN(5) == 0 {
			for kind := range 1 + random.IntN(2) {
				r := models.Review{Kind: []models.ReviewKind{models.ReviewMismatch, models.ReviewLatePayment}[kind], Subject: o.ID, OrderID: o.ID}
				require.NoError(t, s.OpenReview(ctx, r))
			}
		}
		list = append(list, o)
	}
	return list
}

// expected filters and sorts in the plainest way.
func expected(all []models.Order, unusual map[string]int, f models.OrderFilter) []string {
	list := slices.Clone(all)
	list = slices.DeleteFunc(list, func(o models.Order) bool {
		return (f.State != "" && o.State != f.State) || (f.Coin != "" && o.Coin != f.Coin) ||
			(!f.From.IsZero() && o.CreatedAt.Before(f.From)) || (!f.To.IsZero() && !o.CreatedAt.Before(f.To)) ||
			(f.Unusual && unusual[o.ID] == 0) ||
			(f.Search != "" && !strings.HasPrefix(o.Email, f.Search) &&
				!slices.ContainsFunc(o.Attempts, func(a models.Attempt) bool { return a.PayerUserID == f.Search }))
	})
	slices.SortFunc(list, func(a, b models.Order) int {
		var c int
		switch f.Sort {
		case models.OrdersAmountAsc, models.OrdersAmountDesc:
			c = a.Total.Cmp(b.Total)
		case models.OrdersNewest, models.OrdersOldest, "":
			c = a.CreatedAt.Compare(b.CreatedAt)
		}
		c = cmp.Or(c, strings.Compare(a.ID, b.ID))
		if f.Sort != models.OrdersOldest && f.Sort != models.OrdersAmountAsc {
			c = -c
		}
		return c
	})
	var ids []string
	for _, o := range list {
		ids = append(ids, o.ID)
	}
	return ids
}

// pages reads a whole list in pages.
func pages(t *testing.T, s *store.Store, f models.OrderFilter) []models.OrderRow {
	t.Helper()
	var rows []models.OrderRow
	for {
		ctx, counted := modelstest.CountQueries(t.Context())
		page, err := s.Orders(ctx, f)
		require.NoError(t, err)
		most := 4
		if f.Search != "" {
			most = 6
		}
		require.LessOrEqual(t, counted.N(), most)
		require.LessOrEqual(t, len(page.Rows), f.Limit)
		rows = append(rows, page.Rows...)
		if page.Next == "" {
			return rows
		}
		require.Len(t, page.Rows, f.Limit)
		f.After = page.Next
	}
}

func TestOrders_EveryFilterAndSortInPages(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		all := listed(t, s, 120)
		_, err := s.IndexOrders(t.Context(), 1000)
		require.NoError(t, err)
		open := map[string]int{}
		reviews, _, err := s.ReviewPage(t.Context(), true, "", models.MaxPageRows)
		require.NoError(t, err)
		for _, r := range reviews {
			open[r.OrderID]++
		}
		byID := map[string]models.Order{}
		for _, o := range all {
			byID[o.ID] = o
		}
		start := all[0].CreatedAt.Truncate(24 * time.Hour)
		found := 0
		for _, sort := range append(models.OrderSorts(), "") {
			for _, state := range append(models.OrderStates(), "") {
				for _, more := range []models.OrderFilter{
					{},
					{Coin: "BTC"},
					{Coin: "DOGE"},
					{From: start.AddDate(0, 0, -3), To: start.AddDate(0, 0, 3)},
					{From: start.AddDate(0, -3, 0), To: start.AddDate(0, 3, 0), Coin: "USDT"},
					{From: start},
					{To: start, Coin: "BTC"},
					{From: start.AddDate(90, 0, 0)},
					{Unusual: true},
					{Search: "shopper3@"},
					{Search: "7002", Unusual: true},
				} {
					f := more
					f.Sort, f.State, f.Limit = sort, state, 7
					rows := pages(t, s, f)
					var ids []string
					for _, row := range rows {
						ids = append(ids, row.ID)
						o := byID[row.ID]
						assert.Equal(t, open[row.ID], row.OpenReviews)
						assert.Equal(t, o.Coin, row.Coin)
						if len(o.Attempts) > 0 {
							last := o.Attempts[len(o.Attempts)-1]
							assert.Equal(t, last.ID, row.AttemptID)
							assert.Equal(t, last.OrderNum, row.OrderNum)
						} else {
							assert.Empty(t, row.AttemptID)
						}
					}
					require.Equal(t, expected(all, open, f), ids, "%+v", f)
					found += len(ids)
				}
			}
		}
		assert.Greater(t, found, 1000)
	})
}

func TestOrders_ByAmountAreTheSameByEveryIndex(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		all := listed(t, s, 90)
		start := all[0].CreatedAt
		long, short := start.AddDate(50, 0, 0), start.AddDate(0, 0, 2)
		both := map[string]bool{} // indexes that were used
		for _, sort := range []models.OrderSort{models.OrdersAmountAsc, models.OrdersAmountDesc} {
			for _, f := range []models.OrderFilter{
				{From: start},
				{To: start},
				{From: start, To: long},
				{From: start.AddDate(0, 0, -2), To: short},
				{From: long},
				{From: start, State: models.OrderPaid},
				{To: long, Coin: "BTC"},
				{From: start, Coin: "USDT", State: models.OrderReview},
			} {
				f.Sort, f.Limit = sort, 7
				want := expected(all, nil, f)
				for _, few := range []int{0, len(all) / 2, len(all)} {
					f.After = ""
					var ids []string
					for {
						ctx, counted := modelstest.CountQueries(t.Context())
						page, err := s.OrdersWithFew(ctx, f, few)
						require.NoError(t, err)
						assert.LessOrEqual(t, counted.N(), 4)
						for _, statement := range counted.Statements() {
							for _, index := range []string{"orders_by_time", "orders_by_total", "orders_by_coin_total"} {
								if strings.Contains(statement, "JOIN orders") && strings.Contains(statement, index) {
									both[index] = true
								}
							}
						}
						for _, row := range page.Rows {
							ids = append(ids, row.ID)
						}
						if f.After = page.Next; f.After == "" {
							break
						}
					}
					require.Equal(t, want, ids, "%+v, few are %d", f, few)
				}
			}
		}
		assert.Len(t, both, 3, "all indexes were used")
	})
}

func TestOrders_SearchFindsByItsForm(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		o := modelstest.Order(t, s, func(o *models.Order) { o.Email = "Anna.B_x%y@example.org" })
		modelstest.Order(t, s)
		a := modelstest.Attempt(t, s, o, func(a *models.Attempt) { a.OrderNum, a.Payer = "2026 99", models.Payer{UserID: "88001"} })
		paid := paidAttempt(t, s)
		r := models.Refund{
			OrderID: paid.OrderID, AttemptID: paid.ID, Coin: paid.Coin, Amount: models.MustAmount("1"), FormToken: models.NewRef(), OrderNum: "R-1",
		}
		require.NoError(t, s.InsertRefund(ctx, &r, paid.Amount))
		for _, search := range []string{
			o.NumberText, "1001", " #1001 ", "1001", o.Ref, " " + o.Ref + " ", o.ID, a.AppOrderID, "2026 99", "88001", "anna.b_x%y@example.org", "ANNA.b_x%y@", "anna.b_x%y@exam",
			o.Ref[:25], strings.ToLower(o.Ref), "anna", "NNA.B_X%Y", "8800 exam", "880",
		} {
			page, err := s.Orders(ctx, models.OrderFilter{Search: search})
			require.NoError(t, err, search)
			if assert.Len(t, page.Rows, 1, search) {
				assert.Equal(t, o.ID, page.Rows[0].ID, search)
			}
		}
		for _, search := range []string{r.AppOrderID, "R-1"} {
			page, err := s.Orders(ctx, models.OrderFilter{Search: search})
			require.NoError(t, err, search)
			require.Len(t, page.Rows, 1, search)
			assert.Equal(t, paid.OrderID, page.Rows[0].ID)
		}
		for _, search := range []string{
			"%", "%@%", "_nna.b_x%y@example.org", "x' OR 1=1 -- ", "陶杯", "\x00", "\xff", "@",
			strings.Repeat("x", 300), a.AppOrderID + "\n", "anna.b_x%y@example.orgx",
		} {
			if search == a.AppOrderID+"\n" {
				continue // spaces around a search are not meant
			}
			page, err := s.Orders(ctx, models.OrderFilter{Search: search})
			require.NoError(t, err, "%q", search)
			assert.Empty(t, page.Rows, "%q", search)
		}
	})
}

func TestOrders_RefusesWhatIsNotAllowed(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		listed(t, s, 12)
		ctx := t.Context()
		for name, f := range map[string]models.OrderFilter{
			"sort":  {Sort: "total; DROP TABLE orders"},
			"state": {State: "paid' OR '1'='1"},
			"coin":  {Coin: strings.Repeat("x", 33)},
			"limit": {Limit: 101},
			"less":  {Limit: -1},
		} {
			_, err := s.Orders(ctx, f)
			require.ErrorIs(t, err, store.ErrFilter, name)
		}
		page, err := s.Orders(ctx, models.OrderFilter{Limit: 3})
		require.NoError(t, err)
		good, err := base64.RawURLEncoding.DecodeString(page.Next)
		require.NoError(t, err)
		parts := strings.Split(string(good), "\n")
		forged := func(parts ...string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\n")))
		}
		for _, after := range []string{
			"x", "!", page.Next + "A", page.Next[1:], strings.Repeat("A", 1000), forged(parts[0], parts[1]),
			forged(parts[0], "1 OR 1=1", parts[2]), forged(parts[0], "99999999999999999", parts[2]), forged(parts[0], "-1", parts[2]),
			forged(parts[0], parts[1], "x' OR 1=1"), forged(parts[0], parts[1], ""), forged(parts[0], parts[1], parts[2], "more"),
			forged("orders.oldest", parts[1], parts[2]), forged("orders.amount_asc", parts[1], parts[2]), forged("reviews", parts[1], parts[2]),
		} {
			_, err := s.Orders(ctx, models.OrderFilter{Limit: 3, After: after})
			require.ErrorIs(t, err, store.ErrCursor, "%q", after)
		}
		_, err = s.Orders(ctx, models.OrderFilter{Sort: models.OrdersAmountAsc, After: forged("orders.amount_asc", "1e9", parts[2])})
		require.ErrorIs(t, err, store.ErrCursor)
	})
}

func FuzzOrders_Cursor(f *testing.F) {
	s := modelstest.SQLite(f)
	o := modelstest.Order(f, s)
	f.Add(base64.RawURLEncoding.EncodeToString([]byte("orders.newest\n1771061213589\n"+o.ID)), "newest")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte("orders.amount_asc\n12.5\n"+o.ID)), "amount_asc")
	f.Fuzz(func(t *testing.T, after, sort string) {
		page, err := s.Orders(t.Context(), models.OrderFilter{After: after, Sort: models.OrderSort(sort)})
		if err != nil {
			if _, ok := models.ParseOrderSort(sort); ok {
				require.ErrorIs(t, err, store.ErrCursor)
			} else {
				require.ErrorIs(t, err, store.ErrFilter)
			}
		}
		require.LessOrEqual(t, len(page.Rows), 1)
	})
}

func TestEachOrderRow_StreamsAllInOrderInBatches(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Catalogue(t, s)
		require.NoError(t, s.SeedOrders(t.Context(), 2345, store.SeedSpec{Seed: 7}))
		var last models.OrderRow
		n := 0
		ctx, counted := modelstest.CountQueries(t.Context())
		require.NoError(t, s.EachOrderRow(ctx, models.OrderFilter{Sort: models.OrdersOldest}, func(r models.OrderRow) error {
			assert.True(t, last.ID == "" || last.CreatedAt.Before(r.CreatedAt) || (last.CreatedAt.Equal(r.CreatedAt) && last.ID < r.ID))
			last = r
			n++
			return nil
		}))
		assert.Equal(t, 2345, n)
		assert.Equal(t, 21, counted.N(), "seven statements a batch")
		stop := errors.New("enough")
		require.Equal(t, stop, s.EachOrderRow(t.Context(), models.OrderFilter{}, func(models.OrderRow) error { return stop }))
	})
}

func TestPendingAttempts_OldestFirstInPages(t *testing.T) {
	modelstest.EachWith(t, clocked, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		now, err := s.Now(ctx)
		require.NoError(t, err)
		var want []string
		for i := range 9 {
			o := modelstest.Order(t, s)
			a := modelstest.Attempt(t, s, o, func(a *models.Attempt) {
				a.State, a.OrderNum, a.CreatedAt = models.AttemptOpen, models.NewRef(), now.Add(time.Duration(i/2)*time.Minute)
			})
			want = append(want, a.ID)
		}
		modelstest.Attempt(t, s, modelstest.Order(t, s)) // without a number
		paidAttempt(t, s)
		var got []string
		after := ""
		for {
			rows, next, err := s.PendingAttempts(ctx, after, 4)
			require.NoError(t, err)
			for _, r := range rows {
				got = append(got, r.ID)
				assert.NotEmpty(t, r.Number)
				assert.Equal(t, models.AttemptOpen, r.State)
			}
			if after = next; next == "" {
				break
			}
		}
		assert.ElementsMatch(t, want, got)
		assert.Len(t, got, len(want))
		_, _, err = s.PendingAttempts(ctx, "x", 4)
		require.ErrorIs(t, err, store.ErrCursor)
	})
}

func TestReviews_PagesAndClosing(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i := range 5 {
			require.NoError(t, s.OpenReview(ctx, models.Review{Kind: models.ReviewMismatch, Subject: strconv.Itoa(i), Note: "look"}))
		}
		first, next, err := s.ReviewPage(ctx, true, "", 3)
		require.NoError(t, err)
		require.Len(t, first, 3)
		rest, end, err := s.ReviewPage(ctx, true, next, 3)
		require.NoError(t, err)
		require.Len(t, rest, 2)
		assert.Empty(t, end)
		closing := store.ReviewChange{Open: new(false), Decision: new(models.DecideNoted), Resolution: new("nothing to do")}
		require.NoError(t, s.MoveReview(ctx, first[0].ID, true, closing))
		require.ErrorIs(t, s.MoveReview(ctx, first[0].ID, true, closing), store.ErrConflict)
		closed, err := s.Review(ctx, first[0].ID)
		require.NoError(t, err)
		assert.False(t, closed.Open)
		assert.Equal(t, "look", closed.Note)
		assert.Equal(t, "nothing to do", closed.Resolution)
		open, _, err := s.ReviewPage(ctx, true, "", 0)
		require.NoError(t, err)
		assert.Len(t, open, 4)
		all, _, err := s.ReviewPage(ctx, false, "", 0)
		require.NoError(t, err)
		assert.Len(t, all, 5)
	})
}

func clocked() []modelstest.Option {
	return []modelstest.Option{modelstest.WithClock(modelstest.NewClock(time.Time{}))}
}

// paidAttempt stores a paid order as the money path would, and gives its attempt.
func paidAttempt(tb testing.TB, s *store.Store) models.Attempt {
	tb.Helper()
	_, a := modelstest.Paid(tb, s)
	return a
}
