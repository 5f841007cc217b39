package shop

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/shop"
)

func TestEmailProblem(t *testing.T) {
	long := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 62)+".", 3) + "example"
	require.Greater(t, len(long), maxEmail)
	for text, want := range map[string]pages.FieldProblem{
		"":                                       pages.EmailMissing,
		"ann@example.com":                        pages.FieldOK,
		"ann.lee+shop@mail.example.co.uk":        pages.FieldOK,
		"o'hara_1@sub-domain.example":            pages.FieldOK,
		"ann":                                    pages.EmailInvalid,
		"ann@":                                   pages.EmailInvalid,
		"@example.com":                           pages.EmailInvalid,
		"ann@localhost":                          pages.EmailInvalid,
		"ann@@example.com":                       pages.EmailInvalid,
		"ann@example..com":                       pages.EmailInvalid,
		"ann@.example.com":                       pages.EmailInvalid,
		"ann@example.com.":                       pages.EmailInvalid,
		"ann@-example.com":                       pages.EmailInvalid,
		"ann@exa_mple.com":                       pages.EmailInvalid,
		"ann@[127.0.0.1]":                        pages.EmailInvalid,
		"a nn@example.com":                       pages.EmailInvalid,
		`"ann lee"@example.com`:                  pages.EmailInvalid,
		"Ann <ann@example.com>":                  pages.EmailInvalid,
		"ann@example.com,bob@example.com":        pages.EmailInvalid,
		"ann@example.com\r\nBcc: x@y.zz":         pages.EmailInvalid,
		"ann@example.com\x00":                    pages.EmailInvalid,
		"ann@exämple.com":                        pages.EmailInvalid,
		"安@example.com":                          pages.EmailInvalid,
		"<script>@example.com":                   pages.EmailInvalid,
		".ann@example.com":                       pages.EmailInvalid,
		strings.Repeat("a", 65) + "@example.com": pages.EmailInvalid,
		long:                                     pages.EmailInvalid,
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
	for text, want := range map[string]pages.FieldProblem{
		"":                          pages.FieldOK,
		"Ann O'Hara-Lee":            pages.FieldOK,
		"李安":                        pages.FieldOK,
		"محمد\u200cعلی":             pages.FieldOK,
		"<b>Ann</b>":                pages.FieldOK, // a name is text; the page escapes it
		strings.Repeat("李", 100):    pages.FieldOK,
		strings.Repeat("李", 101):    pages.NameTooLong,
		"Ann\r\nBcc: x@example.com": pages.NameInvalid,
		"Ann\x00":                   pages.NameInvalid,
		"Ann\u202eLee":              pages.NameInvalid,
		"Ann\u2028Lee":              pages.NameInvalid,
		"Ann\xff":                   pages.NameInvalid,
	} {
		assert.Equal(t, want, nameProblem(text), "%q", text)
	}
}

func TestPayerProblem(t *testing.T) {
	signedIn := models.Payer{OpenID: "open-id", Token: "token"}
	for _, c := range []struct {
		uid      string
		signedIn models.Payer
		want     pages.FieldProblem
	}{
		{"", models.Payer{}, pages.PayerMissing},
		{"", signedIn, pages.FieldOK},
		{"1", models.Payer{}, pages.FieldOK},
		{"12345678901234567890", models.Payer{}, pages.FieldOK},
		{"123456789012345678901", models.Payer{}, pages.PayerInvalid},
		{"-1", models.Payer{}, pages.PayerInvalid},
		{"1e3", models.Payer{}, pages.PayerInvalid},
		{"12 34", models.Payer{}, pages.PayerInvalid},
		{"１２３", models.Payer{}, pages.PayerInvalid},
		{"x", signedIn, pages.PayerInvalid},
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
	for coin, want := range map[string]pages.FieldProblem{
		"": pages.CoinMissing, "USDT": pages.FieldOK, "usdt": pages.CoinUnknown, "DOGE": pages.CoinUnknown, "BTC": pages.CoinPaused,
	} {
		assert.Equal(t, want, paymentForm{coin: coin}.coinProblem(offers), coin)
	}
}
