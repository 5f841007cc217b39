package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// counterPatience is longer than counters, and settings, may be kept.
const counterPatience = 6 * time.Second

// counters are what the navigation counts, with the words for those who do not see it, by the entry's address.
func (p page) counters() map[string]string {
	p.t.Helper()
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(p.t, err)
	found := map[string]string{}
	for n := range root.Descendants() {
		if n.Data != "a" || !strings.Contains(attribute(n, "class"), "side__link") {
			continue
		}
		var words []string
		for part := range n.Descendants() {
			if class := attribute(part, "class"); class == "side__count" || class == "visually-hidden" {
				words = append(words, strings.TrimSpace(part.FirstChild.Data))
			}
		}
		if len(words) > 0 {
			found[attribute(n, "href")] = strings.Join(words, " ")
		}
	}
	return found
}

// An order under review says why: a customer whose item sold out must not read that the payment was late.
func TestOrder_ReviewSaysItsOwnReason(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for note, reason := range map[string]string{
			models.Remark("paid_late", "order", "expired"):                      "late",
			models.Remark("sold_out", "sku", "MUG-BLUE"):                        "sold_out",
			models.Remark("mismatch", "field", "payAmount", "status", "3"):      "differs",
			"what somebody typed, or a remark that a later version has no more": "late",
		} {
			order := modelstest.Order(t, s.db)
			move := func(from, to models.OrderState, note string) {
				require.NoError(t, s.db.MoveOrder(t.Context(), order.ID, from, to, store.OrderChange{}, models.Transition{OrderID: order.ID, Cause: "test", Note: note}))
			}
			move(models.OrderAwaiting, models.OrderReview, note)
			page := s.opened(order).get("/orders/" + order.Ref).is(http.StatusOK).has(english.T("order.review." + reason + ".title"))
			page.has(english.T("order.review."+reason+".text", "Email", order.Email))
		}
	})
}

// The navigation counts what waits for staff, and what was just done counts no more.
func TestOffice_NavigationCountsWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleOwner)
		c.get("/admin/products").is(http.StatusOK).lacks("side__count")
		order, _ := modelstest.Paid(t, s.db)
		require.NoError(t, s.db.OpenReview(t.Context(), models.Review{Kind: models.ReviewUndelivered, Subject: "mail:" + models.NewID(), OrderID: order.ID}))
		s.clock.Advance(counterPatience)
		two := c.get("/admin/products").is(http.StatusOK)
		assert.Equal(t, map[string]string{
			"/admin/orders": "1 " + english.N("admin.attention.to_fulfil", 1), "/admin/inbox": "1 " + english.N("admin.attention.reviews", 1),
		}, two.counters())
		c.post("/admin/orders/"+order.ID+"/ship", "form_token", models.NewRef()).is(http.StatusSeeOther)
		assert.Equal(t, map[string]string{"/admin/inbox": "1 " + english.N("admin.attention.reviews", 1)}, c.get("/admin/products").counters())
	})
}

// What the shopkeeper named in two languages is shown in the reader's, in lists as on pages.
func TestOffice_ShowsNamesInTheReadersLanguage(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		zone := models.Zone{Name: "Home", TaxMode: models.TaxNone, Texts: models.Texts{"zh-Hans": {"name": "本国"}}}
		require.NoError(t, s.db.SaveZone(t.Context(), &zone))
		c := s.trusted(models.RoleOwner)
		c.post("/language", "lang", "zh-Hans", "next", "/admin")
		ticker := chinese.T("coin.exchange_ticker")
		for path, want := range map[string][2]string{
			"/admin/products":    {"陶杯", "Stoneware mug"},
			"/admin/categories":  {"杯壶", "Cups"},
			"/admin/stock":       {"杯壶", "Cups"},
			"/admin/coupons/new": {"杯壶", "Cups"},
			"/admin/delivery":    {"本国", "Home"},
			"/admin/coins":       {ticker, models.ExchangeTicker().Name},
		} {
			c.get(path).is(http.StatusOK).has(want[0]).lacks(want[1])
		}
		for path, want := range map[string]string{
			"/admin/products/" + s.productID("mug"): "陶杯", "/admin/categories/" + s.categoryID("cups"): "杯壶", "/admin/delivery/" + zone.ID: "本国",
			"/admin/price-sources/" + models.ExchangeSource: chinese.T("admin.source.title", "Name", ticker),
		} {
			c.get(path).is(http.StatusOK).has(`<h1 class="head__title">` + want + "</h1>")
		}
		// A new name has no translation yet: the old one must not hide it.
		path := "/admin/delivery/" + zone.ID
		c.post(path, "version", "1", "name", "Elsewhere", "tax_mode", "none").is(http.StatusSeeOther)
		c.get("/admin/delivery").is(http.StatusOK).has("Elsewhere").lacks("本国")
	})
}

// What was wanted of a payment is said as long as it is still to be done.
func TestOffice_EndedPaymentIsNotExpiring(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order := modelstest.Order(t, s.db)
		a := modelstest.Attempt(t, s.db, order, func(a *models.Attempt) { a.State, a.Intent = models.AttemptOpen, models.IntentExpire })
		c := s.staffed(models.RoleViewer)
		c.get("/admin/orders/" + order.ID).has(english.T("admin.intent.expire"))
		require.NoError(t, s.db.MoveAttempt(t.Context(), a.ID, models.AttemptOpen, models.AttemptClosed, store.AttemptChange{},
			models.Transition{OrderID: order.ID, AttemptID: a.ID, Cause: "test"}))
		c.get("/admin/orders/" + order.ID).has(english.T("admin.attempt_state.closed")).lacks(english.T("admin.intent.expire"))
	})
}

// A page that is not in the navigation, such as an error page, still labels the menu button.
func TestOffice_MenuHasANameOnEveryPage(t *testing.T) {
	s := newShop(t, sqlite)
	c := s.staffed(models.RoleViewer)
	c.get("/admin/nothing").is(http.StatusNotFound).has(`<span>` + english.T("admin.frame.menu") + "</span>")
	c.get("/admin/orders").has(`<span>` + english.T("admin.section.orders") + "</span>")
}

// The front page says what the shopkeeper wrote, and greets with the shop's name until then.
func TestHome_SaysWhatTheShopSays(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.browser().get("/").is(http.StatusOK).has(english.T("home.hero.title", "Shop", "Osier"), english.T("home.hero.text"), english.T("home.description"))
		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		owner.post("/admin/settings/shop", "version", "0", "shop.name", "Osier", "shop.home_title.en", "Lamps <for> all", "shop.home_text.en", "Made by hand.",
			"shop.languages", "en,zh-Hans").is(http.StatusSeeOther)
		s.clock.Advance(counterPatience)
		s.browser().get("/").is(http.StatusOK).has("Lamps &lt;for&gt; all", `content="Made by hand."`, ">Made by hand.<").lacks(english.T("home.description"))
		zh := s.browser()
		zh.post("/language", "lang", "zh-Hans", "next", "/")
		zh.get("/").is(http.StatusOK).has(chinese.T("home.hero.text"))
	})
}
