package mail

import (
	"regexp"
	"strings"
)

// redactedError is an error whose text has no e-mail address of a shopper. Mail servers and libraries repeat the address, errors are
// logged, and erasing a person does not reach the logs.
type redactedError struct {
	cause error
	text  string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.cause }

// redact replaces an address, in any case, in the text of err.
func redact(err error, address string) error {
	if address = strings.TrimSpace(address); err == nil || address == "" {
		return err
	}
	found := regexp.MustCompile("(?i)" + regexp.QuoteMeta(address))
	return &redactedError{err, found.ReplaceAllLiteralString(err.Error(), "…")}
}
