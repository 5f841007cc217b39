package store

import (
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/coincart/coincart/models"
)

// ErrUntracked says that the stock of a variant is not counted.
var ErrUntracked = errors.New("the stock of this variant is not counted")

// ErrTooMuchStock says that more than models.MaxStock would be on hand.
var ErrTooMuchStock = errors.New("there would be more stock than can be kept")

// idOfToken is the id of what a form makes: the same form, the same row.
func idOfToken(token string) string {
	if token == "" {
		return models.NewID()
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(token)).String()
}

// CorrectStock changes what is on hand of a variant by hand, with an entry in the audit log. A form that was booked already (Token) changes
// nothing, and is no error. ErrMovement: it would change nothing, or a
// return is counted or not positive; *OutOfStockError: less would be left than nothing, or more come back than was sold; ErrTooMuchStock; ErrUntracked;
// ErrNotFound.
func (s *Store) CorrectStock(ctx context.Context, c models.StockCorrection, by models.Actor) error {
	id := idOfToken(c.Token)
	return wrap("correct the stock", s.Tx(ctx, func(tx *Store) error {
		v, err := tx.lockVariant(ctx, c.VariantID)
		if err != nil {
			return err
		}
		var done int
		err = tx.one(ctx, "SELECT COUNT(*) FROM stock_movements WHERE id = ? AND variant_id = ?", []any{id, v.ID}, &done)
		if err != nil || done > 0 {
			return err
		}
		change := c.Quantity
		if c.Counted {
			change = c.Quantity - v.OnHand - v.Reserved
		}
		kind := models.MovementCorrection
		if c.Returned {
			kind = models.MovementReturn
		}
		switch {
		case v.Untracked:
			return ErrUntracked
		case change == 0, c.Returned && (c.Counted || change < 0), c.Counted && c.Quantity < 0:
			return ErrMovement
		case v.OnHand+change > models.MaxStock:
			return ErrTooMuchStock
		}
		before := models.Facts{"on_hand": strconv.Itoa(v.OnHand)}
		after := models.Facts{"on_hand": strconv.Itoa(v.OnHand + change), "kind": string(kind), "note": c.Note}
		return tx.Audited(ctx, by, "stock.correct", v.SKU, before, after, func(tx *Store) error {
			return tx.MoveStock(ctx, models.StockMovement{ID: id, VariantID: v.ID, Kind: kind, Quantity: change, Note: c.Note, Who: by.Who})
		})
	}))
}

// lockVariant reads the stock of a variant, and keeps others from changing it until the transaction's end.
func (s *Store) lockVariant(ctx context.Context, id string) (models.Variant, error) {
	v := models.Variant{ID: id}
	if !isKey(id) {
		return v, ErrNotFound
	}
	err := s.one(ctx, "SELECT sku, on_hand, reserved, sold, untracked FROM variants WHERE id = ?"+s.forUpdate(), []any{id},
		&v.SKU, &v.OnHand, &v.Reserved, &v.Sold, &v.Untracked)
	return v, err
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
