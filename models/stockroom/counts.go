package stockroom

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// BeginCount makes a sheet of all variants whose stock is counted, of a category with everything below it or (empty) of all. A form that
// made a sheet before (token) returns that one. store.ErrFilter: there is no such variant.
func (e *Editor) BeginCount(ctx context.Context, by models.Actor, token, name, categoryID string) (models.StockCount, error) {
	id := idOfToken(token)
	c, err := e.store.StockCount(ctx, id)
	if !errors.Is(err, store.ErrNotFound) {
		return c, err
	}
	after := models.Facts{"state": string(models.CountOpen)}
	err = e.store.Audited(ctx, by, "stock.count", name, nil, after, func(tx *store.Store) error {
		c = models.StockCount{ID: id, Name: name, State: models.CountOpen, Who: by.Who, Version: 1}
		return tx.InsertStockCount(ctx, &c, categoryID)
	})
	if errors.Is(err, store.ErrDuplicate) { // a second press of the button was faster
		return e.store.StockCount(ctx, id)
	}
	return c, doing("begin a count of the stock", err)
}

// EnterCounts notes what was counted, as EnterCounts of store.Store. It changes no stock, so the audit log has no entry of it. Errors:
// store.ErrConflict (the sheet is not open), store.ErrNotFound.
func (e *Editor) EnterCounts(ctx context.Context, id string, counted map[string]int) error {
	return doing("note what was counted", e.store.Tx(ctx, func(tx *store.Store) error {
		c, err := openCount(ctx, tx, id)
		if err != nil {
			return err
		}
		return tx.EnterCounts(ctx, c, counted)
	}))
}

// BookCount books what was counted as corrections, all or none, closes the sheet, and returns how many lines were corrected. Lines that
// were not counted stay as they are. Errors: store.ErrConflict (the sheet is not open, or was changed since version was read),
// *store.OutOfStockError (less was counted than is reserved), store.ErrNotFound.
func (e *Editor) BookCount(ctx context.Context, by models.Actor, id string, version int) (corrected int, err error) {
	err = e.store.Tx(ctx, func(tx *store.Store) error {
		c, err := openCount(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Version != version {
			return store.ErrConflict
		}
		changes, err := tx.CountDifferences(ctx, id)
		if err != nil {
			return err
		}
		for _, variant := range slices.Sorted(maps.Keys(changes)) {
			err := tx.MoveStock(ctx, models.StockMovement{
				VariantID: variant, Kind: models.MovementCorrection, Quantity: changes[variant], Note: c.Name, Who: by.Who,
			})
			if err != nil {
				return err
			}
		}
		corrected = len(changes)
		return endCount(ctx, tx, by, c, models.CountBooked, corrected)
	})
	return corrected, doing("book the count of the stock", err)
}

// DropCount gives a sheet up, which changes no stock. Errors: store.ErrConflict (the sheet is not open), store.ErrNotFound.
func (e *Editor) DropCount(ctx context.Context, by models.Actor, id string) error {
	return doing("give up the count of the stock", e.store.Tx(ctx, func(tx *store.Store) error {
		c, err := openCount(ctx, tx, id)
		if err != nil {
			return err
		}
		return endCount(ctx, tx, by, c, models.CountDropped, 0)
	}))
}

// openCount locks a sheet that is open. store.ErrConflict: it is not open any more.
func openCount(ctx context.Context, tx *store.Store, id string) (models.StockCount, error) {
	c, err := tx.LockStockCount(ctx, id)
	if err == nil && c.State != models.CountOpen {
		err = store.ErrConflict
	}
	return c, err
}

func endCount(ctx context.Context, tx *store.Store, by models.Actor, c models.StockCount, to models.CountState, corrected int) error {
	before, after := models.Facts{"state": string(c.State)}, models.Facts{"state": string(to), "corrected": strconv.Itoa(corrected)}
	return tx.Audited(ctx, by, "stock.count", c.Name, before, after, func(tx *store.Store) error {
		return tx.EndStockCount(ctx, c, to, by.Who)
	})
}
