package admin

import (
	"net/url"

	"github.com/coincart/coincart/models"
	pages "github.com/coincart/coincart/templates/admin"
)

// ExportForm is the form that makes a file of what a list shows.
func ExportForm(what string, q url.Values) pages.Export {
	fields := []pages.Hidden{{Name: "what", Value: what}, {Name: "form_token", Value: models.NewRef()}}
	for _, f := range HiddenFields(q) {
		if f.Name != "after" {
			fields = append(fields, f)
		}
	}
	return pages.Export{Fields: fields}
}
