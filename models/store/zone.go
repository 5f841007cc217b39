package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
)

// PlaceTakenError means that another zone has a place already.
type PlaceTakenError struct {
	Place models.Place // the zero value: the rest of the world
	Zone  string       // its name
}

// Error names both.
func (e *PlaceTakenError) Error() string {
	return fmt.Sprintf("the place %q %q is in the zone %q", e.Place.Country, e.Place.Region, e.Zone)
}

// Zones reads all zones with their places and their methods, switched off ones too, in their order: three statements, and one for a shop
// that has none.
func (s *Store) Zones(ctx context.Context) ([]models.Zone, error) {
	zones, err := zoneTable.query(ctx, s, "ORDER BY position, id")
	if err != nil || len(zones) == 0 {
		return nil, wrap("read the zones", err)
	}
	byID := make(map[string]*models.Zone, len(zones))
	for i := range zones {
		byID[zones[i].ID] = &zones[i]
	}
	places, err := zonePlaceTable.query(ctx, s, "WHERE country <> '' ORDER BY country, region")
	if err != nil {
		return nil, wrap("read the places of the zones", err)
	}
	for _, p := range places {
		if z := byID[p.ZoneID]; z != nil {
			z.Places = append(z.Places, models.Place{Country: p.Country, Region: p.Region})
		}
	}
	methods, err := methodTable.query(ctx, s, "ORDER BY position, id")
	for _, m := range methods {
		if z := byID[m.ZoneID]; z != nil {
			z.Methods = append(z.Methods, m)
		}
	}
	return zones, wrap("read the ways of delivery", err)
}

// Zone reads one zone as Zones does; ErrNotFound.
func (s *Store) Zone(ctx context.Context, id string) (models.Zone, error) {
	zones, err := s.Zones(ctx)
	if err != nil {
		return models.Zone{}, err
	}
	i := slices.IndexFunc(zones, func(z models.Zone) bool { return z.ID == id })
	if i < 0 {
		return models.Zone{}, fmt.Errorf("read the zone: %w", ErrNotFound)
	}
	return zones[i], nil
}

// SaveZone stores a zone with its places and methods as they are listed: a new one where ID is empty, else the one with that ID if nobody has
// changed it since Version. Ids, versions and positions of methods are filled in. ErrConflict: it was changed meanwhile.
// *PlaceTakenError: another zone has one of the places; a zone without any is the rest of the world.
func (s *Store) SaveZone(ctx context.Context, z *models.Zone) error {
	if err := checkTexts(z); err != nil {
		return wrap("store the zone", err)
	}
	var stored models.Zone
	err := s.Tx(ctx, func(tx *Store) error {
		stored = *z
		if err := tx.putZone(ctx, &stored); err != nil {
			return err
		}
		if err := tx.putPlaces(ctx, stored); err != nil {
			return err
		}
		return tx.putMethods(ctx, &stored)
	})
	if err == nil {
		*z = stored
	}
	return wrap("store the zone", err)
}

func (s *Store) putZone(ctx context.Context, z *models.Zone) error {
	if z.ID == "" {
		z.ID, z.Version = models.NewID(), 1
		err := s.one(ctx, "SELECT COALESCE(MAX(position), -1) + 1 FROM zones", nil, &z.Position)
		if err != nil {
			return err
		}
		return s.create(ctx, z)
	}
	z.Version++
	return s.update(ctx, "zones", zoneTable.change(z), "id = ? AND version = ?", z.ID, z.Version-1)
}

func (s *Store) putPlaces(ctx context.Context, z models.Zone) error {
	if _, err := s.exec(ctx, "DELETE FROM zone_places WHERE zone_id = ?", z.ID); err != nil {
		return err
	}
	places := z.Places
	if z.RestOfWorld() {
		places = []models.Place{{}}
	}
	for _, p := range places {
		var owner string
		err := s.one(ctx, "SELECT z.name FROM zone_places p JOIN zones z ON z.id = p.zone_id WHERE p.country = ? AND p.region = ?"+s.forUpdate(),
			[]any{p.Country, p.Region}, &owner)
		if err == nil {
			return &PlaceTakenError{Place: p, Zone: owner}
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		err = zonePlaceTable.insert(ctx, s, &zonePlace{p.Country, p.Region, z.ID})
		if errors.Is(err, ErrDuplicate) {
			err = &PlaceTakenError{Place: p}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) putMethods(ctx context.Context, z *models.Zone) error {
	stored, err := readMap[string, bool](ctx, s, "SELECT id, 1 FROM delivery_methods WHERE zone_id = ?", z.ID)
	if err != nil {
		return err
	}
	methods := make([]models.DeliveryMethod, len(z.Methods))
	for i, m := range z.Methods {
		if m.ID != "" && !stored[m.ID] {
			return fmt.Errorf("a way of delivery: %w", ErrNotFound)
		}
		m.ID, m.ZoneID, m.Position = cmp.Or(m.ID, models.NewID()), z.ID, i
		if err := checkTexts(&m); err != nil {
			return err
		}
		methods[i] = m
		delete(stored, m.ID)
		if err := methodTable.put(ctx, s, &m); err != nil {
			return err
		}
	}
	for _, id := range sortedKeys(stored) {
		if _, err := s.exec(ctx, "DELETE FROM delivery_methods WHERE id = ?", id); err != nil {
			return err
		}
	}
	z.Methods = methods
	return nil
}

// DeleteZone removes a zone with its places and methods, if nobody has changed it since version: ErrConflict. Orders keep what they
// were placed with.
func (s *Store) DeleteZone(ctx context.Context, id string, version int) error {
	return wrap("delete the zone", s.Tx(ctx, func(tx *Store) error {
		if err := tx.execEach(ctx, id, "DELETE FROM zone_places WHERE zone_id = ?", "DELETE FROM delivery_methods WHERE zone_id = ?"); err != nil {
			return err
		}
		return tx.execOr(ctx, ErrConflict, "DELETE FROM zones WHERE id = ? AND version = ?", id, version)
	}))
}
