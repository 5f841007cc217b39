package shop

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments"
)

func TestEmailProblem(t *testing.T) {
	long := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 62)+".", 3) + "example"
	require.Greater(t, len(long), maxEmail)
	for text, want := range map[string]invalid.Problem{
		"":                                       invalid.Missing,
		"ann@example.com":                        "",
		"ann.lee+shop@mail.example.co.uk":        "",
		"o'hara_1@sub-domain.example":            "",
		"ann":                                    invalid.Email,
		"ann@":                                   invalid.Email,
		"@example.com":                           invalid.Email,
		"ann@localhost":                          invalid.Email,
		"ann@@example.com":                       invalid.Email,
		"ann@example..com":                       invalid.Email,
		"ann@.example.com":                       invalid.Email,
		"ann@example.com.":                       invalid.Email,
		"ann@-example.com":                       invalid.Email,
		"ann@exa_mple.com":                       invalid.Email,
		"ann@[127.0.0.1]":                        invalid.Email,
		"a nn@example.com":                       invalid.Email,
		`"ann lee"@example.com`:                  invalid.Email,
		"Ann <ann@example.com>":                  invalid.Email,
		"ann@example.com,bob@example.com":        invalid.Email,
		"ann@example.com\r\nBcc: x@y.zz":         invalid.Email,
		"ann@example.com\x00":                    invalid.Email,
		"ann@exämple.com":                        invalid.Email,
		"安@example.com":                          invalid.Email,
		"<script>@example.com":                   invalid.Email,
		".ann@example.com":                       invalid.Email,
		strings.Repeat("a", 65) + "@example.com": invalid.Email,
		long:                                     invalid.Email,
	} {
		assert.Equal(t, want, emailProblem(text), "%q", text)
	}
}

func FuzzIsEmail(f *testing.F) {
	for _, seed := range []string{"ann@example.com", "a@b", "a@b.c\r\nX: y", `"a"@b.cc`, "a@b.cc (x)", "a@@b.cc", "\x00@b.cc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !isEmail(text) {
			return
		}
		address, err := mail.ParseAddress(text)
		require.NoError(t, err)
		assert.Equal(t, text, address.Address)
		assert.Equal(t, 1, strings.Count(text, "@"))
		assert.False(t, strings.ContainsAny(text, "\r\n\t \x00<>\"(),;:\\"))
		assert.LessOrEqual(t, len(text), maxEmail)
	})
}

func TestNameProblem(t *testing.T) {
	for text, want := range map[string]invalid.Problem{
		"":                            "",
		"Ann O'Hara-Lee":              "",
		"李安":                          "",
		"محمد\u200cعلی":               "",
		"<b>Ann</b>":                  "", // a name is text; the page escapes it
		"Claim it: https://x.example": invalid.Link,
		"www.x.example":               invalid.Link,
		"ann@example.com":             invalid.Link,
		strings.Repeat("李", 100):      "",
		strings.Repeat("李", 101):      invalid.TooLong,
		"Ann\r\nBcc: x@example.com":   invalid.Characters,
		"Ann\x00":                     invalid.Characters,
		"Ann\u202eLee":                invalid.Characters,
		"Ann\u2028Lee":                invalid.Characters,
		"Ann\xff":                     invalid.Characters,
	} {
		assert.Equal(t, want, nameProblem(text), "%q", text)
	}
}

func TestPayerProblem(t *testing.T) {
	signedIn := models.Payer{OpenID: "open-id", Token: "token"}
	for _, c := range []struct {
		uid      string
		signedIn models.Payer
		want     invalid.Problem
	}{
		{"", models.Payer{}, invalid.Missing},
		{"", signedIn, ""},
		{"1", models.Payer{}, ""},
		{"12345678901234567890", models.Payer{}, ""},
		{"123456789012345678901", models.Payer{}, invalid.PayerUID},
		{"-1", models.Payer{}, invalid.PayerUID},
		{"1e3", models.Payer{}, invalid.PayerUID},
		{"12 34", models.Payer{}, invalid.PayerUID},
		{"１２３", models.Payer{}, invalid.PayerUID},
		{"x", signedIn, invalid.PayerUID},
	} {
		f := paymentForm{uid: c.uid}
		assert.Equal(t, c.want, f.payerProblem(c.signedIn), "%q", c.uid)
	}
	assert.Equal(t, models.Payer{UserID: "77"}, paymentForm{uid: "77"}.payer(signedIn), "what was typed into this form is meant")
	assert.Equal(t, signedIn, paymentForm{}.payer(signedIn))
}

func TestCoinProblem(t *testing.T) {
	offers := payments.Offers{List: []payments.Offer{
		{Coin: models.Coin{Symbol: "USDT"}}, {Coin: models.Coin{Symbol: "BTC"}, Problem: models.RateJumped},
	}}
	for coin, want := range map[string]invalid.Problem{
		"": invalid.Missing, "USDT": "", "usdt": invalid.Unknown, "DOGE": invalid.Unknown, "BTC": invalid.Paused,
	} {
		assert.Equal(t, want, paymentForm{coin: coin}.coinProblem(offers), coin)
	}
}
