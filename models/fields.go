package models

import (
	"unicode/utf8"

	"github.com/coincart/coincart/models/text"
)

// FieldProblem says what is wrong with one field of a form. Pages have words for each.
type FieldProblem string

// What can be wrong with a field.
const (
	FieldMissing    FieldProblem = "missing"    // it must be filled in
	FieldLong       FieldProblem = "long"       // too many characters, or too many of something
	FieldCharacters FieldProblem = "characters" // what no visible text has: package text
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

// checkLine checks a text of one line (text.Line) with at most most runes.
func checkLine(value string, most int, needed bool) FieldProblem {
	switch {
	case needed && text.Blank(value):
		return FieldMissing
	case !text.Line(value):
		return FieldCharacters
	case utf8.RuneCountInString(value) > most:
		return FieldLong
	}
	return ""
}

// checkLines checks a text of several lines (text.Lines) with at most most runes.
func checkLines(value string, most int) FieldProblem {
	switch {
	case !text.Lines(value):
		return FieldCharacters
	case utf8.RuneCountInString(value) > most:
		return FieldLong
	}
	return ""
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
