package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// onShelf is what can be sold, and what is promised, of a variant.
func (s *shop) onShelf(id string) [2]int {
	s.t.Helper()
	v, _, err := s.db.Variant(s.t.Context(), id)
	require.NoError(s.t, err)
	return [2]int{v.OnHand, v.Reserved}
}

func (s *shop) soundStock() {
	s.t.Helper()
	found, err := s.db.Invariants(s.t.Context())
	require.NoError(s.t, err)
	require.Empty(s.t, found)
}

func TestStock_CorrectionsAreBookedOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		v := modelstest.Product(t, s.db).Variants[0]
		c := s.staffed(models.RoleOperator)
		path := "/admin/stock/" + v.ID
		p := c.get(path).is(http.StatusOK).has(v.SKU)
		checkStaffPage(t, path, p)
		token := p.field(path, "form_token")
		for range 2 { // a double click
			c.post(path, "form_token", token, "kind", "add", "quantity", "5", "note", "A box").redirects(path)
		}
		assert.Equal(t, [2]int{15, 0}, s.onShelf(v.ID))
		c.get(path).has("A box", c.person.Email)
		assert.Equal(t, v.SKU, s.entry("stock.correct").Subject)

		for field, change := range map[string][]string{
			"quantity": {"quantity", "five"}, "note": {"note", ""}, "kind": {"kind", "theft"},
		} {
			fields := append([]string{"form_token", models.NewRef(), "kind", "take", "quantity", "3", "note", "why"}, change...)
			bad := c.post(path, fields...).is(http.StatusUnprocessableEntity)
			assert.True(t, bad.invalid(field), field)
		}
		c.post(path, "form_token", models.NewRef(), "kind", "take", "quantity", "16", "note", "n").is(http.StatusUnprocessableEntity).
			has(english.T("admin.refusal.stock_left", "Left", "15"))
		c.post(path, "form_token", models.NewRef(), "kind", "returned", "quantity", "1", "note", "n").is(http.StatusUnprocessableEntity)
		c.post(path, "form_token", models.NewRef(), "kind", "counted", "quantity", "15", "note", "n").is(http.StatusUnprocessableEntity)
		c.post(path, "kind", "add", "quantity", "1", "note", "n").is(http.StatusBadRequest)
		c.post(path, "form_token", models.NewRef(), "kind", "counted", "quantity", "0", "note", "All gone").redirects(path)
		assert.Equal(t, [2]int{0, 0}, s.onShelf(v.ID))
		c.get("/admin/stock/" + models.NewID()).is(http.StatusNotFound)
		c.get("/admin/stock/nothing").is(http.StatusNotFound)
		s.soundStock()
	})
}

func TestStock_ListsFindWhatIsLow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		low := modelstest.Product(t, s.db, func(p *models.Product) { p.Title, p.Variants[0].OnHand, p.Variants[0].Origin = "Rare lamp", 2, "PT" }).Variants[0]
		plenty := modelstest.Product(t, s.db, func(p *models.Product) { p.Title = "Common lamp" }).Variants[0]
		c := s.staffed(models.RoleViewer)
		p := c.get("/admin/stock").is(http.StatusOK).has(low.SKU, plenty.SKU)
		checkStaffPage(t, "/admin/stock", p)
		c.get("/admin/stock?low=1").is(http.StatusOK).has(low.SKU).lacks(plenty.SKU)
		c.get("/admin/stock?q=common").is(http.StatusOK).has(plenty.SKU).lacks(low.SKU)
		c.get("/admin/stock?sort=left&q=lamp").is(http.StatusOK).has(plenty.SKU, low.SKU)
		c.get("/admin/stock?q=rare").is(http.StatusOK).has(english.T("admin.stock.origin", "Country", "Portugal"))
		c.get("/admin/stock?q=common").is(http.StatusOK).lacks(english.Piece("admin.stock.origin", "Country"))
		c.get("/admin/stock/"+low.ID).is(http.StatusOK).has(english.T("admin.product.origin"), "Portugal")
		c.get("/admin/stock/" + plenty.ID).is(http.StatusOK).lacks(english.T("admin.product.origin"))
		for _, wrong := range []string{"?sort=price", "?after=x", "?category=" + models.NewID()} {
			c.get("/admin/stock" + wrong).is(http.StatusUnprocessableEntity)
		}
		c.get("/admin/stock/ledger?variant=" + low.ID).is(http.StatusOK).has("+" + english.N("admin.count", 2)).lacks(plenty.SKU)
		today := s.clock.Now().Add(-24 * time.Hour).Format(time.DateOnly)
		c.get("/admin/stock/ledger?kind=import&from=" + today).is(http.StatusOK).has(plenty.SKU)
		c.get("/admin/stock/ledger?kind=sale").is(http.StatusOK).lacks(plenty.SKU)
		for _, wrong := range []string{"?kind=theft", "?from=soon", "?variant=x", "?after=x", "?from=2026-01-02&until=2026-01-01"} {
			c.get("/admin/stock/ledger" + wrong).is(http.StatusUnprocessableEntity)
		}
		c.get("/admin/stock/ledger?variant=" + models.NewID()).is(http.StatusNotFound)
		assert.NotContains(t, c.get("/admin/stock/"+low.ID).actions(), "/admin/stock/"+low.ID, "who may only look gets no form")
		c.post("/admin/account", "name", "Ann", "lang", "zh-Hans").redirects("/admin/account")
		c.get("/admin/stock?q=rare").is(http.StatusOK).has(chinese.T("admin.stock.origin", "Country", "葡萄牙"))
	})
}

func TestStock_ReservationsEndWithTheirOrders(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := s.openOrder()
		c := s.staffed(models.RoleViewer)
		p := c.get("/admin/stock/reservations").is(http.StatusOK).has(order.Lines[0].SKU, "/admin/orders/"+order.ID)
		checkStaffPage(t, "/admin/stock/reservations", p)
		c.get("/admin/stock/" + order.Lines[0].VariantID).is(http.StatusOK).has("/admin/orders/" + order.ID)
		c.get("/admin/stock/reservations?after=x").is(http.StatusUnprocessableEntity)
		require.NoError(t, s.platform.Pay(order.Current().OrderNum))
		s.work()
		c.get("/admin/stock/reservations").is(http.StatusOK).lacks("/admin/orders/" + order.ID)
		c.get("/admin/stock/ledger?kind=sale").is(http.StatusOK).has("/admin/orders/"+order.ID, "−"+english.N("admin.count", 1))
	})
}

func TestStock_CountASheet(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		p := modelstest.Product(t, s.db, func(p *models.Product) {
			p.Category = models.Category{Slug: "lamps", Name: "Lamps"}
			p.Variants = append(p.Variants, models.Variant{SKU: "SECOND", Price: models.AmountFromInt(1), OnHand: 4})
		})
		a, b := p.Variants[0], p.Variants[1]
		c := s.staffed(models.RoleOperator)
		begin := c.get("/admin/stock/counts").is(http.StatusOK)
		checkStaffPage(t, "/admin/stock/counts", begin)
		token := begin.field("/admin/stock/counts", "form_token")
		c.post("/admin/stock/counts", "form_token", token, "name", "").is(http.StatusUnprocessableEntity)
		c.post("/admin/stock/counts", "form_token", token, "name", "x", "category", models.NewID()).is(http.StatusUnprocessableEntity)
		var sheet string
		for range 2 { // a double click
			made := c.post("/admin/stock/counts", "form_token", token, "name", "Shelf A", "category", p.CategoryID).is(http.StatusSeeOther)
			assert.True(t, sheet == "" || sheet == made.header.Get("Location"), "one sheet")
			sheet = made.header.Get("Location")
		}
		open := c.get(sheet).is(http.StatusOK).has("Shelf A", a.SKU, b.SKU)
		checkStaffPage(t, sheet, open)
		paper := c.get(sheet + "/print").is(http.StatusOK).has(a.SKU)
		checkStaffPage(t, sheet+"/print", paper)

		bad := c.post(sheet, "next", sheet, "count."+a.ID, "many", "count."+b.ID, "3").is(http.StatusUnprocessableEntity)
		assert.Equal(t, []string{"many", "3"}, []string{bad.value("count." + a.ID), bad.value("count." + b.ID)}, "what was typed stays")
		assert.True(t, bad.invalid("count."+a.ID))
		c.post(sheet, "next", "https://elsewhere.example/", "count."+a.ID, "12", "count."+b.ID, "", "count.x", "9").redirects(sheet)
		saved := c.get(sheet).is(http.StatusOK).has("+" + english.N("admin.count", 2))
		version := saved.field(sheet+"/book", "version")
		viewer := s.staffed(models.RoleViewer)
		assert.NotContains(t, viewer.get(sheet).is(http.StatusOK).actions(), sheet+"/book")

		stale := strconv.Itoa(len(version) + 99)
		c.post(sheet+"/book", "version", stale).is(http.StatusConflict)
		assert.Equal(t, [2]int{10, 0}, s.onShelf(a.ID), "not booked yet")
		c.post(sheet+"/book", "version", version).redirects(sheet)
		assert.Equal(t, [2]int{12, 0}, s.onShelf(a.ID))
		assert.Equal(t, [2]int{4, 0}, s.onShelf(b.ID), "what was not counted stays")
		c.post(sheet+"/book", "version", version).is(http.StatusConflict)
		c.post(sheet, "count."+a.ID, "1").is(http.StatusConflict)
		c.post(sheet + "/drop").is(http.StatusConflict)
		assert.NotContains(t, c.get(sheet).is(http.StatusOK).actions(), sheet)

		second := c.post("/admin/stock/counts", "form_token", models.NewRef(), "name", "Given up").is(http.StatusSeeOther).header.Get("Location")
		c.post(second + "/drop").redirects("/admin/stock/counts")
		c.get("/admin/stock/counts").is(http.StatusOK).has("Given up", "Shelf A")
		for _, path := range []string{"/admin/stock/counts/" + models.NewID(), "/admin/stock/counts/" + models.NewID() + "/print", "/admin/stock/counts/x"} {
			c.get(path).is(http.StatusNotFound)
		}
		c.get(sheet + "?" + url.Values{"after": {"x"}}.Encode()).is(http.StatusUnprocessableEntity)
		s.soundStock()
	})
}
