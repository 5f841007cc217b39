package store

import (
	"context"
	"time"

	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
)

// tables names the tables that GORM's plural would miss.
type tables struct{ schema.NamingStrategy }

func naming() tables {
	return tables{schema.NamingStrategy{IdentifierMaxLength: 64}}
}

// TableName is the table of a row type.
func (t tables) TableName(model string) string {
	switch model {
	case "Evidence":
		return "evidence"
	case "InboxMessage":
		return "inbox"
	case "OutboxMessage":
		return "outbox"
	case "Staff":
		return "staff"
	case "Media":
		return "media"
	case "storedProduct":
		return "products"
	case "storedCategory":
		return "categories"
	default:
		return t.NamingStrategy.TableName(model)
	}
}

// silent is GORM's logger: the pool logs slow statements for GORM and for plain SQL alike, errors go to the caller, and values are
// never logged.
type silent struct{}

// LogMode keeps silent.
func (silent) LogMode(logger.LogLevel) logger.Interface { return silent{} }

// Info says nothing.
func (silent) Info(context.Context, string, ...any) {}

// Warn says nothing.
func (silent) Warn(context.Context, string, ...any) {}

// Error says nothing: the error is returned.
func (silent) Error(context.Context, string, ...any) {}

// Trace says nothing.
func (silent) Trace(context.Context, time.Time, func() (sql string, rowsAffected int64), error) {}

// ParamsFilter keeps values out of GORM's texts.
func (silent) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}
