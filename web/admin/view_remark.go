package admin

import (
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates/i18n"
)

// remarkWords returns where the values of a remark have words: by the value's name the middle of "admin." + … + value.
func remarkWords() map[string]string {
	return map[string]string{
		"order": "order_state.", "attempt": "attempt_state.", "now": "attempt_state.", "mail": "mail.", "status": "value.status.", "code": "code.",
		"answer": "fetch_problem.",
	}
}

// Remark returns a remark of the shop (models.Remark) in the reader's language; any other text, such as a person's, is returned unchanged.
func Remark(p *i18n.Printer, text string) string {
	code, values, ok := models.ReadRemark(text)
	if !ok {
		return text
	}
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, strings.ToUpper(name[:1])+name[1:], remarkValue(p, name, value, values))
	}
	id := "admin.remark." + code
	if words := p.T(id, pairs...); words != id {
		return words
	}
	return text
}

func remarkValue(p *i18n.Printer, name, value string, values map[string]string) string {
	if name == "amount" {
		return p.Coin(value, values["coin"])
	}
	prefix, known := remarkWords()[name]
	if !known {
		return value
	}
	id := "admin." + prefix + value
	if words := p.T(id); words != id {
		if name == "code" {
			return p.T("admin.code.with", "Text", words, "Code", value)
		}
		return words
	}
	return value
}
