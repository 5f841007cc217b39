package models

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Jumps reports whether b is more than percent above a, or a more than percent above b: a price that falls to a tenth jumps as far as one
// that rises tenfold. From or to 0 everything jumps. Both are prices, and not negative.
func Jumps(a, b, percent Amount) bool {
	low, high := a, b
	if high.Cmp(low) < 0 {
		low, high = high, low
	}
	if low.IsZero() {
		return high.IsPositive()
	}
	return high.Mul(hundred()).Cmp(low.Mul(hundred().Add(percent))) > 0
}

// RateMove is what a person's change of a coin does to the price of the coin. Costs are amounts of the coin for an order of Total; 0 means
// that there was none before, or that the order could not be paid with the coin.
type RateMove struct {
	Symbol       string
	Before       Coin   // without a symbol: the coin is new
	After        Coin   // as it would be stored
	Live         Amount // what the live source says now; 0: it was not asked, or did not answer
	LiveSource   string // its name
	LiveDiffers  bool   // the new rate is too far from Live
	Total        Amount // of the sample order, in the shop's currency
	CostBefore   Amount
	CostAfter    Amount
	DifferBefore bool // the new rate is too far from the one before
}

// SampleTotal is the total of the sample order that shows what a rate does, in the shop's currency.
func SampleTotal() Amount { return hundred() }

// Jumps reports whether a person has to confirm the change.
func (m RateMove) Jumps() bool { return m.DifferBefore || m.LiveDiffers }

// Digest identifies what the person who confirms has seen: the change, whatever the live source says a moment later.
func (m RateMove) Digest() string {
	return confirmDigest(m.Symbol, m.Before.Rate.String(), m.Before.Spread.String(), m.After.Rate.String(), m.After.Spread.String())
}

// MoveOf compares a coin whose rate a person fixes with the coin before. percent is the setting's limit.
func MoveOf(before, after Coin, percent Amount) RateMove {
	m := RateMove{Symbol: after.Symbol, Before: before, After: after, Total: SampleTotal()}
	m.CostBefore, m.CostAfter = sampleCost(before), sampleCost(after)
	if before.Symbol == "" || !before.Rate.IsPositive() {
		return m
	}
	// Compared with the spread, which shoppers pay too, and without rounding: rate ÷ (100 + spread).
	was, now := before.Rate.Mul(hundred().Add(after.Spread)), after.Rate.Mul(hundred().Add(before.Spread))
	m.DifferBefore = Jumps(was, now, percent)
	return m
}

// CompareLive adds what the live source says now, and compares the new rate with it.
func (m *RateMove) CompareLive(source string, live, percent Amount) {
	if !live.IsPositive() {
		return
	}
	m.LiveSource, m.Live, m.LiveDiffers = source, live, Jumps(live, m.After.Rate, percent)
}

// sampleCost returns what the sample order costs in the coin; 0 where the coin cannot price it.
func sampleCost(c Coin) Amount {
	quote, err := c.Terms().Quote(SampleTotal())
	if err != nil {
		return Amount{}
	}
	return quote.Amount
}

// PriceMoveKind is what a person is asked about a price.
type PriceMoveKind string

// The kinds of moves of prices.
const (
	PriceMoved PriceMoveKind = "price" // the price jumps
	SaleMoved  PriceMoveKind = "sale"  // the sale price is far from what the variant costs now
	PriceZero  PriceMoveKind = "zero"  // the variant is given away
)

// PriceMove is a change of a price that a person has to confirm.
type PriceMove struct {
	Kind    PriceMoveKind `json:"kind"`
	Product string        `json:"product"` // title
	Variant string        `json:"variant"` // title, maybe ""
	SKU     string        `json:"sku"`
	Before  Amount        `json:"before"` // of PriceZero of a new variant: 0
	After   Amount        `json:"after"`
	New     bool          `json:"new,omitempty"` // there was no price before
}

// PriceMovesDigest identifies moves that a person has seen; "" for none.
func PriceMovesDigest(moves []PriceMove) string {
	if len(moves) == 0 {
		return ""
	}
	parts := make([]string, 0, len(moves))
	for _, m := range moves {
		parts = append(parts, strings.Join([]string{string(m.Kind), m.SKU, m.Before.String(), m.After.String()}, "\x00"))
	}
	return confirmDigest(parts...)
}

// PriceMoves returns the changes of prices of a product that a person has to confirm: prices and sale prices that jump by more than percent,
// and prices of 0. was is the product as it is stored, its zero value for a new one. A variant is compared with the stored one of the same
// id, or else of the same SKU: a variant that is deleted and made again is the same to a shopper.
func PriceMoves(was, p Product, percent Amount, now time.Time) []PriceMove {
	var moves []PriceMove
	for _, v := range p.Variants {
		old, known := storedVariant(was, v)
		m := PriceMove{Product: p.Title, Variant: v.Title, SKU: v.SKU, Before: old.Price, After: v.Price, New: !known}
		switch {
		case v.Price.IsZero() && (!known || !old.Price.IsZero()):
			m.Kind = PriceZero
			moves = append(moves, m)
		case known && Jumps(old.Price, v.Price, percent):
			m.Kind = PriceMoved
			moves = append(moves, m)
		}
		if !v.SalePrice.IsPositive() || known && sameSale(old, v) {
			continue
		}
		m.Kind, m.Before, m.After = SaleMoved, v.Price, v.SalePrice
		if known {
			m.Before = old.PriceAt(now)
		}
		if Jumps(m.Before, v.SalePrice, percent) {
			moves = append(moves, m)
		}
	}
	return moves
}

// SetsPrice reports whether a change of a product changes what an order of it costs: a price, a sale, or a weight or kind that decides about
// the price of its delivery. A variant without a stored one counts, because its price is new.
func SetsPrice(was, p Product) bool {
	return slices.ContainsFunc(p.Variants, func(v Variant) bool {
		old, known := storedVariant(was, v)
		return !known || !old.Price.Equal(v.Price) || !sameSale(old, v) || !old.Weight.Equal(v.Weight) || old.Virtual != v.Virtual
	})
}

func sameSale(a, b Variant) bool {
	return a.SalePrice.Equal(b.SalePrice) && a.SaleFrom.Equal(b.SaleFrom) && a.SaleUntil.Equal(b.SaleUntil)
}

// storedVariant returns the variant of a stored product that v changes.
func storedVariant(was Product, v Variant) (old Variant, known bool) {
	same := func(by func(Variant) bool) bool {
		i := slices.IndexFunc(was.Variants, by)
		if i >= 0 {
			old = was.Variants[i]
		}
		return i >= 0
	}
	known = same(func(o Variant) bool { return o.ID == v.ID && v.ID != "" }) || same(func(o Variant) bool { return o.SKU == v.SKU })
	return old, known
}

// confirmDigest returns a digest of what a person was shown before a change that has to be confirmed: hexadecimal, 32 characters.
func confirmDigest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x01")))
	return hex.EncodeToString(sum[:16])
}
