package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const (
	maxTries   = 12
	firstPause = 3 * time.Millisecond
	maxPause   = 250 * time.Millisecond
)

// Tx runs fn in a transaction: all of it or nothing. A transaction that gave way to another one (deadlock 1213, lock wait 1205, changed
// record 1020, cluster not ready 1047, SQLite busy) is started again from the beginning, a bounded number of times and not after
// Options.Timeout, so fn must not do anything that cannot be repeated: no call over the network, no channel, no counting outside.
// Everything inside goes through tx: a write through s would wait for this very transaction on SQLite, which has one writer. Inside a
// transaction Tx joins it. When the answer to the commit itself is lost, the error is returned, and nobody knows.
func (s *Store) Tx(ctx context.Context, fn func(tx *Store) error) error {
	if s.inTx {
		return fn(s)
	}
	return s.retry(ctx, func() error { return s.runOnce(ctx, fn) })
}

func (s *Store) runOnce(ctx context.Context, fn func(tx *Store) error) (err error) {
	began, err := s.pool.begin(ctx, nil)
	if err != nil {
		return wrap("begin a transaction", err)
	}
	done := false
	defer func() {
		if !done { // an error, or a panic on its way up
			if e := began.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) && err != nil {
				err = errors.Join(err, wrap("roll back", e))
			}
		}
	}()
	orm := s.orm.Session(&gorm.Session{NewDB: true, Context: ctx})
	orm.Statement.ConnPool = began
	tx := &Store{shared: s.shared, conn: began, orm: orm, inTx: true, atEnd: &[]func() error{}, marked: map[string]bool{}}
	if err := fn(tx); err != nil {
		return err
	}
	for _, finish := range *tx.atEnd {
		if err := finish(); err != nil {
			return err
		}
	}
	done = true
	err = began.Commit()
	s.pool.suspect(ctx, err)
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		err = ctx.Err() // the context ended the transaction before us
	}
	return wrap("commit", err)
}

// beforeCommit does something at the very end of this transaction, because it takes a lock that all others wait for.
func (s *Store) beforeCommit(finish func() error) { *s.atEnd = append(*s.atEnd, finish) }

// retry repeats what gave way to another transaction. Inside a transaction it does not: the whole transaction is repeated.
func (s *Store) retry(ctx context.Context, try func() error) error {
	if s.inTx {
		return try()
	}
	pause, began := firstPause, time.Now()
	for n := 1; ; n++ {
		err := try()
		if err == nil || !isRetryable(err) || n == maxTries || time.Since(began) >= s.pool.waits.limit {
			return err
		}
		s.log.DebugContext(ctx, "repeating a transaction", slog.Int("try", n), slog.Any("error", err))
		// With jitter, two transactions that met once do not meet again.
		timer := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // not a secret
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(err, ctx.Err())
		case <-timer.C:
		}
		pause = min(2*pause, maxPause)
	}
}

func isRetryable(err error) bool {
	_, ok := errors.AsType[*retryableError](err)
	return ok
}

// exec runs one statement that changes something and returns the number of rows it found. Outside a transaction it is repeated
// like one.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	var n int64
	run := func() error {
		result, err := s.conn.exec(ctx, query, slices.Clone(args))
		if err != nil {
			return err
		}
		n, err = result.RowsAffected()
		return err
	}
	err := s.retry(ctx, run)
	return n, err
}

// create inserts a row, or a slice of rows, of a model.
func (s *Store) create(ctx context.Context, row any, conflict ...clause.Expression) error {
	if err := checkTexts(row); err != nil {
		return err
	}
	return s.retry(ctx, func() error { return translate(s.orm.WithContext(ctx).Clauses(conflict...).Create(row).Error) })
}

// execOr runs one statement that changes something; where it finds no row, it returns missing.
func (s *Store) execOr(ctx context.Context, missing error, query string, args ...any) error {
	n, err := s.exec(ctx, query, args...)
	if err == nil && n == 0 {
		err = missing
	}
	return err
}

// take reads the one row that a condition names, or ErrNotFound.
func take[T any](ctx context.Context, s *Store, where string, args ...any) (row T, err error) {
	err = translate(s.orm.WithContext(ctx).Where(where, args...).Take(&row).Error)
	return row, err
}

// takeByKey reads the row whose column holds a key from outside, or ErrNotFound: without a query where the text cannot be a key
// (isKey, isChosenKey).
func takeByKey[T any](ctx context.Context, s *Store, possible func(string) bool, column, key string) (row T, err error) {
	if !possible(key) {
		return row, ErrNotFound
	}
	return take[T](ctx, s, column+" = ?", key)
}

// find reads all rows that a condition names.
func find[T any](ctx context.Context, s *Store, sort, where string, args ...any) (rows []T, err error) {
	err = translate(s.orm.WithContext(ctx).Where(where, args...).Order(sort).Find(&rows).Error)
	return rows, err
}

// ofOrder reads all rows that belong to an order.
func ofOrder[T any](ctx context.Context, s *Store, orderID, sort string) ([]T, error) {
	return find[T](ctx, s, sort, "order_id = ?", orderID)
}

// firstRows reads the first rows that a condition names, in an order.
func firstRows[T any](ctx context.Context, s *Store, limit int, sort, where string, args ...any) (rows []T, err error) {
	err = translate(s.orm.WithContext(ctx).Where(where, args...).Order(sort).Limit(limit).Find(&rows).Error)
	return rows, err
}

// newestRows reads the newest rows of a table with created_at and id. ErrFilter: limit.
func newestRows[T any](ctx context.Context, s *Store, limit int) ([]T, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, err
	}
	return firstRows[T](ctx, s, limit, "created_at DESC, id DESC", "1 = 1")
}

// rowsAfter reads a page of the rows that a condition chooses, after a position (0: from the first), in the order of their positions.
// ErrFilter: limit.
func rowsAfter[T any](ctx context.Context, s *Store, where conditions, position, limit int) ([]T, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, err
	}
	where.add("position > ?", position)
	return firstRows[T](ctx, s, limit, "position", where.sql(), where.args...)
}

// each runs a query and calls scan for every row.
func (s *Store) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) (err error) {
	rows, err := s.conn.query(ctx, query, args)
	if err != nil {
		return err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = translate(e)
		}
		s.pool.suspect(ctx, err)
	}()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return translate(err)
		}
	}
	return translate(rows.Err())
}

// one reads one row into the targets, or ErrNotFound.
func (s *Store) one(ctx context.Context, query string, args []any, targets ...any) error {
	found := false
	err := s.each(ctx, query, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(targets...)
	})
	if err == nil && !found {
		return ErrNotFound
	}
	return err
}

// placeholders writes n question marks for a list.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
