package sandbox

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/coincart/coincart/payments/opay"
)

// scale is the number of fraction digits that balances are kept with, the most that the protocol's amounts can have.
const scale = 18

// parseDecimal parses decimal text as opay.ParseAmount accepts it.
func parseDecimal(text string) (decimal.Decimal, error) {
	amount, err := opay.ParseAmount(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("read an amount: %w", err)
	}
	return decimal.RequireFromString(string(amount)), nil
}

// fits reports whether an amount has at most n fraction digits other than zero.
func fits(amount decimal.Decimal, n int) bool { return amount.Equal(amount.Truncate(int32(n))) } //nolint:gosec // n is at most scale

// ulp returns 1 in the last of n fraction digits.
func ulp(n int) decimal.Decimal { return decimal.New(1, -int32(n)) } //nolint:gosec // n is at most scale

// grouped returns decimal text with thousands separated, for people.
func grouped(amount decimal.Decimal) string {
	integer, fraction, point := strings.Cut(amount.String(), ".")
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
