package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// The refusal of one more unpaid order says what to do about it, and the form stays as it was filled in.
func TestCheckout_LimitsSayWhatToDo(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for kind, limits := range map[models.HolderKind]models.OrderLimits{
			models.HolderEmail: {Email: 1}, models.HolderPayer: {Payer: 1}, models.HolderNetwork: {Network: 1},
		} {
			modelstest.NoLimits(t, s.db)
			_, order := s.browser().place("1")
			modelstest.SetLimits(t, s.db, limits)
			_, counted := s.browser().place("1") // the one before was not counted
			b := s.browser()
			b.buy("1")
			answer := b.post("/checkout", b.form()...).is(http.StatusConflict)
			answer.has(english.N("order.notice.open_"+string(kind), 30, "Total", "1"), `href="/orders"`, "ann@example.com")
			require.NoError(t, s.services.Payments.Cancel(t.Context(), counted.Ref))
			require.NoError(t, s.services.Payments.Cancel(t.Context(), order.Ref))
			b.post("/checkout", b.form()...).is(http.StatusSeeOther)
			s.clock.Advance(2 * time.Hour)
			s.work()
		}
		modelstest.SetLimits(t, s.db, models.OrderLimits{Pieces: 2})
		b := s.browser()
		b.buy("3")
		b.post("/checkout", b.form()...).is(http.StatusConflict).
			has(english.N("order.notice.pieces", 2, "Product", "Stoneware mug"), `href="/cart"`)
	})
}

// Staff see that much of a stock is in unpaid orders, and cancel these orders together.
func TestStock_WarnsOfUnpaidOrdersAndCancelsThem(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		v := s.blue()
		_, order := s.browser().place("2")
		modelstest.SetSettings(t, s.db, models.GroupLimits, map[models.SettingKey]int{models.SettingHoarded: 1})
		c := s.staffed(models.RoleOperator)
		c.get("/admin/stock").is(http.StatusOK).lacks(english.T("admin.stock.hoarded"))
		_, more := s.browser().place("4")
		c.get("/admin/stock").is(http.StatusOK).has(english.T("admin.stock.hoarded"), v.SKU)
		c.get("/admin").is(http.StatusOK).has(english.N("admin.attention.hoarded", 1))
		page := c.get("/admin/stock/" + v.ID).is(http.StatusOK)
		checkStaffPage(t, "/admin/stock/"+v.ID, page)
		before := s.onShelf(v.ID)
		token := page.field("/admin/orders/bulk/cancel", "form_token")
		c.sendAll("/admin/orders/bulk/cancel", url.Values{"form_token": {token}, "id": {order.ID, more.ID}}, nil).is(http.StatusSeeOther)
		s.work()
		assert.Equal(t, [2]int{before[0] + 6, before[1] - 6}, s.onShelf(v.ID))
		c.get("/admin/stock").is(http.StatusOK).lacks(english.T("admin.stock.hoarded"))
		s.soundStock()
	})
}
