package sandbox

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
)

// Ways of writing an amount as Java prints numbers. An exponent is always there, also where Java writes one only for larger or smaller
// numbers, so that every amount puts a reader to the test. The number is the true one, to its last digit.
const (
	JavaBigDecimal       = "big_decimal"        // a text, as BigDecimal.toString: "3.3152E-4", "1E+2", "0E-8"
	JavaBigDecimalNumber = "big_decimal_number" // the same as a JSON number
	JavaDouble           = "double"             // a text, as Double.toString: "3.3152E-4", "1.0E2", "0.0E0"
	JavaDoubleNumber     = "double_number"      // the same as a JSON number
)

// javaNumber writes decimal text in one of the ways.
func javaNumber(amount, way string) json.RawMessage {
	double := way == JavaDouble || way == JavaDoubleNumber
	text := javaText(amount, double)
	if way == JavaBigDecimalNumber || way == JavaDoubleNumber {
		return json.RawMessage(text)
	}
	return quoteJSON(text)
}

// javaText is the amount with one digit before the point and an exponent. A double has at least one digit behind the point and no plus sign.
func javaText(amount string, double bool) string {
	integer, fraction, _ := strings.Cut(amount, ".")
	digits := strings.TrimLeft(integer+fraction, "0")
	exponent := len(integer) - 1 - (len(integer+fraction) - len(digits))
	digits = strings.TrimRight(digits, "0")
	switch {
	case digits == "" && double:
		return "0.0E0"
	case digits == "":
		return "0E-8"
	}
	mantissa := digits[:1]
	if rest := digits[1:]; rest != "" {
		mantissa += "." + rest
	} else if double {
		mantissa += ".0"
	}
	sign := ""
	if exponent >= 0 && !double {
		sign = "+"
	}
	return mantissa + "E" + sign + strconv.Itoa(exponent)
}

// javaWay finds out whether a fault of the kind wants amounts as Java prints them, and in which way for the order.
func (k *core) javaWay(struck []Fault, kind FaultKind, o *Order) (way string, wanted bool) {
	f, wanted := find(struck, kind)
	if !wanted {
		return "", false
	}
	return cmp.Or(f.Way, javaWays[k.seed.below(len(javaWays), "java", o.place())]), true
}
