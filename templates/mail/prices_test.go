package mail_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/mail"
)

func TestPriceAlert_SaysWhatChangedAndWho(t *testing.T) {
	for _, lang := range i18n.Languages() {
		p := i18n.ByTag(lang.Tag)
		for _, kind := range []string{"rate", "rate_accepted", "product", "import"} {
			l, err := mail.PriceAlert(t.Context(), mail.PricesView{
				StaffView: mail.StaffView{Printer: p, ShopName: "Osier", Name: "Ada", URL: "https://shop.example/admin/coins/USDT"},
				Kind:      kind, Who: "thief@shop.example", Subject: "<b>USDT\nBcc: all", Live: "$1.00", Rows: []mail.PriceRow{{"1 USDT", "$1.00", "$1,000,000.00"}}, More: 3,
			})
			require.NoError(t, err)
			assert.NotContains(t, l.Subject, "\n")
			for _, form := range []string{l.Text, l.HTML} {
				for _, want := range []string{
					"thief@shop.example", p.T("mail.prices.change", "Before", "$1.00", "After", "$1,000,000.00"), p.T("mail.prices.live"), p.N("mail.prices.more_count", 3),
					"https://shop.example/admin/coins/USDT", p.T("mail.prices.safety"),
				} {
					assert.Contains(t, form, want, kind)
				}
				assert.NotContains(t, form, p.T("mail.safety"), "which is for shoppers")
				assert.NotContains(t, form, "mail.prices.text", "there are words for every kind")
			}
			assert.NotContains(t, l.HTML, "<b>USDT")
		}
	}
}
