// Package text says what a text that people read may contain, and turns texts into what they are found and addressed by.
//
// The rule: a visible text is valid UTF-8 without control characters, without noncharacters, and without the characters that turn the
// direction of the text around them. Everything else is allowed: joiners belong to Persian and Indic words and to emoji, marks of direction
// to Hebrew and Arabic, soft hyphens to long words. Line is the rule for one line, Lines for several.
//
// Where a person typed the text, refuse it: they can correct it. Where a machine sent it, clean it.
package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// turning are the embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9): in a name they only ever disguise, so
// that a file "gnp.exe" reads "exe.png" (CVE-2021-42574). The marks U+061C, U+200E and U+200F are not among them: they have a direction but
// do not change that of others.
var turning = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x202a, Hi: 0x202e, Stride: 1}, {Lo: 0x2066, Hi: 0x2069, Stride: 1}}}

// Line reports whether s may be shown as one line.
func Line(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, notInLine) }

// Lines reports whether s may be shown as text of several lines: besides what Line allows it may have tabs and ends of lines.
func Lines(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, notInLines) }

func notInLine(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point, turning)
}

func notInLines(r rune) bool {
	return notInLine(r) && !strings.ContainsRune("\t\n\r\u2028\u2029", r)
}

// Blank reports whether s says nothing: it is empty, or has nothing but white space, invisible characters, and private or lost ones.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Co) && r != utf8.RuneError
	})
}

// Clean makes one line of a text that a machine sent: each white space is a space, and all that nobody sees is dropped, except joiners.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case notInLine(r), unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Join_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// CleanLines drops what a text of several lines may not have, and leaves the rest as it is.
func CleanLines(s string) string {
	return strings.Map(func(r rune) rune {
		if notInLines(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// OneLine puts a text of several lines into one: ends of lines and other control characters become a space.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) }), " ")
}

// Quote makes a text fit for a terminal and keeps it exact: one with anything that a terminal would obey or nobody would see becomes a Go
// string literal in ASCII.
func Quote(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return strconv.QuoteToASCII(s)
	}
	return s
}
