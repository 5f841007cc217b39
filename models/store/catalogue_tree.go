package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
)

// PutCategory stores a category of a catalogue that a program brings along, new or changed, by its slug: a category that exists keeps its
// id. What can be found under its name follows. ErrTree: it cannot be below ParentID.
func (s *Store) PutCategory(ctx context.Context, c models.Category) error {
	return wrap("store the category", s.changeTree(ctx, func(tx *Store, list []models.Category) error {
		stored := c // a repeated transaction starts from the caller's again
		stored.Version = 0
		if i := slices.IndexFunc(list, func(o models.Category) bool { return o.Slug == c.Slug }); i >= 0 {
			stored.ID, stored.Version = list[i].ID, list[i].Version
		}
		return tx.writeCategory(ctx, list, stored)
	}))
}

// SaveCategory stores a category: with Version 0 a new one, under its ID or a fresh one, behind its neighbours unless it names its place;
// else the one with its ID and Version. Its place among its neighbours is changed by MoveCategory alone. A slug that changes leaves a
// redirect behind. ErrConflict: it was changed since it was read; ErrNotFound; *SlugTakenError; ErrTree: it cannot be below ParentID.
func (s *Store) SaveCategory(ctx context.Context, c models.Category) error {
	return wrap("store the category", s.changeTree(ctx, func(tx *Store, list []models.Category) error {
		stored := c
		i := categoryIndex(list, c.ID)
		switch {
		case i >= 0 && list[i].Version != c.Version:
			return ErrConflict
		case i >= 0:
			stored.Position = list[i].Position
		case c.Version > 0:
			return ErrNotFound
		case c.Position == 0:
			stored.Position = lastPosition(list, c.ParentID) + 1
		}
		return tx.writeCategory(ctx, list, stored)
	}))
}

func lastPosition(list []models.Category, parentID string) int {
	last := 0
	for _, c := range list {
		if c.ParentID == parentID {
			last = max(last, c.Position)
		}
	}
	return last
}

// changeTree runs fn in a transaction that keeps others from changing the tree meanwhile, with all categories.
func (s *Store) changeTree(ctx context.Context, fn func(tx *Store, list []models.Category) error) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.each(ctx, "SELECT id FROM categories ORDER BY id"+tx.forUpdate(), nil, scanNothing); err != nil {
			return err
		}
		list, err := tx.Categories(ctx)
		if err != nil {
			return err
		}
		return fn(tx, list)
	})
}

// categoryIndex finds a category by its id; -1: it is not there.
func categoryIndex(list []models.Category, id string) int {
	return slices.IndexFunc(list, func(c models.Category) bool { return c.ID == id })
}

// writeCategory stores a category over what is there, with the paths of all below it.
func (s *Store) writeCategory(ctx context.Context, list []models.Category, c models.Category) error {
	if err := checkTexts(&c); err != nil {
		return err
	}
	c.ID = cmp.Or(c.ID, models.NewID())
	was := models.Category{}
	i := categoryIndex(list, c.ID)
	if i >= 0 {
		was = list[i]
	}
	if slices.ContainsFunc(list, func(o models.Category) bool { return o.Slug == c.Slug && o.ID != c.ID }) {
		return &SlugTakenError{c.Slug}
	}
	after := slices.Clone(list)
	if i >= 0 {
		after[i] = c
	} else {
		after = append(after, c)
	}
	if err := checkTree(after, c); err != nil {
		return err
	}
	if err := s.moveSlug(ctx, slugOfCategory, c.ID, was.Slug, c.Slug); err != nil {
		return err
	}
	if i >= 0 && categoryTable.same(&was, &c) {
		return nil
	}
	stored := storedCategory{c, pathOf(after, c.ID)}
	stored.Version, stored.UpdatedAt = c.Version+1, s.now()
	if err := storedCategoryTable.put(ctx, s, &stored); err != nil {
		return err
	}
	if i < 0 {
		return nil
	}
	if was.ParentID != c.ParentID {
		if err := s.writePaths(ctx, after, c.ID); err != nil {
			return err
		}
	}
	if was.ParentID == c.ParentID && was.Name == c.Name && sameTexts(was.Texts, c.Texts) {
		return nil
	}
	if err := s.staleTerms(ctx, c.ID); err != nil {
		return err
	}
	_, err := s.refreshSome(ctx, staleSearch, searchVersion)
	return err
}

// checkTree refuses a category below itself, below one that is not there, and a branch that becomes too deep.
func checkTree(list []models.Category, c models.Category) error {
	above := models.Ancestors(list, c.ID)
	if len(above) == 0 || above[0].ParentID != "" || slices.Contains(models.Descendants(list, c.ID), c.ParentID) {
		return ErrTree
	}
	for _, id := range models.Descendants(list, c.ID) {
		if len(models.Ancestors(list, id)) > models.MaxCategoryDepth {
			return ErrTree
		}
	}
	return nil
}

// pathOf returns the column path of a category: the ids from the top down to it, between slashes.
func pathOf(list []models.Category, id string) string {
	var b strings.Builder
	b.WriteByte('/')
	for _, c := range models.Ancestors(list, id) {
		b.WriteString(c.ID + "/")
	}
	return b.String()
}

func (s *Store) writePaths(ctx context.Context, list []models.Category, id string) error {
	for _, descendant := range models.Descendants(list, id) {
		if _, err := s.exec(ctx, "UPDATE categories SET path = ? WHERE id = ?", pathOf(list, descendant), descendant); err != nil {
			return err
		}
	}
	return nil
}

// staleTerms marks the words of all products below a category to be computed again: the first by refreshSome at once, the others by
// RefreshCatalogue.
func (s *Store) staleTerms(ctx context.Context, categoryID string) error {
	_, err := s.exec(ctx, "UPDATE products SET search_version = 0 WHERE id IN ("+
		"SELECT pc.product_id FROM product_categories pc JOIN categories c ON c.id = pc.category_id WHERE c.path LIKE ?)", branchPattern(categoryID))
	return err
}

// MoveCategory puts a category below another (empty: at the top), before one of those that are there (empty: behind them all). ErrNotFound,
// ErrTree.
func (s *Store) MoveCategory(ctx context.Context, id, parentID, beforeID string) error {
	return wrap("move the category", s.changeTree(ctx, func(tx *Store, list []models.Category) error {
		i := categoryIndex(list, id)
		if i < 0 {
			return ErrNotFound
		}
		c := list[i]
		siblings := slices.DeleteFunc(slices.Clone(list), func(o models.Category) bool { return o.ParentID != parentID || o.ID == id })
		at := len(siblings)
		if beforeID != "" {
			if at = categoryIndex(siblings, beforeID); at < 0 {
				return ErrNotFound
			}
		}
		c.ParentID = parentID
		for n, o := range slices.Insert(siblings, at, c) {
			position := n + 1
			if o.ID == id {
				c.Position = position
				continue
			}
			if o.Position != position {
				if _, err := tx.exec(ctx, "UPDATE categories SET position = ? WHERE id = ?", position, o.ID); err != nil {
					return err
				}
			}
		}
		return tx.writeCategory(ctx, list, c)
	}))
}

// DeleteCategory deletes a category: what is below it moves up to its parent, its products move to another category, and so do its
// addresses. ErrInUse: it has products, and moveTo is empty. ErrNotFound: it, or moveTo, is not there; ErrTree: moveTo is itself.
func (s *Store) DeleteCategory(ctx context.Context, id, moveTo string) error {
	if id == moveTo {
		return wrap("delete the category", ErrTree)
	}
	return wrap("delete the category", s.changeTree(ctx, func(tx *Store, list []models.Category) error {
		i := categoryIndex(list, id)
		if i < 0 || (moveTo != "" && categoryIndex(list, moveTo) < 0) {
			return ErrNotFound
		}
		if err := tx.followCategory(ctx, list, id, moveTo); err != nil {
			return err
		}
		if err := tx.moveUp(ctx, list, list[i]); err != nil {
			return err
		}
		if moveTo != "" {
			if err := tx.moveProducts(ctx, list[i], moveTo); err != nil {
				return err
			}
		}
		_, err := tx.exec(ctx, "DELETE FROM categories WHERE id = ?", id)
		if errors.Is(err, errForeignKey) {
			return ErrInUse
		}
		if err != nil {
			return err
		}
		_, err = tx.refreshSome(ctx, staleSearch, searchVersion)
		return err
	}))
}

// moveUp puts all that is below a category below its parent.
func (s *Store) moveUp(ctx context.Context, list []models.Category, deleted models.Category) error {
	if err := s.staleTerms(ctx, deleted.ID); err != nil {
		return err
	}
	after := slices.Clone(list)
	for i := range after {
		if after[i].ParentID != deleted.ID {
			continue
		}
		after[i].ParentID = deleted.ParentID
		_, err := s.exec(ctx, "UPDATE categories SET parent_id = ?, version = version + 1, updated_at = ? WHERE id = ?", deleted.ParentID, s.now(), after[i].ID)
		if err != nil {
			return err
		}
		if err := s.writePaths(ctx, after, after[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// moveProducts puts the products of a category into another one, and its addresses.
func (s *Store) moveProducts(ctx context.Context, from models.Category, to string) error {
	now := s.now()
	for _, step := range []struct {
		query string
		args  []any
	}{
		{"UPDATE products SET version = version + 1, updated_at = ?, search_version = 0 WHERE id IN (" +
			"SELECT product_id FROM product_categories WHERE category_id = ?)", []any{now, from.ID}},
		{
			"INSERT INTO product_categories (product_id, category_id, position) SELECT f.product_id, ?, f.position FROM product_categories f " +
				"WHERE f.category_id = ? AND f.product_id NOT IN (SELECT t.product_id FROM product_categories t WHERE t.category_id = ?)",
			[]any{to, from.ID, to},
		},
		{"DELETE FROM product_categories WHERE category_id = ?", []any{from.ID}},
		{"UPDATE products SET category_id = ? WHERE category_id = ?", []any{to, from.ID}},
		// The primary category comes first.
		{
			"UPDATE product_categories SET position = -1 WHERE category_id = ? AND product_id IN (SELECT p.id FROM products p WHERE p.category_id = ?)",
			[]any{to, to},
		},
		{"UPDATE slug_redirects SET target_id = ? WHERE kind = ? AND target_id = ?", []any{to, slugOfCategory, from.ID}},
	} {
		if _, err := s.exec(ctx, step.query, step.args...); err != nil {
			return err
		}
	}
	return s.moveSlug(ctx, slugOfCategory, to, from.Slug, "")
}
