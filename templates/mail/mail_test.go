package mail_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"coincart/templates"
	"coincart/templates/i18n"
	"coincart/templates/mail"
)

func view(tag string) mail.View {
	p := i18n.ByTag(tag)
	return mail.View{
		Printer: p, ShopName: "Osier", Name: "Ada", Ref: "K7QW3ZP5", OrderURL: "https://shop.example/orders/K7QW3ZP5",
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
	assert.Equal(t, "Osier: we have your order K7QW3ZP5", l.Subject)
	for _, form := range []string{l.Text, l.HTML} {
		for _, want := range []string{"Hello Ada,", "22 November 2026, 14:35 UTC", "Stoneware mug, Moss", "$186.00", "−$18.60", "WELCOME10", "Delivery: Post", "$6.50", "includes $28.98 VAT (20%)", "$173.90", "12 St James’s Square", "0.00191260 BTC", "To pay", "https://shop.example/orders/K7QW3ZP5", "never ask for your password"} {
			assert.Contains(t, form, want)
		}
		assert.NotContains(t, form, "Amount paid")
		assert.NotContains(t, form, "receipt")
	}
	assert.Contains(t, l.Text, "2 × Stoneware mug, Moss   $48.00\n")
	assert.Contains(t, l.HTML, "× 2")
	assert.True(t, strings.HasPrefix(l.HTML, `<!doctype html><html lang="en">`))
	assert.NotContains(t, l.Text, "<")
}

func TestPaymentReceived_IsAReceipt(t *testing.T) {
	l, err := mail.PaymentReceived(t.Context(), view("en"))
	require.NoError(t, err)
	assert.Equal(t, "Osier: your receipt for order K7QW3ZP5", l.Subject)
	for _, form := range []string{l.Text, l.HTML} {
		for _, want := range []string{"Amount paid", "0.00191260 BTC", "22 November 2026, 14:08 UTC", "20261122", "$138.00"} {
			assert.Contains(t, form, want)
		}
		assert.NotContains(t, form, "To pay")
	}
}

func TestOrderSent_NamesTheParcel(t *testing.T) {
	v := view("en")
	v.Tracking = "SF 1234\r\n5678"
	l, err := mail.OrderSent(t.Context(), v)
	require.NoError(t, err)
	assert.Equal(t, "Osier: order K7QW3ZP5 is on its way", l.Subject)
	assert.Contains(t, l.Text, "Tracking number: SF 1234 5678\n")
	assert.Contains(t, l.HTML, "Your order is on its way")
	for _, form := range []string{l.Text, l.HTML} {
		for _, want := range []string{"It has left our hands", "Amount paid", "https://shop.example/orders/K7QW3ZP5"} {
			assert.Contains(t, form, want)
		}
	}
	v.Tracking = ""
	l, err = mail.OrderSent(t.Context(), v)
	require.NoError(t, err)
	assert.NotContains(t, l.Text, "Tracking")
	l, err = mail.OrderSent(t.Context(), view("zh-Hans"))
	require.NoError(t, err)
	assert.Equal(t, "Osier：订单 K7QW3ZP5 已发货", l.Subject)
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
			for _, no := range []string{"packing", "left our hands", "on its way", "elivery", "goes to", "Goods"} {
				assert.NotContains(t, form, no, name)
			}
		}
		assert.Contains(t, l.Text, "Total   $50.00\n")
	}
}

func TestLetters_SpeakTheOrdersLanguage(t *testing.T) {
	received, err := mail.OrderReceived(t.Context(), view("zh-Hans"))
	require.NoError(t, err)
	paid, err := mail.PaymentReceived(t.Context(), view("zh-Hans"))
	require.NoError(t, err)
	assert.Equal(t, "Osier：已收到您的订单 K7QW3ZP5", received.Subject)
	assert.Contains(t, received.Text, "Ada，您好：")
	assert.Contains(t, received.HTML, `<html lang="zh-Hans">`)
	assert.Equal(t, "Osier：订单 K7QW3ZP5 的收据", paid.Subject)
	assert.Contains(t, paid.Text, "实付金额：0.00191260 BTC")
}

func TestLetters_LeaveOutWhatIsNotKnown(t *testing.T) {
	v := view("en")
	v.Name, v.Amount, v.OrderNum, v.PaidAt = "", "", "", templates.Moment{}
	l, err := mail.PaymentReceived(t.Context(), v)
	require.NoError(t, err)
	assert.Contains(t, l.Text, "Hello,\n")
	for _, no := range []string{"Amount paid", "order number", "Paid:"} {
		assert.NotContains(t, l.Text, no)
	}
}

func TestLetters_NobodyElseWritesInThem(t *testing.T) {
	v := view("en")
	v.Name = "Ada\r\nBcc: all@example.com\n\nPlease pay to"
	v.ShopName = "Os\r\nier"
	v.Lines[0].Title = "<script>alert(1)</script>\nTotal   $0.00"
	l, err := mail.OrderReceived(t.Context(), v)
	require.NoError(t, err)
	assert.NotContains(t, l.Subject, "\n")
	assert.NotContains(t, l.Subject, "\r")
	assert.NotContains(t, l.Text, "\nBcc")
	assert.NotContains(t, l.Text, "\nPlease pay")
	assert.NotContains(t, l.Text, "\nTotal   $0.00")
	assert.NotContains(t, l.HTML, "<script>")
	v.OrderURL = "javascript:alert(1)"
	l, err = mail.OrderReceived(t.Context(), v)
	require.NoError(t, err)
	assert.NotContains(t, l.HTML, `href="javascript:`)
}
