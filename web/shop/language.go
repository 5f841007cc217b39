package shop

import (
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/visit"
)

// Language stores the visitor's language: POST /language with lang and next, the page to go back to.
func Language(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	for _, l := range i18n.Languages() {
		if l.Tag == form.Get("lang") {
			v.SetLanguage(l.Tag)
			return v.SeeOther(visit.OwnPath(form.Get("next"), "/"))
		}
	}
	return visit.ErrBadForm
}
