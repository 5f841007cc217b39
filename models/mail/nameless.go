package mail

import (
	"regexp"
	"strings"
)

// namelessError is an error whose text has no e-mail address of a shopper. Mail servers and libraries repeat the address, errors are
// logged, and erasing a person does not reach the logs.
type namelessError struct {
	cause error
	text  string
}

func (e *namelessError) Error() string { return e.text }
func (e *namelessError) Unwrap() error { return e.cause }

// nameless replaces an address, in any case, in the text of err.
func nameless(err error, address string) error {
	if address = strings.TrimSpace(address); err == nil || address == "" {
		return err
	}
	found := regexp.MustCompile("(?i)" + regexp.QuoteMeta(address))
	return &namelessError{err, found.ReplaceAllLiteralString(err.Error(), "…")}
}
