package main

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// saleLine is what a shopper buys of one variant.
type saleLine struct {
	options  []string
	sku      string
	price    string
	stock    int
	weight   string
	quantity int
}

func (l saleLine) total(t *testing.T) *big.Rat {
	t.Helper()
	return new(big.Rat).Mul(rat(t, l.price), big.NewRat(int64(l.quantity), 1))
}

// sale is what two lines must cost, computed with fractions and by the rules of the shop's handbook alone.
type sale struct {
	lines                                []*big.Rat
	goods, discount, delivery, tax, coin *big.Rat
	total                                *big.Rat
	taxOnce                              *big.Rat // the tax, were it rounded once: another amount, or the test would not see the difference
}

// percentOf is a percentage, rounded half up to cents.
func percentOf(t *testing.T, r *big.Rat, rate string) *big.Rat {
	t.Helper()
	part := new(big.Rat).Mul(r, rat(t, rate))
	return rounded(t, part.Quo(part, big.NewRat(100, 1)))
}

// floorAt cuts off what is behind a number of fraction digits.
func floorAt(r *big.Rat, digits int64) *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil)
	scaled := new(big.Int).Mul(r.Num(), unit)
	return new(big.Rat).SetFrac(scaled.Div(scaled, r.Denom()), unit)
}

// ceilAt rounds up to a number of fraction digits.
func ceilAt(r *big.Rat, digits int64) *big.Rat {
	down := floorAt(new(big.Rat).Neg(r), digits)
	return down.Neg(down)
}

// priceOf prices a sale: the discount on all lines together, shared out by largest remainder; tax per line after its discount, and on the
// delivery; coin rounded up.
func priceOf(t *testing.T, lines []saleLine) sale {
	t.Helper()
	require.Len(t, lines, 2)
	s := sale{goods: new(big.Rat), tax: new(big.Rat), delivery: rat(t, keeperDelivery)}
	for _, l := range lines {
		s.lines = append(s.lines, l.total(t))
		s.goods.Add(s.goods, l.total(t))
	}
	s.discount = percentOf(t, s.goods, keeperPercent)

	share, rest := make([]*big.Rat, 2), make([]*big.Rat, 2)
	left := new(big.Rat).Set(s.discount)
	for i, total := range s.lines {
		exact := new(big.Rat).Mul(s.discount, total)
		exact.Quo(exact, s.goods)
		share[i] = floorAt(exact, 2)
		rest[i] = new(big.Rat).Sub(exact, share[i])
		left.Sub(left, share[i])
	}
	require.NotZero(t, rest[0].Cmp(rest[1]))
	larger := 0
	if rest[1].Cmp(rest[0]) > 0 {
		larger = 1
	}
	share[larger].Add(share[larger], left) // a cent, or nothing

	for i, total := range s.lines {
		s.tax.Add(s.tax, percentOf(t, new(big.Rat).Sub(total, share[i]), keeperTax))
	}
	s.tax.Add(s.tax, percentOf(t, s.delivery, keeperTax))
	net := new(big.Rat).Add(new(big.Rat).Sub(s.goods, s.discount), s.delivery)
	s.taxOnce = percentOf(t, net, keeperTax)
	s.total = new(big.Rat).Add(net, s.tax)

	withSpread := new(big.Rat).Mul(s.total, new(big.Rat).Add(big.NewRat(1, 1), new(big.Rat).Quo(rat(t, keeperSpread), big.NewRat(100, 1))))
	s.coin = ceilAt(withSpread.Quo(withSpread, rat(t, keeperRate)), keeperPrecision)
	return s
}

// dollars writes an amount as pages do.
func dollars(r *big.Rat) string { return "$" + grouped(cents(r)) }

// grouped puts commas into the whole part of a number.
func grouped(number string) string {
	whole, fraction, _ := strings.Cut(number, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return whole + "." + fraction
}

// coinText is the amount of coin as a number, with every digit that counts.
func (s sale) coinText() string {
	return strings.TrimSuffix(strings.TrimRight(s.coin.FloatString(keeperPrecision), "0"), ".")
}

// coinShown is the amount of coin as pages write it.
func (s sale) coinShown() string { return grouped(s.coinText()) + " " + keeperCoin }
