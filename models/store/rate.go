package store

import (
	"context"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
)

// AddRate adds what a source said to the history. What is the same as the coin's last entry from that source, and less than a
// minute later, is left out.
func (s *Store) AddRate(ctx context.Context, r models.Rate) error {
	var last []models.Rate
	err := s.orm.WithContext(ctx).Where("coin = ? AND source = ? AND created_at > ?", r.Coin, r.Source, r.CreatedAt.Add(-time.Minute)).
		Order("created_at DESC, id DESC").Limit(1).Find(&last).Error
	if err != nil {
		return doing("read the last rate", translate(err))
	}
	if len(last) == 1 && last[0].Problem == r.Problem && last[0].Rate.Equal(r.Rate) {
		return nil
	}
	if r.ID == "" {
		r.ID = models.NewID()
	}
	return doing("store the rate's history", s.create(ctx, &r))
}

const rateList = "rates"

// Rates reads a page of what was said about a coin, newest first. ErrFilter, ErrCursor.
func (s *Store) Rates(ctx context.Context, coin, after string, limit int) (rows []models.Rate, next string, err error) {
	limit, err = pageLimit(limit)
	if err != nil {
		return nil, "", doing("read the rates", err)
	}
	at, id, err := readTimeCursor(rateList, after)
	if err != nil {
		return nil, "", doing("read the rates", err)
	}
	where := &conditions{}
	where.add("coin = ?", coin)
	if id != "" {
		part, args := s.beyondTime(at, id)
		where.add(part, args...)
	}
	err = s.orm.WithContext(ctx).Where(where.sql(), where.args...).Order("created_at DESC, id DESC").Limit(limit + 1).Find(&rows).Error
	if err != nil {
		return nil, "", doing("read the rates", translate(err))
	}
	rows, next = trim(rows, limit, func(r models.Rate) string { return cursor(rateList, timeKey(r.CreatedAt), r.ID) })
	return rows, next, nil
}

// mostCharted is how many entries a chart is made of at most.
const mostCharted = 5000

// RatesSince reads what was said about a coin since a time, oldest first, at most the newest 5,000 entries.
func (s *Store) RatesSince(ctx context.Context, coin string, since time.Time) ([]models.Rate, error) {
	var newest []models.Rate
	err := s.orm.WithContext(ctx).Where("coin = ? AND created_at >= ?", coin, models.Instant(since)).
		Order("created_at DESC, id DESC").Limit(mostCharted).Find(&newest).Error
	if err != nil {
		return nil, doing("read the rates", translate(err))
	}
	for i, j := 0, len(newest)-1; i < j; i, j = i+1, j-1 {
		newest[i], newest[j] = newest[j], newest[i]
	}
	return newest, nil
}

// ForgetRates removes at most limit entries of the history from before a time, and says how many they were.
func (s *Store) ForgetRates(ctx context.Context, before time.Time, limit int) (int, error) {
	var ids []any
	err := s.each(ctx, fmt.Sprintf("SELECT id FROM rates WHERE created_at < ? ORDER BY created_at LIMIT %d", max(1, limit)),
		[]any{models.Instant(before)}, scanTexts(&ids))
	if err != nil || len(ids) == 0 {
		return 0, doing("forget old rates", err)
	}
	n, err := s.exec(ctx, "DELETE FROM rates WHERE id IN ("+places(len(ids))+")", ids...)
	return int(n), doing("forget old rates", err)
}
