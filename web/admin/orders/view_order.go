package orders

import (
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/refunds"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// orderView returns an order's page without its frame.
func orderView(p *i18n.Printer, file models.OrderFile, who staff.SignedIn) pages.OrderView {
	order := file.Order
	money := func(a models.Amount) string { return p.Money(a.String(), order.Currency, order.Digits) }
	view := pages.OrderView{
		ID: order.ID, Ref: order.Ref, ShopURL: shop.OrderPath(order.Ref), State: string(order.State), Email: order.Email, Name: order.Name,
		Lang: order.Lang, Created: admin.Moment(p, order.CreatedAt), Paid: admin.Moment(p, order.PaidAt), Fulfilled: admin.Moment(p, order.FulfilledAt),
		Tracking: order.Tracking, Total: money(order.Total), Refunds: refunds.Rows(p, file.Refunds, file.People, nil, who),
		Reviews:   admin.ReviewRows(p, file.Reviews, map[string]string{order.ID: order.Ref}, who.Staff.Role.Can(models.MayReconcile)),
		Timeline:  timeline(p, file),
		NoteToken: models.NewRef(),
		Refund:    pages.RefundForm{FormToken: models.NewRef(), Attempts: refundChoices(p, order)},
	}
	if view.Erased = order.Erased(); order.Customer != "" {
		view.Customer = admin.CustomerPath(order.Customer)
	}
	if order.State == models.OrderAwaiting {
		view.Expires = admin.Moment(p, order.ExpiresAt)
	}
	for _, l := range order.Lines {
		view.Lines = append(view.Lines, pages.Line{
			SKU: l.SKU, Title: l.Title, Variant: l.VariantTitle, Quantity: l.Quantity, UnitPrice: money(l.UnitPrice), Total: money(l.Total),
		})
	}
	addTotals(&view, p, order)
	current := order.Current()
	for _, a := range slices.Backward(order.Attempts) {
		view.Attempts = append(view.Attempts, attemptView(p, order, a, current != nil && a.ID == current.ID))
	}
	role := who.Staff.Role
	view.CanNote = role.Can(models.MayNote)
	view.CanFulfil = role.Can(models.MayFulfil) && order.State == models.OrderPaid
	view.CanCancel = role.Can(models.MayCancel) && order.State == models.OrderAwaiting
	view.CanAsk = role.Can(models.MayAsk) && current != nil && current.State.Live()
	view.CanResend = role.Can(models.MayFulfil) && !view.Erased
	view.CanRefund = role.Can(models.MayRefund) && len(view.Refund.Attempts) > 0 && !view.Erased
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
	if a.Refunded.IsPositive() {
		view.Refunded = admin.Coin(p, a.Refunded, a.Coin)
	}
	return view
}

// refundChoices returns the payments that are not fully refunded.
func refundChoices(p *i18n.Printer, order models.Order) []pages.RefundChoice {
	var list []pages.RefundChoice
	for _, a := range order.Attempts {
		left := a.Amount.Sub(a.Refunded)
		if a.State != models.AttemptPaid || !left.IsPositive() {
			continue
		}
		list = append(list, pages.RefundChoice{
			AttemptID: a.ID, Paid: admin.Coin(p, a.Amount, a.Coin), Left: admin.Coin(p, left, a.Coin), LeftPlain: left.String(), Selected: len(list) == 0,
		})
	}
	return list
}

// addTotals sets the parts of an order's total, and the address of delivery.
func addTotals(view *pages.OrderView, p *i18n.Printer, o models.Order) {
	money := func(a models.Amount) string { return p.Money(a.String(), o.Currency, o.Digits) }
	tax := strings.TrimSpace(o.TaxName + " " + o.TaxRate.String() + "%")
	if o.Discount.IsPositive() || o.Shipped || o.Delivery.IsPositive() || o.Tax.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "goods", Amount: money(o.GoodsTotal)})
	}
	if o.Discount.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "discount", Detail: o.CouponCode, Amount: "−" + money(o.Discount)})
	}
	if o.Shipped || o.Delivery.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "delivery", Detail: o.DeliveryTitle, Amount: money(o.Delivery)})
	}
	if o.Tax.IsPositive() {
		view.Sums = append(view.Sums, pages.Sum{Kind: "tax", Detail: tax, Amount: money(o.Tax)})
	}
	if o.ContainedTax.IsPositive() {
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
