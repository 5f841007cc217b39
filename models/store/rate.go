package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// AddRate adds what a source said to the history. What is the same as the coin's last entry from that source, and less than a
// minute later, is left out.
func (s *Store) AddRate(ctx context.Context, r models.Rate) error {
	last, err := firstRows[models.Rate](ctx, s, 1, "created_at DESC, id DESC", "coin = ? AND source = ? AND created_at > ?",
		r.Coin, r.Source, r.CreatedAt.Add(-time.Minute))
	if err != nil {
		return wrap("read the last rate", err)
	}
	if len(last) == 1 && last[0].Problem == r.Problem && last[0].Rate.Equal(r.Rate) {
		return nil
	}
	r.ID = cmp.Or(r.ID, models.NewID())
	return wrap("store the rate's history", s.create(ctx, &r))
}

// Rates reads a page of what was said about a coin, newest first. ErrFilter, ErrCursor.
func (s *Store) Rates(ctx context.Context, coin, after string, limit int) (rows []models.Rate, next string, err error) {
	where := conditions{}
	where.add("coin = ?", coin)
	rows, next, err = rateTable.page(ctx, s, where, after, limit)
	return rows, next, wrap("read the rates", err)
}

// maxCharted is the maximum number of entries of a chart.
const maxCharted = 5000

// RatesSince reads what was said about a coin since a time, oldest first, at most the newest 5,000 entries.
func (s *Store) RatesSince(ctx context.Context, coin string, since time.Time) ([]models.Rate, error) {
	newest, err := rateTable.query(ctx, s, "WHERE coin = ? AND created_at >= ? ORDER BY created_at DESC, id DESC LIMIT ?", coin, since, maxCharted)
	slices.Reverse(newest)
	return newest, wrap("read the rates", err)
}

// ForgetRates removes at most limit entries of the history from before a time, and returns how many they were.
func (s *Store) ForgetRates(ctx context.Context, before time.Time, limit int) (int, error) {
	ids, err := s.readTexts(ctx, "SELECT id FROM rates WHERE created_at < ? ORDER BY created_at LIMIT ?", before, max(1, limit))
	if err != nil || len(ids) == 0 {
		return 0, wrap("forget old rates", err)
	}
	n, err := s.exec(ctx, "DELETE FROM rates WHERE id IN ("+placeholders(len(ids))+")", arguments(ids)...)
	return int(n), wrap("forget old rates", err)
}
