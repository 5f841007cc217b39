package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	apikeys "github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/modelstest"
)

const keysAt = "/admin/api-keys"

// aKey is the form of a new key, with other values for some fields.
func aKey(changes ...string) []string {
	form := []string{
		"name", "Accounts", "scope", "checkouts:write", "origins", "https://Shop.example.org/thanks\nhttps://shop.example.org",
		"networks", "192.0.2.7", "refund_limit", "250.50", "days", "365",
	}
	for i := 0; i < len(changes); i += 2 {
		kept := form[:0:0]
		for j := 0; j < len(form); j += 2 {
			if form[j] != changes[i] {
				kept = append(kept, form[j], form[j+1])
			}
		}
		kept = append(kept, changes[i], changes[i+1])
		form = kept
	}
	return form
}

func (s *shop) apiKeys() []models.APIKey {
	s.t.Helper()
	list, err := s.db.APIKeys(s.t.Context())
	require.NoError(s.t, err)
	return list
}

func TestOfficeAPIKeys_MadeChangedAndEndedByOwners(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		owner.get(keysAt).is(http.StatusOK).has(english.T("admin.keys.empty"))
		assert.True(t, asksForCode(owner.post(keysAt, aKey()...)), "a fresh code is needed")
		owner.stepUp()
		owner.post(keysAt, aKey()...).redirects(keysAt)
		page := owner.get(keysAt).is(http.StatusOK).has(english.T("admin.keys.secret.title"))
		secret := regexp.MustCompile(`cc_live_[A-Z2-7]{40}`).FindString(page.body)
		require.NotEmpty(t, secret)
		found, err := s.db.APIKeyBySecret(t.Context(), models.Secret(secret))
		require.NoError(t, err)
		key := s.apiKeys()[0]
		assert.Equal(t, key.ID, found.ID)
		assert.Equal(t, models.TextList{"https://shop.example.org"}, key.Origins)
		assert.Equal(t, models.TextList{"192.0.2.7/32"}, key.Networks)
		assert.Equal(t, "250.5", key.RefundLimit.String())
		assert.Equal(t, owner.person.ID, key.CreatedBy)

		owner.get(keysAt).has("Accounts", key.Shown).lacks(secret)
		at := keysAt + "/" + key.ID
		form := owner.get(at).is(http.StatusOK).has("https://shop.example.org").lacks(secret)
		assert.Regexp(t, `value="checkouts:write" checked`, form.body)
		assert.NotRegexp(t, `value="refunds:write" checked`, form.body)
		owner.post(at, aKey("version", "1", "name", "Books", "networks", "")...).redirects(keysAt)
		owner.post(at, aKey("version", "1", "name", "Late")...).is(http.StatusConflict).has(english.T("admin.refusal.stale"))
		changed := s.apiKeys()[0]
		assert.Equal(t, "Books", changed.Name)
		assert.Empty(t, changed.Networks)
		entry := s.entry("key.change")
		assert.Contains(t, entry.Before+entry.After, "Books")
		assert.NotContains(t, entry.Before+entry.After, secret)

		owner.post(at + "/end").redirects(keysAt)
		owner.get(keysAt).has(english.T("admin.notice.key_ended"), english.T("admin.key_state.ended"))
		owner.get(at).is(http.StatusOK).has("disabled").lacks(at + "/end")
		owner.post(at + "/end").is(http.StatusSeeOther)
		owner.post(at, aKey("version", "3")...).is(http.StatusUnprocessableEntity).has(english.T("admin.refusal.key_ended"))
		assert.Equal(t, "key:"+key.ID, s.entry("key.end").Subject)
		for _, wrong := range []string{"/nobody", "/" + strings.Repeat("k", 200)} {
			owner.get(keysAt + wrong).is(http.StatusNotFound)
			owner.post(keysAt + wrong + "/end").is(http.StatusNotFound)
		}
	})
}

func TestOfficeAPIKeys_FieldsAreChecked(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	owner := s.staffed(models.RoleOwner)
	owner.stepUp()
	for name, c := range map[string]struct{ field, value, id string }{
		"no name":             {"name", " ", "name"},
		"a name of two lines": {"name", "a\u202eb", "name"},
		"no scope":            {"scope", "", "scope"},
		"an unknown scope":    {"scope", "admin:all", "scope"},
		"http":                {"origins", "http://shop.example.org", "origins"},
		"no address":          {"origins", "shop.example.org", "origins"},
		"a password":          {"origins", "https://user:word@shop.example.org", "origins"},
		"no network":          {"networks", "192.0.2.0/99", "networks"},
		"no number":           {"refund_limit", "1e3", "refund_limit"},
		"below nothing":       {"refund_limit", "-1", "refund_limit"},
		"too fine":            {"refund_limit", "1.001", "refund_limit"},
		"another lifetime":    {"days", "31", "days"},
		"no lifetime":         {"days", "", "days"},
	} {
		owner.post(keysAt, aKey(c.field, c.value)...).is(http.StatusUnprocessableEntity).has(`id="`+c.id+`-problem"`, english.T("admin.refusal.fields"))
		assert.Empty(t, s.apiKeys(), name)
	}
}

func TestOfficeAPIKeys_NobodyButOwners(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	for _, role := range []models.Role{models.RoleViewer, models.RoleOperator, models.RoleFinance} {
		c := s.staffed(role)
		c.get("/admin").lacks(`href="/admin/api-keys"`)
		c.get(keysAt).is(http.StatusForbidden)
		c.get(keysAt + "/authorize?application=x").is(http.StatusForbidden)
		c.post(keysAt, aKey()...).is(http.StatusForbidden)
	}
	assert.Empty(t, s.apiKeys())
}

func TestOfficeAPIKeys_AProgramIsPaired(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.staffed(models.RoleOwner)
		verifier := strings.Repeat("verifier-", 6)
		sum := sha256.Sum256([]byte(verifier))
		asked := []string{
			"application", "WooCommerce", "scopes", "checkouts:write,checkouts:read", "redirect", "https://woo.example.org/done?page=coincart",
			"state", "s1", "challenge", base64.RawURLEncoding.EncodeToString(sum[:]),
		}
		query := url.Values{}
		for i := 0; i < len(asked); i += 2 {
			query.Set(asked[i], asked[i+1])
		}
		page := owner.get(keysAt+"/authorize?"+query.Encode()).is(http.StatusOK).
			has("WooCommerce", "https://woo.example.org", english.T("admin.scope.checkouts:write")).lacks(english.T("admin.scope.refunds:write"), `name="refund_limit"`)
		assert.Contains(t, page.header.Get("Content-Security-Policy"), "form-action 'self' https://woo.example.org")
		assert.NotContains(t, owner.get(keysAt).header.Get("Content-Security-Policy"), "woo.example.org")

		assert.True(t, asksForCode(owner.post(keysAt+"/authorize", append(asked, "answer", "yes")...)))
		owner.stepUp()
		refunds := slices.Clone(asked)
		refunds[3] += ",refunds:write"
		owner.post(keysAt+"/authorize", append(refunds, "answer", "yes", "refund_limit", "a lot")...).is(http.StatusUnprocessableEntity).has(`id="refund_limit-problem"`)
		owner.post(keysAt+"/authorize", append(asked, "answer", "no")...).redirects("https://woo.example.org/done?error=access_denied&page=coincart&state=s1")
		answer := owner.post(keysAt+"/authorize", append(asked, "answer", "yes", "refund_limit", "20")...).is(http.StatusSeeOther)
		to, err := url.Parse(answer.header.Get("Location"))
		require.NoError(t, err)
		assert.Equal(t, "woo.example.org", to.Host)
		assert.Equal(t, "s1", to.Query().Get("state"))
		assert.Empty(t, s.apiKeys(), "a code is not a key yet")

		service := apikeys.New(s.db, s.clock.Now, false)
		_, _, err = service.Exchange(t.Context(), models.Actor{}, to.Query().Get("code"), strings.Repeat("another--", 6), "")
		require.ErrorIs(t, err, apikeys.ErrCode)
		_, _, err = service.Exchange(t.Context(), models.Actor{}, to.Query().Get("code"), verifier, "")
		require.ErrorIs(t, err, apikeys.ErrCode, "a code is good once")
		answer = owner.post(keysAt+"/authorize", append(asked, "answer", "yes", "refund_limit", "20")...)
		to, err = url.Parse(answer.header.Get("Location"))
		require.NoError(t, err)
		key, secret, err := service.Exchange(t.Context(), models.Actor{}, to.Query().Get("code"), verifier, "")
		require.NoError(t, err)
		assert.Equal(t, models.TextList{"checkouts:read", "checkouts:write"}, key.Scopes)
		assert.Equal(t, models.TextList{"https://woo.example.org"}, key.Origins)
		assert.Equal(t, "20", key.RefundLimit.String())
		assert.Equal(t, owner.person.ID, key.CreatedBy)
		assert.True(t, models.IsKeyForm(secret.Reveal()))
	})
}

func TestOfficeAPIKeys_AnInvalidPairingSendsNobodyAway(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	owner := s.staffed(models.RoleOwner)
	owner.stepUp()
	challenge := base64.RawURLEncoding.EncodeToString(make([]byte, sha256.Size))
	for name, changed := range map[string][2]string{
		"no name": {"application", ""}, "no scope": {"scopes", ""}, "a scope that is not there": {"scopes", "checkouts:read all"},
		"http": {"redirect", "http://woo.example.org"}, "no address": {"redirect", "//woo.example.org"}, "a script": {"redirect", "javascript:alert(1)"},
		"no challenge": {"challenge", "short"}, "a long state": {"state", strings.Repeat("s", 501)},
	} {
		form := url.Values{"application": {"W"}, "scopes": {"checkouts:read"}, "redirect": {"https://woo.example.org/"}, "state": {"s"}, "challenge": {challenge}}
		form.Set(changed[0], changed[1])
		page := owner.get(keysAt + "/authorize?" + form.Encode())
		page.is(http.StatusUnprocessableEntity).has(english.T("admin.pair.invalid")).lacks(english.T("admin.pair.yes"))
		assert.NotContains(t, page.header.Get("Content-Security-Policy"), "woo.example.org", name)
		for _, answer := range []string{"yes", "no"} {
			var pairs []string
			for key := range form {
				pairs = append(pairs, key, form.Get(key))
			}
			owner.post(keysAt+"/authorize", append(pairs, "answer", answer)...).is(http.StatusUnprocessableEntity).has(english.T("admin.pair.invalid"))
		}
	}
}

// What the program may do that the shop is a part of, the program says: nobody changes or ends its key.
func TestOfficeAPIKeys_TheProgramsOwnStays(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		made, err := s.services.Keys.OfProgram(t.Context(), apikeys.Draft{Name: "This program", Origins: []string{"https://shop.example.org"}})
		require.NoError(t, err)
		again, err := s.services.Keys.OfProgram(t.Context(), apikeys.Draft{Name: "This program", Origins: []string{"https://shop.example.org"}, RefundLimit: "5"})
		require.NoError(t, err)
		assert.Equal(t, made.ID, again.ID)
		assert.Equal(t, "5", again.RefundLimit.String())

		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		at := keysAt + "/" + made.ID
		owner.get(at).is(http.StatusOK).has(english.T("admin.refusal.key_program")).lacks(at + "/end")
		owner.post(at + "/end").is(http.StatusSeeOther)
		owner.get(keysAt).is(http.StatusOK).has(english.T("admin.refusal.key_program"))
		owner.post(at, aKey("name", "Mine")...).has(english.T("admin.refusal.key_program"))
		list := s.apiKeys()
		require.Len(t, list, 1)
		assert.False(t, list[0].Ended())
		assert.Equal(t, "This program", list[0].Name)
	})
}
