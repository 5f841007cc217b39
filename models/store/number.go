package store

import (
	"context"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// orderNumbers is the row of sequences that counts orders.
const orderNumbers = "orders"

// numberOrder gives an order of this transaction its number: the one after the last, or the start of the settings if that is higher. The
// row of the counter stays locked until the transaction ends, so this must be the last thing that the transaction does; what rolls back
// gives its number back, so that there are no gaps.
func (s *Store) numberOrder(ctx context.Context, o *models.Order, settings models.Settings) error {
	number, err := s.takeNumbers(ctx, 1, settings.NumberStart())
	if err != nil {
		return wrap("number the order", err)
	}
	o.Number, o.NumberText = number, models.NumberText(settings.NumberPrefix(), number)
	err = s.execOr(ctx, ErrNotFound, "UPDATE orders SET number = ?, number_text = ? WHERE id = ?", o.Number, o.NumberText, o.ID)
	return wrap("number the order", err)
}

// takeNumbers takes the next n order numbers, and returns the first.
func (s *Store) takeNumbers(ctx context.Context, n, start int) (first int, err error) {
	query := "INSERT INTO sequences (name, last) VALUES (?, ?) "
	if s.dialect == migrations.SQLite {
		query += "ON CONFLICT (name) DO UPDATE SET last = MAX(last + ?, excluded.last)"
	} else {
		query += "ON DUPLICATE KEY UPDATE last = GREATEST(last + ?, VALUES(last))"
	}
	if _, err := s.exec(ctx, query, orderNumbers, start+n-1, n); err != nil {
		return 0, err
	}
	last := 0
	err = s.one(ctx, "SELECT last FROM sequences WHERE name = ?", []any{orderNumbers}, &last)
	return last - n + 1, err
}

// LastOrderNumber reads the last number that an order got; 0: there is none.
func (s *Store) LastOrderNumber(ctx context.Context) (last int, err error) {
	last, err = s.lastNumber(ctx)
	return last, wrap("read the last order number", err)
}

func (s *Store) lastNumber(ctx context.Context) (last int, err error) {
	found, err := readMap[string, int](ctx, s, "SELECT name, last FROM sequences WHERE name = ?", orderNumbers)
	return found[orderNumbers], err
}

// numbering reads the settings of order numbers alone: a transaction that places an order need not read the legal pages.
func (s *Store) numbering(ctx context.Context) (models.Settings, error) {
	stored, err := readMap[models.SettingKey, string](ctx, s, "SELECT name, value FROM settings WHERE name IN (?, ?)",
		string(models.SettingNumberPrefix), string(models.SettingNumberStart))
	if err != nil {
		return models.Settings{}, wrap("read the settings of order numbers", err)
	}
	return models.NewSettings(stored, s.given, nil, nil), nil
}
