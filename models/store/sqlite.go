package store

import (
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
)

// sqliteDialector teaches GORM the little of SQLite that the store needs. The schema is never GORM's business.
type sqliteDialector struct{ pool *pool }

func newSQLiteDialector(p *pool) gorm.Dialector { return sqliteDialector{pool: p} }

// Name returns the dialect's name.
func (sqliteDialector) Name() string { return "sqlite" }

// Initialize connects a handle with the pool and says which clauses a statement may have.
func (d sqliteDialector) Initialize(db *gorm.DB) error {
	db.ConnPool = d.pool
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{
		CreateClauses:        []string{"INSERT", "VALUES", "ON CONFLICT"},
		QueryClauses:         []string{},
		UpdateClauses:        []string{"UPDATE", "SET", "WHERE"},
		DeleteClauses:        []string{"DELETE", "FROM", "WHERE"},
		LastInsertIDReversed: true,
	})
	db.ClauseBuilders["INSERT"] = buildInsert
	return nil
}

// Translate turns the driver's errors into this package's; the pool has done so already for most.
func (sqliteDialector) Translate(err error) error { return translate(err) }

// Migrator is asked for by gorm.Dialector.
func (d sqliteDialector) Migrator(db *gorm.DB) gorm.Migrator {
	return migrator.Migrator{Config: migrator.Config{DB: db, Dialector: d}}
}

// DataTypeOf is asked for by gorm.Dialector, for schemas that GORM makes.
func (sqliteDialector) DataTypeOf(field *schema.Field) string { return string(field.DataType) }

// DefaultValueOf fills a column that one of several new rows leaves out.
func (sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

// BindVarTo writes a parameter's place.
func (sqliteDialector) BindVarTo(writer clause.Writer, _ *gorm.Statement, _ any) {
	_ = writer.WriteByte('?')
}

var nameEscapes = strings.NewReplacer("`", "``", ".", "`.`")

// QuoteTo writes a name, quoted part by part.
func (sqliteDialector) QuoteTo(writer clause.Writer, name string) {
	_ = writer.WriteByte('`')
	_, _ = writer.WriteString(nameEscapes.Replace(name))
	_ = writer.WriteByte('`')
}

// Explain is for logs that show values; the store's do not.
func (sqliteDialector) Explain(sql string, vars ...any) string {
	return logger.ExplainSQL(sql, nil, `"`, vars...)
}

// buildInsert writes INSERT without a modifier that SQLite does not know.
func buildInsert(c clause.Clause, builder clause.Builder) {
	if insert, ok := c.Expression.(clause.Insert); ok {
		insert.Modifier = ""
		c.Expression = insert
	}
	c.Build(builder)
}
