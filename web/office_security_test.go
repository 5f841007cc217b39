package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/web"
)

// events are the kinds of events of security in the log, in their order.
func (s *shop) events() []string {
	var kinds []string
	for line := range strings.Lines(s.logs.String()) {
		if found := regexp.MustCompile(`"msg":"security event","event":"(\w+)","address":"[0-9a-f.:]+"`).FindStringSubmatch(line); found != nil {
			kinds = append(kinds, found[1])
		}
	}
	return kinds
}

// flush stores what Server.Run would store within a second.
func (s *shop) flush() {
	s.t.Helper()
	s.web.FlushForTest(s.t.Context())
}

// Before, more than seven hundred refused sign-ins left no trace.
func TestSecurity_EachKindLeavesATrace(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleViewer)
		c.signIn()
		stranger := s.browser()
		stranger.post("/admin/login", "email", "nobody@shop.example", "password", "wrong wrong wrong").is(http.StatusUnprocessableEntity)
		c.post("/admin/step-up", "totp", s.wrongCode(secret)).is(http.StatusUnprocessableEntity)
		c.post("/admin/step-up", "totp", recoveryCode).redirects("/admin")
		c.get("/admin/staff").is(http.StatusForbidden)
		c.send("/admin/logout", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}).is(http.StatusForbidden)
		stranger.get("/admin/invite/" + models.NewRef()).is(http.StatusGone)
		stranger.get("/orders?link=" + strings.Repeat("A", 100)).is(http.StatusGone)
		for range 5 {
			stranger.post("/admin/login", "email", "nobody@shop.example", "password", "wrong wrong wrong")
		}
		assert.Equal(t, []string{
			"new_browser", "refused", "code_refused", "recovery_used", "forbidden", "cross_site", "tampered_link", "tampered_link",
			"refused", "refused", "refused", "refused", "throttled",
		}, s.events())
		assert.NotContains(t, s.logs.String(), "nobody@shop.example")

		s.flush()
		s.clock.Advance(2 * time.Hour)
		s.web.SweepForTest(t.Context())
		assert.Contains(t, s.entry("security.refused").After, `"count":"5"`)
		assert.Equal(t, "staff:"+c.person.ID, s.entry("security.forbidden").Subject)
		s.audited()
	})
}

func TestSecurity_TheAccountPageTellsWhatHappenedSinceTheLastVisit(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		c.signIn()
		s.clock.Advance(3 * time.Hour)
		c.signIn()
		c.get("/admin/account").is(http.StatusOK).has(english.T("admin.account.visit.none"))

		s.clock.Advance(2 * time.Hour)
		for range 3 {
			s.browser().post("/admin/login", "email", c.person.Email, "password", "wrong wrong wrong").is(http.StatusUnprocessableEntity)
		}
		s.flush()
		s.clock.Advance(2 * time.Hour)
		other := &clerk{browser: s.browser(), person: c.person}
		other.signIn()
		told := []string{english.N("admin.account.visit.refused", 3), english.N("admin.account.visit.browsers", 1)}
		other.get("/admin/account").is(http.StatusOK).has(told...)
		s.clock.Advance(2 * time.Hour)
		c.signIn()
		c.get("/admin/account").is(http.StatusOK).has(told...) // a sign-in with another browser hides nothing
		s.clock.Advance(2 * time.Hour)
		c.signIn()
		c.get("/admin/account").is(http.StatusOK).has(english.T("admin.account.visit.none"))
	})
}

func TestSecurity_ANewBrowserAndTheFirstWaitAreTold(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		c.signIn()
		s.work()
		mails := s.mails.all()
		require.Len(t, mails, 1)
		assert.Equal(t, c.person.Email, mails[0].To)
		assert.Equal(t, english.T("mail.new_browser.subject", "Shop", "Osier"), mails[0].Subject)
		assert.Contains(t, mails[0].Text, s.url+"/admin/account")
		assert.Contains(t, mails[0].Text, "127.0.0.1")

		c.post("/admin/logout")
		c.signIn()
		for range 30 {
			s.browser().post("/admin/login", "email", c.person.Email, "password", "wrong wrong wrong")
			s.browser().post("/admin/login", "email", "nobody@shop.example", "password", "wrong wrong wrong")
			s.clock.Advance(time.Minute)
		}
		s.work()
		mails = s.mails.all()
		require.Len(t, mails, 2, "the known browser is no new one, and the first wait is told once a day")
		assert.Equal(t, c.person.Email, mails[1].To)
		assert.Equal(t, english.T("mail.throttled.subject", "Shop", "Osier"), mails[1].Subject)
	})
}

func TestSignIn_AFloodOfPasswordsIsRefusedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var mu sync.Mutex
		var all sync.WaitGroup
		statuses := map[int]int{}
		for i := range 150 {
			b := s.browser()
			all.Go(func() {
				p := b.from("2001:db8:"+hex(i)+"::1", "user"+hex(i)+"@shop.example", "wrong wrong wrong")
				mu.Lock()
				defer mu.Unlock()
				statuses[p.status]++
				if p.status == http.StatusServiceUnavailable {
					assert.NotEmpty(t, p.header.Get("Retry-After"))
				}
			})
		}
		all.Wait()
		assert.Positive(t, statuses[http.StatusServiceUnavailable], "%v", statuses)
		assert.Positive(t, statuses[http.StatusUnprocessableEntity], "%v", statuses)
		assert.Equal(t, 150, statuses[http.StatusServiceUnavailable]+statuses[http.StatusUnprocessableEntity], "%v", statuses)
		assert.Empty(t, s.logs.errors())
	}, behindProxy)
}

func hex(n int) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[n/16%16], digits[n%16]})
}

// With a /48 an attacker has 65,536 networks of the size that is counted as one client.
func TestSignIn_AWholeIPv6NetworkBecomesSlow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		looked := 0
		for i := range 140 {
			p := s.browser().from("2001:db8:1:"+hex(i)+"::1", "user"+hex(i)+"@shop.example", "wrong wrong wrong")
			if p.status == http.StatusUnprocessableEntity {
				looked++
			}
		}
		assert.Equal(t, 100, looked)
	}, behindProxy)
}

func TestLimits_AWholeIPv6NetworkIsLimited(t *testing.T) {
	s := newShop(t, modelstest.SQLite, behindProxy, func(c *web.Config) { c.Limits.Ask = 2 })
	limited := 0
	for i := range 20 {
		p := s.browser().send("/orders", http.Header{"X-Forwarded-For": {"2001:db8:1:" + hex(i) + "::1"}}, "email", "nobody@shop.example")
		if p.status == http.StatusTooManyRequests {
			limited++
			assert.NotEmpty(t, p.header.Get("Retry-After"))
		}
	}
	assert.Equal(t, 4, limited)
}

func TestSetupLink_ALaterOneEndsTheEarlierOnes(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		accounts := s.web.Accounts()
		first, _, err := accounts.CreateSetupLink(t.Context())
		require.NoError(t, err)
		second, _, err := accounts.CreateSetupLink(t.Context())
		require.NoError(t, err)
		s.browser().get("/admin/setup/" + first).is(http.StatusGone)
		s.browser().get("/admin/setup/" + second).is(http.StatusOK)
	})
}

func TestSecurityText_IsWhatTheSettingsSay(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b := s.browser()
		b.get("/.well-known/security.txt").is(http.StatusNotFound)
		s.change(models.GroupShop, models.SettingChange{Key: models.SettingSecurityContact, Value: "security@shop.example"},
			models.SettingChange{Key: models.SettingSecurityPolicy, Value: "https://shop.example/policy"})
		p := b.get("/.well-known/security.txt").is(http.StatusOK)
		assert.Equal(t, "text/plain; charset=utf-8", p.header.Get("Content-Type"))
		expires := s.clock.Now().UTC().Truncate(24 * time.Hour).Add(180 * 24 * time.Hour).Format(time.RFC3339)
		assert.Equal(t, "Contact: mailto:security@shop.example\nExpires: "+expires+"\nPreferred-Languages: en, zh-Hans\nCanonical: "+
			s.url+"/.well-known/security.txt\nPolicy: https://shop.example/policy\n", p.body)
	})
}

func TestCart_OfABrowserThatNeverCameBackIsDeletedAfterADay(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		gone, back := s.browser(), s.browser()
		for _, b := range []*browser{gone, back} {
			b.post("/cart/items", "variant", s.blue().ID, "quantity", "1")
		}
		lost, kept := s.cartOf(gone), s.cartOf(back)
		back.get("/cart").is(http.StatusOK)
		s.clock.Advance(25 * time.Hour)
		s.web.SweepForTest(t.Context())
		_, err := s.db.Cart(t.Context(), lost)
		require.Error(t, err)
		_, err = s.db.Cart(t.Context(), kept)
		require.NoError(t, err)
		s.clock.Advance(50 * 24 * time.Hour)
		back.get("/cart").is(http.StatusOK).has("Stoneware mug")
		s.clock.Advance(61 * 24 * time.Hour)
		s.web.SweepForTest(t.Context())
		_, err = s.db.Cart(t.Context(), kept)
		require.Error(t, err, "the cart goes with its session")
	})
}

// cartOf is the id of a browser's cart.
func (s *shop) cartOf(b *browser) string {
	s.t.Helper()
	row, err := s.db.Session(s.t.Context(), b.session())
	require.NoError(s.t, err)
	require.NotEmpty(s.t, row.CartID)
	return row.CartID
}
