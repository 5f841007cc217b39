package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
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

// After the shop's own key was replaced nobody's authenticator can be opened. Who knows the password is told so, everybody else what they
// are always told, and the log tells whoever runs the shop.
func TestSignIn_SaysThatTheShopsKeyWasReplacedToWhoKnowsThePassword(t *testing.T) {
	eachDSN(t, func(t *testing.T, s *shop, dsn string) {
		c, owner := s.staffed(models.RoleFinance), s.hire(models.RoleOwner)
		modelstest.Exec(t, dsn, "UPDATE staff SET totp_sealed = X'010203' WHERE id = '"+c.person.ID+"'")

		c.get("/admin/orders").is(http.StatusSeeOther) // to the sign-in
		assert.Contains(t, s.logs.errors(), "coincart staff reset-totp")
		told := s.browser().post("/admin/login", "email", c.person.Email, "password", password).is(http.StatusServiceUnavailable)
		told.has(english.T("admin.refusal.sealed"))
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
		for range 2 {
			again.post("/admin/totp", "code", code(-1)).is(http.StatusUnprocessableEntity) // older than the one that was used
		}
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
		browsers := []*browser{s.browser(), s.browser(), s.browser()}
		for _, b := range browsers {
			b.post("/admin/login", "email", c.person.Email, "password", password).redirects("/admin/totp")
		}
		for _, b := range browsers {
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
	for _, r := range s.staffRoutes() {
		if r.Method != http.MethodPost {
			continue
		}
		path := s.subjects().Replace(r.Path)
		p := c.send(path, http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, "form_token", models.NewRef())
		assert.Equal(t, http.StatusForbidden, p.status, path)
		if !s.hasGet(r.Path) {
			assert.Equal(t, http.StatusMethodNotAllowed, c.get(path).status, path)
		}
	}
	assert.Equal(t, before, s.audited())
	c.get("/admin").is(http.StatusOK)
}

// hasGet reports that an address can be opened as well.
func (s *shop) hasGet(path string) bool {
	for _, r := range s.staffRoutes() {
		if r.Path == path && r.Method == http.MethodGet {
			return true
		}
	}
	return false
}
