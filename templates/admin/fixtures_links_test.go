package admin_test

import (
	"strings"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/admin"
)

// linkSheets are the pages of payment links.
func (f fixtures) linkSheets() []sheet {
	wrong := f.newLink("invoice")
	wrong.Refusal, wrong.LinesProblem.Problem, wrong.Due.Problem, wrong.Email.Problem = admin.RefusalFields, invalid.Missing, invalid.Time, invalid.Email
	for _, field := range []*admin.Field{&wrong.Title, &wrong.Slug, &wrong.MaxUses, &wrong.ThanksURL} {
		field.Problem = invalid.Missing
	}
	bare := f.paymentLink()
	bare.Payments, bare.Sums, bare.Page.May.Price, bare.Row.State, bare.Row.Enabled = nil, nil, false, "off", false
	none := admin.LinksView{Page: f.linkPage(), Filtered: true, Search: admin.Field{Value: "tent"}}
	sheets := []sheet{
		{"links", admin.Links(f.paymentLinks())},
		{"links-empty", admin.Links(admin.LinksView{Page: f.linkPage()})},
		{"links-none", admin.Links(none)},
		{"link", admin.Link(f.paymentLink())},
		{"link-bare", admin.Link(bare)},
		{"link-invoice", admin.Link(f.invoice())},
		{"link-problems", admin.Link(wrong)},
		{"link-card", admin.LinkCard(admin.LinkCardView{Page: f.linkPage(), Row: f.linkRow(), Amount: "$20.00", Code: "/pay/mug/qr.svg"})},
	}
	for _, kind := range []string{"fixed", "chosen", "product", "invoice"} {
		sheets = append(sheets, sheet{"link-new-" + kind, admin.Link(f.newLink(kind))})
	}
	return sheets
}

func (f fixtures) linkPage() admin.Page {
	p := f.page(admin.SectionLinks)
	p.May.Price = true
	return p
}

func (f fixtures) linkRow() admin.LinkRow {
	return admin.LinkRow{
		ID: "l1", Slug: "mug", Title: "Mug fund", Kind: "fixed", State: "on", Amount: "$20.00", Uses: "3 / 10", Created: f.at(90_000), Enabled: true,
		URL: "https://shop.example.org/pay/mug",
	}
}

func (f fixtures) paymentLinks() admin.LinksView {
	v := admin.LinksView{Page: f.linkPage(), Next: "/admin/payment-links?after=1"}
	for i, kind := range []string{"fixed", "chosen", "product", "invoice", "fixed"} {
		row := f.linkRow()
		row.Kind, row.State = kind, []string{"on", "off", "expired", "used_up", "currency"}[i]
		if kind == "chosen" {
			row.Amount, row.Title = "", strings.Repeat("Donation", 20)
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func (f fixtures) newLink(kind string) admin.LinkView {
	v := admin.LinkView{
		Page: f.linkPage(), New: true, Kind: kind, Kinds: []string{"fixed", "chosen", "product", "invoice"}, Currency: "USD",
		Langs: []admin.Choice{{Selected: true}, {Value: "en"}, {Value: "zh-Hans"}},
	}
	for _, name := range []string{"ask_name", "ask_email", "ask_address", "ask_note"} {
		v.Asks = append(v.Asks, admin.LinkAskField{Name: name, Choices: []admin.Choice{{}, {Value: "optional", Selected: true}, {Value: "required"}}})
	}
	if kind == "invoice" {
		v.CanRemind, v.SendEmail, v.Reminders = true, true, true
		v.Lines = []admin.LinkLine{{Name: "Work", Quantity: "3", Price: "80.00"}, {}}
	}
	return v
}

// invoice is an invoice with mails of every kind and state.
func (f fixtures) invoice() admin.LinkView {
	v := f.newLink("invoice")
	v.New, v.Kinds, v.Row, v.Version = false, nil, f.linkRow(), "2"
	v.Row.Kind, v.Row.Title, v.Title.Value = "invoice", "Work in May", "Work in May"
	v.Due.Value, v.Email.Value, v.Name.Value, v.MailAgain, v.FormToken = "2026-12-20", "ada@example.org", "Ada", "admin.link.mail_again", "t"
	for i, kind := range []string{"invoice", "invoice", "invoice_soon", "invoice_due", "invoice_late"} {
		v.Mails = append(v.Mails, admin.LinkMail{Kind: kind, State: []string{"sent", "skipped", "parked", "waiting", "waiting"}[i], At: f.at(3600 * i)})
	}
	return v
}

func (f fixtures) paymentLink() admin.LinkView {
	v := f.newLink("fixed")
	v.New, v.Kinds, v.Row, v.Version = false, nil, f.linkRow(), "2"
	v.Title.Value, v.Amount.Value = "Mug fund", "20.00"
	v.Button = `<a class="coincart-button" href="https://shop.example.org/pay/mug">Pay with coins</a>`
	v.Script = `<script src="https://shop.example.org/embed/v1.js" integrity="sha384-` + strings.Repeat("A", 64) + `" crossorigin="anonymous" defer></script>`
	v.Sums = []admin.LinkSum{{Count: 2, Worth: "$40.00", Received: "40 USDT", Refunded: "20 USDT"}, {Count: 1, Worth: "$20.00", Received: "0.0002 BTC"}}
	for i, status := range []string{"open", "processing", "paid", "review", "expired", "cancelled"} {
		p := admin.LinkPayment{OrderID: "o1", Status: status, Amount: "$20.00", At: f.at(60 * i), Who: "Ada ada@example.org", Note: strings.Repeat("A long note ", 10), Address: "12 St James’s Square\nLondon"}
		if status == "open" {
			p = admin.LinkPayment{Status: status, Amount: "$20.00", At: templates.Moment{Text: "–"}}
		}
		v.Payments = append(v.Payments, p)
	}
	return v
}
