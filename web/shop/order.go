package shop

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/live"
	"github.com/coincart/coincart/web/visit"
)

// OrderPath returns the address of an order's page.
func OrderPath(ref string) string { return "/orders/" + ref }

// orderKeyParam is the parameter of an order's address that holds its key (Store.OrderKey).
const orderKeyParam = "key"

// OrderLink returns the address of an order for its customer, which opens all of it; without a key it is OrderPath.
func OrderLink(ref, key string) string {
	if key == "" {
		return OrderPath(ref)
	}
	return OrderPath(ref) + "?" + orderKeyParam + "=" + url.QueryEscape(key)
}

// returnedPath returns the address of the limited page of an order that the platform has redirected to, with its forms and fragments.
func returnedPath(returnRef string) string { return payments.ReturnPath + returnRef + "/order" }

// OrderPages show one order. Everybody who knows its address sees how it stands and may pay it. The rest is for browsers that know the order
// (session.Data.Knows): the one that placed it, and those that have shown a key from a mail, or typed its e-mail address. They see all, and
// may cancel, reorder, and pay in another way.
type OrderPages struct {
	site      *visit.Site
	payments  *payments.Service
	customers *customers.Service
	account   *account
	live      *live.Hub
}

// Order shows an order: GET /orders/{ref}. The page that asks again gets only its status (shown is the state that it shows). With key it is
// the link of a mail (OpenOrder).
func (p *OrderPages) Order(v *visit.Visit) error {
	if key := v.Query(orderKeyParam); key != "" {
		return p.openOrder(v, key)
	}
	order, pending, err := p.refreshed(v, p.payments.RefreshPending)
	if err != nil {
		return err
	}
	return p.orderOrStatus(v, order, showing{status: http.StatusOK, pending: pending})
}

// orderOrStatus shows an order with the notice that waits for it, or only its status to a page that asks again.
func (p *OrderPages) orderOrStatus(v *visit.Visit, order models.Order, how showing) error {
	if v.Fragment() {
		return p.orderStatus(v, order, how)
	}
	notices, err := takeNotice(v)
	if err != nil { // shown once more the next time, rather than hide the order
		p.site.Log.WarnContext(v.Context(), "notice not taken", "request", v.RequestID(), "error", err)
	}
	how.notices = notices
	return p.showOrder(v, order, how)
}

// Returned shows the order to whose page the platform redirected: GET /payments/return/{ref}, where ref is not the order's own. The redirect
// is never evidence: no cookie is needed, nothing in the address but the reference is read, and the shop's own state is shown
// (reliability.md R13). The platform, its logs and the browser's history know this address, so it shows nothing personal.
func (p *OrderPages) Returned(v *visit.Visit) error {
	order, pending, err := p.refreshed(v, p.payments.RefreshReturned)
	if err != nil {
		return err
	}
	return p.showOrder(v, order, showing{status: http.StatusOK, returned: true, limited: true, pending: pending})
}

// ReturnedOrder is where the page of Returned goes on, once the shopper does not come from the platform any more: GET
// /payments/return/{ref}/order.
func (p *OrderPages) ReturnedOrder(v *visit.Visit) error {
	order, pending, err := p.refreshed(v, p.payments.RefreshReturned)
	if err != nil {
		return err
	}
	return p.orderOrStatus(v, order, showing{status: http.StatusOK, limited: true, pending: pending})
}

// refresh asks the platform about the order with a reference, as payments.Inquiry.RefreshPending does.
type refresh func(ctx context.Context, ref string) (order models.Order, pending bool, err error)

// refreshed returns the order of the address, after at most one bounded question to the platform. pending reports whether the platform has
// just said that the payment is open.
func (p *OrderPages) refreshed(v *visit.Visit, ask refresh) (order models.Order, pending bool, err error) {
	order, err = readOrder(v, func(ctx context.Context, ref string) (order models.Order, err error) {
		order, pending, err = ask(ctx, ref)
		return order, err
	})
	if err != nil && order.Ref != "" && !errors.Is(err, visit.ErrNoOrder) {
		p.site.Log.WarnContext(v.Context(), "order shown as it was known", "request", v.RequestID(), "order", order.ID, "error", err)
		return order, false, nil
	}
	return order, pending, err
}

// order returns the order of the address, without a question to the platform.
func (p *OrderPages) order(v *visit.Visit) (models.Order, error) {
	return readOrder(v, p.site.Store.OrderByRef)
}

// readOrder returns the order of the address, read by its ref. Errors: visit.ErrNoOrder, and those of read.
func readOrder(v *visit.Visit, read func(ctx context.Context, ref string) (models.Order, error)) (models.Order, error) {
	ref := v.Param("ref")
	if !models.IsRef(ref) {
		return models.Order{}, visit.ErrNoOrder
	}
	order, err := read(v.Context(), ref)
	if errors.Is(err, store.ErrNotFound) {
		return order, visit.ErrNoOrder
	}
	return order, err
}

// showing says how an order's page is shown.
type showing struct {
	status   int
	returned bool // the shopper comes back from the platform
	limited  bool // at the address that the platform has: nothing personal, whoever looks
	pending  bool // the platform has just said that the payment is open
	notices  []pages.Notice
	checkout *models.Checkout // at the address of the checkout that became the order; nil: at one of the order's own

	form        paymentForm // as typed
	coin, payer invalid.Problem

	email        string // as typed to see all
	emailProblem invalid.Problem
}

// path returns the address at which the order is shown.
func (how showing) path(order models.Order) string {
	if how.limited {
		return returnedPath(order.ReturnRef)
	}
	if how.checkout != nil {
		return CheckoutPath(how.checkout.ID)
	}
	return OrderPath(order.Ref)
}

func (p *OrderPages) showOrder(v *visit.Visit, order models.Order, how showing) error {
	view, err := p.orderPage(v, order, how)
	if err != nil {
		return err
	}
	return v.Show(how.status, pages.Order(view))
}

func (p *OrderPages) orderStatus(v *visit.Visit, order models.Order, how showing) error {
	how.returned, how.pending = v.Query("back") == "1", how.pending || v.Query("shown") == string(pages.OrderUnpaid)
	view, err := p.orderPage(v, order, how)
	if err != nil {
		return err
	}
	view.Shown = v.Query("shown")
	return v.Show(http.StatusOK, pages.OrderStatus(view))
}

func (p *OrderPages) orderPage(v *visit.Visit, order models.Order, how showing) (pages.OrderView, error) {
	view := orderView(v.Printer, order, p.site.Clock(), how.returned)
	if a := order.Current(); how.pending && a != nil && a.State == models.AttemptOpen {
		stillOpen(v.Printer, &view, order, p.site.Clock())
	}
	known, err := knows(v, order)
	if err != nil {
		return view, err
	}
	if how.limited || !known && how.checkout == nil {
		view = limitedView(view, order)
		view.Proof = pages.ProofForm{Shown: !how.limited && order.Email != "", Email: how.email, Problem: how.emailProblem}
		if known {
			view.FullURL = OrderPath(order.Ref)
		}
	}
	if order.CheckoutID != "" {
		if err := p.addCheckout(v, &view, order, how, known); err != nil {
			return view, err
		}
	}
	view.Notices = how.notices
	if order.PaidAttemptID != "" && !view.Limited { // before there is money, nothing is sent or goes back
		shipments, err := p.site.Store.ShipmentsOf(v.Context(), order.ID)
		if err != nil {
			return view, err
		}
		refunds, err := p.site.Store.RefundsOf(v.Context(), order.ID)
		if err != nil {
			return view, err
		}
		addPapers(&view, v.Printer, order, shipments, refunds)
	}
	if view.State == pages.OrderReview {
		note, err := p.site.Store.NoteOfMove(v.Context(), order.ID, models.OrderReview)
		if err != nil {
			return view, err
		}
		view.Review = reviewReason(note)
	}
	frame, err := v.Page()
	if err != nil {
		return view, err
	}
	view.Base, frame.Path = how.path(order), how.path(order)
	frame.RefreshSeconds, frame.Hosted = view.State.RefreshSeconds(), frame.Hosted || view.ByLink
	view.Page = frame
	if view.Limited || !view.State.Payable() {
		return view, nil
	}
	view.Payment, err = p.orderPayment(v, order, how)
	return view, err
}

// orderPayment returns the form to pay the order with another coin or account.
func (p *OrderPages) orderPayment(v *visit.Visit, order models.Order, how showing) (pages.PaymentForm, error) {
	s, err := v.Session()
	if err != nil {
		return pages.PaymentForm{}, err
	}
	offers, err := p.orderOffers(v, order, how.form.quotes)
	if err != nil {
		return pages.PaymentForm{}, err
	}
	chosen := how.form
	if a := order.Current(); chosen.coin == "" && a != nil {
		chosen.coin = a.Coin
	}
	form := paymentView(v.Printer, currencyOf(order), offers, chosen, s.SignedIn())
	form.CoinProblem, form.PayerProblem = how.coin, how.payer
	return form, nil
}
