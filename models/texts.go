package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
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

// Value stores the texts as JSON.
func (t Texts) Value() (driver.Value, error) {
	if len(t) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("encode texts: %w", err)
	}
	return string(b), nil
}

// Scan reads what Value stored.
func (t *Texts) Scan(src any) error {
	var b []byte
	switch v := src.(type) {
	case string:
		b = []byte(v)
	case []byte:
		b = v
	case nil:
	default:
		return fmt.Errorf("texts: column holds %T", src)
	}
	*t = nil
	if len(b) <= len("{}") {
		return nil
	}
	if err := json.Unmarshal(b, t); err != nil {
		return fmt.Errorf("decode texts: %w", err)
	}
	return nil
}
