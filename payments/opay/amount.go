package opay

import (
	"fmt"
	"strings"
)

// Amount is an amount of a coin as decimal text: 1 to 18 digits without a leading
// zero, then optionally a point and 1 to 18 digits, without sign or exponent
// (reliability.md E5). [ParseAmount] keeps the text as it is; [ReadAmount] removes
// padding. Compare amounts with [Amount.Equal].
type Amount string

const (
	maxIntegerDigits  = 18
	maxFractionDigits = 18
)

// ParseAmount checks that text matches ^(0|[1-9]\d{0,17})(\.\d{1,18})?$ and returns
// it unchanged. Requests use this strict form. Errors wrap [ErrAmount] and do not
// quote text.
func ParseAmount(text string) (Amount, error) {
	integer, fraction, point := strings.Cut(text, ".")
	switch {
	case !isDigits(integer, maxIntegerDigits):
		return "", fmt.Errorf("%w: digits expected, at most %d before the point", ErrAmount, maxIntegerDigits)
	case len(integer) > 1 && integer[0] == '0':
		return "", fmt.Errorf("%w: superfluous leading zero", ErrAmount)
	case point && !isDigits(fraction, maxFractionDigits):
		return "", fmt.Errorf("%w: digits expected, at most %d after the point", ErrAmount, maxFractionDigits)
	}
	return Amount(text), nil
}

// ReadAmount parses an amount as the platform writes it, the text of a JSON number
// or a JSON string. It returns the exact value in the form of [ParseAmount],
// without padding: 1E+2 is "100", 3.3152E-4 is "0.00033152", 007.500 is "7.5",
// 10.00000000 is "10". It accepts what java.math.BigDecimal parses, in ASCII
// digits: an optional sign, digits with an optional point, an optional exponent, at
// maxLen 128 characters. Minus zero is 0.
//
// ReadAmount never rounds. It refuses a value that is negative or needs more than
// 18 digits before or after the point, and everything else: NaN, Infinity,
// hexadecimal, grouping, white space, the empty text. Errors wrap [ErrAmount] and
// do not quote text.
func ReadAmount(text string) (Amount, error) {
	d, problem := readDecimal(text, maxIntegerDigits, maxFractionDigits)
	switch {
	case problem != "":
		return "", fmt.Errorf("%w: %s", ErrAmount, problem)
	case d.negative:
		return "", fmt.Errorf("%w: below zero", ErrAmount)
	case d.fraction == "":
		return Amount(d.integer), nil
	}
	return Amount(d.integer + "." + d.fraction), nil
}

// Equal reports whether two amounts are the same number: "10" equals "10.00000000".
// An invalid amount equals nothing, not even itself.
func (a Amount) Equal(b Amount) bool {
	if _, err := ParseAmount(string(a)); err != nil {
		return false
	}
	if _, err := ParseAmount(string(b)); err != nil {
		return false
	}
	return a.canonical() == b.canonical()
}

// IsZero reports whether a is an amount of value 0.
func (a Amount) IsZero() bool { return a.Equal("0") }

func (a Amount) canonical() string {
	integer, fraction, _ := strings.Cut(string(a), ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction == "" {
		return integer
	}
	return integer + "." + fraction
}
