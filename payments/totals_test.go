package payments_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
)

func TestPlace_ChargesWhatCouponDeliveryAndTaxMake(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		zone := s.AddZone()
		coupon := s.AddCoupon()
		p, err := s.Place(t.Context(), s.CartFormTo(3, "ten"))
		require.NoError(t, err)
		order := s.Order(p.Ref)
		// 31.50 − 3.15 = 28.35; parcel 4.90; tax 5.39 (of 28.35) + 0.93 = 6.32
		assert.Equal(t, []string{"31.5", "3.15", "4.9", "6.32", "0.93", "39.57"}, []string{
			order.GoodsTotal.String(), order.Discount.String(), order.Delivery.String(), order.Tax.String(), order.DeliveryTax.String(), order.Total.String(),
		})
		assert.Equal(t, []string{"TEN", "Parcel", "VAT", "19"}, []string{order.CouponCode, order.DeliveryTitle, order.TaxName, order.TaxRate.String()})
		assert.Equal(t, []string{"3.15", "5.39"}, []string{order.Lines[0].Discount.String(), order.Lines[0].Tax.String()})
		address := paymentstest.Berlin()
		assert.Equal(t, &address, order.Address)
		assert.Equal(t, "39.57", order.Current().Amount.String(), "what the platform is asked for")
		assert.JSONEq(t, `[{"name":"3 × Mug","desc":"Blue MUG-1 31.50 USD"},{"name":"Discount","desc":"TEN -3.15 USD"},
			{"name":"Delivery","desc":"Parcel 4.90 USD"},{"name":"VAT","desc":"19% 6.32 USD"}]`, order.Goods)

		// Nothing that the shop changes later changes the order, nor a second try to pay it.
		coupon, err = s.Store.Coupon(t.Context(), coupon.ID)
		require.NoError(t, err)
		coupon.Enabled = false
		require.NoError(t, s.Store.SaveCoupon(t.Context(), &coupon))
		zone.TaxRate = models.MustAmount("7")
		require.NoError(t, s.Store.SaveZone(t.Context(), &zone))
		again, err := s.PayOrder(t.Context(), p.Ref, "BTC", models.Payer{UserID: paymentstest.Alice})
		require.NoError(t, err)
		assert.NotEmpty(t, again.PayURL)
		retried := s.Order(p.Ref)
		assert.Equal(t, order.Goods, retried.Goods)
		assert.Equal(t, "0.00040689", retried.Current().Amount.String(), "39.57 / 97250, rounded up")
		s.exportAgrees(retried)

		require.NoError(t, s.Platform.Pay(s.PlatformOrder(retried).OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderPaid, s.Order(p.Ref).State)
		page, err := s.Store.CouponUses(t.Context(), coupon.ID, "", 0)
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		assert.Equal(t, models.CouponUsed, page.Rows[0].State)
		assert.Equal(t, "3.15", page.Rows[0].Discount.String())
	})
}

// exportAgrees checks the order's row of the export to the last digit.
func (s *shop) exportAgrees(o models.Order) {
	s.T.Helper()
	var file bytes.Buffer
	require.NoError(s.T, s.Books.WriteExport(s.T.Context(), &file, books.Export{What: books.ExportOrders, Format: books.FormatCSV}, nil))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.String(), "\ufeff"))).ReadAll()
	require.NoError(s.T, err)
	require.Len(s.T, rows, 2)
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for name, want := range map[string]string{
		"order number": o.NumberText, "total": "39.57", "subtotal": "31.50", "discount": "3.15", "coupon code": "TEN", "delivery cost": "4.90", "delivery method": "Parcel",
		"tax added": "6.32", "tax included": "0.00", "tax name": "VAT",
	} {
		assert.Equal(s.T, want, got[name], name)
	}
}

func TestPlace_TakesTheWayOfDeliveryThatWasChosen(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		zone := s.AddZone()
		in := s.CartFormTo(1, "")
		require.NoError(t, s.Store.SetCartMethod(t.Context(), in.CartID, zone.Methods[2].ID))
		_, err := s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrCartChanged, "the form showed the parcel")
		in = s.Form(in.CartID)
		in.Address = paymentstest.Berlin()
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, "Courier", s.Order(p.Ref).DeliveryTitle)
	})
}

func TestPlace_InsistsOnAnAddressWhereGoodsAreShipped(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddZone()
		in := s.CartForm(1)
		_, err := s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrPlace)

		require.NoError(t, s.Store.SetCartPlace(t.Context(), in.CartID, models.Place{Country: "FR"}))
		in = s.Form(in.CartID)
		_, err = s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrUndeliverable)

		in = s.CartFormTo(1, "")
		in.Address.City, in.Address.Line2 = "", "a\x00"
		_, err = s.Place(t.Context(), in)
		wrong := (*payments.AddressError)(nil)
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, invalid.Problems{"city": invalid.Missing, "line2": invalid.Characters}, wrong.Problems)
		in.Address = models.Address{Name: "Ada", Line1: "1 Rue", City: "Paris", Postcode: "75001", Country: "FR"}
		_, err = s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrCartChanged, "it was priced for Germany")
		s.AssertStock(50, 0, 0)
	})
}

func TestPlace_CouponIsUsedExactlyAsOftenAsAllowed(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		const buyers, allowed = 100, 7
		require.NoError(t, s.Store.MoveStock(t.Context(), models.StockMovement{VariantID: s.Variant.ID, Kind: models.MovementImport, Quantity: buyers}))
		coupon := s.AddCoupon(func(c *models.Coupon) { c.MaxUses = allowed })
		forms := make([]payments.PlaceInput, buyers)
		for i := range forms {
			in := s.CartForm(1)
			require.NoError(t, s.Store.SetCartCoupon(t.Context(), in.CartID, coupon.Code))
			forms[i] = s.Form(in.CartID)
		}
		var mu sync.Mutex
		placed, refused := 0, 0
		var wg sync.WaitGroup
		for _, in := range forms {
			wg.Go(func() {
				_, err := s.Place(t.Context(), in)
				mu.Lock()
				defer mu.Unlock()
				gone := (*payments.CouponError)(nil)
				switch {
				case err == nil:
					placed++
				case errors.As(err, &gone) && gone.Problem == models.CouponUsedUp:
					refused++
				default:
					t.Errorf("place: %v", err)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, [2]int{allowed, buyers - allowed}, [2]int{placed, refused})
		got, err := s.Store.Coupon(t.Context(), coupon.ID)
		require.NoError(t, err)
		assert.Equal(t, allowed, got.Uses)
	}, patient)
}

func TestPlace_CouponOfEachShopper(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddCoupon(func(c *models.Coupon) { c.MaxPerShopper = 1 })
		first, second := s.CartFormTo(1, "TEN"), s.CartFormTo(1, "TEN") // both forms are shown before either is sent
		_, err := s.Place(t.Context(), first)
		require.NoError(t, err)
		_, err = s.Place(t.Context(), second)
		used := (*payments.CouponError)(nil)
		require.ErrorAs(t, err, &used)
		assert.Equal(t, models.CouponUsedByMe, used.Problem)
		second = s.Form(second.CartID)
		p, err := s.Place(t.Context(), second)
		require.NoError(t, err, "the page that was shown then counts without it")
		assert.Empty(t, s.Order(p.Ref).CouponCode)
	})
}

func TestCoupon_ComesBackWhenAnOrderEndsUnpaid(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		coupon := s.AddCoupon(func(c *models.Coupon) { c.MaxUses = 2 })
		uses := func() int {
			c, err := s.Store.Coupon(t.Context(), coupon.ID)
			require.NoError(t, err)
			return c.Uses
		}
		cancelled, err := s.Place(t.Context(), s.CartFormTo(1, "TEN"))
		require.NoError(t, err)
		expired, err := s.Place(t.Context(), s.CartFormTo(1, "TEN"))
		require.NoError(t, err)
		assert.Equal(t, 2, uses())
		late := s.PlatformOrder(s.Order(cancelled.Ref))
		require.NoError(t, s.Cancel(t.Context(), cancelled.Ref))
		assert.Equal(t, 1, uses())
		s.Later(40 * time.Minute)
		assert.Equal(t, models.OrderExpired, s.Order(expired.Ref).State)
		assert.Zero(t, uses())

		s.Deliver()
		require.NoError(t, s.Platform.PayLate(late.OrderNum))
		s.Deliver()
		assert.Equal(t, models.OrderReview, s.Order(cancelled.Ref).State)
		assert.Zero(t, uses(), "money came for it after all, and nobody has accepted it yet")
		s.Decide(s.Order(cancelled.Ref), models.DecideAccept)
		assert.Equal(t, models.OrderPaid, s.Order(cancelled.Ref).State)
		assert.Equal(t, 1, uses())
	})
}

func TestCoupon_StaysUsedWhenTheMoneyGoesBack(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		coupon := s.AddCoupon(func(c *models.Coupon) { c.MaxUses, c.MaxPerShopper = 2, 1 })
		used := func() [2]int {
			c, err := s.Store.Coupon(t.Context(), coupon.ID)
			require.NoError(t, err)
			hers, err := s.Store.CouponUsesBy(t.Context(), coupon.ID, "ada@example.org")
			require.NoError(t, err)
			return [2]int{c.Uses, hers}
		}
		paid := func() models.Order {
			p, err := s.Place(t.Context(), s.CartFormTo(1, "TEN"))
			require.NoError(t, err)
			require.NoError(t, s.Platform.Pay(s.PlatformOrder(s.Order(p.Ref)).OrderNum))
			s.Deliver()
			return s.Order(p.Ref)
		}
		first := paid()
		require.Equal(t, "TEN", first.CouponCode)
		for _, amount := range []string{"1", first.Current().Amount.Sub(models.MustAmount("1")).String()} {
			_, err := s.Refund(first, amount)
			require.NoError(t, err)
			s.Work()
			s.NextDay()
			assert.Equal(t, [2]int{1, 1}, used(), "after a part as after all of it")
		}
		assert.Equal(t, models.RefundsAll, s.Order(first.Ref).Refunds)
		assert.Empty(t, paid().CouponCode, "it does not count again for her")
		assert.Equal(t, [2]int{1, 1}, used())

		// A coupon of an order that ended, whose money came late and went back, was given back with the order.
		p, err := s.Place(t.Context(), s.typing(s.CartFormTo(1, "TEN"), "bob@example.org"))
		require.NoError(t, err)
		late := s.PlatformOrder(s.Order(p.Ref))
		require.NoError(t, s.Cancel(t.Context(), p.Ref))
		assert.Equal(t, [2]int{1, 1}, used())
		s.Deliver()
		require.NoError(t, s.Platform.PayLate(late.OrderNum))
		s.Deliver()
		order := s.Order(p.Ref)
		require.Equal(t, models.OrderReview, order.State)
		assert.Equal(t, [2]int{1, 1}, used())
		s.Decide(order, models.DecideRefund)
		s.Work()
		s.NextDay()
		assert.Equal(t, models.RefundConfirmed, s.RefundState(s.refundsOf(order)[0].ID))
		assert.Equal(t, models.OrderCancelled, s.Order(order.Ref).State)
		assert.Equal(t, [2]int{1, 1}, used())
	})
}

// typing is the form as its page is shown again once another e-mail address was typed into it.
func (s *shop) typing(in payments.PlaceInput, email string) payments.PlaceInput {
	s.T.Helper()
	cart, err := s.Store.Cart(s.T.Context(), in.CartID)
	require.NoError(s.T, err)
	bill, err := s.Totals(s.T.Context(), cart, paymentstest.Dollars(), email)
	require.NoError(s.T, err)
	in.Email, in.Seen, in.Quotes = email, bill.Seen, s.QuoteToken(s.T.Context(), payments.CartSubject(in.CartID), bill.Total)
	return in
}

func (s *shop) refundsOf(o models.Order) []models.Refund {
	s.T.Helper()
	list, err := s.Store.RefundsOf(s.T.Context(), o.ID)
	require.NoError(s.T, err)
	require.NotEmpty(s.T, list)
	return list
}

func TestPlace_CouponThatWouldLeaveNothingDoesNotCount(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddCoupon(func(c *models.Coupon) { c.Value = models.MustAmount("100") })
		in := s.CartFormTo(1, "TEN")
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		order := s.Order(p.Ref)
		assert.Equal(t, "10.5", order.Total.String())
		assert.Empty(t, order.CouponCode)
	})
}

func TestTotals_ShopWithoutZonesDeliversEverywhere(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		cart, err := s.Store.Cart(t.Context(), s.CartForm(2).CartID)
		require.NoError(t, err)
		bill, err := s.Totals(t.Context(), cart, paymentstest.Dollars(), "")
		require.NoError(t, err)
		assert.False(t, bill.NeedsAddress)
		require.NoError(t, bill.Blocked)
		assert.Equal(t, "21", bill.Total.String())

		s.AddZone()
		require.NoError(t, s.Store.PutSetting(t.Context(), string(models.SettingHomeCountry), "DE"))
		bill, err = s.Totals(t.Context(), cart, paymentstest.Dollars(), "")
		require.NoError(t, err)
		assert.True(t, bill.NeedsAddress)
		require.ErrorIs(t, bill.Blocked, payments.ErrPlace)
		assert.Equal(t, "24.99", bill.Total.String(), "the home country's tax, no delivery yet")
		cart.Country = "DE"
		bill, err = s.Totals(t.Context(), cart, paymentstest.Dollars(), "")
		require.NoError(t, err)
		require.Len(t, bill.Methods, 2, "what is switched off is not offered")
		assert.True(t, bill.Methods[0].Chosen)
		assert.Equal(t, "15", bill.Methods[1].Price.String())
	})
}

func TestTotals_OfferOnlyWhatTakesTheWeight(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		zone := s.AddZone()
		closed, parcel, courier := &zone.Methods[0], &zone.Methods[1], &zone.Methods[2]
		closed.MaxWeight, parcel.MaxWeight, courier.MaxWeight = models.MustAmount("100"), models.MustAmount("1"), models.MustAmount("2.5")
		require.NoError(t, s.Store.SaveZone(t.Context(), &zone))
		in := s.CartFormTo(2, "")
		cart, err := s.Store.Cart(t.Context(), in.CartID)
		require.NoError(t, err)
		at := func(weight string) payments.Bill {
			cart.Lines[0].Weight = models.MustAmount(weight)
			bill, err := s.Totals(t.Context(), cart, paymentstest.Dollars(), "")
			require.NoError(t, err)
			return bill
		}
		bill := at("0.5")
		require.Len(t, bill.Methods, 2, "both take a kilogram")
		assert.Equal(t, "Parcel", bill.Methods[0].Method.Title)
		cart.MethodID = parcel.ID
		bill = at("0.500001")
		require.NoError(t, bill.Blocked)
		require.Len(t, bill.Methods, 1)
		assert.Equal(t, "Courier", bill.Methods[0].Method.Title)
		assert.True(t, bill.Methods[0].Chosen, "the parcel that was chosen does not take it any more")
		assert.Equal(t, "15", bill.Delivery.String())
		bill = at("1.25001")
		require.ErrorIs(t, bill.Blocked, payments.ErrTooHeavy)
		assert.Equal(t, "2.5", bill.MaxWeight.String(), "of what is offered")
		assert.Empty(t, bill.Methods)
		cart.Lines[0].Virtual = true
		require.NoError(t, at("1000").Blocked, "nothing is shipped")
	})
}

func TestPlace_RefusesWhatBecameTooHeavy(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		zone := s.AddZone()
		in := s.CartFormTo(1, "")
		in.Address = paymentstest.Berlin()
		s.changeVariant(func(_ *models.Product, v *models.Variant) { v.Weight = models.MustAmount("2.6") })
		for i := range zone.Methods {
			zone.Methods[i].MaxWeight = models.MustAmount("2.5")
		}
		require.NoError(t, s.Store.SaveZone(t.Context(), &zone))
		_, err := s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrCartChanged, "the form showed the parcel")
		in = s.Form(in.CartID)
		in.Address = paymentstest.Berlin()
		_, err = s.Place(t.Context(), in)
		require.ErrorIs(t, err, payments.ErrTooHeavy)
		s.AssertStock(50, 0, 0)
		s.changeVariant(func(_ *models.Product, v *models.Variant) { v.Weight = models.MustAmount("2.5") })
		in = s.Form(in.CartID)
		in.Address = paymentstest.Berlin()
		_, err = s.Place(t.Context(), in)
		require.NoError(t, err)
	})
}

func TestGoods_AddUpToTheTotalHoweverManyLines(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.AddZone()
		s.AddCoupon()
		in := s.CartFormTo(1, "TEN")
		categories, err := s.Store.Categories(t.Context())
		require.NoError(t, err)
		for i := range 30 {
			word := models.NewRef()[:8]
			require.NoError(t, s.Store.PutProduct(t.Context(), models.Product{
				Slug: strings.ToLower(word), CategoryID: categories[0].ID, Title: strings.Repeat("长", 100) + word,
				Variants: []models.Variant{{ID: models.NewID(), SKU: word + strings.Repeat("S", 90), Price: models.MustAmount("1.01").Times(i + 1), OnHand: 5}},
			}))
			product, err := s.Store.Product(t.Context(), strings.ToLower(word))
			require.NoError(t, err)
			_, err = s.Store.AddToCart(t.Context(), in.CartID, product.Variants[0].ID, 2, product.Variants[0].Price)
			require.NoError(t, err)
		}
		in = s.Form(in.CartID)
		in.Address = paymentstest.Berlin()
		p, err := s.Place(t.Context(), in)
		require.NoError(t, err)
		order := s.Order(p.Ref)
		var goods []opay.Goods
		require.NoError(t, json.Unmarshal([]byte(order.Goods), &goods))
		assert.Len(t, goods, opay.MaxGoods)
		assert.Equal(t, "and 15 more", goods[16].Name)
		var sum models.Amount
		for _, g := range goods {
			words := strings.Fields(g.Desc)
			require.GreaterOrEqual(t, len(words), 2, g.Desc)
			text, negative := strings.CutPrefix(words[len(words)-2], "-")
			amount := models.MustAmount(text)
			if negative {
				amount = models.Amount{}.Sub(amount)
			}
			sum = sum.Add(amount)
		}
		assert.Equal(t, order.Total.String(), sum.String(), "what the platform is told adds up")
	})
}
