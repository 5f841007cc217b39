package catalogue

import (
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// plainField is a text of a variant that the form shows, reads and marks with problems in the same way as all others.
type plainField struct {
	name    string // of the form's field and of models.ProductProblem
	longest int    // maximum number of characters that can be typed
	of      func(*models.Variant) *string
	suggest func(lang string) []pages.Choice // the values that are suggested by name; nil: none
}

// longestCountry is the maximum number of characters of a country's name, by which a browser finds the code.
const longestCountry = 60

// plainFields are the plain fields, in the form's order.
var plainFields = []plainField{
	{"barcode", models.MaxBarcode, func(v *models.Variant) *string { return &v.Barcode }, nil},
	{"origin", longestCountry, func(v *models.Variant) *string { return &v.Origin }, countryChoices},
}

// plainFieldsOf returns the plain fields of a variant with their values.
func plainFieldsOf(value func(plainField) string) []pages.PlainField {
	list := make([]pages.PlainField, len(plainFields))
	for i, f := range plainFields {
		list[i] = pages.PlainField{Field: admin.Typed(value(f)), Name: f.name, Length: f.longest}
	}
	return list
}

// typed returns the text of the field as typed. Codes of two letters may be typed in lower case.
func (f plainField) typed(text string) string {
	if text = admin.OneLine(text); f.suggest != nil && len(text) == 2 {
		return strings.ToUpper(text)
	}
	return text
}

// completePlain sets the empty plain fields of new variants, and the suggestions that all variants share.
func (k formContext) completePlain(form *pages.ProductForm) {
	for i := range form.Variants {
		if form.Variants[i].Plain == nil {
			form.Variants[i].Plain = plainFieldsOf(func(plainField) string { return "" })
		}
	}
	form.Suggestions = nil
	for j, f := range plainFields {
		if f.suggest == nil {
			continue
		}
		list := pages.Suggestions{ID: "suggested-" + f.name, Choices: f.suggest(k.lang)}
		form.Suggestions = append(form.Suggestions, list)
		for i := range form.Variants {
			field := &form.Variants[i].Plain[j]
			field.List, field.Meaning = list.ID, ""
			if at := slices.IndexFunc(list.Choices, func(c pages.Choice) bool { return c.Value == field.Value }); at >= 0 {
				field.Meaning = list.Choices[at].Label
			}
		}
	}
}

// countryChoices returns the countries with their names in a language.
func countryChoices(lang string) []pages.Choice {
	countries := models.CountriesIn(lang)
	list := make([]pages.Choice, len(countries))
	for i, c := range countries {
		list[i] = pages.Choice{Value: c.Code, Label: c.Name}
	}
	return list
}
