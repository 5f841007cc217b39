package store

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/coincart/coincart/models/text"
)

// A search for parts finds rows whose text has each word of the search anywhere in it. The rows of a space ("orders", "customers") are
// numbered as they come; search_texts has the text of each, and search_grams says for each group of a few characters which rows have
// it. What has all groups of a search is then compared with the text itself.
//
// The index is the shop's own, because it must work alike on SQLite, MariaDB and clusters that speak MySQL: none of their own indexes
// of texts is the same on all, and those of MySQL find whole words and their beginnings only.

// The spaces of a search for parts.
const (
	spaceOrders    = "orders"
	spaceCustomers = "customers"
)

const (
	gramRunes      = 3      // of a group of characters
	maxTextRunes   = 16_000 // of what one row is found by
	maxTokenRunes  = 254    // an e-mail address has no more
	maxPartWords   = 8      // of one search
	maxSearchGrams = 12     // of one search: more make the candidates hardly fewer
)

// searchText is a row of a space.
type searchText struct {
	Space string `gorm:"primaryKey" ascii:"16"`
	Seq   int64  `gorm:"primaryKey"` // its number in the space
	RowID string `ascii:"64"`
	Text  string `text:"medium"` // see foldedText
}

// searchGram says which rows of a part of a space have a group of characters.
type searchGram struct {
	Space    string `gorm:"primaryKey" ascii:"16"`
	Gram     string `gorm:"primaryKey" text:"8"`
	Part     int    `gorm:"primaryKey"` // row number / gramPart
	Postings []byte // see rowSet
}

// searchSpace counts the rows of a space.
type searchSpace struct {
	Space string `gorm:"primaryKey" ascii:"16"`
	Last  int64  // highest number of a row
}

// unindexedOrder names an order that the search does not know as it is.
type unindexedOrder struct {
	OrderID string `gorm:"primaryKey" ascii:"36"`
}

// foldedText returns the words of all texts, folded, each once, with a space before and after each; "" where there are none.
func foldedText(texts ...string) string {
	var b strings.Builder
	seen := map[string]bool{}
	runes := 0
	add := func(word string) {
		word = cutRunes(word, maxTokenRunes)
		n := utf8.RuneCountInString(word)
		if seen[word] || runes+n > maxTextRunes {
			return
		}
		seen[word] = true
		runes += n
		if b.Len() == 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
		b.WriteByte(' ')
	}
	for _, one := range texts {
		for word := range strings.FieldsSeq(text.Fold(one)) {
			add(word)
			if isGrouped(word) {
				add(strings.ReplaceAll(word, ",", "")) // as a search has it
			}
		}
	}
	return b.String()
}

func cutRunes(word string, longest int) string {
	if utf8.RuneCountInString(word) <= longest {
		return word
	}
	return string([]rune(word)[:longest])
}

// gramsOf returns the groups by which a text of foldedText is found: of each word all groups of three characters, its first two ("^ab"), or
// the whole of a single one ("^a$"); and of ideographs each one and each pair, because two are a word.
func gramsOf(folded string) map[string]bool {
	grams := map[string]bool{}
	for word := range strings.FieldsSeq(folded) {
		runes := []rune(word)
		if len(runes) == 1 {
			grams["^"+word+"$"] = true
		} else {
			grams["^"+string(runes[:2])] = true
		}
		for i := range runes {
			if i+gramRunes <= len(runes) {
				grams[string(runes[i:i+gramRunes])] = true
			}
			if !isIdeograph(runes[i]) {
				continue
			}
			grams[string(runes[i])] = true
			if i+1 < len(runes) && isIdeograph(runes[i+1]) {
				grams[string(runes[i:i+2])] = true
			}
		}
	}
	return grams
}

// partSearch is a search for parts.
type partSearch struct {
	grams    []string // all of which a row must have
	patterns []string // of LIKE … ESCAPE '!', all of which its text must fit
}

// readPartSearch reads what somebody typed. A word of three characters or more is found anywhere, one of two at the beginning of a word,
// a single one as a word; ideographs are found anywhere. It has no patterns where nothing can be searched for.
func readPartSearch(typed string) partSearch {
	var q partSearch
	seen := map[string]bool{}
	for word := range strings.FieldsSeq(text.Fold(typed)) {
		word = plainWord(word)
		if word == "" || seen[word] {
			continue
		}
		if len(seen) == maxPartWords {
			break
		}
		seen[word] = true
		grams, pattern := wordSearch([]rune(cutRunes(word, maxTokenRunes)))
		q.patterns = append(q.patterns, pattern)
		for _, gram := range grams {
			if !slices.Contains(q.grams, gram) {
				q.grams = append(q.grams, gram)
			}
		}
	}
	if len(q.grams) > maxSearchGrams {
		q.grams = q.grams[:maxSearchGrams]
	}
	return q
}

// wordSearch returns groups that a row with the word has, and the pattern of its text.
func wordSearch(runes []rune) (grams []string, pattern string) {
	word := likeEscapes.Replace(string(runes))
	if len(runes) >= gramRunes {
		for i := 0; i+gramRunes <= len(runes); i += gramRunes {
			grams = append(grams, string(runes[i:i+gramRunes]))
		}
		if len(runes)%gramRunes != 0 {
			grams = append(grams, string(runes[len(runes)-gramRunes:]))
		}
		return grams, "%" + word + "%"
	}
	ideographs := 0
	for _, r := range runes {
		if isIdeograph(r) {
			ideographs++
			grams = []string{string(r)}
		}
	}
	switch {
	case ideographs == len(runes):
		return []string{string(runes)}, "%" + word + "%"
	case ideographs > 0:
		return grams, "%" + word + "%"
	case len(runes) == 1:
		return []string{"^" + string(runes) + "$"}, "% " + word + " %"
	}
	return []string{"^" + string(runes)}, "% " + word + "%"
}

// plainWord returns a word as texts have it: without the sign of a number or a currency before it, and an amount without commas that group
// its digits.
func plainWord(word string) string {
	word = strings.TrimLeftFunc(word, func(r rune) bool { return r == '#' || unicode.Is(unicode.Sc, r) })
	word = strings.TrimRight(word, ",;")
	if isGrouped(word) {
		word = strings.ReplaceAll(word, ",", "")
	}
	return word
}

// isGrouped reports whether a text is a number such as "1,346.28".
func isGrouped(word string) bool {
	whole, _, _ := strings.Cut(word, ".")
	groups := strings.Split(whole, ",")
	if len(groups) < 2 || strings.Trim(word, "0123456789.,") != "" {
		return false
	}
	for i, group := range groups {
		if i == 0 && (group == "" || len(group) > 3) || i > 0 && len(group) != 3 {
			return false
		}
	}
	return true
}

// where adds that a text fits the search.
func (q partSearch) where(c *conditions, column string) {
	for _, pattern := range q.patterns {
		c.add(column+" LIKE ? ESCAPE '!'", pattern)
	}
}
