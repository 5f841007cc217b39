package i18n

import (
	"errors"
	"strings"
	"time"
)

var (
	errEmptyMessage    = errors.New("has no text")
	errOpenPlaceholder = errors.New("has a placeholder that is not of the form {{.Name}}")
)

// conventions are a language's ways of writing numbers, money and times. Symbols follow the Unicode CLDR: a symbol that the language's
// readers would take for their own money stays bare, another country's has a letter.
type conventions struct {
	date, clock, between string // layouts of package time; between joins the two
	list                 string // separator of an enumeration
	symbols              map[string]string
}

func conventionsFor(tag string) conventions {
	if tag == "zh-Hans" {
		return conventions{
			date: "2006年1月2日", clock: "15:04", between: " ", list: "、",
			symbols: map[string]string{
				"USD": "US$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "JP¥", "HKD": "HK$", "SGD": "SGD ", "AUD": "AU$", "CAD": "CA$",
			},
		}
	}
	return conventions{
		date: "2 January 2006", clock: "15:04", between: ", ", list: ", ",
		symbols: map[string]string{
			"USD": "$", "EUR": "€", "GBP": "£", "CNY": "CN¥", "JPY": "¥", "HKD": "HK$", "SGD": "SGD ", "AUD": "A$", "CAD": "CA$",
		},
	}
}

// Money returns an amount of the shop's currency as text, such as "$1,234.50". The amount is decimal text as in platform/api.md (digits,
// optionally a point and digits, optionally a leading minus) and is only ever treated as text: the integer part is grouped, zeros are added
// up to the currency's number of digits, and only zeros beyond them are dropped. A currency without a symbol here, such as a coin, follows
// the amount: "1,234.50 USDT". Text that is not a decimal is returned unchanged, before the currency.
func (p *Printer) Money(amount, currency string, digits int) string {
	sign, whole, fraction, ok := splitDecimal(amount)
	if !ok {
		return amount + " " + currency
	}
	for len(fraction) > max(digits, 0) && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	for len(fraction) < digits {
		fraction += "0"
	}
	number := groupDigits(whole)
	if fraction != "" {
		number += "." + fraction
	}
	if symbol, ok := p.conv.symbols[currency]; ok {
		return sign + symbol + number
	}
	return sign + number + " " + currency
}

// Coin returns an amount of a coin as text, such as "0.00012345 BTC". Every given digit is shown.
func (p *Printer) Coin(amount, symbol string) string {
	sign, whole, fraction, ok := splitDecimal(amount)
	if !ok || fraction == "" {
		return sign + groupDigits(whole) + " " + symbol
	}
	return sign + groupDigits(whole) + "." + fraction + " " + symbol
}

// Time returns a moment to the minute in the zone, with the zone's name: "22 November 2026, 14:35 UTC".
func (p *Printer) Time(t time.Time, zone *time.Location) string {
	return t.In(zone).Format(p.conv.date + p.conv.between + p.conv.clock + " MST")
}

// Date returns the day that a moment falls on in the zone: "22 November 2026".
func (p *Printer) Date(t time.Time, zone *time.Location) string {
	return t.In(zone).Format(p.conv.date)
}

// Stamp returns a moment to the second in the zone, with the zone's name, the same in every language and equally wide for every moment, for
// tables: "2026-11-22 14:35:07 UTC".
func (p *Printer) Stamp(t time.Time, zone *time.Location) string {
	return t.In(zone).Format(time.DateTime + " MST")
}

// List returns texts as an enumeration: "BTC, ETH".
func (p *Printer) List(things []string) string { return strings.Join(things, p.conv.list) }

// splitDecimal divides decimal text into its parts. If the text is not decimal, ok is false and whole is the text.
func splitDecimal(amount string) (sign, whole, fraction string, ok bool) {
	rest := amount
	if r, minus := strings.CutPrefix(rest, "-"); minus {
		sign, rest = "-", r
	}
	whole, fraction, point := strings.Cut(rest, ".")
	if !allDigits(whole) || point && !allDigits(fraction) {
		return "", amount, "", false
	}
	return sign, whole, fraction, true
}

func allDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// groupDigits puts a comma before every third digit from the end, as both languages do. Text that is not all digits is returned unchanged.
func groupDigits(digits string) string {
	if !allDigits(digits) || len(digits) < 4 {
		return digits
	}
	var b strings.Builder
	for i, c := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(c)
	}
	return b.String()
}
