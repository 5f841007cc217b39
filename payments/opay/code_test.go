package opay_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/coincart/coincart/payments/opay"
)

// The codes of platform/api.md §4.
const documentedCodes = "0 10001 10003 10004 10005 10009 10010 10015 10020 50000 50001 50002 50003 50004 50005 50006 50007 50008 50009 50010 50011 " +
	"50012 50013 50014 60001 60002 60003 60004 70001 70002 70003 70004 70005 70006 70007 70008 70009"

func TestCode_EveryDocumentedCodeHasItsOwnText(t *testing.T) {
	texts := map[string]opay.Code{}
	retryable := map[opay.Code]bool{}
	for code := range strings.SplitSeq(documentedCodes, " ") {
		c := opay.Code(code)
		equal(t, c.Known(), true, code)
		if other, twice := texts[c.Text()]; twice {
			t.Errorf("%s and %s have the same text", code, other)
		}
		texts[c.Text()] = c
		if c.Retryable() {
			retryable[c] = true
		}
	}
	equal(t, len(texts), 37, "codes")
	equal(t, len(retryable), 4, "worth retrying")
	for _, c := range []opay.Code{"10001", "10005", "50009", "50011"} {
		equal(t, retryable[c], true, string(c))
	}
	equal(t, opay.Code("99999").Known(), false, "undocumented")
	equal(t, opay.Code("99999").Text(), "undocumented code", "undocumented")
}

func TestCodeOf(t *testing.T) {
	code, ok := opay.CodeOf(fmt.Errorf("place: %w", &opay.Error{Op: "x", Code: opay.CodeIllegalPayer}))
	equal(t, ok, true, "wrapped")
	equal(t, code, opay.CodeIllegalPayer, "code")
	for _, err := range []error{nil, errors.New("x"), opay.ErrUnknownOutcome} {
		_, ok = opay.CodeOf(err)
		equal(t, ok, false, "no refusal")
	}
}
