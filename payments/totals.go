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

// Errors of totals that a page has words for.
var (
	// ErrPlace: the goods are delivered, and nobody said where.
	ErrPlace = errors.New("the place of delivery is missing")
	// ErrUndeliverable: no zone of the shop takes the place, or it has no way of delivery.
	ErrUndeliverable = errors.New("the shop does not deliver there")
	// ErrTooHeavy: no way of delivery to the place takes what the goods weigh.
	ErrTooHeavy = errors.New("the goods are too heavy to be delivered there")
	// ErrNothingToPay: the discount takes everything off, and the platform has no orders of nothing.
	ErrNothingToPay = errors.New("there is nothing to pay")
)

// CouponError says that the coupon that the form counted with cannot be used any more.
type CouponError struct {
	Code    string
	Problem models.CouponProblem
}

// Error names the problem.
func (e *CouponError) Error() string { return "the coupon cannot be used: " + string(e.Problem) }

// AddressError says what is wrong with the address of delivery.
type AddressError struct{ Problems invalid.Problems }

// Error tells how many fields are wrong.
func (e *AddressError) Error() string {
	return fmt.Sprintf("the address has %d fields that cannot be right", len(e.Problems))
}

// Bill is what a cart costs now, and what the shopper can choose about its delivery.
type Bill struct {
	models.Totals

	Seen         string          // digest of all that is agreed to: PlaceInput.Seen
	Coupon       *models.Coupon  // the one in the cart, whether it counts or not; nil: none, or no such code
	NeedsAddress bool            // something is shipped, and the shop has zones
	Zone         *models.Zone    // where the goods go; nil: not chosen yet, or no zone takes the place
	Methods      []DeliveryOffer // of the zone, in their order: those that take the weight
	MaxWeight    models.Amount   // with ErrTooHeavy, the most that can be delivered there, in kg
	Blocked      error           // why the order cannot be placed: ErrPlace, ErrUndeliverable, ErrTooHeavy, ErrNothingToPay; nil: it can

	taxZone *models.Zone
	method  *models.DeliveryMethod
}

// DeliveryOffer is a way of delivery with its price for this cart.
type DeliveryOffer struct {
	Method models.DeliveryMethod
	Price  models.Amount // before any tax that is added
	Chosen bool
}

// Method is the way of delivery that is counted with: the one chosen, else the zone's first; nil where nothing is delivered, or nobody
// knows yet where to.
func (bill Bill) Method() *models.DeliveryMethod { return bill.method }

// TaxTitle is the tax's name in a language; "" where there is none.
func (bill Bill) TaxTitle(lang string) string {
	if bill.taxZone == nil || bill.TaxName == "" {
		return ""
	}
	return bill.taxZone.TaxTitle(lang)
}

// Terms are what a cart is priced by besides its own choices.
type Terms interface {
	// Zones are all zones of the shop with their ways of delivery, in their order.
	Zones(ctx context.Context) ([]models.Zone, error)
	// HomeCountry is the country whose tax counts where nothing is shipped or no place is chosen; "" for none.
	HomeCountry(ctx context.Context) (string, error)
}

// storedTerms are the terms as they are stored at this moment.
type storedTerms struct{ *store.Store }

// HomeCountry reads the setting tax.home_country.
func (t storedTerms) HomeCountry(ctx context.Context) (string, error) {
	country, err := t.Setting(ctx, string(models.SettingHomeCountry))
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return country, err
}

// Totals computes what a cart costs: the one function behind cart page, checkout and Place. email is the shopper's if it is known, for
// coupons that each shopper may use so often; currency is the shop's.
//
// A shop without zones delivers everywhere for nothing and takes no tax. With zones, goods go to the zone of the cart's place; until one is
// chosen, and for what is not shipped, the tax is that of the place, else of the shop's home country (setting tax.home_country).
// Errors: models.ErrBasket, the store's.
func (q *Quoter) Totals(ctx context.Context, cart models.Cart, currency models.Currency, email string) (Bill, error) {
	return totalsIn(ctx, q.store, storedTerms{q.store}, q.clock, cart, currency, email)
}

// TotalsBy is Totals with terms that the caller keeps at hand, for pages that are only looked at: Place goes by those that are stored.
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
	bill.offer()
	if bill.Blocked == nil && !bill.Total.IsPositive() && len(cart.Lines) > 0 {
		bill.Blocked = ErrNothingToPay
	}
	bill.Seen = cart.Fingerprint(bill.Totals, bill.method)
	return bill, nil
}

// findCoupon looks the cart's code up. unknown says that there is no such coupon.
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

// findZone finds whose tax counts, and how the goods are delivered.
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

// findMethods lists the ways of delivery that the zone offers for goods of such a weight; where there is none for it, the most that one takes.
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

// offer prices all ways of delivery, as the chosen one was priced.
func (bill *Bill) offer() {
	for i := range bill.Methods {
		if !bill.FreeDelivery {
			bill.Methods[i].Price = bill.Methods[i].Method.Price(bill.Weight, bill.Goods.Sub(bill.Discount))
		}
	}
}

// addressFor is the address of an order: complete, and where the bill says that the goods go. ErrCartChanged: it is another place than the
// one that was priced. *AddressError.
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

// unseen says in what way a bill is not the one that the form showed.
func (bill *Bill) unseen() error {
	if bill.CouponProblem != "" && bill.Coupon != nil {
		return &CouponError{Code: bill.Coupon.Code, Problem: bill.CouponProblem}
	}
	return ErrCartChanged
}

// takeCoupon lets the order use its coupon.
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
