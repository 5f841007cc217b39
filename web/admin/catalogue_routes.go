package admin

import "github.com/coincart/coincart/models"

// catalogueRoutes are the addresses of products, categories and tags.
func (o *Office) catalogueRoutes(t *table) {
	t.get("/products", models.MayView, o.showProducts)
	t.post("/products", models.MayCatalogue, o.createProduct)
	t.get("/products/new", models.MayView, o.newProduct)
	t.post("/products/bulk/change", models.MayCatalogue, o.bulkProducts)
	t.post("/products/preview/form", models.MayCatalogue, o.previewProduct)
	t.get("/products/:id", models.MayView, o.showProduct)
	t.post("/products/:id", models.MayCatalogue, o.saveProduct)
	t.get("/products/:id/preview", models.MayView, o.previewStored)
	t.post("/products/:id/duplicate", models.MayCatalogue, o.duplicateProduct)
	t.post("/products/:id/delete", models.MayCatalogue, o.deleteProduct)
	t.post("/products/:id/move", models.MayCatalogue, o.moveProduct)

	t.get("/categories", models.MayView, o.showCategories)
	t.post("/categories", models.MayCatalogue, o.createCategory)
	t.get("/categories/new", models.MayView, o.newCategory)
	t.get("/categories/:id", models.MayView, o.showCategory)
	t.post("/categories/:id", models.MayCatalogue, o.saveCategory)
	t.post("/categories/:id/move", models.MayCatalogue, o.moveCategory)
	t.post("/categories/:id/delete", models.MayCatalogue, o.deleteCategory)

	t.get("/tags", models.MayView, o.showTags)
	t.post("/tags/rename", models.MayCatalogue, o.renameTag)
	t.post("/tags/delete", models.MayCatalogue, o.deleteTag)
}
