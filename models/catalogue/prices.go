package catalogue

import (
	"context"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// PriceJumpError means that a change of a product moves prices so far that a person has to confirm it, and that the person has not. Nothing
// was changed.
type PriceJumpError struct {
	Moves []models.PriceMove
}

// Error counts the prices.
func (e *PriceJumpError) Error() string {
	return fmt.Sprintf("%d prices change so much that somebody must confirm it", len(e.Moves))
}

// priceMoves returns the changes of prices of a product that a person has to confirm.
func (e *Editor) priceMoves(ctx context.Context, stored, p models.Product) ([]models.PriceMove, error) {
	settings, err := e.store.LoadSettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the settings: %w", err)
	}
	now, err := e.store.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the time: %w", err)
	}
	return models.PriceMoves(stored, p, settings.PriceJump(), now), nil
}

// movesFact returns what the audit log records of changes of prices that were confirmed.
func movesFact(moves []models.PriceMove, total int) string {
	parts := make([]string, 0, len(moves))
	for _, m := range moves {
		parts = append(parts, string(m.Kind)+" "+m.SKU+": "+m.Before.String()+" → "+m.After.String())
	}
	if total > len(moves) {
		parts = append(parts, fmt.Sprintf("%d more", total-len(moves)))
	}
	return strings.Join(parts, ", ")
}

// alert tells the owners about changes of prices. Its zero value tells nobody.
type alert struct {
	tell   func(ctx context.Context, tx *store.Store, alert models.PriceAlert) error
	awaken func()
}

func (a alert) queue(ctx context.Context, tx *store.Store, about models.PriceAlert) error {
	if a.tell == nil {
		return nil
	}
	return a.tell(ctx, tx, about)
}

func (a alert) wake() {
	if a.awaken != nil {
		a.awaken()
	}
}
