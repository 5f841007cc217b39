// Package text defines what a text that people read may contain. It also cleans such texts, and derives slugs and search forms from them.
//
// A visible text is valid UTF-8 without control characters, noncharacters, and characters that override the direction of the text around
// them. Everything else is allowed: Persian and Indic words and emoji need joiners, Hebrew and Arabic need direction marks, long words need
// soft hyphens. Line checks one line, Lines checks several.
//
// Refuse a bad text that a person typed, because the person can correct it. Clean a bad text that a machine sent.
package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// bidiControls holds the embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9). In a name they only disguise: a file
// "gnp.exe" reads "exe.png" (CVE-2021-42574). The marks U+061C, U+200E and U+200F are allowed: they do not change the direction of other
// characters.
var bidiControls = &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x202a, Hi: 0x202e, Stride: 1}, {Lo: 0x2066, Hi: 0x2069, Stride: 1}}}

// Line reports whether s may be shown as one line.
func Line(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, forbiddenInLine) }

// Lines reports whether s may be shown as several lines: it may have tabs and line ends in addition to what Line allows.
func Lines(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, forbiddenInLines) }

func forbiddenInLine(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point, bidiControls)
}

func forbiddenInLines(r rune) bool {
	return forbiddenInLine(r) && !strings.ContainsRune("\t\n\r\u2028\u2029", r)
}

// Blank reports whether s shows nothing: it is empty or has only white space, invisible characters, private-use characters and U+FFFD.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Co) && r != utf8.RuneError
	})
}

// Clean turns a text that a machine sent into one line: each white space becomes a space, and invisible characters except joiners are
// removed.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case forbiddenInLine(r), unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Join_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// CleanLines removes from s what Lines does not allow.
func CleanLines(s string) string {
	return strings.Map(func(r rune) rune {
		if forbiddenInLines(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// OneLine joins the lines of s: each run of line ends and other control characters becomes a space.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) }), " ")
}

// Clip returns the first maxRunes characters of s.
func Clip(s string, maxRunes int) string {
	if runes := []rune(s); len(runes) > maxRunes {
		return string(runes[:maxRunes])
	}
	return s
}

// Quote makes s safe for a terminal without losing anything: a text with control or invisible characters becomes a Go string literal in
// ASCII.
func Quote(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return strconv.QuoteToASCII(s)
	}
	return s
}
