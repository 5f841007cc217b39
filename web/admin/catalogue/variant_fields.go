package catalogue

import (
	"slices"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// plainField is a text of a variant that the form shows, reads and marks with problems like any other.
type plainField struct {
	name    string // of the form's field and of models.ProductProblem
	longest int    // maximum number of characters
	of      func(*models.Variant) *string
	choices func(lang string) []pages.Choice // what it is chosen from; nil: it is typed
}

// plainFields are the plain fields, in the form's order.
var plainFields = []plainField{
	{"barcode", models.MaxBarcode, func(v *models.Variant) *string { return &v.Barcode }, nil},
	{"origin", len("PT"), func(v *models.Variant) *string { return &v.Origin }, countryChoices},
}

// plain are the plain fields of a variant with their values.
func plain(value func(plainField) string) []pages.PlainField {
	list := make([]pages.PlainField, len(plainFields))
	for i, f := range plainFields {
		list[i] = pages.PlainField{Field: admin.Typed(value(f)), Name: f.name, Length: f.longest}
	}
	return list
}

// completePlain gives new variants their plain fields, which are empty, and all variants what these are chosen from.
func (k formContext) completePlain(list []pages.VariantForm) {
	for i := range list {
		if list[i].Plain == nil {
			list[i].Plain = plain(func(plainField) string { return "" })
		}
	}
	for j, f := range plainFields {
		if f.choices == nil {
			continue
		}
		choices := f.choices(k.lang)
		for i := range list {
			field := &list[i].Plain[j]
			field.Choices = chosen(slices.Clone(choices), field.Value)
		}
	}
}

// countryChoices are the countries by their names in a language, behind the choice of none.
func countryChoices(lang string) []pages.Choice {
	list := []pages.Choice{{}}
	for _, c := range models.CountriesIn(lang) {
		list = append(list, pages.Choice{Value: c.Code, Label: c.Name})
	}
	return list
}

// chosen selects a value of a list; one that is not in it is added, so that it is seen.
func chosen(list []pages.Choice, value string) []pages.Choice {
	i := slices.IndexFunc(list, func(c pages.Choice) bool { return c.Value == value })
	if i < 0 {
		return append(list, pages.Choice{Value: value, Label: value, Selected: true})
	}
	list[i].Selected = true
	return list
}
