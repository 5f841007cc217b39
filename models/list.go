package models

import "database/sql/driver"

// List is a short list of texts in one column, stored as JSON; an empty one is the empty text.
type List []string

// Value stores the list as JSON.
func (l List) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "", nil
	}
	return jsonValue("a list", []string(l))
}

// Scan reads what Value stored.
func (l *List) Scan(src any) error {
	*l = nil
	return scanJSON("a list", src, (*[]string)(l))
}
