// Package stock is the back office's stock: levels, corrections, counts, the ledger and reservations.
package stock

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/stockroom"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// The addresses of the stock.
const (
	stockPath        = admin.Home + "/stock"
	ledgerPath       = stockPath + "/ledger"
	reservationsPath = stockPath + "/reservations"
	countsPath       = stockPath + "/counts"
)

// handlers answers the requests of the room.
type handlers struct {
	site   *visit.Site
	editor *stockroom.Editor
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site) []admin.Route {
	h := &handlers{site: site, editor: stockroom.NewEditor(site.Store)}
	return []admin.Route{
		admin.Get("/stock", models.MayView, h.showStock),
		admin.Get("/stock/ledger", models.MayView, h.showLedger),
		admin.Get("/stock/reservations", models.MayView, h.showReservations),
		admin.Get("/stock/counts", models.MayView, h.showCounts),
		admin.OnceForm("/stock/counts", models.MayCatalogue, h.beginCount),
		admin.Get("/stock/counts/:id", models.MayView, h.showCount),
		admin.Form("/stock/counts/:id", models.MayCatalogue, h.saveCount),
		admin.Get("/stock/counts/:id/print", models.MayView, h.printCount),
		admin.Form("/stock/counts/:id/book", models.MayCatalogue, h.bookCount),
		admin.Post("/stock/counts/:id/drop", models.MayCatalogue, h.dropCount),
		admin.Get("/stock/:id", models.MayView, h.showStockItem),
		admin.OnceForm("/stock/:id", models.MayCatalogue, h.correctStock),
	}
}
