package store

import (
	"context"

	"github.com/coincart/coincart/models"
)

// LockVariant reads the stock of a variant, and keeps others from changing it until the caller's transaction ends. ErrNotFound.
func (s *Store) LockVariant(ctx context.Context, id string) (models.Variant, error) {
	v := models.Variant{ID: id}
	if !isKey(id) {
		return v, ErrNotFound
	}
	err := s.one(ctx, "SELECT sku, on_hand, reserved, sold, untracked FROM variants WHERE id = ?"+s.forUpdate(), []any{id},
		&v.SKU, &v.OnHand, &v.Reserved, &v.Sold, &v.Untracked)
	return v, err
}

// HasMovement reports whether the stock ledger of a variant has a movement with this id.
func (s *Store) HasMovement(ctx context.Context, id, variantID string) (bool, error) {
	var n int
	err := s.one(ctx, "SELECT COUNT(*) FROM stock_movements WHERE id = ? AND variant_id = ?", []any{id, variantID}, &n)
	return n > 0, err
}

// SetStock brings what is on hand of many variants to given numbers, as an import does, and tells how many changed. Variants that are not
// there are left out.
func (s *Store) SetStock(ctx context.Context, levels []models.StockLevel, note, who string) (changed int, err error) {
	wanted := make(map[string]int, len(levels))
	for _, l := range levels {
		wanted[l.VariantID] = l.OnHand
	}
	ids := sortedKeys(wanted)
	err = s.Tx(ctx, func(tx *Store) error {
		changed = 0
		now := tx.now()
		moved := movementTable.batch()
		err := inParts(ids, func(list string, args []any) error {
			there, err := readMap[string, int](ctx, tx, "SELECT id, on_hand FROM variants WHERE id IN "+list+tx.forUpdate(), args...)
			if err != nil {
				return err
			}
			for _, id := range sortedKeys(there) {
				change := wanted[id] - there[id]
				if change == 0 {
					continue
				}
				if wanted[id] < 0 {
					return tx.outOfStock(ctx, id, -change)
				}
				if _, err := tx.exec(ctx, changeOnHand, change, id, change); err != nil {
					return err
				}
				m := movement("", id, models.MovementImport, change, now)
				m.Note, m.Who = note, who
				clipTexts(&m, "note", "who")
				moved.add(m)
				changed++
			}
			return nil
		})
		if err != nil {
			return err
		}
		return moved.insert(ctx, tx)
	})
	return changed, wrap("set the stock", err)
}
