package productcsv

import (
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// merger applies a record to a product.
type merger struct {
	*planner

	record *Record
	has    Field // fields of the row that is being applied
	to     *models.Product
	was    *models.Product // nil: the product is new
	fields map[string]bool // names of the changed fields
	stock  []models.StockLevel
	fetch  []Picture
}

func (m *merger) changed(field string) {
	if m.fields != nil {
		m.fields[field] = true
	}
}

// put sets a value and records the change under name, if the file has a column for the field and the value is not the same.
func put[T any](m *merger, field Field, name string, to *T, value T, same func(a, b T) bool) {
	if m.has.Has(field) && !same(*to, value) {
		*to = value
		m.changed(name)
	}
}

// equal reports whether a and b are equal, for put.
func equal[T comparable](a, b T) bool { return a == b }

// sameText reports whether two texts differ at most in their line ends, which a file does not preserve.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}

// putTexts sets the translations for which the file has columns and keeps the others.
func putTexts(m *merger, owner, field string, to *models.Texts, words models.Texts) {
	merged := to.Clone()
	differs := false
	for _, t := range m.record.Texts {
		text := words[t.Lang][t.Field]
		if t.Owner != owner || sameText(merged[t.Lang][t.Field], text) {
			continue
		}
		differs = true
		merged.Set(t.Lang, t.Field, text)
	}
	if differs {
		*to = merged
		m.changed(field)
	}
}

func (m *merger) product() {
	r, p := m.record, m.to
	m.has = r.Has
	put(m, FieldTitle, "title", &p.Title, r.Title, sameText)
	put(m, FieldSummary, "summary", &p.Summary, r.Summary, sameText)
	put(m, FieldDescription, "description", &p.Description, r.Description, sameText)
	put(m, FieldFeatured, "featured", &p.Featured, r.Featured, equal)
	put(m, FieldHidden, "hidden", &p.Hidden, r.Hidden, equal)
	if r.Has.Has(FieldPosition) && m.was == nil { // the order of existing products is the shopkeeper's
		p.Position = max(0, r.Position)
	}
	if r.Has.Has(FieldCategories) {
		wanted := r.Categories
		if len(wanted) == 0 {
			wanted = []Category{{Path: Path{Uncategorised}}}
		}
		m.categories(wanted)
	}
	put(m, FieldTags, "tags", &p.Tags, r.Tags, slices.Equal)
	put(m, FieldOptions, "options", &p.OptionNames, r.OptionNames, slices.Equal)
	putTexts(m, ownerProduct, "texts", &p.Texts, r.Words)
}

func (m *merger) categories(wanted []Category) {
	var ids []string
	for _, c := range wanted {
		if id := m.tree.find(c); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if !slices.Equal(m.to.CategoryIDs, ids) {
		m.to.CategoryIDs, m.to.CategoryID = ids, ids[0]
		m.changed("categories")
	}
}

// sameOptions refuses to change the options of a product if the file does not list all its variants, because the others would have values
// of the old options.
func (m *merger) sameOptions() bool {
	if !m.record.Has.Has(FieldOptions) || slices.Equal([]string(m.was.OptionNames), m.record.OptionNames) {
		return true
	}
	for i := range m.was.Variants {
		v := &m.was.Variants[i]
		if !v.Retired && !slices.ContainsFunc(m.record.Variants, func(r Variant) bool { return r.SKU == v.SKU }) {
			m.fault(m.record.Line, m.record.Label, "", LevelError, CodeOptionsDiffer, "value", v.SKU)
			return false
		}
	}
	return true
}

// variants puts the variants of the file first, in its order. Variants that it does not list follow unchanged.
func (m *merger) variants() {
	old := m.to.Variants
	list := make([]models.Variant, 0, max(len(old), len(m.record.Variants)))
	for i := range m.record.Variants {
		r := &m.record.Variants[i]
		at := slices.IndexFunc(old, func(v models.Variant) bool { return v.SKU == r.SKU })
		if at < 0 {
			list = append(list, m.newVariant(r))
			continue
		}
		v := old[at]
		m.variant(&v, r)
		if r.Has.Has(FieldStock) && !v.Untracked && !m.shop.KeepStock && v.OnHand != r.Stock {
			m.stock = append(m.stock, models.StockLevel{VariantID: v.ID, OnHand: r.Stock})
			m.changed("stock")
		}
		list = append(list, v)
	}
	for _, v := range old {
		if !slices.ContainsFunc(list, func(l models.Variant) bool { return l.SKU == v.SKU }) {
			list = append(list, v)
		}
	}
	if !slices.EqualFunc(old, list, func(a, b models.Variant) bool { return a.SKU == b.SKU }) {
		m.changed("variants")
		for i := range list {
			list[i].Position = i
		}
	}
	m.to.Variants = list
}

func (m *merger) newVariant(r *Variant) models.Variant {
	m.checkPrice(r)
	v := models.Variant{ID: m.shop.NewID(), ProductID: m.to.ID, SKU: r.SKU}
	m.variant(&v, r)
	if r.Has.Has(FieldStock) && !v.Untracked {
		v.OnHand = r.Stock
	}
	return v
}

func (m *merger) variant(v *models.Variant, r *Variant) {
	m.has = r.Has
	put(m, FieldPrice, "price", &v.Price, r.Price, models.Amount.Equal)
	put(m, FieldSalePrice, "sale", &v.SalePrice, r.SalePrice, models.Amount.Equal)
	put(m, FieldSaleFrom, "sale", &v.SaleFrom, r.SaleFrom, time.Time.Equal)
	put(m, FieldSaleUntil, "sale", &v.SaleUntil, r.SaleUntil, time.Time.Equal)
	put(m, FieldStock, "stock", &v.Untracked, r.Untracked, equal)
	for _, c := range ownColumns {
		if c.plain != nil {
			c.plain.merge(m, c.field, v, &r.Variant)
		}
	}
	put(m, FieldOptions, "options", &v.Options, r.Options, slices.Equal)
	if len(v.Options) > 0 {
		put(m, FieldOptions, "options", &v.Title, strings.Join(v.Options, " / "), sameText)
	} else {
		put(m, FieldVariantTitle, "options", &v.Title, r.Title, sameText)
	}
	m.variantPicture(v, r)
	putTexts(m, ownerVariant, "texts", &v.Texts, r.Words)
}

// variantPicture sets the picture of a variant, unless it must be fetched first.
func (m *merger) variantPicture(v *models.Variant, r *Variant) {
	if r.Picture == "" && !r.Has.Has(FieldVariantPicture) {
		return
	}
	source, known := m.source(r.Line, r.SKU, r.Picture)
	switch {
	case known:
		put(m, 0, "pictures", &v.Picture, source, equal)
	case models.IsAddress(r.Picture):
		m.fetch = append(m.fetch, Picture{Source: r.Picture, Variant: v.ID})
	}
}

// source returns the shop's name of a picture, "" for none. known is false if the picture must be fetched first.
func (m *merger) source(line int, label, named string) (source string, known bool) {
	switch {
	case named == "":
		return "", true
	case models.IsAddress(named):
		source = m.shop.Fetched[named]
		return source, source != ""
	case m.shop.HasPicture(named):
		return named, true
	}
	m.fault(line, label, "", LevelNote, CodePictureUnknown, "value", named)
	return "", false
}

// pictures sets the pictures. If one of them must be fetched first, a product that has pictures keeps them until then.
func (m *merger) pictures() {
	if m.has = m.record.Has; !m.has.Has(FieldPictures) {
		return
	}
	var list []models.Picture
	wait := false
	for _, r := range m.record.Pictures {
		source, known := m.source(m.record.Line, m.record.Label, r.Source)
		if !known {
			wait = wait || r.Remote()
			continue
		}
		list = append(list, m.picture(source, r))
	}
	if wait {
		for _, r := range m.record.Pictures {
			if r.Remote() || m.shop.HasPicture(r.Source) {
				m.fetch = append(m.fetch, r)
			}
		}
		if m.was != nil {
			return
		}
	}
	if !slices.EqualFunc(m.to.Pictures, list, func(a, b models.Picture) bool { return a.Source == b.Source }) {
		m.changed("pictures")
	}
	m.to.Pictures = list
	m.to.Cover, m.to.CoverAlt = "", ""
	if len(list) > 0 {
		m.to.Cover, m.to.CoverAlt = list[0].Source, list[0].Alt
	}
}

// picture returns the product's picture with this source, or a new one.
func (m *merger) picture(source string, r Picture) models.Picture {
	var p models.Picture
	if at := slices.IndexFunc(m.to.Pictures, func(p models.Picture) bool { return p.Source == source }); at >= 0 {
		p = m.to.Pictures[at]
	} else {
		p = models.Picture{ID: m.shop.NewID(), ProductID: m.to.ID, Source: source}
	}
	put(m, FieldAlts, "pictures", &p.Alt, r.Alt, sameText)
	putTexts(m, ownerPicture, "pictures", &p.Texts, r.Texts)
	return p
}
