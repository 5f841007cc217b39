package staff

import (
	_ "embed" // the lists of common passwords
	"sort"
	"strings"
	"unicode"

	"github.com/coincart/coincart/models"
)

// The lists of common passwords. They are derived from the public list of the million most used passwords in SecLists
// (10-million-password-list-top-1000000.txt, MIT licence, see common/LICENSE). Each line is folded by foldLeet, and the lines are sorted.
var (
	// commonPasswords are the passwords of 12 to 40 characters, without those that a program has generated: 36,032.
	//
	//go:embed common/passwords.txt
	commonPasswords string
	// commonWords are the words of 4 to 11 letters among the 20,000 most used passwords.
	//
	//go:embed common/words.txt
	commonWords string
)

// leet replaces the digits and signs that stand for a letter, and gives letters that look alike one form: l and 1 become i.
var leet = strings.NewReplacer(
	"0", "o", "1", "i", "l", "i", "!", "i", "|", "i", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "7", "t", "+", "t", "8", "b",
)

// foldLeet returns text in the form of the lists: lower case, without spaces, letters in place of what stands for them.
func foldLeet(text string) string { return leet.Replace(lowered(text)) }

// lowered returns text in lower case without spaces.
func lowered(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), "")) }

// listed reports whether a list has a line. It searches the text itself, so that the lists take no memory but their own.
func listed(list, line string) bool {
	if line == "" {
		return false
	}
	// start returns where the line begins that holds position i.
	start := func(i int) int { return strings.LastIndexByte(list[:i], '\n') + 1 }
	lineAt := func(i int) string {
		text, _, _ := strings.Cut(list[start(i):], "\n")
		return text
	}
	i := sort.Search(len(list), func(i int) bool { return lineAt(i) >= line })
	return i < len(list) && lineAt(i) == line
}

// Limits of what is easy to guess.
const (
	minOwnWord    = 3                      // length of a word of the e-mail address, the name or the shop's name that counts
	maxCommon     = 2                      // number of different common words that are not enough
	maxPeriod     = models.MinPassword - 1 // length of a text that is repeated
	maxLetterWord = 11
)

// isGuessable reports whether a password is on the list of common ones, is a sequence or a repetition, or consists of words that a guesser
// tries first: at most two common ones, and any number of own (the e-mail address, the name, the shop's name), with digits and signs around
// and between them. Letters may be replaced by the digits and signs that stand for them.
func isGuessable(password string, own ...string) bool {
	plain := lowered(password)
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	head, tail := strings.TrimRightFunc(plain, notLetter), strings.TrimLeftFunc(plain, notLetter)
	core := strings.TrimFunc(plain, notLetter)
	letters := onlyLetters(plain)
	if letters == "" || isRepetition(plain) || isSequence(plain) {
		return true
	}
	words := ownWords(own)
	for _, form := range []string{plain, head, tail, core, letters} { // a sign at an end may stand for a letter, or not
		folded := leet.Replace(form)
		if listed(commonPasswords, folded) || listed(commonWords, folded) || consistsOf(onlyLetters(folded), words) {
			return true
		}
	}
	return false
}

func onlyLetters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, text)
}

// ownWords returns the folded words of texts that are known of a person: each text as a whole, and its parts.
func ownWords(texts []string) map[string]bool {
	words := map[string]bool{}
	add := func(word string) {
		if word = onlyLetters(foldLeet(word)); len([]rune(word)) >= minOwnWord {
			words[word] = true
		}
	}
	for _, text := range texts {
		add(text)
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			add(part)
		}
	}
	return words
}

// consistsOf reports whether a folded text is a sequence of words: own ones, which cost nothing, and at most maxCommon common ones, where a
// word that follows itself counts once.
func consistsOf(text string, own map[string]bool) bool {
	type ending struct {
		common int    // number of common words
		last   string // the last of them
	}
	best := make([]*ending, len(text)+1)
	best[0] = &ending{}
	for i := range text {
		if best[i] == nil {
			continue
		}
		for j := i + 1; j <= len(text); j++ {
			word, to := text[i:j], *best[i]
			switch {
			case own[word]:
			case len(word) <= maxLetterWord && listed(commonWords, word):
				if to.last != word {
					to.common++
				}
				to.last = word
			default:
				continue
			}
			if best[j] == nil || to.common < best[j].common {
				best[j] = &to
			}
		}
	}
	end := best[len(text)]
	return text != "" && end != nil && end.common <= maxCommon
}

// isRepetition reports whether text is a short text, repeated.
func isRepetition(text string) bool {
	for period := 1; period <= min(maxPeriod, len(text)/2); period++ {
		if text[period:] == text[:len(text)-period] {
			return true
		}
	}
	return false
}

// rows are the characters that follow each other in the alphabet, in numbers, and on a keyboard.
var rows = []string{"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm"}

// isSequence reports whether text is made of at most three runs of characters that follow each other, or repeat.
func isSequence(text string) bool {
	const maxRuns = 3
	runs := 1
	for i := 1; i < len(text); i++ {
		if text[i] != text[i-1] && !follow(text[i-1], text[i]) {
			runs++
		}
	}
	return runs <= maxRuns
}

// follow reports whether two characters are neighbours in one of the rows, in either direction.
func follow(a, b byte) bool {
	pair, back := string([]byte{a, b}), string([]byte{b, a})
	for _, row := range rows {
		if strings.Contains(row, pair) || strings.Contains(row, back) {
			return true
		}
	}
	return false
}
