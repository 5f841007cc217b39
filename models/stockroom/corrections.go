package stockroom

import (
	"context"
	"errors"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Errors of corrections.
var (
	// ErrUntracked means that the stock of the variant is not counted.
	ErrUntracked = errors.New("the stock of this variant is not counted")
	// ErrTooMuchStock means that more than models.MaxStock would be on hand.
	ErrTooMuchStock = errors.New("there would be more stock than can be kept")
)

// CorrectStock changes what is on hand of a variant by hand. A correction whose form was applied before (Token) changes nothing and is no
// error. Errors: store.ErrMovement (nothing would change, or a return is counted or not positive), *store.OutOfStockError (less than nothing
// would be left, or more comes back than was sold), ErrTooMuchStock, ErrUntracked, store.ErrConflict (Seen), store.ErrNotFound.
func (e *Editor) CorrectStock(ctx context.Context, by models.Actor, c models.StockCorrection) error {
	id := idOfToken(c.Token)
	return doing("correct the stock", e.store.Tx(ctx, func(tx *store.Store) error {
		v, err := tx.LockVariant(ctx, c.VariantID)
		if err != nil {
			return err
		}
		done, err := tx.HasMovement(ctx, id, v.ID)
		if err != nil || done {
			return err
		}
		if c.Seen != "" && c.Seen != v.StockMark() {
			return store.ErrConflict
		}
		m, err := movementOf(v, c)
		if err != nil {
			return err
		}
		m.ID, m.Who = id, by.Who
		before := models.Facts{"on_hand": strconv.Itoa(v.OnHand)}
		after := models.Facts{"on_hand": strconv.Itoa(v.OnHand + m.Quantity), "kind": string(m.Kind), "note": c.Note}
		return tx.Audited(ctx, by, "stock.correct", v.SKU, before, after, func(tx *store.Store) error {
			return tx.MoveStock(ctx, m)
		})
	}))
}

// movementOf returns the movement that a correction of a variant makes.
func movementOf(v models.Variant, c models.StockCorrection) (models.StockMovement, error) {
	m := models.StockMovement{VariantID: v.ID, Kind: models.MovementCorrection, Quantity: c.Quantity, Note: c.Note}
	if c.Counted {
		m.Quantity = c.Quantity - v.OnHand - v.Reserved
	}
	if c.Returned {
		m.Kind = models.MovementReturn
	}
	switch {
	case v.Untracked:
		return m, ErrUntracked
	case m.Quantity == 0, c.Returned && (c.Counted || m.Quantity < 0), c.Counted && c.Quantity < 0:
		return m, store.ErrMovement
	case v.OnHand+m.Quantity > models.MaxStock:
		return m, ErrTooMuchStock
	}
	return m, nil
}
