package models

import (
	"strings"
	"time"
)

// RateProblem is why nothing can be sold at a coin's rate.
type RateProblem string

// The problems of a rate.
const (
	RateGood     RateProblem = ""
	RateMissing  RateProblem = "missing"  // there has never been a rate
	RateStale    RateProblem = "stale"    // it is older than the coin allows
	RateJumped   RateProblem = "jumped"   // the source says something too far from the rate in force; a person must accept it
	RateDeviates RateProblem = "deviates" // the two sources do not agree
)

// FetchProblem is why a price source's answer was not used; the rate in force stays until it is stale.
type FetchProblem string

// The problems of an answer.
const (
	FetchGood        FetchProblem = ""
	FetchNoSource    FetchProblem = "no_source"    // the source was deleted or disabled
	FetchAddress     FetchProblem = "address"      // an address that must not be asked: not https, private, or none at all
	FetchUnreachable FetchProblem = "unreachable"  // no connection
	FetchTimeout     FetchProblem = "timeout"      // no answer in time
	FetchPaused      FetchProblem = "paused"       // it failed too often and is left alone for a moment
	FetchRedirected  FetchProblem = "redirected"   // it leads to another host
	FetchStatus      FetchProblem = "status"       // HTTP other than 200
	FetchTooLarge    FetchProblem = "too_large"    // more bytes than a price needs
	FetchNotJSON     FetchProblem = "not_json"     // no JSON, such as a page of HTML
	FetchNoPrice     FetchProblem = "no_price"     // nothing where the price should be
	FetchNotDecimal  FetchProblem = "not_decimal"  // not a plain decimal number (reliability.md E5)
	FetchNotPositive FetchProblem = "not_positive" // zero, or less
	FetchBadTime     FetchProblem = "bad_time"     // no time where it should be, or one in the future
	FetchOld         FetchProblem = "old"          // the price is older than the coin allows
	FetchUnconfirmed FetchProblem = "unconfirmed"  // the second source could not be asked
)

// Reading is what a price source said once.
type Reading struct {
	Rate    Amount
	At      time.Time // of the price, as the source says, else when it was read
	Problem FetchProblem
}

// usable returns why a reading cannot be used for the coin now, or FetchGood.
func (c Coin) usable(r Reading, now time.Time) FetchProblem {
	switch {
	case r.Problem != FetchGood:
		return r.Problem
	case !r.Rate.IsPositive():
		return FetchNotPositive
	case c.old(r.At, now):
		return FetchOld
	}
	return FetchGood
}

func (c Coin) old(at, now time.Time) bool {
	return now.Sub(at) > time.Duration(c.MaxAge)*time.Second
}

// ProblemAt returns why nothing can be sold at the coin's rate at this moment, or RateGood. A rate that was fixed by hand is good until the coin
// gets a source; then it is only compared with the source's first answer.
func (c Coin) ProblemAt(now time.Time) RateProblem {
	switch {
	case !c.Rate.IsPositive():
		return RateMissing
	case !c.Live():
		return RateGood
	case c.Problem == RateJumped, c.Problem == RateDeviates:
		return c.Problem
	case c.RateSource == FixedRate:
		return RateMissing
	case c.old(c.RateAt, now):
		return RateStale
	}
	return RateGood
}

// Differ reports whether a and b differ by more than percent of a; 0 percent is no limit.
func Differ(a, b, percent Amount) bool {
	if percent.IsZero() {
		return false
	}
	gap := b.Sub(a)
	if gap.IsNegative() {
		gap = a.Sub(b)
	}
	return gap.Mul(hundred()).Cmp(a.Mul(percent)) > 0
}

// Judge returns the coin after its sources were asked. second is nil if the coin has no second source. A reading that cannot be used
// changes nothing but the time that passes; two that do not agree, or one that jumps, stop the sale until they are good again, which
// ends the trouble by itself, or until a person accepts the jump. name is the first source's.
func (c Coin) Judge(name string, first Reading, second *Reading, now time.Time) Coin {
	c.CheckedAt = now
	c.FetchProblem = c.usable(first, now)
	if c.FetchProblem == FetchGood && second != nil && c.usable(*second, now) != FetchGood {
		c.FetchProblem = FetchUnconfirmed
	}
	problem := c.ProblemAt(now)
	if c.FetchProblem == FetchGood {
		problem = c.weigh(first, second)
		c.Pending, c.PendingAt = Amount{}, time.Time{}
		switch problem { //nolint:exhaustive // weigh knows no others
		case RateGood:
			c.Rate, c.RateAt, c.RateSource = first.Rate, first.At, name
		case RateJumped:
			c.Pending, c.PendingAt = first.Rate, first.At
		}
	}
	return c.inTrouble(problem, now)
}

func (c Coin) weigh(first Reading, second *Reading) RateProblem {
	if second != nil {
		low, high := first.Rate, second.Rate
		if high.Cmp(low) < 0 {
			low, high = high, low
		}
		if Differ(low, high, c.MaxDeviation) {
			return RateDeviates
		}
	}
	if c.Rate.IsPositive() && Differ(c.Rate, first.Rate, c.MaxJump) {
		return RateJumped
	}
	return RateGood
}

// inTrouble notes the problem and when the trouble began.
func (c Coin) inTrouble(problem RateProblem, now time.Time) Coin {
	switch {
	case problem == RateGood:
		c.ProblemSince = time.Time{}
	case c.Problem == RateGood || c.ProblemSince.IsZero():
		c.ProblemSince = now
	}
	c.Problem = problem
	return c
}

// Accept puts the rate that waits in force. seen is the one that the person who accepts it was shown: a rate that has moved on from
// there by more than MaxJump must be looked at again, and ok is false. name is the first source's.
func (c Coin) Accept(seen Amount, name string, now time.Time) (accepted Coin, ok bool) {
	if c.Problem != RateJumped || !c.Pending.IsPositive() || !seen.IsPositive() || Differ(seen, c.Pending, c.MaxJump) {
		return c, false
	}
	c.Rate, c.RateAt, c.RateSource = c.Pending, c.PendingAt, name
	c.Pending, c.PendingAt, c.Problem = Amount{}, time.Time{}, RateGood
	return c.inTrouble(c.ProblemAt(now), now), true
}

// Bounds of the pause between two requests, which is a quarter of the rate's maximum age. They are polite to the source.
const (
	fastestFetch = 5 * time.Second
	slowestFetch = 5 * time.Minute
)

// Pace returns the pause between two requests to the coin's sources.
func (c Coin) Pace() time.Duration {
	return min(max(time.Duration(c.MaxAge)*time.Second/4, fastestFetch), slowestFetch)
}

// ExchangeSource is the id of the built-in price source: the exchange's own public ticker.
const ExchangeSource = "exchange"

// Marks in the address of a price source that are replaced when it is asked.
const (
	SymbolMark   = "{symbol}"   // the coin's SourceSymbol, escaped
	PlatformMark = "{platform}" // the platform's base address, at the beginning
)

// PriceSource is an address that answers prices as JSON.
type PriceSource struct {
	ID        string `ascii:"36"`
	Name      string `text:"100"`
	URL       string `text:"500"` // with SymbolMark, and PlatformMark where the platform is meant
	Path      string `text:"200"` // where the price is in the answer, as a JSON pointer (RFC 6901): /last, /data/0/price
	TimePath  string `text:"200"` // where the price's time is, seconds or milliseconds since 1970; empty: when it was read
	Enabled   bool
	Version   int // counts the changes; 0: never stored
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ExchangeTicker returns the built-in price source, which staff may change. The platform's documents (platform/api.md) have no
// ticker; what is assumed is the public market call of exchanges of its kind: GET /sapi/v1/ticker?symbol=btcusdt answers an object with
// "last", the price as text or number, and "time" in milliseconds.
func ExchangeTicker() PriceSource {
	return PriceSource{
		ID: ExchangeSource, Name: "Exchange ticker", URL: PlatformMark + "/sapi/v1/ticker?symbol=" + SymbolMark, Path: "/last", TimePath: "/time",
		Enabled: true,
	}
}

// Address returns the URL for the price of a pair. escaped is the pair, escaped for a URL.
func (p PriceSource) Address(platform, escaped string) string {
	address := p.URL
	if rest, ok := strings.CutPrefix(address, PlatformMark); ok {
		address = strings.TrimRight(platform, "/") + rest
	}
	return strings.ReplaceAll(address, SymbolMark, escaped)
}

// Rate is one entry of the history of what the sources said.
type Rate struct {
	ID        string `ascii:"36"`
	Coin      string `text:"32"`
	Source    string `ascii:"36"` // id
	Rate      Amount // 0: the answer had none
	Problem   string `ascii:"16"` // a FetchProblem, or a RateProblem of what was answered; empty: it was taken
	At        time.Time
	CreatedAt time.Time
}
