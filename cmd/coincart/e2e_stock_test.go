package main

import (
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/stockroom"
)

// stockPages are the pages of the stock after some work: a correction, and a sheet of which a line was counted.
func (g *gallery) stockPages(order models.Order) []officePage {
	g.t.Helper()
	ctx, editor := g.t.Context(), stockroom.NewEditor(g.shop.store)
	by := models.Actor{Who: ownerEmail}
	variant := order.Lines[0].VariantID
	require.NoError(g.t, editor.CorrectStock(ctx, by, models.StockCorrection{VariantID: variant, Quantity: 7, Note: "Found behind the kiln"}))
	count, err := editor.BeginCount(ctx, by, "", "22 November, the long shelf at the back of the workshop", "")
	require.NoError(g.t, err)
	require.NoError(g.t, editor.EnterCounts(ctx, count.ID, map[string]int{variant: 1}))
	return []officePage{
		{"stock", "/admin/stock", "/admin/stock", false},
		{"stock-low", "/admin/stock", "/admin/stock?low=1&sort=left", false},
		{"stock-filter", "/admin/stock", "/admin/stock?sort=sideways", true},
		{"stock-item", "/admin/stock/:id", "/admin/stock/" + variant, false},
		{"stock-ledger", "/admin/stock/ledger", "/admin/stock/ledger", false},
		{"stock-ledger-one", "/admin/stock/ledger", "/admin/stock/ledger?variant=" + variant, false},
		{"stock-reservations", "/admin/stock/reservations", "/admin/stock/reservations", false},
		{"stock-counts", "/admin/stock/counts", "/admin/stock/counts", false},
		{"stock-count", "/admin/stock/counts/:id", "/admin/stock/counts/" + count.ID, false},
		{"stock-count-print", "/admin/stock/counts/:id/print", "/admin/stock/counts/" + count.ID + "/print", false},
	}
}
