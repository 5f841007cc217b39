package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
)

func TestRoutes_ASlashAtTheEndLeadsToThePage(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleOwner)
		for _, page := range []string{"/admin", "/admin/orders", "/admin/settings", "/admin/login", "/cart", "/checkout", "/products/mug"} {
			assert.Equal(t, page, c.get(page+"/").is(http.StatusSeeOther).header.Get("Location"))
			assert.Equal(t, page+"?a=b%2F", c.get(page+"//?a=b%2F").is(http.StatusSeeOther).header.Get("Location"))
		}
		c.get("/admin/").redirects("/admin")
		for _, wrong := range []string{"//example.com/", "//"} { // no way to another host
			c.get(wrong).is(http.StatusNotFound)
		}
		c.post("/admin/orders/", "a", "b").is(http.StatusNotFound)
	})
}
