package store

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestTerms_WordsAndPairsOfIdeographs(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		" \t, . - ":                 "",
		"Café  CUP":                 "cafe cup",
		"ＣＵＰ ﬁne Å":                 "cup fine a",
		"back_slash's 100%":         "back slash s 100",
		"陶杯":                        "陶 杯 陶杯",
		"300ml陶杯子":                  "300ml 陶 杯 陶杯 子 杯子",
		"🏺🏺":                        "🏺 🏺",
		strings.Repeat("x", 100):    strings.Repeat("x", maxTermRunes),
		"Ünïcödé straße\xff\x00end": "unicode straße end",
	} {
		var got []string
		eachTerm(text, func(word string) { got = append(got, word) })
		assert.Equal(t, want, strings.Join(got, " "), "%q", text)
	}
}

func TestSearchTerms_TheLastWordMayGoOn(t *testing.T) {
	for text, want := range map[string][]term{
		"cup":         {{"cup", true}},
		"Cup cu":      {{"cup", false}, {"cu", false}},
		"cup cup":     {{"cup", false}},
		"tea cup":     {{"tea", false}, {"cup", true}},
		"陶杯子":         {{"陶杯", false}, {"杯子", false}},
		"陶":           {{"陶", false}},
		"cup 陶":       {{"cup", false}, {"陶", false}},
		"%%% -- ' \\": nil,
	} {
		assert.Equal(t, want, searchTerms(text), "%q", text)
	}
	assert.Len(t, searchTerms(strings.Repeat("a b c d e f g h i j k l m n o p ", 3)), maxSearchTerms)
}

func TestProductTerms_WeighByWhereTheyStand(t *testing.T) {
	text := productTerms(models.Product{
		Title: "Cup", Summary: "A cup of clay", Description: "clay fired twice", Tags: []string{"gift"},
		Texts:    models.Texts{"zh-Hans": {"title": "杯", "description": "泥"}},
		Variants: []models.Variant{{SKU: "CUP-L1", Title: "Large", Barcode: "4006381333931"}},
	}, []models.Category{{Name: "Kitchen", Texts: models.Texts{"zh-Hans": {"name": "厨"}}}})
	assert.Equal(t, "40063813339314 a1 clay1 cup8 cupl14 fired1 gift4 kitchen2 l14 large4 of1 twice1 厨2 杯8 泥1", text)
	list := readTerms(text)
	assert.Equal(t, weighed{"cup", 8}, list[slices.IndexFunc(list, func(w weighed) bool { return w.term == "cup" })])
	long := productTerms(models.Product{Title: "T", Description: strings.Join(numbers(2000), " ")}, nil)
	assert.Len(t, readTerms(long), maxTextTerms+1, "a long text does not fill the index")
	assert.Empty(t, readTerms("words of an older kind"))
}

func numbers(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "w" + strings.Repeat("i", i%7) + string(rune('a'+i%26)) + strings.Repeat("o", i/26%40)
	}
	return list
}

func TestDifferences_WriteOnlyWhatChanged(t *testing.T) {
	removed, added := differences(readTerms("a1 b2 c4 d8"), readTerms("b2 c8 e1"))
	assert.Equal(t, []weighed{{"a", 1}, {"c", 4}, {"d", 8}}, removed)
	assert.Equal(t, []weighed{{"c", 8}, {"e", 1}}, added)
	removed, added = differences(readTerms("a1 b2"), readTerms("b2 a1"))
	assert.Empty(t, removed)
	assert.Empty(t, added)
}

func FuzzTerms(f *testing.F) {
	for _, seed := range []string{"", "Café  CUP", "陶杯 🏺", "100% _!", "\xff\x00", strings.Repeat("x ", 100), "ﬁ Å", "한국어 かな 1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		indexed := map[string]bool{}
		eachTerm(text, func(word string) {
			indexed[word] = true
			require.NotEmpty(t, word)
			require.True(t, utf8.ValidString(word))
			require.LessOrEqual(t, utf8.RuneCountInString(word), maxTermRunes)
			require.False(t, strings.ContainsAny(word, " \t\r\n\x00"))
		})
		words := searchTerms(text)
		require.LessOrEqual(t, len(words), maxSearchTerms)
		for _, w := range words {
			require.True(t, indexed[w.text], "a text is found by itself: %q in %q", w.text, text)
		}
	})
}
