package store

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm/schema"

	"github.com/coincart/coincart/models"
)

// CheckSchema compares the row types with the columns of a database; it is called by the tests that have one.
func CheckSchema(t *testing.T, tables map[string]map[string]SchemaColumn, mysql bool) {
	t.Helper()
	want, got := map[string][]string{}, map[string][]string{}
	for kind, row := range rowTypes {
		if slices.Contains([]string{"Product", "Category"}, kind.Name()) {
			continue // the types that embed them have all columns
		}
		for _, c := range row.columns {
			want[row.table] = append(want[row.table], c.name)
			column, ok := tables[row.table][c.name]
			if !assert.True(t, ok, "no column %s.%s", row.table, c.name) {
				continue
			}
			field := kind.FieldByIndex(c.index).Type
			nullable := c.null || field.Kind() == reflect.Pointer || field == reflect.TypeFor[[]byte]()
			assert.Equal(t, nullable, column.Nullable, "%s.%s may be NULL", row.table, c.name)
			if c.null { // column.target knows NULL of these alone
				assert.Contains(t, []reflect.Type{reflect.TypeFor[time.Time](), reflect.TypeFor[string](), reflect.TypeFor[models.Amount](), reflect.TypeFor[int]()}, field)
			}
			checkType(t, row.table+"."+c.name, field, column, mysql)
			if mysql {
				checkWidth(t, row.table+"."+c.name, c.width, column)
			}
		}
		slices.Sort(want[row.table])
	}
	for table, columns := range tables {
		got[table] = sortedKeys(columns)
	}
	assert.Equal(t, want, got)
	for _, c := range fullChanges(t) {
		for _, column := range c.names {
			assert.Contains(t, tables[c.table], column, c.table)
		}
	}
}

// GORM reads and writes some rows by itself: it must see the same columns.
func TestReadColumns_AsGORM(t *testing.T) {
	for kind, row := range rowTypes {
		parsed, err := schema.Parse(reflect.New(kind).Interface(), &sync.Map{}, naming())
		require.NoError(t, err)
		var names []string
		for _, c := range row.columns {
			names = append(names, c.name)
			assert.Equal(t, c.null, parsed.FieldsByDBName[c.name].HasDefaultValue, "%s.%s", kind, c.name)
		}
		assert.Subset(t, parsed.DBNames, names, kind)
		assert.Equal(t, row.table, parsed.Table)
	}
}

// SchemaColumn is a column as a database describes it.
type SchemaColumn struct {
	Type             string
	Nullable         bool
	Charset, Collate string
}

func checkType(t *testing.T, name string, field reflect.Type, column SchemaColumn, mysql bool) {
	t.Helper()
	if field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	var allowed []string
	switch {
	case field == reflect.TypeFor[models.Amount]():
		allowed = []string{"TEXT"}
		if mysql {
			allowed = []string{"DECIMAL(36,18)"}
		}
	case field == reflect.TypeFor[time.Time]():
		allowed = []string{"DATETIME"}
		if mysql {
			allowed = []string{"DATETIME(3)"}
		}
	case field.Kind() == reflect.Bool:
		allowed = []string{"BOOLEAN", "TINYINT(1)"}
	case field.Kind() == reflect.Int:
		allowed = []string{"INT", "INT(11)", "INTEGER"}
	case field.Kind() == reflect.Int64:
		allowed = []string{"BIGINT", "BIGINT(20)", "INTEGER"}
	case field == reflect.TypeFor[[]byte]():
		allowed = []string{"BLOB", "MEDIUMBLOB"}
	default:
		allowed = []string{"TEXT", "MEDIUMTEXT", "VARCHAR", "CHAR"}
		column.Type, _, _ = strings.Cut(column.Type, "(")
	}
	assert.Contains(t, allowed, column.Type, name)
}

func checkWidth(t *testing.T, name string, got width, column SchemaColumn) {
	t.Helper()
	var want width
	if column.Charset != "" {
		want = width{max: mediumText, ascii: column.Charset == "ascii"}
		if _, size, ok := strings.Cut(column.Type, "("); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(size, ")"))
			require.NoError(t, err)
			want.max = n
		}
	}
	if want.ascii {
		assert.Equal(t, "ascii_bin", column.Collate, name)
	}
	assert.Equal(t, want, got, name)
}
