package shop

import (
	"errors"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// cartView returns the cart's page without its frame.
func cartView(p *i18n.Printer, currency models.Currency, cart models.Cart, bill payments.Bill) pages.CartView {
	view := pages.CartView{
		Totals: billTotals(p, currency, bill), Coupon: couponView(p, currency, cart, bill), Lines: make([]pages.CartLine, len(cart.Lines)),
		Nothing: errors.Is(bill.Blocked, payments.ErrNothingToPay),
	}
	if bill.Method() != nil {
		view.Totals.DeliveryTo = models.Place{Country: cart.Country, Region: cart.Region}.NameIn(p.Lang())
	}
	for i, l := range cart.Lines {
		view.Lines[i] = cartLineView(p, currency, l)
		if !l.Sellable() {
			view.Blocked = true
		}
	}
	return view
}

func cartLineView(p *i18n.Printer, currency models.Currency, l models.CartLine) pages.CartLine {
	return pages.CartLine{
		SummaryLine: summaryLine(p, currency, l), Variant: l.VariantID, Typed: strconv.Itoa(l.Quantity), Problems: lineProblems(p, currency, l),
	}
}

// regularPrice returns the regular price of a piece if it is higher than the present one; "" otherwise.
func regularPrice(p *i18n.Printer, currency models.Currency, l models.CartLine) string {
	if l.RegularPrice.Cmp(l.Price) <= 0 {
		return ""
	}
	return visit.Money(p, currency, l.RegularPrice)
}

func lineProblems(p *i18n.Printer, currency models.Currency, l models.CartLine) []pages.LineProblem {
	if l.ProductHidden {
		return []pages.LineProblem{{Kind: pages.LineGone}}
	}
	var problems []pages.LineProblem
	switch {
	case l.Available() <= 0:
		problems = append(problems, pages.LineProblem{Kind: pages.LineSoldOut})
	case l.Quantity > l.Available():
		problems = append(problems, pages.LineProblem{Kind: pages.LineOnlyLeft, Left: l.Available()})
	}
	if l.PriceChanged() {
		problems = append(problems, pages.LineProblem{
			Kind: pages.LinePriceChanged, From: visit.Money(p, currency, l.SeenPrice), To: visit.Money(p, currency, l.Price),
		})
	}
	return problems
}

// refuse sets a quantity as it was typed, with the reason of its refusal in place of other problems of the quantity.
func refuse(view *pages.CartView, variant, typed string, problem pages.LineProblem) {
	for i := range view.Lines {
		line := &view.Lines[i]
		if line.Variant != variant {
			continue
		}
		kept := []pages.LineProblem{problem}
		for _, other := range line.Problems {
			if other.Kind == pages.LinePriceChanged {
				kept = append(kept, other)
			}
		}
		line.Typed, line.Problems = typed, kept
	}
}
