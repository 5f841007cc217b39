package shop_test

import (
	"strings"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/shop"
)

const checkoutID = "co_" + ref

// hostedSheets are the pages of payments that another program or a link asks for, in every state.
func (f fixtures) hostedSheets() []sheet {
	wrong := f.hosted(shop.HostedOpen)
	wrong.Payment.PayerUID, wrong.Payment.PayerProblem, wrong.Payment.CoinProblem = "abc", invalid.PayerUID, invalid.Missing
	wrong.Notices = []shop.Notice{{Kind: shop.NoticeStockGone}, {Kind: shop.NoticeUnreachablePay}}
	bare := f.hosted(shop.HostedOpen)
	bare.Payment.Coins, bare.Page.Demo, bare.Hosted = nil, false, shop.HostedWays{Page: "/c/" + checkoutID}
	bare.Lines, bare.Reference = bare.Lines[1:], ""
	bare.Lines[0].Title = strings.Repeat("Rucksack", 12)
	sheets := []sheet{
		{"hosted-problems", shop.Hosted(wrong)},
		{"hosted-no-coin", shop.Hosted(bare)},
		{"error-no-checkout", templates.ErrorPage(templates.NewError(f.page("/c/x"), templates.ErrorNoCheckout, 404, "01JDK3V9Q4"))},
	}
	sheets = append(sheets, f.payLinkSheets()...)
	for _, state := range shop.HostedStates() {
		sheets = append(sheets, sheet{"hosted-" + string(state), shop.Hosted(f.hosted(state))})
	}
	for _, state := range shop.OrderStates() {
		for name, v := range map[string]shop.OrderView{"": f.order(state), "limited-": f.limited(state)} {
			v.ByLink, v.Page.Hosted, v.CanCancel, v.Shipped, v.Hosted = true, true, false, false, f.ways()
			v.Address, v.Phone, v.Parcels, v.Base = nil, "", nil, "/c/"+checkoutID
			if name == "" && state.Payable() {
				v.PhoneCode = "/c/" + checkoutID + "/qr.svg"
			}
			v.Proof = shop.ProofForm{}
			sheets = append(sheets, sheet{"hosted-order-" + name + string(state), shop.Order(v)})
		}
	}
	return sheets
}

func (f fixtures) ways() shop.HostedWays {
	return shop.HostedWays{
		Page: "/c/" + checkoutID, GoOn: "https://shop.example.org/thanks?checkout=" + checkoutID, GoOnHost: "shop.example.org",
		Back: "https://shop.example.org/basket", BackHost: "shop.example.org", Thanks: f.say("Thank you. Your tickets come by post.", "谢谢，门票将寄给您。"),
	}
}

func (f fixtures) hosted(state shop.HostedState) shop.HostedView {
	v := shop.HostedView{
		Page: f.page("/c/" + checkoutID), Base: "/c/" + checkoutID, State: state, Reference: "A-1001", Lines: f.lines(), Hosted: f.ways(),
		Totals: templates.Totals{Goods: f.money("186.00"), Total: f.money("186.00")},
	}
	for i := range v.Lines {
		v.Lines[i].Picture, v.Lines[i].Slug = templates.Picture{}, ""
	}
	v.Page.Hosted = true
	if state == shop.HostedOpen {
		v.Payment = shop.PaymentForm{Coins: f.coins(), Quotes: "sealed", Until: f.kept(), Left: 598}
		v.Deadline = shop.Deadline{Until: f.kept(), Left: 23 * 60}
	}
	return v
}

// payLinkSheets are the pages of payment links of each kind, and of those that take no payment.
func (f fixtures) payLinkSheets() []sheet {
	fixed := f.payLink()
	chosen := f.payLink()
	chosen.Amount, chosen.Currency, chosen.Chosen = "", "USD", shop.LinkField{Shown: true, Required: true, Value: "4", Problem: invalid.Range}
	chosen.Least, chosen.Most = f.money("5"), f.money("500")
	chosen.Suggestions = []shop.LinkSuggestion{{Value: "5", Text: f.money("5")}, {Value: "20", Text: f.money("20")}, {Value: "100", Text: f.money("100")}}
	for _, field := range []*shop.LinkField{&chosen.Name, &chosen.Email, &chosen.Note, &chosen.Address} {
		*field = shop.LinkField{Shown: true, Required: true, Problem: invalid.Missing}
	}
	invoice := f.payLink()
	invoice.Lines, invoice.Due, invoice.Overdue, invoice.Amount = f.hosted(shop.HostedOpen).Lines, f.kept(), true, f.money("186")
	sheets := []sheet{{"hosted-link-fixed", shop.PayLink(fixed)}, {"hosted-link-chosen", shop.PayLink(chosen)}, {"hosted-link-invoice", shop.PayLink(invoice)}}
	for _, closed := range []string{"off", "expired", "used_up", "currency", "sold_out"} {
		v := f.payLink()
		v.Closed = closed
		sheets = append(sheets, sheet{"hosted-link-" + closed, shop.PayLink(v)})
	}
	return sheets
}

func (f fixtures) payLink() shop.LinkView {
	v := shop.LinkView{
		Page: f.page("/pay/mug"), Base: "/pay/mug", Title: f.say("Mug fund", "马克杯基金"), Paragraph: []string{f.say("For new mugs.", "用于购买新杯子。")}, Amount: f.money("20"),
		CheckoutID: checkoutID, Email: shop.LinkField{Shown: true}, Note: shop.LinkField{Shown: true, Value: "x"},
	}
	v.Page.Hosted = true
	return v
}
