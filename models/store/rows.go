package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// collect reads all rows of a query.
func collect[T any](ctx context.Context, s *Store, query string, args []any, scan func(*sql.Rows) (T, error)) ([]T, error) {
	var list []T
	err := s.each(ctx, query, args, func(rows *sql.Rows) error {
		row, err := scan(rows)
		list = append(list, row)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// readTexts reads the only column of a query.
func (s *Store) readTexts(ctx context.Context, query string, args ...any) ([]string, error) {
	return collect(ctx, s, query, args, func(rows *sql.Rows) (text string, err error) {
		err = rows.Scan(&text)
		return text, err
	})
}

// readMap reads the two columns of a query as keys and values.
func readMap[K comparable, V any](ctx context.Context, s *Store, query string, args ...any) (map[K]V, error) {
	found := map[K]V{}
	err := s.each(ctx, query, args, func(rows *sql.Rows) error {
		var key K
		var value V
		err := rows.Scan(&key, &value)
		found[key] = value
		return err
	})
	return found, err
}

// readMapOf reads the two columns of a query as keys and values, for a list of keys however long: {keys} is where it stands in the query,
// behind the other arguments.
func readMapOf[V any](ctx context.Context, s *Store, query string, keys []string, args ...any) (map[string]V, error) {
	found := map[string]V{}
	err := inParts(keys, func(list string, part []any) error {
		rows, err := readMap[string, V](ctx, s, substitute(query, "keys", list), slices.Concat(args, part)...)
		maps.Copy(found, rows)
		return err
	})
	return found, err
}

// execEach runs statements that have the same one argument.
func (s *Store) execEach(ctx context.Context, arg any, statements ...string) error {
	for _, statement := range statements {
		if _, err := s.exec(ctx, statement, arg); err != nil {
			return err
		}
	}
	return nil
}

// arguments are texts as arguments of a statement.
func arguments(texts []string) []any {
	args := make([]any, len(texts))
	for i, text := range texts {
		args[i] = text
	}
	return args
}

// rowSizes are the numbers of rows of one statement: few texts, so that each is prepared once.
var rowSizes = []int{200, 50, 10, 1}

func rowSize(left int) int {
	for _, n := range rowSizes {
		if left >= n {
			return n
		}
	}
	return 1
}

// inParts calls fn with the keys, a part at a time, and with as many places.
func inParts(keys []string, fn func(list string, args []any) error) error {
	for part := range slices.Chunk(keys, batch) {
		args := padded(arguments(part))
		if err := fn("("+placeholders(len(args))+")", args); err != nil {
			return err
		}
	}
	return nil
}

// padded repeats the last id until the list has one of few lengths, so that lists of any length share few statements: one key twice in
// a list of IN changes nothing.
func padded(ids []any) []any {
	for _, size := range []int{1, 10, defaultPage, models.MaxPageRows, batch} {
		if len(ids) <= size {
			for len(ids) < size {
				ids = append(ids, ids[len(ids)-1])
			}
			break
		}
	}
	return ids
}

// possibleKeys returns the ids that can be keys of a row.
func possibleKeys(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isKey(id) })
}

// orTime returns t, or otherwise where t is zero.
func orTime(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
