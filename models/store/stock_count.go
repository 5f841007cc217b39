package store

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/coincart/coincart/models"
)

// InsertStockCount stores a sheet with all variants whose stock is counted, of a category with everything below it or (empty) of all, in the
// order of the products. It fills in the time and the number of lines. ErrFilter: there is no such variant; ErrDuplicate: there is a sheet
// with this id.
func (s *Store) InsertStockCount(ctx context.Context, c *models.StockCount, categoryID string) error {
	c.CreatedAt = s.now()
	return s.Tx(ctx, func(tx *Store) error {
		c.Lines = 0
		if err := tx.create(ctx, c); err != nil {
			return err
		}
		where := &conditions{}
		where.add("v.retired = 0 AND v.untracked = 0")
		if categoryID != "" {
			where.add(inCategory, branchPattern(categoryID))
		}
		lines := countLineTable.batch()
		err := tx.each(ctx, "SELECT v.id, v.on_hand + v.reserved FROM variants v"+joinProduct+" WHERE "+where.sql()+
			" ORDER BY p.position, p.id, v.position, v.id", where.args, func(rows *sql.Rows) error {
			var id string
			var expected int
			err := rows.Scan(&id, &expected)
			c.Lines++
			lines.add(stockCountLine{CountID: c.ID, VariantID: id, Position: c.Lines, Expected: expected})
			return err
		})
		if err != nil {
			return err
		}
		if c.Lines == 0 {
			return ErrFilter
		}
		return lines.insert(ctx, tx)
	})
}

var countSums = "SELECT " + stockCountTable.list("c") + `,
	(SELECT COUNT(*) FROM stock_count_lines l WHERE l.count_id = c.id),
	(SELECT COUNT(*) FROM stock_count_lines l WHERE l.count_id = c.id AND l.counted IS NOT NULL),
	(SELECT COUNT(*) FROM stock_count_lines l WHERE l.count_id = c.id AND l.counted <> l.expected)
FROM stock_counts c`

func scanCount(rows *sql.Rows) (c models.StockCount, err error) {
	err = rows.Scan(append(stockCountTable.targets(&c), &c.Lines, &c.Counted, &c.Different)...)
	return c, err
}

// StockCounts reads the newest sheets, at most MaxPageRows.
func (s *Store) StockCounts(ctx context.Context) ([]models.StockCount, error) {
	list, err := collect(ctx, s, countSums+" ORDER BY c.created_at DESC, c.id DESC LIMIT "+strconv.Itoa(models.MaxPageRows), nil, scanCount)
	return list, wrap("read the counts of the stock", err)
}

// StockCount reads a sheet without its lines; ErrNotFound.
func (s *Store) StockCount(ctx context.Context, id string) (models.StockCount, error) {
	if !isKey(id) {
		return models.StockCount{}, wrap("read the count of the stock", ErrNotFound)
	}
	list, err := collect(ctx, s, countSums+" WHERE c.id = ?", []any{id}, scanCount)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return models.StockCount{}, wrap("read the count of the stock", err)
	}
	return list[0], nil
}

// CountLines reads lines of a sheet in their order, behind a page's Next, at most limit (0: MaxPageRows). ErrCursor.
func (s *Store) CountLines(ctx context.Context, countID, after string, limit int) (models.CountPage, error) {
	page, err := s.countLines(ctx, countID, after, limit)
	return page, wrap("read the lines of a count", err)
}

func (s *Store) countLines(ctx context.Context, countID, after string, limit int) (models.CountPage, error) {
	from := 0
	keys, err := readCursor("counts", after, 1)
	if err != nil {
		return models.CountPage{}, err
	}
	if keys != nil {
		if from, err = strconv.Atoi(keys[0]); err != nil {
			return models.CountPage{}, ErrCursor
		}
	}
	if limit <= 0 {
		limit = models.MaxPageRows
	}
	query := "SELECT l.position, CASE WHEN l.counted IS NULL THEN v.on_hand + v.reserved ELSE l.expected END, l.counted, l.counted_at, v.reserved, " +
		stockFields() + " FROM stock_count_lines l JOIN variants v ON v.id = l.variant_id" + joinProduct +
		" WHERE l.count_id = ? AND l.position > ? ORDER BY l.position LIMIT ?"
	lines, err := collect(ctx, s, query, []any{countID, from, limit + 1}, func(rows *sql.Rows) (l models.CountLine, err error) {
		var counted sql.NullInt64
		err = rows.Scan(append([]any{&l.Position, &l.Expected, &counted, orZero(&l.At), &l.Reserved}, stockTargets(&l.Variant)...)...)
		l.Counted, l.Done = int(counted.Int64), counted.Valid
		return l, err
	})
	var page models.CountPage
	page.Lines, page.Next = trim(lines, limit, func(l models.CountLine) string { return cursor("counts", strconv.Itoa(l.Position)) })
	return page, err
}

// LockStockCount reads the name, state and version of a sheet, and keeps others from changing it until the caller's transaction ends.
// ErrNotFound.
func (s *Store) LockStockCount(ctx context.Context, id string) (models.StockCount, error) {
	c := models.StockCount{ID: id}
	if !isKey(id) {
		return c, ErrNotFound
	}
	err := s.one(ctx, "SELECT name, state, version FROM stock_counts WHERE id = ?"+s.forUpdate(), []any{id}, &c.Name, &c.State, &c.Version)
	return c, err
}

// EnterCounts notes on a locked sheet what was counted: variant → pieces on the shelf, with those that are reserved. Each line that says
// another number than before gets what should lie there now beside it; below 0 takes a number back. ErrConflict: the sheet is not the one that was locked, or has ended.
func (s *Store) EnterCounts(ctx context.Context, c models.StockCount, counted map[string]int) error {
	return s.Tx(ctx, func(tx *Store) error {
		for _, variant := range sortedKeys(counted) {
			var err error
			n := counted[variant]
			if n < 0 {
				_, err = tx.exec(ctx, "UPDATE stock_count_lines SET counted = NULL, counted_at = NULL WHERE count_id = ? AND variant_id = ?", c.ID, variant)
			} else {
				_, err = tx.exec(ctx, "UPDATE stock_count_lines SET counted = ?, counted_at = ?, "+
					"expected = (SELECT v.on_hand + v.reserved FROM variants v WHERE v.id = variant_id) "+
					"WHERE count_id = ? AND variant_id = ? AND (counted IS NULL OR counted <> ?)", n, tx.now(), c.ID, variant, n)
			}
			if err != nil {
				return err
			}
		}
		return tx.execOr(ctx, ErrConflict, "UPDATE stock_counts SET version = ? WHERE id = ? AND version = ? AND state = ?",
			c.Version+1, c.ID, c.Version, models.CountOpen)
	})
}

// CountDifferences reads by how much each counted variant of a sheet differs from what should have been there; it leaves out those that do
// not differ.
func (s *Store) CountDifferences(ctx context.Context, countID string) (map[string]int, error) {
	return readMap[string, int](ctx, s,
		"SELECT variant_id, counted - expected FROM stock_count_lines WHERE count_id = ? AND counted <> expected", countID)
}

// EndStockCount moves a locked sheet to its last state.
func (s *Store) EndStockCount(ctx context.Context, c models.StockCount, to models.CountState, who string) error {
	_, err := s.exec(ctx, "UPDATE stock_counts SET state = ?, ended_by = ?, ended_at = ?, version = ? WHERE id = ? AND state = ?",
		string(to), clip("stock_counts", "ended_by", who), s.now(), c.Version+1, c.ID, string(c.State))
	return err
}
