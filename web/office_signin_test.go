package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"coincart/models"
	"coincart/models/modelstest"
	"coincart/models/store"
	"coincart/web"
	"coincart/web/staff"
)

func TestSignIn_PasswordThenCodeAndANewIDAtEachStep(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleViewer)
		planted := strings.Repeat("A", 52)
		c.plant(planted)
		c.get("/admin/login").is(http.StatusOK)

		c.givePassword().redirects("/admin/totp")
		half := c.staffCookie()
		assert.NotEqual(t, planted, half, "an id that somebody planted")
		assert.Len(t, half, 52)
		c.get("/admin").redirects("/admin/totp")
		c.get("/admin/totp").is(http.StatusOK)

		c.post("/admin/totp", "code", c.code()).redirects("/admin")
		full := c.staffCookie()
		assert.NotEqual(t, half, full)
		c.get("/admin").is(http.StatusOK).has(c.person.Name)
		c.get("/admin/login").redirects("/admin")
		c.get("/admin/totp").redirects("/admin")

		old := s.browser()
		for _, id := range []string{planted, half} {
			old.plant(id)
			old.get("/admin").is(http.StatusSeeOther)
			old.get("/admin/totp").is(http.StatusSeeOther)
		}
		entry := s.entry("staff.sign_in")
		assert.Equal(t, c.person.Email, entry.Who)
		assert.Equal(t, "staff:"+c.person.ID, entry.Subject)
		assert.NotEmpty(t, entry.RemoteAddr)
		assert.Len(t, entry.RequestID, 16)
	})
}

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

func TestSignIn_TellsNobodyWhoHasAnAccount(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		known, disabled := s.hire(models.RoleOwner), s.hire(models.RoleOwner)
		require.NoError(t, s.db.UpdateStaff(t.Context(), disabled.person.ID, map[string]any{"disabled": true}))
		said := map[string]string{}
		for name, fields := range map[string][]string{
			"unknown":                {"email", "nobody@shop.example", "password", password},
			"wrong":                  {"email", known.person.Email, "password", "something else entirely"},
			"disabled":               {"email", disabled.person.Email, "password", password},
			"empty":                  {"email", known.person.Email, "password", ""},
			"nothing":                {},
			"not an address":         {"email", "' OR 1=1 --", "password", "x"},
			"too long for a field":   {"email", strings.Repeat("a", 3000) + "@shop.example", "password", strings.Repeat("b", 5000)},
			"the address as another": {"email", strings.ToUpper(known.person.Email) + "x", "password", password},
		} {
			p := s.browser().post("/admin/login", fields...)
			assert.Equal(t, http.StatusUnprocessableEntity, p.status, name)
			assert.Empty(t, p.header.Values("Set-Cookie"), name)
			said[p.excerpt()] = name
		}
		assert.Len(t, said, 1, "the same words for everybody: %v", said)
		s.browser().post("/admin/login", "email", "  "+strings.ToUpper(known.person.Email)+" ", "password", password).redirects("/admin/totp")
	})
}

// After the shop's own key was replaced nobody's authenticator can be opened. Who knows the password is told so, everybody else what they
// are always told, and the log tells whoever runs the shop.
func TestSignIn_SaysThatTheShopsKeyWasReplacedToWhoKnowsThePassword(t *testing.T) {
	eachDSN(t, func(t *testing.T, s *shop, dsn string) {
		c, owner := s.staffed(models.RoleFinance), s.hire(models.RoleOwner)
		modelstest.Exec(t, dsn, "UPDATE staff SET totp_sealed = X'010203' WHERE id = '"+c.person.ID+"'")

		c.get("/admin/orders").is(http.StatusSeeOther) // to the sign-in
		assert.Contains(t, s.logs.errors(), "coincart staff reset-totp")
		told := s.browser().post("/admin/login", "email", c.person.Email, "password", password).is(http.StatusServiceUnavailable)
		told.has("the shop’s own key was replaced")
		assert.Empty(t, told.header.Values("Set-Cookie"))
		assert.Contains(t, s.logs.errors(), c.person.ID)
		for range 7 { // the right password is no guessing
			s.browser().post("/admin/login", "email", c.person.Email, "password", password).is(http.StatusServiceUnavailable)
		}
		wrong := s.browser().post("/admin/login", "email", c.person.Email, "password", "something else entirely").is(http.StatusUnprocessableEntity)
		unknown := s.browser().post("/admin/login", "email", "nobody@shop.example", "password", "something else entirely").is(http.StatusUnprocessableEntity)
		assert.Equal(t, unknown.excerpt(), wrong.excerpt())

		owner.signIn()
		owner.stepUp()
		at := "/admin/staff/" + c.person.ID
		owner.get("/admin/staff").is(http.StatusOK).has(c.person.Email)
		owner.post(at+"/role", "role", "viewer").redirects("/admin/staff")
		owner.post(at + "/end-sessions").redirects("/admin/staff")
		owner.post(at + "/disable").redirects("/admin/staff")
		s.browser().post("/admin/login", "email", c.person.Email, "password", password).is(http.StatusUnprocessableEntity)
		owner.post(at + "/enable").redirects("/admin/staff")

		made, err := s.web.Accounts().ResetTOTP(t.Context(), staff.CommandLine(), c.person.Email)
		require.NoError(t, err)
		c.givePassword().redirects("/admin/totp")
		c.post("/admin/totp", "code", s.codeOf(made.Key.Secret)).redirects("/admin")
	})
}

// eachDSN is each with the setting of the database, for what the store itself does not do.
func eachDSN(t *testing.T, scenario func(t *testing.T, s *shop, dsn string)) {
	t.Helper()
	for name, fresh := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			dsn := fresh(t)
			open := func(tb testing.TB, o ...modelstest.Option) *store.Store {
				tb.Helper()
				return modelstest.Open(tb, dsn, o...)
			}
			scenario(t, newShop(t, open), dsn)
		})
	}
}

func TestSignIn_GuessingPasswordsBecomesSlow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for _, email := range []string{s.hire(models.RoleOwner).person.Email, "nobody@shop.example"} {
			var waits []string
			for range 8 {
				p := s.browser().post("/admin/login", "email", email, "password", "wrong wrong wrong")
				if p.status == http.StatusTooManyRequests {
					waits = append(waits, p.header.Get("Retry-After"))
					wait, err := time.ParseDuration(p.header.Get("Retry-After") + "s")
					require.NoError(t, err)
					s.clock.Advance(wait)
					p = s.browser().post("/admin/login", "email", email, "password", "wrong wrong wrong")
				}
				assert.Equal(t, http.StatusUnprocessableEntity, p.status)
			}
			assert.Equal(t, []string{"1", "2", "4"}, waits, email)
		}
		s.clock.Advance(24 * time.Hour) // the address may begin anew
		c := s.hire(models.RoleOwner)
		for range 5 {
			c.post("/admin/login", "email", c.person.Email, "password", "wrong wrong wrong").is(http.StatusUnprocessableEntity)
		}
		c.givePassword().is(http.StatusTooManyRequests) // the right one waits like the wrong ones
		s.clock.Advance(time.Second)
		c.givePassword().redirects("/admin/totp")
		c.browser = s.browser()
		c.givePassword().redirects("/admin/totp") // a success is the end of it
	})
}

func TestSignIn_ManyTriesAtOnceAreNoFasterThanOneAfterTheOther(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		for range 6 {
			c.post("/admin/login", "email", c.person.Email, "password", "wrong wrong wrong")
		}
		s.clock.Advance(time.Hour)
		looked, refused := 0, 0
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 12 {
			b := s.browser()
			all.Go(func() {
				p := b.post("/admin/login", "email", c.person.Email, "password", "wrong wrong wrong")
				mu.Lock()
				defer mu.Unlock()
				switch p.status {
				case http.StatusUnprocessableEntity:
					looked++
				case http.StatusTooManyRequests:
					refused++
				}
			})
		}
		all.Wait()
		assert.Equal(t, 1, looked, "passwords that were looked at")
		assert.Equal(t, 11, refused)
	})
}

func TestSignIn_OneAddressTryingManyAccountsBecomesSlow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		refused := 0
		for i := range 25 {
			p := s.browser().post("/admin/login", "email", fmt.Sprintf("user%d@shop.example", i), "password", "Summer 2026 Summer")
			if p.status == http.StatusTooManyRequests {
				refused++
			}
		}
		assert.Equal(t, 5, refused)
		owner := s.hire(models.RoleOwner)
		owner.givePassword().is(http.StatusTooManyRequests)
		s.clock.Advance(15 * time.Minute)
		owner.givePassword().redirects("/admin/totp")
	}, func(c *web.Config) { c.TrustedProxies = nil })
}

func TestSignIn_ACodeIsGoodOnceAndOnlyNow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		code := func(offset int64) string {
			text, err := staff.Code(secret, staff.Step(s.clock.Now())+offset)
			require.NoError(t, err)
			return text
		}
		c.givePassword().redirects("/admin/totp")
		for _, wrong := range []string{code(-2), code(2), "", "000", "abcdef", "１２３４５６", strings.Repeat("1", 5000)} {
			c.post("/admin/totp", "code", wrong)
			c.get("/admin").redirects("/admin/totp")
			s.clock.Advance(2 * time.Hour) // not the slow-down's test
			c.browser = s.browser()
			c.givePassword().redirects("/admin/totp")
		}
		now := code(0)
		c.post("/admin/totp", "code", now[:3]+" "+now[3:]).redirects("/admin")

		again := &clerk{browser: s.browser(), person: c.person}
		again.givePassword().redirects("/admin/totp")
		again.post("/admin/totp", "code", now).is(http.StatusUnprocessableEntity)
		again.post("/admin/totp", "code", code(-1)).is(http.StatusUnprocessableEntity) // older than the one that was used
		c.post("/admin/step-up", "totp", now).is(http.StatusUnprocessableEntity)
		again.post("/admin/totp", "code", code(1)).is(http.StatusTooManyRequests)
		s.clock.Advance(time.Second)
		again.post("/admin/totp", "code", code(1)).redirects("/admin") // the neighbour, of a clock that is ahead
	})
}

func TestSignIn_TheSameCodeFromTwoBrowsersAtOnceOpensOne(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		code := c.code()
		var mu sync.Mutex
		var all sync.WaitGroup
		opened := 0
		for range 3 {
			b := s.browser()
			b.post("/admin/login", "email", c.person.Email, "password", password).redirects("/admin/totp")
			all.Go(func() {
				p := b.post("/admin/totp", "code", code)
				mu.Lock()
				defer mu.Unlock()
				if p.status == http.StatusSeeOther {
					opened++
				}
			})
		}
		all.Wait()
		assert.Equal(t, 1, opened)
	})
}

func TestSignIn_GuessingCodesBecomesSlow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		c.givePassword().redirects("/admin/totp")
		looked := 0
		for range 400 {
			p := c.post("/admin/totp", "code", "000000")
			if p.status == http.StatusSeeOther { // the password's ten minutes are over
				c.givePassword()
				continue
			}
			if p.status == http.StatusUnprocessableEntity {
				looked++
			}
			s.clock.Advance(216 * time.Second) // a day in all
		}
		assert.Less(t, looked, 45, "codes that were looked at in a day")
		assert.Greater(t, looked, 15)
	})
}

func TestSignIn_RecoveryCodeWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		c.givePassword().redirects("/admin/totp")
		c.post("/admin/totp", "recovery", "aaaa-bbbb-cccc-dddd").is(http.StatusUnprocessableEntity)
		c.post("/admin/totp", "recovery", strings.ToUpper(strings.ReplaceAll(recoveryCode, "-", " "))).redirects("/admin")
		c.get("/admin").is(http.StatusOK)
		assert.Contains(t, s.entry("staff.sign_in").After, "recovery")

		c.browser = s.browser()
		c.givePassword().redirects("/admin/totp")
		c.post("/admin/totp", "recovery", recoveryCode).is(http.StatusUnprocessableEntity)
	})
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
		require.NoError(t, s.db.UpdateStaff(t.Context(), c.person.ID, map[string]any{"disabled": true}))
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

func TestSignIn_LeadsBackToOwnPagesOnly(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.hire(models.RoleViewer)
	for next, want := range map[string]string{
		"/admin/orders?state=paid": "/admin/orders?state=paid",
		"/admin":                   "/admin",
		"https://evil.example/":    "/admin",
		"//evil.example/admin":     "/admin",
		"/\\evil.example/admin":    "/admin",
		"/admin/../cart":           "/admin",
		"/administrator":           "/admin",
		"/admin\r\nX: y":           "/admin",
		"/cart":                    "/admin",
		"javascript:alert(1)":      "/admin",
		"/admin@evil.example":      "/admin",
		"":                         "/admin",
		"/%61dmin/orders":          "/admin",
		"/admin/orders#fragment":   "/admin/orders",
	} {
		c.browser = s.browser()
		shown := c.get("/admin/login?next=" + url.QueryEscape(next)).is(http.StatusOK)
		assert.Equal(t, want, shown.field("/admin/login", "next"), next)
		to := c.post("/admin/login", "email", c.person.Email, "password", password, "next", next).is(http.StatusSeeOther).header.Get("Location")
		assert.True(t, strings.HasPrefix(to, "/admin/totp"), to)
		assert.Equal(t, want, c.get(to).field("/admin/totp", "next"), next)
		c.post("/admin/totp", "code", c.code(), "next", next).redirects(want)
		c.post("/admin/step-up", "totp", c.code(), "next", next).redirects(want)
		c.get("/admin/login?next=" + url.QueryEscape(next)).redirects(want)
	}
}

func TestSignIn_AFormOfAnotherSiteIsRefused(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.staffed(models.RoleOwner)
	before := s.audited()
	for _, r := range staffRoutes() {
		if r.Method != http.MethodPost {
			continue
		}
		path := s.subjects().Replace(r.Path)
		p := c.send(path, http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, "form_token", models.NewRef())
		assert.Equal(t, http.StatusForbidden, p.status, path)
		if !hasGet(r.Path) {
			assert.Equal(t, http.StatusMethodNotAllowed, c.get(path).status, path)
		}
	}
	assert.Equal(t, before, s.audited())
	c.get("/admin").is(http.StatusOK)
}

// hasGet reports that an address can be opened as well.
func hasGet(path string) bool {
	for _, r := range staffRoutes() {
		if r.Path == path && r.Method == http.MethodGet {
			return true
		}
	}
	return false
}
