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
	var list []models.Category
	err := s.each(ctx, "SELECT "+categoryColumns+" FROM categories ORDER BY position, slug", nil, func(rows *sql.Rows) error {
		var c models.Category
		defer func() { list = append(list, c) }()
		return rows.Scan(categoryTargets(&c)...)
	})
	if err != nil {
		return nil, doing("read the categories", err)
	}
	return list, nil
}

// Product reads a product by its slug, with category, variants, pictures, categories and tags, in two statements. Hidden ones are
// ErrNotFound; retired variants are left out.
func (s *Store) Product(ctx context.Context, slug string) (models.Product, error) {
	if !exactly(slug) {
		return models.Product{}, fmt.Errorf("read the product: %w", ErrNotFound)
	}
	return s.product(ctx, "p.slug = ? AND p.hidden = ?", []any{slug, false}, readPartsForSale)
}

// ProductByID reads a product by its id as Product does, hidden ones and retired variants too.
func (s *Store) ProductByID(ctx context.Context, id string) (models.Product, error) {
	if !machine(id) {
		return models.Product{}, fmt.Errorf("read the product: %w", ErrNotFound)
	}
	return s.product(ctx, "p.id = ?", []any{id}, readParts)
}

func (s *Store) product(ctx context.Context, where string, args []any, parts string) (models.Product, error) {
	var p models.Product
	query := "SELECT " + productFields + ", " + categoryFields + " FROM products p" + joinCategory + "WHERE " + where
	if err := s.one(ctx, query, args, slices.Concat(productTargets(&p), categoryTargets(&p.Category))...); err != nil {
		return models.Product{}, doing("read the product", err)
	}
	if err := s.productParts(ctx, &p, parts); err != nil {
		return models.Product{}, doing("read the product's parts", err)
	}
	return p, nil
}

// All parts of a product come in one statement: kind 0 to 3 are variants, pictures, categories and tags, with the columns that they have
// in common under one name.
const (
	partsOfVariants = `SELECT 0 AS kind, id, sku AS name, title AS words, price, sale_price, sale_from, sale_until, options, picture, weight,
	is_virtual, untracked, low_stock, barcode, retired, on_hand, reserved, sold, position, texts FROM variants WHERE product_id = ?`
	otherParts = `
UNION ALL SELECT 1, id, source, alt, 0, 0, NULL, NULL, '', '', 0, 0, 0, 0, '', 0, 0, 0, 0, position, texts FROM pictures WHERE product_id = ?
UNION ALL SELECT 2, category_id, '', '', 0, 0, NULL, NULL, '', '', 0, 0, 0, 0, '', 0, 0, 0, 0, position, '' FROM product_categories WHERE product_id = ?
UNION ALL SELECT 3, '', tag, '', 0, 0, NULL, NULL, '', '', 0, 0, 0, 0, '', 0, 0, 0, 0, position, '' FROM product_tags WHERE product_id = ?
ORDER BY kind, position, id, name`
	readParts        = partsOfVariants + otherParts
	readPartsForSale = partsOfVariants + " AND retired = 0" + otherParts
)

func (s *Store) productParts(ctx context.Context, p *models.Product, query string) error {
	return s.each(ctx, query, []any{p.ID, p.ID, p.ID, p.ID}, func(rows *sql.Rows) error {
		var kind int
		v := models.Variant{ProductID: p.ID}
		err := rows.Scan(&kind, &v.ID, &v.SKU, &v.Title, number{&v.Price}, number{&v.SalePrice}, timeInto{&v.SaleFrom}, timeInto{&v.SaleUntil},
			&v.Options, &v.Picture, number{&v.Weight}, &v.Virtual, &v.Untracked, &v.LowStock, &v.Barcode, &v.Retired,
			&v.OnHand, &v.Reserved, &v.Sold, &v.Position, &v.Texts)
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
	if !machine(id) {
		return v, p, fmt.Errorf("read the variant: %w", ErrNotFound)
	}
	query := "SELECT " + variantFields + ", " + productFields + ", " + categoryFields +
		" FROM variants v JOIN products p ON p.id = v.product_id" + joinCategory + "WHERE v.id = ?"
	targets := slices.Concat(variantTargets(&v), productTargets(&p), categoryTargets(&p.Category))
	if err := s.one(ctx, query, []any{id}, targets...); err != nil {
		return models.Variant{}, models.Product{}, doing("read the variant", err)
	}
	return v, p, nil
}
