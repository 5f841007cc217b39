package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// FaultKind is one way in which a platform can misbehave.
type FaultKind string

// Faults of calls. Each strikes calls of the name in Fault.Call, or all.
const (
	FaultAnswerLost     FaultKind = "answer_lost"     // the call takes effect, then the connection is cut without an answer
	FaultUnreachable    FaultKind = "unreachable"     // the connection is cut and nothing happens
	FaultServerError    FaultKind = "server_error"    // HTTP 503 with a page; takes effect only with Accept
	FaultHTML           FaultKind = "html"            // HTTP 200 with a page of HTML; takes effect only with Accept
	FaultEmpty          FaultKind = "empty"           // HTTP 200 without a body; the call takes effect
	FaultTruncated      FaultKind = "truncated"       // half of the answer's JSON; the call takes effect
	FaultUnsigned       FaultKind = "unsigned"        // a success without sign; the call takes effect
	FaultWrongSignature FaultKind = "wrong_signature" // a success with the platform's signature of another text; the call takes effect
	FaultOtherOrder     FaultKind = "other_order"     // a well-signed success about another order; the call takes effect
	FaultStale          FaultKind = "stale"           // orderDetail and getReferenceOrder tell the order's status before its last change
	FaultRefuse         FaultKind = "refuse"          // refused with Fault.Code (10001 if empty); nothing happens
	FaultSlow           FaultKind = "slow"            // the answer waits for Fault.Delay (5 s if 0); combines with the others
	FaultJavaAmount     FaultKind = "java_amount"     // amounts have exponents, see Fault.Way; orderDetail, getReferenceOrder and the statement; combines too
	FaultHexOrderNum    FaultKind = "hex_order_num"   // createThirdOrder gives an order number of 32 hexadecimal digits; combines too
)

// Faults of the statement, of the call merchantBillingDay alone.
const (
	FaultStatementMissing FaultKind = "statement_missing" // a line is left out
	FaultStatementExtra   FaultKind = "statement_extra"   // a line too many, of an order that nobody made
	FaultStatementDouble  FaultKind = "statement_double"  // a line stands twice
	FaultStatementAmount  FaultKind = "statement_amount"  // a line's amount is one more in the last digit
	FaultStatementShifted FaultKind = "statement_shifted" // the day begins eight hours late

	FaultStatementUnreadable FaultKind = "statement_unreadable" // a line cannot be read, see Fault.Way
)

// Faults of callbacks.
const (
	FaultCallbackLate        FaultKind = "callback_late"         // the first try waits for Fault.Delay (5 s to 60 s, seeded, if 0)
	FaultCallbackDoubled     FaultKind = "callback_doubled"      // Fault.Count of them (2 if 0), all alike
	FaultCallbackShuffled    FaultKind = "callback_shuffled"     // another status before or after the true one, see Fault.Way
	FaultCallbackLost        FaultKind = "callback_lost"         // never sent
	FaultCallbackForged      FaultKind = "callback_forged"       // somebody else says "paid" as soon as the order exists, see Fault.Way
	FaultCallbackWrongAmount FaultKind = "callback_wrong_amount" // well signed, but for another amount, see Fault.Way
	FaultCallbackJavaAmount  FaultKind = "callback_java_amount"  // the true amount with an exponent, see Fault.Way
	FaultCallbackEarly       FaultKind = "callback_early"        // "pending" arrives before createThirdOrder has answered
	FaultCallbackEarlyPaid   FaultKind = "callback_early_paid"   // the payer pays at once; "paid" arrives before createThirdOrder has answered
)

// Faults of payments: the order is paid with another amount or coin than the merchant asked for, which orderDetail, the statement and, of the
// amount, the callback tell from then on (Order.Asked keeps the other amount).
const (
	FaultUnderpaid FaultKind = "underpaid"  // less arrives, see Fault.Way
	FaultOverpaid  FaultKind = "overpaid"   // more arrives, see Fault.Way
	FaultOtherCoin FaultKind = "other_coin" // the same number of another coin arrives
)

// Ways of paying another amount.
const (
	OffDigit = "digit" // one in the coin's last digit (the default)
	OffHalf  = "half"  // half of the amount
)

// Ways of a forged callback, in Fault.Way and Notice.Forge.
const (
	ForgeForeignKey = "foreign_key"      // signed with a key of somebody else
	ForgeUnsigned   = "unsigned"         // sign is empty
	ForgeRandom     = "random_signature" // sign is random bytes of the right length
	ForgeTampered   = "tampered"         // the true notification's signature over another text
	ForgeSwapped    = "swapped"          // a signature that the platform made for something else
	ForgePlain      = "not_encrypted"    // data is the text itself in base64
)

// Ways of a shuffled callback. The true status is sent too.
const (
	ShufflePendingLast = "pending_last" // the true one, then 1 (the default)
	ShuffleClosedFirst = "closed_first" // 0, then the true one
	ShuffleFailedFirst = "failed_first" // 2, then the true one
)

// Ways of a wrong amount.
const (
	AmountPlus     = "plus"     // one more in the coin's last digit (the default)
	AmountMinus    = "minus"    // one less in the coin's last digit
	AmountZero     = "zero"     // 0
	AmountNegative = "negative" // the amount with a minus sign
	AmountExponent = "exponent" // the amount written with an exponent
)

// Ways of a line of a statement that cannot be read.
const (
	UnreadableAmount   = "amount"     // orderAmount is "n/a" (the default)
	UnreadableNoAmount = "no_amount"  // orderAmount is missing
	UnreadableNull     = "null"       // orderAmount is null
	UnreadableNegative = "negative"   // orderAmount has a minus sign
	UnreadableNoID     = "no_id"      // appOrderId is missing
	UnreadableCoin     = "coin"       // payCoinSymbol is a sentence
	UnreadableTime     = "time"       // createTime and payTime are no milliseconds
	UnreadableType     = "order_type" // orderType is one that nobody documented
)

// Fault is a switched-on fault. Only the members that its kind speaks of matter.
type Fault struct {
	Kind    FaultKind `json:"kind"`
	Call    string    `json:"call,omitempty"`    // name of the call, such as orderDetail; empty: every call
	Times   int       `json:"times,omitempty"`   // how often it still strikes; 0: until it is switched off
	Percent int       `json:"percent,omitempty"` // chance to strike, 1 to 100, under the seed; 0: always
	Delay   Duration  `json:"delay,omitempty"`   // such as "7.9s", at most an hour; for slow at most two minutes
	Code    opay.Code `json:"code,omitempty"`    // of refuse
	Way     string    `json:"way,omitempty"`     // of callbacks forged, shuffled, of a wrong amount, of Java's amounts, of an unreadable line, of another amount paid; empty for forged and Java's: seeded
	Count   int       `json:"count,omitempty"`   // of callback_doubled, at most 200
	Accept  bool      `json:"accept,omitempty"`  // server_error and html: the call takes effect nevertheless
}

// Faults are the switched-on faults. Of those that spoil an answer the first that strikes is used; those of the statement and of
// callbacks combine.
type Faults []Fault

// Duration is a time.Duration that reads and writes itself as text such as "7.9s".
type Duration time.Duration

// MarshalText writes the duration as time.Duration.String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("read a duration such as 7.9s: %w", err)
	}
	*d = Duration(parsed)
	return nil
}

// ErrFault is wrapped by every error about an invalid fault.
var ErrFault = errors.New("sandbox: impossible fault")

const (
	maxFaults = 100
	maxSlow   = 2 * time.Minute
	maxDelay  = time.Hour
	maxCopies = 200
)

// faultGroup is what a kind of fault is about. The console shows the groups in this order.
type faultGroup int

const (
	ofCalls faultGroup = iota
	ofStatements
	ofCallbacks
	ofPayments
)

// faultForm describes a kind of fault.
type faultForm struct {
	kind  FaultKind
	group faultGroup
	calls []string // the only calls that it can strike; empty: every call, or none for a fault of callbacks
	ways  []string // empty: there is only one
	early bool     // a fault of callbacks that strikes when an order is made, not when its status changes
}

// faultForms are the kinds in the order in which the console shows them.
var faultForms = []faultForm{
	{kind: FaultAnswerLost},
	{kind: FaultUnreachable},
	{kind: FaultServerError},
	{kind: FaultHTML},
	{kind: FaultEmpty},
	{kind: FaultTruncated},
	{kind: FaultUnsigned},
	{kind: FaultWrongSignature},
	{kind: FaultOtherOrder},
	{kind: FaultStale, calls: []string{callOrderDetail, callReference}},
	{kind: FaultRefuse},
	{kind: FaultSlow},
	{kind: FaultJavaAmount, calls: []string{callOrderDetail, callReference, callStatement}, ways: writtenWays},
	{kind: FaultHexOrderNum, calls: []string{callCreate}},
	{kind: FaultStatementMissing, group: ofStatements, calls: statementOnly},
	{kind: FaultStatementExtra, group: ofStatements, calls: statementOnly},
	{kind: FaultStatementDouble, group: ofStatements, calls: statementOnly},
	{kind: FaultStatementAmount, group: ofStatements, calls: statementOnly},
	{kind: FaultStatementShifted, group: ofStatements, calls: statementOnly},
	{kind: FaultStatementUnreadable, group: ofStatements, calls: statementOnly, ways: []string{
		UnreadableAmount, UnreadableNoAmount, UnreadableNull, UnreadableNegative, UnreadableNoID, UnreadableCoin, UnreadableTime, UnreadableType,
	}},
	{kind: FaultCallbackLate, group: ofCallbacks},
	{kind: FaultCallbackDoubled, group: ofCallbacks},
	{kind: FaultCallbackShuffled, group: ofCallbacks, ways: []string{ShufflePendingLast, ShuffleClosedFirst, ShuffleFailedFirst}},
	{kind: FaultCallbackLost, group: ofCallbacks},
	{kind: FaultCallbackForged, group: ofCallbacks, ways: forgeWays, early: true},
	{kind: FaultCallbackWrongAmount, group: ofCallbacks, ways: []string{AmountPlus, AmountMinus, AmountZero, AmountNegative, AmountExponent}},
	{kind: FaultCallbackJavaAmount, group: ofCallbacks, ways: writtenWays},
	{kind: FaultCallbackEarly, group: ofCallbacks, early: true},
	{kind: FaultCallbackEarlyPaid, group: ofCallbacks, early: true},
	{kind: FaultUnderpaid, group: ofPayments, ways: offWays},
	{kind: FaultOverpaid, group: ofPayments, ways: offWays},
	{kind: FaultOtherCoin, group: ofPayments},
}

var (
	statementOnly = []string{callStatement}
	offWays       = []string{OffDigit, OffHalf}
	forgeWays     = []string{ForgeForeignKey, ForgeUnsigned, ForgeRandom, ForgeTampered, ForgeSwapped, ForgePlain}
	javaWays      = []string{JavaBigDecimal, JavaBigDecimalNumber, JavaDouble, JavaDoubleNumber}
	writtenWays   = append(slices.Clone(javaWays), AmountPadded)
)

// ofCall reports whether faults of the kind strike calls of the API.
func (f faultForm) ofCall() bool { return f.group == ofCalls || f.group == ofStatements }

// form returns the description of the kind, the zero value for an unknown one.
func (k FaultKind) form() faultForm {
	form, _ := findFunc(faultForms, func(f faultForm) bool { return f.kind == k })
	return form
}

// Check returns an error for faults that cannot be switched on. It wraps ErrFault and names the fault by its position, from 1.
func (f Faults) Check() error {
	if len(f) > maxFaults {
		most := strconv.Itoa(maxFaults)
		return fmt.Errorf("%w: %w", ErrFault, &inputError{id: "faults", text: "more than " + most + " faults", value: most})
	}
	for i, fault := range f {
		if problem := fault.problem(); problem != nil {
			return fmt.Errorf("%w: fault %d: %w", ErrFault, i+1, problem)
		}
	}
	return nil
}

// problem returns what is invalid, or nil.
func (f Fault) problem() *inputError {
	form := f.Kind.form()
	delay, most := time.Duration(f.Delay), maxDelay
	if f.Kind == FaultSlow {
		most = maxSlow
	}
	switch {
	case form.kind == "":
		return &inputError{id: "kind", text: "unknown kind " + strconv.Quote(string(f.Kind))}
	case f.Call != "" && !slices.ContainsFunc(apiCalls, func(c apiCall) bool { return c.name == f.Call }):
		return &inputError{id: "call", text: "unknown call " + strconv.Quote(f.Call)}
	case f.Call != "" && !form.ofCall():
		return &inputError{id: "callback_call", text: "a fault of callbacks or payments has no call"}
	case f.Call != "" && form.calls != nil && !slices.Contains(form.calls, f.Call):
		return &inputError{id: "other_call", text: string(f.Kind) + " does not concern " + f.Call, value: f.Call}
	case f.Times < 0:
		return &inputError{id: "whole", text: "times is negative"}
	case f.Percent < 0 || f.Percent > 100:
		return &inputError{id: "percent", text: "percent is not 0 to 100"}
	case delay < 0 || delay > most:
		return &inputError{id: "too_long", text: "delay is not 0 to " + most.String(), most: most}
	case f.Code != "" && (!f.Code.Known() || f.Code == opay.CodeOK):
		return &inputError{id: "code", text: "code is not one of the documented error codes"}
	case f.Way != "" && !slices.Contains(form.ways, f.Way):
		return &inputError{id: "way", text: string(f.Kind) + " has no way " + strconv.Quote(f.Way)}
	case f.Count < 0 || f.Count > maxCopies:
		return &inputError{id: "copies", text: "count is not 0 to " + strconv.Itoa(maxCopies), value: strconv.Itoa(maxCopies)}
	}
	return nil
}

// concerns reports whether the fault can strike the call.
func (f Fault) concerns(call string) bool {
	form := f.Kind.form()
	switch {
	case !form.ofCall():
		return false
	case f.Call != "":
		return f.Call == call
	}
	return form.calls == nil || slices.Contains(form.calls, call)
}

// strike returns the faults that strike an event, and counts down their Times. seq is the number of the event, with which chance is derived
// from the seed.
func (f *Faults) strike(s seed, seq uint64, concerned func(Fault) bool) []Fault {
	var struck []Fault
	kept := make(Faults, 0, len(*f))
	for i, fault := range *f {
		hit := concerned(fault) && fault.thrown(s, seq, i)
		// A second fault that spoils the same answer could not show, so it keeps its turn for the next call.
		if hit && fault.spoils() && slices.ContainsFunc(struck, Fault.spoils) {
			hit = false
		}
		if hit {
			struck = append(struck, fault)
			if fault.Times == 1 {
				continue
			}
			fault.Times = max(0, fault.Times-1)
		}
		kept = append(kept, fault)
	}
	*f = kept
	return struck
}

// thrown reports whether the fault strikes by its Percent.
func (f Fault) thrown(s seed, seq uint64, place int) bool {
	if f.Percent == 0 {
		return true
	}
	return s.below(100, "fault", string(f.Kind), strconv.FormatUint(seq, 10), strconv.Itoa(place)) < f.Percent
}

// spoils reports whether only one fault of the kind can apply to an answer. Faults of the statement change different lines and combine; so
// do the ways of writing amounts and order numbers.
func (f Fault) spoils() bool {
	return f.Kind.form().group == ofCalls && f.Kind != FaultSlow && f.Kind != FaultJavaAmount && f.Kind != FaultHexOrderNum
}

// find returns the fault of a kind among those that struck.
func find(struck []Fault, kind FaultKind) (Fault, bool) {
	return findFunc(struck, func(f Fault) bool { return f.Kind == kind })
}
