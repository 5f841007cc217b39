package store

import (
	"cmp"

	"gorm.io/gorm/schema"
)

// tables names the tables that GORM's plural would miss.
type tables struct{ schema.NamingStrategy }

func naming() tables {
	return tables{schema.NamingStrategy{IdentifierMaxLength: 64}}
}

var irregularTables = map[string]string{
	"Evidence": "evidence", "InboxMessage": "inbox", "OutboxMessage": "outbox", "Staff": "staff", "Media": "media",
	"storedProduct": "products", "storedCategory": "categories",
}

// TableName returns the table of a row type.
func (t tables) TableName(model string) string {
	return cmp.Or(irregularTables[model], t.NamingStrategy.TableName(model))
}
