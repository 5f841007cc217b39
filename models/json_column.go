package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// columnText returns the text that a driver has read from a column: "" for NULL. Numbers and times are refused.
func columnText(src any) (string, error) {
	switch v := src.(type) {
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case nil:
		return "", nil
	}
	return "", fmt.Errorf("column holds %T", src)
}

// jsonValue returns the JSON of a value, for a column. what names the value in errors.
func jsonValue(what string, v any) (driver.Value, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", what, err)
	}
	return string(b), nil
}

// scanJSON decodes what jsonValue returned. An empty column or NULL leaves into as it is.
func scanJSON(what string, src, into any) error {
	text, err := columnText(src)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if text == "" || text == "{}" { // most texts: nothing to decode
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("decode %s: %w", what, err)
	}
	return nil
}
