package shop

import (
	"github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/markdown"
	"github.com/coincart/coincart/web/visit"
)

// Legal shows one of the shop's legal pages: GET /pages/{name}, in the visitor's language if there is such a text.
func Legal(v *visit.Visit) error {
	name := v.Param("name")
	text, lang, ok := v.Settings().Legal(name, v.Printer.Lang())
	if !ok {
		return visit.ErrNoPage
	}
	html, err := markdown.HTML(text)
	if err != nil {
		return err
	}
	page, err := v.Page()
	if err != nil {
		return err
	}
	v.Public()
	return v.Show(200, shop.Legal(shop.LegalView{Page: page, Title: v.Printer.T("footer.legal." + name), Lang: lang, HTML: html}))
}
