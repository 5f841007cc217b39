package web_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/web/admin"
)

// onTable says what of the router's addresses under /admin the back office's table does not have, and the other way round.
func (s *shop) onTable(routes gin.RoutesInfo) (strangers, missing []string) {
	table, unused := map[string]bool{}, map[string]bool{}
	for _, r := range s.staffRoutes() {
		table[r.Method+" "+r.Path], unused[r.Method+" "+r.Path] = true, true
	}
	for _, r := range routes {
		if !admin.Owns(r.Path) {
			continue
		}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		key := method + " " + r.Path
		if !table[key] {
			strangers = append(strangers, r.Method+" "+r.Path)
		}
		delete(unused, key)
	}
	return strangers, slices.Sorted(maps.Keys(unused))
}

func TestOffice_EveryRouteIsInTheTable(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	strangers, missing := s.onTable(s.engine().Routes())
	assert.Empty(t, strangers, "routes without a rule: add them to the Routes of a package in web/admin")
	assert.Empty(t, missing, "rules without a route")
}

func TestOffice_ARouteOutsideTheTableIsFoundAndAnswers404(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	s.engine().GET("/admin/forgotten", func(c *gin.Context) { c.String(http.StatusOK, "everybody sees this") })
	s.engine().PUT("/admin/orders", func(c *gin.Context) { c.String(http.StatusOK, "everybody sees this") })
	strangers, _ := s.onTable(s.engine().Routes())
	assert.ElementsMatch(t, []string{"GET /admin/forgotten", "PUT /admin/orders"}, strangers)
	owner := s.staffed(models.RoleOwner)
	for _, b := range []*browser{s.browser(), owner.browser} {
		b.get("/admin/forgotten").is(http.StatusNotFound).lacks("everybody sees this")
		b.do(http.MethodPut, "/admin/orders", nil, http.Header{"Sec-Fetch-Site": {"same-origin"}}).is(http.StatusNotFound).lacks("everybody")
	}
}

func TestOffice_EveryRuleIsComplete(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	for _, r := range s.staffRoutes() {
		key := r.Method + " " + r.Path
		if r.Door != admin.DoorFull {
			assert.Empty(t, r.Permission, key)
			continue
		}
		assert.Contains(t, modelstest.Constants[models.Permission](), r.Permission, key)
		assert.Contains(t, []string{http.MethodGet, http.MethodPost}, r.Method, key)
		if r.Permission.NeedsStepUp() {
			assert.True(t, r.StepUp, key)
		}
		if r.Method == http.MethodGet { // a page changes nothing: what it needs is to be seen
			assert.Contains(t, []models.Permission{models.MayView, models.MaySelf, models.MayAudit, models.MayStaff, models.MayExport}, r.Permission, key)
		}
	}
	open := 0
	for _, r := range s.staffRoutes() {
		if r.Door == admin.DoorOpen {
			open++
		}
	}
	assert.Equal(t, 7, open, "sign-in, links and sign-out; think before adding another door")
}

func TestOffice_RoutesReadWritesApart(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	seen := map[string]bool{}
	for _, r := range s.staffRoutes() {
		key := r.Method + " " + r.Path
		assert.False(t, seen[key], key)
		seen[key] = true
		assert.True(t, admin.Owns(r.Path), key)
		assert.NotNil(t, r.Handler, key)
	}
	assert.False(t, admin.Owns("/administrator"))
	assert.False(t, admin.Owns("/"))
}

// subjects are rows that exist, for the addresses that name one.
func (s *shop) subjects() *strings.Replacer {
	s.t.Helper()
	return strings.NewReplacer(":day", "2026-01-02", ":id", models.NewID(), ":token", models.NewRef())
}

func TestOffice_RouteTimesRole(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		concrete := s.subjects()
		call := func(b *browser, r admin.Route) page {
			path := concrete.Replace(r.Path)
			if r.Method == http.MethodGet {
				return b.get(path)
			}
			return b.post(path, "form_token", models.NewRef())
		}
		half := s.hire(models.RoleOwner) // knows the password only
		half.givePassword().redirects("/admin/totp")
		people := map[models.Role]*clerk{}
		for _, role := range models.Roles() {
			people[role] = s.staffed(role)
		}
		before := s.audited()
		for _, r := range s.staffRoutes() {
			key := r.Method + " " + r.Path
			if r.Door == admin.DoorOpen {
				assert.Less(t, call(s.browser(), r).status, http.StatusInternalServerError, key)
				continue
			}
			stranger := call(s.browser(), r)
			assert.Equal(t, http.StatusSeeOther, stranger.status, "%s for a stranger", key)
			assert.True(t, strings.HasPrefix(stranger.header.Get("Location"), "/admin/login"), "%s for a stranger leads to %s", key, stranger.header.Get("Location"))
			assert.Empty(t, stranger.body, key)
			if r.Door == admin.DoorPassword {
				continue
			}
			waiting := call(half.browser, r)
			assert.Equal(t, http.StatusSeeOther, waiting.status, "%s after the password", key)
			assert.True(t, strings.HasPrefix(waiting.header.Get("Location"), "/admin/totp"), "%s after the password", key)
			for role, c := range people {
				if r.Admits(role) && !r.StepUp {
					continue
				}
				p := call(c.browser, r)
				assert.Equal(t, http.StatusForbidden, p.status, "%s for %s", key, role)
				assert.Equal(t, r.Admits(role), asksForCode(p), "%s for %s: a fresh code is asked for", key, role)
				checkStaffPage(t, key, p)
			}
		}
		require.Equal(t, before, s.audited(), "nobody did anything")
	})
}

// asksForCode reports that the page asks for a fresh code.
func asksForCode(p page) bool {
	asked := false
	p.nodes(func(n *html.Node) {
		asked = asked || n.Data == "input" && attribute(n, "name") == "totp"
	})
	return asked
}

// TestOffice_WhoMayIsLetIn proves that the refusals above are no accident: with the permission, and with a fresh code where it is
// needed, every address answers by itself.
func TestOffice_WhoMayIsLetIn(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		concrete := s.subjects()
		for _, role := range models.Roles() {
			c := s.staffed(role)
			for _, r := range s.staffRoutes() {
				key := string(role) + ": " + r.Method + " " + r.Path
				if r.Door != admin.DoorFull || !r.Admits(role) {
					continue
				}
				if r.StepUp {
					c.stepUp()
				}
				path := concrete.Replace(r.Path)
				p := c.get
				if r.Method == http.MethodPost {
					p = func(path string) page { return c.post(path, "form_token", models.NewRef()) }
				}
				answer := p(path)
				assert.NotEqual(t, http.StatusForbidden, answer.status, "%s: %s", key, answer.excerpt())
				assert.Less(t, answer.status, http.StatusInternalServerError, "%s: %s", key, answer.excerpt())
				assert.False(t, strings.HasPrefix(answer.header.Get("Location"), "/admin/login"), key)
				assert.False(t, asksForCode(answer) && r.StepUp, key)
				if answer.header.Get("Content-Type") == "text/html; charset=utf-8" {
					checkStaffPage(t, key, answer)
				}
			}
		}
	})
}
