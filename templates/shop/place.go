package shop

import (
	"context"

	"github.com/a-h/templ"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// Choice is one entry of a list to choose from.
type Choice struct {
	Value    string
	Text     string
	Selected bool
}

// EstimateForm asks for the place of delivery, to estimate the delivery's price.
type EstimateForm struct {
	Shown       bool
	Open        bool // nothing is chosen yet, or nothing can be delivered there
	Countries   []Choice
	Regions     []Choice // of the country; none where it does not matter
	Everywhere  bool     // the list has all countries
	Undelivered string   // the place that the shop does not deliver to, or not what is so heavy; "": it does
	Weight      string   // of the goods in kg, where they are too heavy
	MaxWeight   string   // the most that is delivered there, in kg; "": the weight does not matter
}

// AddressForm is the address of delivery as typed.
type AddressForm struct {
	EstimateForm

	NeedsRegion bool
	HasPostcode bool
	Line1       string
	Line2       string
	City        string
	Postcode    string
	Phone       string
	Problems    invalid.Problems // by the field's name
}

// DeliveryChoice is one way of delivery.
type DeliveryChoice struct {
	ID       string // value of the field "method"
	Title    string
	Note     string
	Price    string
	Free     bool
	FreeFrom string // from which goods on it is free, where that is of interest; "" otherwise
	Selected bool
}

// CouponField is the field for a coupon's code.
type CouponField struct {
	Code    string // the one that counts; "": there is none
	Typed   string // the one that does not count, with Problem
	Problem string // models.CouponProblem that is not Alike, unknown, or too_often; "": there is none
	Minimum string // for the problem "minimum"
	Wait    string // for the problem "too_often": how long
}

func (c CouponField) words(p *i18n.Printer) string {
	if c.Problem == "" {
		return ""
	}
	return p.T("coupon.problem."+c.Problem, "Code", c.Typed, "Minimum", c.Minimum, "Wait", c.Wait)
}

// problem returns what is wrong with a field of the address.
func (f AddressForm) problem(p *i18n.Printer, field string) string {
	return p.ProblemOf(field, f.Problems[field])
}

// addressFields returns the fields of an address in the order of the page. The name is the checkout's own field.
func addressFields() []string {
	return []string{"country", "region", "name", "line1", "line2", "postcode", "city", "phone"}
}

func (f AddressForm) problems(p *i18n.Printer) []summaryItem {
	var items []summaryItem
	for _, field := range addressFields() {
		if words := f.problem(p, field); words != "" {
			items = append(items, summaryItem{field, words})
		}
	}
	return items
}

// updateAttributes returns the attributes of an element that changes the totals: with scripts the page shows them at once.
func updateAttributes(ctx context.Context, trigger string) templ.Attributes {
	return templ.Attributes{
		"hx-post": templates.At(ctx, "/checkout/update"), "hx-trigger": trigger, "hx-include": "#checkout", "hx-target": "#checkout", "hx-swap": "outerMorph",
	}
}

// updateButtonAttributes returns the attributes of a button that does the same and works without scripts too.
func updateButtonAttributes(ctx context.Context) templ.Attributes {
	attributes := updateAttributes(ctx, "click")
	attributes["formaction"], attributes["formnovalidate"] = templates.At(ctx, "/checkout/update"), true
	return attributes
}

func (m DeliveryChoice) priceWords(p *i18n.Printer) string {
	if m.Free {
		return p.T("totals.free")
	}
	return m.Price
}

// note returns the shop's text about the way of delivery, with the sum from which it is free.
func (m DeliveryChoice) note(p *i18n.Printer) string {
	if m.FreeFrom == "" {
		return m.Note
	}
	free := p.T("delivery.free_from", "Amount", m.FreeFrom)
	if m.Note == "" {
		return free
	}
	return m.Note + " · " + free
}

// nameLength is the maximum number of characters of a name.
const nameLength = "100"

// nameProblem returns what is wrong with the name: that of any name, or that of a recipient.
func (v CheckoutView) nameProblem() string {
	p := v.Page.Printer
	if v.NameProblem != "" || !v.Address.Shown {
		return p.ProblemOf("limit", v.NameProblem, "Max", nameLength)
	}
	return v.Address.problem(p, "name")
}

// undelivered says that the shop does not deliver to the chosen place, and what to do about it.
func (e EstimateForm) undelivered(p *i18n.Printer) string {
	if e.MaxWeight != "" {
		return p.T("delivery.too_heavy", "Place", e.Undelivered, "Weight", e.Weight, "Most", e.MaxWeight)
	}
	return p.T("delivery.undelivered", "Place", e.Undelivered)
}

func addressLabel(p *i18n.Printer, id string, required bool) string {
	if required {
		return p.T("address.field." + id)
	}
	return p.T("address.optional", "Label", p.T("address.field."+id))
}

func addressKind(id string) string {
	if id == "phone" {
		return "tel"
	}
	return "text"
}
