package checkouts_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/once"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/checkouts"
	"github.com/coincart/coincart/payments/paymentstest"
)

func TestCheckout_IsPaidAndRefundedAsAnOrder(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		key, _ := s.Key()
		c := s.CreateCheckout(key, func(in *checkouts.CreateInput) {
			in.Amount, in.Discount, in.Delivery, in.Tax = "32.24", "1.00", "4.90", "2.34"
			in.Lines = []checkouts.LineInput{{Name: "Mug", Quantity: 2, UnitPrice: "10.50", SKU: "MUG"}, {Name: "Card", Quantity: 1, UnitPrice: "5"}}
			in.Metadata = map[string]string{"cart": "77"}
		})
		assert.Equal(t, "open", c.Status)
		assert.Equal(t, "32.24", c.Amount)
		assert.Nil(t, c.Payment)
		s.AssertStock(50, 0, 0)

		p, err := s.PressPay(c.ID)
		require.NoError(t, err)
		require.NotEmpty(t, p.PayURL)
		order := s.Order(p.Ref)
		assert.Equal(t, c.ID, order.CheckoutID)
		assert.False(t, order.Erased(), "nobody was erased")
		assert.Equal(t, "processing", s.CheckoutNow(c.ID).Status)
		again, err := s.PressPay(c.ID)
		require.NoError(t, err)
		assert.Equal(t, p.Ref, again.Ref, "the same checkout is the same order")

		require.NoError(t, s.Platform.Pay(s.PlatformOrder(order).OrderNum))
		s.Deliver()
		s.Work()
		now := s.CheckoutNow(c.ID)
		assert.Equal(t, "paid", now.Status)
		assert.Equal(t, "32.24", now.Payment.Received)
		assert.Equal(t, map[string]string{"cart": "77"}, now.Metadata)
		assert.Equal(t, []string{"checkout.processing", "order.paid", "checkout.paid"}, s.Published(c.ID, order.ID))

		in := checkouts.RefundInput{CurrencyAmount: "5.00", Reason: "Broken card"}
		answer, _, err := s.Checkouts.Refund(t.Context(), c.ID, in, key, key.Actor("192.0.2.1", "req"), paymentstest.Request(key, "refund", "r1", in))
		require.NoError(t, err)
		var refund wire.Refund
		require.NoError(t, json.Unmarshal([]byte(answer.Body), &refund))
		assert.Equal(t, "5.00", refund.Worth)
		same, replayed, err := s.Checkouts.Refund(t.Context(), c.ID, in, key, key.Actor("192.0.2.1", "req"), paymentstest.Request(key, "refund", "r1", in))
		require.NoError(t, err)
		assert.True(t, replayed)
		assert.Equal(t, answer.Body, same.Body)
		s.Work()
		assert.Equal(t, "pending", s.CheckoutNow(c.ID).RefundStatus)
		s.NextDay()
		now = s.CheckoutNow(c.ID)
		assert.Equal(t, "partial", now.RefundStatus)
		assert.Equal(t, "5.00", now.AmountRefunded)
		assert.Equal(t, []string{"checkout.processing", "order.paid", "checkout.paid", "refund.succeeded", "refund.confirmed", "order.refunded"},
			s.Published(c.ID, order.ID))
	})
}

func TestCheckout_NobodyPresses(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		key, _ := s.Key()
		late, off := s.CreateCheckout(key), s.CreateCheckout(key)
		answer, _, err := s.Checkouts.Cancel(t.Context(), off.ID, key, paymentstest.Request(key, "cancel "+off.ID, "k", nil))
		require.NoError(t, err)
		assert.Contains(t, answer.Body, `"status":"cancelled"`)
		s.Later(31 * time.Minute)
		assert.Equal(t, "expired", s.CheckoutNow(late.ID).Status)
		assert.Equal(t, "cancelled", s.CheckoutNow(off.ID).Status)
		_, err = s.PressPay(late.ID)
		require.ErrorIs(t, err, payments.ErrNotPayable)
		_, _, err = s.Checkouts.Cancel(t.Context(), late.ID, key, paymentstest.Request(key, "cancel "+late.ID, "k", nil))
		require.ErrorIs(t, err, checkouts.ErrEnded)
		assert.Equal(t, []string{"checkout.cancelled", "checkout.expired"}, s.Published(late.ID, off.ID))
	})
}

func TestCheckout_PlatformOutOfReachKeepsItOpen(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		key, _ := s.Key()
		c := s.CreateCheckout(key)
		s.CutOff()
		_, err := s.PressPay(c.ID)
		require.ErrorIs(t, err, payments.ErrUnreachable)
		assert.Equal(t, "open", s.CheckoutNow(c.ID).Status)
		assert.Empty(t, s.CheckoutNow(c.ID).OrderID)
	})
}

// Of 50 equal requests at the same moment one makes a checkout, and all are answered alike.
func TestCreate_ManyEqualRequestsMakeOne(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		key, _ := s.Key()
		in := checkouts.CreateInput{Amount: "20", Reference: "1001"}
		bodies := make([]string, 50)
		var group sync.WaitGroup
		for i := range bodies {
			group.Go(func() {
				answer, _, err := s.Checkouts.Create(t.Context(), in, key, paymentstest.Request(key, "POST /checkouts", "same", in))
				assert.NoError(t, err)
				bodies[i] = answer.Body
			})
		}
		group.Wait()
		for _, body := range bodies {
			assert.Equal(t, bodies[0], body)
		}
		rows, _, err := s.Store.CheckoutPage(t.Context(), store.CheckoutFilter{KeyID: key.ID}, "", 10)
		require.NoError(t, err)
		assert.Len(t, rows, 1)

		in.Amount = "21"
		_, _, err = s.Checkouts.Create(t.Context(), in, key, paymentstest.Request(key, "POST /checkouts", "same", in))
		require.ErrorIs(t, err, once.ErrOther)
	})
}

func TestCreate_SaysWhatIsWrong(t *testing.T) {
	s := paymentstest.SQLite(t)
	key, _ := s.Key(func(k *models.APIKey) { k.Origins = models.TextList{"https://shop.example.org"} })
	ok := checkouts.CreateInput{Amount: "20", Reference: "1"}
	line := checkouts.LineInput{Name: "Mug", Quantity: 1, UnitPrice: "20"}
	for name, c := range map[string]struct {
		edit func(*checkouts.CreateInput)
		want string
	}{
		"exponent":       {func(in *checkouts.CreateInput) { in.Amount = "1e3" }, "/amount: number"},
		"negative":       {func(in *checkouts.CreateInput) { in.Amount = "-1" }, "/amount: number"},
		"zero":           {func(in *checkouts.CreateInput) { in.Amount = "0" }, "/amount: range"},
		"no amount":      {func(in *checkouts.CreateInput) { in.Amount = "" }, "/amount: missing"},
		"cents":          {func(in *checkouts.CreateInput) { in.Amount = "1.001" }, "/amount: digits"},
		"no reference":   {func(in *checkouts.CreateInput) { in.Reference = " " }, "/reference: missing"},
		"currency":       {func(in *checkouts.CreateInput) { in.Currency = "EUR" }, "/currency: unknown"},
		"sum":            {func(in *checkouts.CreateInput) { in.Lines = []checkouts.LineInput{line}; in.Tax = "1" }, "/amount: mismatch"},
		"tax of what":    {func(in *checkouts.CreateInput) { in.Tax = "1" }, "/lines: missing"},
		"quantity":       {func(in *checkouts.CreateInput) { l := line; l.Quantity = 0; in.Lines = []checkouts.LineInput{l} }, "/lines/0/quantity: range"},
		"foreign origin": {func(in *checkouts.CreateInput) { in.SuccessURL = "https://evil.example/a" }, "/success_url: origin"},
		"subdomain":      {func(in *checkouts.CreateInput) { in.SuccessURL = "https://shop.example.org.evil.example" }, "/success_url: origin"},
		"port":           {func(in *checkouts.CreateInput) { in.SuccessURL = "https://shop.example.org:8443/" }, "/success_url: origin"},
		"user":           {func(in *checkouts.CreateInput) { in.SuccessURL = "https://shop.example.org@evil.example" }, "/success_url: https"},
		"no TLS":         {func(in *checkouts.CreateInput) { in.SuccessURL = "http://shop.example.org/" }, "/success_url: https"},
		"script":         {func(in *checkouts.CreateInput) { in.CancelURL = "javascript:alert(1)" }, "/cancel_url: https"},
		"coin":           {func(in *checkouts.CreateInput) { in.Coins = []string{"NOPE"} }, "/coins/0: unknown"},
		"time":           {func(in *checkouts.CreateInput) { in.ExpiresIn = 10 }, "/expires_in: range"},
		"metadata":       {func(in *checkouts.CreateInput) { in.Metadata = map[string]string{"a/b": string(make([]byte, 501))} }, "/metadata/a~1b: too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			in := ok
			c.edit(&in)
			_, _, err := s.Checkouts.Create(t.Context(), in, key, paymentstest.Request(key, "c", name, in))
			var wrong *checkouts.InputError
			require.ErrorAs(t, err, &wrong)
			assert.Contains(t, err.Error(), c.want)
		})
	}
	ok.SuccessURL = "HTTPS://Shop.example.org:443/thanks?a=b"
	_, _, err := s.Checkouts.Create(t.Context(), ok, key, paymentstest.Request(key, "c", "fine", ok))
	require.NoError(t, err)
}

func TestRefund_Limits(t *testing.T) {
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		key, _ := s.Key(func(k *models.APIKey) { k.RefundLimit = models.MustAmount("12") })
		c := s.CreateCheckout(key)
		refund := func(amount, token string) error {
			in := checkouts.RefundInput{Amount: amount, Reason: "r"}
			_, _, err := s.Checkouts.Refund(t.Context(), c.ID, in, key, key.Actor("", ""), paymentstest.Request(key, "refund", token, in))
			return err
		}
		require.ErrorIs(t, refund("1", "a"), checkouts.ErrNotPaid)
		p, err := s.PressPay(c.ID)
		require.NoError(t, err)
		require.NoError(t, s.Platform.Pay(s.PlatformOrder(s.Order(p.Ref)).OrderNum))
		s.Deliver()
		s.Work()
		require.NoError(t, refund("8", "b"))
		require.ErrorIs(t, refund("5", "c"), checkouts.ErrRefundLimit, "13 within a day")
		require.NoError(t, refund("4", "d"))
		other, _ := s.Key()
		in := checkouts.RefundInput{Reason: "all"}
		_, _, err = s.Checkouts.Refund(t.Context(), c.ID, in, other, other.Actor("", ""), paymentstest.Request(other, "refund", "x", in))
		require.ErrorIs(t, err, store.ErrNotFound, "another key's checkout")
	})
}
