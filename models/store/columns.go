package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// A column is one column of a table, and the field of the row type that holds it.
type column struct {
	name  string
	index []int // where the field is, for reflect.Value.FieldByIndex
	width width // of a text; the zero width: the column holds no text
	null  bool  // the zero value is stored as NULL
	key   bool  // part of the primary key
	fixed bool  // written when the row is made; updates and comparisons leave it alone
}

// readColumns reads the columns of a struct type from its fields and their tags, which package models describes. The fields of embedded
// structs are columns too.
func readColumns(row reflect.Type, index ...int) []column {
	var list []column
	for i := range row.NumField() {
		field := row.Field(i)
		at := slices.Concat(index, []int{i})
		settings := strings.Split(field.Tag.Get("gorm"), ";")
		switch {
		case field.Anonymous:
			list = append(list, readColumns(field.Type, at...)...)
			continue
		case slices.Contains(settings, "-"), slices.Contains(settings, "->"), !field.IsExported():
			continue
		}
		c := column{name: naming().ColumnName("", field.Name), index: at, width: readWidth(field.Tag)}
		for _, setting := range settings {
			switch name, value, _ := strings.Cut(setting, ":"); name {
			case "column":
				c.name = value
			case "default":
				c.null = value == "null"
			case "primaryKey":
				c.key = true
			}
		}
		c.key = c.key || field.Name == "ID"
		list = append(list, c)
	}
	return list
}

// columnNamed returns the column of a name; it panics where there is none, because names are constants of this package.
func columnNamed(list []column, name string) *column {
	return &list[slices.IndexFunc(list, func(c column) bool { return c.name == name })]
}

func readWidth(tag reflect.StructTag) width {
	text, ascii := tag.Lookup("ascii")
	if !ascii {
		text = tag.Get("text")
	}
	if text == "medium" {
		return width{max: mediumText, ascii: ascii}
	}
	n, _ := strconv.Atoi(text) // the test of the schema finds what is no number
	return width{max: n, ascii: ascii}
}

// in returns the field of a row that holds the column.
func (c *column) in(row reflect.Value) reflect.Value {
	if len(c.index) == 1 {
		return row.Field(c.index[0])
	}
	return row.FieldByIndex(c.index)
}

// target is where the column is scanned to.
func (c *column) target(row reflect.Value) any {
	switch at := c.in(row).Addr().Interface().(type) {
	case *time.Time:
		if c.null {
			return nullTime{at}
		}
		return at
	case *string:
		if c.null {
			return orZero(at)
		}
		return at
	case *int:
		if c.null {
			return orZero(at)
		}
		return at
	case *models.Amount:
		return nullAmount{at}
	default:
		return at
	}
}

// value returns the argument that stores the column.
func (c *column) value(row reflect.Value) any {
	field := c.in(row)
	switch kind := field.Kind(); {
	case c.null && field.IsZero():
		return nil
	case kind == reflect.String:
		return field.String()
	case kind == reflect.Slice && field.IsNil() && field.Type().Elem().Kind() == reflect.Uint8:
		return nil // a nil []byte would be stored as an empty one
	}
	return field.Interface()
}

// same compares the column of two rows as it is stored.
func (c *column) same(a, b reflect.Value) bool {
	a, b = c.in(a), c.in(b)
	switch x := a.Addr().Interface().(type) {
	case *models.Amount:
		y, ok := reflect.TypeAssert[*models.Amount](b.Addr())
		return ok && x.Equal(*y)
	case *time.Time:
		y, ok := reflect.TypeAssert[*time.Time](b.Addr())
		return ok && x.Equal(*y)
	case *models.Texts:
		y, ok := reflect.TypeAssert[*models.Texts](b.Addr())
		return ok && sameTexts(*x, *y)
	}
	if kind := a.Kind(); (kind == reflect.Slice || kind == reflect.Map) && a.Len() == 0 {
		return b.Len() == 0
	}
	if a.Comparable() && a.Kind() != reflect.Pointer {
		return a.Equal(b)
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// table reads and writes rows of one type. Every statement takes its columns from here, so that a new field of T needs nothing else.
type table[T any] struct {
	name    string
	columns []column
	all     string // list("")
}

// tableOf returns the table of a row type. The fixed columns are written when a row is made; update, put, change and same leave them alone.
func tableOf[T any](fixed ...string) *table[T] {
	kind := rowTypes[reflect.TypeFor[T]()]
	t := &table[T]{name: kind.table, columns: slices.Clone(kind.columns)}
	for _, name := range fixed {
		columnNamed(t.columns, name).fixed = true
	}
	t.all = t.list("")
	return t
}

// list names all columns for a SELECT or an INSERT. alias is the table's name in the statement; empty: it has none.
func (t *table[T]) list(alias string) string {
	if alias != "" {
		alias += "."
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = alias + "`" + c.name + "`"
	}
	return strings.Join(names, ", ")
}

// part lists values for all columns, for a SELECT that is united with one of this table: those that are given by column, and for each other
// column an empty one of its type.
func (t *table[T]) part(given map[string]string) string {
	values := make([]string, len(t.columns))
	for i, c := range t.columns {
		field := reflect.TypeFor[T]().FieldByIndex(c.index).Type
		switch value, ok := given[c.name]; {
		case ok:
			values[i] = value
		case c.null, field.Kind() == reflect.Pointer, field == reflect.TypeFor[models.Amount]():
			values[i] = "NULL"
		case c.width.max > 0:
			values[i] = "''"
		default:
			values[i] = "0"
		}
	}
	return strings.Join(values, ", ")
}

// targets are where the columns of list are scanned to.
func (t *table[T]) targets(row *T) []any {
	v := reflect.ValueOf(row).Elem()
	targets := make([]any, len(t.columns))
	for i := range t.columns {
		targets[i] = t.columns[i].target(v)
	}
	return targets
}

// query reads the rows that a query finds which begins with "SELECT … FROM name"; rest is what follows, such as "WHERE id = ?".
func (t *table[T]) query(ctx context.Context, s *Store, rest string, args ...any) ([]T, error) {
	var list []T
	var row, empty T
	targets := t.targets(&row)
	err := s.each(ctx, "SELECT "+t.all+" FROM "+t.name+" "+rest, slices.Clone(args), func(rows *sql.Rows) error {
		row = empty // no map or slice of the row before is filled again
		err := rows.Scan(targets...)
		list = append(list, row)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// take reads the first row of a query; ErrNotFound.
func (t *table[T]) take(ctx context.Context, s *Store, rest string, args ...any) (row T, err error) {
	list, err := t.query(ctx, s, rest, args...)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return row, err
	}
	return list[0], nil
}

// page reads a page of the rows that a condition chooses, newest first, for tables with created_at and id. after is the next of the page
// before. ErrFilter: limit. ErrCursor: after.
func (t *table[T]) page(ctx context.Context, s *Store, where conditions, after string, limit int) (rows []T, next string, err error) {
	list := timeList[T]{
		name: t.name, order: sorting{"created_at", "id", true}, query: "SELECT " + t.all + " FROM " + t.name + " WHERE {page}",
		scan: func(rows *sql.Rows) (row T, err error) {
			err = rows.Scan(t.targets(&row)...)
			return row, err
		},
		place: func(row T) (time.Time, string) {
			v := reflect.ValueOf(row)
			made, _ := reflect.TypeAssert[time.Time](v.FieldByName("CreatedAt"))
			return made, v.FieldByName("ID").String()
		},
	}
	return list.page(ctx, s, where, after, limit)
}

// values returns the arguments that store the columns of list.
func (t *table[T]) values(row *T) []any {
	return t.appendValues(make([]any, 0, len(t.columns)), row)
}

func (t *table[T]) appendValues(values []any, row *T) []any {
	v := reflect.ValueOf(row).Elem()
	for i := range t.columns {
		values = append(values, t.columns[i].value(v))
	}
	return values
}

// insert stores one row.
func (t *table[T]) insert(ctx context.Context, s *Store, row *T) error {
	_, err := s.exec(ctx, t.inserting(1), t.values(row)...)
	return err
}

// inserting returns an INSERT statement for n rows.
func (t *table[T]) inserting(n int) string {
	row := "(" + placeholders(len(t.columns)) + ")"
	return "INSERT INTO " + t.name + " (" + t.all + ") VALUES " + strings.Repeat(row+", ", n-1) + row
}

// put stores one row, new or in place of the one with the same key.
func (t *table[T]) put(ctx context.Context, s *Store, row *T) error {
	var keys, others []string
	for _, c := range t.columns {
		switch {
		case c.key:
			keys = append(keys, c.name)
		case !c.fixed:
			others = append(others, c.name)
		}
	}
	_, err := s.exec(ctx, t.inserting(1)+s.replacing(keys, others...), t.values(row)...)
	return err
}

// update writes all columns of the row with the same key.
func (t *table[T]) update(ctx context.Context, s *Store, row *T) error {
	set := t.change(row)
	var keys []string
	v := reflect.ValueOf(row).Elem()
	for i := range t.columns {
		if c := &t.columns[i]; c.key {
			keys = append(keys, "`"+c.name+"` = ?")
			set.values = append(set.values, c.value(v))
		}
	}
	_, err := s.exec(ctx, "UPDATE "+t.name+" SET "+set.sql()+" WHERE "+strings.Join(keys, " AND "), set.values...)
	return err
}

// change returns the SET part of an UPDATE that writes all columns of a row but some.
func (t *table[T]) change(row *T, except ...string) *change {
	set := &change{}
	v := reflect.ValueOf(row).Elem()
	for i := range t.columns {
		if c := &t.columns[i]; !c.key && !c.fixed && !slices.Contains(except, c.name) {
			set.set(c.name, c.value(v))
		}
	}
	return set
}

// changeOnly returns the SET part of an UPDATE that writes some columns of a row.
func (t *table[T]) changeOnly(row *T, names ...string) *change {
	set := &change{}
	v := reflect.ValueOf(row).Elem()
	for _, name := range names {
		set.set(name, columnNamed(t.columns, name).value(v))
	}
	return set
}

// same reports whether two rows hold the same. Keys, fixed columns, version and updated_at do not count.
func (t *table[T]) same(a, b *T) bool {
	x, y := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for i := range t.columns {
		if c := &t.columns[i]; !c.key && !c.fixed && c.name != "version" && c.name != "updated_at" && !c.same(x, y) {
			return false
		}
	}
	return true
}

// rowBatch collects rows of a table, to store many with each INSERT.
type rowBatch[T any] struct {
	table  *table[T]
	values []any
}

func (t *table[T]) batch() *rowBatch[T] { return &rowBatch[T]{table: t} }

func (b *rowBatch[T]) add(rows ...T) {
	for i := range rows {
		b.values = b.table.appendValues(b.values, &rows[i])
	}
}

// insert stores the rows and forgets them.
func (b *rowBatch[T]) insert(ctx context.Context, s *Store) error { return b.store(ctx, s, "") }

// store is insert with what follows the rows in the statement.
func (b *rowBatch[T]) store(ctx context.Context, s *Store, conflict string) error {
	width := len(b.table.columns)
	for len(b.values) > 0 {
		n := rowSize(len(b.values) / width)
		if _, err := s.exec(ctx, b.table.inserting(n)+conflict, b.values[:n*width]...); err != nil {
			return wrap(b.table.name, err)
		}
		b.values = b.values[n*width:]
	}
	b.values = nil
	return nil
}

// insertAll stores many rows, whose texts must fit their columns.
func (t *table[T]) insertAll(ctx context.Context, s *Store, rows []T) error {
	if err := checkTexts(rows); err != nil {
		return err
	}
	batch := t.batch()
	batch.add(rows...)
	return batch.insert(ctx, s)
}

// nullTime scans a timestamp that may be NULL, which is the zero time. SQLite's driver reads a time as a text where the column is not one
// of a table.
type nullTime struct{ at *time.Time }

// Scan reads a column.
func (n nullTime) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*n.at = time.Time{}
	case time.Time:
		*n.at = v.UTC()
	case string:
		return n.parse(v)
	case []byte:
		return n.parse(string(v))
	default:
		return fmt.Errorf("read a time: column holds %T", src)
	}
	return nil
}

func (n nullTime) parse(text string) error {
	at, err := time.ParseInLocation(textTime, text, time.UTC)
	if err != nil {
		return fmt.Errorf("read a time: %w", err)
	}
	*n.at = at
	return nil
}

// orZero is where a column is scanned to that may be NULL, which is the zero value.
func orZero[T any](at *T) sql.Scanner {
	if at, ok := any(at).(*time.Time); ok {
		return nullTime{at}
	}
	return nullable[T]{at}
}

type nullable[T any] struct{ at *T }

// Scan reads a column.
func (n nullable[T]) Scan(src any) error {
	var value sql.Null[T]
	err := value.Scan(src)
	*n.at = value.V
	return err
}

// nullAmount scans an amount that may be NULL, which is 0.
type nullAmount struct{ at *models.Amount }

// Scan reads a column.
func (n nullAmount) Scan(src any) error {
	if src == nil {
		*n.at = models.Amount{}
		return nil
	}
	return n.at.Scan(src)
}

var (
	_ sql.Scanner = nullTime{}
	_ sql.Scanner = nullAmount{}
)
