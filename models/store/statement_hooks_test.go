package store

import (
	"context"
	"database/sql"

	"github.com/coincart/coincart/models"
)

// StatementTotals adds a statement's lines up, exactly, per type and coin, in their order. Lines that cannot be read are left out: what they
// say is not known.
func (s *Store) StatementTotals(ctx context.Context, id string) ([]models.TypeTotal, error) {
	query := "SELECT type, coin, COUNT(*), " + s.sum("amount") +
		" FROM statement_lines WHERE statement_id = ? AND unreadable = '' GROUP BY type, coin ORDER BY type, coin"
	list, err := collect(ctx, s, query, []any{id}, func(rows *sql.Rows) (t models.TypeTotal, err error) {
		err = rows.Scan(&t.Type, &t.Coin, &t.Count, &t.Amount)
		return t, err
	})
	return list, wrap("add the statement up", err)
}
