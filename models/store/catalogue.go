package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
)

// Categories reads all categories in their order, hidden ones too; models.Tree puts them under one another.
func (s *Store) Categories(ctx context.Context) ([]models.Category, error) {
	list, err := categoryTable.query(ctx, s, "ORDER BY position, slug")
	return list, wrap("read the categories", err)
}

// Product reads a product by its slug, with category, variants, pictures, categories and tags, in two statements. Hidden ones are
// ErrNotFound; retired variants are left out.
func (s *Store) Product(ctx context.Context, slug string) (models.Product, error) {
	if !isChosenKey(slug) {
		return models.Product{}, fmt.Errorf("read the product: %w", ErrNotFound)
	}
	return s.product(ctx, "p.slug = ? AND p.hidden = ?", []any{slug, false}, readPartsForSale)
}

// ProductByID reads a product by its id as Product does, hidden ones and retired variants too.
func (s *Store) ProductByID(ctx context.Context, id string) (models.Product, error) {
	if !isKey(id) {
		return models.Product{}, fmt.Errorf("read the product: %w", ErrNotFound)
	}
	return s.product(ctx, "p.id = ?", []any{id}, readParts)
}

// ProductBySKU reads the product of a variant by its SKU as ProductByID does. ErrNotFound.
func (s *Store) ProductBySKU(ctx context.Context, sku string) (models.Product, error) {
	if !isChosenKey(sku) {
		return models.Product{}, fmt.Errorf("read the product: %w", ErrNotFound)
	}
	return s.product(ctx, "p.id = (SELECT product_id FROM variants WHERE sku = ?)", []any{sku}, readParts)
}

const joinCategory = " JOIN categories c ON c.id = p.category_id "

// Columns of products, variants and categories where a statement calls them p, v and c.
var (
	productFields  = productTable.list("p")
	variantFields  = variantTable.list("v")
	categoryFields = categoryTable.list("c")
)

func (s *Store) product(ctx context.Context, where string, args []any, parts string) (models.Product, error) {
	var p models.Product
	query := "SELECT " + productFields + ", " + categoryFields + " FROM products p" + joinCategory + "WHERE " + where
	if err := s.one(ctx, query, args, slices.Concat(productTable.targets(&p), categoryTable.targets(&p.Category))...); err != nil {
		return models.Product{}, wrap("read the product", err)
	}
	if err := s.productParts(ctx, &p, parts); err != nil {
		return models.Product{}, wrap("read the product's parts", err)
	}
	return p, nil
}

// All parts of a product come in one statement: kind 0 to 3 are variants, pictures, categories and tags, in the columns of variants. A
// picture's source, and a tag, are in the column sku, and a category is in the column id.
var (
	partsOfVariants = "SELECT 0 AS kind, " + variantTable.list("") + " FROM variants WHERE product_id = ?"
	otherParts      = " UNION ALL SELECT 1, " + variantTable.part(map[string]string{
		"id": "id", "product_id": "product_id", "sku": "source", "title": "alt", "position": "position", "texts": "texts",
	}) + " FROM pictures WHERE product_id = ?" +
		" UNION ALL SELECT 2, " + variantTable.part(map[string]string{"id": "category_id", "position": "position"}) +
		" FROM product_categories WHERE product_id = ?" +
		" UNION ALL SELECT 3, " + variantTable.part(map[string]string{"sku": "tag", "position": "position"}) +
		" FROM product_tags WHERE product_id = ? ORDER BY kind, position, id, sku"
	readParts        = partsOfVariants + otherParts
	readPartsForSale = partsOfVariants + " AND retired = 0" + otherParts
)

func (s *Store) productParts(ctx context.Context, p *models.Product, query string) error {
	var kind int
	var v models.Variant
	targets := append([]any{&kind}, variantTable.targets(&v)...)
	return s.each(ctx, query, []any{p.ID, p.ID, p.ID, p.ID}, func(rows *sql.Rows) error {
		v = models.Variant{}
		err := rows.Scan(targets...)
		switch {
		case err != nil:
			return err
		case kind == 0:
			p.Variants = append(p.Variants, v)
		case kind == 1:
			p.Pictures = append(p.Pictures, models.Picture{
				ID: v.ID, ProductID: p.ID, Source: v.SKU, Alt: v.Title, Position: v.Position, Texts: v.Texts,
			})
		case kind == 2:
			p.CategoryIDs = append(p.CategoryIDs, v.ID)
		default:
			p.Tags = append(p.Tags, v.SKU)
		}
		return nil
	})
}

// Variant reads a variant by its id with its product, which has its category but no lists; hidden products and retired variants too.
// ErrNotFound.
func (s *Store) Variant(ctx context.Context, id string) (models.Variant, models.Product, error) {
	var v models.Variant
	var p models.Product
	if !isKey(id) {
		return v, p, fmt.Errorf("read the variant: %w", ErrNotFound)
	}
	query := "SELECT " + variantFields + ", " + productFields + ", " + categoryFields +
		" FROM variants v JOIN products p ON p.id = v.product_id" + joinCategory + "WHERE v.id = ?"
	targets := slices.Concat(variantTable.targets(&v), productTable.targets(&p), categoryTable.targets(&p.Category))
	if err := s.one(ctx, query, []any{id}, targets...); err != nil {
		return models.Variant{}, models.Product{}, wrap("read the variant", err)
	}
	return v, p, nil
}
