package opay

import (
	"fmt"
	"strconv"
	"strings"
)

// The platform writes numbers as Java prints them: 10.00000000, 1E+2, 3.3152E-4,
// 1.0E10, 0E-8, 007.500, as JSON numbers or as text. They are parsed digit by
// digit, so that nothing is rounded. Their length is limited before anything else
// is done.
const (
	maxNumberBytes    = 128       // of a number as it is written
	maxExponentDigits = 4         // without leading zeros
	hugeExponent      = 1_000_000 // stands for any exponent with more digits: no number that fits reaches it
)

// decimal is the exact value of a number, without padding.
type decimal struct {
	negative bool   // never for zero
	integer  string // without leading zeros; "0" for zero
	fraction string // without trailing zeros; empty for a whole number
}

// readDecimal parses what java.math.BigDecimal parses, in ASCII: an optional sign,
// digits with an optional point, and an optional exponent. problem is empty if text
// is such a number with at most maxInteger digits before and maxFraction digits
// after the point; otherwise it is one of a fixed set of texts. The work is bounded
// by maxNumberBytes and the two limits, whatever the exponent.
func readDecimal(text string, maxInteger, maxFraction int) (d decimal, problem string) {
	if len(text) > maxNumberBytes {
		return decimal{}, fmt.Sprintf("longer than %d characters", maxNumberBytes)
	}
	negative, rest := cutSign(text)
	mantissa, exponent := rest, 0
	if at := strings.IndexAny(rest, "eE"); at >= 0 {
		var ok bool
		if exponent, ok = readExponent(rest[at+1:]); !ok {
			return decimal{}, "no number"
		}
		mantissa = rest[:at]
	}
	whole, part, _ := strings.Cut(mantissa, ".")
	digits := whole + part
	if !isDigits(digits, maxNumberBytes) {
		return decimal{}, "no number"
	}
	// From here on the value is 0.digits × 10^point.
	point := len(whole) + exponent
	significant := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	switch {
	case significant == "":
		return decimal{integer: "0"}, "" // whatever its sign and exponent: 0E-8, -0.0
	case point > maxInteger:
		return decimal{}, fmt.Sprintf("more than %d digits before the point", maxInteger)
	case len(significant)-point > maxFraction:
		return decimal{}, fmt.Sprintf("more than %d digits after the point", maxFraction)
	case point <= 0:
		return decimal{negative: negative, integer: "0", fraction: strings.Repeat("0", -point) + significant}, ""
	case point >= len(significant):
		return decimal{negative: negative, integer: significant + strings.Repeat("0", point-len(significant))}, ""
	default:
		return decimal{negative: negative, integer: significant[:point], fraction: significant[point:]}, ""
	}
}

func cutSign(text string) (negative bool, rest string) {
	if rest, negative = strings.CutPrefix(text, "-"); negative {
		return true, rest
	}
	return false, strings.TrimPrefix(text, "+")
}

// readExponent parses the digits after the E. It returns ±hugeExponent for an
// exponent that is too large for any number that fits.
func readExponent(text string) (exponent int, ok bool) {
	negative, digits := cutSign(text)
	if !isDigits(digits, maxNumberBytes) {
		return 0, false
	}
	exponent = hugeExponent
	if digits = strings.TrimLeft(digits, "0"); len(digits) <= maxExponentDigits {
		exponent, _ = strconv.Atoi("0" + digits) // digits only: it cannot fail
	}
	if negative {
		exponent = -exponent
	}
	return exponent, true
}

// readInteger parses a whole number of at most maxDigits digits and returns it
// without padding, point or exponent: 3.0 and 03 are 3, 1.715310032123E12 is
// 1715310032123, -0 is 0.
func readInteger(text string, maxDigits int) (integer string, ok bool) {
	d, problem := readDecimal(text, maxDigits, 0)
	if problem != "" {
		return "", false
	}
	if d.negative {
		return "-" + d.integer, true
	}
	return d.integer, true
}

// integer returns a member that is a whole number, not negative, of at most
// maxDigits digits. The platform may write it as a number or as text, padded, with
// a point or with an exponent. A member that is absent, null, true, false or an
// empty text gives "" and true. For anything else ok is false.
func (o Object) integer(name string, maxDigits int) (integer string, ok bool) {
	if o.absent(name) {
		return "", true
	}
	text, ok := o.Text(name)
	if !ok || text == "" {
		return "", ok
	}
	integer, ok = readInteger(text, maxDigits)
	if !ok || integer[0] == '-' {
		return "", false
	}
	return integer, true
}

// id returns a member that is an id. A text is returned unchanged, because leading
// zeros are part of an id ("007" is not "7") and 32 hexadecimal digits may look
// like a number with an exponent. A JSON number gives its digits: 1.0000000002E10
// is 10000000002. A number that is negative, not whole, or longer than 64 digits
// gives "", which is not a valid id.
func (o Object) id(name string) (string, bool) {
	v, ok := o.lookup(name)
	switch {
	case ok && v.kind == kindString:
		return v.text, true
	case ok && v.kind == kindNumber:
		integer, whole := readInteger(v.text, maxID)
		if !whole || integer[0] == '-' {
			return "", true
		}
		return integer, true
	}
	return "", false
}
