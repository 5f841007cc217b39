package models

import (
	"unicode/utf8"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/text"
)

// checkLine checks a text of one line (text.Line) with at most maxRunes runes.
func checkLine(value string, maxRunes int, required bool) invalid.Problem {
	switch {
	case required && text.Blank(value):
		return invalid.Missing
	case !text.Line(value):
		return invalid.Characters
	case utf8.RuneCountInString(value) > maxRunes:
		return invalid.TooLong
	}
	return ""
}

// checkTyped is checkLine for a text that a stranger types and the shop mails or shows to others: it must not have an address (text.Linked).
func checkTyped(value string, maxRunes int, required bool) invalid.Problem {
	problem := checkLine(value, maxRunes, required)
	if problem == "" && text.Linked(value) {
		return invalid.Link
	}
	return problem
}

// checkLines checks a text of several lines (text.Lines) with at most maxRunes runes.
func checkLines(value string, maxRunes int) invalid.Problem {
	switch {
	case !text.Lines(value):
		return invalid.Characters
	case utf8.RuneCountInString(value) > maxRunes:
		return invalid.TooLong
	}
	return ""
}

// checkMoney checks a price: not negative, no more fraction digits than the currency has, at most MaxNumber.
func checkMoney(a Amount, digits int) invalid.Problem {
	switch {
	case a.IsNegative():
		return invalid.Negative
	case a.Digits() > digits:
		return invalid.Digits
	case a.Cmp(AmountFromInt(MaxNumber)) > 0:
		return invalid.Range
	}
	return ""
}

// MaxPercentDigits is the maximum number of decimals of a percentage: 7.7125 % is the finest tax rate in use that we know of.
const MaxPercentDigits = 4

// checkTaxRate checks the rate of a tax. 0 % is one: what is sold at it is not untaxed.
func checkTaxRate(a Amount) invalid.Problem {
	if a.IsZero() {
		return ""
	}
	return checkPercent(a)
}

// checkPercent checks a percentage above 0 and up to 100.
func checkPercent(a Amount) invalid.Problem {
	switch {
	case a.IsNegative():
		return invalid.Negative
	case a.Digits() > MaxPercentDigits:
		return invalid.Digits
	case a.IsZero() || a.Cmp(AmountFromInt(100)) > 0:
		return invalid.Range
	}
	return ""
}
