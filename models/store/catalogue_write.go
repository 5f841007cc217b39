package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"coincart/models"
)

// PutCategory stores a category, new or changed, by its slug: a category that exists keeps its id. What can be found under its name
// follows.
func (s *Store) PutCategory(ctx context.Context, c models.Category) error {
	if err := s.checkTexts(ctx, &c); err != nil {
		return doing("store the category", err)
	}
	return doing("store the category", s.Tx(ctx, func(tx *Store) error {
		id, err := tx.idBy(ctx, "SELECT id FROM categories WHERE slug = ?", c.Slug, c.ID)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, "INSERT INTO categories ("+categoryColumns+") VALUES ("+places(7)+")"+
			tx.replacing([]string{"id"}, "slug", "name", "summary", "picture", "position", "texts"),
			id, c.Slug, c.Name, c.Summary, c.Picture, c.Position, c.Texts)
		if err != nil {
			return err
		}
		var products []any
		err = tx.each(ctx, "SELECT id FROM products WHERE category_id = ? ORDER BY id", []any{id}, scanTexts(&products))
		if err != nil {
			return err
		}
		for _, product := range products {
			if err := tx.refreshProduct(ctx, product); err != nil {
				return err
			}
		}
		return nil
	}))
}

// idBy finds the id of the row that a key names; a new row gets the id that is wanted, or one of its own.
func (s *Store) idBy(ctx context.Context, query, key, wanted string) (string, error) {
	var id string
	err := s.one(ctx, query, []any{key}, &id)
	if errors.Is(err, ErrNotFound) {
		if wanted == "" {
			wanted = models.NewID()
		}
		return wanted, nil
	}
	return id, err
}

// PutProduct stores a product, new or changed, by its slug, in the category that CategoryID names, else Category.Slug. Variants are
// stored by their SKU: a new one's OnHand is booked as an import, an existing one keeps its stock, one that is not listed stays
// as it is. The pictures become those that are listed, in their order; the first is the cover where none is named. A SKU of
// another product is ErrDuplicate; an unknown category ErrNotFound.
func (s *Store) PutProduct(ctx context.Context, p models.Product) error {
	if err := s.checkTexts(ctx, &p); err != nil {
		return doing("store the product", err)
	}
	if p.Cover == "" && len(p.Pictures) > 0 {
		p.Cover, p.CoverAlt = p.Pictures[0].Source, p.Pictures[0].Alt
	}
	return doing("store the product", s.Tx(ctx, func(tx *Store) error {
		stored := p // a repeated transaction starts from the caller's again
		if err := tx.putProductRow(ctx, &stored); err != nil {
			return err
		}
		for i, v := range p.Variants {
			v.ProductID, v.Position = stored.ID, i
			if err := tx.putVariant(ctx, v); err != nil {
				return err
			}
		}
		if err := tx.putPictures(ctx, stored.ID, p.Pictures); err != nil {
			return err
		}
		return tx.refreshProduct(ctx, stored.ID)
	}))
}

const productColumns = "id, slug, category_id, title, summary, description, cover, cover_alt, featured, hidden, position, texts, " +
	"created_at, updated_at, card_texts, search_text, min_price, max_price, variant_count"

func (s *Store) putProductRow(ctx context.Context, p *models.Product) error {
	if p.CategoryID == "" {
		err := s.one(ctx, "SELECT id FROM categories WHERE slug = ?", []any{p.Category.Slug}, &p.CategoryID)
		if err != nil {
			return doing("find the category", err)
		}
	}
	var err error
	if p.ID, err = s.idBy(ctx, "SELECT id FROM products WHERE slug = ?", p.Slug, p.ID); err != nil {
		return err
	}
	now := s.now()
	if p.CreatedAt.IsZero() {
		p.CreatedAt = now
	}
	_, err = s.exec(ctx, "INSERT INTO products ("+productColumns+") VALUES ("+places(14)+", '{}', '', ?, ?, 0)"+
		s.replacing([]string{"id"}, "slug", "category_id", "title", "summary", "description", "cover", "cover_alt",
			"featured", "hidden", "position", "texts", "updated_at"),
		p.ID, p.Slug, p.CategoryID, p.Title, p.Summary, p.Description, p.Cover, p.CoverAlt,
		p.Featured, p.Hidden, p.Position, p.Texts, p.CreatedAt, now, models.Amount{}, models.Amount{})
	if errors.Is(err, errForeignKey) {
		return doing("find the category", ErrNotFound)
	}
	return err
}

func (s *Store) putVariant(ctx context.Context, v models.Variant) error {
	if err := s.checkTexts(ctx, &v); err != nil {
		return err
	}
	var id, product string
	err := s.one(ctx, "SELECT id, product_id FROM variants WHERE sku = ?", []any{v.SKU}, &id, &product)
	switch {
	case err == nil && product != v.ProductID:
		return doing("variant "+v.SKU, ErrDuplicate)
	case err == nil:
		_, err := s.exec(ctx, "UPDATE variants SET title = ?, price = ?, position = ?, texts = ? WHERE id = ?",
			v.Title, v.Price, v.Position, v.Texts, id)
		return err
	case !errors.Is(err, ErrNotFound):
		return err
	}
	if v.ID == "" {
		v.ID = models.NewID()
	}
	onHand := v.OnHand
	v.OnHand, v.Reserved, v.Sold = 0, 0, 0
	if err := s.create(ctx, &v); err != nil || onHand == 0 {
		return err
	}
	return s.MoveStock(ctx, models.StockMovement{VariantID: v.ID, Kind: models.MovementImport, Quantity: onHand})
}

func (s *Store) putPictures(ctx context.Context, productID string, pictures []models.Picture) error {
	if _, err := s.exec(ctx, "DELETE FROM pictures WHERE product_id = ?", productID); err != nil {
		return err
	}
	if len(pictures) == 0 {
		return nil
	}
	rows := make([]models.Picture, len(pictures))
	for i, picture := range pictures {
		picture.ProductID, picture.Position = productID, i
		if picture.ID == "" {
			picture.ID = models.NewID()
		}
		rows[i] = picture
	}
	return s.create(ctx, &rows)
}

// refreshProduct computes the columns that lists are made from: texts of a card, prices, and all words that find the product.
func (s *Store) refreshProduct(ctx context.Context, id any) error {
	var p models.Product
	query := "SELECT " + productFields + ", " + categoryFields + " FROM products p" + joinCategory + "WHERE p.id = ?"
	if err := s.one(ctx, query, []any{id}, productTargets(&p)...); err != nil {
		return err
	}
	words := []string{p.Title, p.Summary, p.Category.Name}
	words = append(words, translations(p.Texts, "title", "summary")...)
	words = append(words, translations(p.Category.Texts, "name")...)
	var least, most models.Amount
	count := 0
	err := s.each(ctx, "SELECT sku, title, price, texts FROM variants WHERE product_id = ? ORDER BY position, id", []any{p.ID},
		func(rows *sql.Rows) error {
			var v models.Variant
			if err := rows.Scan(&v.SKU, &v.Title, &v.Price, &v.Texts); err != nil {
				return err
			}
			words = append(append(words, v.SKU, v.Title), translations(v.Texts, "title")...)
			if count == 0 || v.Price.Cmp(least) < 0 {
				least = v.Price
			}
			if v.Price.Cmp(most) > 0 {
				most = v.Price
			}
			count++
			return nil
		})
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE products SET card_texts = ?, search_text = ?, min_price = ?, max_price = ?, variant_count = ? WHERE id = ?",
		cardTexts(p.Texts), fold(strings.Join(words, " ")), least, most, count, p.ID)
	return err
}

// translations gives some fields of all languages.
func translations(t models.Texts, fields ...string) []string {
	var list []string
	for _, lang := range sortedKeys(t) {
		for _, field := range fields {
			if text := t[lang][field]; text != "" {
				list = append(list, text)
			}
		}
	}
	return list
}

// cardTexts keeps what a list shows. Descriptions are long, and reading them for every card would cost more than the query.
func cardTexts(t models.Texts) models.Texts {
	small := models.Texts{}
	for lang, fields := range t {
		for _, field := range []string{"title", "summary"} {
			if text := fields[field]; text != "" {
				if small[lang] == nil {
					small[lang] = map[string]string{}
				}
				small[lang][field] = text
			}
		}
	}
	return small
}
