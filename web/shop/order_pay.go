package shop

import (
	"errors"
	"net/http"

	"coincart/models"
	"coincart/models/store"
	"coincart/payments"
	pages "coincart/templates/shop"
	"coincart/web/visit"
)

// PayOrder sends the shopper of an unpaid order to the pay page: POST /orders/{ref}/pay. Without coin and payer_uid it goes on
// with the payment that is open; with them it makes another one.
func (p *Pages) PayOrder(v *visit.Visit) error {
	values, err := v.Form()
	if err != nil {
		return err
	}
	form := readPayment(values)
	order, err := p.order(v)
	if err != nil {
		return err
	}
	if order.State != models.OrderAwaiting {
		return v.SeeOther(OrderPath(order.Ref))
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	if form == (paymentForm{}) {
		payer := models.Payer{}
		if a := order.Current(); a != nil && a.PayerUserID == "" {
			payer = s.SignedIn() // a payment that was begun signed in goes on signed in
		}
		return p.pay(v, order, form, payer)
	}
	coins, err := p.site.Coins(v.Context())
	if err != nil {
		return err
	}
	how := showing{status: http.StatusUnprocessableEntity, form: form}
	how.coin, how.payer = form.coinProblem(coins, order.Total), form.payerProblem(s.SignedIn())
	if how.coin != pages.FieldOK || how.payer != pages.FieldOK {
		return p.showOrder(v, order, how)
	}
	return p.pay(v, order, form, form.payer(s.SignedIn()))
}

// order is the order of the address, without a question to the platform.
func (p *Pages) order(v *visit.Visit) (models.Order, error) {
	ref := v.Param("ref")
	if !models.IsRef(ref) {
		return models.Order{}, visit.ErrNoOrder
	}
	order, err := p.site.Store.OrderByRef(v.Context(), ref)
	if errors.Is(err, store.ErrNotFound) {
		return order, visit.ErrNoOrder
	}
	return order, err
}

func (p *Pages) pay(v *visit.Visit, order models.Order, form paymentForm, payer models.Payer) error {
	placement, err := p.payments.Pay(v.Context(), order.Ref, form.coin, payer)
	how := showing{status: http.StatusConflict, form: form}
	switch {
	case err == nil:
		p.site.Count("pay_again")
		return v.SeeOther(onwards(placement))
	case errors.Is(err, payments.ErrNotPayable):
		return v.SeeOther(OrderPath(order.Ref))
	case errors.Is(err, payments.ErrBusy):
		how.notices = []pages.Notice{{Kind: pages.NoticeBusy}}
	case errors.Is(err, payments.ErrCoin):
		how.status, how.coin = http.StatusUnprocessableEntity, pages.CoinUnknown
	case errors.Is(err, payments.ErrPayer):
		how.status, how.payer = http.StatusUnprocessableEntity, pages.PayerMissing
	case errors.Is(err, payments.ErrUnreachable):
		how.status, how.notices = http.StatusServiceUnavailable, []pages.Notice{{Kind: pages.NoticeUnreachable}}
	default:
		return err
	}
	return p.showAgain(v, how)
}

// showAgain shows the order as it is after something was tried.
func (p *Pages) showAgain(v *visit.Visit, how showing) error {
	order, err := p.order(v)
	if err != nil {
		return err
	}
	return p.showOrder(v, order, how)
}
