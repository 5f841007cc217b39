package models

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// The limits of an amount: both databases hold DECIMAL(36,18) exactly, and the wire format allows no more
// (reliability.md E5).
const (
	MaxIntegerDigits  = 18
	MaxFractionDigits = 18
)

// ErrAmount means that a text is not an amount: digits, at most 18, optionally followed by a point and at most 18 more; no
// sign, no exponent, no leading zeros, no grouping.
var ErrAmount = errors.New("not a decimal amount")

// Amount is an exact decimal number, used for prices, rates and amounts of coin. The zero value is 0. Amounts from outside are
// never negative; differences computed here may be.
type Amount struct{ d decimal.Decimal }

// ParseAmount parses the decimal text of reliability.md E5: ^(0|[1-9]\d{0,17})(\.\d{1,18})?$. The library behind it accepts
// much more (1e-8, +1, -0), so the text is checked first. The error is ErrAmount.
func ParseAmount(text string) (Amount, error) {
	if !isAmount(text) {
		return Amount{}, fmt.Errorf("%w: %d characters", ErrAmount, len(text))
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Amount{}, fmt.Errorf("%w: %w", ErrAmount, err)
	}
	return Amount{d}, nil
}

// MustAmount parses a constant of code or tests as ParseAmount does. It panics on an error.
func MustAmount(text string) Amount {
	a, err := ParseAmount(text)
	if err != nil {
		panic("models: bad amount constant: " + text)
	}
	return a
}

// AmountFromInt returns a whole amount.
func AmountFromInt(n int64) Amount { return Amount{decimal.NewFromInt(n)} }

func isAmount(text string) bool {
	whole, fraction, pointed := strings.Cut(text, ".")
	if whole == "" || len(whole) > MaxIntegerDigits || (len(whole) > 1 && whole[0] == '0') {
		return false
	}
	if pointed && (fraction == "" || len(fraction) > MaxFractionDigits) {
		return false
	}
	return onlyDigits(whole) && onlyDigits(fraction)
}

func onlyDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// String returns the shortest decimal text: no exponent, no trailing zeros.
func (a Amount) String() string { return a.d.String() }

// Fixed returns the amount with at least the given number of fraction digits: it adds zeros and never rounds.
func (a Amount) Fixed(digits int) string {
	return a.d.StringFixed(max(int32(digits), -a.canonical().Exponent())) //nolint:gosec // digits are a currency's 0 to 18
}

// Digits returns the number of fraction digits that the amount needs.
func (a Amount) Digits() int { return int(max(0, -a.canonical().Exponent())) }

// Add returns a + b.
func (a Amount) Add(b Amount) Amount { return Amount{a.d.Add(b.d)} }

// Sub returns a - b, which may be negative.
func (a Amount) Sub(b Amount) Amount { return Amount{a.d.Sub(b.d)} }

// Times returns the amount n times.
func (a Amount) Times(n int) Amount { return Amount{a.d.Mul(decimal.NewFromInt(int64(n)))} }

// Mul returns a × b, exactly.
func (a Amount) Mul(b Amount) Amount { return Amount{a.d.Mul(b.d)} }

// DivUp returns a ÷ b rounded up, away from zero, to the given number of fraction digits: a price becomes an amount of coin without the
// shop losing a part of the last digit. b must be positive.
func (a Amount) DivUp(b Amount, digits int) Amount {
	quotient, rest := a.d.QuoRem(b.d, int32(digits)) //nolint:gosec // digits are a coin's 0 to 18
	if rest.IsPositive() {
		quotient = quotient.Add(decimal.New(1, -int32(digits))) //nolint:gosec // see above
	}
	return Amount{quotient}
}

// DivDown returns a ÷ b rounded down to the given number of fraction digits. a must not be negative, b must be positive.
func (a Amount) DivDown(b Amount, digits int) Amount {
	quotient, _ := a.d.QuoRem(b.d, int32(digits)) //nolint:gosec // digits are a currency's 0 to 18
	return Amount{quotient}
}

// DivHalfUp returns a ÷ b rounded half up to the given number of fraction digits. a must not be negative, b must be positive.
func (a Amount) DivHalfUp(b Amount, digits int) Amount {
	return Amount{a.d.DivRound(b.d, int32(digits))} //nolint:gosec // digits are a currency's 0 to 18
}

// Percent returns rate percent of a, rounded half up to the given number of fraction digits. Neither may be negative.
func (a Amount) Percent(rate Amount, digits int) Amount {
	return Amount{a.d.Mul(rate.d).Shift(-2).Round(int32(digits))} //nolint:gosec // digits are a currency's 0 to 18
}

// Shares divides an amount among parts by their sizes, in amounts of a number of fraction digits that add up to it exactly. Parts that are all
// zero get nothing, but the last gets what is left.
func Shares(total Amount, parts []Amount, digits int) []Amount {
	shares := make([]Amount, len(parts))
	var sum, reached, given Amount
	for _, p := range parts {
		sum = sum.Add(p)
	}
	for i, p := range parts {
		reached = reached.Add(p)
		upTo := total
		switch {
		case i == len(parts)-1:
		case sum.IsZero():
			upTo = Amount{}
		default:
			upTo = total.Mul(reached).DivHalfUp(sum, digits)
		}
		shares[i], given = upTo.Sub(given), upTo
	}
	return shares
}

// Least returns the smaller of a and b.
func (a Amount) Least(b Amount) Amount {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}

// AmountUnit returns one unit of the last fraction digit: 0.01 for 2 digits.
func AmountUnit(digits int) Amount {
	return Amount{decimal.New(1, -int32(digits))} //nolint:gosec // digits are a currency's 0 to 18
}

// Cmp compares by value and returns -1, 0 or 1 if a is less than, equal to or greater than b: 10 equals 10.00.
func (a Amount) Cmp(b Amount) int { return a.d.Cmp(b.d) }

// Equal reports whether both are the same number, however many zeros were written.
func (a Amount) Equal(b Amount) bool { return a.d.Equal(b.d) }

// IsZero reports whether the amount is 0.
func (a Amount) IsZero() bool { return a.d.IsZero() }

// IsPositive reports whether the amount is more than 0.
func (a Amount) IsPositive() bool { return a.d.IsPositive() }

// IsNegative reports whether the amount is less than 0.
func (a Amount) IsNegative() bool { return a.d.IsNegative() }

// MarshalText writes the shortest decimal text.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText parses as ParseAmount does.
func (a *Amount) UnmarshalText(text []byte) error {
	parsed, err := ParseAmount(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// Value returns the shortest decimal text for the database. It refuses what DECIMAL(36,18) cannot hold: MariaDB would round a 19th
// fraction digit silently.
func (a Amount) Value() (driver.Value, error) {
	c := a.canonical()
	if -c.Exponent() > MaxFractionDigits || c.NumDigits()+int(c.Exponent()) > MaxIntegerDigits {
		return nil, fmt.Errorf("%w: it does not fit DECIMAL(36,18)", ErrAmount)
	}
	return c.String(), nil
}

// Scan parses the database's text. Numbers are refused: a driver that sends one has already lost digits.
func (a *Amount) Scan(src any) error {
	text, err := columnText(src)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAmount, err)
	}
	if !isAmount(strings.TrimPrefix(text, "-")) {
		return fmt.Errorf("%w: column text of %d characters", ErrAmount, len(text))
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAmount, err)
	}
	*a = Amount{Amount{d}.canonical()}
	return nil
}

// canonical drops trailing zeros of the fraction, so that 10.00 and 10 are stored and compared as the same text.
func (a Amount) canonical() decimal.Decimal {
	d, err := decimal.NewFromString(a.d.String())
	if err != nil {
		panic("models: decimal does not read its own text")
	}
	return d
}

// CanonicalAmount returns an amount in the form of our own columns, so that evidence and attempt compare as text. It returns any other text
// unchanged.
func CanonicalAmount(text string) string {
	a, err := ParseAmount(text)
	if err != nil {
		return text
	}
	return a.String()
}
