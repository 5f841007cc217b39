package store

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/shopspring/decimal"
	"modernc.org/sqlite"
)

// SQLite's own numbers lose digits, so amounts are text there. The driver keeps collations and functions for the whole process:
// they are registered once, before the first connection.
var registerDecimals = sync.OnceFunc(func() {
	sqlite.MustRegisterCollationUtf8("DECIMAL", compareDecimals)
	sqlite.MustRegisterFunction("dec_sum", &sqlite.FunctionImpl{
		NArgs:         1,
		Deterministic: true,
		MakeAggregate: func(sqlite.FunctionContext) (sqlite.AggregateFunction, error) { return &decimalSum{}, nil },
	})
	sqlite.MustRegisterDeterministicScalarFunction("dec_mul", 2, scalar(decimal.Decimal.Mul))
	sqlite.MustRegisterDeterministicScalarFunction("dec_add", 2, scalar(decimal.Decimal.Add))
})

// compareDecimals orders decimal texts by value. The texts that the store writes are canonical (no leading zeros, no zeros at
// the end of a fraction), so nearly all comparisons are of digits. Evidence holds what others claimed: whatever is not plainly
// a decimal comes after all numbers. Exponents are not read at all, because 1e999999999 would never be compared to the end.
func compareDecimals(left, right string) int {
	if left == right {
		return 0
	}
	if c, ok := comparePlain(left, right); ok {
		return c
	}
	l, lerr := parseDecimal(left)
	r, rerr := parseDecimal(right)
	switch {
	case lerr == nil && rerr == nil:
		return l.Cmp(r)
	case lerr == nil:
		return -1
	case rerr == nil:
		return 1
	default:
		return strings.Compare(left, right)
	}
}

// comparePlain compares two canonical texts of numbers from 0 up.
func comparePlain(left, right string) (int, bool) {
	lw, lf, lok := plainParts(left)
	rw, rf, rok := plainParts(right)
	if !lok || !rok {
		return 0, false
	}
	return cmp.Or(cmp.Compare(len(lw), len(rw)), strings.Compare(lw, rw), strings.Compare(lf, rf)), true
}

func plainParts(text string) (whole, fraction string, ok bool) {
	whole, fraction, pointed := strings.Cut(text, ".")
	if whole == "" || (len(whole) > 1 && whole[0] == '0') || !digits(whole) || !digits(fraction) {
		return "", "", false
	}
	if pointed && (fraction == "" || fraction[len(fraction)-1] == '0') {
		return "", "", false
	}
	return whole, fraction, true
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// decimalSum is dec_sum: the exact sum of decimal texts, "0" of none; NULLs do not count.
type decimalSum struct{ total decimal.Decimal }

// Step adds a row's value.
func (s *decimalSum) Step(_ *sqlite.FunctionContext, args []driver.Value) error {
	return s.count(args[0], decimal.Decimal.Add)
}

// WindowInverse takes a row out of a window.
func (s *decimalSum) WindowInverse(_ *sqlite.FunctionContext, args []driver.Value) error {
	return s.count(args[0], decimal.Decimal.Sub)
}

func (s *decimalSum) count(value driver.Value, operation func(total, value decimal.Decimal) decimal.Decimal) error {
	if value == nil {
		return nil
	}
	d, err := decimalOf(value)
	if err == nil {
		s.total = operation(s.total, d)
	}
	return err
}

// WindowValue returns the sum so far.
func (s *decimalSum) WindowValue(*sqlite.FunctionContext) (driver.Value, error) {
	return s.total.String(), nil
}

// Final is called when all rows are seen.
func (s *decimalSum) Final(*sqlite.FunctionContext) {}

// scalar makes a function of SQL of an operation on two decimal texts or whole numbers; its result is exact.
func scalar(operation func(l, r decimal.Decimal) decimal.Decimal) func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
	return func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		l, err := decimalOf(args[0])
		if err != nil {
			return nil, err
		}
		r, err := decimalOf(args[1])
		if err != nil {
			return nil, err
		}
		return operation(l, r).String(), nil
	}
}

var errDecimal = errors.New("not a decimal")

// parseDecimal reads digits with an optional sign and point; the library alone would read exponents too.
func parseDecimal(text string) (decimal.Decimal, error) {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if whole == "" || !digits(whole) || !digits(fraction) {
		return decimal.Decimal{}, errDecimal
	}
	return decimal.NewFromString(text)
}

func decimalOf(value driver.Value) (decimal.Decimal, error) {
	switch v := value.(type) {
	case string:
		return parseDecimal(v)
	case int64:
		return decimal.NewFromInt(v), nil
	default:
		return decimal.Decimal{}, fmt.Errorf("%w but %T", errDecimal, value)
	}
}
