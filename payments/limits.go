package payments

import (
	"context"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// PiecesError means that an order has more pieces of a product than the shop allows in one order.
type PiecesError struct {
	VariantID string // of the first line with the product
	Limit     int
}

// Error names the limit.
func (e *PiecesError) Error() string {
	return fmt.Sprintf("more than %d pieces of one product", e.Limit)
}

// checkPieces refuses a cart with more than limit pieces of a product; a limit of 0 or less is none. The error is a *PiecesError.
func checkPieces(lines []models.CartLine, limit int) error {
	if limit <= 0 {
		return nil
	}
	pieces, first := map[string]int{}, map[string]string{}
	for _, l := range lines {
		if first[l.ProductID] == "" {
			first[l.ProductID] = l.VariantID
		}
		if pieces[l.ProductID] += l.Quantity; pieces[l.ProductID] > limit {
			return &PiecesError{VariantID: first[l.ProductID], Limit: limit}
		}
	}
	return nil
}

// holdUnpaid counts an unpaid order for each holder. The error is a *store.UnpaidLimitError, or the store's.
func holdUnpaid(ctx context.Context, tx *store.Store, orderID string, limits models.OrderLimits, holders ...models.Holder) error {
	for _, h := range holders {
		if err := tx.HoldUnpaid(ctx, orderID, h, limits.Of(h.Kind)); err != nil {
			return err
		}
	}
	return nil
}

// holdersKept is how long the shop knows for whom it counts an unpaid order, also if the platform never says what became of it.
const holdersKept = 24 * time.Hour

func (c *Placer) forgetHolders(ctx context.Context) error {
	return c.store.ForgetHolders(ctx, c.clock().Add(-holdersKept))
}
