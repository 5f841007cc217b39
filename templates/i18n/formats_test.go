package i18n

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMoney(t *testing.T) {
	for _, test := range []struct {
		amount, currency string
		digits           int
		en, zh           string
	}{
		{"1234.5", "USD", 2, "$1,234.50", "US$1,234.50"},
		{"0", "USD", 2, "$0.00", "US$0.00"},
		{"34.00", "USD", 2, "$34.00", "US$34.00"},
		{"34.000000", "USD", 2, "$34.00", "US$34.00"},
		{"0.005", "USD", 2, "$0.005", "US$0.005"},
		{"0.0050", "USD", 2, "$0.005", "US$0.005"},
		{"999", "USD", 2, "$999.00", "US$999.00"},
		{"1000", "USD", 2, "$1,000.00", "US$1,000.00"},
		{"123456789012345678.123456789012345678", "USD", 2, "$123,456,789,012,345,678.123456789012345678", "US$123,456,789,012,345,678.123456789012345678"},
		{"-12.3", "USD", 2, "-$12.30", "-US$12.30"},
		{"1500", "JPY", 0, "¥1,500", "JP¥1,500"},
		{"1500.00", "JPY", 0, "¥1,500", "JP¥1,500"},
		{"1500.5", "JPY", 0, "¥1,500.5", "JP¥1,500.5"},
		{"8.8", "CNY", 2, "CN¥8.80", "¥8.80"},
		{"8.8", "EUR", 2, "€8.80", "€8.80"},
		{"8.8", "SGD", 2, "SGD 8.80", "SGD 8.80"},
		{"1234.5", "USDT", 2, "1,234.50 USDT", "1,234.50 USDT"},
		{"0.1", "BTC", 8, "0.10000000 BTC", "0.10000000 BTC"},
		{"12", "USD", -1, "$12", "US$12"},
		{"1e5", "USD", 2, "1e5 USD", "1e5 USD"},
		{"", "USD", 2, " USD", " USD"},
		{"1.", "USD", 2, "1. USD", "1. USD"},
		{".5", "USD", 2, ".5 USD", ".5 USD"},
		{"NaN", "USD", 2, "NaN USD", "NaN USD"},
		{"1,000", "USD", 2, "1,000 USD", "1,000 USD"},
	} {
		assert.Equal(t, test.en, ByTag("en").Money(test.amount, test.currency, test.digits), test.amount)
		assert.Equal(t, test.zh, ByTag("zh-Hans").Money(test.amount, test.currency, test.digits), test.amount)
	}
}

func TestCoin(t *testing.T) {
	for _, test := range []struct{ amount, symbol, want string }{
		{"0.00012345", "BTC", "0.00012345 BTC"},
		{"0.00012340", "BTC", "0.00012340 BTC"},
		{"12", "ETH", "12 ETH"},
		{"1234567.5", "USDT", "1,234,567.5 USDT"},
		{"-0.5", "BTC", "-0.5 BTC"},
		{"1e-8", "BTC", "1e-8 BTC"},
		{"", "BTC", " BTC"},
	} {
		assert.Equal(t, test.want, ByTag("en").Coin(test.amount, test.symbol))
		assert.Equal(t, test.want, ByTag("zh-Hans").Coin(test.amount, test.symbol))
	}
}

// Whatever is shown, the digits that are not zero are those that were given, in their order.
func FuzzMoney(f *testing.F) {
	f.Add("1234.5", 2)
	f.Add("0.00012345", 8)
	f.Add("-0", 0)
	f.Add("10.", 0)
	f.Fuzz(func(t *testing.T, amount string, digits int) {
		digits = min(digits, 30)
		keep := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r >= '1' && r <= '9' || r == '-' {
					return r
				}
				return -1
			}, s)
		}
		assert.Equal(t, keep(amount), keep(ByTag("en").Money(amount, "USD", digits)))
	})
}

func TestTimes(t *testing.T) {
	moment := time.Date(2026, 11, 2, 22, 5, 59, 0, time.UTC)
	shanghai := time.FixedZone("CST", 8*60*60)
	assert.Equal(t, "2 November 2026, 22:05 UTC", ByTag("en").Time(moment, time.UTC))
	assert.Equal(t, "2026年11月2日 22:05 UTC", ByTag("zh-Hans").Time(moment, time.UTC))
	assert.Equal(t, "3 November 2026, 06:05 CST", ByTag("en").Time(moment, shanghai))
	assert.Equal(t, "2 November 2026", ByTag("en").Date(moment, time.UTC))
	assert.Equal(t, "2026年11月3日", ByTag("zh-Hans").Date(moment, shanghai))
	assert.Equal(t, "2026-11-02 22:05:59 UTC", ByTag("en").Stamp(moment, time.UTC))
	assert.Equal(t, "2026-11-03 06:05:59 CST", ByTag("zh-Hans").Stamp(moment, shanghai))
}

func BenchmarkMoney(b *testing.B) {
	p := ByTag("en")
	for b.Loop() {
		_ = p.Money("1234.5", "USD", 2)
	}
}
