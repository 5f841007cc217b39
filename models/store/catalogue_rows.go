package store

import (
	"context"
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
		rows, err := storedProductTable.query(ctx, s, "WHERE id IN "+list+lock, args...)
		if err != nil {
			return err
		}
		for i := range rows {
			found[rows[i].ID] = &rows[i]
		}
		return s.readParts(ctx, list, args, found)
	})
	return found, err
}

// readParts adds their variants, pictures, categories and tags to the products whose ids are args.
func (s *Store) readParts(ctx context.Context, list string, args []any, found map[string]*storedProduct) error {
	rest := "WHERE product_id IN " + list + " ORDER BY product_id, position, "
	ofVariants, err := variantTable.query(ctx, s, rest+"id", args...)
	if err != nil {
		return err
	}
	for _, v := range ofVariants {
		if p := found[v.ProductID]; p != nil {
			p.Variants = append(p.Variants, v)
		}
	}
	ofPictures, err := pictureTable.query(ctx, s, rest+"id", args...)
	if err != nil {
		return err
	}
	for _, v := range ofPictures {
		if p := found[v.ProductID]; p != nil {
			p.Pictures = append(p.Pictures, v)
		}
	}
	ofCategories, err := productCategoryTable.query(ctx, s, rest+"category_id", args...)
	if err != nil {
		return err
	}
	for _, c := range ofCategories {
		if p := found[c.ProductID]; p != nil {
			p.CategoryIDs = append(p.CategoryIDs, c.CategoryID)
		}
	}
	ofTags, err := productTagTable.query(ctx, s, rest+"tag", args...)
	for _, t := range ofTags {
		if p := found[t.ProductID]; p != nil {
			p.Tags = append(p.Tags, t.Tag)
		}
	}
	return err
}

// writeProducts stores the products' own rows. One that did not change keeps its version, even where its words or prices had to be computed
// again.
func (w *productWriter) writeProducts(ctx context.Context) error {
	created := storedProductTable.batch()
	for _, p := range w.list {
		switch {
		case p.isNew():
			p.Version, p.CreatedAt, p.UpdatedAt = 1, orTime(p.CreatedAt, w.now), w.now
			created.add(p.storedProduct)
			continue
		case productTable.same(&p.Product, &p.was.Product) && sameParts(p):
			p.outcome, p.Version, p.UpdatedAt = OutcomeUnchanged, p.was.Version, p.was.UpdatedAt
			if storedProductTable.same(&p.storedProduct, p.was) {
				continue
			}
		default:
			p.outcome, p.Version, p.UpdatedAt = OutcomeChanged, p.was.Version+1, w.now
		}
		if err := storedProductTable.update(ctx, w.Store, &p.storedProduct); err != nil {
			return err
		}
	}
	return created.insert(ctx, w.Store)
}

// sameParts compares all that a product has besides its own row and its words.
func sameParts(p *savedProduct) bool {
	return slices.EqualFunc(p.Variants, p.was.Variants, func(a, b models.Variant) bool { return a.ID == b.ID && variantTable.same(&a, &b) }) &&
		slices.EqualFunc(p.Pictures, p.was.Pictures, func(a, b models.Picture) bool { return pictureTable.same(&a, &b) }) &&
		slices.Equal(p.CategoryIDs, p.was.CategoryIDs) && slices.Equal(p.Tags, p.was.Tags)
}

// writeVariants stores new variants with their first stock, and those that changed.
func (w *productWriter) writeVariants(ctx context.Context) error {
	if err := w.freeSKUs(ctx); err != nil {
		return err
	}
	created, moved := variantTable.batch(), movementTable.batch()
	for _, p := range w.list {
		for _, v := range p.Variants {
			old := p.was.variant(v.ID)
			switch {
			case old == nil:
				v.Reserved, v.Sold = 0, 0
				created.add(v)
				if v.OnHand != 0 {
					moved.add(movement("", v.ID, models.MovementImport, v.OnHand, w.now))
				}
			case !variantTable.same(&v, old):
				if err := variantTable.update(ctx, w.Store, &v); err != nil {
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

// writeParts stores pictures, categories and tags of the products whose pictures, categories or tags changed.
func (w *productWriter) writeParts(ctx context.Context) error {
	if err := replaceParts(ctx, w, pictureTable, pictureRows); err != nil {
		return err
	}
	if err := replaceParts(ctx, w, productCategoryTable, categoryRows); err != nil {
		return err
	}
	return replaceParts(ctx, w, productTagTable, tagRows)
}

// replaceParts stores the parts of one kind in place of those that are there, for each product whose parts changed.
func replaceParts[T any](ctx context.Context, w *productWriter, t *table[T], parts func(*models.Product) []T) error {
	added := t.batch()
	for _, p := range w.list {
		before, after := parts(&p.was.Product), parts(&p.Product)
		if slices.EqualFunc(before, after, func(a, b T) bool { return t.same(&a, &b) }) {
			continue
		}
		if len(before) > 0 {
			if _, err := w.exec(ctx, "DELETE FROM "+t.name+" WHERE product_id = ?", p.ID); err != nil {
				return err
			}
		}
		added.add(after...)
	}
	return added.insert(ctx, w.Store)
}

// pictureRows returns the pictures of a product in their order. Those that are new, or copied from another product, get ids of their own.
func pictureRows(p *models.Product) []models.Picture {
	rows := slices.Clone(p.Pictures)
	for i := range rows {
		if rows[i].ID == "" || rows[i].ProductID != p.ID {
			rows[i].ID = models.NewID()
		}
		rows[i].ProductID, rows[i].Position = p.ID, i
	}
	return rows
}

func categoryRows(p *models.Product) []productCategory {
	rows := make([]productCategory, len(p.CategoryIDs))
	for i, id := range p.CategoryIDs {
		rows[i] = productCategory{p.ID, id, i}
	}
	return rows
}

func tagRows(p *models.Product) []productTag {
	rows := make([]productTag, len(p.Tags))
	for i, tag := range p.Tags {
		rows[i] = productTag{tag, p.ID, i}
	}
	return rows
}

// writeTerms brings the index of words up to date.
func (w *productWriter) writeTerms(ctx context.Context) error {
	added := searchTermTable.batch()
	for _, p := range w.list {
		if err := w.collectTerms(ctx, added, p.ID, p.was.SearchText, p.SearchText); err != nil {
			return err
		}
	}
	return added.insert(ctx, w.Store)
}

// collectTerms deletes the words of a product that are in the text before and not in the text after, and adds the new ones to a batch.
func (s *Store) collectTerms(ctx context.Context, batch *rowBatch[searchTerm], productID, before, after string) error {
	if before == after {
		return nil
	}
	removed, added := differences(readTerms(before), readTerms(after))
	words := make([]string, len(removed))
	for i, w := range removed {
		words[i] = w.term
	}
	err := inParts(words, func(list string, args []any) error {
		_, err := s.exec(ctx, "DELETE FROM search_terms WHERE product_id = ? AND term IN "+list, slices.Concat([]any{productID}, args)...)
		return err
	})
	for _, w := range added {
		batch.add(searchTerm{w.term, productID, w.weight})
	}
	return err
}

// changeTerms brings the words of one product up to date.
func (s *Store) changeTerms(ctx context.Context, productID, before, after string) error {
	batch := searchTermTable.batch()
	if err := s.collectTerms(ctx, batch, productID, before, after); err != nil {
		return err
	}
	return batch.insert(ctx, s)
}
