package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web"
)

// unlimited lifts the limit of links that one address may ask for.
func unlimited(c *web.Config) { c.Limits.Ask = -1 }

// links are the links in the mails that were sent, with whom each went to.
func (s *shop) links() (list [][2]string) {
	for _, m := range s.mails.all() {
		found := regexp.MustCompile(regexp.QuoteMeta(s.url) + `(/orders\?link=[\w-]+)`).FindStringSubmatch(m.Text)
		if found != nil {
			list = append(list, [2]string{m.To, found[1]})
		}
	}
	return list
}

func TestOwnOrders_ALinkComesByMailAndShowsTheOrders(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		shopper := s.browser()
		_, first := shopper.place("1")
		s.clock.Advance(time.Second)
		_, second := shopper.place("2")
		s.work()

		b := s.browser()
		page := b.get("/orders").is(http.StatusOK).has(`action="/orders"`, `action="/payments/connect"`).lacks(first.Ref, "own-orders")
		assert.Contains(t, page.links(), "/orders", "the footer leads there")
		b.post("/orders", "email", " "+strings.ToUpper(first.Email)+" ").redirects("/orders?asked=1")
		b.get("/orders?asked=1").is(http.StatusOK).has(english.T("own.asked")).lacks(first.Ref)
		s.work()
		links := s.links()
		require.Len(t, links, 1)
		assert.Equal(t, first.Email, links[0][0])
		assert.NotContains(t, links[0][1], "%")

		list := s.browser().get(links[0][1]).is(http.StatusOK).has(`content="noindex"`, "/orders/"+first.Ref+"?key=", "/orders/"+second.Ref+"?key=", first.NumberText, english.T("own.state.awaiting"))
		assert.Equal(t, "no-store", list.header.Get("Cache-Control"))
		assert.Less(t, strings.Index(list.body, second.Ref), strings.Index(list.body, first.Ref), "newest first")
		b.get(links[0][1] + "A").is(http.StatusGone).has(english.T("own.expired")).lacks(first.Ref)
		b.get(links[0][1] + "&after=x").is(http.StatusNotFound)
		s.clock.Advance(models.CustomerLinkTime)
		b.get(links[0][1]).is(http.StatusGone).has(english.T("own.expired"), `action="/orders"`).lacks(first.Ref)
	}, unlimited)
}

func TestOwnOrders_TheAnswerDoesNotTellWhoOrdered(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, order := s.browser().place("1")
		s.work()
		before := len(s.mails.all())
		b := s.browser()
		var answers [2]page
		var asked [2][]string
		for i, email := range []string{order.Email, "nobody@example.org"} {
			answers[i] = b.post("/orders", "email", email).redirects("/orders?asked=1")
			asked[i] = s.statements()
		}
		assert.Equal(t, answers[0].body, answers[1].body)
		assert.Equal(t, asked[0], asked[1], "the same work is done for both")
		s.work()
		mails := s.mails.all()[before:]
		require.Len(t, mails, 1)
		assert.Equal(t, order.Email, mails[0].To)
	}, unlimited)
}

func TestOwnOrders_AskingAgainAndAgainFillsNoLetterBox(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, order := s.browser().place("1")
		s.work()
		b := s.browser()
		ask := func() int {
			b.post("/orders", "email", order.Email).redirects("/orders?asked=1")
			s.work()
			return len(s.links())
		}
		for _, want := range []int{1, 2, 3, 3, 3} {
			assert.Equal(t, want, ask())
		}
		s.clock.Advance(11 * time.Minute)
		assert.Equal(t, 4, ask())
		s.clock.Advance(11 * time.Minute)
		assert.Equal(t, 4, ask(), "each pause is twice as long")
		s.clock.Advance(10 * time.Minute)
		assert.Equal(t, 5, ask())
	}, unlimited)
}

func TestOwnOrders_ALinkShowsNoneOfAnotherPersonAndNothingAfterAnErase(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		hers := s.paidOrder("1")
		b.buy("1")
		form := b.form("email", "bob@example.org")
		b.post("/checkout", form...).is(http.StatusSeeOther)
		his, err := s.db.OrderByFormToken(t.Context(), form[1])
		require.NoError(t, err)
		for _, email := range []string{hers.Email, his.Email} {
			b.post("/orders", "email", email).redirects("/orders?asked=1")
		}
		s.work()
		links := map[string]string{}
		for _, link := range s.links() {
			links[link[0]] = link[1]
		}
		require.Len(t, links, 2)
		stranger := s.browser()
		stranger.get(links[hers.Email]).is(http.StatusOK).has(hers.Ref).lacks(his.Ref, his.Email, hers.Email)
		stranger.get(links[his.Email]).is(http.StatusOK).has(his.Ref).lacks(hers.Ref, his.Email, hers.Email)
		stranger.get("/orders").is(http.StatusOK).lacks(hers.Ref, his.Ref) // a link leaves nothing behind in the browser

		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		owner.post("/admin/orders/"+hers.ID+"/ship", "form_token", models.NewRef()).is(http.StatusSeeOther)
		at := owner.customer(hers.Email)
		owner.post(at+"/erase", "sure", "yes").redirects("/admin/customers")
		stranger.get(links[hers.Email]).is(http.StatusOK).has(english.T("own.none")).lacks(hers.Ref)
		stranger.get(links[his.Email]).is(http.StatusOK).has(his.Ref)
	}, unlimited)
}

func TestOwnOrders_OneAddressAsksAFewTimesAMinute(t *testing.T) {
	s := newShop(t, sqlite)
	b := s.browser()
	for range 5 {
		b.post("/orders", "email", "nobody@example.org").is(http.StatusSeeOther)
	}
	assert.NotEmpty(t, b.post("/orders", "email", "nobody@example.org").is(http.StatusTooManyRequests).header.Get("Retry-After"))
}

func TestOwnOrders_RefusesWhatIsNoAddress(t *testing.T) {
	s := newShop(t, sqlite, unlimited)
	b := s.browser()
	for _, email := range []string{"", "ada", "a@b", "a@b.c\r\nBcc: x@y.z", "Ada <ada@example.org>"} {
		p := b.post("/orders", "email", email).is(http.StatusUnprocessableEntity).has("field__problem")
		assert.True(t, p.invalid("email"), email)
	}
}

func TestOwnOrders_OfTheAccountThatIsSignedIn(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		_, foreign := s.browser().place("1")
		b := s.browser()
		b.signIn("/orders").redirects("/orders")
		b.get("/orders").is(http.StatusOK).has(english.T("own.none")).lacks(foreign.Ref)
		b.buy("1")
		shown := b.get("/checkout").is(http.StatusOK)
		token := shown.value("form_token")
		b.post("/checkout", "form_token", token, "seen", shown.value("seen"), "quotes", shown.value("quotes"), "email", "ann@example.com", "coin", "USDT").
			is(http.StatusSeeOther)
		mine, err := s.db.OrderByFormToken(t.Context(), token)
		require.NoError(t, err)
		b.get("/orders").is(http.StatusOK).has(mine.Ref, `action="/payments/disconnect"`).lacks(foreign.Ref)
		s.browser().get("/orders").is(http.StatusOK).lacks(mine.Ref)
		b.post("/payments/disconnect", "from", "/orders").redirects("/orders")
		b.get("/orders").is(http.StatusOK).lacks(mine.Ref)
	})
}
