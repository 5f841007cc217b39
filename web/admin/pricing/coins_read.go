package pricing

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// Bounds of what is typed about a coin.
const (
	maxCoinName  = 100
	maxPercent   = 100
	shortestAge  = 10 // seconds
	longestAge   = 86_400
	lastPosition = 9999
	percentScale = 6 // decimals of a percentage
)

// pairPattern matches a price source's name of a pair: letters, digits and separators.
var pairPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$`)

// coinReader reads the form of a coin, field by field.
type coinReader struct {
	values url.Values
	known  func(source string) bool
}

func (r coinReader) text(name string) string { return strings.TrimSpace(r.values.Get(name)) }

// read returns a coin with what was typed, on top of the stored one (zero: it is new). Problems are set in the form's fields.
func (r coinReader) read(stored models.Coin, now time.Time) (*pages.CoinForm, models.Coin) {
	c, f := stored, &pages.CoinForm{Enabled: r.values.Has("enabled"), Version: r.text("version")}
	c.Enabled = f.Enabled
	if stored.Symbol == "" {
		f.Symbol.Value = admin.Clip(r.text("symbol"))
		c.Symbol = strings.ToUpper(f.Symbol.Value)
		if !symbolPattern.MatchString(c.Symbol) {
			f.Symbol.Problem = invalid.Symbol
		}
	}
	f.Name.Value = admin.Clip(r.text("name"))
	c.Name = f.Name.Value
	admin.NeedText(&f.Name, maxCoinName, text.Line)
	f.Precision, c.Precision = r.number("precision", 0, models.MaxFractionDigits, invalid.Between, -1)
	rounding, digits := r.number("rounding", 0, c.Precision, invalid.Rounding, c.Precision)
	f.Rounding, c.Dropped = rounding, c.Precision-digits
	if stored.Symbol != "" { // a new coin goes behind all others
		f.Position, c.Position = r.number("position", 0, lastPosition, invalid.Between, 0)
	}
	f.Minimum, c.MinAmount = r.amount("minimum", invalid.Amount)
	if f.Minimum.Problem == "" && c.MinAmount.Digits() > c.Precision {
		f.Minimum.Problem = invalid.Amount
	}
	f.Spread, c.Spread = r.percent("spread")
	r.readRate(f, &c, stored, now)
	return f, c
}

// readRate reads the source of the rate. Fields of the other kind of rate are kept as typed, and checked only if they matter.
func (r coinReader) readRate(f *pages.CoinForm, c *models.Coin, stored models.Coin, now time.Time) {
	f.Source.Value = r.text("source")
	c.Source = f.Source.Value
	if c.Live() && !r.known(c.Source) {
		f.Source.Problem = invalid.Unknown
	}
	f.Rate, c.Rate = r.amount("rate", invalid.Rate)
	if c.Live() {
		f.Rate.Problem = ""
		c.Rate = stored.Rate
	} else {
		if f.Rate.Problem == "" && !c.Rate.IsPositive() {
			f.Rate.Problem = invalid.Rate
		}
		if stored.Live() || !c.Rate.Equal(stored.Rate) {
			c.RateAt = now
		}
		c.RateSource = models.FixedRate
	}
	f.SourceSymbol, c.SourceSymbol = r.pair("source_symbol")
	f.MaxAge, c.MaxAge = r.number("max_age", shortestAge, longestAge, invalid.Between, -1)
	f.MaxJump, c.MaxJump = r.percent("max_jump")
	f.SecondSource.Value = r.text("second_source")
	c.SecondSource = f.SecondSource.Value
	if c.SecondSource != "" && !r.known(c.SecondSource) {
		f.SecondSource.Problem = invalid.Unknown
	}
	f.SecondSymbol, c.SecondSymbol = r.pair("second_symbol")
	f.MaxDeviation, c.MaxDeviation = r.percent("max_deviation")
	if !c.Live() {
		for _, field := range []*pages.Field{&f.SourceSymbol, &f.MaxAge, &f.MaxJump, &f.SecondSource} {
			field.Problem = ""
		}
	}
	if !c.Live() || c.SecondSource == "" {
		f.SecondSymbol.Problem, f.MaxDeviation.Problem = "", ""
	}
	r.keepReadable(f, c, stored)
}

// keepReadable restores the stored values of fields that cannot be read and do not matter now.
func (r coinReader) keepReadable(f *pages.CoinForm, c *models.Coin, stored models.Coin) {
	if !pairPattern.MatchString(f.SourceSymbol.Value) {
		c.SourceSymbol = stored.SourceSymbol
	}
	if !pairPattern.MatchString(f.SecondSymbol.Value) {
		c.SecondSymbol = stored.SecondSymbol
	}
	if c.MaxAge < shortestAge {
		c.MaxAge = stored.MaxAge
	}
	if !c.Live() && !r.known(c.SecondSource) {
		c.SecondSource = stored.SecondSource
	}
}

// number parses a whole number within bounds; problem is set for any other text. otherwise is the value of an empty field; if it is
// negative, the field must not be empty.
func (r coinReader) number(name string, least, most int, problem invalid.Problem, otherwise int) (pages.Field, int) {
	f := pages.Field{Value: admin.Clip(r.text(name))}
	if f.Value == "" && otherwise >= 0 {
		return f, otherwise
	}
	n, err := strconv.Atoi(f.Value)
	if err != nil || n < least || n > most || strings.ContainsAny(f.Value, "+-") {
		f.Problem, f.Min, f.Max = problem, least, most
		return f, max(0, otherwise)
	}
	return f, n
}

// amount parses a decimal number; an empty field is 0.
func (r coinReader) amount(name string, problem invalid.Problem) (pages.Field, models.Amount) {
	f := pages.Field{Value: admin.Clip(r.text(name))}
	if f.Value == "" {
		return f, models.Amount{}
	}
	a, err := models.ParseAmount(f.Value)
	if err != nil {
		f.Problem = problem
	}
	return f, a
}

// percent parses a percentage from 0 to 100, with or without a percent sign; an empty field is 0.
func (r coinReader) percent(name string) (pages.Field, models.Amount) {
	f := pages.Field{Value: admin.Clip(r.text(name))}
	text := strings.TrimSpace(strings.TrimSuffix(f.Value, "%"))
	if text == "" {
		return f, models.Amount{}
	}
	a, err := models.ParseAmount(text)
	if err != nil || a.Cmp(models.AmountFromInt(maxPercent)) > 0 || a.Digits() > percentScale {
		f.Problem = invalid.Percent
		return f, models.Amount{}
	}
	return f, a
}

func (r coinReader) pair(name string) (pages.Field, string) {
	f := pages.Field{Value: admin.Clip(r.text(name))}
	if !pairPattern.MatchString(f.Value) {
		f.Problem = invalid.Pair
	}
	return f, f.Value
}

// filledCoin returns the form as it is shown first.
func filledCoin(c models.Coin) pages.CoinForm {
	f := pages.CoinForm{
		Symbol: admin.Typed(c.Symbol), Name: admin.Typed(c.Name), Precision: admin.Typed(strconv.Itoa(c.Precision)),
		Minimum: admin.AmountField(c.MinAmount), Position: admin.Typed(strconv.Itoa(c.Position)), Spread: admin.AmountField(c.Spread), Enabled: c.Enabled,
		Rate: admin.AmountField(c.Rate), Source: admin.Typed(c.Source), SourceSymbol: admin.Typed(c.SourceSymbol), MaxAge: admin.CountField(c.MaxAge),
		MaxJump: admin.AmountField(c.MaxJump), SecondSource: admin.Typed(c.SecondSource), SecondSymbol: admin.Typed(c.SecondSymbol),
		MaxDeviation: admin.AmountField(c.MaxDeviation), Version: strconv.Itoa(c.Version),
	}
	if c.Dropped > 0 { // otherwise it follows the coin's decimals when these are changed
		f.Rounding = admin.Typed(strconv.Itoa(c.Digits()))
	}
	return f
}
