// Package catalogue is the back office's products, categories and tags, and the import and export of files of products.
package catalogue

import (
	"net/http"

	"golang.org/x/sync/semaphore"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site        *visit.Site
	editor      *catalogue.Editor
	transfers   *catalogue.Transfers
	jobs        *jobs.Engine
	shop        *shop.Pages         // shows products before they are published
	pictureWork *semaphore.Weighted // bounds how many pictures are worked on at once: each takes some hundred megabytes
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, transfers *catalogue.Transfers, engine *jobs.Engine, preview *shop.Pages) []admin.Route {
	h := &handlers{
		site: site, editor: transfers.Editor(), transfers: transfers, jobs: engine, shop: preview, pictureWork: semaphore.NewWeighted(1),
	}
	return []admin.Route{
		admin.Get("/products", models.MayView, h.showProducts),
		admin.FreshForPrices("/products", models.MayCatalogue, h.createProduct),
		admin.Only(models.MayCatalogue, admin.Get("/products/new", models.MayView, h.newProduct)),
		admin.Form("/products/bulk/change", models.MayCatalogue, h.bulkProducts),
		admin.Post("/products/preview/form", models.MayCatalogue, h.previewProduct),
		admin.Get("/products/:id", models.MayView, h.showProduct),
		admin.FreshForPrices("/products/:id", models.MayCatalogue, h.saveProduct),
		admin.Get("/products/:id/preview", models.MayView, h.previewStored),
		admin.Form("/products/:id/duplicate", models.MayCatalogue, h.duplicateProduct),
		admin.Post("/products/:id/delete", models.MayCatalogue, h.deleteProduct),
		admin.Form("/products/:id/move", models.MayCatalogue, h.moveProduct),

		admin.Get("/categories", models.MayView, h.showCategories),
		admin.Post("/categories", models.MayCatalogue, h.createCategory),
		admin.Only(models.MayCatalogue, admin.Get("/categories/new", models.MayView, h.newCategory)),
		admin.Get("/categories/:id", models.MayView, h.showCategory),
		admin.Post("/categories/:id", models.MayCatalogue, h.saveCategory),
		admin.Form("/categories/:id/move", models.MayCatalogue, h.moveCategory),
		admin.Fresh(http.MethodPost, "/categories/:id/delete", models.MayCatalogue, admin.WithForm(h.deleteCategory)), // coupons go with it,

		admin.Get("/tags", models.MayView, h.showTags),
		admin.Form("/tags/rename", models.MayCatalogue, h.renameTag),
		admin.Form("/tags/delete", models.MayCatalogue, h.deleteTag),

		admin.Get("/imports", models.MayView, h.showImports),
		admin.Post("/imports", models.MayCatalogue, h.receiveImport),
		admin.OnceForm("/imports/export/start", models.MayCatalogue, h.exportProducts),
		admin.Get("/imports/:id", models.MayView, h.showImport),
		admin.Get("/imports/:id/file", models.MayView, h.downloadProblems),
		admin.OnceForm("/imports/:id/check", models.MayCatalogue, h.importTask(h.transfers.CheckImport)),
		admin.FreshOnceForm("/imports/:id/start", models.MayCatalogue, h.startImport),
		admin.Form("/imports/:id/stop", models.MayCatalogue, h.stopImport),
		admin.OnceForm("/imports/:id/pictures", models.MayCatalogue, h.importTask(h.transfers.FetchImportPictures)),
	}
}
