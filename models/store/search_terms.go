package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

// searchVersion names the rules below. Products that were indexed by others are indexed again (RefreshCatalogue).
const searchVersion = 1

// The weights of a word, by where it stands. A word counts once, where it weighs most.
const (
	weightText     = 1
	weightCategory = 2
	weightName     = 4 // SKU, barcode, tag, option
	weightTitle    = 8
)

const (
	maxTermRunes   = 40
	maxTextTerms   = 250 // words that only summary and description have, all languages together
	maxSearchTerms = 12  // of one search
	minPrefix      = 3   // runes of a word that may be the beginning of another
)

// term is a word of a search.
type term struct {
	text   string
	prefix bool // other words may go on from it
}

// isIdeograph reports whether a letter is of a language that put no spaces between words. They are found by pairs of neighbours.
func isIdeograph(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// eachRun divides a text into words, folded: letters and digits, ideographs, or one sign that stands for something, such as an emoji.
// Everything else divides.
func eachRun(s string, yield func(word string, ideographs bool)) {
	folded := text.Fold(s)
	start, kind := 0, 0
	flush := func(end int) {
		if kind != 0 && end > start {
			yield(folded[start:end], kind == 2)
		}
	}
	for i, r := range folded {
		next := 0
		switch {
		case isIdeograph(r):
			next = 2
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			next = 1
		case unicode.Is(unicode.So, r):
			next = 3
		}
		if next != kind || next == 3 {
			flush(i)
			start, kind = i, next
		}
	}
	flush(len(folded))
}

// eachTerm calls yield with the words that a text is found by: of ideographs each one and each pair.
func eachTerm(text string, yield func(string)) {
	eachRun(text, func(word string, ideographs bool) {
		if !ideographs {
			yield(cutTerm(word))
			return
		}
		before := ""
		for _, r := range word {
			one := string(r)
			yield(one)
			if before != "" {
				yield(before + one)
			}
			before = one
		}
	})
}

func cutTerm(word string) string {
	n := 0
	for i := range word {
		if n == maxTermRunes {
			return word[:i]
		}
		n++
	}
	return word
}

// searchTerms returns the words of a search, without repetition; more than anybody types is cut off. Of ideographs the pairs are enough.
// The last word may be the beginning of one.
func searchTerms(text string) []term {
	var list []term
	add := func(t term) {
		if i := slices.IndexFunc(list, func(o term) bool { return o.text == t.text }); i >= 0 {
			list[i].prefix = list[i].prefix && t.prefix
			return
		}
		if len(list) < maxSearchTerms {
			list = append(list, t)
		}
	}
	eachRun(text, func(word string, ideographs bool) {
		for i := range list {
			list[i].prefix = false
		}
		if !ideographs {
			word = cutTerm(word)
			add(term{word, utf8.RuneCountInString(word) >= minPrefix})
			return
		}
		runes := []rune(word)
		if len(runes) == 1 {
			add(term{text: word})
		}
		for i := 1; i < len(runes); i++ {
			add(term{text: string(runes[i-1 : i+1])})
		}
	})
	return list
}

// index collects the words of a product with their weights.
type index struct {
	weights map[string]int
	texts   int // words that were added for a text alone
}

func (x *index) add(weight int, texts ...string) {
	for _, text := range texts {
		if text == "" {
			continue
		}
		eachTerm(text, func(word string) {
			if weight <= x.weights[word] {
				return
			}
			if weight == weightText {
				if x.texts == maxTextTerms {
					return
				}
				x.texts++
			}
			x.weights[word] = weight
		})
	}
}

// addCode adds a word that people write with and without its dashes.
func (x *index) addCode(code string) {
	x.add(weightName, code)
	var parts []string
	eachRun(code, func(word string, _ bool) { parts = append(parts, word) })
	if len(parts) > 1 {
		x.weights[cutTerm(strings.Join(parts, ""))] = weightName
	}
}

// productTerms returns all words that find a product, in the form of products.search_text: sorted, each with its weight behind it, between
// spaces. categories are those that it is in, with those above them.
func productTerms(p models.Product, categories []models.Category) string {
	x := index{weights: map[string]int{}}
	x.add(weightTitle, p.Title)
	x.add(weightTitle, translations(p.Texts, "title")...)
	for _, v := range p.Variants {
		x.addCode(v.SKU)
		x.addCode(v.Barcode)
		x.add(weightName, v.Title)
		x.add(weightName, v.Options...)
		for _, fields := range v.Texts {
			for _, text := range fields {
				x.add(weightName, text)
			}
		}
	}
	x.add(weightName, p.Tags...)
	for _, c := range categories {
		x.add(weightCategory, c.Name)
		x.add(weightCategory, translations(c.Texts, "name")...)
	}
	x.add(weightText, p.Summary)
	x.add(weightText, translations(p.Texts, "summary")...)
	x.add(weightText, p.Description)
	x.add(weightText, translations(p.Texts, "description")...)
	return x.String()
}

// String writes the words for products.search_text.
func (x *index) String() string {
	words := make([]string, 0, len(x.weights))
	for word, weight := range x.weights {
		words = append(words, word+strconv.Itoa(weight))
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// weighed is a word as products.search_text lists it.
type weighed struct {
	term   string
	weight int
}

// readTerms reads products.search_text, sorted by the word. What other rules wrote there is left out.
func readTerms(text string) []weighed {
	if text == "" {
		return nil
	}
	list := make([]weighed, 0, strings.Count(text, " ")+1)
	for word := range strings.SplitSeq(text, " ") {
		last := len(word) - 1
		if last < 1 || word[last] < '1' || word[last] > '9' {
			continue
		}
		list = append(list, weighed{word[:last], int(word[last] - '0')})
	}
	slices.SortFunc(list, func(a, b weighed) int { return cmp.Compare(a.term, b.term) })
	return list
}

// differences compares two sorted lists of words: it returns those that were removed and those that were added. A word that weighs
// something else now is both.
func differences(was, is []weighed) (removed, added []weighed) {
	for len(was) > 0 || len(is) > 0 {
		switch {
		case len(is) == 0 || (len(was) > 0 && was[0].term < is[0].term):
			removed, was = append(removed, was[0]), was[1:]
		case len(was) == 0 || is[0].term < was[0].term:
			added, is = append(added, is[0]), is[1:]
		default:
			if was[0].weight != is[0].weight {
				removed, added = append(removed, was[0]), append(added, is[0])
			}
			was, is = was[1:], is[1:]
		}
	}
	return removed, added
}
