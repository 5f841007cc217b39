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

// refsFound returns the references of the orders that a search finds.
func refsFound(t *testing.T, s *store.Store, f models.OrderFilter) []string {
	t.Helper()
	refs := []string{}
	for {
		page, err := s.Orders(t.Context(), f)
		require.NoError(t, err, "%+v", f)
		for _, row := range page.Rows {
			refs = append(refs, row.Number)
		}
		if f.After = page.Next; page.Next == "" {
			return refs
		}
	}
}

func TestOrders_SearchFindsAnyPartInAnyCase(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		wanted := modelstest.Order(t, s, func(o *models.Order) {
			o.Email, o.Name, o.CouponCode = "zoe.quill@post.example.net", "Zoë Quillfeather 王芳", "SPRING-24"
			o.Total, o.Currency, o.Digits = models.MustAmount("1346.3"), "USD", 2
			o.Lines[0].Title, o.Lines[0].VariantTitle, o.Lines[0].SKU = "Walnut Tray 陶杯", "Large", "WAL-0077-L"
		})
		attempt := modelstest.Attempt(t, s, wanted, func(a *models.Attempt) {
			a.Amount, a.OrderNum, a.Payer = models.MustAmount("0.01946"), "7734550019", models.Payer{UserID: "55512345"}
		})
		other := modelstest.Order(t, s, func(o *models.Order) { o.Email, o.Name = "max@example.org", "Max Brandt" })
		for _, search := range []string{
			"quill", "LFEATH", "zoe", "ZOË", "post.example", "ill@po", "王芳", "王", "陶杯", "walnut", "alnu", "tray WAL", "0077", "077-l", "spring", "ring-2",
			"1346.30", "1,346.3", "$1,346.30", "346.3", "0.01946", "1946", "773455", "50019", "555123", "12345", "zoe tray 0.019", "zo", "wa",
			"#773455", strings.ToLower(attempt.AppOrderID[:12]),
		} {
			assert.Equal(t, []string{wanted.NumberText}, refsFound(t, s, models.OrderFilter{Search: search}), search)
		}
		for _, search := range []string{"quilt", "zoe brandt", "oe", "陶王", "!", "%", "_", "1346.31", "#", "$", "\x00", strings.Repeat("walnut ", 500)} {
			assert.NotContains(t, refsFound(t, s, models.OrderFilter{Search: search}), other.NumberText, search)
		}
		assert.Empty(t, refsFound(t, s, models.OrderFilter{Search: "zoe brandt"}), "all words must be there")
		assert.Equal(t, []string{other.NumberText}, refsFound(t, s, models.OrderFilter{Search: "brand"}))
		assert.Equal(t, []string{wanted.NumberText}, refsFound(t, s, models.OrderFilter{Search: wanted.NumberText}))
		assert.Contains(t, refsFound(t, s, models.OrderFilter{Search: wanted.NumberText[1:]}), wanted.NumberText)

		// What changes later is found as well, and what was before is not.
		paid, _ := modelstest.Paid(t, s, func(o *models.Order) { o.Name = "Tara Post" })
		parcel := models.Shipment{OrderID: paid.ID, Number: "MU 4455-9911", FormToken: models.NewRef()}
		for _, l := range paid.Lines {
			parcel.Lines = append(parcel.Lines, models.ShipmentLine{OrderLineID: l.ID, Quantity: l.Quantity})
		}
		require.NoError(t, s.InsertShipment(ctx, &parcel))
		assert.Equal(t, []string{paid.NumberText}, refsFound(t, s, models.OrderFilter{Search: "55-99"}))
	})
}

// A search goes on over pages in each sort, with each other filter.
func TestOrders_SearchInPages(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		modelstest.Catalogue(t, s)
		require.NoError(t, s.SeedOrders(t.Context(), 900, store.SeedSpec{Seed: 3, Until: time.Now(), Days: 30}))
		for _, f := range []models.OrderFilter{
			{}, {Fulfilment: models.FulfilmentSent}, {From: time.Now().AddDate(0, 0, -9), To: time.Now().AddDate(0, 0, -2)}, {Coin: "BTC"}, {Unusual: true},
		} {
			for _, sort := range models.OrderSorts() {
				f.Sort, f.Limit = sort, 37
				all := refsFound(t, s, f)
				f.Search = "example.org"
				assert.Equal(t, all, refsFound(t, s, f), "%+v", f)
				f.Search = ""
			}
		}
	})
}

// Where a search fits more than one page looks at, the pages together are still complete, and one by amount says that it is not.
func TestOrders_SearchThatFitsVeryManyIsComplete(t *testing.T) {
	s := modelstest.SQLite(t)
	modelstest.Catalogue(t, s)
	require.NoError(t, s.SeedOrders(t.Context(), 400, store.SeedSpec{Seed: 4, Days: 60}))
	store.WithCandidates(25, func() {
		for _, f := range []models.OrderFilter{{}, {Coin: "BTC"}, {Unusual: true}, {Refunds: models.RefundsAll}, {Sort: models.OrdersOldest, State: models.OrderReview}} {
			f.Limit = 10
			all := refsFound(t, s, f)
			f.Search = "example.org"
			assert.Equal(t, all, refsFound(t, s, f), "%+v", f)
		}
		page, err := s.Orders(t.Context(), models.OrderFilter{Search: "example.org", Sort: models.OrdersAmountDesc})
		require.NoError(t, err)
		assert.True(t, page.Partial)
		assert.NotEmpty(t, page.Rows)
	})
}

func TestEraseCustomer_TakesThePersonOutOfTheSearch(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, _ *modelstest.Clock) {
		ctx := t.Context()
		paid, _ := modelstest.Paid(t, s, func(o *models.Order) { o.Email, o.Name = "quirin@example.org", "Quirin Vogel" })
		parcel := models.Shipment{OrderID: paid.ID, Number: "XY77", FormToken: models.NewRef()}
		for _, l := range paid.Lines {
			parcel.Lines = append(parcel.Lines, models.ShipmentLine{OrderLineID: l.ID, Quantity: l.Quantity})
		}
		require.NoError(t, s.InsertShipment(ctx, &parcel))
		modelstest.Order(t, s, func(o *models.Order) { o.Email, o.Name = "bob@example.org", "Bob Vogt" })
		require.Len(t, refsFound(t, s, models.OrderFilter{Search: "quirin"}), 1)
		id := customer(t, s, "quirin@example.org")
		require.NoError(t, s.AddCustomerNote(ctx, &models.CustomerNote{Customer: id, Text: "Calls back"}))
		_, err := s.EraseCustomer(ctx, id)
		require.NoError(t, err)
		for _, search := range []string{"quirin", "vogel", "xy77"} {
			assert.Empty(t, refsFound(t, s, models.OrderFilter{Search: search}), search)
		}
		assert.Len(t, refsFound(t, s, models.OrderFilter{Search: "bob"}), 1)
		for table, query := range map[string]string{
			"texts": "SELECT COUNT(*) FROM search_texts WHERE text LIKE '%quirin%' OR text LIKE '%xy77%'",
			"grams": "SELECT COUNT(*) FROM search_grams WHERE gram IN ('qui', '^qu', 'rin', 'gel', '^xy', 'y77')",
			"rows":  "SELECT COUNT(*) FROM customers WHERE id = '" + id + "'",
			"sums":  "SELECT COUNT(*) FROM customer_sums WHERE customer = '" + id + "'",
			"notes": "SELECT COUNT(*) FROM customer_notes",
		} {
			assert.Zero(t, modelstest.Count(t, dsn, query), table)
		}
	})
}

func TestCustomers_AreSummedUpOverAllOrders(t *testing.T) {
	modelstest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		euro := func(o *models.Order) { o.Email, o.Name, o.Currency = "Eva@example.org", "Eva Berg", "EUR" }
		first, _ := modelstest.Paid(t, s, euro)
		second, _ := modelstest.Paid(t, s, func(o *models.Order) { o.Email, o.Name, o.Currency = "eva@EXAMPLE.org", "Eva Berg-Tal", "EUR" })
		modelstest.Order(t, s, euro)
		dollars, _ := modelstest.Paid(t, s, func(o *models.Order) { o.Email, o.Name, o.Currency = "eva@example.org", "Eva Berg", "USD" })
		modelstest.Order(t, s, func(o *models.Order) { o.Email, o.Name = "zed@example.org", "Zed" })

		page, err := s.Customers(ctx, models.CustomerFilter{Search: "EVA be"})
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		eva := page.Rows[0]
		assert.Equal(t, 4, eva.Orders)
		assert.Equal(t, 3, eva.Paid)
		require.Len(t, eva.Sums, 2)
		assert.Equal(t, "EUR", eva.Sums[0].Symbol)
		assert.True(t, eva.Sums[0].Amount.Equal(first.Total.Add(second.Total)))
		assert.True(t, eva.Sums[1].Amount.Equal(dollars.Total))

		require.NoError(t, s.AddCustomerNote(ctx, &models.CustomerNote{Customer: eva.ID, Who: "a@example.org", Text: "Friendly"}))
		require.NoError(t, s.AddNote(ctx, &models.Note{OrderID: first.ID, Who: "b@example.org", Text: "Wrapped"}))
		notes, err := s.CustomerNotes(ctx, eva.ID)
		require.NoError(t, err)
		require.Len(t, notes, 2)
		one, err := s.Customer(ctx, eva.ID)
		require.NoError(t, err)
		assert.Equal(t, 1, one.Notes)
		_, err = s.Customer(ctx, "nobody")
		require.ErrorIs(t, err, store.ErrNotFound)

		for _, sort := range models.CustomerSorts() {
			var names []string
			f := models.CustomerFilter{Sort: sort, Limit: 1}
			for {
				page, err := s.Customers(ctx, f)
				require.NoError(t, err)
				for _, row := range page.Rows {
					names = append(names, row.Email)
				}
				if f.After = page.Next; page.Next == "" {
					break
				}
			}
			assert.Len(t, names, 2, sort)
		}
		_, err = s.Customers(ctx, models.CustomerFilter{Sort: "name"})
		require.ErrorIs(t, err, store.ErrFilter)
		_, err = s.Customers(ctx, models.CustomerFilter{After: "x"})
		require.ErrorIs(t, err, store.ErrCursor)
	})
}
