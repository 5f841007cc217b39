package catalogue

import (
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// changeRows carries out a button for the form's rows: add or remove an option or a variant, make the combinations, move or remove a picture.
// ok is false for an unknown button.
func (k formContext) changeRows(f *pages.ProductForm, do string) (ok bool) {
	what, rest, _ := strings.Cut(do, ".")
	verb, number, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	if err != nil {
		n = -1
	}
	switch what + "." + verb {
	case "upload.":
		return true
	case "option.add":
		ok = k.addOption(f)
	case "option.remove":
		ok = removeOption(f, n)
	case "combine.":
		ok = true
		combine(f)
	case "variant.add":
		if ok = len(f.Variants) < models.MaxVariants; ok {
			f.Variants = append(f.Variants, pages.VariantForm{Price: lastPrice(f.Variants)})
		}
	case "variant.remove":
		if ok = n >= 0 && n < len(f.Variants); ok {
			f.Variants = slices.Delete(f.Variants, n, n+1)
		}
	case "picture.up", "picture.down", "picture.remove":
		ok = changePicture(f, verb, n)
	}
	*f = k.withDerived(*f, chosenCategories(*f), primaryCategory(*f))
	return ok
}

func (k formContext) addOption(f *pages.ProductForm) bool {
	if len(f.Options) >= models.MaxOptionNames {
		return false
	}
	o := pages.OptionForm{}
	for _, l := range k.langs {
		o.Texts = append(o.Texts, pages.OptionTexts{Lang: l.Tag, Language: l.Name})
	}
	f.Options = append(f.Options, o)
	return true
}

func removeOption(f *pages.ProductForm, n int) bool {
	if n < 0 || n >= len(f.Options) {
		return false
	}
	f.Options = slices.Delete(f.Options, n, n+1)
	for i := range f.Variants {
		if v := &f.Variants[i]; n < len(v.Options) {
			v.Options = slices.Delete(v.Options, n, n+1)
		}
	}
	return true
}

// combine adds a variant for each combination of values that has none, with the price of the last one. Variants without values are used
// first.
func combine(f *pages.ProductForm) {
	if len(f.Options) == 0 {
		return
	}
	combinations := [][]string{nil}
	for _, o := range f.Options {
		values := nonEmptyLines(o.Values.Value)
		if len(combinations)*len(values) > models.MaxVariants {
			f.OptionProblem = invalid.Variants
			return
		}
		var longer [][]string
		for _, begun := range combinations {
			for _, value := range values {
				longer = append(longer, append(slices.Clone(begun), value))
			}
		}
		combinations = longer
	}
	for _, values := range combinations {
		if slices.ContainsFunc(f.Variants, func(v pages.VariantForm) bool { return slices.Equal(valuesOf(v), values) }) {
			continue
		}
		place := slices.IndexFunc(f.Variants, func(v pages.VariantForm) bool { return strings.Join(valuesOf(v), "") == "" })
		if place < 0 {
			if len(f.Variants) >= models.MaxVariants {
				f.VariantProblem = invalid.Variants
				return
			}
			f.Variants = append(f.Variants, pages.VariantForm{Price: lastPrice(f.Variants)})
			place = len(f.Variants) - 1
		}
		f.Variants[place].Options = nil
		for _, value := range values {
			f.Variants[place].Options = append(f.Variants[place].Options, pages.VariantOption{Value: value})
		}
	}
}

func valuesOf(v pages.VariantForm) []string {
	values := make([]string, len(v.Options))
	for i, o := range v.Options {
		values[i] = o.Value
	}
	return values
}

func lastPrice(list []pages.VariantForm) pages.Field {
	if len(list) == 0 {
		return pages.Field{}
	}
	return admin.Typed(list[len(list)-1].Price.Value)
}

func changePicture(f *pages.ProductForm, verb string, n int) bool {
	if n < 0 || n >= len(f.Pictures) {
		return false
	}
	switch verb {
	case "up":
		if n > 0 {
			f.Pictures[n-1], f.Pictures[n] = f.Pictures[n], f.Pictures[n-1]
		}
	case "down":
		if n+1 < len(f.Pictures) {
			f.Pictures[n+1], f.Pictures[n] = f.Pictures[n], f.Pictures[n+1]
		}
	default:
		f.Pictures = slices.Delete(f.Pictures, n, n+1)
	}
	return true
}

func chosenCategories(f pages.ProductForm) []string {
	var ids []string
	for _, c := range f.Categories {
		if c.Chosen {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func primaryCategory(f pages.ProductForm) string {
	for _, c := range f.Categories {
		if c.Primary {
			return c.ID
		}
	}
	return ""
}
