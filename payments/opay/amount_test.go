package opay_test

import (
	"math/big"
	"regexp"
	"strings"
	"testing"

	"coincart/payments/opay"
)

var amountForm = regexp.MustCompile(`\A(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?\z`)

func TestParseAmount(t *testing.T) {
	nines := strings.Repeat("9", 18)
	for _, text := range []string{"0", "1", "10", "0.00012345", "10.00000000", "0.0", "20001.21", nines + "." + nines, "0." + strings.Repeat("0", 17) + "1"} {
		a, err := opay.ParseAmount(text)
		noError(t, err)
		equal(t, string(a), text, "kept as written")
	}
	for _, text := range []string{
		"", " ", ".", "1.", ".5", "00", "01", "-1", "+1", "-0", "1e8", "1E-8", "1,5", "1 000", "NaN", "Infinity", "inf", "0x10", "1_000", "１", "1.5\n", " 1",
		"1.2.3", nines + "0", "0." + nines + "0", "1\x00",
	} {
		_, err := opay.ParseAmount(text)
		isError(t, err, opay.ErrAmount)
		if len(text) > 3 {
			lacks(t, err.Error(), text, "the error")
		}
	}
}

func TestAmountEqual_IsNumericAndExact(t *testing.T) {
	for _, c := range []struct {
		a, b opay.Amount
		want bool
	}{
		{"10", "10.00000000", true},
		{"0", "0.0", true},
		{"0.10", "0.1", true},
		{"10", "1", false},
		{"10", "100", false},
		{"0.1", "0.10000000000000001", false},
		{"123456789012345678.000000000000000001", "123456789012345678", false},
		{"10", "", false},
		{"", "", false},
		{"1e1", "1e1", false},
		{"NaN", "NaN", false},
	} {
		equal(t, c.a.Equal(c.b), c.want, string(c.a+" = "+c.b))
		equal(t, c.b.Equal(c.a), c.want, string(c.b+" = "+c.a))
	}
	for a, want := range map[opay.Amount]bool{"0": true, "0.000": true, "0.000000000000000001": false, "1": false, "": false, "-0": false} {
		equal(t, a.IsZero(), want, string(a)+" is zero")
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, text := range []string{"0", "10", "0.00012345", "1e8", "-1", "01", "1.", "NaN", "999999999999999999.999999999999999999", "１"} {
		f.Add(text, "10.0")
	}
	f.Fuzz(func(t *testing.T, x, y string) {
		a, err := opay.ParseAmount(x)
		equal(t, err == nil, amountForm.MatchString(x), "same verdict as E5's expression")
		if err != nil {
			return
		}
		b, err := opay.ParseAmount(y)
		if err != nil {
			equal(t, a.Equal(opay.Amount(y)), false, "equal to no amount")
			return
		}
		ra, _ := new(big.Rat).SetString(x)
		rb, _ := new(big.Rat).SetString(y)
		equal(t, a.Equal(b), ra.Cmp(rb) == 0, x+" = "+y)
		equal(t, a.IsZero(), ra.Sign() == 0, x+" is zero")
	})
}
