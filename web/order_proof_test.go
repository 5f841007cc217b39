package web_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web"
)

// opened is a new browser that has opened the link to an order in a mail.
func (s *shop) opened(o models.Order) *browser {
	s.t.Helper()
	stored, err := s.db.Order(s.t.Context(), o.ID)
	require.NoError(s.t, err)
	key, err := s.db.OrderKey(stored.Ref, stored.Customer)
	require.NoError(s.t, err)
	b := s.browser()
	b.get("/orders/" + o.Ref + "?key=" + key).redirects("/orders/" + o.Ref)
	return b
}

// shippedOrder stores an order that was paid and sent, with all that is personal, and returns it with the texts that are.
func (s *shop) shippedOrder() (order models.Order, personal []string) {
	s.t.Helper()
	order, attempt := modelstest.Paid(s.t, s.db, func(o *models.Order) {
		o.Email, o.Name = "grace@example.org", "Grace Hopper"
		o.Address = &models.Address{
			Name: "Brewster Murray", Phone: "+1 212 555 0199", Line1: "350 Fifth Avenue", Line2: "Floor 7", City: "Gotham", Region: "NY", Postcode: "10118", Country: "US",
		}
	})
	modelstest.Ship(s.t, s.db, order)
	return order, []string{
		"grace@example.org", "Grace", "Hopper", "Brewster", "555 0199", "350 Fifth", "Floor 7", "Gotham", "10118", "TRACK-1", attempt.OrderNum,
		order.Lines[0].Title, "/products/" + order.Lines[0].Slug, "/cancel", "/reorder", `name="payer_uid"`, "?key=",
	}
}

func TestReturn_ShowsNothingPersonal(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order, personal := s.shippedOrder()
		stranger := s.browser()
		for _, path := range []string{"/payments/return/" + order.ReturnRef, "/payments/return/" + order.ReturnRef + "/order"} {
			page := stranger.get(path).is(http.StatusOK).has(order.NumberText, english.T("order.state.fulfilled.title"), "$51.00", "51 USDT", english.N("own.pieces", 2), `content="noindex"`)
			page.lacks(append(personal, order.Ref, order.ID)...)
			stranger.fragment(path + "?shown=x").lacks(append(personal, order.Ref)...)
			stranger.fragment(path + "?shown=unpaid&back=1").lacks(append(personal, order.Ref)...)
			checkMarkup(t, "return", page)
		}
		own := s.opened(order)
		own.get("/payments/return/" + order.ReturnRef).is(http.StatusOK).has(`href="/orders/` + order.Ref + `"`).lacks(personal[:12]...)
	})
}

func TestReturn_CanPayAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		pay, order := s.browser().place("1")
		stranger, at := s.browser(), "/payments/return/"+order.ReturnRef+"/order"
		stranger.get(at).is(http.StatusOK).has(`action="`+at+`/pay"`, english.N("order.minutes", 30)).lacks("/cancel", `name="coin"`, `name="payer_uid"`, order.Ref, "ann@example.com")
		stranger.post(at + "/pay").redirects(pay)
		stranger.post(at+"/pay", "coin", "BTC", "payer_uid", "22033391").redirects(pay)
		for _, path := range []string{at + "/cancel", at + "/show", "/payments/return/" + order.ReturnRef + "/cancel"} {
			assert.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, stranger.post(path).status, path)
		}
		for _, action := range []string{"", "/pay", "/cancel", "/reorder", "/show"} {
			assert.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, stranger.post("/orders/"+order.ReturnRef+action, "email", "ann@example.com").status, action)
		}
		assert.Equal(t, models.OrderAwaiting, s.order(order.Ref).State)
		assert.Len(t, s.order(order.Ref).Attempts, 1)

		require.NoError(t, s.platform.Fail(order.Current().OrderNum))
		s.clock.Advance(3 * time.Second)
		stranger.get(at).is(http.StatusOK).has(english.T("failure.pay_failed"), `action="`+at+`/pay"`).lacks(`name="coin"`, "/cancel")
		next := stranger.post(at + "/pay").is(http.StatusSeeOther).header.Get("Location")
		assert.NotEqual(t, pay, next)
		assert.Len(t, s.order(order.Ref).Attempts, 2, "the same coin and payer once more")
		require.NoError(t, s.platform.Pay(s.platform.Orders()[1].OrderNum))
		s.clock.Advance(3 * time.Second)
		stranger.get(at).is(http.StatusOK).has(english.T("order.state.paid.text.limited"))
		stranger.post(at + "/pay").redirects(at)
	})
}

func TestOrder_AStrangerWithTheAddressSeesNothingPersonalAndChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		pay, order := s.browser().place("1")
		stranger, at := s.browser(), "/orders/"+order.Ref
		page := stranger.get(at).is(http.StatusOK).has(order.NumberText, "$12.00", `action="`+at+`/pay"`, `action="`+at+`/show"`)
		page.lacks("ann@example.com", "Ann Lee", "Stoneware", "/cancel", "/reorder", `name="coin"`, "…3390", order.Current().OrderNum)
		checkMarkup(t, "limited", page)
		for _, action := range [][]string{{"/cancel"}, {"/reorder"}, {"/pay", "coin", "BTC", "payer_uid", "22033391"}, {"/pay", "payer_uid", "22033391"}} {
			stranger.post(at+action[0], action[1:]...).is(http.StatusForbidden).has(english.T("order.notice.prove_first")).lacks("ann@example.com", "Stoneware")
		}
		stranger.get("/cart").is(http.StatusOK).lacks("/cart/items/")
		assert.Equal(t, models.OrderAwaiting, s.order(at).State)
		assert.Len(t, s.order(at).Attempts, 1)
		stranger.post(at + "/pay").redirects(pay)
	})
}

func TestOrder_EveryStateOfTheLimitedPageNamesNobody(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for _, state := range []models.OrderState{models.OrderExpired, models.OrderCancelled, models.OrderReview} {
			order := modelstest.Order(t, s.db, func(o *models.Order) { o.Email, o.Name = "grace@example.org", "Grace Hopper" })
			require.NoError(t, s.db.MoveOrder(t.Context(), order.ID, models.OrderAwaiting, state, store.OrderChange{}, models.Transition{Cause: "test"}))
			text := "order.state." + string(state) + ".text.limited"
			s.browser().get("/orders/"+order.Ref).is(http.StatusOK).has(english.T(text)).lacks("grace@", "Grace", "/reorder")
			s.opened(order).get("/orders/" + order.Ref).is(http.StatusOK).has("Grace Hopper").lacks("/show")
		}
	})
}

func TestOrder_TheMailedLinkOpensEverything(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, order := s.browser().place("1")
		s.work()
		mails := s.mails.all()
		require.Len(t, mails, 1)
		link := regexp.MustCompile(regexp.QuoteMeta(s.url) + `(/orders/[A-Z2-7]{26}\?key=[\w-]+)`).FindStringSubmatch(mails[0].Text)
		require.NotNil(t, link, mails[0].Text)
		assert.Contains(t, mails[0].Subject, order.NumberText)
		assert.NotContains(t, mails[0].Subject, order.Ref)

		scanner := s.browser() // looks at the link before the person does, and takes nothing away
		assert.Equal(t, http.StatusSeeOther, scanner.do(http.MethodHead, link[1], nil, nil).status)
		s.browser().get(link[1]).redirects("/orders/" + order.Ref)
		b := s.browser()
		b.buy("2")
		before := b.session()
		b.get(link[1]).redirects("/orders/" + order.Ref)
		assert.NotEqual(t, before, b.session(), "a new id at a change of privilege")
		b.get("/orders/"+order.Ref).is(http.StatusOK).has("ann@example.com", "Ann Lee", "Stoneware mug", "/cancel", `name="coin"`).lacks("?key=", "/show")
		b.get("/cart").has("$24.00") // the browser keeps what it had
		session := b.session()
		b.get(link[1]).redirects("/orders/" + order.Ref)
		assert.Equal(t, session, b.session(), "it knows the order already")

		stranger := s.browser()
		for _, bad := range []string{"A", link[1][strings.Index(link[1], "=")+1:] + "A"} {
			stranger.get("/orders/" + order.Ref + "?key=" + bad).redirects("/orders/" + order.Ref)
		}
		stranger.get("/orders/" + order.Ref).is(http.StatusOK).lacks("ann@example.com")
		stranger.get("/orders/" + models.NewRef() + "?key=x").is(http.StatusNotFound)

		b.post("/orders/" + order.Ref + "/cancel").redirects("/orders/" + order.Ref)
		assert.Equal(t, models.OrderCancelled, s.order(order.Ref).State)
	})
}

func TestOrder_ItsEmailOpensIt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, order := s.browser().place("1")
		b, at := s.browser(), "/orders/"+order.Ref
		for _, bad := range []string{"", "ann", "bob@example.com"} {
			page := b.post(at+"/show", "email", bad).is(http.StatusUnprocessableEntity).lacks("ann@example.com", "Stoneware")
			assert.True(t, page.invalid("email"), bad)
		}
		b.post(at+"/show", "email", " Ann@Example.COM ").redirects(at)
		b.get(at).is(http.StatusOK).has("Stoneware mug", "/cancel", "Ann Lee")
		s.browser().get(at).is(http.StatusOK).lacks("Stoneware")
		b.post("/orders/"+models.NewRef()+"/show", "email", "ann@example.com").is(http.StatusNotFound)
	})
}

// Whoever knows the address of an order, but not the e-mail address, gets a few guesses; the answer to the right one is then the same.
func TestOrder_GuessingTheEmailIsThrottled(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, order := s.browser().place("1")
		guesser, at := s.browser(), "/orders/"+order.Ref
		guess := func(email string) page { return guesser.post(at+"/show", "email", email) }
		var wrong page
		for range 5 {
			wrong = guess("bob@example.com").is(http.StatusUnprocessableEntity)
		}
		right := guess("ann@example.com").is(http.StatusUnprocessableEntity).lacks("Stoneware")
		same := func(p page) string { return strings.NewReplacer("ann@", "…", "bob@", "…").Replace(p.body) }
		assert.Equal(t, same(wrong), same(right), "nothing tells a right guess that comes too late from a wrong one")

		_, other := s.browser().place("1")
		guesser.post("/orders/"+other.Ref+"/show", "email", "ann@example.com").redirects("/orders/" + other.Ref) // the network may try another order
		s.clock.Advance(61 * time.Minute)
		guess("bob@example.com").is(http.StatusUnprocessableEntity)
		guess("ann@example.com").is(http.StatusUnprocessableEntity) // one guess a pause
		s.clock.Advance(61 * time.Minute)
		guess("ann@example.com").redirects(at)
	}, unhurried)
}

// Many networks together get more guesses than one, and not without end; the shopper still has the link.
func TestOrder_GuessingFromManyNetworksIsThrottled(t *testing.T) {
	s := newShop(t, sqlite, unhurried, func(c *web.Config) { c.TrustedProxies = []string{"127.0.0.1"} })
	_, order := s.browser().place("1")
	guess := func(i int, email string) page {
		b := s.browser()
		b.header.Set("X-Forwarded-For", "203.0.113."+strconv.Itoa(1+i))
		return b.post("/orders/"+order.Ref+"/show", "email", email)
	}
	for i := range 40 {
		guess(i, "bob@example.com").is(http.StatusUnprocessableEntity)
	}
	guess(41, "ann@example.com").is(http.StatusUnprocessableEntity)
	s.opened(order).get("/orders/" + order.Ref).is(http.StatusOK).has("ann@example.com")
}

// unhurried lifts the limit of requests that one address may send.
func unhurried(c *web.Config) { c.Limits.Pay = -1 }
