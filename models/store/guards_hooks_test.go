package store

import (
	"context"

	"github.com/coincart/coincart/models"
)

// ReservationsOf reads an order's reservations as SellReservation and ReleaseReservation do.
func (s *Store) ReservationsOf(ctx context.Context, orderID string) ([]models.Reservation, error) {
	return s.reservations(ctx, orderID)
}

// SellAsRead sells a reservation that was read some time ago, in one try. SQLite has one writer, whose own reads are never old, so no
// interleaving of whole calls can show there what an old read does.
func (s *Store) SellAsRead(ctx context.Context, r models.Reservation) error {
	return s.runOnce(ctx, func(tx *Store) error { return tx.sellOne(ctx, r, tx.now()) })
}

// ClaimAsRead moves a reservation that was read some time ago, in one try.
func (s *Store) ClaimAsRead(ctx context.Context, r models.Reservation, to models.ReservationState) error {
	return s.runOnce(ctx, func(tx *Store) error { return tx.claimReservation(ctx, r, to, tx.now()) })
}
