package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
)

// productSorts are the orders of the back office's list of products.
var productSorts = map[models.ProductSort]sorting{
	models.ProductsByPosition: {"position", "id", false},
	models.ProductsByTitle:    {"title", "id", false},
	models.ProductsByUpdate:   {"updated_at", "id", true},
	models.ProductsByCreation: {"created_at", "id", true},
}

// productList returns the name of a list in its places.
func productList(sort models.ProductSort) string {
	return "products." + cmp.Or(string(sort), "position")
}

// byScore is the name of a list that is sorted by what fits a search best. Its places are numbers of rows: what fits best is seldom read far.
const byScore = "products.score"

const (
	lowVariant = "EXISTS (SELECT 1 FROM variants v WHERE v.product_id = p.id AND " + isLow + ")"
	rowFields  = cardFields + `, p.hidden, p.featured, p.position, p.version, p.created_at, p.updated_at, c.name,
	COALESCE((SELECT v.sku FROM variants v WHERE v.product_id = p.id ORDER BY v.position, v.id LIMIT 1), ''),
	COALESCE((SELECT SUM(v.on_hand) FROM variants v WHERE v.product_id = p.id AND v.retired = 0), 0),
	COALESCE((SELECT SUM(v.reserved) FROM variants v WHERE v.product_id = p.id), 0), ` + lowVariant
)

// Products reads a page of the back office's list, hidden products too: one statement, two or three with a search. ErrFilter: a sort or a
// limit that does not exist. ErrCursor: After was not made by this list in this sort, or what it names is gone.
func (s *Store) Products(ctx context.Context, f models.ProductFilter) (page models.ProductPage, err error) {
	defer func() { err = wrap("list products", err) }()
	limit, err := pageLimit(f.Limit)
	if err != nil {
		return page, err
	}
	sort, ok := productSorts[f.Sort]
	if !ok {
		return page, fmt.Errorf("%w: sort", ErrFilter)
	}
	q, err := s.matching(ctx, f.Search)
	if err != nil || q.nothing {
		return page, err
	}
	where, err := productConditions(f)
	if err != nil {
		return page, err
	}
	order, offset := sort.by("p."), 0
	scored := q.score != "" && f.Sort == models.ProductsByPosition
	if scored {
		order = "score DESC, " + order
		offset, err = readOffset(f.After)
	} else {
		err = s.afterRow(ctx, where, listPlace{productList(f.Sort), f.After}, sort, "products", "p.")
	}
	if err != nil {
		return page, err
	}
	query := "SELECT " + rowFields + " FROM (SELECT " + q.columns() + " FROM " + q.from() + " WHERE " + q.and(where.sql()) +
		" ORDER BY " + order + " LIMIT ? OFFSET ?) f JOIN products p ON p.id = f.id" + joinCategory + "ORDER BY " + order
	args := slices.Concat([]any{f.LowStock}, q.args, where.args, []any{limit + 1, offset})
	rows, err := collect(ctx, s, query, args, scanProductRow)
	page.Rows, page.Next = trim(rows, limit, func(r models.ProductRow) string {
		if scored {
			return cursor(byScore, strconv.Itoa(offset+limit))
		}
		return productCursor(f.Sort, r)
	})
	return page, err
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
		where.add(inCategory, branchPattern(f.CategoryID))
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

func productCursor(sort models.ProductSort, r models.ProductRow) string {
	key := "id" // a title is too long for an address
	switch sort {
	case models.ProductsByUpdate:
		key = timeKey(r.UpdatedAt)
	case models.ProductsByCreation:
		key = timeKey(r.CreatedAt)
	case models.ProductsByPosition:
		key = strconv.Itoa(r.Position)
	case models.ProductsByTitle:
	}
	return cursor(productList(sort), key, r.ID)
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
