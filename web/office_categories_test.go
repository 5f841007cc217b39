package web_test

import (
	"image/color"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestCatalogue_TheTreeOfCategories(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOwner)
		cups, plates := s.categoryID("cups"), s.categoryID("plates")
		c.post("/admin/categories/"+plates+"/move", "parent", cups, "before", "").redirects("/admin/categories")
		c.get("/admin/categories").is(http.StatusOK).has(english.T("admin.notice.category_moved"))
		s.clock.Advance(cacheTime)
		v := s.browser()
		v.get("/categories/cups").is(http.StatusOK).has("/categories/plates", "Plate a")
		v.get("/categories/plates").is(http.StatusOK).has(`href="/categories/cups"`)
		v.get("/products/plate-a").is(http.StatusOK).has(`href="/categories/cups"`, `href="/categories/plates"`)

		c.post("/admin/categories/"+cups+"/move", "parent", plates, "before", "").redirects("/admin/categories")
		c.get("/admin/categories").has(english.T("field.problem.tree"))

		form := c.get("/admin/categories/new").is(http.StatusOK).typed("/admin/categories")
		form.Set("name", "Bowls")
		form.Set("t.zh-Hans.name", "碗")
		c.sendFiles("/admin/categories", form, attached{"bowl.jpg", photograph(t, 400, 300, color.White)}).redirects("/admin/categories")
		c.sendFiles("/admin/categories", form).redirects("/admin/categories")
		bowls := s.categoryID("bowls")
		coupon := models.Coupon{Code: "PLATES", Kind: models.CouponPercent, Value: models.AmountFromInt(10), Enabled: true, CategoryIDs: models.List{plates}}
		require.NoError(t, s.db.SaveCoupon(t.Context(), &coupon))
		c.post("/admin/categories/"+plates+"/delete", "move_to", bowls).redirects("/admin/categories")
		entries, err := s.db.Audit(t.Context(), models.AuditFilter{Action: "category.delete"})
		require.NoError(t, err)
		require.Len(t, entries, 1)
		assert.Contains(t, entries[0].After, "PLATES", "it counts for bowls now")
		s.clock.Advance(cacheTime)
		v.get("/categories/bowls").is(http.StatusOK).has("Plate a")
		assert.Equal(t, "/categories/bowls", v.get("/categories/plates").is(http.StatusMovedPermanently).header.Get("Location"))

		path := "/admin/categories/" + bowls
		form = c.get(path).typed(path)
		form.Set("hidden", "1")
		c.sendFiles(path, form).redirects("/admin/categories")
		s.clock.Advance(cacheTime)
		v.get("/categories/bowls").is(http.StatusNotFound)
		v.get("/products/plate-a").is(http.StatusOK).lacks("/categories/bowls")
		form.Set("name", "Other bowls")
		form.Del("hidden")
		told := c.sendFiles(path, form).is(http.StatusConflict).has(
			english.T("admin.category.conflict"), "Other bowls", english.T("admin.product_fact.name"), english.T("admin.product_fact.hidden"))
		require.Equal(t, "Bowls", s.category("bowls").Name, "nothing was overwritten in silence")
		again := told.typed(path)
		assert.Equal(t, "Other bowls", again.Get("name"), "what was typed is still there")
		again.Set("do", "overwrite.1")
		c.sendFiles(path, again).is(http.StatusConflict)
		again.Set("do", "overwrite.x")
		c.sendFiles(path, again).is(http.StatusConflict)
		again.Set("do", told.pressed("overwrite."))
		c.sendFiles(path, again).redirects("/admin/categories")
		assert.Equal(t, "Other bowls", s.category("bowls").Name)
	})
}

func TestCatalogue_TagsAreRenamedAndTakenOff(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOwner)
		for slug, tags := range map[string]string{"pot": "tea, iron", "mug": "tea time"} {
			path := "/admin/products/" + s.productID(slug)
			form := c.get(path).typed(path)
			form.Set("tags", tags)
			form.Set("do", "save")
			c.sendFiles(path, form).redirects(path)
		}
		c.get("/admin/tags").is(http.StatusOK).has("tea time", "iron")
		c.post("/admin/tags/rename", "tag", "tea time", "to", "tea").redirects("/admin/tags")
		s.clock.Advance(cacheTime)
		v := s.browser()
		v.get("/tags/tea").is(http.StatusOK).has("Tea pot", "Stoneware mug")
		c.post("/admin/tags/rename", "tag", "tea", "to", "a,b").is(http.StatusUnprocessableEntity)
		c.post("/admin/tags/rename", "tag", "tea", "to", "a\x07b").is(http.StatusUnprocessableEntity).has(english.T("field.problem.characters"))
		c.post("/admin/tags/delete", "tag", "tea").redirects("/admin/tags")
		c.post("/admin/tags/delete", "tag", "tea").redirects("/admin/tags")
		c.get("/admin/tags").has(english.T("admin.refusal.stale")).lacks(">tea<")
		s.clock.Advance(cacheTime)
		v.get("/tags/tea").is(http.StatusNotFound)
		v.get("/tags/iron").is(http.StatusOK).has("Tea pot")
	})
}
