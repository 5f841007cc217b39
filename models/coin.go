package models

import (
	"errors"
	"time"
)

// Coin is what a shopper can pay with. Rate is the price of one coin in the shop's currency; an amount of coin is the order's
// total divided by it, rounded up to Precision fraction digits.
type Coin struct {
	Symbol     string // upper case, as the platform writes payCoinSymbol
	Name       string
	Precision  int // fraction digits, 0 to 18
	Rate       Amount
	RateSource string // who fixed the rate, such as "fixed"
	RateAt     time.Time
	MinAmount  Amount // least amount of coin that the platform takes; 0: no limit
	Enabled    bool
	Position   int
}

// Quote is an amount of coin for a total, frozen with the rate that made it.
type Quote struct {
	Coin   string
	Amount Amount
	Rate   Amount
	Source string
	At     time.Time // when the rate was fixed
}

// ErrQuote says that a coin cannot price a total: it is disabled, has no rate, or the amount is below its minimum.
var ErrQuote = errors.New("the coin cannot be used for this total")

// Quote prices a total of the shop's currency in the coin, rounded up to the coin's precision. The error is ErrQuote.
func (c Coin) Quote(total Amount) (Quote, error) {
	if !c.Enabled || !c.Rate.IsPositive() || !total.IsPositive() {
		return Quote{}, ErrQuote
	}
	amount := total.DivUp(c.Rate, c.Precision)
	if amount.Cmp(c.MinAmount) < 0 {
		return Quote{}, ErrQuote
	}
	return Quote{Coin: c.Symbol, Amount: amount, Rate: c.Rate, Source: c.RateSource, At: c.RateAt}, nil
}

// Currency is what the shop's prices are in.
type Currency struct {
	Code   string // ISO 4217, or a coin's symbol for a shop priced in the coin itself
	Digits int    // fraction digits shown
}
