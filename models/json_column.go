package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// jsonValue is what a column holds of a value: its JSON. what names it in errors.
func jsonValue(what string, v any) (driver.Value, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", what, err)
	}
	return string(b), nil
}

// scanJSON reads what jsonValue made; a column that is empty or holds nothing leaves into as it is.
func scanJSON(what string, src, into any) error {
	var b []byte
	switch v := src.(type) {
	case string:
		b = []byte(v)
	case []byte:
		b = v
	case nil:
	default:
		return fmt.Errorf("%s: column holds %T", what, src)
	}
	if len(b) == 0 || string(b) == "{}" { // most texts: nothing to decode
		return nil
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("decode %s: %w", what, err)
	}
	return nil
}
