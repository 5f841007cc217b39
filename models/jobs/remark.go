package jobs

import (
	"errors"

	"github.com/coincart/coincart/models"
)

// remarkedError is an error with what staff are told about it.
type remarkedError struct {
	remark string // models.Remark
	cause  error
}

func (e *remarkedError) Error() string { return e.cause.Error() }
func (e *remarkedError) Unwrap() error { return e.cause }

// Remarked adds to an error what staff are told about it: the code and the values of a models.Remark. An error that has a remark keeps it.
func Remarked(err error, code string, pairs ...string) error {
	if _, known := errors.AsType[*remarkedError](err); known {
		return err
	}
	return &remarkedError{models.Remark(code, pairs...), err}
}

// RemarkOf says why something failed, as a models.Remark. What staff could do nothing about is in the log alone, so that no text of the
// database or of the network ends up on a page.
func RemarkOf(err error) string {
	if own, ok := errors.AsType[*remarkedError](err); ok {
		return own.remark
	}
	return models.Remark("internal")
}
