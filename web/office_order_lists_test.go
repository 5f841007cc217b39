package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

func TestOrders_FindFilterAndSort(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		paid, open := s.paidOrder("2"), s.openOrder()
		c := s.staffed(models.RoleViewer)
		a := paid.Current()
		for query, found := range map[string][]models.Order{
			"":                                       {paid, open},
			"?state=paid":                            {paid},
			"?state=awaiting":                        {open},
			"?refunds=all":                           {},
			"?refunds=none":                          {paid, open},
			"?fulfilment=none":                       {paid},
			"?fulfilment=sent":                       {},
			"?state=underpaid":                       {},
			"?q=" + url.QueryEscape(paid.NumberText): {paid},
			"?q=" + paid.NumberText[1:]:              {paid},
			"?q=" + paid.Ref:                         {paid},
			"?q=" + a.AppOrderID:                     {paid},
			"?q=" + a.OrderNum:                       {paid},
			"?q=" + alice:                            {paid, open},
			"?q=ann%40example.com":                   {paid, open},
			"?q=ann%40":                              {paid, open},
			"?q=nobody%40example.com":                {},
			"?coin=USDT":                             {paid, open},
			"?coin=BTC":                              {},
			"?unusual=1":                             {},
			"?sort=oldest&state=paid":                {paid},
			"?from=2000-01-01":                       {},
			"?q=%27+OR+1%3D1+--":                     {},
			"?q=%25":                                 {},
			"?q=_":                                   {},
			"?q=%00%ff":                              {paid, open},
			"?state=paid&coin=USDT&sort=amount_desc": {paid},
			"?from=" + s.clock.Now().Format("2006-01-02") + "&to=" + s.clock.Now().Format("2006-01-02"): {paid, open},
		} {
			if query == "?from=2000-01-01" {
				c.get("/admin/orders" + query).is(http.StatusUnprocessableEntity) // before the first year of a statement
				continue
			}
			p := c.get("/admin/orders" + query).is(http.StatusOK)
			checkStaffPage(t, query, p)
			for _, order := range []models.Order{paid, open} {
				want := false
				for _, f := range found {
					want = want || f.ID == order.ID
				}
				assert.Equal(t, want, strings.Contains(p.body, "/admin/orders/"+order.ID), "%s in %q", order.State, query)
			}
		}
		list := c.get("/admin/orders?sort=amount_asc").is(http.StatusOK).body
		assert.Less(t, strings.Index(list, open.ID), strings.Index(list, paid.ID))
		list = c.get("/admin/orders?sort=amount_desc").is(http.StatusOK).body
		assert.Less(t, strings.Index(list, paid.ID), strings.Index(list, open.ID))
	})
}

// injections are texts that must never reach a query's text.
func injections() []string {
	return []string{
		"id; DROP TABLE orders", "created_at DESC, (SELECT 1)", "1 OR 1=1", "' OR ''='", "paid' --", "\x00", "\xff", "newest\n", "NEWEST", "paid ", "../paid",
		strings.Repeat("a", 3000), "%", "amount_desc,id", "🦊", "null", "0",
	}
}

func TestLists_RefuseFiltersSortsDaysAndPlacesThatThereAreNot(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		s.paidOrder("1")
		order := s.openOrder()
		for list, names := range map[string][]string{
			"/admin/orders":                {"state", "coin", "from", "to", "unusual", "sort", "after"},
			"/admin/inbox":                 {"all", "after"},
			"/admin/cancellations":         {"after"},
			"/admin/statements":            {"day", "type", "before"},
			"/admin/statements/2026-01-02": {"type", "found", "lines", "after"},
			"/admin/refunds":               {"state", "after"},
			"/admin/audit":                 {"action", "before"},
			"/admin":                       {"span", "from", "to"},
		} {
			for _, name := range names {
				for _, text := range injections() {
					if cleaned(text) == "" {
						continue // nothing is left of it
					}
					p := owner.get(list + "?" + name + "=" + url.QueryEscape(text))
					require.Equal(t, http.StatusUnprocessableEntity, p.status, "%s?%s=%q: %s", list, name, text, p.excerpt())
					checkStaffPage(t, list, p)
					for _, statement := range s.statements() {
						if len(text) < 8 {
							break // could stand there by itself
						}
						require.NotContains(t, statement, text, "%s?%s", list, name)
					}
				}
			}
		}
		for _, query := range []string{"?from=2026-02-30", "?to=tomorrow", "?from=2026-03-02&to=2026-03-01", "?q=" + strings.Repeat("a", 255)} {
			owner.get("/admin/orders" + query).is(http.StatusUnprocessableEntity)
		}
		for _, query := range []string{"?from=2026-03-02&to=2026-03-01", "?from=2015-01-01&to=2016-02-01", "?from=2199-01-01", "?from=&to=x"} {
			owner.get("/admin" + query).is(http.StatusUnprocessableEntity)
		}
		for path, status := range map[string]int{
			"/admin/statements/2199-01-01": 422, "/admin/statements/yesterday": 422, "/admin/statements/2026-02-30": 422,
			"/admin/statements?day=2199-01-01": 422, "/admin/tasks/x": 404, "/admin/orders/x": 404, "/admin/orders/" + models.NewID(): 404,
			"/admin/orders/" + strings.ToUpper(order.ID): 404, "/admin/orders/" + order.Ref: 404, "/admin/orders/%7B" + order.ID + "%7D": 404,
			"/admin/tasks/" + models.NewID(): 404, "/admin/tasks/" + order.ID: 404, "/admin/tasks/" + order.ID + "/file": 404, "/admin/none": 404,
			"/admin/orders/": 303, "/admin/": 303,
		} {
			assert.Equal(t, status, owner.get(path).status, path)
		}
		owner.get("/admin/orders?q=" + url.QueryEscape("'; DROP TABLE orders; --")).is(http.StatusOK)
		assert.Equal(t, models.OrderAwaiting, s.state(order.ID))
	})
}

// cleaned is what is left of a parameter that visit.Query reads.
func cleaned(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\uFFFD' || r < ' ' && r != '\n' {
			return -1
		}
		return r
	}, text)
}

func TestOrders_PagesFollowEachOther(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		product := modelstest.Product(t, s.db, func(p *models.Product) { p.Variants[0].OnHand = 5000 })
		for range 120 {
			order := modelstest.NewOrder(product, s.clock.Now())
			require.NoError(t, s.db.InsertOrder(t.Context(), &order))
			s.clock.Advance(time.Millisecond)
		}
		c := s.staffed(models.RoleViewer)
		for _, sort := range []string{"newest", "oldest", "amount_desc", "amount_asc"} {
			seen := map[string]bool{}
			path, pages := "/admin/orders?sort="+sort, 0
			for path != "" && pages < 10 {
				p := c.get(path).is(http.StatusOK)
				n := 0
				for _, id := range orderLinks(p) {
					assert.False(t, seen[id], "%s twice with %s", id, sort)
					seen[id] = true
					n++
				}
				require.Positive(t, n)
				pages++
				path = nextLink(p, "/admin/orders?after=")
			}
			assert.Len(t, seen, 120, sort)
			assert.Equal(t, 3, pages)
		}
		next := nextLink(c.get("/admin/orders?sort=newest"), "/admin/orders?after=")
		c.get(strings.Replace(next, "sort=newest", "sort=oldest", 1)).is(http.StatusUnprocessableEntity) // a place of another list
		c.get(next + "x").is(http.StatusUnprocessableEntity)
	})
}
