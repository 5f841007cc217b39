package web_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web/admin"
)

// keyOf reads the authenticator's secret from an enrolment's page.
func (p page) keyOf() models.Secret {
	p.t.Helper()
	p.is(http.StatusOK)
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(p.t, err)
	for n := range root.Descendants() {
		text := strings.ReplaceAll(strings.TrimSpace(n.Data), " ", "")
		if n.Type == html.TextNode && len(text) == 32 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == "" {
			return models.Secret(text)
		}
	}
	require.Fail(p.t, "no secret", p.excerpt())
	return ""
}

func (s *shop) codeOf(key models.Secret) string {
	s.t.Helper()
	code, err := staff.Code(key, staff.Step(s.clock.Now()))
	require.NoError(s.t, err)
	return code
}

func (s *shop) setupLink() string {
	s.t.Helper()
	token, needed, err := s.web.Accounts().CreateSetupLink(s.t.Context())
	require.NoError(s.t, err)
	require.True(s.t, needed)
	return admin.SetupPath(token)
}

func TestSetup_MakesTheFirstOwnerOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		spare, link := s.setupLink(), s.setupLink() // the later link ends the earlier one
		b := s.browser()
		shown := b.get(link)
		checkStaffPage(t, link, shown)
		key := shown.keyOf()
		assert.Equal(t, key, b.get(link).keyOf(), "a reload shows the same secret")
		assert.NotEqual(t, key, s.browser().get(link).keyOf(), "who passed the link on does not see it")

		typed := []string{"email", "Ann@Shop.Example", "name", "Ann Lee", "password", password}
		for _, bad := range [][]string{
			{"email", "nonsense"},
			{"name", ""},
			{"name", strings.Repeat("a", 101)},
			{"password", "short"},
			{"password", "ann@shop.example"},
			{"code", s.wrongCode(key)},
			{"code", ""},
		} {
			p := b.post(link, append(append(typed, "code", s.codeOf(key)), bad...)...).is(http.StatusUnprocessableEntity)
			assert.True(t, p.invalid(bad[0]), "%s: %s", bad[0], p.excerpt())
			p.lacks(password)
		}
		done := b.post(link, append(typed, "code", s.codeOf(key))...).is(http.StatusOK)
		checkStaffPage(t, link, done)
		person, err := s.db.StaffByEmail(t.Context(), "ann@shop.example")
		require.NoError(t, err)
		assert.Equal(t, models.RoleOwner, person.Role)
		assert.Equal(t, key, person.TOTP)
		assert.NotContains(t, person.PasswordHash, password)
		assert.Equal(t, 10, staff.RecoveryLeft(person))
		b.get("/admin").is(http.StatusOK).has("Ann Lee")

		b.post(link, append(typed, "code", s.codeOf(key))...).is(http.StatusGone)
		for _, used := range []string{link, spare} {
			s.browser().get(used).is(http.StatusGone)
			s.browser().post(used, "email", "eve@shop.example", "name", "Eve", "password", password, "code", "123456").is(http.StatusGone)
		}
		_, needed, err := s.web.Accounts().CreateSetupLink(t.Context())
		require.NoError(t, err)
		assert.False(t, needed)
		open, err := s.web.Accounts().Invitations(t.Context())
		require.NoError(t, err)
		assert.Empty(t, open, "links for a first owner are not listed any more")
		entry := s.entry("staff.join")
		assert.Equal(t, "ann@shop.example", entry.Who)
		assert.NotContains(t, entry.After+entry.Before, key.Reveal())

		// A code of the recovery page signs in, and the code that was used at the setup does not.
		c := &clerk{browser: s.browser(), person: person}
		c.givePassword().redirects("/admin/totp")
		c.post("/admin/totp", "code", s.codeOf(key)).is(http.StatusUnprocessableEntity)
		c.post("/admin/totp", "recovery", recoveryIn(t, done)).redirects("/admin")
	})
}

// recoveryIn is the first recovery code of a page.
func recoveryIn(t *testing.T, p page) string {
	t.Helper()
	found := ""
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(t, err)
	for n := range root.Descendants() {
		text := strings.TrimSpace(n.Data)
		if n.Type == html.TextNode && len(text) == 19 && strings.Count(text, "-") == 3 && found == "" {
			found = text
		}
	}
	require.NotEmpty(t, found, p.excerpt())
	return found
}

func TestSetup_TwoAtOnceMakeOneOwner(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var links []string
		for range 3 { // as replicas could make them that start at the same moment; otherwise the last one ends the others
			token := models.NewRef()
			require.NoError(t, s.db.PutInvitation(t.Context(), token, models.Invitation{Role: models.RoleOwner}))
			links = append(links, admin.SetupPath(token))
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		made := 0
		var joins []func()
		for i, link := range links { // all have opened their links before the first one joins, which ends the others
			b := s.browser()
			code := s.codeOf(b.get(link).keyOf())
			email := string(rune('a'+i)) + "@shop.example"
			joins = append(joins, func() {
				p := b.post(link, "email", email, "name", "Somebody", "password", password, "code", code)
				mu.Lock()
				defer mu.Unlock()
				if p.status == http.StatusOK {
					made++
				}
			})
		}
		for _, join := range joins {
			all.Go(join)
		}
		all.Wait()
		n, err := s.db.StaffCount(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		assert.Equal(t, 1, made)
	})
}

func TestLinks_EndAfterTheirTime(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		link := s.setupLink()
		s.clock.Advance(models.InvitationTime - time.Second)
		s.browser().get(link).is(http.StatusOK)
		s.clock.Advance(time.Second)
		s.browser().get(link).is(http.StatusGone)
		for _, wrong := range []string{"x", models.NewRef(), strings.Repeat("A", 5000), "%00", "..", "' OR 1=1"} {
			status := s.browser().get("/admin/setup/" + wrong).status
			assert.Contains(t, []int{http.StatusGone, http.StatusNotFound, http.StatusBadRequest}, status, wrong)
		}
	})
}

// invite makes an invitation as an owner does and returns its path.
func (c *clerk) invite(email string, role models.Role) string {
	c.s.t.Helper()
	c.stepUp()
	p := c.post("/admin/staff/invite", "email", email, "role", string(role)).is(http.StatusOK)
	i := strings.Index(p.body, c.s.url+"/admin/invite/")
	require.Positive(c.s.t, i, p.excerpt())
	return p.body[i+len(c.s.url):][:len("/admin/invite/")+26]
}

func (s *shop) join(link string, change ...string) page {
	s.t.Helper()
	b := s.browser()
	fields := []string{"name", "Bob", "password", password, "code", s.codeOf(b.get(link).keyOf())}
	return b.post(link, append(fields, change...)...)
}

func TestInvitation_IsForOnePersonOneRoleAndOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		link := owner.invite("bob@shop.example", models.RoleOperator)
		s.browser().get(link).is(http.StatusOK).has("bob@shop.example")
		s.browser().get(strings.Replace(link, "invite", "setup", 1)).is(http.StatusGone)
		// Neither address nor role is the guest's to choose.
		s.join(link, "email", "boss@shop.example", "role", "owner", "id", owner.person.ID, "disabled", "1").is(http.StatusOK)
		bob, err := s.db.StaffByEmail(t.Context(), "bob@shop.example")
		require.NoError(t, err)
		assert.Equal(t, models.RoleOperator, bob.Role)
		_, err = s.db.StaffByEmail(t.Context(), "boss@shop.example")
		require.ErrorIs(t, err, store.ErrNotFound)
		s.browser().get(link).is(http.StatusGone)

		owner.stepUp()
		owner.post("/admin/staff/invite", "email", "BOB@shop.example", "role", "owner").is(http.StatusUnprocessableEntity)
		owner.post("/admin/staff/invite", "email", "new@shop.example", "role", "god").is(http.StatusUnprocessableEntity)
		owner.post("/admin/staff/invite", "email", "not an address", "role", "viewer").is(http.StatusUnprocessableEntity)

		first := owner.invite("eve@shop.example", models.RoleViewer)
		second := owner.invite("eve@shop.example", models.RoleViewer) // the second click
		s.browser().get(first).is(http.StatusGone)
		s.browser().get(second).is(http.StatusOK)
		open, err := s.db.Invitations(t.Context())
		require.NoError(t, err)
		require.Len(t, open, 1)
		owner.post("/admin/staff/invitations/" + open[0].ID + "/end").redirects("/admin/staff")
		s.browser().get(second).is(http.StatusGone)
		owner.post("/admin/staff/invitations/" + open[0].ID + "/end").is(http.StatusNotFound)
	})
}

func TestInvitation_EndsWithThePowerOfWhoMadeIt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		boss, owner := s.staffed(models.RoleOwner), s.staffed(models.RoleOwner)
		link := owner.invite("bob@shop.example", models.RoleOwner)
		s.browser().get(link).is(http.StatusOK)
		boss.stepUp()
		boss.post("/admin/staff/"+owner.person.ID+"/role", "role", "finance").redirects("/admin/staff")
		s.browser().get(link).is(http.StatusGone)
		owner.get("/admin").is(http.StatusSeeOther) // a new role needs a new sign-in
	})
}

func TestReset_ComesFromTheCommandLineAndEndsEverySession(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleFinance)
		token, err := s.web.Accounts().ResetLink(t.Context(), strings.ToUpper(c.person.Email))
		require.NoError(t, err)
		b := s.browser()
		key := b.get(admin.InvitePath(token)).keyOf()
		c.get("/admin").is(http.StatusOK) // nothing has happened yet
		b.post(admin.InvitePath(token), "name", "Someone New", "password", "another good password", "code", s.codeOf(key)).is(http.StatusOK)
		c.get("/admin").is(http.StatusSeeOther)
		stored, err := s.db.StaffByEmail(t.Context(), c.person.Email)
		require.NoError(t, err)
		assert.Equal(t, models.RoleFinance, stored.Role, "the role stays")
		assert.Equal(t, key, stored.TOTP)
		c.givePassword().is(http.StatusUnprocessableEntity)
		b.get("/admin").is(http.StatusOK)
		_, err = s.web.Accounts().ResetLink(t.Context(), "nobody@shop.example")
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func TestStaff_ChangesAreSeenAtOnceAndNobodyLocksThemselvesOut(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner, clerk := s.staffed(models.RoleOwner), s.staffed(models.RoleOperator)
		path := "/admin/staff/" + clerk.person.ID
		owner.stepUp()
		owner.get("/admin/staff").is(http.StatusOK).has(clerk.person.Email, path+"/role")
		clerk.get("/admin").is(http.StatusOK)
		owner.post(path+"/role", "role", "viewer", "disabled", "1", "email", "x@y.example").redirects("/admin/staff")
		clerk.get("/admin").is(http.StatusSeeOther)
		stored, err := s.db.StaffByEmail(t.Context(), clerk.person.Email)
		require.NoError(t, err)
		assert.Equal(t, models.RoleViewer, stored.Role)
		assert.False(t, stored.Disabled)
		assert.Equal(t, clerk.person.Email, stored.Email)
		entry := s.entry("staff.role")
		assert.Contains(t, entry.Before, "operator")
		assert.Contains(t, entry.After, "viewer")
		assert.Equal(t, owner.person.Email, entry.Who)

		clerk.signIn()
		owner.post(path + "/end-sessions").redirects("/admin/staff")
		clerk.get("/admin").is(http.StatusSeeOther)
		owner.post(path + "/disable").redirects("/admin/staff")
		clerk.givePassword().is(http.StatusUnprocessableEntity)
		owner.post(path + "/enable").redirects("/admin/staff")
		clerk.givePassword().redirects("/admin/totp")

		own := "/admin/staff/" + owner.person.ID
		owner.post(own+"/role", "role", "viewer").is(http.StatusUnprocessableEntity)
		owner.post(own + "/disable").is(http.StatusUnprocessableEntity)
		owner.post(path+"/role", "role", "emperor").is(http.StatusUnprocessableEntity)
		owner.post("/admin/staff/" + models.NewID() + "/disable").is(http.StatusNotFound)
		owner.post("/admin/staff/' OR 1=1/disable").is(http.StatusNotFound)
	})
}

func TestStaff_TwoOwnersCannotDisableEachOther(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		a, b := s.staffed(models.RoleOwner), s.staffed(models.RoleOwner)
		a.stepUp()
		b.stepUp()
		var all sync.WaitGroup
		all.Go(func() { a.post("/admin/staff/" + b.person.ID + "/disable") })
		all.Go(func() { b.post("/admin/staff/" + a.person.ID + "/disable") })
		all.Wait()
		list, err := s.db.StaffList(t.Context())
		require.NoError(t, err)
		able := 0
		for _, p := range list {
			if !p.Disabled {
				able++
			}
		}
		assert.Equal(t, 1, able)
		s.audited()
	})
}

func TestAccount_PasswordEndsOtherSessionsAndRenewsThisOne(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleViewer)
		other := &clerk{browser: s.browser(), person: c.person}
		other.signIn()
		const fresh = "a rather different phrase"
		c.post("/admin/account/password", "current", "wrong", "password", fresh).is(http.StatusUnprocessableEntity)
		c.post("/admin/account/password", "current", password, "password", "short").is(http.StatusUnprocessableEntity)
		c.post("/admin/account/password", "current", password, "password", c.person.Email).is(http.StatusUnprocessableEntity)
		other.get("/admin").is(http.StatusOK)
		id := c.staffCookie()
		c.post("/admin/account/password", "current", password, "password", fresh).redirects("/admin/account")
		assert.NotEqual(t, id, c.staffCookie())
		other.get("/admin").is(http.StatusSeeOther)
		c.get("/admin/account").is(http.StatusOK)
		thief := s.browser()
		thief.plant(id)
		thief.get("/admin").is(http.StatusSeeOther)
		other.givePassword().is(http.StatusUnprocessableEntity)
		other.post("/admin/login", "email", c.person.Email, "password", fresh).redirects("/admin/totp")
	})
}

func TestAccount_GuessingTheCurrentPasswordBecomesSlow(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.staffed(models.RoleViewer)
	for range 5 {
		c.post("/admin/account/password", "current", "wrong", "password", "a rather different phrase").is(http.StatusUnprocessableEntity)
	}
	p := c.post("/admin/account/password", "current", password, "password", "a rather different phrase").is(http.StatusTooManyRequests)
	assert.Equal(t, "1", p.header.Get("Retry-After"))
}

func TestAccount_ProfileChangesNothingElse(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleViewer)
		before, err := s.db.StaffByEmail(t.Context(), c.person.Email)
		require.NoError(t, err)
		c.post("/admin/account", "name", " Ann 李 ", "lang", "zh-Hans", "role", "owner", "email", "boss@shop.example", "id", models.NewID(),
			"disabled", "1", "password_hash", "x", "totp", "x", "recovery_hash", "").redirects("/admin/account")
		after, err := s.db.StaffByEmail(t.Context(), c.person.Email)
		require.NoError(t, err)
		assert.Equal(t, "Ann 李", after.Name)
		assert.Equal(t, "zh-Hans", after.Lang)
		before.Name, before.Lang, before.UpdatedAt = after.Name, after.Lang, after.UpdatedAt
		assert.Equal(t, before, after)
		assert.Equal(t, "zh-Hans", c.get("/admin/account").header.Get("Content-Language"))
		c.post("/admin/account", "name", "Ann", "lang", "xx").is(http.StatusUnprocessableEntity)
		c.post("/admin/account", "name", "", "lang", "en").is(http.StatusUnprocessableEntity)
	})
}

func TestAccount_NewAuthenticatorNeedsAFreshCodeOfTheOldOne(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleViewer)
		other := &clerk{browser: s.browser(), person: c.person}
		other.signIn()
		assert.True(t, asksForCode(c.get("/admin/account/totp").is(http.StatusForbidden)))
		c.stepUp()
		key := c.get("/admin/account/totp").keyOf()
		require.NotEqual(t, secret, key)
		assert.Equal(t, key, c.get("/admin/account/totp").keyOf())
		c.post("/admin/account/totp", "code", s.wrongCode(key)).is(http.StatusUnprocessableEntity)
		c.post("/admin/account/totp", "code", s.codeOf(secret)).is(http.StatusUnprocessableEntity)
		stored, err := s.db.StaffByEmail(t.Context(), c.person.Email)
		require.NoError(t, err)
		require.Equal(t, secret, stored.TOTP, "nothing changed yet")

		id := c.staffCookie()
		code := s.codeOf(key)
		c.post("/admin/account/totp", "code", code).redirects("/admin/account")
		assert.NotEqual(t, id, c.staffCookie())
		other.get("/admin").is(http.StatusSeeOther)
		other.givePassword().redirects("/admin/totp")
		other.post("/admin/totp", "code", code).is(http.StatusUnprocessableEntity)             // used
		other.post("/admin/totp", "code", s.codeOf(secret)).is(http.StatusUnprocessableEntity) // the old one
		s.clock.Advance(30 * time.Second)
		other.post("/admin/totp", "code", s.codeOf(key)).redirects("/admin")
	})
}

func TestAccount_NewRecoveryCodesReplaceTheOldOnes(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleViewer)
		assert.True(t, asksForCode(c.post("/admin/account/recovery").is(http.StatusForbidden)))
		c.post("/admin/account/recovery", "totp", c.code()).redirects("/admin/account")
		fresh := recoveryIn(t, c.get("/admin/account").is(http.StatusOK))
		c.get("/admin/account").is(http.StatusOK).lacks(fresh)
		c.browser = s.browser()
		c.givePassword().redirects("/admin/totp")
		c.post("/admin/totp", "recovery", recoveryCode).is(http.StatusUnprocessableEntity)
		c.post("/admin/totp", "recovery", fresh).redirects("/admin")
	})
}

func TestStepUp_TheQuestionKeepsTheFormAndGoesOnWithIt(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		p := owner.post("/admin/staff/invite", "email", "<b>bob</b>@shop.example", "role", "viewer").is(http.StatusForbidden)
		assert.True(t, asksForCode(p))
		p.has("&lt;b&gt;bob").lacks("<b>bob")
		assert.Equal(t, "viewer", p.field("/admin/staff/invite", "role"))
		n := s.audited()

		p = owner.post("/admin/staff/invite", "email", "bob@shop.example", "role", "viewer", "totp", s.wrongCode(secret)).is(http.StatusUnprocessableEntity)
		assert.Equal(t, "bob@shop.example", p.field("/admin/staff/invite", "email"))
		assert.Equal(t, n, s.audited())

		id := owner.staffCookie()
		owner.post("/admin/staff/invite", "email", "bob@shop.example", "role", "viewer", "totp", owner.code()).is(http.StatusOK).has("/admin/invite/")
		assert.NotEqual(t, id, owner.staffCookie(), "a new id at the change of privilege")
		owner.get("/admin/staff").is(http.StatusOK)
		s.clock.Advance(models.StepUpTime - time.Second)
		owner.get("/admin/staff").is(http.StatusOK)
		s.clock.Advance(time.Second)
		assert.True(t, asksForCode(owner.get("/admin/staff").is(http.StatusForbidden)))
	})
}
