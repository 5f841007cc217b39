package admin

import "github.com/coincart/coincart/models"

// The addresses of the stock.
const (
	stockPath        = Home + "/stock"
	ledgerPath       = stockPath + "/ledger"
	reservationsPath = stockPath + "/reservations"
	countsPath       = stockPath + "/counts"
)

// stockRoutes are the addresses of the stock.
func (o *Office) stockRoutes(t *table) {
	t.get("/stock", models.MayView, o.showStock)
	t.get("/stock/ledger", models.MayView, o.showLedger)
	t.get("/stock/reservations", models.MayView, o.showReservations)
	t.get("/stock/counts", models.MayView, o.showCounts)
	t.post("/stock/counts", models.MayCatalogue, o.beginCount)
	t.get("/stock/counts/:id", models.MayView, o.showCount)
	t.post("/stock/counts/:id", models.MayCatalogue, o.saveCount)
	t.get("/stock/counts/:id/print", models.MayView, o.printCount)
	t.post("/stock/counts/:id/book", models.MayCatalogue, o.bookCount)
	t.post("/stock/counts/:id/drop", models.MayCatalogue, o.dropCount)
	t.get("/stock/:id", models.MayView, o.showStockItem)
	t.post("/stock/:id", models.MayCatalogue, o.correctStock)
}
