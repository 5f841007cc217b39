package catalogue

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// facts are what the audit log tells about a product.
func (k formContext) facts(p models.Product) models.Facts {
	f := models.Facts{
		"title": p.Title, "slug": p.Slug, "summary": models.FactText(p.Summary), "description": models.FactText(p.Description), "tags": strings.Join(p.Tags, ", "),
		"featured": strconv.FormatBool(p.Featured), "hidden": strconv.FormatBool(p.Hidden), "options": strings.Join(p.OptionNames, ", "),
	}
	var names, sources []string
	for _, id := range p.CategoryIDs {
		names = append(names, categoryPath(k.categories, id))
	}
	f["categories"] = strings.Join(names, ", ")
	for _, picture := range p.Pictures {
		sources = append(sources, picture.Source)
	}
	f["pictures"] = strings.Join(sources, ", ")
	for lang, fields := range p.Texts {
		for name, text := range fields {
			f[name+" "+lang] = models.FactText(text)
		}
	}
	for _, v := range p.Variants {
		f["variant "+v.SKU] = variantFact(v)
	}
	return f
}

// variantFact writes a variant in one line; what is usual is left out.
func variantFact(v models.Variant) string {
	parts := []string{strings.Join(v.Options, " / "), v.Price.String()}
	if v.SalePrice.IsPositive() {
		parts = append(parts, "sale "+v.SalePrice.String()+saleSpan(v.SaleFrom, v.SaleUntil))
	}
	if !v.Weight.IsZero() {
		parts = append(parts, v.Weight.String()+" kg")
	}
	if v.LowStock > 0 {
		parts = append(parts, "low "+strconv.Itoa(v.LowStock))
	}
	for name, is := range map[string]bool{"virtual": v.Virtual, "untracked": v.Untracked, "retired": v.Retired} {
		if is {
			parts = append(parts, name)
		}
	}
	slices.Sort(parts[2:])
	parts = append(parts, v.Barcode, v.Picture)
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func saleSpan(from, until time.Time) string {
	var text strings.Builder
	for _, end := range []struct {
		word string
		at   time.Time
	}{{" from ", from}, {" until ", until}} {
		if !end.at.IsZero() {
			text.WriteString(end.word + end.at.UTC().Format(time.RFC3339))
		}
	}
	return text.String()
}

func categoryPath(list []models.Category, id string) string {
	var names []string
	for _, c := range models.Ancestors(list, id) {
		names = append(names, c.Name)
	}
	return strings.Join(names, " > ")
}

// changedFacts leaves out what is the same on both sides.
func changedFacts(before, after models.Facts) (was, is models.Facts) {
	was, is = models.Facts{}, models.Facts{}
	for name, value := range after {
		if old, ok := before[name]; !ok || old != value {
			is[name] = value
			if ok {
				was[name] = old
			}
		}
	}
	for name, old := range before {
		if _, ok := after[name]; !ok {
			was[name] = old
		}
	}
	return was, is
}

// overwrites says which version the button for saving all the same replaces; ok is false for another button.
func overwrites(do string) (seen int, ok bool) {
	text, ok := strings.CutPrefix(do, "overwrite.")
	return admin.Version(text), ok
}

// differences lists where two versions of a product or a category are not the same, for whoever must decide between them.
func differences(stored, typed models.Facts) []pages.Difference {
	was, is := changedFacts(stored, typed)
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	var list []pages.Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, pages.Difference{Name: name, Stored: was[name], Typed: is[name]})
	}
	return list
}
