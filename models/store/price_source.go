package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
)

// PriceSources reads the price sources by name. The built-in one is among them, also where it was never stored.
func (s *Store) PriceSources(ctx context.Context) ([]models.PriceSource, error) {
	list, err := find[models.PriceSource](ctx, s, "name, id", "1 = 1")
	if err != nil {
		return nil, wrap("read the price sources", err)
	}
	if !slices.ContainsFunc(list, func(p models.PriceSource) bool { return p.ID == models.ExchangeSource }) {
		list = slices.Insert(list, 0, models.ExchangeTicker())
	}
	return list, nil
}

// PriceSource reads one price source; ErrNotFound.
func (s *Store) PriceSource(ctx context.Context, id string) (models.PriceSource, error) {
	p, err := takeByKey[models.PriceSource](ctx, s, isKey, "id", id)
	if errors.Is(err, ErrNotFound) && id == models.ExchangeSource {
		return models.ExchangeTicker(), nil
	}
	return p, wrap("read the price source", err)
}

// SavePriceSource stores a price source: a new one where Version is 0, else the changed one if nobody has changed it since that
// version. ErrConflict: somebody has. Coins that use it are asked about at once.
func (s *Store) SavePriceSource(ctx context.Context, p models.PriceSource) error {
	now := s.now()
	p.UpdatedAt = now
	return wrap("store the price source", s.Tx(ctx, func(tx *Store) error {
		if err := tx.savePriceSource(ctx, p, now); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "UPDATE coins SET due_at = ?, lease = '' WHERE source = ? OR (source <> '' AND second_source = ?)", now, p.ID, p.ID)
		return err
	}))
}

func (s *Store) savePriceSource(ctx context.Context, p models.PriceSource, now time.Time) error {
	if err := checkTexts(&p); err != nil {
		return err
	}
	if p.Version == 0 {
		p.Version, p.CreatedAt = 1, now
		err := s.create(ctx, &p)
		if errors.Is(err, ErrDuplicate) {
			return ErrConflict
		}
		return err
	}
	changed := p
	changed.Version++
	return s.update(ctx, "price_sources", priceSourceTable.change(&changed), "id = ? AND version = ?", p.ID, p.Version)
}
