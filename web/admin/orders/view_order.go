package orders

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/refunds"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// orderView returns an order's page without its frame.
func (h *handlers) orderView(req *admin.Request, file models.OrderFile) (pages.OrderView, error) {
	settings, err := h.site.Settings(req.Context())
	if err != nil {
		return pages.OrderView{}, err
	}
	view := orderView(req.Printer, file, req.Who(), viewTimes{h.site.Clock(), settings.ShipmentUndo()})
	view.Refund.FourEyes = refunds.FourEyes(h.payments, req, file.Order.Currency, file.Order.Digits)
	return view, nil
}

// viewTimes are the times that a page depends on.
type viewTimes struct {
	now  time.Time
	undo time.Duration // in which a shipment can be undone
}

func orderView(p *i18n.Printer, file models.OrderFile, who staff.SignedIn, times viewTimes) pages.OrderView {
	order := file.Order
	money := func(a models.Amount) string { return p.Money(a.String(), order.Currency, order.Digits) }
	view := pages.OrderView{
		ID: order.ID, Number: order.NumberText, ShopURL: shop.OrderPath(order.Ref), State: paymentState(order.State, order.Balance), Refunded: string(order.Refunds), Email: order.Email, Name: order.Name,
		Lang: order.Lang, Created: admin.Moment(p, order.CreatedAt), Paid: admin.Moment(p, order.PaidAt), Fulfilled: admin.Moment(p, order.FulfilledAt),
		Total: money(order.Total), Refunds: refunds.Rows(p, file.Refunds, file.People, nil, who),
		Reviews: admin.ReviewRows(p, file.Reviews, admin.ReviewContext{
			Numbers: map[string]string{order.ID: order.NumberText}, Orders: map[string]*models.Order{order.ID: &order}, Names: file.People,
			Role: who.Staff.Role, Now: times.now,
		}),
		Timeline:  linked(timeline(p, file), who.Staff.Role),
		NoteToken: models.NewRef(),
		Ship:      pages.ShipForm{FormToken: models.NewRef()},
		Refund:    refundForm(p, file),
	}
	if order.State == models.OrderPaid {
		view.Fulfilment = string(order.Fulfilment)
	}
	if view.Erased = order.Erased(); order.Customer != "" {
		view.Customer = admin.CustomerPath(order.Customer)
	}
	if order.State == models.OrderAwaiting {
		view.Expires = admin.Moment(p, order.ExpiresAt)
	}
	counts := models.CountLines(&order, file.Shipments, file.Refunds)
	for i, l := range order.Lines {
		c := counts[i]
		title, variant := l.ForShop()
		view.Lines = append(view.Lines, pages.Line{
			ID: l.ID, Sent: c.Sent, Refunded: c.Refunded, ToSend: c.ToSend(), ToRefund: c.ToRefund(),
			SKU: l.SKU, Title: title, Variant: variant, Quantity: l.Quantity, UnitPrice: money(l.UnitPrice), Total: money(l.Total),
		})
	}
	view.Shipments = shipmentViews(p, file, times)
	addTotals(&view, p, order)
	current := order.Current()
	for _, a := range slices.Backward(order.Attempts) {
		view.Attempts = append(view.Attempts, attemptView(p, order, a, current != nil && a.ID == current.ID))
	}
	role := who.Staff.Role
	view.CanNote = role.Can(models.MayNote)
	view.CanShip = role.Can(models.MayFulfil) && order.State == models.OrderPaid
	view.CanCancel = role.Can(models.MayCancel) && order.State == models.OrderAwaiting
	view.CanAsk = role.Can(models.MayAsk) && current != nil && current.State.Live()
	view.CanResend = role.Can(models.MayFulfil) && !view.Erased
	view.CanRefund = role.Can(models.MayRefund) && !view.Erased && view.Refund.Left != ""
	view.Mails = admin.Choices(mailsOf(order), "", false)
	return view
}

func attemptView(p *i18n.Printer, order models.Order, a models.Attempt, current bool) pages.Attempt {
	view := pages.Attempt{
		ID: a.ID, State: string(a.State), AppOrderID: a.AppOrderID, OrderNum: a.OrderNum, Amount: admin.Coin(p, a.Amount, a.Coin),
		Rate: p.Money(a.Rate.String(), order.Currency, order.Digits), RateSource: visit.SourceName(p, a.RateSource), RateAt: admin.Moment(p, a.RateAt), Payer: a.PayerUserID,
		SignedIn: a.Payer.OpenID != "", Problem: a.ProblemCode, Checks: a.Checks, Checked: admin.Moment(p, a.CheckedAt), Created: admin.Moment(p, a.CreatedAt),
		Sent: admin.Moment(p, a.SentAt), Opened: admin.Moment(p, a.OpenedAt), Paid: admin.Moment(p, a.PaidAt), Current: current,
		Spread: visit.Percent(a.Spread), KeptUntil: admin.Moment(p, a.QuoteExpiresAt),
	}
	if a.State.Live() { // what was wanted of a payment that has ended is done
		view.Intent = string(a.Intent)
	}
	if a.State == models.AttemptPaid && !a.Received.Equal(a.Amount) {
		view.Received = admin.Coin(p, a.Received, a.Coin)
	}
	if a.Refunded.IsPositive() {
		view.Refunded = admin.Coin(p, a.Refunded, a.Coin)
	}
	return view
}

// paymentState returns the state of an order's payment as pages name it: what was accepted with another amount is under- or overpaid.
func paymentState(state models.OrderState, balance models.Balance) string {
	if state == models.OrderPaid && balance != models.BalanceExact {
		return string(balance) + "paid"
	}
	return string(state)
}

// refundForm returns the form that refunds the payment that counts; Left is empty where nothing of it is left.
func refundForm(p *i18n.Printer, file models.OrderFile) pages.RefundForm {
	order := file.Order
	form := pages.RefundForm{FormToken: models.NewRef()}
	a := order.Attempt(order.PaidAttemptID)
	if order.State != models.OrderPaid || a == nil || !a.Left().IsPositive() {
		return form
	}
	form.Paid, form.Left = admin.Coin(p, a.Received, a.Coin), admin.Coin(p, a.Left(), a.Coin)
	form.Units = []pages.Choice{{Value: "coin", Label: a.Coin, Selected: true}, {Value: refunds.UnitCurrency, Label: order.Currency}}
	delivered := slices.ContainsFunc(file.Refunds, func(r models.Refund) bool {
		return r.State.Counts() && slices.ContainsFunc(r.Lines, func(l models.RefundLine) bool { return l.OrderLineID == "" })
	})
	if paid := payments.DeliveryPaid(&order); paid.IsPositive() && !delivered {
		form.Delivery = p.Money(paid.String(), order.Currency, order.Digits)
	}
	return form
}

// shipmentViews returns what was sent of an order.
func shipmentViews(p *i18n.Printer, file models.OrderFile, times viewTimes) []pages.Shipment {
	titles := map[string]string{}
	for _, l := range file.Order.Lines {
		title, variant := l.ForShop()
		if titles[l.ID] = title; variant != "" {
			titles[l.ID] += ", " + variant
		}
	}
	list := make([]pages.Shipment, len(file.Shipments))
	for i, s := range file.Shipments {
		list[i] = pages.Shipment{
			ShipmentDetails: pages.ShipmentDetails{ByHand: s.ByHand, Carrier: s.Carrier, Number: s.Number, Link: s.Link},
			ID:              s.ID, Version: s.Version, Who: file.People[s.SentBy], Sent: admin.Moment(p, s.SentAt), Undone: admin.Moment(p, s.UndoneAt),
			UndoUntil: admin.Moment(p, payments.UndoUntil(s, times.undo, times.now)),
		}
		for _, l := range s.Lines {
			list[i].Lines = append(list[i].Lines, strconv.Itoa(l.Quantity)+" × "+titles[l.OrderLineID])
		}
	}
	return list
}

// addTotals sets the parts of an order's total, and the address of delivery.
func addTotals(view *pages.OrderView, p *i18n.Printer, o models.Order) {
	money := func(a models.Amount) string { return p.Money(a.String(), o.Currency, o.Digits) }
	tax := strings.TrimSpace(cmp.Or(o.ShopTaxName, o.TaxName) + " " + o.TaxRate.String() + "%")
	if o.Discount.IsPositive() || o.Shipped || o.Delivery.IsPositive() || o.Tax.IsPositive() || o.TaxName != "" && !o.TaxIncluded {
		view.Sums = append(view.Sums, pages.Sum{Kind: "goods", Amount: money(o.GoodsTotal)})
	}
	if o.Discount.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "discount", Detail: o.CouponCode, Amount: "−" + money(o.Discount)})
	}
	if o.Shipped || o.Delivery.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "delivery", Detail: cmp.Or(o.ShopDelivery, o.DeliveryTitle), Amount: money(o.Delivery)})
	}
	taxed := o.TaxName != "" // at 0 % too
	if o.Tax.IsPositive() || taxed && !o.TaxIncluded {
		view.Sums = append(view.Sums, pages.Sum{Kind: "tax", Detail: tax, Amount: money(o.Tax)})
	}
	if o.ContainedTax.IsPositive() || taxed && o.TaxIncluded {
		view.Contains = pages.Sum{Kind: "tax", Detail: tax, Amount: money(o.ContainedTax)}
	}
	view.Shipped = o.Shipped
	if o.Address != nil {
		view.Address, view.Phone = addressLines(*o.Address, p.Lang()), o.Address.Phone
	}
}

// addressLines returns an address as lines, as on a parcel, with the country in the reader's language.
func addressLines(a models.Address, lang string) []string {
	region := a.Region
	for _, r := range models.Regions(a.Country) {
		if r.Code == a.Region {
			region = r.NameIn(lang)
		}
	}
	town := strings.TrimSpace(a.Postcode + " " + a.City)
	var lines []string
	for _, line := range []string{a.Name, a.Line1, a.Line2, town, region, models.CountryName(a.Country, lang)} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
