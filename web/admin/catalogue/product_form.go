package catalogue

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// formContext is what a product's form depends on besides the product.
type formContext struct {
	lang       string // the reader's
	categories []models.Category
	langs      []i18n.Language // the shop's other languages
	zone       *time.Location  // of the sale's dates
	digits     int             // of the currency
}

// emptyForm returns the form of a new product: hidden until it is ready, with one variant.
func (k formContext) emptyForm() pages.ProductForm {
	f := pages.ProductForm{ID: models.NewID(), New: true, Version: "0", Hidden: true, Variants: []pages.VariantForm{{}}}
	return k.withDerived(f, nil, "")
}

// filledForm returns the form of a stored product.
func (k formContext) filledForm(p models.Product) pages.ProductForm {
	f := pages.ProductForm{
		ID: p.ID, Version: strconv.Itoa(p.Version), Title: admin.Typed(p.Title), Slug: admin.Typed(p.Slug), Summary: admin.Typed(p.Summary),
		Description: admin.Typed(p.Description), Tags: admin.Typed(strings.Join(p.Tags, ", ")), Featured: p.Featured, Hidden: p.Hidden,
	}
	for _, l := range k.langs {
		f.Texts = append(f.Texts, pages.ProductTexts{
			Lang: l.Tag, Name: l.Name, Title: admin.Typed(p.Texts.In(l.Tag, "title", "")), Summary: admin.Typed(p.Texts.In(l.Tag, "summary", "")),
			Description: admin.Typed(p.Texts.In(l.Tag, "description", "")),
		})
	}
	for i, name := range p.OptionNames {
		f.Options = append(f.Options, k.optionOf(p, i, name))
	}
	for _, v := range p.Variants {
		f.Variants = append(f.Variants, k.variantOf(v))
	}
	for _, picture := range p.Pictures {
		f.Pictures = append(f.Pictures, pages.PictureForm{
			Source: picture.Source, Alt: admin.Typed(picture.Alt), Texts: admin.LangFields(k.langs, picture.Texts, "alt"),
		})
	}
	return k.withDerived(f, p.CategoryIDs, p.CategoryID)
}

// optionOf returns an option's values, collected from the variants in their order, with the words that any of them has for it.
func (k formContext) optionOf(p models.Product, i int, name string) pages.OptionForm {
	o := pages.OptionForm{Name: admin.Typed(name)}
	var values []string
	words := map[string]map[string]string{} // language → value → its word there
	for _, v := range p.Variants {
		if i >= len(v.Options) {
			continue
		}
		value := v.Options[i]
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
		for _, l := range k.langs {
			if word := v.Texts.In(l.Tag, models.OptionField(i), ""); word != "" {
				if words[l.Tag] == nil {
					words[l.Tag] = map[string]string{}
				}
				words[l.Tag][value] = word
			}
		}
	}
	o.Values = admin.Typed(strings.Join(values, "\n"))
	for _, l := range k.langs {
		lines := make([]string, len(values))
		for j, value := range values {
			lines[j] = cmp.Or(words[l.Tag][value], value)
		}
		o.Texts = append(o.Texts, pages.OptionTexts{
			Lang: l.Tag, Language: l.Name, Name: p.Texts.In(l.Tag, models.OptionField(i), ""), Values: strings.Join(lines, "\n"),
		})
	}
	return o
}

func (k formContext) variantOf(v models.Variant) pages.VariantForm {
	row := pages.VariantForm{
		ID: v.ID, Stored: true, Title: admin.Typed(v.Title), SKU: admin.Typed(v.SKU), Price: admin.Typed(v.Price.String()), SalePrice: admin.AmountField(v.SalePrice),
		SaleFrom: admin.TimeField(v.SaleFrom, k.zone), SaleUntil: admin.TimeField(v.SaleUntil, k.zone), Weight: admin.AmountField(v.Weight), LowStock: admin.CountField(v.LowStock),
		Plain: plainFieldsOf(func(f plainField) string { return *f.of(&v) }), Picture: v.Picture, Virtual: v.Virtual, Untracked: v.Untracked, Retired: v.Retired,
	}
	for _, value := range v.Options {
		row.Options = append(row.Options, pages.VariantOption{Value: value})
	}
	row.Titles = admin.LangFields(k.langs, v.Texts, "title")
	k.stock(&row, v)
	return row
}

// stock sets the figures that the form does not change.
func (k formContext) stock(row *pages.VariantForm, v models.Variant) {
	row.Stored, row.OnHand, row.Reserved = true, strconv.Itoa(v.OnHand), ""
	if v.Untracked {
		row.OnHand = "–"
	}
	if v.Reserved > 0 {
		row.Reserved = strconv.Itoa(v.Reserved)
	}
}

// readForm reads what was typed. Rows are in the order of the fields that name them, which is their order on the page.
func (k formContext) readForm(form url.Values) pages.ProductForm {
	get := func(name string) pages.Field { return admin.Typed(admin.OneLine(form.Get(name))) }
	f := pages.ProductForm{
		ID: form.Get("id"), Version: form.Get("version"), Title: get("title"), Slug: get("slug"), Summary: admin.Typed(normalLines(form.Get("summary"))),
		Description: admin.Typed(normalLines(form.Get("description"))), Tags: get("tags"),
		Featured: form.Get("featured") == "1", Hidden: form.Get("hidden") == "1",
	}
	for _, l := range k.langs {
		at := "t." + l.Tag + "."
		f.Texts = append(f.Texts, pages.ProductTexts{
			Lang: l.Tag, Name: l.Name, Title: get(at + "title"), Summary: admin.Typed(normalLines(form.Get(at + "summary"))),
			Description: admin.Typed(normalLines(form.Get(at + "description"))),
		})
	}
	for _, n := range form["option"] {
		f.Options = append(f.Options, k.readOption(form, "o."+n+"."))
	}
	for _, n := range form["variant"] {
		f.Variants = append(f.Variants, k.readVariant(form, "v."+n+".", len(f.Options)))
	}
	for _, n := range form["picture"] {
		at := "p." + n + "."
		row := pages.PictureForm{Source: form.Get(at + "source"), Alt: get(at + "alt")}
		for _, l := range k.langs {
			row.Texts = append(row.Texts, pages.LangField{Lang: l.Tag, Name: l.Name, Field: get(at + l.Tag)})
		}
		f.Pictures = append(f.Pictures, row)
	}
	return k.withDerived(f, form["category"], form.Get("primary"))
}

func (k formContext) readOption(form url.Values, at string) pages.OptionForm {
	o := pages.OptionForm{Name: admin.Typed(admin.OneLine(form.Get(at + "name"))), Values: admin.Typed(normalLines(form.Get(at + "values")))}
	for _, l := range k.langs {
		o.Texts = append(o.Texts, pages.OptionTexts{
			Lang: l.Tag, Language: l.Name, Name: admin.OneLine(form.Get(at + l.Tag + ".name")), Values: normalLines(form.Get(at + l.Tag + ".values")),
		})
	}
	return o
}

func (k formContext) readVariant(form url.Values, at string, options int) pages.VariantForm {
	get := func(name string) pages.Field { return admin.Typed(admin.OneLine(form.Get(at + name))) }
	row := pages.VariantForm{
		ID: form.Get(at + "id"), Title: get("title"), SKU: get("sku"), Price: get("price"), SalePrice: get("sale"), SaleFrom: get("from"),
		SaleUntil: get("until"), Stock: get("stock"), Weight: get("weight"), LowStock: get("low"),
		Plain:   plainFieldsOf(func(f plainField) string { return f.typed(form.Get(at + f.name)) }),
		Picture: form.Get(at + "picture"), Virtual: form.Get(at+"virtual") == "1", Untracked: form.Get(at+"untracked") == "1",
		Retired: form.Get(at+"retired") == "1",
	}
	for i := range options {
		row.Options = append(row.Options, pages.VariantOption{Value: form.Get(at + "opt." + strconv.Itoa(i))})
	}
	for _, l := range k.langs {
		row.Titles = append(row.Titles, pages.LangField{Lang: l.Tag, Name: l.Name, Field: get("t." + l.Tag)})
	}
	return row
}

// normalLines returns a text with uniform line ends and without spaces at the ends.
func normalLines(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// withDerived fills in what follows from the rest: the tree with the chosen categories, and the possible values of each variant.
func (k formContext) withDerived(f pages.ProductForm, chosen []string, primary string) pages.ProductForm {
	f.Categories = nil
	for _, node := range models.Flatten(models.Tree(k.categories)) {
		c := node.Category
		f.Categories = append(f.Categories, pages.CategoryChoice{
			ID: c.ID, Name: c.Texts.In(k.lang, "name", c.Name), Depth: node.Depth, Hidden: c.Hidden, Chosen: slices.Contains(chosen, c.ID), Primary: c.ID == primary,
		})
	}
	k.completePlain(&f)
	for i := range f.Variants {
		v := &f.Variants[i]
		for len(v.Options) < len(f.Options) {
			v.Options = append(v.Options, pages.VariantOption{})
		}
		v.Options = v.Options[:len(f.Options)]
		for j := range v.Options {
			v.Options[j].Name, v.Options[j].Choices = f.Options[j].Name.Value, nonEmptyLines(f.Options[j].Values.Value)
		}
	}
	return f
}

// nonEmptyLines returns the lines of a text that are not empty.
func nonEmptyLines(text string) []string {
	var list []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
