package models

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MaxGoodsName is the most runes of a name or description that is signed and sent as goods (reliability.md E6).
const MaxGoodsName = 64

// CleanText prepares a text of the catalogue for the goods JSON: Unicode NFC, no control and format characters, spaces folded, at
// most MaxGoodsName runes.
func CleanText(text string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, "")) {
		switch {
		case unicode.IsSpace(r):
			b.WriteRune(' ')
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
		default:
			b.WriteRune(r)
		}
	}
	runes := []rune(strings.Join(strings.Fields(b.String()), " "))
	if len(runes) > MaxGoodsName {
		runes = append(runes[:MaxGoodsName-1], '…')
	}
	return string(runes)
}
