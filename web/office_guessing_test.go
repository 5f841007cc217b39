package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web"
)

func TestSignIn_TellsNobodyWhoHasAnAccount(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		known, disabled := s.hire(models.RoleOwner), s.hire(models.RoleOwner)
		require.NoError(t, s.db.UpdateStaff(t.Context(), disabled.person.ID, store.StaffChange{Disabled: new(true)}))
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

func TestSignIn_GuessingCodesBecomesSlow(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.hire(models.RoleOwner)
		c.givePassword().redirects("/admin/totp")
		looked := 0
		for range 400 {
			p := c.post("/admin/totp", "code", s.wrongCode(secret))
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
