package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/coincart/coincart/models"
)

// CreateStockCount makes a sheet of all variants whose stock is counted, of a category with everything below it or (empty) of all, in the
// order of the products. A form that made a sheet already (token) gives that one. ErrFilter: there is none.
func (s *Store) CreateStockCount(ctx context.Context, token, name, categoryID string, by models.Actor) (models.StockCount, error) {
	id := idOfToken(token)
	c, err := s.StockCount(ctx, id)
	if !errors.Is(err, ErrNotFound) {
		return c, err
	}
	err = s.Tx(ctx, func(tx *Store) error {
		c = models.StockCount{ID: id, Name: name, State: models.CountOpen, Who: by.Who, Version: 1, CreatedAt: tx.now()}
		return tx.Audited(ctx, by, "stock.count", c.Name, nil, models.Facts{"state": string(c.State)}, func(tx *Store) error {
			if err := tx.create(ctx, &c); err != nil {
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
	})
	if errors.Is(err, ErrDuplicate) { // the other press of the button was a moment faster
		return s.StockCount(ctx, id)
	}
	return c, wrap("begin a count of the stock", err)
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

// openCount locks a sheet that is open; ErrConflict where it is not any more, ErrNotFound.
func (s *Store) openCount(ctx context.Context, id string) (models.StockCount, error) {
	c := models.StockCount{ID: id}
	if !isKey(id) {
		return c, ErrNotFound
	}
	err := s.one(ctx, "SELECT name, state, version FROM stock_counts WHERE id = ?"+s.forUpdate(), []any{id}, &c.Name, &c.State, &c.Version)
	if err == nil && c.State != models.CountOpen {
		err = ErrConflict
	}
	return c, err
}

// EnterCounts notes what was counted: variant → pieces on the shelf, with those that are reserved. Each line that says another number than
// before gets what should lie there now beside it; below 0 takes a number back. ErrConflict: the sheet is not open any more; ErrNotFound.
func (s *Store) EnterCounts(ctx context.Context, id string, counted map[string]int) error {
	return wrap("note what was counted", s.Tx(ctx, func(tx *Store) error {
		c, err := tx.openCount(ctx, id)
		if err != nil {
			return err
		}
		for _, variant := range sortedKeys(counted) {
			n := counted[variant]
			if n < 0 {
				_, err = tx.exec(ctx, "UPDATE stock_count_lines SET counted = NULL, counted_at = NULL WHERE count_id = ? AND variant_id = ?", id, variant)
			} else {
				_, err = tx.exec(ctx, "UPDATE stock_count_lines SET counted = ?, counted_at = ?, "+
					"expected = (SELECT v.on_hand + v.reserved FROM variants v WHERE v.id = variant_id) "+
					"WHERE count_id = ? AND variant_id = ? AND (counted IS NULL OR counted <> ?)", n, tx.now(), id, variant, n)
			}
			if err != nil {
				return err
			}
		}
		_, err = tx.exec(ctx, "UPDATE stock_counts SET version = ? WHERE id = ?", c.Version+1, id)
		return err
	}))
}

// BookStockCount books what was counted as corrections, all in one go, and closes the sheet; lines that were not counted are left alone. It
// tells how many lines were corrected. ErrConflict: the sheet is not open any more, or was changed since version was read; *OutOfStockError:
// less was counted than is reserved; ErrNotFound.
func (s *Store) BookStockCount(ctx context.Context, id string, version int, by models.Actor) (corrected int, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		corrected = 0
		c, err := tx.openCount(ctx, id)
		if err != nil {
			return err
		}
		if c.Version != version {
			return ErrConflict
		}
		changes, err := readMap[string, int](ctx, tx,
			"SELECT variant_id, counted - expected FROM stock_count_lines WHERE count_id = ? AND counted <> expected", id)
		if err != nil {
			return err
		}
		for _, variant := range sortedKeys(changes) {
			err := tx.MoveStock(ctx, models.StockMovement{
				VariantID: variant, Kind: models.MovementCorrection, Quantity: changes[variant], Note: c.Name, Who: by.Who,
			})
			if err != nil {
				return err
			}
			corrected++
		}
		return tx.endCount(ctx, c, models.CountBooked, corrected, by)
	})
	return corrected, wrap("book the count of the stock", err)
}

// DropStockCount gives a sheet up: nothing is changed by it. ErrConflict: it is not open any more; ErrNotFound.
func (s *Store) DropStockCount(ctx context.Context, id string, by models.Actor) error {
	return wrap("give up the count of the stock", s.Tx(ctx, func(tx *Store) error {
		c, err := tx.openCount(ctx, id)
		if err != nil {
			return err
		}
		return tx.endCount(ctx, c, models.CountDropped, 0, by)
	}))
}

func (s *Store) endCount(ctx context.Context, c models.StockCount, to models.CountState, corrected int, by models.Actor) error {
	after := models.Facts{"state": string(to), "corrected": strconv.Itoa(corrected)}
	return s.Audited(ctx, by, "stock.count", c.Name, models.Facts{"state": string(c.State)}, after, func(tx *Store) error {
		_, err := tx.exec(ctx, "UPDATE stock_counts SET state = ?, ended_by = ?, ended_at = ?, version = ? WHERE id = ? AND state = ?",
			string(to), clip("stock_counts", "ended_by", by.Who), tx.now(), c.Version+1, c.ID, string(c.State))
		return err
	})
}
