package models

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// MaxNote is the maximum length of a note, a reason or an explanation that staff write, in characters.
const MaxNote = 2000

// ErrNoteText says that a note or a reason is empty or too long.
var ErrNoteText = errors.New("the text is empty or too long")

// CleanNote is what is kept of a note, a reason or an explanation. Errors: ErrNoteText.
func CleanNote(text string) (string, error) {
	text = strings.TrimSpace(strings.ToValidUTF8(text, ""))
	if text == "" || utf8.RuneCountInString(text) > MaxNote {
		return "", ErrNoteText
	}
	return text, nil
}
