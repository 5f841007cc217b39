package admin

import "github.com/coincart/coincart/models"

// importRoutes are the addresses of files of products.
func (o *Office) importRoutes(t *table) {
	t.get("/imports", models.MayView, o.showImports)
	t.post("/imports", models.MayCatalogue, o.receiveImport)
	t.post("/imports/export/start", models.MayCatalogue, o.exportProducts)
	t.get("/imports/:id", models.MayView, o.showImport)
	t.get("/imports/:id/file", models.MayView, o.downloadProblems)
	t.post("/imports/:id/check", models.MayCatalogue, o.checkImport)
	t.post("/imports/:id/start", models.MayCatalogue, o.startImport)
	t.post("/imports/:id/stop", models.MayCatalogue, o.stopImport)
	t.post("/imports/:id/pictures", models.MayCatalogue, o.fetchPictures)
}
