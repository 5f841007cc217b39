package opay

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// Sentinels that callers decide by, with errors.Is.
var (
	// ErrShape: the message does not look like an envelope of ours, or is not
	// addressed to us. Found without any key (reliability.md E1).
	ErrShape = errors.New("opay: not an envelope of the expected shape")
	// ErrSignature: the signature was not made by a known peer. Found with public
	// keys only (reliability.md E2).
	ErrSignature = errors.New("opay: signature of no known peer")
	// ErrEnvelope is the one error for every failure behind the signature
	// pre-check: padding, length, verification (reliability.md E3).
	ErrEnvelope = errors.New("opay: the envelope cannot be opened")
	// ErrJSON: the text is not the strict JSON that is accepted
	// (reliability.md E4), or lacks a member that is needed.
	ErrJSON = errors.New("opay: not acceptable JSON")
	// ErrKey: a key cannot be read or used.
	ErrKey = errors.New("opay: unusable key")
	// ErrOwnKey: our own public key was given as the peer's.
	ErrOwnKey = errors.New("opay: the peer's key is our own key")
	// ErrWeakKey: a key is below 2048 bits or its exponent is not 65537
	// (reliability.md E7).
	ErrWeakKey = errors.New("opay: weak key")
	// ErrAmount: not an amount, or one that does not fit (reliability.md E5).
	ErrAmount = errors.New("opay: not a decimal amount")
	// ErrGoods: not a list of goods.
	ErrGoods = errors.New("opay: not a list of goods")
	// ErrInvalidRequest: the request was refused before anything was sent.
	ErrInvalidRequest = errors.New("opay: invalid request")
	// ErrUnknownOutcome: the platform may or may not have acted
	// (reliability.md R2). It is resolved by asking, never by repeating blindly.
	ErrUnknownOutcome = errors.New("opay: outcome unknown")
	// ErrUnreachable: not one byte of the request was sent.
	ErrUnreachable = errors.New("opay: platform unreachable")
	// ErrNotOffered: the platform does not offer the call (platform/api.md §3.9).
	ErrNotOffered = errors.New("opay: call not offered by the platform")
	// ErrStatementShifted: a statement changed while its pages were being read.
	ErrStatementShifted = errors.New("opay: the statement changed between its pages")
	// ErrUnreadableLine: a line of a statement cannot be read. The others can.
	ErrUnreadableLine = errors.New("opay: a line of the statement cannot be read")
	// ErrRedacted: a value that holds tokens was given to encoding/json.
	ErrRedacted = errors.New("opay: value holds secrets and does not encode itself")
)

// Error is a refusal by the platform: a verified or plain code other than 0
// (platform/api.md §4).
type Error struct {
	Op         string // the call's name, such as "createThirdOrder"
	Code       Code
	Msg        string // the platform's words: cleaned, shortened, without what we sent; not part of Error()
	HTTPStatus int
}

// Error names the call, the code and our own words for the code. The platform's
// words stay out, because nobody knows what they may quote.
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

// TransportError is a call without a verdict of the platform. It is
// [ErrUnreachable] if nothing was sent, and [ErrUnknownOutcome] otherwise.
type TransportError struct {
	Op         string // the call's name
	Reason     string // what was wrong, in fixed words
	HTTPStatus int    // 0 if no answer arrived
	Sent       bool   // false: proved that not one byte of the request was written
	Err        error  // the cause, or nil

	repeat bool // worth asking again, for reads
}

// Error says what was being done and what went wrong.
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

// Unwrap gives the outcome, [ErrUnreachable] or [ErrUnknownOutcome], and the cause.
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

// cleanMessage makes the platform's words fit for a log line or a page, and
// removes whatever secrets of ours they quote.
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
