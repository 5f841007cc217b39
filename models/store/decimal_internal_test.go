package store

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompareDecimals_OrdersByValueAndNonsenseLast(t *testing.T) {
	ordered := []string{"-10", "-1.5", "0", "0.000000000000000001", "0.1", "0.11", "0.9", "1", "9", "9.5", "10", "10.01", "100", "", "1e2", "1e999999999", "abc", "b"}
	for i, left := range ordered {
		for j, right := range ordered {
			got := compareDecimals(left, right)
			switch {
			case i < j:
				assert.Negative(t, got, "%q and %q", left, right)
			case i > j:
				assert.Positive(t, got, "%q and %q", left, right)
			default:
				assert.Zero(t, got)
			}
		}
	}
	for _, same := range [][2]string{{"1", "1.0"}, {"010", "10"}, {"0.50", "0.5"}, {"-0", "0"}, {"5.", "5"}} {
		assert.Zero(t, compareDecimals(same[0], same[1]), "%q and %q", same[0], same[1])
	}
}

func FuzzCompareDecimals(f *testing.F) {
	for _, pair := range [][2]string{{"1", "1.0"}, {"0.1", "0.01"}, {"-5", "3"}, {"99999999999999999999", "1"}, {"x", "1"}, {"", "."}} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, left, right string) {
		if len(left) > 60 || len(right) > 60 {
			return
		}
		got := compareDecimals(left, right)
		assert.Equal(t, -got, compareDecimals(right, left), "symmetry")
		if strings.ContainsAny(left+right, "eE") {
			return
		}
		l, lerr := decimal.NewFromString(left)
		r, rerr := decimal.NewFromString(right)
		if _, err := parseDecimal(left); err == nil && lerr == nil {
			if _, err := parseDecimal(right); err == nil && rerr == nil {
				require.Equal(t, l.Cmp(r), got)
			}
		}
	})
}
