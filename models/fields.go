package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FieldProblem says what is wrong with one field of a form. Pages have words for each.
type FieldProblem string

// What can be wrong with a field.
const (
	FieldMissing    FieldProblem = "missing"    // it must be filled in
	FieldLong       FieldProblem = "long"       // too many characters, or too many of something
	FieldCharacters FieldProblem = "characters" // control characters, or others that have no place here
	FieldNumber     FieldProblem = "number"     // not a plain decimal number
	FieldNegative   FieldProblem = "negative"   // less than nothing
	FieldDigits     FieldProblem = "digits"     // more digits than the currency, or a number, may have
	FieldRange      FieldProblem = "range"      // too small or too large
	FieldOrder      FieldProblem = "order"      // ends before it begins, or steps that do not rise
	FieldUnknown    FieldProblem = "unknown"    // not one of those that can be chosen
	FieldTaken      FieldProblem = "taken"      // another one has it
	FieldTwice      FieldProblem = "twice"      // named two times
)

// FieldProblems are the problems of a form by the field's name; empty where all is well.
type FieldProblems map[string]FieldProblem

// add keeps the first problem of a field.
func (p FieldProblems) add(field string, problem FieldProblem) {
	if problem == "" {
		return
	}
	if _, ok := p[field]; !ok {
		p[field] = problem
	}
}

// checkLine checks a text of one line: no control, format or private characters, so many runes at most.
func checkLine(text string, most int, needed bool) FieldProblem {
	switch {
	case needed && strings.TrimSpace(text) == "":
		return FieldMissing
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable):
		return FieldCharacters
	case utf8.RuneCountInString(text) > most:
		return FieldLong
	}
	return ""
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}

// checkMoney checks a price: not negative, no more fraction digits than the currency has, at most MaxNumber.
func checkMoney(a Amount, digits int) FieldProblem {
	switch {
	case a.IsNegative():
		return FieldNegative
	case a.Digits() > digits:
		return FieldDigits
	case tooLarge(a):
		return FieldRange
	}
	return ""
}

// MaxPercentDigits is how finely a percentage can be given: 7.7125 % is the finest tax rate in use that we know of.
const MaxPercentDigits = 4

// checkPercent checks a percentage above 0 and up to 100.
func checkPercent(a Amount) FieldProblem {
	switch {
	case a.IsNegative():
		return FieldNegative
	case a.Digits() > MaxPercentDigits:
		return FieldDigits
	case a.IsZero() || a.Cmp(AmountFromInt(100)) > 0:
		return FieldRange
	}
	return ""
}
