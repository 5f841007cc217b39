package catalogue

import (
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// product returns a product with what was typed, on top of the stored one, whose stock and other languages are kept. ok is false if
// something cannot be read or stored; then the fields say what.
func (k formContext) product(f *pages.ProductForm, stored models.Product) (p models.Product, ok bool) {
	p = stored
	p.ID, p.Title, p.Slug, p.Summary, p.Description = f.ID, f.Title.Value, slugOf(f), f.Summary.Value, f.Description.Value
	p.Featured, p.Hidden = f.Featured, f.Hidden
	f.Slug.Value = p.Slug
	p.CategoryIDs = chosenCategories(*f)
	if primary := primaryCategory(*f); primary != "" {
		p.CategoryIDs = slices.DeleteFunc(p.CategoryIDs, func(id string) bool { return id == primary })
		p.CategoryIDs = append([]string{primary}, p.CategoryIDs...)
	}
	p.CategoryID = ""
	if len(p.CategoryIDs) > 0 {
		p.CategoryID = p.CategoryIDs[0]
	}
	p.Tags = tagsOf(f.Tags.Value)
	p.Texts = stored.Texts.Clone()
	for _, t := range f.Texts {
		p.Texts.Set(t.Lang, "title", t.Title.Value)
		p.Texts.Set(t.Lang, "summary", t.Summary.Value)
		p.Texts.Set(t.Lang, "description", t.Description.Value)
	}
	p.OptionNames = k.options(f, p.Texts)
	p.Variants = make([]models.Variant, len(f.Variants))
	for i := range f.Variants {
		p.Variants[i] = k.variant(f, i, variantIn(stored, f.Variants[i].ID))
	}
	k.pictures(f, &p, stored)
	k.markProblems(f, p.Problems())
	k.markTexts(f)
	return p, !hasProblem(*f)
}

// slugOf returns the slug that was typed, else one that is made from the title, a translation, a SKU or the id.
func slugOf(f *pages.ProductForm) string {
	if f.Slug.Value != "" {
		return strings.ToLower(f.Slug.Value)
	}
	words := []string{f.Title.Value}
	for _, t := range f.Texts {
		words = append(words, t.Title.Value)
	}
	for _, v := range f.Variants {
		words = append(words, v.SKU.Value)
	}
	return firstSlug(words, "product", f.ID)
}

// firstSlug returns a slug made from the first of the words that has Latin letters or digits, else from the first whose letters have a Latin
// spelling. A name without letters, such as pictures, gets one of its kind and id. It is "" without a name, which is the first word.
func firstSlug(words []string, kind, id string) string {
	for _, spelled := range []func(string) string{text.Slug, text.AnySlug} {
		for _, word := range words {
			if slug := spelled(word); slug != "" {
				return slug
			}
		}
	}
	if words[0] == "" {
		return ""
	}
	return text.Slug(kind + " " + id[max(0, len(id)-8):])
}

// tagsOf splits a list at its commas, Western or Chinese.
func tagsOf(text string) []string {
	var list []string
	for tag := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '，' || r == '、' || r == '\n' }) {
		if tag = strings.Join(strings.Fields(tag), " "); tag != "" && !slices.Contains(list, tag) {
			list = append(list, tag)
		}
	}
	return list
}

// options reads the options' names, with their translations.
func (k formContext) options(f *pages.ProductForm, texts models.Texts) models.List {
	var names models.List
	for i := range f.Options {
		o := &f.Options[i]
		names = append(names, o.Name.Value)
		if o.Name.Value == "" {
			o.Name.Problem = invalid.Missing
		}
		values := nonEmptyLines(o.Values.Value)
		if len(values) == 0 {
			o.Values.Problem = invalid.Missing
		}
		if slices.ContainsFunc(values, func(v string) bool { return admin.TooLong(v, models.MaxOption) }) {
			o.Values.Problem = invalid.TooLong
		}
		for _, t := range o.Texts {
			texts.Set(t.Lang, models.OptionField(i), t.Name)
		}
	}
	for i := len(f.Options); i < models.MaxOptionNames; i++ {
		for _, l := range k.langs {
			texts.Set(l.Tag, models.OptionField(i), "")
		}
	}
	return names
}

// variantIn returns the product's variant with an id, else a new one: the store makes ids, so that a form cannot name another product's.
func variantIn(p models.Product, id string) models.Variant {
	i := slices.IndexFunc(p.Variants, func(v models.Variant) bool { return v.ID == id && id != "" })
	if i < 0 {
		return models.Variant{}
	}
	return p.Variants[i]
}

// variant reads one variant on top of the stored one.
func (k formContext) variant(f *pages.ProductForm, i int, stored models.Variant) models.Variant {
	row := &f.Variants[i]
	v := stored
	if stored.ProductID != "" {
		k.stock(row, stored)
	}
	v.SKU, v.Picture = row.SKU.Value, row.Picture
	for j, f := range plainFields {
		*f.of(&v) = row.Plain[j].Value
	}
	v.Virtual, v.Untracked, v.Retired = row.Virtual, row.Untracked, row.Retired
	v.Price = admin.ReadAmount(&row.Price, k.digits, true)
	v.SalePrice = admin.ReadAmount(&row.SalePrice, k.digits, false)
	v.Weight = admin.ReadAmount(&row.Weight, models.MaxWeightDigits, false)
	v.SaleFrom, v.SaleUntil = admin.ReadTime(&row.SaleFrom, k.zone), admin.ReadTime(&row.SaleUntil, k.zone)
	v.LowStock = admin.ReadCount(&row.LowStock)
	if stored.ProductID == "" {
		v.OnHand = admin.ReadCount(&row.Stock)
	}
	v.Options, v.Texts = valuesOf(*row), stored.Texts.Clone()
	v.Title = row.Title.Value
	if len(f.Options) == 0 {
		v.Options = nil
		if len(f.Variants) == 1 {
			v.Title = ""
		}
	}
	for _, t := range row.Titles {
		v.Texts.Set(t.Lang, "title", t.Field.Value)
	}
	for _, l := range k.langs {
		k.translate(f, &v, l.Tag)
	}
	return v
}

// translate sets the words of a variant's values in another language, and a title made of them.
func (k formContext) translate(f *pages.ProductForm, v *models.Variant, lang string) {
	var title []string
	said := false
	for j := range models.MaxOptionNames {
		word := ""
		if j < len(f.Options) {
			word = wordFor(f.Options[j], lang, v.Options[j])
			said = said || word != ""
			if word == "" {
				title = append(title, v.Options[j])
			} else {
				title = append(title, word)
			}
		}
		v.Texts.Set(lang, models.OptionField(j), word)
	}
	switch {
	case said:
		v.Texts.Set(lang, "title", strings.Join(title, " / "))
	case len(f.Options) > 0:
		v.Texts.Set(lang, "title", "")
	}
}

// wordFor returns another language's word for an option's value, "" if it is the same: the lines of both lists correspond.
func wordFor(o pages.OptionForm, lang, value string) string {
	i := slices.Index(nonEmptyLines(o.Values.Value), value)
	for _, t := range o.Texts {
		words := strings.Split(t.Values, "\n")
		if t.Lang != lang || i < 0 || i >= len(words) {
			continue
		}
		if word := strings.TrimSpace(words[i]); word != value {
			return word
		}
	}
	return ""
}

// pictures reads the pictures. A picture that is not an upload must be one that the product already has: nobody types the name of a file.
func (k formContext) pictures(f *pages.ProductForm, p *models.Product, stored models.Product) {
	p.Pictures, p.Cover, p.CoverAlt = nil, "", ""
	for i := range f.Pictures {
		row := &f.Pictures[i]
		picture := models.Picture{Source: row.Source, Alt: row.Alt.Value, Texts: models.Texts{}}
		j := slices.IndexFunc(stored.Pictures, func(s models.Picture) bool { return s.Source == row.Source })
		if j >= 0 {
			picture.ID, picture.Texts = stored.Pictures[j].ID, stored.Pictures[j].Texts.Clone()
		} else if !isUpload(row.Source) {
			f.PictureProblem = invalid.Unknown
		}
		admin.LimitText(&row.Alt, longestAlt)
		for _, t := range row.Texts {
			picture.Texts.Set(t.Lang, "alt", t.Field.Value)
		}
		p.Pictures = append(p.Pictures, picture)
	}
	for i := range p.Variants {
		if source := p.Variants[i].Picture; source != "" && !slices.ContainsFunc(p.Pictures, func(s models.Picture) bool { return s.Source == source }) {
			p.Variants[i].Picture, f.Variants[i].Picture = "", ""
		}
	}
}

// longestAlt is the maximum number of characters of a picture's alternative text, which is the column's.
const longestAlt = 500
