package shop

import (
	"errors"
	"net/http"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/session"
	"github.com/coincart/coincart/web/visit"
)

// CheckoutPages turn the visitor's cart into an order.
type CheckoutPages struct {
	site     *visit.Site
	payments *payments.Service
	carts    *CartPages
	account  *account
}

// Checkout shows the page before paying: GET /checkout. An empty cart, or one that must be corrected first, redirects to the cart.
func (p *CheckoutPages) Checkout(v *visit.Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	cart, err := p.carts.cart(v)
	if err != nil {
		return err
	}
	if len(cart.Lines) == 0 || slices.ContainsFunc(cart.Lines, func(l models.CartLine) bool { return !l.Sellable() }) {
		return v.SeeOther(cartPath)
	}
	if err := p.carts.fillDestination(v, &cart); err != nil {
		return err
	}
	notices, err := takeNotice(v)
	if err != nil {
		return err
	}
	c, err := p.checkout(v, cart, draftForm(s.Draft), p.site)
	if err != nil {
		return err
	}
	c.notices = append(notices, c.notices...)
	return c.show(v, http.StatusOK)
}

func draftForm(d session.Draft) checkoutForm {
	return checkoutForm{
		email: d.Email, name: d.Name, paymentForm: paymentForm{coin: d.Coin, uid: d.UID},
		address: models.Address{Line1: d.Line1, Line2: d.Line2, City: d.City, Postcode: d.Postcode, Phone: d.Phone},
	}
}

// keepDraft stores what was typed for the next time that the page is shown.
func keepDraft(v *visit.Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	form, err := v.Form()
	if err != nil {
		return err
	}
	draft := session.DraftOf(form, s.Draft)
	if draft == s.Draft {
		return nil
	}
	s.Draft = draft
	return v.SaveSession()
}

// takeNotice returns the notice that an action left for this page, and deletes it. After an error the notice may be shown once more.
func takeNotice(v *visit.Visit) ([]pages.Notice, error) {
	s, err := v.Session()
	if err != nil {
		return nil, err
	}
	notice := s.TakeNotice()
	if notice == "" {
		return nil, nil
	}
	return []pages.Notice{{Kind: pages.NoticeKind(notice)}}, v.SaveSession()
}

// checkout is the checkout page of one request.
type checkout struct {
	cart     models.Cart
	bill     payments.Bill
	offers   payments.Offers
	currency models.Currency
	signedIn models.Payer
	form     checkoutForm

	place     pages.EstimateForm
	badCoupon refusedCoupon // typed, but not looked at

	email, name, coin, payer invalid.Problem
	address                  invalid.Problems
	notices                  []pages.Notice
}

// checkout returns the page of a cart. terms are the site's for a page that is only looked at; nil asks for those that are stored, by which
// an order is placed.
func (p *CheckoutPages) checkout(v *visit.Visit, cart models.Cart, form checkoutForm, terms payments.Terms) (*checkout, error) {
	s, err := v.Session()
	if err != nil {
		return nil, err
	}
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return nil, err
	}
	bill, err := p.bill(v, cart, currency, form.email, terms)
	if err != nil {
		return nil, err
	}
	coins, err := p.site.Store.Coins(v.Context()) // not a second old: a rate that is fixed by hand must be the one that Place will find
	if err != nil {
		return nil, err
	}
	settings, err := p.site.Settings(v.Context())
	if err != nil {
		return nil, err
	}
	offers, err := p.payments.Quotes(payments.QuoteRequest{
		Subject: payments.CartSubject(cart.ID), Coins: coins, Total: bill.Total, Token: form.quotes, TTL: settings.QuoteTTL(),
	})
	if err != nil {
		return nil, err
	}
	c := &checkout{cart: cart, bill: bill, offers: offers, currency: currency, signedIn: s.SignedIn(), form: form, badCoupon: form.refused}
	if c.place, err = p.carts.placeForm(v.Context(), v.Printer.Lang(), cart, bill); err != nil {
		return nil, err
	}
	if offers.Renewed {
		c.notices = append(c.notices, pages.Notice{Kind: pages.NoticeRatesChanged})
	}
	return c, nil
}

// validate sets the problems of the form and reports whether there are none.
func (c *checkout) validate() bool {
	c.email, c.name = emailProblem(c.form.email), nameProblem(c.form.name)
	c.coin, c.payer = c.form.coinProblem(c.offers), c.form.payerProblem(c.signedIn)
	c.checkAddress()
	return c.email == "" && c.name == "" && c.coin == "" && c.payer == "" &&
		len(c.address) == 0 && c.badCoupon.typed == ""
}

// checkAddress sets the problems of the address of delivery.
func (c *checkout) checkAddress() {
	if !c.bill.NeedsAddress {
		return
	}
	c.address = c.destination().Check()
	if c.name != "" {
		delete(c.address, "name") // said already
	}
	switch {
	case errors.Is(c.bill.Blocked, payments.ErrUndeliverable):
		c.address["country"] = invalid.Undelivered
	case errors.Is(c.bill.Blocked, payments.ErrTooHeavy):
		c.address["country"] = invalid.TooHeavy
	}
}

// destination returns the address that was typed, without a region that does not belong to the country.
func (c *checkout) destination() models.Address {
	address := c.form.address
	address.Name, address.Region = c.form.name, models.PlaceOf(address.Country, address.Region).Region
	return address.Clean()
}

func (p *CheckoutPages) bill(v *visit.Visit, cart models.Cart, currency models.Currency, email string, terms payments.Terms) (payments.Bill, error) {
	if terms == nil {
		return p.payments.Totals(v.Context(), cart, currency, email)
	}
	return p.payments.TotalsBy(v.Context(), terms, cart, currency, email)
}

func (c *checkout) input(lang string) payments.PlaceInput {
	return payments.PlaceInput{
		CartID: c.cart.ID, FormToken: c.form.token, Seen: c.form.seen, Email: c.form.email, Name: c.form.name, Lang: lang,
		Currency: c.currency, Address: c.destination(), Coin: c.form.coin, Quotes: c.form.quotes, Payer: c.form.payer(c.signedIn),
	}
}

// show renders the page with the cart as it is now; what the form showed before does not matter.
func (c *checkout) show(v *visit.Visit, status int) error {
	page, err := v.Page()
	if err != nil {
		return err
	}
	page.CartCount = c.cart.Count()
	coupon := couponView(v.Printer, c.currency, c.cart, c.bill)
	if c.badCoupon.typed != "" {
		coupon = c.badCoupon.field(v.Printer)
	}
	payment := paymentView(v.Printer, c.currency, c.offers, c.form.paymentForm, c.signedIn)
	payment.CoinProblem, payment.PayerProblem = c.coin, c.payer
	view := pages.CheckoutView{
		Page: page, FormToken: c.cart.FormToken, Seen: c.bill.Seen,
		Email: c.form.email, Name: c.form.name, EmailProblem: c.email, NameProblem: c.name,
		Address: addressView(c.place, c.cart, c.form, c.address), Methods: deliveryView(v.Printer, c.currency, c.bill), Coupon: coupon,
		Payment: payment, Lines: cartSummary(v.Printer, c.currency, c.cart), Totals: billTotals(v.Printer, c.currency, c.bill),
		Notices: append(c.notices, cartNotices(v.Printer, c.currency, c.cart)...),
	}
	if errors.Is(c.bill.Blocked, payments.ErrNothingToPay) {
		view.Notices = append(view.Notices, pages.Notice{Kind: pages.NoticeNothingToPay})
	}
	if v.Fragment() {
		return v.Show(status, pages.CheckoutFragment(view))
	}
	return v.Show(status, pages.Checkout(view))
}
