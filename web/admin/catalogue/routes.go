// Package catalogue is the back office's products, categories and tags, and the import and export of files of products.
package catalogue

import (
	"golang.org/x/sync/semaphore"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// Handlers answers the requests.
type Handlers struct {
	site        *visit.Site
	editor      *catalogue.Editor
	transfers   *catalogue.Transfers
	jobs        *jobs.Engine
	shop        *shop.Pages         // shows products before they are published
	pictureWork *semaphore.Weighted // bounds how many pictures are worked on at once: each takes some hundred megabytes
}

// New makes the handlers.
func New(site *visit.Site, transfers *catalogue.Transfers, engine *jobs.Engine, preview *shop.Pages) *Handlers {
	return &Handlers{
		site: site, editor: catalogue.NewEditor(site.Store), transfers: transfers, jobs: engine, shop: preview, pictureWork: semaphore.NewWeighted(1),
	}
}

// Routes are the addresses, for the table of package web.
func (h *Handlers) Routes() []admin.Route {
	return []admin.Route{
		admin.Get("/products", models.MayView, h.showProducts),
		admin.Post("/products", models.MayCatalogue, h.createProduct),
		admin.Get("/products/new", models.MayView, h.newProduct),
		admin.Post("/products/bulk/change", models.MayCatalogue, h.bulkProducts),
		admin.Post("/products/preview/form", models.MayCatalogue, h.previewProduct),
		admin.Get("/products/:id", models.MayView, h.showProduct),
		admin.Post("/products/:id", models.MayCatalogue, h.saveProduct),
		admin.Get("/products/:id/preview", models.MayView, h.previewStored),
		admin.Post("/products/:id/duplicate", models.MayCatalogue, h.duplicateProduct),
		admin.Post("/products/:id/delete", models.MayCatalogue, h.deleteProduct),
		admin.Post("/products/:id/move", models.MayCatalogue, h.moveProduct),

		admin.Get("/categories", models.MayView, h.showCategories),
		admin.Post("/categories", models.MayCatalogue, h.createCategory),
		admin.Get("/categories/new", models.MayView, h.newCategory),
		admin.Get("/categories/:id", models.MayView, h.showCategory),
		admin.Post("/categories/:id", models.MayCatalogue, h.saveCategory),
		admin.Post("/categories/:id/move", models.MayCatalogue, h.moveCategory),
		admin.Post("/categories/:id/delete", models.MayCatalogue, h.deleteCategory),

		admin.Get("/tags", models.MayView, h.showTags),
		admin.Post("/tags/rename", models.MayCatalogue, h.renameTag),
		admin.Post("/tags/delete", models.MayCatalogue, h.deleteTag),

		admin.Get("/imports", models.MayView, h.showImports),
		admin.Post("/imports", models.MayCatalogue, h.receiveImport),
		admin.Post("/imports/export/start", models.MayCatalogue, h.exportProducts),
		admin.Get("/imports/:id", models.MayView, h.showImport),
		admin.Get("/imports/:id/file", models.MayView, h.downloadProblems),
		admin.Post("/imports/:id/check", models.MayCatalogue, h.checkImport),
		admin.Post("/imports/:id/start", models.MayCatalogue, h.startImport),
		admin.Post("/imports/:id/stop", models.MayCatalogue, h.stopImport),
		admin.Post("/imports/:id/pictures", models.MayCatalogue, h.fetchPictures),
	}
}
