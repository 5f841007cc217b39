package shop

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/session"
	"github.com/coincart/coincart/web/visit"
)

// The events of the checkout that are counted.
const (
	eventPlaced      = "checkout_placed"
	eventPlacedAgain = "checkout_repeated"
	eventRefused     = "checkout_refused"
	eventChanged     = "checkout_changed"
	eventOutOfStock  = "checkout_out_of_stock"
	eventUnreachable = "checkout_unreachable"
	eventLimited     = "checkout_limited"
)

// PlaceOrder places an order for the cart and redirects to the platform's pay page: POST /checkout.
func (p *CheckoutPages) PlaceOrder(v *visit.Visit) error {
	values, err := v.Form()
	if err != nil {
		return err
	}
	form := readCheckout(values)
	cart, err := p.carts.cart(v)
	if err != nil {
		return p.notPlaced(v, form, err)
	}
	if form.token != cart.FormToken {
		return p.usedForm(v, cart, form)
	}
	if len(cart.Lines) == 0 {
		return v.SeeOther(cartPath)
	}
	if err := p.storeChoices(v, &cart, &form); err != nil {
		return p.notPlaced(v, form, err)
	}
	c, err := p.checkout(v, cart, form, nil)
	if err != nil {
		return p.notPlaced(v, form, err)
	}
	if !c.validate() {
		return p.refuse(v, c)
	}
	placement, err := p.place(v, c)
	if err != nil {
		return p.notPlaced(v, form, err)
	}
	return p.placed(v, placement)
}

// place places the order of a valid form, for the account that is signed in if the form names no other payer.
func (p *CheckoutPages) place(v *visit.Visit, c *checkout) (payments.Placement, error) {
	input := c.input(v.Printer.Lang())
	input.Network = v.ClientNetwork()
	return p.account.payAs(v, input.Payer, func(payer models.Payer) (payments.Placement, error) {
		input.Payer = payer
		return p.payments.Place(v.Context(), input)
	})
}

// refuse shows the page again with the problems of the form and all other changes, unless the form's other submission has made an order.
func (p *CheckoutPages) refuse(v *visit.Visit, c *checkout) error {
	order, err := p.orderOf(v, c.form.token)
	if err == nil {
		return p.placed(v, payments.Placement{Ref: order.Ref, Existing: true})
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	p.site.Count(eventRefused)
	if c.form.seen != c.bill.Seen {
		c.addChanges(v)
	}
	if err := keepDraft(v); err != nil {
		return err
	}
	return c.show(v, http.StatusUnprocessableEntity)
}

func (p *CheckoutPages) placed(v *visit.Visit, placement payments.Placement) error {
	if placement.Existing {
		p.site.Count(eventPlacedAgain)
	} else {
		p.site.Count(eventPlaced)
	}
	p.keepOrder(v, placement.Ref)
	return v.SeeOther(nextAddress(placement))
}

// keepOrder notes that this browser placed the order, and deletes the draft, which has become it. If that fails, the form is filled in the
// next time, and the order's page asks for its e-mail address: no reason to keep the shopper from the order. The session keeps its id,
// because a second press of the button is under way with the old one perhaps.
func (p *CheckoutPages) keepOrder(v *visit.Visit, ref string) {
	defer v.Afterwards()()
	s, err := v.Session()
	if err == nil && (s.AddOrder(ref) || s.Draft != (session.Draft{})) {
		s.Draft = session.Draft{}
		err = v.SaveSession()
	}
	if err != nil {
		p.site.Log.WarnContext(v.Context(), "session not kept after placing", "request", v.RequestID(), "error", err)
	}
}

// nextAddress returns the address after placing an order or paying again: the pay page, or the order's page, which says why not.
func nextAddress(placement payments.Placement) string {
	if placement.PayURL != "" {
		return placement.PayURL
	}
	return OrderPath(placement.Ref)
}

// usedForm answers a form that no longer belongs to the cart: a second press of the button, the back button, an old tab. It redirects to
// where the form's order led; without an order it shows the checkout as it is now.
func (p *CheckoutPages) usedForm(v *visit.Visit, cart models.Cart, form checkoutForm) error {
	order, err := p.orderOf(v, form.token)
	if errors.Is(err, store.ErrNotFound) {
		if len(cart.Lines) == 0 {
			return v.SeeOther(cartPath)
		}
		return p.notPlaced(v, form, payments.ErrFormUsed)
	}
	if err != nil {
		return err
	}
	placement := payments.Placement{Ref: order.Ref, Existing: true}
	again, err := p.placeAgain(v, cart, form)
	switch {
	case err == nil && again.Ref != "":
		placement = again
	case errors.Is(err, payments.ErrFormUsed):
		return p.notPlaced(v, form, err)
	case err != nil:
		p.site.Log.Log(v.Context(), v.FaultLevel(), "no way to the pay page of an order that exists", "request", v.RequestID(), "error", err)
	}
	return p.placed(v, placement)
}

// placeAgain returns the placement of a form that has made an order, as it is now; none for a form that does not name a payer.
func (p *CheckoutPages) placeAgain(v *visit.Visit, cart models.Cart, form checkoutForm) (payments.Placement, error) {
	c, err := p.checkout(v, cart, form, p.site)
	if err != nil {
		return payments.Placement{}, err
	}
	again := c.input(v.Printer.Lang())
	if !again.Payer.Known() {
		return payments.Placement{}, nil
	}
	return p.payments.Place(v.Context(), again)
}

// orderOf returns the order that a form made, even after the request's time limit. An order whose request never reached the platform counts
// as none: the cart was kept for another attempt.
func (p *CheckoutPages) orderOf(v *visit.Visit, token string) (models.Order, error) {
	if !models.IsRef(token) {
		return models.Order{}, store.ErrNotFound
	}
	defer v.Afterwards()()
	order, err := p.site.Store.OrderByFormToken(v.Context(), token)
	if err != nil {
		return order, err
	}
	if order.Current() == nil || order.CalledOff() {
		return models.Order{}, store.ErrNotFound
	}
	return order, nil
}

// notPlaced shows the checkout again with the present cart, what was typed, and why nothing was ordered. The form's order comes first: if
// one exists it is shown, whatever went wrong (reliability.md R19).
func (p *CheckoutPages) notPlaced(v *visit.Visit, form checkoutForm, cause error) error {
	order, err := p.orderOf(v, form.token)
	switch {
	case err == nil:
		p.site.Log.WarnContext(v.Context(), "order shown although its form failed", "request", v.RequestID(), "order", order.ID, "error", cause)
		return p.placed(v, payments.Placement{Ref: order.Ref, Existing: true})
	case !errors.Is(err, store.ErrNotFound):
		return errors.Join(cause, err)
	}
	cart, err := p.carts.cart(v)
	if err != nil {
		return err
	}
	if len(cart.Lines) == 0 || errors.Is(cause, payments.ErrCartEmpty) {
		return v.SeeOther(cartPath)
	}
	if err := p.carts.fillDestination(v, &cart); err != nil {
		return err
	}
	c, err := p.checkout(v, cart, form, nil)
	if err != nil {
		return err
	}
	status, ok := p.addCause(v, c, cause)
	if !ok {
		return cause
	}
	if err := keepDraft(v); err != nil {
		return err
	}
	return c.show(v, status)
}

// addCause adds the notice why nothing was ordered; ok is false for a cause without one.
func (p *CheckoutPages) addCause(v *visit.Visit, c *checkout, cause error) (status int, ok bool) {
	outOfStock, coupon, address := (*store.OutOfStockError)(nil), (*payments.CouponError)(nil), (*payments.AddressError)(nil)
	pieces, unpaid := (*payments.PiecesError)(nil), (*store.UnpaidLimitError)(nil)
	status = http.StatusConflict
	switch {
	case errors.As(cause, &outOfStock):
		p.site.Count(eventOutOfStock)
		c.addOutOfStock(v, outOfStock)
	case errors.As(cause, &pieces):
		p.site.Count(eventLimited)
		c.addPieces(v, pieces)
	case errors.As(cause, &unpaid):
		p.site.Count(eventLimited)
		c.notices = append(c.notices, unpaidNotice(unpaid, p.site.Clock()))
	case errors.Is(cause, payments.ErrCartChanged), errors.Is(cause, payments.ErrFormUsed), errors.As(cause, &coupon),
		errors.Is(cause, payments.ErrNothingToPay):
		p.site.Count(eventChanged)
		c.addChanges(v)
	case errors.Is(cause, payments.ErrQuote):
		p.site.Count(eventChanged)
		c.addNewRates()
	case errors.Is(cause, payments.ErrCoin):
		c.coin, status = invalid.Unknown, http.StatusUnprocessableEntity
	case errors.Is(cause, payments.ErrPayer):
		c.payer, status = invalid.Missing, http.StatusUnprocessableEntity
	case errors.As(cause, &address), errors.Is(cause, payments.ErrPlace), errors.Is(cause, payments.ErrUndeliverable),
		errors.Is(cause, payments.ErrTooHeavy):
		c.checkAddress()
		status = http.StatusUnprocessableEntity
	case errors.Is(cause, payments.ErrSignIn):
		c.notices = append(c.notices, pages.Notice{Kind: pages.NoticeSignInOver})
	case errors.Is(cause, payments.ErrUnreachable):
		p.site.Count(eventUnreachable)
		c.notices, status = append(c.notices, pages.Notice{Kind: pages.NoticeUnreachable}), http.StatusServiceUnavailable
	default:
		return status, false
	}
	return status, true
}

// addChanges adds a notice that the cart or its total has changed, unless its lines have notices of their own.
func (c *checkout) addChanges(v *visit.Visit) {
	if len(cartNotices(v.Printer, c.currency, c.cart)) == 0 {
		kind := pages.NoticeCartChanged
		if c.form.chose {
			kind = pages.NoticeRecounted
		}
		c.notices = append(c.notices, pages.Notice{Kind: kind, Total: visit.Money(v.Printer, c.currency, c.bill.Total)})
	}
}

// addNewRates adds a notice that the amounts in coin are new, once.
func (c *checkout) addNewRates() {
	if !slices.ContainsFunc(c.notices, func(n pages.Notice) bool { return n.Kind == pages.NoticeRatesChanged }) {
		c.notices = append(c.notices, pages.Notice{Kind: pages.NoticeRatesChanged})
	}
}

// addOutOfStock adds a notice with the number left of the variant that another shopper ordered first, unless its line has one already.
func (c *checkout) addOutOfStock(v *visit.Visit, e *store.OutOfStockError) {
	line, ok := lineOf(c.cart, e.VariantID)
	if !ok || !line.Sellable() {
		return
	}
	notice := pages.Notice{Kind: pages.NoticeOnlyLeft, Product: lineName(v.Printer.Lang(), line), Left: e.Left}
	if e.Left <= 0 {
		notice.Kind = pages.NoticeSoldOut
	}
	c.notices = append(c.notices, notice)
}

// addPieces adds a notice that an order may have fewer pieces of a product.
func (c *checkout) addPieces(v *visit.Visit, e *payments.PiecesError) {
	notice := pages.Notice{Kind: pages.NoticePieces, Left: e.Limit, URL: cartPath}
	if line, ok := lineOf(c.cart, e.VariantID); ok {
		notice.Product = line.ProductTexts.In(v.Printer.Lang(), "title", line.Title)
	}
	c.notices = append(c.notices, notice)
}

// unpaidNotice says that there are too many unpaid orders, what to do about them, and when the first of them ends by itself.
func unpaidNotice(e *store.UnpaidLimitError, now time.Time) pages.Notice {
	minutes := max(1, int((e.Until.Sub(now)+time.Minute-1)/time.Minute))
	return pages.Notice{Kind: pages.NoticeKind("open_" + string(e.Kind)), Left: minutes, Total: strconv.Itoa(e.Limit), URL: ordersPath}
}
