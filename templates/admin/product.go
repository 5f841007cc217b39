package admin

import (
	"cmp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/coincart/coincart/templates/i18n"
)

func (v ProductView) title() string {
	p := v.Page.Printer
	if v.Form.New {
		return p.T("admin.product.new")
	}
	for _, t := range v.Form.Texts {
		if t.Lang == p.Lang() && t.Title.Value != "" {
			return t.Title.Value
		}
	}
	return cmp.Or(v.Form.Title.Value, p.T("admin.product.untitled"))
}

// action returns the address that the form is sent to.
func (v ProductView) action() string {
	return either(v.Form.New, "/admin/products", "/admin/products/"+v.Form.ID)
}

// actionAt returns the address that the form is sent to in order to come back at a section.
func (v ProductView) actionAt(section string) string { return v.action() + "#" + section }

// overwrite returns the button's value that stores what was typed over the version shown.
func (c Conflict) overwrite() string { return "overwrite." + number(c.Version) }

// name returns the field's name in words, followed by a variant's SKU and a language.
func (d Difference) name(p *i18n.Printer) string {
	field, rest, _ := strings.Cut(d.Name, " ")
	return strings.TrimSpace(word(p, "admin.product_fact.", field) + " " + rest)
}

// hasTitles reports whether variants have titles of their own: there are several, and no options.
func (v ProductView) hasTitles() bool {
	return len(v.Form.Options) == 0 && (len(v.Form.Variants) > 1 || (len(v.Form.Variants) == 1 && v.Form.Variants[0].Title.Value != ""))
}

func (v ProductView) variantsTitle() string {
	p := v.Page.Printer
	if len(v.Form.Variants) == 1 && len(v.Form.Options) == 0 {
		return p.T("admin.product.variant.only")
	}
	return p.N("admin.product.variants", len(v.Form.Variants))
}

// pictureChoices returns the product's pictures as choices of a variant.
func (v ProductView) pictureChoices(chosen string) []Choice {
	list := []Choice{{Selected: chosen == ""}}
	found := chosen == ""
	for i, picture := range v.Form.Pictures {
		label := number(i + 1)
		if picture.Alt.Value != "" {
			label += " · " + picture.Alt.Value
		}
		list = append(list, Choice{Value: picture.Source, Label: label, Selected: picture.Source == chosen})
		found = found || picture.Source == chosen
	}
	if !found {
		list = append(list, Choice{Value: chosen, Label: chosen, Selected: true})
	}
	return list
}

func (t ProductTexts) filled() bool {
	return t.Title.Value+t.Summary.Value+t.Description.Value != "" || t.Title.Problem+t.Summary.Problem+t.Description.Problem != ""
}

// name returns the variant's name in the form: its options, its title or its SKU.
func (v VariantForm) name(p *i18n.Printer, i int) string {
	var values []string
	for _, o := range v.Options {
		if o.Value != "" {
			values = append(values, o.Value)
		}
	}
	return cmp.Or(strings.Join(values, " / "), v.Title.Value, v.SKU.Value, p.T("admin.product.variant", "N", number(i+1)))
}

// Bad reports whether something in the variant must be corrected.
func (v VariantForm) Bad() bool {
	problem := v.Problem
	for _, f := range []Field{v.Title, v.SKU, v.Price, v.SalePrice, v.SaleFrom, v.SaleUntil, v.Stock, v.Weight, v.LowStock} {
		problem += f.Problem
	}
	for _, f := range v.Plain {
		problem += f.Problem
	}
	for _, o := range v.Options {
		problem += o.Problem
	}
	return problem != ""
}

// open reports whether one of the collapsed fields has a value.
func (v VariantForm) open() bool {
	fields := []Field{v.SalePrice, v.SaleFrom, v.SaleUntil, v.Weight, v.LowStock}
	for _, f := range v.Plain {
		fields = append(fields, f.Field)
	}
	said := slices.ContainsFunc(fields, func(f Field) bool { return f.Value != "" || f.Problem != "" })
	return said || v.Picture != "" || v.Virtual || v.Untracked || v.Retired
}

// input returns the input of the field in the variant whose fields' names begin with prefix.
func (f PlainField) input(p *i18n.Printer, prefix string) input {
	i := input{
		id: prefix + f.Name, label: p.T("admin.product." + f.Name), from: f.Field, about: f.Name, length: number(f.Length), list: f.List, hint: f.Meaning,
	}
	if f.List != "" {
		i.holder, i.hint = p.T("admin.product.unset"), cmp.Or(f.Meaning, p.T("admin.product."+f.Name+".hint"))
	}
	return i
}

func (o VariantOption) label(p *i18n.Printer, i int) string {
	return cmp.Or(o.Name, p.T("admin.product.option", "N", number(i+1)))
}

// choices returns the option's values. A value that the option no longer has is included, so that it is visible.
func (o VariantOption) choices() []Choice {
	list := []Choice{{Selected: o.Value == ""}}
	found := o.Value == ""
	for _, value := range o.Choices {
		list = append(list, Choice{Value: value, Label: value, Selected: value == o.Value})
		found = found || value == o.Value
	}
	if !found {
		list = append(list, Choice{Value: o.Value, Label: o.Value, Selected: true})
	}
	return list
}

// moveFields renders the hidden fields that move a row to a place.
func moveFields(place Place) templ.Component {
	return hiddenFields([]Hidden{{Name: "parent", Value: place.Parent}, {Name: "before", Value: place.Before}})
}
