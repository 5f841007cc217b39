package opay_test

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/coincart/coincart/payments/opay"
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

// Each number is given in every form in which it can be printed.
func TestReadAmount_EveryFormOfTheSameNumber(t *testing.T) {
	nines, zeros := strings.Repeat("9", 18), strings.Repeat("0", 60)
	for want, forms := range map[string]string{
		"100":        "100 1E+2 1E2 1e+2 1e2 1.0E2 100.0 100.00000000 0100 000100.00 1000E-1 0.1E+3 100e0 100E-0 1.00E+002 1E+0000000000000002 100. +100",
		"0.00033152": "0.00033152 3.3152E-4 33152E-8 3.3152e-04 0.00033152000000000000000000 .00033152 00.00033152 0.33152E-3",
		"10.5":       "10.5 10.50 1.05E+1 1.05E1 105E-1 0010.5 10.500000000000000000000000000000",
		"7.5":        "7.5 007.500 75E-1 7.5E0",
		"0":          "0 0.0 00 0E-8 0E+2 0E0 0.00000000 -0 -0.0 0E-18 0E-19 0E+999999999999999999999 0E-999999999999999999999 .0 0.",
		"1":          "1 1.0 1E0 1.00000000000000000000 10E-1 0.1E1 1000000000000000000E-18 0.000000000000000001E+18",
		"1.5":        "1.5 1.50000000000000000000 " + zeros + "1.5 1.5" + zeros,
		"1000000000": "1.0E9 1E9 1000000000",
		"0.00000001": "1E-8 1e-8 1.0E-8 0.00000001 0.000000010",
		// the maximum width
		"100000000000000000":         "1E17 1E+17 100000000000000000",
		"0.000000000000000001":       "1E-18 10E-19 0.0000000000000000010 1000000000000000000E-36",
		nines + "." + nines:          nines + "." + nines + " " + nines + nines + "E-18 0." + nines + nines + "E+18 " + nines + "." + nines + "000",
		"1.7976931348623157":         "1.7976931348623157 17976931348623157E-16",
		"0.1":                        "0.1 1E-1 1.0E-1 0.10",
		"123456789012345678.1234567": "123456789012345678.1234567 1.234567890123456781234567E17",
	} {
		for text := range strings.SplitSeq(forms, " ") {
			got, err := opay.ReadAmount(text)
			noError(t, err)
			equal(t, string(got), want, text)
			again, err := opay.ReadAmount(string(got))
			noError(t, err)
			equal(t, again, got, "read again")
			_, err = opay.ParseAmount(string(got))
			noError(t, err)
		}
	}
}

func TestReadAmount_RefusesWhatDoesNotFitOrIsNoNumber(t *testing.T) {
	nines := strings.Repeat("9", 18)
	for text, says := range map[string]string{
		"-1": "below zero", "-1E-8": "below zero", "-0.1": "below zero",
		"1E18": "before the point", "1E+18": "before the point", nines + "0": "before the point", "0.1E19": "before the point",
		"1E999999999": "before the point", "1E+99999999999999999999": "before the point", "1E400": "before the point", "1.7976931348623157E308": "before the point",
		"1E-19": "after the point", "0." + nines + "1": "after the point", "1E-999999999": "after the point", "4.9E-324": "after the point",
		"1.0000000000000000001": "after the point", "1E-99999999999999999999": "after the point",
		"": "", " ": "", ".": "", "-": "", "+": "", "E": "", "E5": "", ".E5": "", "1E": "", "1E+": "", "1E-": "", "1E5.0": "", "1E5E5": "", "1E+-5": "", "--1": "", "+-1": "", "1-": "",
		"NaN": "", "Infinity": "", "-Infinity": "", "inf": "", "0x10": "", "0x1p4": "", "1p4": "", "1_000": "", "1,000": "", "1,5": "", "1 000": "", " 1": "", "1 ": "", "1\n": "", "１": "",
		"1.2.3": "", "1/2": "", "1\x00": "", "1d": "", "1f": "", "null": "", "1e1\u0660": "",
		strings.Repeat("0", 129): "longer", "1" + strings.Repeat("0", 1<<20): "longer", "1E" + strings.Repeat("9", 1<<20): "longer",
	} {
		got, err := opay.ReadAmount(text)
		isError(t, err, opay.ErrAmount)
		equal(t, got, "", "amount")
		contains(t, err.Error(), says)
		if len(text) > 5 {
			lacks(t, err.Error(), text, "the error")
		}
	}
}

// Requests use the strict form, however the amount was read.
func TestParseAmount_StaysStrictInWhatWeSend(t *testing.T) {
	for _, text := range []string{"1E+2", "3.3152E-4", "007.500", "+1", ".5", "1.", "-0", "1.50000000000000000000"} {
		read, err := opay.ReadAmount(text)
		noError(t, err)
		_, err = opay.ParseAmount(text)
		isError(t, err, opay.ErrAmount)
		_, err = opay.ParseAmount(string(read))
		noError(t, err)
		equal(t, opay.Amount(text).Equal(read), false, text+" is no amount of ours")
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

// writtenForm matches what a Java program can print or parse as a number.
var writtenForm = regexp.MustCompile(`\A[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\z`)

// FuzzReadAmount compares ReadAmount with math/big.
func FuzzReadAmount(f *testing.F) {
	for _, text := range []string{
		"0", "10", "1E+2", "3.3152E-4", "1.0E10", "1e-8", "0E-8", "007.500", "10.00000000", "1.50000000000000000000", "-0.0", "-1", "+1", ".5", "1.",
		"1E18", "1E-19", "1E999999999", "0E-999999999", "NaN", "1_0", "0x1p-2", "1/3", "999999999999999999.999999999999999999", "999999999999999999999999999999999999E-18",
	} {
		f.Add(text)
	}
	limit, _ := new(big.Rat).SetString("1E18")
	units, _ := new(big.Rat).SetString("1E18")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := opay.ReadAmount(text)
		if err != nil {
			isError(t, err, opay.ErrAmount)
			equal(t, got, "", "amount")
		}
		if !writtenForm.MatchString(text) || len(text) > 128 {
			equal(t, err == nil, false, "a number: "+text)
			return
		}
		mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
		exact := new(big.Rat)
		if strings.Trim(mantissa, "+-0.") != "" {
			if power, failed := strconv.Atoi(exponent); exponent != "" && (failed != nil || power > 1000 || power < -1000) {
				equal(t, err == nil, false, "fits: "+text) // digits beyond 128 are refused even if the value fits
				return
			}
			var ok bool
			if exact, ok = exact.SetString(text); !ok {
				t.Fatalf("math/big does not read %q", text)
			}
		}
		inUnits := new(big.Rat).Mul(exact, units)
		fits := exact.Sign() >= 0 && exact.Cmp(limit) < 0 && inUnits.IsInt()
		equal(t, err == nil, fits, "fits: "+text)
		if err != nil {
			return
		}
		read, _ := new(big.Rat).SetString(string(got))
		equal(t, read.Cmp(exact), 0, text+" was read as "+string(got))
		equal(t, amountForm.MatchString(string(got)), true, "plain decimal text: "+string(got))
		again, err := opay.ReadAmount(string(got))
		noError(t, err)
		equal(t, again, got, "read again")
	})
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
