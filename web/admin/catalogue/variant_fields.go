package catalogue

import (
	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// plainField is a text of a variant that the form shows, reads and marks with problems like any other.
type plainField struct {
	name    string // of the form's field and of models.ProductProblem
	longest int    // maximum number of characters
	of      func(*models.Variant) *string
}

// plainFields are the plain fields, in the form's order.
var plainFields = []plainField{
	{"barcode", models.MaxBarcode, func(v *models.Variant) *string { return &v.Barcode }},
}

// plain are the plain fields of a variant with their values.
func plain(value func(plainField) string) []pages.PlainField {
	list := make([]pages.PlainField, len(plainFields))
	for i, f := range plainFields {
		list[i] = pages.PlainField{Field: admin.Typed(value(f)), Name: f.name, Length: f.longest}
	}
	return list
}

// completePlain gives new variants their plain fields, which are empty.
func (k formContext) completePlain(list []pages.VariantForm) {
	for i := range list {
		if list[i].Plain == nil {
			list[i].Plain = plain(func(plainField) string { return "" })
		}
	}
}
