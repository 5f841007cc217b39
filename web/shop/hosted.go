package shop

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/checkouts"
	"github.com/coincart/coincart/templates/qrcode"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/session"
	"github.com/coincart/coincart/web/visit"
)

// CheckoutPath returns the address of a checkout's page.
func CheckoutPath(id string) string { return "/c/" + id }

// HostedPages show the checkouts that other programs and payment links make. Everybody who knows the address of one may pay it; nobody learns
// from it who did.
type HostedPages struct {
	site      *visit.Site
	checkouts *checkouts.Service
	carts     *CheckoutPages
	orders    *OrderPages
}

// Hosted shows a checkout: GET /c/{id}. Once pay was pressed it shows the order, which may be paid in another way after a try that came to
// nothing. The page that asks again gets only the order's status.
func (p *HostedPages) Hosted(v *visit.Visit) error {
	view, err := p.checkout(v)
	if err != nil {
		return err
	}
	if view.Order != nil {
		return p.showOrder(v, view)
	}
	if v.Fragment() {
		return v.Leave(CheckoutPath(view.Checkout.ID)) // the order that the page shows came to nothing
	}
	notices, err := takeNotice(v)
	if err != nil {
		return err
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	return p.show(v, hosted{checkout: view.Checkout, status: http.StatusOK, notices: notices, form: draftPayment(s.Draft, view.Checkout)})
}

// draftPayment returns the form as it was typed before, or with the account that the program named.
func draftPayment(d session.Draft, c models.Checkout) paymentForm {
	form := paymentForm{coin: d.Coin, uid: d.UID}
	if form.uid == "" {
		form.uid = c.PayerUserID
	}
	return form
}

// checkout returns the checkout of the address with what became of it, and sets the page's language to its own.
func (p *HostedPages) checkout(v *visit.Visit) (checkouts.View, error) {
	id := v.Param("id")
	if !models.IsCheckoutID(id) {
		return checkouts.View{}, visit.ErrNoCheckout
	}
	view, err := p.checkouts.Get(v.Context(), id, "")
	if errors.Is(err, store.ErrNotFound) {
		return view, visit.ErrNoCheckout
	}
	if err == nil {
		v.SpeakUnlessChosen(view.Checkout.Lang)
	}
	return view, err
}

// showOrder shows the order that a checkout became, after at most one bounded question to the platform.
func (p *HostedPages) showOrder(v *visit.Visit, view checkouts.View) error {
	order, pending, err := p.orders.payments.RefreshPending(v.Context(), view.Order.Ref)
	if err != nil {
		if order.Ref == "" {
			order = *view.Order
		}
		p.site.Log.WarnContext(v.Context(), "order shown as it was known", "request", v.RequestID(), "order", order.ID, "error", err)
	}
	if order.CalledOff() {
		return v.Leave(CheckoutPath(view.Checkout.ID))
	}
	return p.orders.orderOrStatus(v, order, showing{status: http.StatusOK, pending: pending, checkout: &view.Checkout})
}

// Pay pays a checkout, or the order that it became, and redirects to the platform's pay page: POST /c/{id}/pay with coin, payer_uid and quotes;
// without coin and payer_uid it goes on with the order's open payment.
func (p *HostedPages) Pay(v *visit.Visit) error {
	values, err := v.Form()
	if err != nil {
		return err
	}
	view, err := p.checkout(v)
	if err != nil {
		return err
	}
	form := readPayment(values)
	if view.Order != nil {
		return p.orders.payAs(v, *view.Order, form, showing{checkout: &view.Checkout})
	}
	h := hosted{checkout: view.Checkout, status: http.StatusUnprocessableEntity, form: form}
	if h.state(p.site.Clock()) != pages.HostedOpen {
		return v.SeeOther(CheckoutPath(h.checkout.ID))
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	offers, _, err := p.offers(v, h.checkout, form.quotes)
	if err != nil {
		return err
	}
	h.coin, h.payer = form.coinProblem(offers), form.payerProblem(s.SignedIn())
	if h.coin != "" || h.payer != "" {
		return p.show(v, h)
	}
	return p.place(v, h, form.payer(s.SignedIn()))
}

// place turns the checkout into an order.
func (p *HostedPages) place(v *visit.Visit, h hosted, payer models.Payer) error {
	placement, err := p.orders.account.payAs(v, payer, func(payer models.Payer) (payments.Placement, error) {
		return p.orders.payments.PlaceCheckout(v.Context(), payments.PlaceCheckoutInput{
			CheckoutID: h.checkout.ID, Lang: v.Printer.Lang(), Coin: h.form.coin, Quotes: h.form.quotes, Payer: payer, Network: v.ClientNetwork(),
		})
	})
	if err != nil {
		return p.notPlaced(v, h, err)
	}
	if placement.Existing {
		p.site.Count(eventPlacedAgain)
	} else {
		p.site.Count(eventPlaced)
	}
	p.carts.keepOrder(v, placement.Ref)
	if placement.PayURL != "" {
		return v.SeeOther(placement.PayURL)
	}
	return v.SeeOther(CheckoutPath(h.checkout.ID))
}

// notPlaced shows the checkout as it is now, with the reason why pressing pay made no order. If there is an order, it is shown, whatever went wrong
// (reliability.md R19).
func (p *HostedPages) notPlaced(v *visit.Visit, h hosted, cause error) error {
	defer v.Afterwards()()
	view, err := p.checkouts.Get(v.Context(), h.checkout.ID, "")
	if err != nil {
		return errors.Join(cause, err)
	}
	if view.Order != nil {
		p.site.Log.WarnContext(v.Context(), "order shown although its form failed", "request", v.RequestID(), "order", view.Order.ID, "error", cause)
		return v.SeeOther(CheckoutPath(h.checkout.ID))
	}
	h.checkout, h.status = view.Checkout, http.StatusConflict
	outOfStock, unpaid := (*store.OutOfStockError)(nil), (*store.UnpaidLimitError)(nil)
	switch {
	case errors.As(cause, &outOfStock):
		h.notices = []pages.Notice{{Kind: pages.NoticeStockGone}}
	case errors.As(cause, &unpaid):
		h.notices = []pages.Notice{unpaidNotice(unpaid, p.site.Clock())}
	case errors.Is(cause, store.ErrLinkClosed):
		h.full = true
	case errors.Is(cause, payments.ErrNotPayable), errors.Is(cause, payments.ErrFormUsed): // the page says so
	case errors.Is(cause, payments.ErrQuote):
		h.notices = []pages.Notice{{Kind: pages.NoticeRatesChanged}}
	case errors.Is(cause, payments.ErrCoin):
		h.status, h.coin = http.StatusUnprocessableEntity, invalid.Unknown
	case errors.Is(cause, payments.ErrPayer):
		h.status, h.payer = http.StatusUnprocessableEntity, invalid.Missing
	case errors.Is(cause, payments.ErrSignIn):
		h.notices = []pages.Notice{{Kind: pages.NoticeSignInOver}}
	case errors.Is(cause, payments.ErrUnreachable):
		p.site.Count(eventUnreachable)
		h.status, h.notices = http.StatusServiceUnavailable, []pages.Notice{{Kind: pages.NoticeUnreachablePay}}
	default:
		return cause
	}
	return p.show(v, h)
}

// hosted is the page of a checkout that has become no order.
type hosted struct {
	checkout models.Checkout
	status   int
	full     bool // its payment link takes no more payments
	form     paymentForm
	notices  []pages.Notice

	coin, payer invalid.Problem
}

// state returns what the page shows. A checkout whose time is over has ended, whether the worker has done it or not.
func (h hosted) state(now time.Time) pages.HostedState {
	switch {
	case h.checkout.Status == models.CheckoutCancelled:
		return pages.HostedCancelled
	case h.checkout.Status != models.CheckoutOpen, !now.Before(h.checkout.ExpiresAt):
		return pages.HostedExpired
	case h.full:
		return pages.HostedFull
	}
	return pages.HostedOpen
}

func (p *HostedPages) show(v *visit.Visit, h hosted) error {
	c, now := h.checkout, p.site.Clock()
	frame, err := v.Page()
	if err != nil {
		return err
	}
	frame.Hosted, frame.Demo, frame.Path = true, frame.Demo || !c.Live, CheckoutPath(c.ID)
	view := pages.HostedView{
		Page: frame, Base: CheckoutPath(c.ID), State: h.state(now), Reference: c.Reference, Lines: hostedLines(v, c), Totals: hostedTotals(v, c), Notices: h.notices,
	}
	if view.Hosted, err = p.orders.ways(v, &c); err != nil {
		return err
	}
	if c.LinkID != "" {
		view.Reference = ""
	}
	if view.State == pages.HostedOpen {
		view.Deadline = deadline(v.Printer, c.ExpiresAt, now)
		offers, currency, err := p.offers(v, c, h.form.quotes)
		if err != nil {
			return err
		}
		if offers.Renewed && len(h.notices) == 0 {
			view.Notices = []pages.Notice{{Kind: pages.NoticeRatesChanged}}
		}
		s, err := v.Session()
		if err != nil {
			return err
		}
		view.Payment = paymentView(v.Printer, currency, offers, h.form, s.SignedIn())
		view.Payment.CoinProblem, view.Payment.PayerProblem = h.coin, h.payer
	}
	return v.Show(h.status, pages.Hosted(view))
}

// offers returns the coins that a checkout can be paid with, by the quotes that the payer saw last as long as they are valid.
func (p *HostedPages) offers(v *visit.Visit, c models.Checkout, token string) (payments.Offers, models.Currency, error) {
	currency := models.Currency{Code: c.Currency, Digits: c.Digits}
	coins, err := p.site.Store.Coins(v.Context()) // not a second old, as for a cart
	if err != nil {
		return payments.Offers{}, currency, err
	}
	settings, err := p.site.Settings(v.Context())
	if err != nil {
		return payments.Offers{}, currency, err
	}
	offers, err := p.orders.payments.Quotes(payments.QuoteRequest{
		Subject: payments.CheckoutSubject(c.ID), Coins: payments.AcceptedCoins(&c, coins), Total: c.Amount, Token: token, TTL: settings.QuoteTTL(),
	})
	return offers, currency, err
}

// Live tells the page of a checkout when its order changes: GET /c/{id}/live.
func (p *HostedPages) Live(v *visit.Visit) error {
	view, err := p.checkout(v)
	if err != nil {
		return err
	}
	if view.Order == nil {
		return v.Bytes(http.StatusNoContent, "", nil)
	}
	return p.orders.follow(v, view.Order.Ref)
}

// Code draws the address of a checkout's page: GET /c/{id}/qr.svg.
func (p *HostedPages) Code(v *visit.Visit) error {
	view, err := p.checkout(v)
	if err != nil {
		return err
	}
	return drawCode(v, CheckoutPath(view.Checkout.ID))
}

// drawCode answers with the QR code of one of the shop's addresses.
func drawCode(v *visit.Visit, path string) error {
	picture, err := qrcode.SVG(v.Absolute(path))
	if err != nil {
		return err
	}
	return v.Bytes(http.StatusOK, "image/svg+xml", picture)
}

// hostOf returns the host of an address, for the words of a link.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// withCheckout returns an address to go on to, with the checkout's id. It tells nothing of the payment: whoever gets it asks the shop.
func withCheckout(address, id string) string {
	if address == "" {
		return ""
	}
	address, fragment, found := strings.Cut(address, "#")
	sign := "?"
	if strings.Contains(address, "?") {
		sign = "&"
	}
	address += sign + "checkout=" + id
	if found {
		address += "#" + fragment
	}
	return address
}
