package web_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web/admin"
)

func TestSignIn_DoesTheSameWorkForAccountsThatAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		s.browser().get("/admin/login").is(http.StatusOK) // the settings are at hand from now on
		s.statements()
		s.browser().post("/admin/login", "email", c.person.Email, "password", "wrong wrong wrong").is(http.StatusUnprocessableEntity)
		known := s.statements()
		s.browser().post("/admin/login", "email", "nobody@shop.example", "password", "wrong wrong wrong").is(http.StatusUnprocessableEntity)
		assert.Equal(t, known, s.statements())
		assert.NotEmpty(t, known)
	})
}

// TestSecrets_AreNeitherInTheLogNorInTheDatabase goes through everything that has secrets and looks for them in every byte that is kept.
func TestSecrets_AreNeitherInTheLogNorInTheDatabase(t *testing.T) {
	dsn := ""
	s := newShop(t, func(tb testing.TB, options ...modelstest.Option) *store.Store {
		tb.Helper()
		dsn = modelstest.SQLiteDSN(tb)
		return modelstest.Open(tb, dsn, options...)
	})
	marked := map[string]string{"password": password}
	link := s.setupLink()
	marked["setup token"] = link[strings.LastIndex(link, "/")+1:]
	b := s.browser()
	key := b.get(link).keyOf()
	marked["authenticator's secret"] = key.Reveal()
	marked["enrolment's cookie"] = b.cookie("coincart_admin_enrol")
	done := b.post(link, "email", "ann@shop.example", "name", "Ann", "password", password, "code", s.codeOf(key)).is(http.StatusOK)
	marked["recovery code"] = recoveryIn(t, done)
	marked["recovery code as typed"] = strings.ToUpper(strings.ReplaceAll(marked["recovery code"], "-", ""))
	marked["first session"] = b.staffCookie()
	person, err := s.db.StaffByEmail(t.Context(), "ann@shop.example")
	require.NoError(t, err)
	c := &clerk{browser: b, person: person}
	c.post("/admin/logout").redirects("/admin/login")
	c.givePassword().redirects("/admin/totp")
	marked["half session"] = c.staffCookie()
	c.post("/admin/totp", "code", c.code()).redirects("/admin")
	marked["session"] = c.staffCookie()
	c.stepUp()
	marked["stepped-up session"] = c.staffCookie()
	invited := c.invite("bob@shop.example", models.RoleViewer)
	marked["invitation"] = invited[strings.LastIndex(invited, "/")+1:]
	marked["new authenticator's secret"] = c.get("/admin/account/totp").keyOf().Reveal()
	c.post("/admin/account/password", "current", password, "password", "another phrase of mine").redirects("/admin/account")
	marked["new password"] = "another phrase of mine"
	c.post("/admin/login", "email", "ann@shop.example", "password", "a guess that fails").is(http.StatusUnprocessableEntity)
	marked["guess"] = "a guess that fails"
	token, err := s.web.Accounts().ResetLink(t.Context(), "ann@shop.example")
	require.NoError(t, err)
	marked["reset token"] = token
	s.browser().get(admin.InvitePath(token)).is(http.StatusOK)

	path := strings.TrimPrefix(dsn, "sqlite:")
	var kept []byte
	for _, suffix := range []string{"", "-wal"} {
		part, err := os.ReadFile(path + suffix)
		if err != nil && !os.IsNotExist(err) {
			require.NoError(t, err)
		}
		kept = append(kept, part...)
	}
	require.Contains(t, string(kept), "ann@shop.example", "it is the right file")
	for name, secret := range marked {
		require.NotEmpty(t, secret, name)
		assert.False(t, strings.Contains(string(kept), secret), "the %s is in the database", name)
		assert.False(t, strings.Contains(s.logs.String(), secret), "the %s is in the log", name)
	}
	s.audited()
}

// rawID is what a page shows where the catalogue lacks a word.
var rawID = regexp.MustCompile(`\badmin\.[a-z_]+[.a-z_]*`)

func TestPages_OfTheOfficeHaveAllTheirWordsInBothLanguages(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	order, open := s.paidOrder("1"), s.openOrder()
	owner := s.staffed(models.RoleOwner)
	owner.stepUp()
	owner.post("/admin/orders/"+order.ID+"/refund", "attempt", order.Current().ID, "amount", "1", "reason", "x", "form_token", models.NewRef()).is(http.StatusSeeOther)
	owner.post("/admin/orders/"+order.ID+"/note", "text", "x", "form_token", models.NewRef()).is(http.StatusSeeOther)
	task := owner.post("/admin/exports", "what", "orders", "format", "csv", "form_token", models.NewRef()).header.Get("Location")
	require.NoError(t, s.db.OpenReview(t.Context(), models.Review{Kind: models.ReviewMismatch, Subject: "x", OrderID: order.ID, Note: "x"}))
	owner.invite("bob@shop.example", models.RoleViewer)
	s.work()
	link, err := s.web.Accounts().ResetLink(t.Context(), owner.person.Email)
	require.NoError(t, err)
	today := s.clock.Now().UTC().Format("2006-01-02")
	for _, lang := range []string{"en", "zh-Hans"} {
		owner.post("/admin/account", "name", "Ann", "lang", lang).redirects("/admin/account")
		for _, path := range []string{
			"/admin", "/admin?from=x&to=y", "/admin/inbox", "/admin/orders", "/admin/orders?state=x&from=y&q=z", "/admin/orders/" + order.ID, "/admin/orders/" + open.ID,
			"/admin/cancellations", "/admin/statements", "/admin/statements?day=x", "/admin/statements/" + today, "/admin/refunds", "/admin/exports", "/admin/exports?what=x&from=y", "/admin/tasks", task, "/admin/audit",
			"/admin/staff", "/admin/account", "/admin/account/totp", "/admin/step-up", "/admin/none", admin.InvitePath(link),
		} {
			p := owner.get(path)
			assert.Equal(t, lang, p.header.Get("Content-Language"), path)
			noRawIDs(t, path, p)
		}
		stranger := s.browser()
		stranger.header.Set("Accept-Language", lang)
		noRawIDs(t, "/admin/login", stranger.get("/admin/login"))
		noRawIDs(t, "POST /admin/login", stranger.post("/admin/login", "email", "x", "password", "y"))
		noRawIDs(t, "used link", stranger.get(admin.SetupPath(models.NewRef())))
	}
}

func noRawIDs(t *testing.T, path string, p page) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(t, err)
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode && !within(n, "code") && !within(n, "pre"):
			assert.NotRegexp(t, rawID, n.Data, path)
		case n.Type == html.ElementNode:
			for _, name := range []string{"title", "aria-label", "placeholder", "alt"} {
				assert.NotRegexp(t, rawID, attribute(n, name), path)
			}
		}
	}
}
