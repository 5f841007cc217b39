package models

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/coincart/coincart/models/text"
)

// MaxNote is the maximum length of a note, a reason or an explanation that staff write, in characters.
const MaxNote = 2000

// MaxReason is the maximum length of a reason that staff give, or of a note to a shopper, in characters.
const MaxReason = 1000

// ErrNoteText means that a note or a reason is empty or too long.
var ErrNoteText = errors.New("the text is empty or too long")

// CleanNote returns a note, a reason or an explanation without invisible characters, trimmed. Errors: ErrNoteText.
func CleanNote(note string) (string, error) { return cleanNote(note, MaxNote) }

// CleanReason is CleanNote with at most MaxReason characters.
func CleanReason(reason string) (string, error) { return cleanNote(reason, MaxReason) }

func cleanNote(note string, most int) (string, error) {
	note = strings.TrimSpace(text.CleanLines(note))
	if text.Blank(note) || utf8.RuneCountInString(note) > most {
		return "", ErrNoteText
	}
	return note, nil
}
