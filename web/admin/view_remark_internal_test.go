package admin

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/templates/i18ntest"
)

func TestRemark_IsInTheReadersLanguage(t *testing.T) {
	text := func(words i18ntest.Words, key string, pairs ...string) string {
		return words.T("admin.remark."+key, pairs...)
	}
	code := func(words i18ntest.Words, code string) string {
		return words.T("admin.code.with", "Text", words.T("admin.code."+code), "Code", code)
	}
	for _, c := range []struct {
		text string
		want func(i18ntest.Words) string
	}{
		{models.Remark("unreachable"), func(w i18ntest.Words) string { return text(w, "unreachable") }},
		{models.Remark("count", "lines", "3", "count", "4"), func(w i18ntest.Words) string { return text(w, "count", "Lines", "3", "Count", "4") }},
		{models.Remark("refused", "code", "50012"), func(w i18ntest.Words) string { return text(w, "refused", "Code", code(w, "50012")) }},
		{models.Remark("refused", "code", "12345"), func(w i18ntest.Words) string { return text(w, "refused", "Code", "12345") }},
		{models.Remark("paid_late", "order", "expired"), func(w i18ntest.Words) string { return text(w, "paid_late", "Order", w.T("admin.order_state.expired")) }},
		{models.Remark("paid_twice", "amount", "1234.50", "coin", "USDT"), func(w i18ntest.Words) string { return text(w, "paid_twice", "Amount", "1,234.50 USDT") }},
		{models.Remark("sold_out", "sku", "TEA-1"), func(w i18ntest.Words) string { return text(w, "sold_out", "Sku", "TEA-1") }},
		{models.Remark("mail_given_up", "mail", "order_sent"), func(w i18ntest.Words) string { return text(w, "mail_given_up", "Mail", w.T("admin.mail.order_sent")) }},
		{models.Remark("ended", "code", "closed"), func(w i18ntest.Words) string { return text(w, "ended", "Code", code(w, "closed")) }},
	} {
		for _, words := range []i18ntest.Words{english, chinese} {
			assert.Equal(t, c.want(words), Remark(words.Printer, c.text), c.text)
		}
	}
	// What no catalogue knows, and what people or earlier versions wrote, stays as it is.
	for _, text := range []string{"the platform cannot be reached", "shifted", models.Remark("of_tomorrow"), ""} {
		assert.Equal(t, text, Remark(english.Printer, text))
		assert.Equal(t, text, Remark(chinese.Printer, text))
	}
}
