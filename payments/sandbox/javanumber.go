package sandbox

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
)

// Ways of writing an amount as Java prints numbers. There is always an exponent, which Java writes only for larger or smaller numbers, so that
// every amount tests the reader. The value is exact.
const (
	JavaBigDecimal       = "big_decimal"        // a text, as BigDecimal.toString: "3.3152E-4", "1E+2", "0E-8"
	JavaBigDecimalNumber = "big_decimal_number" // the same as a JSON number
	JavaDouble           = "double"             // a text, as Double.toString: "3.3152E-4", "1.0E2", "0.0E0"
	JavaDoubleNumber     = "double_number"      // the same as a JSON number
)

// AmountPadded writes an amount with zeros up to its 18th fraction digit, as databases print their columns. No seed chooses it.
const AmountPadded = "padded"

// javaNumber writes decimal text in one of the ways.
func javaNumber(amount, way string) json.RawMessage {
	if way == AmountPadded {
		integer, fraction, _ := strings.Cut(amount, ".")
		return quoteJSON(integer + "." + fraction + strings.Repeat("0", max(0, scale-len(fraction))))
	}
	double := way == JavaDouble || way == JavaDoubleNumber
	text := javaText(amount, double)
	if way == JavaBigDecimalNumber || way == JavaDoubleNumber {
		return json.RawMessage(text)
	}
	return quoteJSON(text)
}

// javaText returns the amount with one digit before the point and an exponent. A double has at least one digit after the point and no plus
// sign.
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

// javaWay returns the way of writing an order's amount if a fault of the kind struck.
func (k *core) javaWay(struck []Fault, kind FaultKind, o *Order) (way string, wanted bool) {
	f, wanted := find(struck, kind)
	if !wanted {
		return "", false
	}
	return cmp.Or(f.Way, javaWays[k.seed.below(len(javaWays), "java", o.place())]), true
}
