package productcsv

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// merger applies a record to a product.
type merger struct {
	*planner

	record *Record
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

// put sets a value and records the field if it was different.
func put[T comparable](m *merger, field string, to *T, value T) {
	if *to != value {
		*to = value
		m.changed(field)
	}
}

// putText sets a text if it differs in more than line ends, which a file does not preserve.
func putText(m *merger, field string, to *string, value string) {
	if sameLines(*to) != sameLines(value) {
		*to = value
		m.changed(field)
	}
}

func sameLines(text string) string {
	return strings.ReplaceAll(text, "\r\n", "\n")
}

func putAmount(m *merger, field string, to *models.Amount, value models.Amount) {
	if !to.Equal(value) {
		*to = value
		m.changed(field)
	}
}

func putTime(m *merger, field string, to *time.Time, value time.Time) {
	if !to.Equal(value) {
		*to = value
		m.changed(field)
	}
}

// putTexts sets the translations for which the file has columns and keeps the others.
func putTexts(m *merger, owner, field string, to *models.Texts, words models.Texts) {
	merged := models.Texts{}
	for lang, fields := range *to {
		merged[lang] = maps.Clone(fields)
	}
	differs := false
	for _, t := range m.record.Texts {
		text := words[t.Lang][t.Field]
		if t.Owner != owner || sameLines(merged[t.Lang][t.Field]) == sameLines(text) {
			continue
		}
		differs = true
		if text == "" {
			delete(merged[t.Lang], t.Field)
			continue
		}
		merged = setText(merged, t, text)
	}
	if !differs {
		return
	}
	maps.DeleteFunc(merged, func(_ string, fields map[string]string) bool { return len(fields) == 0 })
	*to = merged
	m.changed(field)
}

func (m *merger) product() {
	r, p := m.record, m.to
	if r.Has.Has(FieldTitle) {
		putText(m, "title", &p.Title, r.Title)
	}
	if r.Has.Has(FieldSummary) {
		putText(m, "summary", &p.Summary, r.Summary)
	}
	if r.Has.Has(FieldDescription) {
		putText(m, "description", &p.Description, r.Description)
	}
	if r.Has.Has(FieldFeatured) {
		put(m, "featured", &p.Featured, r.Featured)
	}
	if r.Has.Has(FieldHidden) {
		put(m, "hidden", &p.Hidden, r.Hidden)
	}
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
	if r.Has.Has(FieldTags) && !slices.Equal(p.Tags, r.Tags) {
		p.Tags = r.Tags
		m.changed("tags")
	}
	if r.Has.Has(FieldOptions) && !slices.Equal([]string(p.OptionNames), r.OptionNames) {
		p.OptionNames = r.OptionNames
		m.changed("options")
	}
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
	if r.Has.Has(FieldPrice) {
		putAmount(m, "price", &v.Price, r.Price)
	}
	if r.Has.Has(FieldSalePrice) {
		putAmount(m, "sale", &v.SalePrice, r.SalePrice)
	}
	if r.Has.Has(FieldSaleFrom) {
		putTime(m, "sale", &v.SaleFrom, r.SaleFrom)
	}
	if r.Has.Has(FieldSaleUntil) {
		putTime(m, "sale", &v.SaleUntil, r.SaleUntil)
	}
	if r.Has.Has(FieldStock) {
		put(m, "stock", &v.Untracked, r.Untracked)
	}
	for _, c := range ownColumns {
		if c.plain != nil && r.Has.Has(c.field) {
			c.plain.merge(m, v, &r.Variant)
		}
	}
	if r.Has.Has(FieldOptions) && !slices.Equal([]string(v.Options), r.Options) {
		v.Options = r.Options
		m.changed("options")
	}
	switch {
	case len(v.Options) > 0 && r.Has.Has(FieldOptions):
		putText(m, "options", &v.Title, strings.Join(v.Options, " / "))
	case r.Has.Has(FieldVariantTitle) && len(v.Options) == 0:
		putText(m, "options", &v.Title, r.Title)
	}
	m.variantPicture(v, r)
	putTexts(m, ownerVariant, "texts", &v.Texts, r.Words)
}

// variantPicture sets the picture of a variant, unless it must be fetched first.
func (m *merger) variantPicture(v *models.Variant, r *Variant) {
	ofWoo := r.Picture != "" && !r.Has.Has(FieldVariantPicture)
	if !ofWoo && !r.Has.Has(FieldVariantPicture) {
		return
	}
	source, known := m.source(r.Line, r.SKU, r.Picture)
	switch {
	case known:
		put(m, "pictures", &v.Picture, source)
	case isAddress(r.Picture):
		m.fetch = append(m.fetch, Picture{Source: r.Picture, Variant: v.ID})
	}
}

// source returns the shop's name of a picture, "" for none. known is false if the picture must be fetched first.
func (m *merger) source(line int, label, named string) (source string, known bool) {
	switch {
	case named == "":
		return "", true
	case isAddress(named):
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
	if !m.record.Has.Has(FieldPictures) {
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
	at := slices.IndexFunc(m.to.Pictures, func(p models.Picture) bool { return p.Source == source })
	p := models.Picture{ProductID: m.to.ID, Source: source}
	if at >= 0 {
		p = m.to.Pictures[at]
	} else {
		p.ID = m.shop.NewID()
	}
	if m.record.Has.Has(FieldAlts) {
		putText(m, "pictures", &p.Alt, r.Alt)
	}
	putTexts(m, ownerPicture, "pictures", &p.Texts, r.Texts)
	return p
}
