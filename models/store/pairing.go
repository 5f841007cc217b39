package store

import (
	"context"
	"time"

	"github.com/coincart/coincart/models"
)

// InsertPairing stores a pairing under the hash of its code.
func (s *Store) InsertPairing(ctx context.Context, code string, p models.Pairing) error {
	p.ID = hashed(code)
	p.CreatedAt = orTime(p.CreatedAt, s.now())
	return wrap("store the pairing", s.create(ctx, &p))
}

// TakePairing reads a pairing by its code and removes it: a code is good once. ErrNotFound: there is none.
func (s *Store) TakePairing(ctx context.Context, code string) (p models.Pairing, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		if p, err = take[models.Pairing](ctx, tx, "id = ?", hashed(code)); err != nil {
			return err
		}
		return tx.execOr(ctx, ErrNotFound, "DELETE FROM pairings WHERE id = ?", p.ID)
	})
	return p, wrap("take the pairing", err)
}

// ForgetPairings removes pairings that ended before a time.
func (s *Store) ForgetPairings(ctx context.Context, before time.Time) error {
	_, err := s.exec(ctx, "DELETE FROM pairings WHERE expires_at < ?", models.Instant(before))
	return wrap("remove old pairings", err)
}
