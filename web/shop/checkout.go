package shop

import (
	"net/http"
	"slices"

	"coincart/models"
	"coincart/payments"
	pages "coincart/templates/shop"
	"coincart/web/session"
	"coincart/web/visit"
)

// Checkout shows the page before paying: GET /checkout. An empty cart, or one that must be mended first, goes to the cart.
func (p *Pages) Checkout(v *visit.Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	cart, err := p.cart(v)
	if err != nil {
		return err
	}
	if len(cart.Lines) == 0 || slices.ContainsFunc(cart.Lines, func(l models.CartLine) bool { return !l.Sellable() }) {
		return v.SeeOther(cartPath)
	}
	notices, err := flash(v)
	if err != nil {
		return err
	}
	c, err := p.checkout(v, cart, draftForm(s.Draft))
	if err != nil {
		return err
	}
	c.notices = append(notices, c.notices...)
	return c.show(v, http.StatusOK)
}

func draftForm(d session.Draft) checkoutForm {
	return checkoutForm{email: d.Email, name: d.Name, paymentForm: paymentForm{coin: d.Coin}}
}

// flash takes the notice that an action left for this page.
func flash(v *visit.Visit) ([]pages.Notice, error) {
	s, err := v.Session()
	if err != nil {
		return nil, err
	}
	notice := s.TakeNotice()
	if notice == "" {
		return nil, nil
	}
	if err := v.SaveSession(); err != nil {
		return nil, err
	}
	return []pages.Notice{{Kind: pages.NoticeKind(notice)}}, nil
}

// checkout is one showing of the checkout page.
type checkout struct {
	cart     models.Cart
	bill     payments.Bill
	offers   payments.Offers
	currency models.Currency
	signedIn models.Payer
	form     checkoutForm

	email, name, coin, payer pages.FieldProblem
	notices                  []pages.Notice
}

func (p *Pages) checkout(v *visit.Visit, cart models.Cart, form checkoutForm) (*checkout, error) {
	s, err := v.Session()
	if err != nil {
		return nil, err
	}
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return nil, err
	}
	bill, err := p.payments.Totals(v.Context(), cart, currency, form.email)
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
	c := &checkout{cart: cart, bill: bill, offers: offers, currency: currency, signedIn: s.SignedIn(), form: form}
	if offers.Renewed {
		c.notices = append(c.notices, pages.Notice{Kind: pages.NoticeRatesChanged})
	}
	return c, nil
}

// check finds what is wrong with the form; ok is false if there is anything.
func (c *checkout) check() (ok bool) {
	c.email, c.name = emailProblem(c.form.email), nameProblem(c.form.name)
	c.coin, c.payer = c.form.coinProblem(c.offers), c.form.payerProblem(c.signedIn)
	return c.email == pages.FieldOK && c.name == pages.FieldOK && c.coin == pages.FieldOK && c.payer == pages.FieldOK
}

func (c *checkout) input(lang string) payments.PlaceInput {
	return payments.PlaceInput{
		CartID: c.cart.ID, FormToken: c.form.token, Seen: c.form.seen, Email: c.form.email, Name: c.form.name, Lang: lang,
		Currency: c.currency, Coin: c.form.coin, Quotes: c.form.quotes, Payer: c.form.payer(c.signedIn),
	}
}

// show renders the page with the cart as it is now; what the form showed before does not matter.
func (c *checkout) show(v *visit.Visit, status int) error {
	page, err := v.Page()
	if err != nil {
		return err
	}
	page.CartCount = c.cart.Count()
	total := c.bill.Total
	payment := paymentView(v.Printer, c.currency, c.offers, c.form.paymentForm, c.signedIn)
	payment.CoinProblem, payment.PayerProblem = c.coin, c.payer
	return v.Show(status, pages.Checkout(pages.CheckoutView{
		Page: page, FormToken: c.cart.FormToken, Seen: c.bill.Seen,
		Email: c.form.email, Name: c.form.name, EmailProblem: c.email, NameProblem: c.name,
		Payment: payment, Lines: cartSummary(v.Printer, c.currency, c.cart), Total: money(v.Printer, c.currency, total),
		Notices: append(c.notices, cartNotices(v.Printer, c.currency, c.cart)...),
	}))
}
