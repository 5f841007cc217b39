package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
)

// productSort is how the back office's list of products is sorted: by a column and the id.
type productSort struct {
	name       models.ProductSort
	column     string
	descending bool
}

func productSortOf(sort models.ProductSort) (productSort, error) {
	switch sort {
	case models.ProductsByPosition:
		return productSort{"position", "position", false}, nil
	case models.ProductsByTitle:
		return productSort{sort, "title", false}, nil
	case models.ProductsByUpdate:
		return productSort{sort, "updated_at", true}, nil
	case models.ProductsByCreation:
		return productSort{sort, "created_at", true}, nil
	default:
		return productSort{}, fmt.Errorf("%w: sort", ErrFilter)
	}
}

func (o productSort) sql() string {
	direction := ""
	if o.descending {
		direction = " DESC"
	}
	return "p." + o.column + direction + ", p.id" + direction
}

// byScore is the name of a list that is sorted by what fits a search best. Its places are numbers of rows: what fits best is seldom read far.
const byScore = "products.score"

const (
	lowVariant = "EXISTS (SELECT 1 FROM variants v WHERE v.product_id = p.id AND v.retired = 0 AND v.untracked = 0 AND " +
		"v.on_hand <= CASE WHEN v.low_stock > 0 THEN v.low_stock ELSE ? END)"
	rowFields = cardFields + `, p.hidden, p.featured, p.position, p.version, p.created_at, p.updated_at, c.name,
	COALESCE((SELECT v.sku FROM variants v WHERE v.product_id = p.id ORDER BY v.position, v.id LIMIT 1), ''),
	COALESCE((SELECT SUM(v.on_hand) FROM variants v WHERE v.product_id = p.id AND v.retired = 0), 0),
	COALESCE((SELECT SUM(v.reserved) FROM variants v WHERE v.product_id = p.id), 0), ` + lowVariant
)

// Products reads a page of the back office's list, hidden products too: one statement, two or three with a search. ErrFilter: a sort or a
// limit that does not exist. ErrCursor: After was not made by this list in this sort, or what it names is gone.
func (s *Store) Products(ctx context.Context, f models.ProductFilter) (models.ProductPage, error) {
	page, err := s.products(ctx, f)
	return page, doing("list products", err)
}

func (s *Store) products(ctx context.Context, f models.ProductFilter) (models.ProductPage, error) {
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return models.ProductPage{}, err
	}
	sort, err := productSortOf(f.Sort)
	if err != nil {
		return models.ProductPage{}, err
	}
	q, err := s.matching(ctx, f.Search)
	if err != nil || q.nothing {
		return models.ProductPage{}, err
	}
	where, err := productConditions(f)
	if err != nil {
		return models.ProductPage{}, err
	}
	order, offset := sort.sql(), 0
	scored := q.score != "" && f.Sort == models.ProductsByPosition
	if scored {
		order = "score DESC, " + order
		offset, err = readOffset(f.After)
	} else {
		err = s.afterProduct(ctx, where, sort, f.After)
	}
	if err != nil {
		return models.ProductPage{}, err
	}
	query := "SELECT " + rowFields + " FROM (SELECT " + q.columns() + " FROM " + q.from() + " WHERE " + q.and(where.sql()) +
		" ORDER BY " + order + " LIMIT ? OFFSET ?) f JOIN products p ON p.id = f.id" + joinCategory + "ORDER BY " + order
	args := slices.Concat([]any{f.LowStock}, q.args, where.args, []any{limit + 1, offset})
	rows, err := collect(ctx, s, query, args, scanProductRow)
	if err != nil {
		return models.ProductPage{}, err
	}
	var page models.ProductPage
	page.Rows, page.Next = trim(rows, limit, func(r models.ProductRow) string {
		if scored {
			return cursor(byScore, strconv.Itoa(offset+limit))
		}
		return productCursor(sort, r)
	})
	return page, nil
}

func productConditions(f models.ProductFilter) (*conditions, error) {
	where := &conditions{}
	switch f.Shown {
	case models.ShownAll:
	case models.ShownPublished:
		where.add("p.hidden = ?", false)
	case models.ShownHidden:
		where.add("p.hidden = ?", true)
	default:
		return nil, fmt.Errorf("%w: shown", ErrFilter)
	}
	if f.CategoryID != "" {
		where.add(inCategory, below(f.CategoryID))
	}
	if f.Tag != "" {
		where.add(withTag, f.Tag)
	}
	if f.Featured {
		where.add("p.featured = ?", true)
	}
	if f.OnlyLow {
		where.add(lowVariant, f.LowStock)
	}
	return where, nil
}

func productCursor(sort productSort, r models.ProductRow) string {
	list := "products." + string(sort.name)
	switch sort.column {
	case "updated_at":
		return cursor(list, timeKey(r.UpdatedAt), r.ID)
	case "created_at":
		return cursor(list, timeKey(r.CreatedAt), r.ID)
	case "position":
		return cursor(list, strconv.Itoa(r.Position), r.ID)
	default: // a title is too long for an address
		return cursor(list, "id", r.ID)
	}
}

// afterProduct adds the condition of all rows after a place.
func (s *Store) afterProduct(ctx context.Context, where *conditions, sort productSort, after string) error {
	keys, err := readCursor("products."+string(sort.name), after, 2)
	if err != nil || keys == nil {
		return err
	}
	var value any
	switch sort.column {
	case "updated_at", "created_at":
		if value, err = readTimeKey(keys[0]); err != nil {
			return err
		}
	case "position":
		position, err := strconv.Atoi(keys[0])
		if err != nil {
			return ErrCursor
		}
		value = position
	default:
		var title string
		err := s.one(ctx, "SELECT title FROM products WHERE id = ?", []any{keys[1]}, &title)
		if errors.Is(err, ErrNotFound) {
			return ErrCursor
		}
		if err != nil {
			return err
		}
		value = title
	}
	sign := ">"
	if sort.descending {
		sign = "<"
	}
	part, args := s.beyond(sign, []string{"?", "?"}, []any{value, keys[1]}, "p."+sort.column, "p.id")
	where.add(part, args...)
	return nil
}

func readOffset(after string) (int, error) {
	keys, err := readCursor(byScore, after, 1)
	if err != nil || keys == nil {
		return 0, err
	}
	offset, err := strconv.Atoi(keys[0])
	const furthest = 10_000
	if err != nil || offset < 1 || offset > furthest || strings.HasPrefix(keys[0], "+") {
		return 0, ErrCursor
	}
	return offset, nil
}

func scanProductRow(rows *sql.Rows) (r models.ProductRow, err error) {
	err = rows.Scan(&r.ID, &r.Slug, &r.Title, &r.Summary, &r.Cover, &r.CoverAlt, &r.Texts, &r.CategoryID,
		&r.MinPrice, &r.MaxPrice, &r.MinRegular, &r.OnSale, &r.Untracked, &r.VariantCount,
		&r.Hidden, &r.Featured, &r.Position, &r.Version, &r.CreatedAt, &r.UpdatedAt, &r.CategoryName, &r.SKU, &r.OnHand, &r.Reserved, &r.Low)
	return r, err
}

// ProductsByID reads many products with all that belongs to them, hidden ones and retired variants too, by their ids. Those that are not
// there are left out. Category is empty but for its id.
func (s *Store) ProductsByID(ctx context.Context, ids []string) (map[string]models.Product, error) {
	stored, err := s.readProducts(ctx, ids, "")
	if err != nil {
		return nil, doing("read the products", err)
	}
	list := make(map[string]models.Product, len(stored))
	for id, p := range stored {
		p.Category.ID = p.CategoryID
		list[id] = p.Product
	}
	return list, nil
}

// ProductIDsBySlug finds products by their addresses: slug → id. Those that are not there are left out.
func (s *Store) ProductIDsBySlug(ctx context.Context, slugs []string) (map[string]string, error) {
	found, err := s.pairsOf(ctx, "SELECT slug, id FROM products WHERE slug IN ", slugs)
	return found, doing("find the products", err)
}

// VariantRef says where a SKU belongs.
type VariantRef struct {
	ID        string
	ProductID string
	OnHand    int
}

// VariantsBySKU finds variants by their SKUs, retired ones too. Those that are not there are left out.
func (s *Store) VariantsBySKU(ctx context.Context, skus []string) (map[string]VariantRef, error) {
	found := make(map[string]VariantRef, len(skus))
	err := inParts(skus, func(list string, args []any) error {
		return s.each(ctx, "SELECT sku, id, product_id, on_hand FROM variants WHERE sku IN "+list, args, func(rows *sql.Rows) error {
			var sku string
			var v VariantRef
			err := rows.Scan(&sku, &v.ID, &v.ProductID, &v.OnHand)
			found[sku] = v
			return err
		})
	})
	return found, doing("find the variants", err)
}
