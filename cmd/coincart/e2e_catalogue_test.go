package main

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

// cataloguePages are the pages of products, categories and tags, with a product that has options, a sale and a tag.
func (g *gallery) cataloguePages() []officePage {
	g.t.Helper()
	ctx, db := g.t.Context(), g.shop.store
	categories, err := db.Categories(ctx)
	require.NoError(g.t, err)
	require.NotEmpty(g.t, categories)
	product := models.Product{
		ID: models.NewID(), Slug: "linen-shirt", Title: "Linen shirt", CategoryID: categories[0].ID, OptionNames: models.List{"Colour", "Size"},
		Tags: []string{"summer", "a tag with a name that is longer than others"}, Hidden: true,
		Variants: []models.Variant{
			{SKU: "SHIRT-SAND-S", Options: models.List{"Sand", "S"}, Price: models.MustAmount("40"), OnHand: 4, Weight: models.MustAmount("0.2")},
			{SKU: "SHIRT-BLUE-L", Options: models.List{"Blue", "L"}, Price: models.MustAmount("44"), SalePrice: models.MustAmount("33"), SaleUntil: g.clock.Now().AddDate(0, 1, 0)},
		},
	}
	require.NoError(g.t, db.SaveProduct(ctx, product))
	i := slices.IndexFunc(categories, func(c models.Category) bool { return c.Picture != "" })
	require.GreaterOrEqual(g.t, i, 0)
	return []officePage{
		{"products", "/admin/products", "/admin/products", false},
		{"products-order", "/admin/products", "/admin/products?category=" + categories[0].ID, false},
		{"products-none", "/admin/products", "/admin/products?q=unicorn", false},
		{"products-filter", "/admin/products", "/admin/products?state=sideways", true},
		{"product-new", "/admin/products/new", "/admin/products/new", false},
		{"product", "/admin/products/:id", "/admin/products/" + product.ID, false},
		{"product-preview", "/admin/products/:id/preview", "/admin/products/" + product.ID + "/preview", false},
		{"product-unknown", "/admin/products/:id", "/admin/products/" + models.NewID(), true},
		{"categories", "/admin/categories", "/admin/categories", false},
		{"category-new", "/admin/categories/new", "/admin/categories/new", false},
		{"category", "/admin/categories/:id", "/admin/categories/" + categories[i].ID, false},
		{"tags", "/admin/tags", "/admin/tags", false},
	}
}
