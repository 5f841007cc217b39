package mail

import (
	"regexp"
	"strings"
)

// namelessError is an error whose text does not repeat an e-mail address: mail servers and libraries like to, and errors end up in logs, which
// no erase reaches.
type namelessError struct {
	cause error
	text  string
}

func (e *namelessError) Error() string { return e.text }
func (e *namelessError) Unwrap() error { return e.cause }

// nameless takes an address, in whatever case, out of an error's text.
func nameless(err error, address string) error {
	if address = strings.TrimSpace(address); err == nil || address == "" {
		return err
	}
	found := regexp.MustCompile("(?i)" + regexp.QuoteMeta(address))
	return &namelessError{err, found.ReplaceAllLiteralString(err.Error(), "…")}
}
