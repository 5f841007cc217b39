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

// Pulse reads how the background work goes on; a row is late that was due longer than late ago.
func (s *Store) Pulse(ctx context.Context, late time.Duration) (models.Pulse, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return models.Pulse{}, err
	}
	var p models.Pulse
	if p.LastCallback, err = s.newest(ctx, "SELECT received_at FROM inbox WHERE state = 'done' ORDER BY received_at DESC LIMIT 1"); err != nil {
		return p, wrap("read the last callback", err)
	}
	if p.LastPaid, err = s.newest(ctx, "SELECT paid_at FROM attempts WHERE paid_at IS NOT NULL ORDER BY paid_at DESC LIMIT 1"); err != nil {
		return p, wrap("read the last payment", err)
	}
	for _, queue := range queues {
		var rows int
		var since time.Time
		err := s.one(ctx, "SELECT COUNT(*) FROM "+string(queue)+" WHERE due_at < ?", []any{models.Instant(now.Add(-late))}, &rows)
		if err == nil && rows > 0 {
			err = s.one(ctx, "SELECT due_at FROM "+string(queue)+" WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1", nil, orZero(&since))
		}
		if err != nil {
			return p, wrap("look for rows that wait", err)
		}
		p.LateRows += rows
		if rows > 0 && (p.LateSince.IsZero() || since.Before(p.LateSince)) {
			p.LateSince, p.LateQueue = since, string(queue)
		}
	}
	return p, nil
}

// newest reads one time; zero where there is no row.
func (s *Store) newest(ctx context.Context, query string) (time.Time, error) {
	var at time.Time
	err := s.each(ctx, query, nil, func(rows *sql.Rows) error { return rows.Scan(&at) })
	return at.UTC(), err
}
