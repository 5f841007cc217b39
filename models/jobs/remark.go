package jobs

import (
	"errors"

	"github.com/coincart/coincart/models"
)

// remarkedError is an error with an explanation for staff.
type remarkedError struct {
	remark string // as models.Remark encodes it
	cause  error
}

func (e *remarkedError) Error() string { return e.cause.Error() }
func (e *remarkedError) Unwrap() error { return e.cause }

// Remarked adds an explanation for staff to err: the code and the values of a models.Remark. An error that already has one is returned
// unchanged.
func Remarked(err error, code string, pairs ...string) error {
	if _, known := errors.AsType[*remarkedError](err); known {
		return err
	}
	return &remarkedError{models.Remark(code, pairs...), err}
}

// RemarkOf returns the explanation of err for staff, encoded by models.Remark. It is "internal" for an error without one, so that no text
// of the database or the network appears on a page; such errors are in the log.
func RemarkOf(err error) string {
	if own, ok := errors.AsType[*remarkedError](err); ok {
		return own.remark
	}
	return models.Remark("internal")
}
