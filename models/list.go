package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// List is a short list of texts in one column, stored as JSON; an empty one is the empty text.
type List []string

// Value stores the list as JSON.
func (l List) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "", nil
	}
	b, err := json.Marshal([]string(l))
	if err != nil {
		return nil, fmt.Errorf("encode a list: %w", err)
	}
	return string(b), nil
}

// Scan reads what Value stored.
func (l *List) Scan(src any) error {
	var b []byte
	switch v := src.(type) {
	case string:
		b = []byte(v)
	case []byte:
		b = v
	case nil:
	default:
		return fmt.Errorf("list: column holds %T", src)
	}
	*l = nil
	if len(b) == 0 {
		return nil
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("decode a list: %w", err)
	}
	*l = list
	return nil
}
