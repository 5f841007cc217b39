package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

const (
	maxCards   = 100
	cardFields = "p.id, p.slug, p.title, p.summary, p.cover, p.cover_alt, p.card_texts, p.category_id, " +
		"p.min_price, p.max_price, p.min_regular, p.on_sale, p.untracked, p.variant_count"
)

// cardOrders are the orders of a list; the id at the end makes every one of them total, so that no product is on two pages.
var cardOrders = map[models.CardSort]string{
	models.SortPosition:  "p.position, p.id",
	models.SortNewest:    "p.created_at DESC, p.id DESC",
	models.SortPriceAsc:  "p.min_price, p.id",
	models.SortPriceDesc: "p.min_price DESC, p.id DESC",
	models.SortName:      "p.title, p.id",
}

// Cards reads the products of a list, at most 100, with the number of all that match: in two statements, of a category with others below
// it in three. A search
// without any word finds nothing. A sort that is not known is ErrFilter. Texts of a card hold title and summary only. Prices are as
// they were when they changed last (RefreshCatalogue): within moments, what PriceAt says now.
func (s *Store) Cards(ctx context.Context, f models.CardFilter) (cards []models.ProductCard, total int, err error) {
	order, ok := cardOrders[f.Sort]
	if !ok {
		return nil, 0, fmt.Errorf("list products: %w: sort", ErrFilter)
	}
	q, err := s.matching(ctx, f.Search)
	if err != nil || q.nothing {
		return nil, 0, wrap("search products", err)
	}
	where := cardConditions(f)
	if err := s.inBranch(ctx, &q, where, f.CategoryID); err != nil {
		return nil, 0, wrap("list products", err)
	}
	if q.score != "" && f.Sort == models.SortPosition {
		order = "score DESC, " + order
	}
	limit, offset := f.Limit, max(0, f.Offset)
	if limit <= 0 || limit > maxCards {
		limit = maxCards
	}
	// The page is chosen first: stock is summed up for its products alone.
	page := "SELECT " + q.columns() + " FROM " + q.from() + " WHERE " + q.and(where.sql()) + " ORDER BY " + order + " LIMIT ? OFFSET ?"
	from := "(" + page + ") f JOIN products p ON p.id = f.id"
	if len(q.joins) == 0 && f.Sort == models.SortPosition {
		// An index has this order: the products are read once, and nothing is sorted that would carry their descriptions along.
		from = "(SELECT p.*, 0 AS total" + strings.TrimPrefix(page, "SELECT "+q.columns()) + ") p"
	}
	query := "SELECT " + cardFields + ", COALESCE((SELECT SUM(v.on_hand) FROM variants v WHERE v.product_id = p.id AND v.retired = 0), 0), total " +
		"FROM " + from + " ORDER BY " + order
	args := slices.Concat(q.args, where.args)
	cards = make([]models.ProductCard, 0, min(limit, 24))
	err = s.each(ctx, query, append(slices.Clip(args), limit, offset), func(rows *sql.Rows) error {
		var c models.ProductCard
		var untracked bool
		defer func() { cards = append(cards, c) }()
		err := rows.Scan(&c.ID, &c.Slug, &c.Title, &c.Summary, &c.Cover, &c.CoverAlt, &c.Texts, &c.CategoryID,
			&c.MinPrice, &c.MaxPrice, &c.MinRegular, &c.OnSale, &untracked, &c.VariantCount, &c.OnHand, &total)
		if untracked {
			c.OnHand = max(c.OnHand, models.MaxQuantity)
		}
		return err
	})
	if err != nil {
		return nil, 0, wrap("list products", err)
	}
	if total > 0 {
		return cards, total, nil
	}
	if len(cards) < limit && (len(cards) > 0 || offset == 0) {
		return cards, offset + len(cards), nil
	}
	err = s.one(ctx, "SELECT COUNT(*) FROM "+q.from()+" WHERE "+q.and(where.sql()), args, &total)
	return cards, total, wrap("count products", err)
}

const (
	inCategory = "p.id IN (SELECT pc.product_id FROM product_categories pc JOIN categories c ON c.id = pc.category_id WHERE c.path LIKE ?)"
	withTag    = "p.id IN (SELECT t.product_id FROM product_tags t WHERE t.tag = ?)"
)

func cardConditions(f models.CardFilter) *conditions {
	where := &conditions{}
	where.add("p.hidden = ?", false)
	if f.Tag != "" {
		where.add(withTag, f.Tag)
	}
	if f.Featured {
		where.add("p.featured = ?", true)
	}
	return where
}

// inBranch narrows a list down to a category with everything below it. A category with nothing below it, as most are, is walked by its own
// index.
func (s *Store) inBranch(ctx context.Context, q *match, where *conditions, categoryID string) error {
	if categoryID == "" {
		return nil
	}
	ids, err := s.readTexts(ctx, "SELECT id FROM categories WHERE path LIKE ?", branchPattern(categoryID))
	if err != nil {
		return err
	}
	switch {
	case len(ids) == 0:
		where.add("1 = 0")
	case len(ids) == 1 && q.score == "":
		q.joins = append(q.joins, "product_categories pc")
		where.add("pc.category_id = ? AND p.id = pc.product_id", ids[0])
	default:
		where.add("p.id IN (SELECT pc.product_id FROM product_categories pc WHERE pc.category_id IN ("+placeholders(len(ids))+"))", arguments(ids)...)
	}
	return nil
}

// branchPattern returns the pattern of the paths of a category and of everything below it. Ids have no wildcards.
func branchPattern(categoryID string) string { return "%/" + likeEscapes.Replace(categoryID) + "/%" }

// match is the part of a query that finds the products of a search: joins before the products, and what they weigh.
type match struct {
	joins   []string
	where   []string
	args    []any
	score   string
	strict  string // how tables are joined in the order that is written
	nothing bool   // the search has no word, or one that nothing has
}

func (m match) from() string {
	const products = "products p"
	if len(m.joins) == 0 {
		return products
	}
	return strings.Join(m.joins, m.strict) + m.strict + products
}

func (m match) and(where string) string {
	if len(m.where) == 0 {
		return where
	}
	return strings.Join(m.where, " AND ") + " AND " + where
}

func (m match) columns() string {
	switch {
	case len(m.joins) == 0:
		return "p.id, 0 AS total" // a list walks an index and stops: counting would go on to its end
	case m.score == "":
		return "p.id, COUNT(*) OVER () AS total"
	default:
		return "p.id, COUNT(*) OVER () AS total, " + m.score + " AS score"
	}
}

// beyondPrefix, written behind a prefix, sorts after every word that begins with the prefix.
const beyondPrefix = "\U0010FFFF"

// manyRows is the number of rows at which counting how often a word is found stops.
const manyRows = 10_000

// matching prepares a search: the rarest word comes first, and what it finds is looked up among the others.
func (s *Store) matching(ctx context.Context, search string) (match, error) {
	m := match{strict: " STRAIGHT_JOIN "}
	if s.dialect == migrations.SQLite {
		m.strict = " CROSS JOIN "
	}
	if strings.TrimSpace(search) == "" {
		return m, nil
	}
	words := searchTerms(search)
	if len(words) == 0 {
		m.nothing = true
		return m, nil
	}
	words, err := s.rarestFirst(ctx, words)
	if err != nil || words == nil {
		m.nothing = true
		return m, err
	}
	// Arguments stand in the order of the text: those of joins come before those of conditions.
	var later []any
	var weights []string
	for i, w := range words {
		t := fmt.Sprintf("t%d", i)
		weights = append(weights, t+".weight")
		if w.prefix {
			// The word itself weighs more than those that go on from it.
			m.joins = append(m.joins, "(SELECT product_id, MAX(CASE WHEN term = ? THEN 2 * weight ELSE weight END) AS weight "+
				"FROM search_terms WHERE term >= ? AND term < ? GROUP BY product_id) "+t)
			m.args = append(m.args, w.text, w.text, w.text+beyondPrefix)
		} else {
			m.joins = append(m.joins, "search_terms "+t)
			m.where = append(m.where, t+".term = ?")
			later = append(later, w.text)
		}
		if i > 0 {
			m.where = append(m.where, t+".product_id = t0.product_id")
		}
	}
	m.where = append(m.where, "p.id = t0.product_id")
	m.args = append(m.args, later...)
	m.score = strings.Join(weights, " + ")
	return m, nil
}

// rarestFirst counts the words of a search, up to manyRows each, and sorts them by it; nil where one is nowhere. What may be the beginning
// of a word and is a rare one is looked for first.
func (s *Store) rarestFirst(ctx context.Context, words []term) ([]term, error) {
	if len(words) == 1 {
		return words, nil
	}
	type countedTerm struct {
		term
		count int
	}
	counted := make([]countedTerm, len(words))
	var parts []string
	var args []any
	for i, w := range words {
		counted[i].term = w
		where := "term = ?"
		args = append(args, i, w.text)
		if w.prefix {
			where = "term >= ? AND term < ?"
			args = append(args, w.text+beyondPrefix)
		}
		args = append(args, manyRows)
		parts = append(parts, "SELECT ? AS word, COUNT(*) AS n FROM (SELECT 1 FROM search_terms WHERE "+where+" LIMIT ?) f")
	}
	err := s.each(ctx, strings.Join(parts, " UNION ALL "), args, func(rows *sql.Rows) error {
		var word, n int
		err := rows.Scan(&word, &n)
		counted[word].count = n
		return err
	})
	if err != nil || slices.ContainsFunc(counted, func(w countedTerm) bool { return w.count == 0 }) {
		return nil, err
	}
	slices.SortStableFunc(counted, func(a, b countedTerm) int { return a.count - b.count })
	for i, w := range counted {
		words[i] = w.term
	}
	return words, nil
}
