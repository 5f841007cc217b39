package admin

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"coincart/models"
	"coincart/templates/i18n"
)

func TestRemark_IsInTheReadersLanguage(t *testing.T) {
	for _, c := range []struct{ text, en, zh string }{
		{models.Remark("unreachable"), "The exchange could not be reached.", "无法连接交易平台。"},
		{models.Remark("count", "lines", "3", "count", "4"), "3 lines could be read, but the exchange counts 4. Fetch it again.", "读到 3 行，但平台统计为 4 行，请重新获取。"},
		{models.Remark("refused", "code", "50012"), "The exchange refused: Not allowed (50012).", "平台拒绝：没有权限（50012）。"},
		{models.Remark("refused", "code", "12345"), "The exchange refused: 12345.", "平台拒绝：12345。"},
		{models.Remark("paid_late", "order", "expired"), "Paid when the order’s state was “Expired”.", "付款到达时订单状态为“已过期”。"},
		{models.Remark("paid_twice", "amount", "1234.50", "coin", "USDT"), "A second payment of a paid order: 1,234.50 USDT.", "已付款订单的第二笔付款：1,234.50 USDT。"},
		{models.Remark("sold_out", "sku", "TEA-1"), "Paid when TEA-1 was sold out.", "付款到达时 TEA-1 已售罄。"},
		{models.Remark("mail_given_up", "mail", "order_sent"), "The mail “Order sent” could not be sent.", "邮件“订单已发货”未能发出。"},
		{models.Remark("ended", "code", "closed"), "Closed at the exchange (closed)", "已在平台关闭（closed）"},
		// What no catalogue knows, and what people or earlier versions wrote, stays as it is.
		{"the platform cannot be reached", "the platform cannot be reached", "the platform cannot be reached"},
		{"shifted", "shifted", "shifted"},
		{models.Remark("of_tomorrow"), models.Remark("of_tomorrow"), models.Remark("of_tomorrow")},
		{"", "", ""},
	} {
		assert.Equal(t, c.en, remark(i18n.ByTag("en"), c.text), c.text)
		assert.Equal(t, c.zh, remark(i18n.ByTag("zh-Hans"), c.text), c.text)
	}
}
