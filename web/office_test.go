package web_test

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/web/admin"
)

// The password of everybody in these tests, and an authenticator's secret.
const (
	password = "correct horse battery staple"
	secret   = models.Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
)

// recoveryCode is the one recovery code that everybody in these tests has.
const recoveryCode = "abcd-efgh-ijkl-mnop"

// passwordHash is made once: it costs 27 ms, and much more under the race detector.
var passwordHash = sync.OnceValue(func() string {
	salt := []byte("a salt for tests")
	b64 := base64.RawStdEncoding.EncodeToString
	return "$argon2id$v=19$m=19456,t=2,p=1$" + b64(salt) + "$" + b64(argon2.IDKey([]byte(password), salt, 2, 19456, 1, 32))
})

// clerk is a person of the staff at a browser.
type clerk struct {
	*browser

	person models.Staff
}

// hire makes an account.
func (s *shop) hire(role models.Role) *clerk {
	s.t.Helper()
	person := models.Staff{
		ID: models.NewID(), Email: string(role) + "-" + strings.ToLower(models.NewRef()[:6]) + "@shop.example", Name: "The " + string(role), Role: role,
		Lang: "en", PasswordHash: passwordHash(), TOTP: secret, RecoveryHash: staff.RecoveryHash(recoveryCode), CreatedAt: s.clock.Now(), UpdatedAt: s.clock.Now(),
	}
	require.NoError(s.t, s.db.CreateStaff(s.t.Context(), &person))
	return &clerk{browser: s.browser(), person: person}
}

// staffed is somebody with the role who is signed in, by a session of the store: a password costs 27 ms, and signing in has tests of its own.
func (s *shop) staffed(role models.Role) *clerk {
	s.t.Helper()
	c := s.hire(role)
	now, id := s.clock.Now(), models.NewRef()+models.NewRef()
	session := models.StaffSession{StaffID: c.person.ID, Stage: models.StageFull, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(models.StaffSessionTime)}
	require.NoError(s.t, s.db.PutStaffSession(s.t.Context(), id, session))
	c.plant(id)
	return c
}

// trusted is somebody with the role who has just given a fresh code.
func (s *shop) trusted(role models.Role) *clerk {
	s.t.Helper()
	c := s.staffed(role)
	c.stepUp()
	return c
}

// code is the authenticator's code of this moment; one that was used before is waited for.
func (c *clerk) code() string {
	c.s.t.Helper()
	stored, err := c.s.db.StaffByEmail(c.s.t.Context(), c.person.Email)
	require.NoError(c.s.t, err)
	for staff.Step(c.s.clock.Now()) <= stored.TOTPStep {
		c.s.clock.Advance(30 * time.Second)
	}
	code, err := staff.Code(stored.TOTP, staff.Step(c.s.clock.Now()))
	require.NoError(c.s.t, err)
	return code
}

// wrongCode is no code of the secret's at this moment, nor of the steps before and after.
func (s *shop) wrongCode(key models.Secret) string {
	s.t.Helper()
	var right []string
	for step := staff.Step(s.clock.Now()) - 1; len(right) < 3; step++ {
		code, err := staff.Code(key, step)
		require.NoError(s.t, err)
		right = append(right, code)
	}
	wrong := []string{"000000", "000001", "000002", "000003"}
	return wrong[slices.IndexFunc(wrong, func(code string) bool { return !slices.Contains(right, code) })]
}

func (c *clerk) givePassword() page {
	c.s.t.Helper()
	return c.post("/admin/login", "email", c.person.Email, "password", password)
}

func (c *clerk) signIn() {
	c.s.t.Helper()
	c.givePassword().redirects("/admin/totp")
	c.post("/admin/totp", "code", c.code()).redirects("/admin")
}

// stepUp gives a fresh code.
func (c *clerk) stepUp() {
	c.s.t.Helper()
	c.post("/admin/step-up", "totp", c.code()).redirects("/admin")
}

// staffCookie is the value of the back office's session cookie.
func (b *browser) staffCookie() string { return b.cookie("coincart_admin") }

func (b *browser) cookie(name string) string {
	b.s.t.Helper()
	u, err := url.Parse(b.s.url)
	require.NoError(b.s.t, err)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// plant sets the session's cookie as if somebody else had.
func (b *browser) plant(id string) {
	b.s.t.Helper()
	u, err := url.Parse(b.s.url)
	require.NoError(b.s.t, err)
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "coincart_admin", Value: id, Path: "/"}})
}

// sendAll posts a form with fields that may repeat.
func (b *browser) sendAll(path string, form url.Values, header http.Header) page {
	b.s.t.Helper()
	all := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Site": {"same-origin"}}
	maps.Copy(all, header)
	return b.do(http.MethodPost, path, strings.NewReader(form.Encode()), all)
}

// engine is the router behind the server.
func (s *shop) engine() *gin.Engine {
	s.t.Helper()
	engine, ok := s.web.Handler().(*gin.Engine)
	require.True(s.t, ok)
	return engine
}

// staffRoutes is the table of the back office.
func (s *shop) staffRoutes() []admin.Route { return s.web.OfficeTable() }

// audited counts the entries of the audit log, and insists that its chain holds.
func (s *shop) audited() int64 {
	s.t.Helper()
	n, broken, err := s.db.VerifyAudit(s.t.Context())
	require.NoError(s.t, err)
	require.Nil(s.t, broken)
	return n
}

// entry is the newest entry of the audit log with this action.
func (s *shop) entry(action string) models.AuditEntry {
	s.t.Helper()
	list, err := s.db.Audit(s.t.Context(), models.AuditFilter{Action: action, Limit: 1})
	require.NoError(s.t, err)
	require.NotEmpty(s.t, list, "no entry %s", action)
	return list[0]
}

// actions are the addresses that the page's forms lead to.
func (p page) actions() []string {
	p.t.Helper()
	var list []string
	p.nodes(func(n *html.Node) {
		for _, name := range []string{"action", "formaction"} {
			if a := attribute(n, name); a != "" {
				list = append(list, a)
			}
		}
	})
	return list
}

// field is the value of a field in the form that leads to an action.
func (p page) field(action, name string) string {
	p.t.Helper()
	value, found := "", false
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(p.t, err)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || attribute(n, "action") != action {
			continue
		}
		for in := range n.Descendants() {
			if in.Type == html.ElementNode && attribute(in, "name") == name && !found {
				value, found = attribute(in, "value"), true
			}
		}
	}
	require.True(p.t, found, "no field %s in a form to %s: %s", name, action, p.excerpt())
	return value
}

// checkStaffPage insists on what every page of the back office has: nobody keeps it, nothing in it is inline, its forms lead to the back
// office, and an error leads on.
func checkStaffPage(t *testing.T, path string, p page) {
	t.Helper()
	require.Equal(t, "no-store", p.header.Get("Cache-Control"), path)
	require.Empty(t, p.header.Get("Content-Encoding"), path)
	ways := 0
	p.nodes(func(n *html.Node) {
		if n.Data == "script" {
			require.NotEmpty(t, attribute(n, "src"), "%s: inline script", path)
			require.Nil(t, n.FirstChild, "%s: inline script", path)
		}
		require.NotEqual(t, "style", n.Data, "%s: inline style", path)
		for _, a := range n.Attr {
			require.NotEqual(t, "style", a.Key, "%s: inline style", path)
			require.False(t, strings.HasPrefix(a.Key, "on"), "%s: inline handler %s", path, a.Key)
			if slices.Contains([]string{"href", "src", "action", "formaction", "hx-get", "hx-post"}, a.Key) {
				require.True(t, strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "#") || strings.HasPrefix(a.Val, "?"),
					"%s: %s leads to %q", path, a.Key, a.Val)
			}
		}
		if n.Data == "form" && strings.EqualFold(attribute(n, "method"), "post") {
			to := attribute(n, "action")
			require.True(t, to == "/language" || admin.Owns(strings.SplitN(to, "?", 2)[0]), "%s has a form to %q", path, to)
		}
		if n.Data == "a" && admin.Owns(strings.SplitN(attribute(n, "href"), "?", 2)[0]) {
			ways++
		}
	})
	if p.status >= http.StatusBadRequest {
		require.Positive(t, ways+len(p.actions()), "%s leads nowhere", path)
	}
}

// fourEyes builds the shop's payments and server anew with a limit above which refunds need a second person.
func (s *shop) fourEyes(limit string) {
	s.t.Helper()
	s.money.FourEyesLimit = models.MustAmount(limit)
	s.build()
}

// links are the addresses that the page leads to.
func (p page) links() []string {
	p.t.Helper()
	var list []string
	p.nodes(func(n *html.Node) {
		if n.Data == "a" {
			list = append(list, attribute(n, "href"))
		}
	})
	return list
}

// orderLinks are the orders that a list leads to, each once.
func orderLinks(p page) []string {
	p.t.Helper()
	seen := map[string]bool{}
	var ids []string
	for _, to := range p.links() {
		id, ok := strings.CutPrefix(to, "/admin/orders/")
		if ok && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// nextLink is the address of the next page of a list; "" on the last.
func nextLink(p page, prefix string) string {
	p.t.Helper()
	for _, to := range p.links() {
		if strings.HasPrefix(to, prefix) {
			return to
		}
	}
	return ""
}
