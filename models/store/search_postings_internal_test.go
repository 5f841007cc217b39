package store

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRowSet_IsTheSameWhenReadAgain(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 511, 512, 513, 4000, gramPart} {
		var set rowSet
		var places []int
		for _, place := range random.Perm(gramPart)[:n] {
			set.add(place)
			places = append(places, place)
		}
		slices.Sort(places)
		data := set.bytes()
		assert.LessOrEqual(t, len(data), bitmapBytes)
		again := readRowSet(data)
		assert.Equal(t, set, again, n)
		assert.Equal(t, places, slices.Collect(again.places), n)
		for _, place := range places {
			again.remove(place)
		}
		assert.Nil(t, again.bytes(), n)
	}
}

func TestPartSearch_ReadsWhatPeopleType(t *testing.T) {
	for typed, want := range map[string][]string{
		"":                    {},
		" # $ , ":             {},
		"Zoë":                 {"%zoe%"},
		"zoe ZOE":             {"%zoe%"},
		"ab c":                {"% ab%", "% c %"},
		"#1042":               {"%1042%"},
		"$1,346.28":           {"%1346.28%"},
		"1,34":                {"%1,34%"},
		"王 王芳 王芳a":            {"%王%", "%王芳%", "%王芳a%"},
		"100%_!":              {"%100!%!_!!%"},
		"a b c d e f g h i j": {"% a %", "% b %", "% c %", "% d %", "% e %", "% f %", "% g %", "% h %"},
	} {
		q := readPartSearch(typed)
		assert.ElementsMatch(t, want, q.patterns, typed)
		assert.LessOrEqual(t, len(q.grams), maxSearchGrams)
		assert.Equal(t, len(want) == 0, len(q.grams) == 0, typed)
	}
}

// Whatever a search finds in a text, the groups of the text have.
func FuzzPartSearch_GroupsCoverWhatIsFound(f *testing.F) {
	f.Add("Zoë Quill 王芳 zoe@example.org 1346.30", 2, 7)
	f.Add("a ab abc abcd", 0, 3)
	f.Fuzz(func(t *testing.T, text string, from, length int) {
		folded := foldedText(text)
		runes := []rune(folded)
		if len(runes) == 0 || strings.Contains(folded, ",") { // commas may group digits
			return
		}
		from = max(0, from) % len(runes)
		part := string(runes[from:min(len(runes), from+max(1, length%40))])
		q := readPartSearch(part)
		grams := gramsOf(folded)
		for _, gram := range q.grams {
			if len([]rune(gram)) == gramRunes && gram[0] != '^' { // those of shorter words stand for beginnings and whole words only
				assert.True(t, grams[gram], "%q of %q in %q", gram, part, folded)
			}
		}
	})
}
