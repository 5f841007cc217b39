package text

import (
	"strings"
	"unicode"

	"github.com/gosimple/unidecode"
	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// MaxSlug is the maximum length of a slug, in characters.
const MaxSlug = 80

// Slug returns the last part of a URL path for a title: lower-case ASCII letters and digits, with single dashes between the words. It
// returns "" for a title without any, such as a Chinese one; the caller then needs another word, such as the SKU, or AnySlug.
func Slug(s string) string {
	var b strings.Builder
	dash := false
	add := func(letters string) {
		if dash && b.Len() > 0 {
			b.WriteByte('-')
		}
		dash = false
		b.WriteString(letters)
	}
	for _, r := range norm.NFKD.String(strings.ToLower(strings.ToValidUTF8(s, " "))) {
		letters, known := latinLetters(r)
		switch {
		case known:
			add(letters)
		case unicode.Is(unicode.Mn, r), r == '\'', r == '\u2019':
		default:
			dash = true
		}
		if b.Len() >= MaxSlug {
			break
		}
	}
	return strings.Trim(b.String()[:min(b.Len(), MaxSlug)], "-")
}

// AnySlug returns a slug for a title of any script: Slug of the title with its letters spelled in Latin ones, Chinese characters in pinyin, so
// that 咖啡杯 becomes ka-fei-bei. It returns "" for a title without letters and digits, such as a row of pictures; the caller then needs
// another name.
func AnySlug(s string) string {
	var b strings.Builder
	args := pinyin.NewArgs()
	for _, r := range strings.ToValidUTF8(s, " ") {
		if readings := pinyin.SinglePinyin(r, args); len(readings) > 0 {
			b.WriteString(" " + readings[0] + " ")
			continue
		}
		b.WriteString(unidecode.Unidecode(string(r)))
	}
	return Slug(b.String())
}

// spellings holds the usual ASCII spellings of letters that have no compatibility form.
var spellings = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ł': "l"}

// latinLetters returns the usual ASCII spelling of a letter, if there is one.
func latinLetters(r rune) (letters string, known bool) {
	if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
		return string(r), true
	}
	letters, known = spellings[r]
	return letters, known
}

// IsSlug reports whether text has the form that Slug returns.
func IsSlug(s string) bool {
	dashed := strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") || strings.Contains(s, "--")
	return s != "" && len(s) <= MaxSlug && !dashed && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
