package mail_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/mail"
)

func view(tag string) mail.View {
	p := i18n.ByTag(tag)
	return mail.View{
		Printer: p, ShopName: "Osier", Name: "Ada", Number: "#1042", OrderURL: "https://shop.example/orders/K7QW3ZP5",
		Lines: []mail.Line{{Title: "Stoneware mug", VariantTitle: "Moss", Quantity: 2, Total: "$48.00"}, {Title: "Rucksack", Quantity: 1, Total: "$138.00"}},
		Totals: templates.Totals{
			Goods: "$186.00", Discount: "$18.60", Coupon: "WELCOME10", Delivery: "$6.50", DeliveryTitle: "Post", Contained: "$28.98", TaxName: "VAT", TaxRate: "20%",
			Total: "$173.90",
		},
		Shipped: true, Address: []string{"Ada Lovelace", "12 St James’s Square", "London", "United Kingdom"},
		Amount: "0.00191260 BTC", OrderNum: "20261122",
		Deadline: templates.Moment{Text: "22 November 2026, 14:35 UTC"}, PaidAt: templates.Moment{Text: "22 November 2026, 14:08 UTC"},
	}
}

func TestOrderReceived_SaysWhatAndUntilWhen(t *testing.T) {
	l, err := mail.OrderReceived(t.Context(), view("en"))
	require.NoError(t, err)
	assert.Equal(t, english.T("mail.received.subject", "Shop", "Osier", "Number", "#1042"), l.Subject)
	for _, form := range []string{l.Text, l.HTML} {
		for _, want := range []string{
			english.T("mail.greeting.name", "Name", "Ada"), "22 November 2026, 14:35 UTC", english.T("mail.title", "Title", "Stoneware mug", "Variant", "Moss"), "$186.00",
			english.T("totals.less", "Amount", "$18.60"), "WELCOME10", english.T("totals.delivery_by", "Title", "Post"), "$6.50",
			english.T("totals.includes", "Amount", "$28.98", "Name", "VAT", "Rate", "20%"), "$173.90", "12 St James’s Square", "0.00191260 BTC", english.T("order.amount"),
			"https://shop.example/orders/K7QW3ZP5", english.T("mail.safety"),
		} {
			assert.Contains(t, form, want)
		}
		for _, no := range []string{"order.amount_paid", "mail.paid.heading", "mail.paid.text", "mail.paid.text.unsent"} {
			assert.NotContains(t, form, english.T(no))
		}
	}
	assert.Contains(t, l.Text, english.T("mail.line", "N", "2", "Title", english.T("mail.title", "Title", "Stoneware mug", "Variant", "Moss"))+"   $48.00\n")
	assert.Contains(t, l.HTML, "×\u00a02")
	assert.True(t, strings.HasPrefix(l.HTML, `<!doctype html><html lang="en">`))
	assert.NotContains(t, l.Text, "<")
}

func TestPaymentReceived_IsAReceipt(t *testing.T) {
	l, err := mail.PaymentReceived(t.Context(), view("en"))
	require.NoError(t, err)
	assert.Equal(t, english.T("mail.paid.subject", "Shop", "Osier", "Number", "#1042"), l.Subject)
	for _, form := range []string{l.Text, l.HTML} {
		for _, want := range []string{english.T("order.amount_paid"), "0.00191260 BTC", "22 November 2026, 14:08 UTC", "20261122", "$138.00"} {
			assert.Contains(t, form, want)
		}
		assert.NotContains(t, form, english.T("order.amount"))
	}
}

func TestOrderSent_NamesTheParcel(t *testing.T) {
	v := view("en")
	v.Parcels = []mail.Parcel{{Number: "SF 1234\r\n5678"}}
	l, err := mail.OrderSent(t.Context(), v)
	require.NoError(t, err)
	assert.Equal(t, english.T("mail.sent.subject", "Shop", "Osier", "Number", "#1042"), l.Subject)
	assert.Contains(t, l.Text, english.T("mail.fact", "Name", english.T("mail.sent.tracking"), "Value", "SF 1234 5678")+"\n")
	assert.Contains(t, l.HTML, english.T("mail.sent.heading"))
	for _, form := range []string{l.Text, l.HTML} {
		for _, want := range []string{english.T("mail.sent.text"), english.T("order.amount_paid"), "https://shop.example/orders/K7QW3ZP5"} {
			assert.Contains(t, form, want)
		}
	}
	v.Parcels = nil
	l, err = mail.OrderSent(t.Context(), v)
	require.NoError(t, err)
	assert.NotContains(t, l.Text, english.T("mail.sent.tracking"))
	l, err = mail.OrderSent(t.Context(), view("zh-Hans"))
	require.NoError(t, err)
	assert.Equal(t, chinese.T("mail.sent.subject", "Shop", "Osier", "Number", "#1042"), l.Subject)
}

func TestLetters_OfWhatIsNotSentHaveNoWordsOfDelivery(t *testing.T) {
	v := view("en")
	v.Shipped, v.Address, v.Totals = false, nil, templates.Totals{Goods: "$50.00", Total: "$50.00"}
	for name, write := range map[string]func(context.Context, mail.View) (mail.Letter, error){
		"received": mail.OrderReceived, "paid": mail.PaymentReceived, "sent": mail.OrderSent,
	} {
		l, err := write(t.Context(), v)
		require.NoError(t, err)
		for _, form := range []string{l.Subject, l.Text, l.HTML} {
			for _, no := range []string{"mail.paid.text", "mail.sent.heading", "mail.sent.text", "mail.address", "totals.goods"} {
				assert.NotContains(t, form, english.T(no), name)
			}
			assert.NotContains(t, form, english.T("mail.sent.subject", "Shop", v.ShopName, "Ref", v.Number), name)
			assert.NotContains(t, strings.ToLower(form), strings.ToLower(english.T("totals.delivery")), name)
		}
		assert.Contains(t, l.Text, english.T("cart.total")+"   $50.00\n")
	}
}

func TestLetters_SpeakTheOrdersLanguage(t *testing.T) {
	received, err := mail.OrderReceived(t.Context(), view("zh-Hans"))
	require.NoError(t, err)
	paid, err := mail.PaymentReceived(t.Context(), view("zh-Hans"))
	require.NoError(t, err)
	assert.Equal(t, chinese.T("mail.received.subject", "Shop", "Osier", "Number", "#1042"), received.Subject)
	assert.Contains(t, received.Text, chinese.T("mail.greeting.name", "Name", "Ada"))
	assert.Contains(t, received.HTML, `<html lang="zh-Hans">`)
	assert.Equal(t, chinese.T("mail.paid.subject", "Shop", "Osier", "Number", "#1042"), paid.Subject)
	assert.Contains(t, paid.Text, chinese.T("mail.fact", "Name", chinese.T("order.amount_paid"), "Value", "0.00191260 BTC"))
}

func TestLetters_LeaveOutWhatIsNotKnown(t *testing.T) {
	v := view("en")
	v.Name, v.Amount, v.OrderNum, v.PaidAt = "", "", "", templates.Moment{}
	l, err := mail.PaymentReceived(t.Context(), v)
	require.NoError(t, err)
	assert.Contains(t, l.Text, english.T("mail.greeting")+"\n")
	paid := strings.TrimSpace(english.T("mail.fact", "Name", english.T("order.paid_at")))
	for _, no := range []string{english.T("order.amount_paid"), english.T("order.order_num"), paid} {
		assert.NotContains(t, l.Text, no)
	}
}

func TestLetters_NobodyElseWritesInThem(t *testing.T) {
	v := view("en")
	v.Name = "Ada\r\nBcc: all@example.com\n\nPlease pay to"
	v.ShopName = "Os\r\nier"
	v.Lines[0].Title = "<script>alert(1)</script>\n" + english.T("cart.total") + "   $0.00"
	l, err := mail.OrderReceived(t.Context(), v)
	require.NoError(t, err)
	assert.NotContains(t, l.Subject, "\n")
	assert.NotContains(t, l.Subject, "\r")
	assert.NotContains(t, l.Text, "\nBcc")
	assert.NotContains(t, l.Text, "\nPlease pay")
	assert.NotContains(t, l.Text, "\n"+english.T("cart.total")+"   $0.00")
	assert.NotContains(t, l.HTML, "<script>")
	v.OrderURL = "javascript:alert(1)"
	l, err = mail.OrderReceived(t.Context(), v)
	require.NoError(t, err)
	assert.NotContains(t, l.HTML, `href="javascript:`)
}
