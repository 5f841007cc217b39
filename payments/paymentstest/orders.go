package paymentstest

import (
	"context"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/sandbox"
)

// Dollars returns the shop's currency.
func Dollars() models.Currency { return models.Currency{Code: "USD", Digits: 2} }

// Berlin returns an address in Germany.
func Berlin() models.Address {
	return models.Address{Name: "Ada", Line1: "1 Road", City: "Berlin", Postcode: "10115", Country: "DE"}
}

// CartForm stores a cart with a quantity of mugs and returns the form that its checkout page would send.
func (s *Shop) CartForm(quantity int) payments.PlaceInput {
	s.T.Helper()
	ctx := s.T.Context()
	cart, err := s.Store.CreateCart(ctx)
	require.NoError(s.T, err)
	_, err = s.Store.AddToCart(ctx, cart.ID, s.Variant.ID, quantity, s.Variant.Price)
	require.NoError(s.T, err)
	return s.Form(cart.ID)
}

// CartFormTo is CartForm for delivery to Germany with a coupon, or "" for none. It requires AddZone.
func (s *Shop) CartFormTo(quantity int, coupon string) payments.PlaceInput {
	s.T.Helper()
	in := s.CartForm(quantity)
	require.NoError(s.T, s.Store.SetCartPlace(s.T.Context(), in.CartID, models.Place{Country: "DE"}))
	require.NoError(s.T, s.Store.SetCartCoupon(s.T.Context(), in.CartID, coupon))
	in = s.Form(in.CartID)
	in.Address = Berlin()
	return in
}

// Form returns the form that a cart's checkout page would send now: in USDT, paid by Alice.
func (s *Shop) Form(cartID string) payments.PlaceInput {
	s.T.Helper()
	ctx := s.T.Context()
	cart, err := s.Store.Cart(ctx, cartID)
	require.NoError(s.T, err)
	bill, err := s.Totals(ctx, cart, Dollars(), "ada@example.org")
	require.NoError(s.T, err)
	return payments.PlaceInput{
		CartID: cart.ID, FormToken: cart.FormToken, Seen: bill.Seen, Quotes: s.QuoteToken(ctx, payments.CartSubject(cart.ID), bill.Total),
		Email: "ada@example.org", Name: "Ada", Lang: "en", Currency: Dollars(), Coin: "USDT", Payer: models.Payer{UserID: Alice},
	}
}

// QuoteToken returns the token of the quotes that a page would show now.
func (s *Shop) QuoteToken(ctx context.Context, subject string, total models.Amount) string {
	s.T.Helper()
	coins, err := s.Store.Coins(ctx)
	require.NoError(s.T, err)
	offers, err := s.Quotes(payments.QuoteRequest{Subject: subject, Coins: coins, Total: total})
	require.NoError(s.T, err)
	return offers.Token
}

// PayOrder pays an order as the form of its current page would.
func (s *Shop) PayOrder(ctx context.Context, ref, coin string, payer models.Payer) (payments.Placement, error) {
	in := payments.PayInput{Coin: coin, Payer: payer}
	if order, err := s.Store.OrderByRef(ctx, ref); err == nil && coin != "" {
		in.Quotes = s.QuoteToken(ctx, payments.OrderSubject(order.ID), order.Total)
	}
	return s.Pay(ctx, ref, in)
}

// PlaceOrder orders a quantity of mugs and requires that the shopper is sent to the pay page.
func (s *Shop) PlaceOrder(quantity int) models.Order {
	s.T.Helper()
	p, err := s.Place(s.T.Context(), s.CartForm(quantity))
	require.NoError(s.T, err)
	require.NotEmpty(s.T, p.PayURL)
	return s.Order(p.Ref)
}

// PlacePaid orders a quantity of mugs and pays for them.
func (s *Shop) PlacePaid(quantity int) models.Order {
	s.T.Helper()
	order := s.PlaceOrder(quantity)
	require.NoError(s.T, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
	s.Deliver()
	order = s.Order(order.Ref)
	require.Equal(s.T, models.OrderPaid, order.State)
	return order
}

// Refund requests a refund of amount, in the coin of the order's payment.
func (s *Shop) Refund(o models.Order, amount string) (models.Refund, error) {
	return s.RequestRefund(s.T.Context(), payments.RefundInput{
		OrderID: o.ID, AttemptID: o.PaidAttemptID, Amount: models.MustAmount(amount), Reason: "broken in transit", FormToken: models.NewRef(),
	}, Finance())
}

// OpenCase returns the one open case of an order about money.
func (s *Shop) OpenCase(o models.Order) models.Review {
	s.T.Helper()
	reviews, err := s.Store.ReviewsOf(s.T.Context(), o.ID)
	require.NoError(s.T, err)
	var open []models.Review
	for _, r := range reviews {
		if r.Open {
			open = append(open, r)
		}
	}
	require.Len(s.T, open, 1, "one open case")
	return open[0]
}

// Decide decides about the one open case of an order; edits change the form.
func (s *Shop) Decide(o models.Order, d models.Decision, edits ...func(*payments.DecideInput)) {
	s.T.Helper()
	require.NoError(s.T, s.TryToDecide(o, d, edits...))
}

// TryToDecide is Decide with its error.
func (s *Shop) TryToDecide(o models.Order, d models.Decision, edits ...func(*payments.DecideInput)) error {
	s.T.Helper()
	in := payments.DecideInput{ReviewID: s.OpenCase(o).ID, Decision: d, Note: "looked into it", Days: 2, FormToken: models.NewRef()}
	for _, edit := range edits {
		edit(&in)
	}
	return s.Service.Decide(s.T.Context(), in, Finance())
}

// ShipAll sends all that is left of an order, with a carrier's number.
func (s *Shop) ShipAll(orderID, number string) error {
	_, err := s.Ship(s.T.Context(), payments.ShipInput{OrderID: orderID, Details: payments.ShipmentDetails{Number: number}, FormToken: models.NewRef()}, Finance())
	return err
}

// Order returns an order as it is stored now.
func (s *Shop) Order(ref string) models.Order {
	s.T.Helper()
	order, err := s.Store.OrderByRef(s.T.Context(), ref)
	require.NoError(s.T, err)
	return order
}

// Attempt returns the current attempt of an order as it is stored now.
func (s *Shop) Attempt(ref string) models.Attempt {
	s.T.Helper()
	order := s.Order(ref)
	require.NotNil(s.T, order.Current())
	return *order.Current()
}

// PlatformOrder returns the sandbox's order for the current attempt.
func (s *Shop) PlatformOrder(o models.Order) sandbox.Order {
	s.T.Helper()
	at, ok := s.Platform.OrderByAppID(o.Current().AppOrderID)
	require.True(s.T, ok, "the platform has no such order")
	return at
}

// RefundState returns the stored state of a refund.
func (s *Shop) RefundState(id string) models.RefundState {
	s.T.Helper()
	r, err := s.Store.Refund(s.T.Context(), id)
	require.NoError(s.T, err)
	return r.State
}

// OpenReviews returns the kinds of the open reviews.
func (s *Shop) OpenReviews() []models.ReviewKind {
	s.T.Helper()
	rows, _, err := s.Store.ReviewPage(s.T.Context(), true, "", 100)
	require.NoError(s.T, err)
	kinds := []models.ReviewKind{}
	for _, r := range rows {
		kinds = append(kinds, r.Kind)
	}
	return kinds
}

// AssertStock checks how many pieces of Variant are on hand, reserved and sold.
func (s *Shop) AssertStock(onHand, reserved, sold int) {
	s.T.Helper()
	v, _, err := s.Store.Variant(s.T.Context(), s.Variant.ID)
	require.NoError(s.T, err)
	assert.Equal(s.T, [3]int{onHand, reserved, sold}, [3]int{v.OnHand, v.Reserved, v.Sold}, "on hand, reserved, sold")
}

// NextDay advances the clock by a day and reconciles the day that is over.
func (s *Shop) NextDay() books.Reconciliation {
	s.T.Helper()
	day := models.DayOf(s.Clock.Now(), s.Books.Zone())
	s.Later(24 * time.Hour)
	_, err := s.Books.FetchStatement(s.T.Context(), day, Finance().StaffID, nil)
	require.NoError(s.T, err)
	r, err := s.Books.Reconcile(s.T.Context(), day)
	require.NoError(s.T, err)
	return r
}

// AddZone adds delivery to Germany by two methods, with 19 % tax.
func (s *Shop) AddZone() models.Zone {
	s.T.Helper()
	z := models.Zone{
		Name: "Home", Places: []models.Place{{Country: "DE"}}, TaxMode: models.TaxAdded, TaxName: "VAT", TaxRate: models.MustAmount("19"), TaxDelivery: true,
		Methods: []models.DeliveryMethod{
			{Title: "Closed", Kind: models.DeliveryFlat, Steps: models.Steps{{}}},
			{Title: "Parcel", Kind: models.DeliveryFlat, Enabled: true, Steps: models.Steps{{Price: models.MustAmount("4.90")}}},
			{Title: "Courier", Kind: models.DeliveryFlat, Enabled: true, Steps: models.Steps{{Price: models.MustAmount("15")}}},
		},
	}
	require.NoError(s.T, s.Store.SaveZone(s.T.Context(), &z))
	return z
}

// AddCoupon stores the coupon TEN, ten per cent, changed by edits.
func (s *Shop) AddCoupon(edits ...func(*models.Coupon)) models.Coupon {
	s.T.Helper()
	c := models.Coupon{Code: "TEN", Kind: models.CouponPercent, Value: models.MustAmount("10"), Enabled: true}
	for _, edit := range edits {
		edit(&c)
	}
	require.NoError(s.T, s.Store.SaveCoupon(s.T.Context(), &c))
	return c
}

// AddLiveRate takes BTC's rate from the sandbox's market call and fetches it once. edits change the coin.
func (s *Shop) AddLiveRate(edits ...func(*models.Coin)) models.Coin {
	s.T.Helper()
	c := models.Coin{
		Symbol: "BTC", Name: "Bitcoin", Precision: 8, Rate: models.MustAmount("97000"), RateSource: models.FixedRate, RateAt: s.Clock.Now(),
		Enabled: true, Position: 1, Source: models.ExchangeSource, SourceSymbol: "btcusdt", MaxAge: 120, MaxJump: models.MustAmount("10"),
	}
	for _, edit := range edits {
		edit(&c)
	}
	require.NoError(s.T, s.Store.PutCoin(s.T.Context(), c))
	s.Work()
	return s.Coin("BTC")
}

// SetPrice sets a price of the sandbox's market call, advances the clock by 30 seconds, fetches the rate, and returns BTC as it is stored
// then.
func (s *Shop) SetPrice(symbol, price string, fault sandbox.TickerFault) models.Coin {
	s.T.Helper()
	require.NoError(s.T, s.Platform.SetTicker(sandbox.Ticker{Symbol: symbol, Price: price, Fault: fault}))
	s.Later(30 * time.Second)
	return s.Coin("BTC")
}

// Coin returns a coin as it is stored now.
func (s *Shop) Coin(symbol string) models.Coin {
	s.T.Helper()
	c, err := s.Store.Coin(s.T.Context(), symbol)
	require.NoError(s.T, err)
	return c
}
