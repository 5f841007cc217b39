package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/coincart/coincart/web/visit"
)

// securityTextPath is the address of security.txt, below that of the shop.
const securityTextPath = "/.well-known/security.txt"

// securityTextTime is how long the answer is good: RFC 9116 §2.5.5 asks for less than a year. It is made anew for each request, and so does
// not go stale.
const securityTextTime = 180 * 24 * time.Hour

// securityText says where to report security problems, by the settings (RFC 9116): GET /.well-known/security.txt. Without a contact there is
// no such page.
func (s *Server) securityText(v *visit.Visit) error {
	settings := v.Settings()
	contact := settings.SecurityContact()
	if contact == "" {
		return visit.ErrNoPage
	}
	var b strings.Builder
	line := func(name, value string) { b.WriteString(name + ": " + value + "\n") }
	line("Contact", contact)
	line("Expires", s.site.Clock().UTC().Truncate(24*time.Hour).Add(securityTextTime).Format(time.RFC3339))
	line("Preferred-Languages", strings.Join(settings.Languages(), ", "))
	line("Canonical", v.Absolute(securityTextPath))
	if policy := settings.SecurityPolicy(); policy != "" {
		line("Policy", policy)
	}
	return v.Text(http.StatusOK, b.String())
}
