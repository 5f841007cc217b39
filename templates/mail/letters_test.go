package mail_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/mail"
)

// letters are all letters about orders, with the prefix of their words.
func letters() map[string]func(context.Context, mail.View) (mail.Letter, error) {
	return map[string]func(context.Context, mail.View) (mail.Letter, error){
		"mail.received": mail.OrderReceived, "mail.paid": mail.PaymentReceived, "mail.sent": mail.OrderSent, "mail.cancelled": mail.OrderCancelled,
		"mail.expired": mail.OrderExpired, "mail.late": mail.LatePayment, "mail.late_refunded": mail.LateDecided, "mail.refunded": mail.Refunded,
	}
}

func TestLetters_EveryOneInEveryLanguage(t *testing.T) {
	for _, l := range i18n.Languages() {
		words := i18n.ByTag(l.Tag)
		for id, write := range letters() {
			v := view(l.Tag)
			v.Refund = mail.Refund{Amount: "0.00191260 BTC", Value: "$173.90", Rate: "1 BTC = $90,925.00", All: true}
			letter, err := write(t.Context(), v)
			require.NoError(t, err)
			assert.Equal(t, words.T(id+".subject", "Shop", "Osier", "Number", "#1042"), letter.Subject, id)
			assert.Contains(t, letter.HTML, `<html lang="`+l.Tag+`">`, id)
			assert.Contains(t, letter.HTML, words.T(id+".heading"), id)
			for _, form := range []string{letter.Text, letter.HTML} {
				for _, want := range []string{words.T(id+".text", "Time", v.Deadline.Text), "https://shop.example/orders/K7QW3ZP5", words.T("order.ref"), words.T("mail.safety")} {
					assert.Contains(t, form, want, "%s in %s", id, l.Tag)
				}
				assert.NotContains(t, form, "mail.", "%s in %s: words are missing", id, l.Tag)
				assert.NotContains(t, form, "{{", "%s in %s", id, l.Tag)
			}
			assert.NotContains(t, letter.Text, "<", id)
		}
	}
}

func TestOrderCancelledAndExpired_NameNoAmountToPay(t *testing.T) {
	for id, write := range map[string]func(context.Context, mail.View) (mail.Letter, error){"mail.cancelled": mail.OrderCancelled, "mail.expired": mail.OrderExpired} {
		l, err := write(t.Context(), view("en"))
		require.NoError(t, err)
		for _, form := range []string{l.Text, l.HTML} {
			assert.Contains(t, form, "Rucksack", id)
			assert.NotContains(t, form, "0.00191260 BTC", id)
			assert.NotContains(t, form, english.T("mail.address"), id)
		}
	}
}

func TestLateDecided_SaysWhatWasDecided(t *testing.T) {
	for _, tag := range []string{"en", "zh-Hans"} {
		words := i18n.ByTag(tag)
		v := view(tag)
		refused, err := mail.LateDecided(t.Context(), v)
		require.NoError(t, err)
		assert.NotContains(t, refused.Text, "London", "nothing is sent")
		v.Accepted = true
		accepted, err := mail.LateDecided(t.Context(), v)
		require.NoError(t, err)
		assert.Equal(t, words.T("mail.late_accepted.subject", "Shop", "Osier", "Number", "#1042"), accepted.Subject)
		for _, form := range []string{accepted.Text, accepted.HTML} {
			assert.Contains(t, form, words.T("mail.late_accepted.text"))
			assert.Contains(t, form, "London")
			assert.NotContains(t, form, words.T("mail.late_refunded.text"))
		}
		v.Shipped = false
		accepted, err = mail.LateDecided(t.Context(), v)
		require.NoError(t, err)
		assert.Contains(t, accepted.Text, words.T("mail.late_accepted.text.unsent")+"\n")
		assert.NotContains(t, accepted.Text, words.T("mail.late_accepted.text"))
	}
}

func TestRefunded_TellsAmountValueRateAndTheShopsNote(t *testing.T) {
	for _, tag := range []string{"en", "zh-Hans"} {
		words := i18n.ByTag(tag)
		v := view(tag)
		v.Refund = mail.Refund{Amount: "0.0005 BTC", Value: "$45.46", Rate: "1 BTC = $90,925.00", Note: "One mug was broken.\n\n<b>Sorry</b>\r\nPay to"}
		l, err := mail.Refunded(t.Context(), v)
		require.NoError(t, err)
		for _, form := range []string{l.Text, l.HTML} {
			for _, want := range []string{
				words.T("mail.refunded.amount"), "0.0005 BTC", words.T("mail.refunded.value"), "$45.46", words.T("order.rate"), "1 BTC = $90,925.00",
				words.T("mail.refunded.part"), "One mug was broken.", "Sorry",
			} {
				assert.Contains(t, form, want)
			}
			assert.NotContains(t, form, words.T("mail.refunded.all"))
			assert.NotContains(t, form, "Rucksack", "it is about money")
		}
		assert.Contains(t, l.Text, "> One mug was broken.\n> <b>Sorry</b>\n> Pay to\n")
		assert.NotContains(t, l.HTML, "<b>")
		v.Refund = mail.Refund{Amount: "0.00191260 BTC", All: true}
		l, err = mail.Refunded(t.Context(), v)
		require.NoError(t, err)
		assert.Contains(t, l.Text, words.T("mail.refunded.all"))
		assert.NotContains(t, l.Text, words.T("order.rate"))
		assert.NotContains(t, l.Text, "> ")
	}
}

func TestOrderSent_HasEachParcelWithItsLink(t *testing.T) {
	for _, tag := range []string{"en", "zh-Hans"} {
		words := i18n.ByTag(tag)
		v := view(tag)
		v.Parcels = []mail.Parcel{
			{Carrier: "Blue Van", Number: "BV 1", Link: "https://bluevan.example/BV1", Lines: []mail.Line{{Title: "Stoneware mug", VariantTitle: "Moss", Quantity: 2}}},
			{Number: "RV 2", Link: "javascript:alert(1)", Lines: []mail.Line{{Title: "Rucksack", Quantity: 1}}},
		}
		l, err := mail.OrderSent(t.Context(), v)
		require.NoError(t, err)
		for _, form := range []string{l.Text, l.HTML} {
			for _, want := range []string{
				words.T("mail.parcel.name", "N", "1", "Of", "2"), words.T("mail.parcel.name", "N", "2", "Of", "2"), words.T("mail.parcel.carrier"), "Blue Van", "BV 1", "RV 2",
				"https://bluevan.example/BV1", words.T("mail.parcel.track"), words.T("mail.title", "Title", "Stoneware mug", "Variant", "Moss"),
			} {
				assert.Contains(t, form, want)
			}
		}
		assert.NotContains(t, l.HTML, `href="javascript:`)
		assert.Less(t, strings.Index(l.Text, "BV 1"), strings.Index(l.Text, "RV 2"))
	}
}

// Mail programs turn what looks like an address into a link. The name and the address are a stranger's.
func TestLetters_MakeNoLinkOfWhatAStrangerTyped(t *testing.T) {
	for id, write := range letters() {
		v := view("en")
		v.Name, v.Address = "Win.example", []string{"evil.example/win"}
		l, err := write(t.Context(), v)
		require.NoError(t, err)
		for _, form := range []string{l.Text, l.HTML} {
			assert.NotContains(t, form, "Win.example", id)
			assert.NotContains(t, form, "evil.example", id)
		}
	}
}

func alertsView(tag string) mail.AlertsView {
	v := mail.AlertsView{StaffView: mail.StaffView{
		Printer: i18n.ByTag(tag), ShopName: "Osier", Name: "Ada", URL: "https://shop.example/admin/account#alerts-title",
	}}
	for i, kind := range []string{"attention", "refund", "low_stock", "callbacks", "statement"} {
		v.Alerts = append(v.Alerts, mail.Alert{Kind: kind, New: i + 1, Open: i + 4*(i%2) + 1, Page: "https://shop.example/admin/" + kind})
	}
	return v
}

func TestStaffLetters_EveryOneInEveryLanguage(t *testing.T) {
	for _, l := range i18n.Languages() {
		words := i18n.ByTag(l.Tag)
		v := alertsView(l.Tag)
		daily, err := mail.StaffDaily(t.Context(), v)
		require.NoError(t, err)
		assert.Equal(t, words.T("mail.daily.subject", "Shop", "Osier"), daily.Subject)
		for _, a := range v.Alerts {
			sentence := words.N("mail.alert."+a.Kind, a.New)
			one := v
			one.Alerts = []mail.Alert{a}
			letter, err := mail.StaffAlert(t.Context(), one)
			require.NoError(t, err)
			assert.Equal(t, words.T("mail.alert.subject", "Shop", "Osier", "What", sentence), letter.Subject)
			for _, form := range []string{daily.Text, daily.HTML, letter.Text, letter.HTML} {
				assert.Contains(t, form, sentence)
				assert.Contains(t, form, a.Page)
				assert.Contains(t, form, v.URL)
				assert.NotContains(t, form, "mail.", "words are missing")
				assert.NotContains(t, form, "{{")
			}
			assert.Equal(t, a.Open > a.New, strings.Contains(letter.Text, words.N("mail.alert.open", a.Open)), a.Kind)
		}
	}
	_, err := mail.StaffAlert(t.Context(), mail.AlertsView{StaffView: mail.StaffView{Printer: i18n.ByTag("en")}})
	require.Error(t, err)
}
