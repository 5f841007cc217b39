package store

import (
	"cmp"
	"context"
	"strconv"
	"sync"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// orderNumbers is the row of sequences that counts orders.
const orderNumbers = "orders"

// numberOrder gives an order of this transaction its number: the one after the last, or the start of the settings if that is higher. The
// row of the counter stays locked until the transaction ends, so this must be the last thing that the transaction does; what rolls back
// gives its number back, so that there are no gaps.
func (s *Store) numberOrder(ctx context.Context, o *models.Order, n numbering) error {
	number, err := s.takeNumbers(ctx, 1, n.start)
	if err != nil {
		return wrap("number the order", err)
	}
	o.Number, o.NumberText = number, models.NumberText(n.prefix, number)
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

// lockSequence reads the last number that a sequence gave, and keeps others from taking one until this transaction ends.
func (s *Store) lockSequence(ctx context.Context, name string) (last int, err error) {
	query := "INSERT INTO sequences (name, last) VALUES (?, 0) "
	if s.dialect == migrations.SQLite {
		query += "ON CONFLICT (name) DO UPDATE SET last = last"
	} else {
		query += "ON DUPLICATE KEY UPDATE last = last"
	}
	if _, err := s.exec(ctx, query, name); err != nil {
		return 0, err
	}
	return last, s.one(ctx, "SELECT last FROM sequences WHERE name = ?"+s.forUpdate(), []any{name}, &last)
}

// LastOrderNumber reads the last number that an order got; 0: there is none.
func (s *Store) LastOrderNumber(ctx context.Context) (int, error) {
	last, err := readMap[string, int](ctx, s, "SELECT name, last FROM sequences WHERE name = ?", orderNumbers)
	return last[orderNumbers], wrap("read the last order number", err)
}

// numbering is what the settings say about order numbers.
type numbering struct {
	prefix string
	start  int // the lowest number to give
}

// numberSettings are the descriptions of the two settings, which are looked up once.
var numberSettings = sync.OnceValue(func() (list [2]models.Setting) {
	list[0], _ = models.FindSetting(models.SettingNumberPrefix)
	list[1], _ = models.FindSetting(models.SettingNumberStart)
	return list
})

// numbering reads the settings of order numbers alone, by the rules of LoadSettings: a transaction that places an order need not read the
// legal pages.
func (s *Store) numbering(ctx context.Context) (n numbering, err error) {
	known := numberSettings()
	stored, err := readMap[string, string](ctx, s, "SELECT name, value FROM settings WHERE name IN (?, ?)", string(known[0].Key), string(known[1].Key))
	if err != nil {
		return n, wrap("read the settings of order numbers", err)
	}
	var values [2]string
	for i, setting := range known {
		values[i] = setting.Default
		if value, ok := stored[string(setting.Key)]; ok {
			if normal, err := setting.Normal(value); err == nil {
				values[i] = normal
			}
		}
	}
	n.prefix = values[0]
	n.start, err = strconv.Atoi(cmp.Or(values[1], known[1].Default))
	return n, err
}
