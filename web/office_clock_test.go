package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/web"
)

// Sessions go by the database's clock, which may be off. An authenticator goes by real time.
func TestOffice_AuthenticatorsAreComparedWithRealTime(t *testing.T) {
	for name, shift := range map[string]time.Duration{"behind": -3 * time.Minute, "ahead": 3 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, modelstest.SQLite, func(c *web.Config) {
				machine := c.Clock
				c.Machine = machine
				c.Clock = func() time.Time { return machine().Add(shift) }
			})
			s.staffed(models.RoleViewer).get("/admin/health").is(http.StatusOK)
		})
	}
}
