package models

import (
	"database/sql/driver"
	"maps"
)

// Texts are translations of a thing's fields: language tag → field → text, such as {"zh-Hans": {"title": "陶杯"}}. The thing's
// own columns hold the shop's first language. Stored as one JSON column, so that showing a page in another language costs
// no query.
type Texts map[string]map[string]string

// In returns the field's text in a language, or the fallback where there is none.
func (t Texts) In(lang, field, fallback string) string {
	if text := t[lang][field]; text != "" {
		return text
	}
	return fallback
}

// Clone copies the texts, so that the copy can be changed; never nil.
func (t Texts) Clone() Texts {
	copied := Texts{}
	for lang, fields := range t {
		copied[lang] = maps.Clone(fields)
	}
	return copied
}

// Set sets a text of a language, or takes it away where it is empty.
func (t Texts) Set(lang, field, text string) {
	if text == "" {
		delete(t[lang], field)
		if len(t[lang]) == 0 {
			delete(t, lang)
		}
		return
	}
	if t[lang] == nil {
		t[lang] = map[string]string{}
	}
	t[lang][field] = text
}

// Value stores the texts as JSON.
func (t Texts) Value() (driver.Value, error) {
	if len(t) == 0 {
		return "{}", nil
	}
	return jsonValue("texts", map[string]map[string]string(t))
}

// Scan reads what Value stored.
func (t *Texts) Scan(src any) error {
	*t = nil
	return scanJSON("texts", src, (*map[string]map[string]string)(t))
}
