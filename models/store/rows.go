package store

import (
	"context"
	"database/sql"
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

// inParts calls fn with the keys, a part at a time, and with as many places. The last part is filled up with its last key: one key twice in
// a list of IN changes nothing.
func inParts(keys []string, fn func(list string, args []any) error) error {
	for len(keys) > 0 {
		n := rowSizes[0]
		for _, size := range rowSizes {
			if size >= len(keys) {
				n = size
			}
		}
		part := keys[:min(n, len(keys))]
		keys = keys[len(part):]
		args := make([]any, n)
		for i := range args {
			args[i] = part[min(i, len(part)-1)]
		}
		if err := fn("("+places(n)+")", args); err != nil {
			return err
		}
	}
	return nil
}
