package shop

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/shop"
)

// choice is what a visitor has chosen of a product: a variant, or values of options without a variant.
type choice struct {
	values  []string // parallel to the product's options; "" for none
	variant *models.Variant
}

// id returns the chosen variant's id; "" for none.
func (c choice) id() string {
	if c.variant == nil {
		return ""
	}
	return c.variant.ID
}

// optionParameter returns the name of the field of an option.
func optionParameter(i int) string { return "o" + strconv.Itoa(i) }

// chosenVariant returns the choice of one variant; an unknown id chooses nothing.
func chosenVariant(product models.Product, id string) choice {
	i := slices.IndexFunc(product.Variants, func(v models.Variant) bool { return v.ID == id && id != "" })
	if i < 0 {
		return choice{values: make([]string, len(product.OptionNames))}
	}
	v := &product.Variants[i]
	values := slices.Clone([]string(v.Options))
	for len(values) < len(product.OptionNames) {
		values = append(values, "")
	}
	return choice{values: values, variant: v}
}

// chosenValues reads the chosen value of each option. Values that the product does not have are dropped. ok is false if none is left.
func chosenValues(product models.Product, get func(string) string) (c choice, ok bool) {
	c.values = make([]string, len(product.OptionNames))
	for i := range c.values {
		value := get(optionParameter(i))
		has := slices.ContainsFunc(product.Variants, func(v models.Variant) bool { return i < len(v.Options) && v.Options[i] == value })
		if has && value != "" {
			c.values[i], ok = value, true
		}
	}
	for i := range product.Variants {
		if slices.Equal(product.Variants[i].Options, c.values) && len(c.values) > 0 {
			c.variant = &product.Variants[i]
		}
	}
	return c, ok
}

// chosenInForm returns the choice of a product's form: values of options, or a variant.
func chosenInForm(product models.Product, form url.Values) choice {
	if c, ok := chosenValues(product, form.Get); ok {
		return c
	}
	return chosenVariant(product, form.Get("variant"))
}

// optionViews returns the product's options for its form, each value with its availability together with the other chosen values.
func optionViews(lang string, product models.Product, c choice) []pages.Option {
	list := make([]pages.Option, len(product.OptionNames))
	for i, name := range product.OptionNames {
		o := pages.Option{Name: product.Texts.In(lang, models.OptionField(i), name), Field: optionParameter(i)}
		for _, v := range product.Variants {
			if i >= len(v.Options) || slices.ContainsFunc(o.Values, func(value pages.OptionValue) bool { return value.Value == v.Options[i] }) {
				continue
			}
			value := v.Options[i]
			o.Values = append(o.Values, pages.OptionValue{
				Value: value, Text: v.Texts.In(lang, models.OptionField(i), value), Selected: c.values[i] == value, State: stateOf(product, c, i, value),
			})
		}
		list[i] = o
	}
	return list
}

// stateOf returns the availability of the product if one value is changed.
func stateOf(product models.Product, c choice, i int, value string) pages.OptionState {
	state := pages.OptionNone
	for _, v := range product.Variants {
		if i >= len(v.Options) || v.Options[i] != value || !hasOtherValues(v, c, i) {
			continue
		}
		if v.Available() > 0 {
			return pages.OptionFree
		}
		state = pages.OptionSoldOut
	}
	return state
}

// hasOtherValues reports whether a variant has the chosen values of the other options.
func hasOtherValues(v models.Variant, c choice, except int) bool {
	for j, value := range c.values {
		if j != except && value != "" && (j >= len(v.Options) || v.Options[j] != value) {
			return false
		}
	}
	return true
}
