package store

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClip_FitsAndStaysText(t *testing.T) {
	assert.Equal(t, "a\uFFFDb", clip("transitions", "note", "a\xffb"))
	assert.Equal(t, strings.Repeat("🏺", 1000), clip("transitions", "note", strings.Repeat("🏺", 1001)))
	assert.Equal(t, "a?c", clip("transitions", "from_state", "aäc"), "where the column is for machines")
	assert.Equal(t, "kept", clip("reviews", "subject", "kept"))
}

func TestContains_WildcardsAreLetters(t *testing.T) {
	assert.Equal(t, "%100!%!_!!%", contains("100%_!"))
}

func FuzzSearchWords(f *testing.F) {
	for _, seed := range []string{"", "Café  CUP", "陶杯 🏺", "100% _!", "\xff\x00", strings.Repeat("x ", 100), "ﬁ Å"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := searchWords(text)
		require.LessOrEqual(t, len(words), maxSearchWords)
		for _, word := range words {
			require.NotEmpty(t, word)
			require.True(t, utf8.ValidString(word))
			require.LessOrEqual(t, utf8.RuneCountInString(word), maxWordRunes)
			require.False(t, strings.ContainsAny(word, " \t\r\n\x00"))
		}
	})
}
