package store

import (
	"context"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// quotaMemory is how long the counts of requests are kept.
const quotaMemory = time.Hour

// CountRequests adds n requests of who to those of the window that began at a time, and returns how many they are on all replicas. n may be 0.
func (s *Store) CountRequests(ctx context.Context, who string, began time.Time, n int) (used int, err error) {
	began = models.Instant(began)
	id := hashed(who + " " + began.Format(time.RFC3339))
	query := "INSERT INTO request_counts (id, used, began_at) VALUES (?, ?, ?) "
	if s.dialect == migrations.SQLite {
		query += "ON CONFLICT (id) DO UPDATE SET used = used + excluded.used"
	} else {
		query += "ON DUPLICATE KEY UPDATE used = used + VALUES(used)"
	}
	if n > 0 {
		if _, err := s.exec(ctx, query, id, n, began); err != nil {
			return 0, wrap("count requests", err)
		}
	}
	err = s.one(ctx, "SELECT COALESCE(SUM(used), 0) FROM request_counts WHERE id = ?", []any{id}, &used)
	return used, wrap("count requests", err)
}
