package store

import (
	"context"
	"time"

	"github.com/coincart/coincart/models"
)

// AttemptByOrderNum reads an attempt by the platform's number.
func (s *Store) AttemptByOrderNum(ctx context.Context, orderNum string) (models.Attempt, error) {
	return takeByKey[models.Attempt](ctx, s, isChosenKey, "order_num", orderNum)
}

// Counters reads the counters of the day (UTC) that a time lies in.
func (s *Store) Counters(ctx context.Context, day time.Time) (map[string]int, error) {
	return readMap[string, int](ctx, s, "SELECT name, value FROM counters WHERE day = ?", counterDay(day))
}

// Evidence reads all claims about an order's payments, oldest first, also of an order that is not there.
func (s *Store) Evidence(ctx context.Context, orderID string) ([]models.Evidence, error) {
	return ofOrder[models.Evidence](ctx, s, orderID, "created_at, id")
}

// Transitions reads an order's history, its attempts' too, oldest first, also of an order that is not there.
func (s *Store) Transitions(ctx context.Context, orderID string) ([]models.Transition, error) {
	return ofOrder[models.Transition](ctx, s, orderID, "created_at, id")
}

// Staff reads a person of the back office by their id, as StaffByEmail does.
func (s *Store) Staff(ctx context.Context, id string) (models.Staff, error) {
	m, err := takeByKey[models.Staff](ctx, s, isKey, "id", id)
	if err != nil {
		return models.Staff{}, err
	}
	return m, s.openTOTP(&m)
}
