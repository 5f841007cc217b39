package sandbox

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/coincart/coincart/payments/opay"
)

// scale is the number of fraction digits that balances are kept with, the most that the protocol's amounts can have.
const scale = 18

// units is a quantity of coin in 10^-18, exact. It is never changed in place, so that copies may share it.
type units struct{ n *big.Int }

// parseUnits reads decimal text as opay.ParseAmount accepts it.
func parseUnits(text string) (units, error) {
	amount, err := opay.ParseAmount(text)
	if err != nil {
		return units{}, fmt.Errorf("read an amount: %w", err)
	}
	integer, fraction, _ := strings.Cut(string(amount), ".")
	n, ok := new(big.Int).SetString(integer+fraction+strings.Repeat("0", scale-len(fraction)), 10)
	if !ok {
		return units{}, fmt.Errorf("read an amount: %w", opay.ErrAmount)
	}
	return units{n}, nil
}

func (u units) int() *big.Int {
	if u.n == nil {
		return new(big.Int)
	}
	return u.n
}

func (u units) add(v units) units    { return units{new(big.Int).Add(u.int(), v.int())} }
func (u units) sub(v units) units    { return units{new(big.Int).Sub(u.int(), v.int())} }
func (u units) less(v units) bool    { return u.int().Cmp(v.int()) < 0 }
func (u units) isZero() bool         { return u.int().Sign() == 0 }
func (u units) isNegative() bool     { return u.int().Sign() < 0 }
func (u units) fits(digits int) bool { return new(big.Int).Rem(u.int(), ulp(digits).n).Sign() == 0 }

// ulp is one in the last of so many fraction digits.
func ulp(digits int) units {
	return units{new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale-digits)), nil)}
}

// String is decimal text without superfluous zeros. Only differences can be negative.
func (u units) String() string {
	sign, digits := "", u.int().String()
	if u.isNegative() {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale+1-len(digits)) + digits
	}
	integer, fraction := digits[:len(digits)-scale], strings.TrimRight(digits[len(digits)-scale:], "0")
	if fraction == "" {
		return sign + integer
	}
	return sign + integer + "." + fraction
}

// grouped is String with thousands separated, for people.
func (u units) grouped() string {
	integer, fraction, point := strings.Cut(u.String(), ".")
	var b strings.Builder
	for i, digit := range integer {
		if i > 0 && (len(integer)-i)%3 == 0 && integer[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if point {
		b.WriteByte('.')
		b.WriteString(fraction)
	}
	return b.String()
}
