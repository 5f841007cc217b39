package web_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

// cacheTime is how old what every page shows may be.
const cacheTime = time.Second

// photograph is a picture of one colour.
func photograph(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, nil))
	return b.Bytes()
}

// attached is a file that goes with a form.
type attached struct {
	name string
	data []byte
}

// sendFiles posts a form as a browser does that has files in it.
func (b *browser) sendFiles(path string, form url.Values, files ...attached) page {
	b.s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			require.NoError(b.s.t, w.WriteField(name, value))
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile("upload", f.name)
		require.NoError(b.s.t, err)
		_, err = part.Write(f.data)
		require.NoError(b.s.t, err)
	}
	if len(files) == 0 { // a file field in which nothing was chosen
		_, err := w.CreateFormFile("upload", "")
		require.NoError(b.s.t, err)
	}
	require.NoError(b.s.t, w.Close())
	return b.do(http.MethodPost, path, &body, http.Header{"Content-Type": {w.FormDataContentType()}, "Sec-Fetch-Site": {"same-origin"}})
}

// typed is what the form to an action holds, as a browser would send it.
func (p page) typed(action string) url.Values {
	p.t.Helper()
	root, err := html.Parse(strings.NewReader(p.body))
	require.NoError(p.t, err)
	form := url.Values{}
	found := false
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || attribute(n, "action") != action {
			continue
		}
		found = true
		for in := range n.Descendants() {
			name := attribute(in, "name")
			if in.Type != html.ElementNode || name == "" {
				continue
			}
			switch in.Data {
			case "textarea":
				text := ""
				if in.FirstChild != nil {
					text = in.FirstChild.Data
				}
				form.Add(name, text)
			case "select":
				for o := range in.Descendants() {
					if o.Data == "option" && has(o, "selected") {
						form.Set(name, attribute(o, "value"))
					}
				}
			case "input":
				kind := attribute(in, "type")
				if kind == "file" || ((kind == "checkbox" || kind == "radio") && !has(in, "checked")) {
					continue
				}
				form.Add(name, attribute(in, "value"))
			}
		}
	}
	require.True(p.t, found, "no form to %s: %s", action, p.excerpt())
	return form
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func (s *shop) categoryID(slug string) string { return s.category(slug).ID }

func (s *shop) category(slug string) models.Category {
	s.t.Helper()
	list, err := s.db.Categories(s.t.Context())
	require.NoError(s.t, err)
	i := slices.IndexFunc(list, func(c models.Category) bool { return c.Slug == slug })
	require.GreaterOrEqual(s.t, i, 0, slug)
	return list[i]
}

// pressed is the value of the form's button "do" that begins like this.
func (p page) pressed(begins string) string {
	p.t.Helper()
	value := ""
	p.nodes(func(n *html.Node) {
		if n.Data == "button" && attribute(n, "name") == "do" && strings.HasPrefix(attribute(n, "value"), begins) {
			value = attribute(n, "value")
		}
	})
	require.NotEmpty(p.t, value, "no button %s in %s", begins, p.excerpt())
	return value
}

func (s *shop) productID(slug string) string {
	s.t.Helper()
	p, err := s.db.Product(s.t.Context(), slug)
	require.NoError(s.t, err)
	return p.ID
}

// A shopkeeper makes a product with two options and pictures, step by step and without scripts; it is previewed, published, and bought.
func TestCatalogue_AProductFromNothingToTheCart(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOperator)
		page := c.get("/admin/products/new").is(http.StatusOK)
		form := page.typed("/admin/products")
		form.Set("title", "Linen Shirt")
		form.Add("category", s.categoryID("cups"))
		form.Set("tags", "summer， linen")
		form.Set("t.zh-Hans.title", "亚麻衬衫")
		form.Set("v.0.price", "40")
		form.Set("v.0.sku", "SHIRT")

		form.Set("do", "option.add")
		page = c.sendFiles("/admin/products", form).is(http.StatusOK)
		form = page.typed("/admin/products")
		require.Equal(t, "Linen Shirt", form.Get("title"), "what was typed is kept")
		form.Set("o.0.name", "Colour")
		form.Set("o.0.values", "Sand\nBlue")
		form.Set("o.0.zh-Hans.name", "颜色")
		form.Set("o.0.zh-Hans.values", "沙色\n蓝色")
		form.Set("do", "option.add")
		form = c.sendFiles("/admin/products", form).is(http.StatusOK).typed("/admin/products")
		form.Set("o.1.name", "Size")
		form.Set("o.1.values", "S\nL")
		form.Set("do", "combine")
		page = c.sendFiles("/admin/products", form, attached{"a.jpg", photograph(t, 900, 600, color.RGBA{200, 0, 0, 255})}, attached{"b.png", []byte("<svg/>")})
		page.is(http.StatusUnprocessableEntity).has(english.T("admin.product.upload.failed", "Name", "b.png", "Why", english.T("field.problem.picture_kind")))
		form = page.typed("/admin/products")
		require.Len(t, form["variant"], 4)
		require.Len(t, form["picture"], 1, "the good picture is kept")
		source := form.Get("p.0.source")
		require.True(t, strings.HasPrefix(source, "media/"), source)

		for i, sku := range []string{"SHIRT-SAND-S", "SHIRT-SAND-L", "SHIRT-BLUE-S", "SHIRT-BLUE-L"} {
			at := "v." + string(rune('0'+i)) + "."
			form.Set(at+"sku", sku)
			form.Set(at+"stock", "5")
		}
		form.Set("v.1.stock", "0")
		form.Set("v.2.sale", "30")
		form.Set("v.2.picture", source)
		form.Set("do", "variant.remove.3") // blue is not made large
		form = c.sendFiles("/admin/products", form).is(http.StatusOK).typed("/admin/products")
		require.Len(t, form["variant"], 3)

		form.Set("do", "preview")
		c.sendFiles("/admin/products/preview/form", form).is(http.StatusOK).has(english.T("product.preview"), "Linen Shirt", "Sand", english.T("option.sold_out"))

		form.Set("do", "save")
		to := c.sendFiles("/admin/products", form).is(http.StatusSeeOther).header.Get("Location")
		require.Equal(t, to, c.sendFiles("/admin/products", form).is(http.StatusSeeOther).header.Get("Location"), "pressed twice it is one product")
		c.get(to).is(http.StatusOK).has(english.T("admin.notice.product_saved"), "SHIRT-BLUE-S")
		entry := s.entry("product.create")
		assert.Contains(t, entry.After, "Linen Shirt")

		v := s.browser()
		v.get("/products/linen-shirt").is(http.StatusNotFound)
		c.get(to+"/preview").is(http.StatusOK).has(english.T("product.preview"), "Linen Shirt")
		c.sendAll("/admin/products/bulk/change", url.Values{"id": {strings.TrimPrefix(to, "/admin/products/")}, "do": {"publish"}}, nil).is(http.StatusSeeOther)

		shown := v.get("/products/linen-shirt").is(http.StatusOK).has("Linen Shirt", "Colour", "Size", "summer", `srcset="/media/`)
		hash, _, _ := strings.Cut(strings.TrimPrefix(source, "media/"), "-")
		picture := v.get("/media/" + hash + "-medium.jpg").is(http.StatusOK)
		assert.Equal(t, "image/jpeg", picture.header.Get("Content-Type"))
		assert.Contains(t, picture.header.Get("Cache-Control"), "immutable")
		again := v.do(http.MethodGet, "/media/"+hash+"-medium.jpg", nil, http.Header{"If-None-Match": {picture.header.Get("Etag")}})
		assert.Equal(t, http.StatusNotModified, again.status)
		v.get("/media/" + hash + "-medium.png").is(http.StatusNotFound)
		v.get("/media/../go.mod").is(http.StatusNotFound)

		blue := v.get("/products/linen-shirt?o0=Blue&o1=S").is(http.StatusOK).has("$30.00", "$40.00", english.T("sale.badge"))
		assert.NotContains(t, shown.body, english.T("sale.ends"))
		_ = blue
		v.get("/products/linen-shirt?o0=Blue&o1=L").is(http.StatusOK).has(english.T("buy.not_made"))
		refused := v.post("/cart/items", "product", "linen-shirt", "o0", "Blue", "o1", "L", "quantity", "1")
		refused.is(http.StatusUnprocessableEntity).has(english.T("buy.not_made"))
		v.post("/cart/items", "product", "linen-shirt", "o0", "Sand", "o1", "L", "quantity", "1").is(http.StatusUnprocessableEntity)
		v.post("/cart/items", "product", "linen-shirt", "o0", "Blue", "o1", "S", "quantity", "2").redirects("/cart")
		v.get("/cart").is(http.StatusOK).has("Linen Shirt", "$60.00")
		v.get("/tags/linen").is(http.StatusOK).has("Linen Shirt")
		v.get("/tags/nothing").is(http.StatusNotFound)

		zh := s.browser()
		zh.header.Set("Accept-Language", "zh")
		zh.get("/products/linen-shirt").is(http.StatusOK).has("亚麻衬衫", "颜色", "沙色")
	})
}

func TestCatalogue_AChangeThatSomebodyElseMadeIsToldAndNeverLost(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOwner)
		path := "/admin/products/" + s.productID("pot")
		mine := c.get(path).typed(path)
		theirs := c.get(path).typed(path)
		theirs.Set("title", "Tea pot of cast iron")
		theirs.Set("do", "save")
		c.sendFiles(path, theirs).redirects(path)

		mine.Set("title", "Tea pot of stoneware")
		mine.Set("do", "save")
		told := c.sendFiles(path, mine).is(http.StatusConflict).has(english.T("admin.product.conflict"), "Tea pot of cast iron", "Tea pot of stoneware")
		p, err := s.db.Product(t.Context(), "pot")
		require.NoError(t, err)
		require.Equal(t, "Tea pot of cast iron", p.Title, "nothing was overwritten in silence")

		third := c.get(path).typed(path)
		third.Set("title", "Tea pot of glass")
		third.Set("do", "save")
		c.sendFiles(path, third).redirects(path)
		again := told.typed(path)
		again.Set("do", told.pressed("overwrite."))
		told = c.sendFiles(path, again).is(http.StatusConflict).has("Tea pot of glass") // only what was shown is replaced
		again.Set("do", told.pressed("overwrite."))
		c.sendFiles(path, again).redirects(path)
		p, err = s.db.Product(t.Context(), "pot")
		require.NoError(t, err)
		assert.Equal(t, "Tea pot of stoneware", p.Title)
		assert.Equal(t, 3, p.Variants[0].OnHand, "the form never touches stock")
	})
}

func TestCatalogue_WhatCannotBeStoredIsSaidBesideItsField(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.trusted(models.RoleOwner)
	path := "/admin/products/" + s.productID("pot")
	for name, set := range map[string]struct {
		field, value, says string
	}{
		"no title":            {"title", "", "title-problem"},
		"address":             {"slug", "Tea Pot!", "slug-problem"},
		"address taken":       {"slug", "mug", "slug-problem"},
		"SKU taken":           {"v.0.sku", "MUG-RED", "v.0.sku-problem"},
		"no SKU":              {"v.0.sku", "", "v.0.sku-problem"},
		"no price":            {"v.0.price", "", "v.0.price-problem"},
		"comma":               {"v.0.price", "12,50", "v.0.price-problem"},
		"too many digits":     {"v.0.price", "12.505", "v.0.price-problem"},
		"negative":            {"v.0.price", "-1", "v.0.price-problem"},
		"exponent":            {"v.0.price", "1e3", "v.0.price-problem"},
		"sale above price":    {"v.0.sale", "99", "v.0.sale-problem"},
		"sale without a date": {"v.0.until", "soon", "v.0.until-problem"},
		"weight":              {"v.0.weight", "heavy", "v.0.weight-problem"},
		"limit":               {"v.0.low", "-2", "v.0.low-problem"},
		"summary":             {"summary", strings.Repeat("x", 1001), "summary-problem"},
		"tags":                {"tags", strings.Repeat("x", 101), "tags-problem"},
		"price too large":     {"v.0.price", "999999999999999999", "v.0.price-problem"},
		"limit too large":     {"v.0.low", "99999999999999999999", english.T("field.problem.range")},
		"signs in the title":  {"title", "a\x00b", english.T("field.problem.characters")},
		"signs in the SKU":    {"v.0.sku", "a\x1b[31m", "v.0.sku-problem"},
		"signs in a tag":      {"tags", "fine, a\x07b", "tags-problem"},
		"limit not whole":     {"v.0.low", "1.5", english.T("field.problem.whole")},
		"no category":         {"category", "", "categories-problem"},
		"no such country":     {"v.0.origin", "Portugal", english.T("field.problem.country.origin")},
	} {
		form := c.get(path).typed(path)
		form.Set(set.field, set.value)
		if set.field == "category" {
			form.Del("primary")
		}
		form.Set("do", "save")
		p := c.sendFiles(path, form)
		require.Equal(t, http.StatusUnprocessableEntity, p.status, name)
		p.has(set.says)
	}
	for list, field := range map[string]string{"/admin/products": "title", "/admin/categories": "name"} {
		empty := c.get(list + "/new").typed(list)
		empty.Set("do", "save")
		p := c.sendFiles(list, empty).is(http.StatusUnprocessableEntity)
		assert.True(t, p.invalid(field), list)
		assert.False(t, p.invalid("slug"), "the address is made from the %s: one problem is enough", field)
		empty.Set(field, "A\x07B")
		assert.True(t, c.sendFiles(list, empty).is(http.StatusUnprocessableEntity).invalid(field))
		empty.Set(field, "陶杯")
		assert.False(t, c.sendFiles(list, empty).invalid("slug"), "one is made of any script")
	}
	form := c.get(path).typed(path)
	form.Set("do", "dance")
	c.sendFiles(path, form).is(http.StatusBadRequest)
	form.Set("do", "save")
	form["picture"], form["p.0.source"] = []string{"0"}, []string{"icons/favicon.svg"}
	c.sendFiles(path, form).is(http.StatusUnprocessableEntity)
	form["p.0.source"] = []string{"media/" + strings.Repeat("a", 26) + "-10x10.jpg"}
	c.sendFiles(path, form).is(http.StatusConflict).has(english.T("admin.refusal.stale"))
}

func TestCatalogue_AFormCannotNameAnotherProductsVariant(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	c := s.trusted(models.RoleOperator)
	mug, err := s.db.ProductByID(t.Context(), s.productID("mug"))
	require.NoError(t, err)
	for i, id := range []string{mug.Variants[0].ID, "-1"} {
		form := c.get("/admin/products/new").typed("/admin/products")
		form.Set("title", "Thief")
		form.Set("slug", "thief-"+strconv.Itoa(i))
		form.Add("category", s.categoryID("cups"))
		form.Set("v.0.id", id)
		form.Set("v.0.sku", "THIEF-"+strconv.Itoa(i))
		form.Set("v.0.price", "0.01")
		form.Set("do", "save")
		to := c.sendFiles("/admin/products", form).is(http.StatusSeeOther).header.Get("Location")
		thief, err := s.db.ProductByID(t.Context(), strings.TrimPrefix(to, "/admin/products/"))
		require.NoError(t, err)
		assert.NotEqual(t, id, thief.Variants[0].ID)
	}
	now, err := s.db.ProductByID(t.Context(), mug.ID)
	require.NoError(t, err)
	assert.Equal(t, mug.Variants, now.Variants)
}

func TestCatalogue_DeletesOnlyWhatWasNeverOrdered(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOwner)
		v := s.browser()
		v.place("1")
		mug := "/admin/products/" + s.productID("mug")
		c.post(mug+"/delete").is(http.StatusConflict).has(english.T("admin.refusal.product_in_use"), english.T("admin.product.delete.way_out"))

		form := c.get(mug).typed(mug)
		i := slices.IndexFunc(form["variant"], func(n string) bool { return form.Get("v."+n+".sku") == "MUG-BLUE" })
		form.Set("do", "variant.remove."+string(rune('0'+i)))
		form = c.sendFiles(mug, form).is(http.StatusOK).typed(mug)
		form.Set("do", "save")
		c.sendFiles(mug, form).is(http.StatusUnprocessableEntity).has(english.T("field.problem.in_use.variant"), "MUG-BLUE")

		pot := "/admin/products/" + s.productID("pot")
		c.post(pot+"/duplicate", "copy", models.NewID()).is(http.StatusSeeOther)
		c.post(pot + "/delete").redirects("/admin/products")
		c.get(pot).is(http.StatusNotFound)
		v.get("/products/pot").is(http.StatusNotFound)
	})
}

func TestCatalogue_OldAddressesLeadToTheNewOnes(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.trusted(models.RoleOwner)
		path := "/admin/products/" + s.productID("pot")
		form := c.get(path).typed(path)
		form.Set("slug", "kettle")
		form.Set("do", "save")
		c.sendFiles(path, form).redirects(path)
		cups := "/admin/categories/" + s.categoryID("cups")
		form = c.get(cups).typed(cups)
		form.Set("slug", "drinking")
		c.sendFiles(cups, form).redirects("/admin/categories")
		s.clock.Advance(cacheTime)

		v := s.browser()
		moved := v.get("/products/pot").is(http.StatusMovedPermanently)
		assert.Equal(t, "/products/kettle", moved.header.Get("Location"))
		assert.Equal(t, "no-store", moved.header.Get("Cache-Control"))
		assert.Equal(t, "/categories/drinking", v.get("/categories/cups").is(http.StatusMovedPermanently).header.Get("Location"))
		v.get("/products/kettle").is(http.StatusOK).has("/categories/drinking")
		v.get("/products/never").is(http.StatusNotFound)
	})
}

func TestCatalogue_TheListFindsFiltersAndOrders(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleViewer)
		c.get("/admin/products").is(http.StatusOK).has("Stoneware mug", "Hidden thing").lacks(english.T("admin.product.new"))
		c.get("/admin/products?q=pours").is(http.StatusOK).has("Tea pot").lacks("Stoneware mug")
		c.get("/admin/products?state=hidden").is(http.StatusOK).has("Hidden thing").lacks("Tea pot")
		c.get("/admin/products?state=published&category="+s.categoryID("cups")).is(http.StatusOK).has("Tea pot").lacks("Hidden thing", "Plate a")
		c.get("/admin/products?q=unicorn").is(http.StatusOK).has(english.T("admin.products.none"))
		for _, bad := range []string{"state=nude", "stock=much", "sort=price", "category=x", "after=x", "q=" + strings.Repeat("x", 101)} {
			c.get("/admin/products?" + bad).is(http.StatusUnprocessableEntity)
		}
		owner := s.trusted(models.RoleOwner)
		plates := s.categoryID("plates")
		owner.post("/admin/products/"+s.productID("plate-b")+"/move", "category", plates, "before", s.productID("plate-a")).is(http.StatusSeeOther)
		s.clock.Advance(cacheTime)
		list := s.browser().get("/categories/plates").body
		assert.Less(t, strings.Index(list, "Plate b"), strings.Index(list, "Plate a"))
		owner.sendAll("/admin/products/bulk/change", url.Values{"do": {"hide"}}, nil).is(http.StatusSeeOther)
		owner.get("/admin/products").has(english.T("admin.refusal.nothing_chosen"))
	})
}

func TestForms_OtherBodiesAreNotTakenForForms(t *testing.T) {
	s := newShop(t, modelstest.SQLite)
	v := s.browser()
	p := v.do(http.MethodPost, "/cart/items", strings.NewReader(`{"variant":"x"}`), http.Header{"Content-Type": {"application/json"}, "Sec-Fetch-Site": {"same-origin"}})
	p.is(http.StatusUnsupportedMediaType).has(english.T("error.page.media_type.title"))
	c := s.trusted(models.RoleOwner)
	c.do(http.MethodPost, "/admin/products", strings.NewReader(`{}`), http.Header{"Content-Type": {"application/json"}, "Sec-Fetch-Site": {"same-origin"}}).
		is(http.StatusUnsupportedMediaType).has(english.T("admin.error.media_type.title"))
	large := attached{"big.jpg", make([]byte, 13<<20)}
	c.sendFiles("/admin/products", url.Values{"id": {models.NewID()}, "do": {"upload"}}, large).is(http.StatusUnprocessableEntity).has(
		english.T("admin.product.upload.failed", "Name", "big.jpg", "Why", english.T("field.problem.picture_large")))
	many := make([]attached, 9)
	for i := range many {
		many[i] = attached{"a.jpg", []byte("x")}
	}
	c.sendFiles("/admin/products", url.Values{"id": {models.NewID()}, "do": {"upload"}}, many...).is(http.StatusRequestEntityTooLarge)
	c.sendFiles("/admin/products", url.Values{"id": {models.NewID()}, "title": {strings.Repeat("x", 2<<20)}}).is(http.StatusRequestEntityTooLarge)
	c.sendFiles("/admin/products", url.Values{"id": {models.NewID()}, "title": {"\xff"}}).is(http.StatusBadRequest)
}
