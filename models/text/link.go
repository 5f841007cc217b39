package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// linkMarks are what mail programs and pages take for a web address or an email address.
var linkMarks = []string{"://", "www.", "@"}

// Linked reports whether s has a web address or an email address: "://", "www." or "@", in any case and width, and whatever invisible
// characters stand in between. Texts that strangers type and the shop mails to others must not have one (reliability.md §3).
func Linked(s string) bool {
	plain := strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Mn):
			return -1
		case r == '。':
			return '.'
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
	for _, mark := range linkMarks {
		if strings.Contains(plain, mark) {
			return true
		}
	}
	return false
}

// unlinker stands where a mail program would otherwise find a web address: it has no width and joins nothing.
const unlinker = "\u200c"

// Unlink returns s so that mail programs find no web address in it: they also find those without a mark of Linked, such as example.com. It
// looks the same: an invisible character follows each dot between two letters or digits.
func Unlink(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		b.WriteRune(r)
		if r == '.' && i > 0 && i+1 < len(runes) && isWord(runes[i-1]) && isWord(runes[i+1]) {
			b.WriteString(unlinker)
		}
	}
	return b.String()
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
