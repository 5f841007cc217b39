package web_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/productcsv"
	"github.com/coincart/coincart/models/text"
)

// nasty are texts that nobody may show to others.
func nasty() map[string]string {
	return map[string]string{
		"turned": "gnp\u202eexe", "isolated": "a\u2067b", "NUL": "a\x00b", "escape": "a\x1b[31m", "delete": "a\x7fb", "C1": "a\u009b31m", "no character": "a\ufffeb",
		"no UTF-8": "a\xffb",
	}
}

// honest are texts that look strange and mean something.
func honest() map[string]string {
	return map[string]string{
		"Persian": "می\u200cخواهم", "Hindi": "क\u094d\u200dष", "family": "\U0001F468\u200d\U0001F469\u200d\U0001F467", "Hebrew": "שלום\u200f!", "soft hyphen": "Donau\u00addampfer",
		"accent": "cafe\u0301", "Chinese": "陶杯", "markup": "<b>Ann</b>",
	}
}

// entry is a way in for a text that others read: it enters the text and says what was kept of it, unless the text was refused. What takes
// texts anew belongs into one of the tables below.
type entry func(t *testing.T, s string) (kept string, ok bool)

// checkRefusing checks entries where people type: they refuse what is nasty, and keep what is honest as it is.
func checkRefusing(t *testing.T, entries map[string]entry) {
	t.Helper()
	for name, enter := range entries {
		for what, s := range nasty() {
			kept, ok := enter(t, s)
			assert.False(t, ok, "%s takes %s: %q", name, what, kept)
		}
		for what, s := range honest() {
			kept, ok := enter(t, s)
			assert.True(t, ok, "%s refuses %s", name, what)
			assert.Equal(t, s, kept, "%s: %s", name, what)
		}
	}
}

// checkCleaning checks entries that refuse no character: they keep what may be shown.
func checkCleaning(t *testing.T, entries map[string]entry) {
	t.Helper()
	for name, enter := range entries {
		for what, s := range nasty() {
			kept, ok := enter(t, s)
			assert.True(t, ok, "%s refuses %s", name, what)
			assert.True(t, text.Lines(kept) && kept != "", "%s keeps %s: %q", name, what, kept)
		}
	}
}

func TestVisibleText_OfModels(t *testing.T) {
	entries := map[string]entry{}
	for _, s := range models.SettingsList() {
		if s.Kind == models.KindText || s.Kind == models.KindLines || s.Kind == models.KindMarkdown {
			entries["setting "+string(s.Key)] = func(_ *testing.T, typed string) (string, bool) {
				kept, err := s.Normal(typed)
				return kept, err == nil
			}
		}
	}
	require.Greater(t, len(entries), 3, "there are settings that people read")
	for field, set := range map[string]func(p *models.Product, s string){
		"title":         func(p *models.Product, s string) { p.Title = s },
		"summary":       func(p *models.Product, s string) { p.Summary = s },
		"description":   func(p *models.Product, s string) { p.Description = s },
		"tag":           func(p *models.Product, s string) { p.Tags = models.List{s} },
		"option":        func(p *models.Product, s string) { p.OptionNames = models.List{s} },
		"translation":   func(p *models.Product, s string) { p.Texts = models.Texts{"fa": {"title": s}} },
		"option's name": func(p *models.Product, s string) { p.Texts = models.Texts{"fa": {models.OptionField(0): s}} },
		"picture":       func(p *models.Product, s string) { p.Pictures = []models.Picture{{Alt: s}} },
		"picture's text": func(p *models.Product, s string) {
			p.Pictures = []models.Picture{{Texts: models.Texts{"fa": {"alt": s}}}}
		},
		"SKU":            func(p *models.Product, s string) { p.Variants[0].SKU = s },
		"barcode":        func(p *models.Product, s string) { p.Variants[0].Barcode = s },
		"value":          func(p *models.Product, s string) { p.Variants[0].Options = models.List{s} },
		"variant":        func(p *models.Product, s string) { p.Variants[0].Title = s },
		"variant's text": func(p *models.Product, s string) { p.Variants[0].Texts = models.Texts{"fa": {"title": s}} },
	} {
		entries["product "+field] = func(_ *testing.T, s string) (string, bool) {
			p := models.Product{
				Title: "Cup", Slug: "cup", CategoryID: "c", OptionNames: models.List{"Size"},
				Variants: []models.Variant{{SKU: "CUP", Options: models.List{"Small"}, Price: models.AmountFromInt(1)}},
			}
			set(&p, s)
			return s, len(p.Problems()) == 0
		}
	}
	for field, check := range map[string]func(s string) invalid.Problems{
		"name of a zone": func(s string) invalid.Problems { return models.Zone{Name: s}.Check() },
		"tax_name of a zone": func(s string) invalid.Problems {
			return models.Zone{Name: "EU", TaxMode: models.TaxIncluded, TaxName: s, TaxRate: models.AmountFromInt(20)}.Check()
		},
		"title of a delivery": func(s string) invalid.Problems { return models.DeliveryMethod{Title: s}.Check(2) },
		"note of a delivery":  func(s string) invalid.Problems { return models.DeliveryMethod{Note: s}.Check(2) },
		"note of a coupon":    func(s string) invalid.Problems { return models.Coupon{Note: s}.Check(2) },
		"name of an address":  func(s string) invalid.Problems { return models.Address{Name: s}.Check() },
		"line1 of an address": func(s string) invalid.Problems { return models.Address{Line1: s}.Check() },
		"line2 of an address": func(s string) invalid.Problems { return models.Address{Line2: s}.Check() },
		"city of an address":  func(s string) invalid.Problems { return models.Address{City: s}.Check() },
	} {
		entries[field] = func(_ *testing.T, s string) (string, bool) {
			name, _, _ := strings.Cut(field, " ")
			return s, check(s)[name] == ""
		}
	}
	checkRefusing(t, entries)
}

func TestVisibleText_OfImports(t *testing.T) {
	entries := map[string]entry{}
	for column, kept := range map[string]func(p models.Product) string{
		"Name":              func(p models.Product) string { return p.Title },
		"Short description": func(p models.Product) string { return p.Summary },
		"Description":       func(p models.Product) string { return p.Description },
		"Tags":              func(p models.Product) string { return strings.Join(p.Tags, "|") },
		"Categories":        nil,
	} {
		entries[column] = func(t *testing.T, s string) (string, bool) {
			var b strings.Builder
			w := csv.NewWriter(&b)
			row := map[string]string{"SKU": "A", "Name": "Cup", "Regular price": "1", column: s}
			header := []string{"SKU", "Name", "Regular price", "Short description", "Description", "Tags", "Categories"}
			cells := make([]string, len(header))
			for i, name := range header {
				cells[i] = row[name]
			}
			require.NoError(t, w.WriteAll([][]string{header, cells}))
			file, err := productcsv.Read(strings.NewReader(b.String()), productcsv.Options{Digits: 2})
			require.NoError(t, err)
			plan := productcsv.MakePlan(file, &productcsv.Shop{
				Products: map[string]*models.Product{}, BySKU: map[string]string{}, BySlug: map[string]string{}, Fetched: map[string]string{},
				HasPicture: func(string) bool { return true }, NewID: models.NewID,
			})
			if len(plan.Items) == 0 {
				require.NotEmpty(t, append(file.Problems, plan.Problems...))
				return "", false
			}
			if kept == nil {
				require.Len(t, plan.Categories, 1)
				return plan.Categories[0].Name, true
			}
			return kept(plan.Items[0].Product), true
		}
	}
	for name, enter := range entries {
		for what, s := range nasty() {
			kept, ok := enter(t, s)
			assert.False(t, ok, "%s takes %s: %q", name, what, kept)
		}
		for what, s := range honest() {
			if what == "markup" { // this file's texts are HTML
				continue
			}
			kept, ok := enter(t, s)
			assert.True(t, ok, "%s refuses %s", name, what)
			assert.Equal(t, s, kept, "%s: %s", name, what)
		}
	}
}

// posts is an entry that posts a form; what was accepted redirects.
func posts(c *browser, path, field string, others func() []string, kept func(t *testing.T) string) entry {
	return func(t *testing.T, s string) (string, bool) {
		t.Helper()
		form := url.Values{field: {s}}
		for i, fields := 0, others(); i+1 < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		p := c.sendAll(path, form, nil)
		if p.status != http.StatusSeeOther {
			require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusBadRequest}, p.status, "%s: %s", path, p.excerpt())
			return "", false
		}
		if kept == nil {
			return s, true
		}
		return kept(t), true
	}
}

func TestVisibleText_OfForms(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		order, paid := s.openOrder(), s.paidOrder("1")
		c, buyer := s.trusted(models.RoleOwner), s.browser()
		made := 0
		next := func(prefix string) string { made++; return prefix + strconv.Itoa(made) }
		token := func(fields ...string) func() []string {
			return func() []string { return append([]string{"form_token", models.NewRef()}, fields...) }
		}
		mug := s.blue()
		s.stock(mug, 1000)
		bought := func(t *testing.T, name string) (string, bool) {
			t.Helper()
			buyer.buy("1")
			form := buyer.form("name", name)
			p := buyer.post("/checkout", form...)
			if p.status != http.StatusSeeOther {
				require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusBadRequest}, p.status, p.excerpt())
				return "", false
			}
			placed, err := s.db.OrderByFormToken(t.Context(), form[1])
			require.NoError(t, err)
			return placed.Name, true
		}
		checkRefusing(t, map[string]entry{
			"name of an order": bought,
			"own name": posts(c.browser, "/admin/account", "name", func() []string { return []string{"lang", "en"} }, func(t *testing.T) string {
				t.Helper()
				stored, err := s.db.StaffByEmail(t.Context(), c.person.Email)
				require.NoError(t, err)
				return stored.Name
			}),
			"name of a coin": posts(c.browser, "/admin/coins", "name", func() []string {
				return []string{"symbol", next("C"), "precision", "8", "rate", "84.5", "version", "0"}
			}, nil),
			"name of a price source": posts(c.browser, "/admin/price-sources", "name", func() []string {
				return []string{"version", "0", "url", s.exchange + "/sapi/v1/ticker?symbol={symbol}", "path", "/last", "enabled", "1"}
			}, nil),
			"name of a count":      posts(c.browser, "/admin/stock/counts", "name", token(), nil),
			"note of a correction": posts(c.browser, "/admin/stock/"+mug.ID, "note", token("kind", "add", "quantity", "1"), nil),
			"name of a category": func(t *testing.T, name string) (string, bool) {
				slug := next("category-")
				form := c.get("/admin/categories/new").is(http.StatusOK).typed("/admin/categories")
				form.Set("name", name)
				form.Set("t.zh-Hans.name", name)
				form.Set("slug", slug)
				if c.sendFiles("/admin/categories", form).status != http.StatusSeeOther {
					return "", false
				}
				return s.category(slug).Name, true
			},
			"name of a tag": func(t *testing.T, name string) (string, bool) {
				tag := next("tag")
				path := "/admin/products/" + s.productID("pot")
				form := c.get(path).typed(path)
				form.Set("tags", tag)
				form.Set("do", "save")
				c.sendFiles(path, form).redirects(path)
				return name, c.post("/admin/tags/rename", "tag", tag, "to", name).status == http.StatusSeeOther
			},
		})

		note := func(t *testing.T) string {
			t.Helper()
			notes := modelstest.OrderFile(t, s.db, order.ID).Notes
			kept := make([]string, len(notes))
			for i, n := range notes {
				kept[i] = n.Text
			}
			return strings.Join(kept, "\n")
		}
		checkCleaning(t, map[string]entry{
			"note of an order": func(t *testing.T, s string) (string, bool) { // a form that is no UTF-8 is refused as a whole
				return posts(c.browser, "/admin/orders/"+order.ID+"/note", "text", token(), note)(t, strings.ToValidUTF8(s, ""))
			},
			"search": func(_ *testing.T, typed string) (string, bool) {
				p := buyer.get("/search?" + url.Values{"q": {typed}}.Encode())
				return p.value("q"), p.status == http.StatusOK
			},
		})
		c.post("/admin/orders/"+paid.ID+"/ship", "number", "TRACK\u202e-1\x00", "form_token", models.NewRef()).redirects("/admin/orders/" + paid.ID)
		shipments, err := s.db.ShipmentsOf(t.Context(), paid.ID)
		require.NoError(t, err)
		require.Len(t, shipments, 1)
		assert.Equal(t, "TRACK-1", shipments[0].Number)
	})
}
