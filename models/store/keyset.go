package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

var (
	// ErrCursor means that a place in a list was not made by this list.
	ErrCursor = errors.New("not a place in this list")
	// ErrFilter means that a filter, a sort or a page's size does not exist.
	ErrFilter = errors.New("no such filter")
)

const (
	defaultPage = 50
	batch       = 1000 // rows that a stream holds at once
)

// pageLimit returns the number of rows of a page: 0 means the usual one.
func pageLimit(limit int) (int, error) {
	switch {
	case limit == 0:
		return defaultPage, nil
	case limit < 0 || limit > models.MaxPageRows:
		return 0, fmt.Errorf("%w: a page has 1 to %d rows", ErrFilter, models.MaxPageRows)
	default:
		return limit, nil
	}
}

// cursor writes a place in a list, opaque to its readers: the list's name and the keys of the last row that was shown. It is not
// signed, because whoever may see the list may ask for any place in it.
func cursor(list string, keys ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(list + "\n" + strings.Join(keys, "\n")))
}

// readCursor reads a place in a list: that number of keys, nil for the beginning, ErrCursor for anything that cursor has not written for
// this list.
func readCursor(list, after string, keys int) ([]string, error) {
	if after == "" {
		return nil, nil
	}
	if len(after) > 512 {
		return nil, ErrCursor
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(after)
	if err != nil {
		return nil, ErrCursor
	}
	parts := strings.Split(string(text), "\n")
	if len(parts) != keys+1 || parts[0] != list {
		return nil, ErrCursor
	}
	for _, part := range parts[1:] {
		if !isKey(part) {
			return nil, ErrCursor
		}
	}
	return parts[1:], nil
}

// timeKey and readTimeKey are a time in a cursor.
func timeKey(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func readTimeKey(text string) (time.Time, error) {
	const year9000 = 221845392000000
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 || ms > year9000 || strconv.FormatInt(ms, 10) != text {
		return time.Time{}, ErrCursor
	}
	return time.UnixMilli(ms).UTC(), nil
}

// param returns the placeholder of an amount: text in SQLite, compared by the column's collation; MySQL would compare a text with a number as
// floats.
func (s *Store) param() string {
	if s.dialect == migrations.SQLite {
		return "?"
	}
	return "CAST(? AS DECIMAL(36,18))"
}

// sum returns an expression for the exact sum of an amount.
func (s *Store) sum(column string) string {
	if s.dialect == migrations.SQLite {
		return "dec_sum(" + column + ")"
	}
	return "COALESCE(SUM(" + column + "), 0)"
}

// beyond writes the condition of all rows after a place, in an order by these columns, all ascending or all descending. sign is
// ">" or "<". SQLite knows row values and uses an index for them; MySQL's optimizer makes ranges of the long form.
func (s *Store) beyond(sign string, places []string, values []any, columns ...string) (where string, args []any) {
	if s.dialect == migrations.SQLite {
		return "(" + strings.Join(columns, ", ") + ") " + sign + " (" + strings.Join(places, ", ") + ")", values
	}
	var alternatives []string
	for n := range columns {
		var all []string
		for i := range n {
			all = append(all, columns[i]+" = "+places[i]) //nolint:gosec // each column has its place and its value
			args = append(args, values[i])                //nolint:gosec // see above
		}
		all = append(all, columns[n]+" "+sign+" "+places[n])
		args = append(args, values[n])
		alternatives = append(alternatives, strings.Join(all, " AND "))
	}
	return "(" + strings.Join(alternatives, " OR ") + ")", args
}

// sorting is how a list is sorted: by a column and the id.
type sorting struct {
	column, id string
	descending bool
}

// by returns the columns for ORDER BY; prefix stands before each column, such as "p.".
func (o sorting) by(prefix string) string {
	direction := ""
	if o.descending {
		direction = " DESC"
	}
	return prefix + o.column + direction + ", " + prefix + o.id + direction
}

// sign compares rows that come later with the row of a place.
func (o sorting) sign() string {
	if o.descending {
		return "<"
	}
	return ">"
}

// listPlace is a place in a list, as its reader hands it in; empty: the beginning.
type listPlace struct{ list, after string }

// afterRow adds the condition of all rows after a place. Times and numbers stand in the place itself; a text may be too long for an
// address, and is read from the row. prefix stands before the columns in the query. ErrCursor.
func (s *Store) afterRow(ctx context.Context, where *conditions, place listPlace, order sorting, table, prefix string) error {
	keys, err := readCursor(place.list, place.after, 2)
	if err != nil || keys == nil {
		return err
	}
	var value any
	parameter := "?"
	switch order.column[strings.LastIndexByte(order.column, '.')+1:] {
	case "created_at", "updated_at", "expires_at", "last_order_at":
		value, err = readTimeKey(keys[0])
	case "position", "on_hand", "orders":
		value, err = strconv.Atoi(keys[0])
	case "total":
		parameter = s.param()
		value, err = models.ParseAmount(keys[0])
	default:
		var text string
		err = s.one(ctx, "SELECT "+order.column+" FROM "+table+" WHERE id = ?", []any{keys[1]}, &text)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		value = text
	}
	if err != nil {
		return ErrCursor
	}
	part, args := s.beyond(order.sign(), []string{parameter, "?"}, []any{value, keys[1]}, prefix+order.column, prefix+order.id)
	where.add(part, args...)
	return nil
}

// timeList is a list that is sorted by a time and the id, read a page at a time.
type timeList[T any] struct {
	name  string // of its places
	order sorting
	query string // {page} is where the condition, the order and the limit stand
	scan  func(*sql.Rows) (T, error)
	place func(T) (at time.Time, id string)
}

// page reads a page of the rows that a condition chooses. after is the next of the page before. ErrFilter: limit. ErrCursor: after.
func (l timeList[T]) page(ctx context.Context, s *Store, where conditions, after string, limit int) (rows []T, next string, err error) {
	limit, err = pageLimit(limit)
	if err != nil {
		return nil, "", err
	}
	if err := s.afterRow(ctx, &where, listPlace{l.name, after}, l.order, "", ""); err != nil {
		return nil, "", err
	}
	query := substitute(l.query, "page", where.sql()+" ORDER BY "+l.order.by("")+" LIMIT ?")
	rows, err = collect(ctx, s, query, append(where.args, limit+1), l.scan)
	rows, next = trim(rows, limit, func(row T) string {
		at, id := l.place(row)
		return cursor(l.name, timeKey(at), id)
	})
	return rows, next, err
}

// eachInBatches calls fn with every row of a list: read reads the batch after a row, from the beginning where it is nil. An error of fn
// ends it and is returned as it is.
func eachInBatches[T any](size int, read func(last *T) ([]T, error), fn func(T) error) error {
	var last *T
	for {
		rows, err := read(last)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := fn(row); err != nil {
				return err
			}
		}
		if len(rows) < size {
			return nil
		}
		last = &rows[size-1]
	}
}

// trim removes the row that was read to see whether there is a next page, and returns the place behind the last one.
func trim[T any](rows []T, limit int, place func(T) string) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	return rows, place(rows[limit-1])
}

// conditions collects the parts of a WHERE.
type conditions struct {
	parts []string
	args  []any
}

func (c *conditions) add(part string, args ...any) {
	c.parts = append(c.parts, part)
	c.args = append(c.args, args...)
}

// equal adds that a column has a value; an empty value chooses all rows.
func (c *conditions) equal(column, value string) {
	if value != "" {
		c.add(column+" = ?", value)
	}
}

// within adds that a time lies in a span, from its beginning up to but not including its end; an end that is zero is open.
func (c *conditions) within(column string, from, to time.Time) {
	if !from.IsZero() {
		c.add(column+" >= ?", from)
	}
	if !to.IsZero() {
		c.add(column+" < ?", to)
	}
}

func (c *conditions) sql() string {
	if len(c.parts) == 0 {
		return "1 = 1"
	}
	return strings.Join(c.parts, " AND ")
}

// substitute puts a part into the place of a query that has its name.
func substitute(query, name, part string) string {
	return strings.ReplaceAll(query, "{"+name+"}", part)
}
