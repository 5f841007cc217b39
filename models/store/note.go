package store

import (
	"cmp"
	"context"

	"github.com/coincart/coincart/models"
)

// AddNote stores what staff wrote on an order; id and time that are empty are filled in.
func (s *Store) AddNote(ctx context.Context, n *models.Note) error {
	n.ID, n.CreatedAt = cmp.Or(n.ID, models.NewID()), orTime(n.CreatedAt, s.now())
	return doing("store the note", s.create(ctx, n))
}

// Notes reads the notes on an order, oldest first.
func (s *Store) Notes(ctx context.Context, orderID string) ([]models.Note, error) {
	list, err := ofOrder[models.Note](ctx, s, orderID, "created_at, id")
	return list, doing("read the notes", err)
}
