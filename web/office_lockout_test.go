package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web"
)

// behindProxy lets a test choose the address that a request comes from.
func behindProxy(c *web.Config) { c.TrustedProxies = []string{"127.0.0.1", "::1"} }

// from posts a sign-in from an address.
func (b *browser) from(address, email, password string) page {
	b.s.t.Helper()
	return b.send("/admin/login", http.Header{"X-Forwarded-For": {address}}, "email", email, "password", password)
}

// The attack: a stranger who knows an e-mail address sends a wrong password every few minutes, from a few addresses in turn. Before there were
// counters of networks and browsers, the owner's right password was refused 98 times of 98.
func TestLockOut_AStrangerDoesNotKeepAPersonOut(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.hire(models.RoleOwner)
		attack := func(n int) {
			s.browser().from(fmt.Sprintf("203.0.113.%d", n%50+1), owner.person.Email, "wrong wrong wrong")
		}
		for n := range 20 {
			attack(n)
			s.clock.Advance(5 * time.Minute)
		}
		refused := 0
		for n := range 98 {
			attack(n)
			s.clock.Advance(time.Minute)
			if s.browser().from("198.51.100.20", owner.person.Email, password).status != http.StatusSeeOther {
				refused++
			}
			s.clock.Advance(4 * time.Minute)
		}
		assert.Zero(t, refused, "right passwords that were refused, of 98, in a new browser")
	}, behindProxy)
}

// A botnet reaches the counter that all networks share. The browser that the person has signed in with before is let in all the same.
func TestLockOut_ABotnetDoesNotKeepAKnownBrowserOut(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		owner := s.hire(models.RoleOwner)
		owner.signIn()
		owner.post("/admin/logout")
		for i := range 130 {
			s.browser().from(fmt.Sprintf("203.0.%d.7", i), owner.person.Email, "wrong wrong wrong")
		}
		s.browser().from("192.0.2.1", owner.person.Email, password).is(http.StatusTooManyRequests)
		owner.from("192.0.2.1", owner.person.Email, password).redirects("/admin/totp")
		owner.post("/admin/totp", "code", owner.code()).redirects("/admin")
	}, behindProxy)
}
