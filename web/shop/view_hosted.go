package shop

import (
	"errors"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// hostedLines returns what a checkout asks for; an amount alone is one line.
func hostedLines(v *visit.Visit, c models.Checkout) []pages.SummaryLine {
	currency := models.Currency{Code: c.Currency, Digits: c.Digits}
	list := make([]pages.SummaryLine, 0, len(c.Lines)+1)
	for _, l := range c.Lines {
		list = append(list, pages.SummaryLine{
			Title: l.Name, VariantTitle: l.Description, Quantity: l.Quantity,
			UnitPrice: visit.Money(v.Printer, currency, l.UnitPrice), Total: visit.Money(v.Printer, currency, l.Total()),
		})
	}
	if len(list) == 0 {
		amount := visit.Money(v.Printer, currency, c.Amount)
		title := strings.TrimSpace(v.Printer.T("hosted.payment") + " " + c.Reference)
		list = append(list, pages.SummaryLine{Title: title, Quantity: 1, UnitPrice: amount, Total: amount})
	}
	return list
}

func hostedTotals(v *visit.Visit, c models.Checkout) templates.Totals {
	currency := models.Currency{Code: c.Currency, Digits: c.Digits}
	goods := c.Amount.Add(c.Discount).Sub(c.Delivery).Sub(c.Tax)
	return templates.Totals{
		Goods: visit.Money(v.Printer, currency, goods), Discount: visit.MoneyOrNone(v.Printer, currency, c.Discount),
		Delivery: visit.MoneyOrNone(v.Printer, currency, c.Delivery), Tax: visit.MoneyOrNone(v.Printer, currency, c.Tax),
		Total: visit.Money(v.Printer, currency, c.Amount),
	}
}

// ways returns the ways on from a payment that a checkout asked for.
func (p *OrderPages) ways(v *visit.Visit, c *models.Checkout) (pages.HostedWays, error) {
	w := pages.HostedWays{
		Page: CheckoutPath(c.ID), GoOn: withCheckout(c.SuccessURL, c.ID), GoOnHost: hostOf(c.SuccessURL), Back: c.CancelURL, BackHost: hostOf(c.CancelURL),
	}
	if c.LinkID == "" {
		return w, nil
	}
	link, err := p.site.Store.PaymentLink(v.Context(), c.LinkID)
	if errors.Is(err, store.ErrNotFound) {
		return w, nil
	}
	w.Thanks = link.Thanks
	return w, err
}

// addCheckout makes the page of an order that a checkout became: it offers no cart and no delivery. At the checkout's own address everybody may
// pay, and only a browser that knows the order sees whose it is.
func (p *OrderPages) addCheckout(v *visit.Visit, view *pages.OrderView, order models.Order, how showing, known bool) error {
	c := how.checkout
	if c == nil {
		read, err := p.site.Store.Checkout(v.Context(), order.CheckoutID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		c = &read
	}
	view.ByLink = true
	var err error
	if view.Hosted, err = p.ways(v, c); err != nil {
		return err
	}
	if how.checkout != nil {
		view.CanCancel = false // the way back is the program's
		if view.State.Payable() {
			view.PhoneCode = CheckoutPath(c.ID) + "/qr.svg"
		}
	}
	if !known {
		view.Email, view.Name, view.Attempt.Payer, view.Attempt.OrderNum = "", "", "", ""
	}
	return nil
}
