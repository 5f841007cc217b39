package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/text"
)

// family is an emoji made of several joined by joiners.
const family = "\U0001F468\u200d\U0001F469\u200d\U0001F467"

func TestLine_AndLines(t *testing.T) {
	for s, want := range map[string]struct{ line, lines bool }{
		"":                     {true, true},
		"Blue mug, 300 ml":     {true, true},
		"茶杯":                   {true, true},
		"caf\u00e9 cafe\u0301": {true, true},
		"<b>Ann</b>":           {true, true}, // the page escapes it
		"می\u200cخواهم":        {true, true},
		"क\u094d\u200dष":       {true, true},
		family:                 {true, true},
		"Donau\u00addampfer":   {true, true},
		"\u200fשלום, Ann":      {true, true}, // a direction mark does not turn other characters
		"lost \ufffd":          {true, true},
		"one\ntwo":             {false, true},
		"one\r\ntwo":           {false, true},
		"one\ttwo":             {false, true},
		"one\u2028two":         {false, true},
		"one\u2029two":         {false, true},
		"\x00":                 {false, false},
		"\x1b[31m":             {false, false},
		"a\x7f":                {false, false},
		"a\u0085":              {false, false},
		"a\u009b31m":           {false, false},
		"a\xff":                {false, false},
		"\xed\xa0\x80":         {false, false}, // a surrogate
		"a\ufffe":              {false, false},
		"a\U0010ffff":          {false, false},
	} {
		assert.Equal(t, want.line, text.Line(s), "%q in one line", s)
		assert.Equal(t, want.lines, text.Lines(s), "%q", s)
	}
	for _, r := range "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" {
		assert.False(t, text.Line("gnp"+string(r)+"exe"), "%U", r)
		assert.False(t, text.Lines("gnp"+string(r)+"exe"), "%U", r)
	}
}

func TestBlank(t *testing.T) {
	for s, want := range map[string]bool{
		"": true, "\u0020\t\n\u00a0\u3000": true, "\u200b": true, "\u200d\u200c": true, "\ufeff\u00ad\u202e": true, "\ue000": true, "\ufffd": true, "\xff": true,
		"a": false, "杯": false, "0": false, ".": false, "\U0001F3FA": false, family: false, "\u0301": false,
	} {
		assert.Equal(t, want, text.Blank(s), "%q", s)
	}
}

func TestClean_LeavesWordsOnly(t *testing.T) {
	for typed, want := range map[string]string{
		"blue mug":             "blue mug",
		"blue\x00mug":          "bluemug",
		"a\r\nb\tc":            "a  b c",
		"茶杯\xff":               "茶杯",
		"a\u202eb\u200bc":      "abc",
		"می\u200cخواهم":        "می\u200cخواهم",
		"<script>":             "<script>",
		"\x1b[31m":             "[31m",
		"caf\u00e9 cafe\u0301": "caf\u00e9 cafe\u0301",
	} {
		assert.Equal(t, want, text.Clean(typed), "%q", typed)
	}
}

func TestCleanLines_KeepsWhatLinesAllows(t *testing.T) {
	for s, want := range map[string]string{
		"one\r\n\ttwo\u2028three": "one\r\n\ttwo\u2028three", "a\x00b\x1b\u202ec\xffd": "abcd", family + "\u200b": family + "\u200b",
	} {
		assert.Equal(t, want, text.CleanLines(s), "%q", s)
	}
}

func TestOneLine(t *testing.T) {
	for s, want := range map[string]string{
		"Ann\r\nBcc: x": "Ann Bcc: x", "\na\u2028\u2029b\x00": "a b", "a  b": "a  b", "می\u200cخواهم": "می\u200cخواهم",
	} {
		assert.Equal(t, want, text.OneLine(s), "%q", s)
	}
}

func TestQuote_EscapesWhatATerminalObeys(t *testing.T) {
	for s, want := range map[string]string{
		"Ann Lee 李安": "Ann Lee 李安", "\x1b[2J": `"\x1b[2J"`, "a\u202eb": `"a\u202eb"`, "a\u200bb": `"a\u200bb"`, "\xff": `"\xff"`, "a\nb": `"a\nb"`,
	} {
		assert.Equal(t, want, text.Quote(s), "%q", s)
	}
}

func TestFold(t *testing.T) {
	for s, want := range map[string]string{
		"Café": "cafe", "CAFE\u0301": "cafe", "ＡＢＣ ﬁne": "abc fine", "a\tb\u00a0c": "a b c", "a\xffb": "a b", "ŽLUŤOUČKÝ": "zlutoucky", "陶杯": "陶杯", "한국": "한국",
	} {
		assert.Equal(t, want, text.Fold(s), "%q", s)
	}
}

// A cleaned text is valid, and cleaning it again changes nothing.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb", "\xff\u202e\u200b\u200d", family, "\ufdd0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, clean := range map[string]func(string) string{"Clean": text.Clean, "CleanLines": text.CleanLines} {
			once := clean(s)
			require.Equal(t, once, clean(once), name)
			require.True(t, text.Lines(once), name)
		}
		require.True(t, text.Line(text.Clean(s)))
		if text.Line(s) {
			require.True(t, text.Lines(s))
			require.Equal(t, s, text.CleanLines(s))
		}
		require.Equal(t, text.Fold(s), text.Fold(text.Fold(s)))
		require.True(t, utf8.ValidString(text.Fold(s)))
		require.False(t, strings.ContainsAny(text.OneLine(s), "\r\n\x00"))
		require.True(t, text.Line(text.Quote(s)))
	})
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"":                             "",
		"陶杯":                           "",
		"Café Cup, 300 ml!":            "cafe-cup-300-ml",
		"  --Straße & Œuvre's  ":       "strasse-oeuvres",
		"a" + strings.Repeat("-b", 90): "a" + strings.Repeat("-b", 39),
		"ＡＢＣ ﬁne":                      "abc-fine",
	} {
		assert.Equal(t, want, text.Slug(title), "%q", title)
	}
	for _, slug := range []string{"a", "a-b", "1-2-3"} {
		assert.True(t, text.IsSlug(slug), slug)
	}
	for _, slug := range []string{"", "-a", "a-", "a--b", "A", "ä", "a b", "a/b", strings.Repeat("a", 81)} {
		assert.False(t, text.IsSlug(slug), slug)
	}
}

func TestAnySlug(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"咖啡杯": "ka-fei-bei", "Чашки и блюдца": "chashki-i-bliudtsa", "كوب": "kwb", "Linen Shirt": "linen-shirt", "T恤": "t-xu", "🎁": "", "": "", "\xff": "",
	} {
		assert.Equal(t, want, text.AnySlug(title), "%q", title)
	}
}

func FuzzSlug(f *testing.F) {
	for _, seed := range []string{"", "Café", "陶杯", "a--b", "\xff", strings.Repeat("ß", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, title string) {
		slug := text.Slug(title)
		require.True(t, slug == "" || text.IsSlug(slug), "%q of %q", slug, title)
		require.Equal(t, slug, text.Slug(slug))
	})
}
