package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/coincart/coincart/models"
)

// storedProducts reads products with all that belongs to them, by their ids, and locks their rows until the transaction's end.
func (s *Store) storedProducts(ctx context.Context, ids []string) (map[string]*storedProduct, error) {
	return s.readProducts(ctx, ids, s.forUpdate())
}

func (s *Store) readProducts(ctx context.Context, ids []string, lock string) (map[string]*storedProduct, error) {
	found := make(map[string]*storedProduct, len(ids))
	err := inParts(unique(ids), func(list string, args []any) error {
		query := "SELECT " + productFields + ", p.search_text, p.search_version, p.min_price, p.max_price, p.min_regular, p.on_sale, p.untracked, " +
			"p.price_due_at, p.variant_count FROM products p WHERE p.id IN " + list + lock
		err := s.each(ctx, query, slices.Clone(args), func(rows *sql.Rows) error {
			p := &storedProduct{}
			err := rows.Scan(append(productTargets(&p.Product), &p.search, &p.searchVersion, &p.prices.Min, &p.prices.Max, &p.prices.MinRegular,
				&p.prices.OnSale, &p.prices.Untracked, timeInto{&p.prices.DueAt}, &p.prices.Count)...)
			found[p.ID] = p
			return err
		})
		if err != nil {
			return err
		}
		return s.storedParts(ctx, list, args, found)
	})
	return found, err
}

func (s *Store) storedParts(ctx context.Context, list string, args []any, found map[string]*storedProduct) error {
	err := s.each(ctx, "SELECT "+variantFields+" FROM variants v WHERE v.product_id IN "+list+" ORDER BY v.product_id, v.position, v.id",
		slices.Clone(args), func(rows *sql.Rows) error {
			var v models.Variant
			err := rows.Scan(variantTargets(&v)...)
			if p := found[v.ProductID]; p != nil {
				p.Variants = append(p.Variants, v)
			}
			return err
		})
	if err != nil {
		return err
	}
	err = s.each(ctx, "SELECT id, product_id, source, alt, position, texts FROM pictures WHERE product_id IN "+list+" ORDER BY product_id, position, id",
		slices.Clone(args), func(rows *sql.Rows) error {
			var v models.Picture
			err := rows.Scan(&v.ID, &v.ProductID, &v.Source, &v.Alt, &v.Position, &v.Texts)
			if p := found[v.ProductID]; p != nil {
				p.Pictures = append(p.Pictures, v)
			}
			return err
		})
	if err != nil {
		return err
	}
	err = s.eachPair(ctx, "SELECT product_id, category_id FROM product_categories WHERE product_id IN "+list+" ORDER BY product_id, position, category_id",
		slices.Clone(args), func(product, category string) error {
			if p := found[product]; p != nil {
				p.CategoryIDs = append(p.CategoryIDs, category)
			}
			return nil
		})
	if err != nil {
		return err
	}
	return s.eachPair(ctx, "SELECT product_id, tag FROM product_tags WHERE product_id IN "+list+" ORDER BY product_id, position, tag",
		slices.Clone(args), func(product, tag string) error {
			if p := found[product]; p != nil {
				p.Tags = append(p.Tags, tag)
			}
			return nil
		})
}

const (
	insertedColumns = "id, slug, category_id, title, summary, description, cover, cover_alt, featured, hidden, position, texts, option_names, " +
		"version, created_at, updated_at, card_texts, search_text, search_version, min_price, max_price, min_regular, on_sale, untracked, price_due_at, " +
		"variant_count"
	updateProduct = "UPDATE products SET slug = ?, category_id = ?, title = ?, summary = ?, description = ?, cover = ?, cover_alt = ?, " +
		"featured = ?, hidden = ?, position = ?, texts = ?, option_names = ?, version = ?, updated_at = ?, card_texts = ?, " +
		"search_text = ?, search_version = ?, min_price = ?, max_price = ?, min_regular = ?, on_sale = ?, untracked = ?, price_due_at = ?, " +
		"variant_count = ? WHERE id = ?"
)

// writeProducts stores the products' own rows. One that did not change keeps its version, even where its words or prices had to be made anew.
func (w *productWriter) writeProducts(ctx context.Context) error {
	created := rowsOf("products", insertedColumns)
	for _, p := range w.list {
		version, updated := 1, w.now
		if p.was == nil {
			at := p.CreatedAt
			if at.IsZero() {
				at = w.now
			}
			created.add(p.ID, p.Slug, p.CategoryID, p.Title, p.Summary, p.Description, p.Cover, p.CoverAlt, p.Featured, p.Hidden, p.Position,
				p.Texts, p.OptionNames, version, at, updated, cardTexts(p.Texts), p.search, searchVersion, p.prices.Min, p.prices.Max,
				p.prices.MinRegular, p.prices.OnSale, p.prices.Untracked, p.prices.DueAt, p.prices.Count)
			continue
		}
		p.outcome, version = OutcomeChanged, p.was.Version+1
		if sameRow(p) && sameParts(p) {
			p.outcome, version, updated = OutcomeUnchanged, p.was.Version, p.was.UpdatedAt
			if p.search == p.was.search && p.was.searchVersion == searchVersion && samePrices(p.prices, p.was.prices) {
				continue
			}
		}
		_, err := w.exec(ctx, updateProduct, p.Slug, p.CategoryID, p.Title, p.Summary, p.Description, p.Cover, p.CoverAlt, p.Featured, p.Hidden,
			p.Position, p.Texts, p.OptionNames, version, updated, cardTexts(p.Texts), p.search, searchVersion, p.prices.Min, p.prices.Max,
			p.prices.MinRegular, p.prices.OnSale, p.prices.Untracked, p.prices.DueAt, p.prices.Count, p.ID)
		if err != nil {
			return err
		}
	}
	return created.insert(ctx, w.Store)
}

const (
	variantColumns = "id, product_id, sku, title, price, sale_price, sale_from, sale_until, options, picture, weight, is_virtual, untracked, " +
		"low_stock, barcode, retired, on_hand, reserved, sold, position, texts"
	updateVariant = "UPDATE variants SET sku = ?, title = ?, price = ?, sale_price = ?, sale_from = ?, sale_until = ?, options = ?, picture = ?, " +
		"weight = ?, is_virtual = ?, untracked = ?, low_stock = ?, barcode = ?, retired = ?, position = ?, texts = ? WHERE id = ?"
	movementColumns = "id, variant_id, order_id, kind, quantity, note, who, created_at"
)

// writeVariants stores new variants with their first stock, and those that changed.
func (w *productWriter) writeVariants(ctx context.Context) error {
	if err := w.freeSKUs(ctx); err != nil {
		return err
	}
	created, moved := rowsOf("variants", variantColumns), rowsOf("stock_movements", movementColumns)
	for _, p := range w.list {
		for _, v := range p.Variants {
			old := p.was.variant(v.ID)
			switch {
			case old == nil:
				created.add(v.ID, p.ID, v.SKU, v.Title, v.Price, v.SalePrice, v.SaleFrom, v.SaleUntil, v.Options, v.Picture, v.Weight, v.Virtual,
					v.Untracked, v.LowStock, v.Barcode, v.Retired, v.OnHand, 0, 0, v.Position, v.Texts)
				if v.OnHand != 0 {
					moved.add(models.NewID(), v.ID, "", string(models.MovementImport), v.OnHand, "", "", w.now)
				}
			case !sameVariant(v, *old):
				_, err := w.exec(ctx, updateVariant, v.SKU, v.Title, v.Price, v.SalePrice, v.SaleFrom, v.SaleUntil, v.Options, v.Picture, v.Weight,
					v.Virtual, v.Untracked, v.LowStock, v.Barcode, v.Retired, v.Position, v.Texts, v.ID)
				if err != nil {
					return err
				}
			}
		}
	}
	if err := created.insert(ctx, w.Store); err != nil {
		return err
	}
	return moved.insert(ctx, w.Store)
}

// freeSKUs parks the SKUs that variants give up, so that others can have them whatever the order.
func (w *productWriter) freeSKUs(ctx context.Context) error {
	given := map[string]bool{}
	for _, p := range w.list {
		for _, v := range p.Variants {
			if old := p.was.variant(v.ID); old == nil || old.SKU != v.SKU {
				given[v.SKU] = true
			}
		}
	}
	for _, p := range w.list {
		for _, v := range p.Variants {
			if old := p.was.variant(v.ID); old != nil && old.SKU != v.SKU && given[old.SKU] {
				if _, err := w.exec(ctx, "UPDATE variants SET sku = ? WHERE id = ?", "~"+v.ID, v.ID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// writeParts stores pictures, categories and tags where they changed.
func (w *productWriter) writeParts(ctx context.Context) error {
	pictures := rowsOf("pictures", "id, product_id, source, alt, position, texts")
	categories := rowsOf("product_categories", "product_id, category_id, position")
	tags := rowsOf("product_tags", "tag, product_id, position")
	for _, p := range w.list {
		var was models.Product
		if p.was != nil {
			was = p.was.Product
		}
		if !slices.EqualFunc(p.Pictures, was.Pictures, samePicture) {
			if err := w.clear(ctx, "pictures", p.ID, len(was.Pictures)); err != nil {
				return err
			}
			for i, picture := range p.Pictures {
				if picture.ID == "" || picture.ProductID != p.ID {
					picture.ID = models.NewID()
				}
				pictures.add(picture.ID, p.ID, picture.Source, picture.Alt, i, picture.Texts)
			}
		}
		if !slices.Equal(p.CategoryIDs, was.CategoryIDs) {
			if err := w.clear(ctx, "product_categories", p.ID, len(was.CategoryIDs)); err != nil {
				return err
			}
			for i, id := range p.CategoryIDs {
				categories.add(p.ID, id, i)
			}
		}
		if !slices.Equal(p.Tags, was.Tags) {
			if err := w.clear(ctx, "product_tags", p.ID, len(was.Tags)); err != nil {
				return err
			}
			for i, tag := range p.Tags {
				tags.add(tag, p.ID, i)
			}
		}
	}
	for _, batch := range []*rowBatch{pictures, categories, tags} {
		if err := batch.insert(ctx, w.Store); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) clear(ctx context.Context, table, productID string, there int) error {
	if there == 0 {
		return nil
	}
	_, err := s.exec(ctx, "DELETE FROM "+table+" WHERE product_id = ?", productID)
	return err
}

// writeTerms brings the index of words up to date.
func (w *productWriter) writeTerms(ctx context.Context) error {
	batch := rowsOf("search_terms", "term, product_id, weight")
	for _, p := range w.list {
		was := ""
		if p.was != nil {
			was = p.was.search
		}
		if err := w.collectTerms(ctx, batch, p.ID, was, p.search); err != nil {
			return err
		}
	}
	return batch.insert(ctx, w.Store)
}

// collectTerms deletes the words that went, and adds those that came to a batch.
func (s *Store) collectTerms(ctx context.Context, batch *rowBatch, productID, was, is string) error {
	if was == is {
		return nil
	}
	gone, come := differences(readTerms(was), readTerms(is))
	words := make([]string, len(gone))
	for i, w := range gone {
		words[i] = w.term
	}
	err := inParts(words, func(list string, args []any) error {
		_, err := s.exec(ctx, "DELETE FROM search_terms WHERE product_id = ? AND term IN "+list, slices.Concat([]any{productID}, args)...)
		return err
	})
	for _, w := range come {
		batch.add(w.term, productID, w.weight)
	}
	return err
}

// changeTerms brings the words of one product up to date.
func (s *Store) changeTerms(ctx context.Context, productID, was, is string) error {
	batch := rowsOf("search_terms", "term, product_id, weight")
	if err := s.collectTerms(ctx, batch, productID, was, is); err != nil {
		return err
	}
	return batch.insert(ctx, s)
}
