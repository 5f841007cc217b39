package store

import (
	"context"
	"errors"
	"time"

	"coincart/models"
)

var errNotYet = errors.New("not built yet")

func (s *Store) Orders(ctx context.Context, f models.OrderFilter) (models.OrderPage, error) {
	return models.OrderPage{}, errNotYet
}

func (s *Store) PendingAttempts(ctx context.Context, after string, limit int) (rows []models.PendingAttempt, next string, err error) {
	return nil, "", errNotYet
}

func (s *Store) ReviewPage(ctx context.Context, onlyOpen bool, after string, limit int) (rows []models.Review, next string, err error) {
	return nil, "", errNotYet
}

func (s *Store) Review(ctx context.Context, id string) (models.Review, error) {
	return models.Review{}, errNotYet
}
func (s *Store) CloseReview(ctx context.Context, id, note string) error { return errNotYet }

func (s *Store) Dashboard(ctx context.Context, from, to time.Time, zone *time.Location) (models.Dashboard, error) {
	return models.Dashboard{}, errNotYet
}

func (s *Store) RollUp(ctx context.Context, day string, zone *time.Location) error { return errNotYet }

func (s *Store) RollUpDue(ctx context.Context, zone *time.Location) (days int, err error) {
	return 0, errNotYet
}

func (s *Store) EachOrderRow(ctx context.Context, f models.OrderFilter, fn func(models.OrderRow) error) error {
	return errNotYet
}

func (s *Store) EachPayment(ctx context.Context, from, to time.Time, fn func(models.PaymentRow) error) error {
	return errNotYet
}

// SeedSpec says what a made-up history looks like.
type SeedSpec struct {
	Seed     uint64
	Until    time.Time           // the newest order's time; zero: now
	Days     int                 // 0: 365
	Progress func(done, all int) // may be nil
}

func (s *Store) SeedOrders(ctx context.Context, n int, spec SeedSpec) error { return errNotYet }
