package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// ServerVersion reads the name and version of the database, such as "SQLite 3.50.4" or "10.11.14-MariaDB".
func (s *Store) ServerVersion(ctx context.Context) (string, error) {
	query, prefix := "SELECT VERSION()", ""
	if s.dialect == migrations.SQLite {
		query, prefix = "SELECT sqlite_version()", "SQLite "
	}
	var version string
	err := s.one(ctx, query, nil, &version)
	return prefix + version, wrap("ask the database for its version", err)
}

// LastCallbackAndPayment reads when the last usable callback came and when the last payment was credited; zero: never.
func (s *Store) LastCallbackAndPayment(ctx context.Context) (callback, paid time.Time, err error) {
	callback, err = s.newest(ctx, "SELECT received_at FROM inbox WHERE state = 'done' ORDER BY received_at DESC LIMIT 1")
	if err != nil {
		return callback, paid, wrap("read the last callback", err)
	}
	paid, err = s.newest(ctx, "SELECT paid_at FROM attempts WHERE paid_at IS NOT NULL ORDER BY paid_at DESC LIMIT 1")
	return callback, paid, wrap("read the last payment", err)
}

// LateRows are rows that wait for a worker too long.
type LateRows struct {
	Rows  int       // of all queues
	Queue string    // the queue of the row that has waited longest
	Since time.Time // when that row was due
}

// LateRows counts the rows that are overdue for longer than late.
func (s *Store) LateRows(ctx context.Context, late time.Duration) (LateRows, error) {
	var found LateRows
	now, err := s.Now(ctx)
	if err != nil {
		return found, err
	}
	for _, queue := range queues {
		var rows int
		var since time.Time
		err := s.one(ctx, "SELECT COUNT(*) FROM "+string(queue)+" WHERE due_at < ?", []any{models.Instant(now.Add(-late))}, &rows)
		if err == nil && rows > 0 {
			err = s.one(ctx, "SELECT due_at FROM "+string(queue)+" WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1", nil, orZero(&since))
		}
		if err != nil {
			return found, wrap("look for rows that wait", err)
		}
		found.Rows += rows
		if rows > 0 && (found.Since.IsZero() || since.Before(found.Since)) {
			found.Since, found.Queue = since, string(queue)
		}
	}
	return found, nil
}

// newest reads one time; zero where there is no row.
func (s *Store) newest(ctx context.Context, query string) (time.Time, error) {
	var at time.Time
	err := s.each(ctx, query, nil, func(rows *sql.Rows) error { return rows.Scan(&at) })
	return at.UTC(), err
}
