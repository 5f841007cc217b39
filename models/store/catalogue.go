package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"coincart/models"
)

const categoryColumns = "id, slug, name, summary, picture, position, texts"

// Categories reads all categories in their order.
func (s *Store) Categories(ctx context.Context) ([]models.Category, error) {
	var list []models.Category
	err := s.each(ctx, "SELECT "+categoryColumns+" FROM categories ORDER BY position, slug", nil, func(rows *sql.Rows) error {
		var c models.Category
		defer func() { list = append(list, c) }()
		return rows.Scan(&c.ID, &c.Slug, &c.Name, &c.Summary, &c.Picture, &c.Position, &c.Texts)
	})
	if err != nil {
		return nil, doing("read the categories", err)
	}
	return list, nil
}

const (
	maxCards   = 100
	cardFields = "p.id, p.slug, p.title, p.summary, p.cover, p.cover_alt, p.card_texts, p.category_id, p.min_price, p.max_price"
)

// cardOrders are the orders of a list; the id at the end makes every one of them total, so that no product is on two pages.
var cardOrders = map[models.CardSort]string{
	models.SortPosition:  "p.position, p.id",
	models.SortNewest:    "p.created_at DESC, p.id DESC",
	models.SortPriceAsc:  "p.min_price, p.id",
	models.SortPriceDesc: "p.min_price DESC, p.id DESC",
	models.SortName:      "p.title, p.id",
}

// Cards reads the products of a list, at most 100, with the number of all that match. A sort that is not known is ErrColumn. Texts
// of a card hold title and summary only.
func (s *Store) Cards(ctx context.Context, f models.CardFilter) (cards []models.ProductCard, total int, err error) {
	order, ok := cardOrders[f.Sort]
	if !ok {
		return nil, 0, fmt.Errorf("list products: %w: sort", ErrColumn)
	}
	where, args := cardConditions(f)
	limit, offset := f.Limit, max(0, f.Offset)
	if limit <= 0 || limit > maxCards {
		limit = maxCards
	}
	// The page is chosen first: stock is summed up for its products alone.
	query := "SELECT " + cardFields + ", p.variant_count, " +
		"COALESCE((SELECT SUM(v.on_hand) FROM variants v WHERE v.product_id = p.id), 0) " +
		"FROM (SELECT p.* FROM products p WHERE " + where + " ORDER BY " + order + " LIMIT ? OFFSET ?) p ORDER BY " + order
	cards = make([]models.ProductCard, 0, min(limit, 24))
	err = s.each(ctx, query, append(slices.Clip(args), limit, offset), func(rows *sql.Rows) error {
		var c models.ProductCard
		defer func() { cards = append(cards, c) }()
		return rows.Scan(&c.ID, &c.Slug, &c.Title, &c.Summary, &c.Cover, &c.CoverAlt, &c.Texts, &c.CategoryID,
			&c.MinPrice, &c.MaxPrice, &c.VariantCount, &c.OnHand)
	})
	if err != nil {
		return nil, 0, doing("list products", err)
	}
	if len(cards) < limit && (len(cards) > 0 || offset == 0) {
		return cards, offset + len(cards), nil
	}
	err = s.one(ctx, "SELECT COUNT(*) FROM products p WHERE "+where, args, &total)
	return cards, total, doing("count products", err)
}

func cardConditions(f models.CardFilter) (where string, args []any) {
	conditions := []string{"p.hidden = ?"}
	args = []any{false}
	if f.CategoryID != "" {
		conditions, args = append(conditions, "p.category_id = ?"), append(args, f.CategoryID)
	}
	if f.Featured {
		conditions, args = append(conditions, "p.featured = ?"), append(args, true)
	}
	for _, word := range searchWords(f.Search) {
		conditions, args = append(conditions, "p.search_text LIKE ? ESCAPE '!'"), append(args, contains(word))
	}
	return strings.Join(conditions, " AND "), args
}

const (
	productFields = "p.id, p.slug, p.category_id, p.title, p.summary, p.description, p.cover, p.cover_alt, " +
		"p.featured, p.hidden, p.position, p.texts, p.created_at, p.updated_at"
	categoryFields = "c.id, c.slug, c.name, c.summary, c.picture, c.position, c.texts"
	variantFields  = "v.id, v.product_id, v.sku, v.title, v.price, v.on_hand, v.reserved, v.sold, v.position, v.texts"
	joinCategory   = " JOIN categories c ON c.id = p.category_id "
)

func productTargets(p *models.Product) []any {
	return []any{
		&p.ID, &p.Slug, &p.CategoryID, &p.Title, &p.Summary, &p.Description, &p.Cover, &p.CoverAlt,
		&p.Featured, &p.Hidden, &p.Position, &p.Texts, &p.CreatedAt, &p.UpdatedAt,
		&p.Category.ID, &p.Category.Slug, &p.Category.Name, &p.Category.Summary, &p.Category.Picture,
		&p.Category.Position, &p.Category.Texts,
	}
}

// Product reads a product by its slug, with category, variants and pictures, in two statements. Hidden ones are ErrNotFound.
func (s *Store) Product(ctx context.Context, slug string) (models.Product, error) {
	if !exactly(slug) {
		return models.Product{}, fmt.Errorf("read the product: %w", ErrNotFound)
	}
	var p models.Product
	query := "SELECT " + productFields + ", " + categoryFields + " FROM products p" + joinCategory + "WHERE p.slug = ? AND p.hidden = ?"
	if err := s.one(ctx, query, []any{slug, false}, productTargets(&p)...); err != nil {
		return models.Product{}, doing("read the product", err)
	}
	if err := s.productParts(ctx, &p); err != nil {
		return models.Product{}, doing("read the product's variants and pictures", err)
	}
	return p, nil
}

// Variants and pictures come in one statement: kind 0 and 1, with the columns that they have in common under one name.
const readParts = `SELECT 0 AS kind, id, sku AS name, title AS words, price, on_hand, reserved, sold, position, texts
FROM variants WHERE product_id = ?
UNION ALL
SELECT 1, id, source, alt, 0, 0, 0, 0, position, texts FROM pictures WHERE product_id = ?
ORDER BY kind, position, id`

func (s *Store) productParts(ctx context.Context, p *models.Product) error {
	return s.each(ctx, readParts, []any{p.ID, p.ID}, func(rows *sql.Rows) error {
		var kind int
		var price sql.RawBytes // a picture's is a number
		v := models.Variant{ProductID: p.ID}
		err := rows.Scan(&kind, &v.ID, &v.SKU, &v.Title, &price, &v.OnHand, &v.Reserved, &v.Sold, &v.Position, &v.Texts)
		if err != nil {
			return err
		}
		if kind == 1 {
			p.Pictures = append(p.Pictures, models.Picture{
				ID: v.ID, ProductID: p.ID, Source: v.SKU, Alt: v.Title, Position: v.Position, Texts: v.Texts,
			})
			return nil
		}
		if err := v.Price.Scan([]byte(price)); err != nil {
			return err
		}
		p.Variants = append(p.Variants, v)
		return nil
	})
}

// Variant reads a variant by its id with its product, which has its category but no lists; hidden products too. ErrNotFound.
func (s *Store) Variant(ctx context.Context, id string) (models.Variant, models.Product, error) {
	var v models.Variant
	var p models.Product
	if !machine(id) {
		return v, p, fmt.Errorf("read the variant: %w", ErrNotFound)
	}
	query := "SELECT " + variantFields + ", " + productFields + ", " + categoryFields +
		" FROM variants v JOIN products p ON p.id = v.product_id" + joinCategory + "WHERE v.id = ?"
	targets := append([]any{
		&v.ID, &v.ProductID, &v.SKU, &v.Title, &v.Price, &v.OnHand, &v.Reserved, &v.Sold, &v.Position, &v.Texts,
	}, productTargets(&p)...)
	if err := s.one(ctx, query, []any{id}, targets...); err != nil {
		return models.Variant{}, models.Product{}, doing("read the variant", err)
	}
	return v, p, nil
}
