package models_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestParseAmount(t *testing.T) {
	t.Parallel()
	good := map[string]string{ // text → shortest text
		"0": "0", "0.0": "0", "10": "10", "10.00000000": "10", "0.00012345": "0.00012345", "999999999999999999": "999999999999999999",
		"0.000000000000000001": "0.000000000000000001", "999999999999999999.999999999999999999": "999999999999999999.999999999999999999",
		"1.10": "1.1", "100.5": "100.5",
	}
	for text, want := range good {
		a, err := models.ParseAmount(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, a.String(), text)
	}
	bad := []string{
		"", " ", "-1", "+1", "-0", "1e8", "1E-8", "01", "00", ".5", "5.", "1,000", "1 000", " 1", "1 ", "1\n", "NaN", "Inf", "0x10", "１",
		"1000000000000000000", "0.0000000000000000001", "1.2.3", "1_000", "null", strings.Repeat("9", 5000),
	}
	for _, text := range bad {
		_, err := models.ParseAmount(text)
		require.ErrorIs(t, err, models.ErrAmount, "%q", text)
	}
}

func FuzzParseAmount(f *testing.F) {
	grammar := regexp.MustCompile(`\A(0|[1-9]\d{0,17})(\.\d{1,18})?\z`) // reliability.md E5
	for _, seed := range []string{"0", "10", "0.1", "-1", "1e3", "007", "1.", "9999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := models.ParseAmount(text)
		if grammar.MatchString(text) != (err == nil) {
			t.Fatalf("%q: grammar says %v, parser says %v", text, grammar.MatchString(text), err)
		}
		if err != nil {
			return
		}
		again, err := models.ParseAmount(a.String())
		if err != nil || !again.Equal(a) {
			t.Fatalf("%q came back as %q", text, a.String())
		}
	})
}

func TestAmount_FixedNeverRounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		digits int
		want   string
	}{
		{"10", 2, "10.00"}, {"10.5", 2, "10.50"}, {"10.999", 2, "10.999"}, {"0.00012345", 2, "0.00012345"}, {"7", 0, "7"}, {"1.500", 2, "1.50"},
	} {
		assert.Equal(t, c.want, models.MustAmount(c.text).Fixed(c.digits), c.text)
	}
}

func TestAmount_DatabaseForms(t *testing.T) {
	t.Parallel()
	v, err := models.MustAmount("10.500").Value()
	require.NoError(t, err)
	assert.Equal(t, "10.5", v)

	tiny := models.MustAmount("0.000000000000000001")
	_, err = tiny.Mul(models.MustAmount("0.1")).Value()
	require.ErrorIs(t, err, models.ErrAmount, "a 19th fraction digit would be rounded away by MariaDB")
	_, err = models.MustAmount("999999999999999999").Times(10).Value()
	require.ErrorIs(t, err, models.ErrAmount, "a 19th integer digit")

	var a models.Amount
	require.NoError(t, a.Scan([]byte("10.000000000000000000")))
	assert.Equal(t, "10", a.String())
	require.NoError(t, a.Scan("-3.25"), "differences may be negative")
	assert.True(t, a.IsNegative())
	for _, src := range []any{1.5, int64(3), nil, "1e9", "", "--1", true} {
		require.ErrorIs(t, a.Scan(src), models.ErrAmount, "%v", src)
	}
}

func TestAmount_JSONIsText(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(map[string]models.Amount{"a": models.MustAmount("0.10")})
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":"0.1"}`, string(b))
	var back map[string]models.Amount
	require.NoError(t, json.Unmarshal(b, &back))
	assert.True(t, back["a"].Equal(models.MustAmount("0.1")))
	require.Error(t, json.Unmarshal([]byte(`{"a":0.1}`), &back), "a JSON number may have gone through a float")
}
