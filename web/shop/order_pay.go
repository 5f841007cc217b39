package shop

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/session"
	"github.com/coincart/coincart/web/visit"
)

// PayOrder redirects the shopper of an unpaid order to the pay page: POST /orders/{ref}/pay. Without coin and payer_uid it continues with
// the open payment, for everybody; with them it creates another one, for a browser that knows the order.
func (p *OrderPages) PayOrder(v *visit.Visit) error {
	values, err := v.Form()
	if err != nil {
		return err
	}
	form := readPayment(values)
	order, err := p.order(v)
	if err != nil {
		return err
	}
	return p.payAs(v, order, form, showing{})
}

// payAs pays an order that is shown at the address of how, as a form says.
func (p *OrderPages) payAs(v *visit.Visit, order models.Order, form paymentForm, how showing) error {
	if order.State != models.OrderAwaiting {
		return v.SeeOther(how.path(order))
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	if form == (paymentForm{quotes: form.quotes}) {
		return p.pay(v, order, form, samePayer(order, s), how)
	}
	if how.checkout == nil { // whoever has the address of a checkout may choose how to pay it
		if refused, err := p.refuseUnknown(v, order); refused {
			return err
		}
	}
	offers, err := p.orderOffers(v, order, form.quotes)
	if err != nil {
		return err
	}
	how.status, how.form = http.StatusUnprocessableEntity, form
	how.coin, how.payer = form.coinProblem(offers), form.payerProblem(s.SignedIn())
	if how.coin != "" || how.payer != "" {
		return p.showOrder(v, order, how)
	}
	return p.pay(v, order, form, form.payer(s.SignedIn()), how)
}

// samePayer returns the payer with whom an order's payment goes on: one that was begun signed in goes on signed in, one with a typed UID
// needs none.
func samePayer(order models.Order, s *session.Session) models.Payer {
	if a := order.Current(); a != nil && a.PayerUserID == "" {
		return s.SignedIn()
	}
	return models.Payer{}
}

// PayReturned goes on with the payment of an order from the page that the platform redirects to: POST /payments/return/{ref}/order/pay.
// Coin and payer cannot be changed there.
func (p *OrderPages) PayReturned(v *visit.Visit) error {
	order, err := readOrder(v, p.site.Store.OrderByReturnRef)
	if err != nil {
		return err
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	return p.pay(v, order, paymentForm{}, samePayer(order, s), showing{limited: true})
}

// orderOffers returns the coins that an order can be paid with, by the quotes that the shopper saw last as long as they are valid.
func (p *OrderPages) orderOffers(v *visit.Visit, order models.Order, token string) (payments.Offers, error) {
	coins, err := p.site.Coins(v.Context())
	if err != nil {
		return payments.Offers{}, err
	}
	if order.CheckoutID != "" {
		checkout, err := p.site.Store.Checkout(v.Context(), order.CheckoutID)
		if err != nil {
			return payments.Offers{}, err
		}
		coins = payments.AcceptedCoins(&checkout, coins)
	}
	settings, err := p.site.Settings(v.Context())
	if err != nil {
		return payments.Offers{}, err
	}
	return p.payments.Quotes(payments.QuoteRequest{
		Subject: payments.OrderSubject(order.ID), Coins: coins, Total: order.Total, Token: token, TTL: settings.QuoteTTL(), Until: order.ExpiresAt,
	})
}

// pay pays an order that is shown at the address of how.
func (p *OrderPages) pay(v *visit.Visit, order models.Order, form paymentForm, payer models.Payer, how showing) error {
	placement, err := p.account.payAs(v, payer, func(payer models.Payer) (payments.Placement, error) {
		return p.payments.Pay(v.Context(), order.Ref, payments.PayInput{Coin: form.coin, Payer: payer, Quotes: form.quotes})
	})
	how.status, how.form = http.StatusConflict, form
	unpaid := (*store.UnpaidLimitError)(nil)
	switch {
	case err == nil:
		p.site.Count("pay_again")
		return v.SeeOther(cmp.Or(placement.PayURL, how.path(order)))
	case errors.Is(err, payments.ErrNotPayable):
		return v.SeeOther(how.path(order))
	case errors.As(err, &unpaid):
		how.notices = []pages.Notice{unpaidNotice(unpaid, p.site.Clock())}
	case errors.Is(err, store.ErrLinkClosed):
		how.notices = []pages.Notice{{Kind: pages.NoticeLinkClosed}}
	case errors.Is(err, payments.ErrBusy):
		how.notices = []pages.Notice{{Kind: pages.NoticeBusy}}
	case errors.Is(err, payments.ErrQuote):
		how.notices = []pages.Notice{{Kind: pages.NoticeRatesChanged}}
	case errors.Is(err, payments.ErrCoin):
		how.status, how.coin = http.StatusUnprocessableEntity, invalid.Unknown
	case errors.Is(err, payments.ErrPayer):
		how.status, how.payer = http.StatusUnprocessableEntity, invalid.Missing
	case errors.Is(err, payments.ErrSignIn):
		how.notices = []pages.Notice{{Kind: pages.NoticeSignInOver}}
	case errors.Is(err, payments.ErrUnreachable):
		how.status, how.notices = http.StatusServiceUnavailable, []pages.Notice{{Kind: pages.NoticeUnreachable}}
	default:
		return p.unfinished(v, order, how, "pay", err)
	}
	return p.showAgain(v, order, how)
}

// unfinished redirects to the page of an order on which a step failed that may have changed it, with a notice that says so if the notice
// can be stored. The page shows the order's state.
func (p *OrderPages) unfinished(v *visit.Visit, order models.Order, how showing, step string, cause error) error {
	if errors.Is(v.Context().Err(), context.Canceled) {
		return cause // the visitor has left
	}
	defer v.Afterwards()()
	p.site.Log.ErrorContext(v.Context(), "step not finished on an order that exists",
		"request", v.RequestID(), "order", order.ID, "step", step, "error", cause)
	s, err := v.Session()
	if err == nil {
		s.Notice = string(pages.NoticeUnfinished)
		err = v.SaveSession()
	}
	if err != nil {
		p.site.Log.WarnContext(v.Context(), "notice not kept", "request", v.RequestID(), "error", err)
	}
	return v.SeeOther(how.path(order))
}

// showAgain shows the order again, as it is now, after something was tried.
func (p *OrderPages) showAgain(v *visit.Visit, order models.Order, how showing) error {
	fresh, err := p.site.Store.Order(v.Context(), order.ID)
	if err != nil {
		return err
	}
	return p.showOrder(v, fresh, how)
}
