package web_test

import (
	"net/http"
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

func TestSignIn_CookieIsKeptFromEverybodyElse(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.hire(models.RoleViewer)
	plain := c.givePassword().header.Get("Set-Cookie")
	assert.Contains(t, plain, "coincart_admin=")
	for _, attribute := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		assert.Contains(t, plain, attribute)
	}
	assert.NotContains(t, plain, "Domain")
	assert.NotContains(t, plain, "Secure", "plain http keeps no Secure cookie")

	tls := newShop(t, modelstest.SQLite, func(c *web.Config) { c.BaseURL = "https://shop.example" })
	c = tls.hire(models.RoleViewer)
	secure := c.givePassword().header.Get("Set-Cookie")
	assert.True(t, strings.HasPrefix(secure, "__Host-coincart_admin="), secure)
	for _, attribute := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Secure"} {
		assert.Contains(t, secure, attribute)
	}
}

func TestSession_EndsWhenItIsIdleOldOrTheAccountIsDisabled(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleViewer)
		s.clock.Advance(29 * time.Minute)
		c.get("/admin").is(http.StatusOK)
		s.clock.Advance(29 * time.Minute)
		c.get("/admin").is(http.StatusOK)
		for range 29 { // a page that asks by itself keeps nobody signed in
			s.clock.Advance(time.Minute)
			c.fragment("/admin/tasks")
		}
		s.clock.Advance(2 * time.Minute)
		p := c.get("/admin/orders?state=paid")
		p.redirects("/admin/login?next=%2Fadmin%2Forders%3Fstate%3Dpaid")

		c.signIn()
		for range 25 {
			s.clock.Advance(29 * time.Minute)
			if p := c.get("/admin"); p.status != http.StatusOK {
				break
			}
		}
		c.get("/admin").is(http.StatusSeeOther)

		c.signIn()
		require.NoError(t, s.db.UpdateStaff(t.Context(), c.person.ID, store.StaffChange{Disabled: new(true)}))
		c.get("/admin").is(http.StatusSeeOther)
		c.givePassword().is(http.StatusUnprocessableEntity)
	})
}

func TestSession_AScriptThatAsksIsSentToTheSignIn(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	p := s.browser().fragment("/admin/tasks/" + models.NewID()).is(http.StatusOK)
	assert.True(t, strings.HasPrefix(p.header.Get("HX-Redirect"), "/admin/login?next="), p.header.Get("HX-Redirect"))
	assert.Empty(t, p.body)
}

func TestSession_ALateRequestOfAnotherTabDoesNotSignOut(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.staffed(models.RoleViewer)
	late := s.browser()
	late.plant(c.staffCookie()) // what the request of the other tab carries
	c.stepUp()
	p := late.get("/admin/tasks").is(http.StatusSeeOther)
	for _, cookie := range p.header.Values("Set-Cookie") {
		assert.False(t, strings.HasPrefix(cookie, "coincart_admin="), cookie)
	}
	c.get("/admin/tasks").is(http.StatusOK)
	c.get("/admin/login?next=%2Fadmin%2Ftasks").redirects("/admin/tasks") // where the other tab ends up
}

func TestSignIn_EndsTheSessionThatTheBrowserHad(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	first, second := s.staffed(models.RoleViewer), s.hire(models.RoleViewer)
	old := first.staffCookie()
	second.browser = first.browser
	second.signIn()
	thief := s.browser()
	thief.plant(old)
	thief.get("/admin").is(http.StatusSeeOther)
	second.get("/admin").is(http.StatusOK)
	for c, want := range map[*clerk]int{first: 0, second: 1} {
		sessions, err := s.db.StaffSessions(t.Context(), c.person.ID)
		require.NoError(t, err)
		assert.Len(t, sessions, want)
	}
}

func TestSession_ListEndAndSignOut(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleViewer)
		second := &clerk{browser: s.browser(), person: c.person}
		second.header.Set("User-Agent", "Other <b>browser</b>\xff/1")
		second.signIn()
		third := &clerk{browser: s.browser(), person: c.person}
		third.signIn()
		stranger := s.staffed(models.RoleViewer)

		c.get("/admin/account").is(http.StatusOK).has("Other &lt;b&gt;browser&lt;/b&gt;/1").lacks("<b>browser")
		sessions, err := s.db.StaffSessions(t.Context(), c.person.ID)
		require.NoError(t, err)
		require.Len(t, sessions, 3)
		var other models.StaffSession
		for _, one := range sessions {
			if strings.HasPrefix(one.UserAgent, "Other") {
				other = one
			}
		}
		stranger.post("/admin/account/sessions/" + other.ID + "/end").is(http.StatusNotFound) // somebody else's
		second.get("/admin").is(http.StatusOK)
		c.post("/admin/account/sessions/" + other.ID + "/end").redirects("/admin/account")
		second.get("/admin").is(http.StatusSeeOther)
		third.get("/admin").is(http.StatusOK)
		c.post("/admin/account/sessions/end").redirects("/admin/account")
		third.get("/admin").is(http.StatusSeeOther)
		c.get("/admin").is(http.StatusOK)
		stranger.get("/admin").is(http.StatusOK)

		id := c.staffCookie()
		c.post("/admin/logout").redirects("/admin/login")
		c.plant(id)
		c.get("/admin").is(http.StatusSeeOther)
		s.browser().post("/admin/logout").redirects("/admin/login")
	})
}
