package payments

import (
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
)

// remarkedError is an error with what staff are told about it.
type remarkedError struct {
	remark string // models.Remark
	cause  error
}

func (e *remarkedError) Error() string { return e.cause.Error() }
func (e *remarkedError) Unwrap() error { return e.cause }

// remarked adds to an error what staff are told about it: the code and the values of a models.Remark.
func remarked(err error, code string, pairs ...string) error {
	return &remarkedError{models.Remark(code, pairs...), err}
}

// remarkOf says why something failed, as a models.Remark. What is nothing that staff could do anything about is in the log alone, so that
// no text of the database or of the network ends up on a page.
func remarkOf(err error) string {
	if own, ok := errors.AsType[*remarkedError](err); ok {
		return own.remark
	}
	code, refused := opay.CodeOf(err)
	switch {
	case errors.Is(err, opay.ErrStatementShifted):
		return models.Remark("shifted")
	case refused:
		return models.Remark("refused", "code", string(code))
	case errors.Is(err, opay.ErrUnreachable):
		return models.Remark("unreachable")
	case errors.Is(err, opay.ErrUnknownOutcome):
		return models.Remark("unclear")
	case errors.Is(err, ErrNothingFetched):
		return models.Remark("not_fetched")
	}
	return models.Remark("internal")
}
