package opay

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// Errors to test for with errors.Is.
var (
	// ErrShape means that a message does not have the form of an envelope, or is
	// not addressed to this application. No key was used (reliability.md E1).
	ErrShape = errors.New("opay: not an envelope of the expected shape")
	// ErrSignature means that no known peer made the signature. Only public keys
	// were used (reliability.md E2), or the shared secret.
	ErrSignature = errors.New("opay: signature of no known peer")
	// ErrEnvelope is the error of every failure after the check of the signature:
	// padding, length, verification (reliability.md E3).
	ErrEnvelope = errors.New("opay: the envelope cannot be opened")
	// ErrJSON means that a text is not strict JSON (reliability.md E4) or lacks a
	// required member.
	ErrJSON = errors.New("opay: not acceptable JSON")
	// ErrKey means that a key cannot be read or used.
	ErrKey = errors.New("opay: unusable key")
	// ErrOwnKey means that the own public key was given as the peer's.
	ErrOwnKey = errors.New("opay: the peer's key is our own key")
	// ErrWeakKey means that a key has less than 2048 bits or an exponent other than
	// 65537 (reliability.md E7).
	ErrWeakKey = errors.New("opay: weak key")
	// ErrAmount means that a text is not an amount, or that the amount does not fit
	// (reliability.md E5).
	ErrAmount = errors.New("opay: not a decimal amount")
	// ErrGoods means that a text or a list is not a valid list of goods.
	ErrGoods = errors.New("opay: not a list of goods")
	// ErrProfile means that a profile has a member or a value that is not known.
	ErrProfile = errors.New("opay: not a profile of a platform")
	// ErrInvalidRequest means that a request was refused before anything was sent.
	ErrInvalidRequest = errors.New("opay: invalid request")
	// ErrUnknownOutcome means that the platform may or may not have acted
	// (reliability.md R2). Ask for the order; never just repeat the call.
	ErrUnknownOutcome = errors.New("opay: outcome unknown")
	// ErrUnreachable means that not one byte of the request was sent.
	ErrUnreachable = errors.New("opay: platform unreachable")
	// ErrNotOffered means that the platform does not offer the call
	// (platform/api.md §3.9).
	ErrNotOffered = errors.New("opay: call not offered by the platform")
	// ErrStatementShifted means that a statement changed while its pages were being
	// read.
	ErrStatementShifted = errors.New("opay: the statement changed between its pages")
	// ErrUnreadableLine means that one line of a statement cannot be read. The
	// others can.
	ErrUnreadableLine = errors.New("opay: a line of the statement cannot be read")
	// ErrRedacted means that a value with secrets was passed to encoding/json.
	ErrRedacted = errors.New("opay: value holds secrets and does not encode itself")
)

// Error is a refusal by the platform: a code other than 0 (platform/api.md §4).
type Error struct {
	Op         string // name of the call, such as "createThirdOrder"
	Code       Code
	Msg        string // the platform's message: cleaned, shortened, without secrets of the request; not part of Error()
	HTTPStatus int
}

// Error returns the call, the code and [Code.Text]. It leaves out Msg, because the
// platform may quote anything there.
func (e *Error) Error() string {
	return "opay: " + e.Op + " refused: " + string(e.Code) + " " + e.Code.Text()
}

// CodeOf returns the platform's code if err is or wraps an [*Error].
func CodeOf(err error) (Code, bool) {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.Code, true
	}
	return "", false
}

// TransportError is a failed call that the platform has not refused. It wraps
// [ErrUnreachable] if nothing was sent, and [ErrUnknownOutcome] otherwise.
type TransportError struct {
	Op         string // name of the call
	Reason     string // what went wrong, one of a fixed set of texts
	HTTPStatus int    // 0 if no answer arrived
	Sent       bool   // false: not one byte of the request was written, which is proved
	Err        error  // cause, or nil

	repeat bool // a read may be repeated
}

// Error returns the outcome, the call and what went wrong.
func (e *TransportError) Error() string {
	var text strings.Builder
	text.WriteString(e.outcome().Error() + ": " + e.Op + ": " + e.Reason)
	if e.HTTPStatus != 0 {
		text.WriteString(" (HTTP " + strconv.Itoa(e.HTTPStatus) + ")")
	}
	if e.Err != nil {
		text.WriteString(": " + e.Err.Error())
	}
	return text.String()
}

// Unwrap returns the outcome, [ErrUnreachable] or [ErrUnknownOutcome], and the
// cause.
func (e *TransportError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.outcome()}
	}
	return []error{e.outcome(), e.Err}
}

func (e *TransportError) outcome() error {
	if e.Sent {
		return ErrUnknownOutcome
	}
	return ErrUnreachable
}

// cleanMessage makes a message of the platform fit for a log line or a page, and
// removes the secrets that it quotes.
func cleanMessage(msg string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			msg = strings.ReplaceAll(msg, secret, "[redacted]")
		}
	}
	msg = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, msg)
	msg = strings.Join(strings.Fields(msg), " ")
	return shorten(msg, 200)
}
