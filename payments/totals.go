package payments

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
)

// Errors of totals that pages explain.
var (
	// ErrPlace means that goods are to be delivered and the place is missing.
	ErrPlace = errors.New("the place of delivery is missing")
	// ErrUndeliverable means that no delivery zone contains the place, or the zone has no delivery method.
	ErrUndeliverable = errors.New("the shop does not deliver there")
	// ErrTooHeavy means that the goods weigh more than any delivery method to the place accepts.
	ErrTooHeavy = errors.New("the goods are too heavy to be delivered there")
	// ErrNothingToPay means that the discount covers everything. The platform has no orders without an amount.
	ErrNothingToPay = errors.New("there is nothing to pay")
)

// CouponError means that the coupon that the form applied can no longer be used.
type CouponError struct {
	Code    string
	Problem models.CouponProblem
}

// Error names the problem.
func (e *CouponError) Error() string { return "the coupon cannot be used: " + string(e.Problem) }

// AddressError means that the delivery address has invalid fields.
type AddressError struct{ Problems invalid.Problems }

// Error returns the number of invalid fields.
func (e *AddressError) Error() string {
	return fmt.Sprintf("the address has %d fields that cannot be right", len(e.Problems))
}

// Bill is the price of a cart, with the choices for its delivery.
type Bill struct {
	models.Totals

	Seen         string          // digest of everything that the shopper agrees to, for PlaceInput.Seen
	Coupon       *models.Coupon  // of the cart, even if it does not apply; nil: none, or an unknown code
	NeedsAddress bool            // something is shipped, and the shop has zones
	Zone         *models.Zone    // of the delivery; nil: no place is chosen, or no zone contains it
	Methods      []DeliveryOffer // of the zone, in their order: those that accept the weight
	MaxWeight    models.Amount   // with ErrTooHeavy, the maximum weight that can be delivered there, in kg
	Blocked      error           // why the order cannot be placed: ErrPlace, ErrUndeliverable, ErrTooHeavy, ErrNothingToPay; nil: it can

	taxZone *models.Zone
	method  *models.DeliveryMethod
}

// DeliveryOffer is a delivery method with its price for a cart.
type DeliveryOffer struct {
	Method models.DeliveryMethod
	Price  models.Amount // without added tax
	Chosen bool
}

// Method returns the delivery method in the price: the chosen one, or else the zone's first. It is nil if nothing is delivered or no place is
// chosen.
func (bill Bill) Method() *models.DeliveryMethod { return bill.method }

// TaxTitle returns the tax's name in a language, or "" if there is no tax.
func (bill Bill) TaxTitle(lang string) string {
	if bill.taxZone == nil || bill.TaxName == "" {
		return ""
	}
	return bill.taxZone.TaxTitle(lang)
}

// Terms are the shop's data that determine the price of a cart.
type Terms interface {
	// Zones returns the shop's delivery zones with their methods, in their order.
	Zones(ctx context.Context) ([]models.Zone, error)
	// HomeCountry returns the country whose tax applies if nothing is shipped or no place is chosen, or "".
	HomeCountry(ctx context.Context) (string, error)
}

// storedTerms reads the terms from the store.
type storedTerms struct{ *store.Store }

// HomeCountry returns the setting tax.home_country.
func (t storedTerms) HomeCountry(ctx context.Context) (string, error) {
	country, err := t.Setting(ctx, string(models.SettingHomeCountry))
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return country, err
}

// Totals returns the price of a cart. Cart page, checkout and Place use the same computation. email is the shopper's or empty; it is needed
// for coupons that are limited for each shopper. currency is the shop's.
//
// A shop without zones delivers everywhere free of charge and adds no tax. With zones, the zone of the cart's place determines delivery and
// tax. If no place is chosen, the tax is that of the shop's home country (setting tax.home_country).
// Errors: models.ErrBasket, the store's.
func (q *Quoter) Totals(ctx context.Context, cart models.Cart, currency models.Currency, email string) (Bill, error) {
	return totalsIn(ctx, q.store, storedTerms{q.store}, q.clock, cart, currency, email)
}

// TotalsBy is Totals with terms that the caller has cached, for pages that only show the price. Place uses the stored terms.
func (q *Quoter) TotalsBy(ctx context.Context, terms Terms, cart models.Cart, currency models.Currency, email string) (Bill, error) {
	return totalsIn(ctx, q.store, terms, q.clock, cart, currency, email)
}

func totalsIn(
	ctx context.Context, st *store.Store, terms Terms, clock models.Clock, cart models.Cart, currency models.Currency, email string,
) (Bill, error) {
	b := models.Basket{Currency: currency, Now: clock()}
	for _, l := range cart.Lines {
		b.Lines = append(b.Lines, models.BasketLine{
			VariantID: l.VariantID, UnitPrice: l.Price, Quantity: l.Quantity, Weight: l.Weight, Virtual: l.Virtual, CategoryIDs: l.CategoryIDs,
		})
	}
	var bill Bill
	unknown, err := bill.findCoupon(ctx, st, cart, email, &b)
	if err != nil {
		return Bill{}, err
	}
	if err := bill.findZone(ctx, terms, cart, b); err != nil {
		return Bill{}, err
	}
	b.Zone, b.Method = bill.taxZone, bill.method
	if bill.Totals, err = models.Price(b); err != nil {
		return Bill{}, fmt.Errorf("price the cart: %w", err)
	}
	if unknown {
		bill.CouponProblem = models.CouponUnknown
	}
	bill.priceMethods()
	if bill.Blocked == nil && !bill.Total.IsPositive() && len(cart.Lines) > 0 {
		bill.Blocked = ErrNothingToPay
	}
	bill.Seen = cart.Fingerprint(bill.Totals, bill.method)
	return bill, nil
}

// findCoupon loads the cart's coupon. unknown means that its code does not exist.
func (bill *Bill) findCoupon(ctx context.Context, st *store.Store, cart models.Cart, email string, b *models.Basket) (unknown bool, err error) {
	if cart.CouponCode == "" {
		return false, nil
	}
	c, err := st.CouponByCode(ctx, cart.CouponCode)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if email != "" && c.MaxPerShopper > 0 {
		if b.ShopperUses, err = st.CouponUsesBy(ctx, c.ID, email); err != nil {
			return false, err
		}
	}
	bill.Coupon, b.Coupon = &c, &c
	return false, nil
}

// findZone determines the zone whose tax applies, and the delivery methods.
func (bill *Bill) findZone(ctx context.Context, terms Terms, cart models.Cart, b models.Basket) error {
	zones, err := terms.Zones(ctx)
	if err != nil || len(zones) == 0 {
		return err
	}
	shipped := b.Shipped()
	bill.NeedsAddress = shipped
	country, region := cart.Country, cart.Region
	if country == "" {
		if shipped {
			bill.Blocked = ErrPlace
		}
		if country, err = terms.HomeCountry(ctx); err != nil || country == "" {
			return err
		}
	}
	zone, ok := models.ZoneFor(zones, country, region)
	if ok {
		bill.taxZone = &zone
	}
	if !shipped || cart.Country == "" {
		return nil
	}
	if ok {
		bill.Zone = &zone
		bill.findMethods(b.Weight())
	}
	if len(bill.Methods) == 0 {
		bill.Blocked = ErrUndeliverable
		if bill.MaxWeight.IsPositive() {
			bill.Blocked = ErrTooHeavy
		}
		return nil
	}
	chosen := max(0, slices.IndexFunc(bill.Methods, func(o DeliveryOffer) bool { return o.Method.ID == cart.MethodID }))
	bill.Methods[chosen].Chosen = true
	bill.method = &bill.Methods[chosen].Method
	return nil
}

// findMethods sets the zone's delivery methods for a weight or, if there are none, the maximum weight that a method accepts.
func (bill *Bill) findMethods(weight models.Amount) {
	var most models.Amount
	for _, m := range bill.Zone.Methods {
		switch {
		case !m.Enabled:
		case m.Takes(weight):
			bill.Methods = append(bill.Methods, DeliveryOffer{Method: m})
		case m.MaxWeight.Cmp(most) > 0:
			most = m.MaxWeight
		}
	}
	if len(bill.Methods) == 0 {
		bill.MaxWeight = most
	}
}

// priceMethods sets the prices of all delivery methods in the same way as that of the chosen one.
func (bill *Bill) priceMethods() {
	for i := range bill.Methods {
		if !bill.FreeDelivery {
			bill.Methods[i].Price = bill.Methods[i].Method.Price(bill.Weight, bill.Goods.Sub(bill.Discount))
		}
	}
}

// addressFor returns the checked address of an order; nil if nothing is shipped. Errors: *AddressError, ErrCartChanged if it is in another
// place than the one that was priced.
func (bill *Bill) addressFor(cart models.Cart, given models.Address) (*models.Address, error) {
	if !bill.NeedsAddress {
		return nil, nil //nolint:nilnil // nothing is shipped to an address
	}
	address := given.Clean()
	if problems := address.Check(); len(problems) > 0 {
		return nil, &AddressError{problems}
	}
	if address.Country != cart.Country || (len(models.Regions(cart.Country)) > 0 && address.Region != cart.Region) {
		return nil, ErrCartChanged
	}
	return &address, nil
}

// changedError returns the error of a bill that differs from what the form showed.
func (bill *Bill) changedError() error {
	if bill.CouponProblem != "" && bill.Coupon != nil {
		return &CouponError{Code: bill.Coupon.Code, Problem: bill.CouponProblem}
	}
	return ErrCartChanged
}

// takeCoupon takes one use of the coupon for the order.
func takeCoupon(ctx context.Context, tx *store.Store, bill *Bill, order *models.Order) error {
	if order.CouponCode == "" {
		return nil
	}
	err := tx.TakeCoupon(ctx, *bill.Coupon, order.ID, order.Email)
	switch {
	case errors.Is(err, store.ErrCouponUsedUp):
		return &CouponError{Code: order.CouponCode, Problem: models.CouponUsedUp}
	case errors.Is(err, store.ErrCouponUsedByShopper):
		return &CouponError{Code: order.CouponCode, Problem: models.CouponUsedByMe}
	case errors.Is(err, store.ErrConflict):
		return ErrCartChanged // it was edited at this moment
	}
	return err
}
