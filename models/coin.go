package models

import (
	"errors"
	"fmt"
	"time"
)

// FixedRate is Coin.RateSource of a rate that a person fixed.
const FixedRate = "fixed"

// Coin is what a shopper can pay with. Rate is the price of one coin in the shop's currency; an amount of coin is the order's
// total divided by it, with the spread on top, rounded up to Digits fraction digits.
//
// A rate is fixed by hand, or taken from a price source again and again (Source). Such a rate can be sold at until it is MaxAge
// old, and not while what the source says now is too far from the rate in force or from what the second source says (rate.go).
type Coin struct {
	Symbol     string `gorm:"primaryKey" text:"32"` // upper case, as the platform writes payCoinSymbol
	Name       string `text:"100"`
	Precision  int    // fraction digits that the platform takes, 0 to 18
	Dropped    int    // of them, the last ones that amounts do not use: they are rounded up to the digits before
	Rate       Amount // in force, without the spread; 0: there is none yet
	RateSource string `text:"100"` // who fixed the rate: FixedRate, or the name of a price source
	RateAt     time.Time
	Spread     Amount // percent that is added to amounts of coin: what the shop takes for the risk of its rate
	MinAmount  Amount // minimum amount of coin that the platform accepts; 0: no limit
	Enabled    bool
	Position   int

	Source       string `ascii:"36"` // id of the price source; empty: the rate is fixed by hand
	SourceSymbol string `text:"64"`  // what that source calls the pair, such as btcusdt
	SecondSource string `ascii:"36"` // id of a source that must agree; empty: none is asked
	SecondSymbol string `text:"64"`
	MaxAge       int    // seconds after which the rate is stale
	MaxJump      Amount // percent by which a rate may differ from the one in force; more waits for a person; 0: no limit
	MaxDeviation Amount // percent by which the two sources may differ; 0: no limit

	Problem      RateProblem  `ascii:"16"` // why the rate cannot be sold at, as of the last look
	ProblemSince time.Time    `gorm:"default:null"`
	FetchProblem FetchProblem `ascii:"16"`
	Pending      Amount       // the rate that waits for a person to accept its jump; 0: none
	PendingAt    time.Time    `gorm:"default:null"`
	CheckedAt    time.Time    `gorm:"default:null"` // the sources were asked last
	DueAt        time.Time    `gorm:"default:null"` // they are asked next; zero: never
	Lease        string       `ascii:"64"`

	Version int // counts the changes by people
}

// Digits returns the maximum number of fraction digits of an amount of the coin.
func (c Coin) Digits() int { return max(0, c.Precision-c.Dropped) }

// Live reports whether the rate comes from a price source.
func (c Coin) Live() bool { return c.Source != "" }

// Errors of pricing.
var (
	// ErrQuote means that a coin cannot price a total: it is disabled, has no rate, or the amount is below its minimum.
	ErrQuote = errors.New("the coin cannot be used for this total")
	// ErrRate means that nothing can be sold at the coin's rate at the moment.
	ErrRate = errors.New("the coin's rate cannot be used at the moment")
)

// Quote prices a total of the shop's currency in the coin. The error is ErrRate if only the rate is the reason, otherwise ErrQuote.
func (c Coin) Quote(total Amount, now time.Time) (Quote, error) {
	if !c.Enabled {
		return Quote{}, ErrQuote
	}
	if c.ProblemAt(now) != RateGood {
		return Quote{}, ErrRate
	}
	return c.Terms().Quote(total)
}

// Terms returns the terms on which the coin is taken at this moment.
func (c Coin) Terms() Terms {
	return Terms{
		Coin: c.Symbol, Rate: c.Rate, Spread: c.Spread, Digits: c.Digits(), MinAmount: c.MinAmount, Source: c.RateSource, At: c.RateAt,
		Live: c.Live(),
	}
}

// Terms are all that an amount of coin is computed from, besides the total.
type Terms struct {
	Coin      string    `json:"coin"`
	Rate      Amount    `json:"rate"`
	Spread    Amount    `json:"spread"`
	Digits    int       `json:"digits"`
	MinAmount Amount    `json:"min"`
	Source    string    `json:"source"`
	At        time.Time `json:"at"`
	Live      bool      `json:"live"` // the rate comes from a price source
}

// Quote prices a total: total ÷ rate × (100 + spread) ÷ 100, computed exactly and then rounded up to the last digit, so that the
// shop never gets less than it asked for and the shopper never pays as much as one unit of that digit too much. The error is
// ErrQuote, also for an amount that is too large to be stored.
func (t Terms) Quote(total Amount) (Quote, error) {
	if !t.Rate.IsPositive() || !total.IsPositive() || t.Spread.IsNegative() {
		return Quote{}, ErrQuote
	}
	amount := total.Mul(hundred().Add(t.Spread)).DivUp(t.Rate.Mul(hundred()), t.Digits)
	if amount.Cmp(t.MinAmount) < 0 {
		return Quote{}, ErrQuote
	}
	if _, err := amount.Value(); err != nil {
		return Quote{}, fmt.Errorf("%w: %w", ErrQuote, err)
	}
	return Quote{Coin: t.Coin, Amount: amount, Rate: t.Rate, Spread: t.Spread, Source: t.Source, At: t.At}, nil
}

func hundred() Amount { return AmountFromInt(100) }

// Quote is an amount of coin for a total, with all that made it.
type Quote struct {
	Coin      string
	Amount    Amount
	Rate      Amount // price of one coin in the shop's currency
	Spread    Amount // percent on top
	Source    string
	At        time.Time // when the rate was fixed
	ExpiresAt time.Time // until when the shop keeps to it; zero: the rate is fixed by hand
}

// QuoteSheet is what one page showed: the terms of every coin, kept for the shopper until ExpiresAt. Terms that are not live were
// shown, but nothing is promised about them.
type QuoteSheet struct {
	ExpiresAt time.Time `json:"expires"`
	Terms     []Terms   `json:"terms"`
}

// Of returns the terms of a coin.
func (s QuoteSheet) Of(symbol string) (Terms, bool) {
	for _, t := range s.Terms {
		if t.Coin == symbol {
			return t, true
		}
	}
	return Terms{}, false
}

// Agreed returns what a shopper who saw the sheet has agreed to pay now: the sheet's terms while they are kept, or the coin's own, as long as
// these come to the amount that was shown. until is the end of a quote that is made now. The error is ErrQuote for a coin that cannot
// be used at all, and ErrRate where the shopper must see another amount, or that there is none, first.
func (s QuoteSheet) Agreed(c Coin, total Amount, now, until time.Time) (Quote, error) {
	if !c.Enabled {
		return Quote{}, ErrQuote
	}
	shown, ok := s.Of(c.Symbol)
	if !ok {
		return Quote{}, ErrRate
	}
	frozen, err := shown.Quote(total)
	if err != nil {
		return Quote{}, err
	}
	if shown.Live && c.Live() && now.Before(s.ExpiresAt) {
		frozen.ExpiresAt = s.ExpiresAt
		return frozen, nil
	}
	current, err := c.Quote(total, now)
	if err != nil {
		return Quote{}, err
	}
	if !current.Amount.Equal(frozen.Amount) {
		return Quote{}, ErrRate
	}
	if c.Live() {
		current.ExpiresAt = until
	}
	return current, nil
}

// Currency is the currency of the shop's prices.
type Currency struct {
	Code   string // ISO 4217, or a coin's symbol for a shop priced in the coin itself
	Digits int    // fraction digits shown
}
