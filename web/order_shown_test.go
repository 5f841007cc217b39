package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/opay"
)

// shopAt is a shop over a database that the test can reach past the store.
func shopAt(t *testing.T, dsn string) *shop {
	t.Helper()
	return newShop(t, func(tb testing.TB, options ...modelstest.Option) *store.Store {
		tb.Helper()
		return modelstest.Open(tb, dsn, options...)
	})
}

// faulty is a shop whose database can be made to refuse.
type faulty struct {
	*shop

	dsn string
}

func eachFaulty(t *testing.T, scenario func(t *testing.T, s *faulty)) {
	t.Helper()
	for name, makeDSN := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			dsn := makeDSN(t)
			scenario(t, &faulty{shopAt(t, dsn), dsn})
		})
	}
}

// refuse makes the database refuse a change of a table, such as "UPDATE ON carts", wherever the condition holds, until mend is called.
func (s *faulty) refuse(change, when string) (mend func()) {
	s.t.Helper()
	trigger := fmt.Sprintf("CREATE TRIGGER refuse BEFORE %s FOR EACH ROW WHEN %s BEGIN SELECT RAISE(ABORT, 'refused by the test'); END", change, when)
	if !s.db.SingleWriter() {
		trigger = fmt.Sprintf("CREATE TRIGGER refuse BEFORE %s FOR EACH ROW IF %s THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by the test'; END IF",
			change, when)
	}
	modelstest.Exec(s.t, s.dsn, trigger)
	return func() {
		s.t.Helper()
		modelstest.Exec(s.t, s.dsn, "DROP TRIGGER refuse")
	}
}

// shown insists that an answer leads to the order, and that the order's page is there.
func (s *faulty) shown(b *browser, p page, order models.Order) page {
	s.t.Helper()
	p.redirects("/orders/" + order.Ref)
	return b.get("/orders/"+order.Ref).is(http.StatusOK).has("$24.00", "ann@example.com")
}

// formOrder is the order of a checkout form.
func (s *faulty) formOrder(form []string) models.Order {
	s.t.Helper()
	order, err := s.db.OrderByFormToken(s.t.Context(), form[1])
	require.NoError(s.t, err)
	return order
}

// leavingGateway tells when the platform is asked for an order.
type leavingGateway struct {
	payments.Gateway

	leave func()
}

func (g leavingGateway) CreateOrder(ctx context.Context, r opay.CreateOrderRequest) (opay.CreatedOrder, error) {
	g.leave()
	return g.Gateway.CreateOrder(ctx, r)
}

// leaveAtPlatform ends the context of a request, as the server does when the browser goes away, while the platform is asked for the order.
func (s *faulty) leaveAtPlatform() {
	s.t.Helper()
	var mu sync.Mutex
	leave := func() {}
	s.money.Gateway = leavingGateway{s.money.Gateway, func() {
		mu.Lock()
		defer mu.Unlock()
		leave()
	}}
	s.build()
	inner := s.web.Handler()
	s.use(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		mu.Lock()
		leave = cancel
		mu.Unlock()
		inner.ServeHTTP(w, r.WithContext(ctx))
	}))
}

func TestPlaceOrder_AnOrderThatExistsIsShownWhateverFailsAfterwards(t *testing.T) {
	t.Parallel() // most of the time is waiting
	for name, fault := range map[string]struct {
		change, when string
		pays         bool // the pay page is reached nevertheless
	}{
		"submission not begun":    {"UPDATE ON attempts", "NEW.state = 'submitting'", false},
		"answer not stored":       {"UPDATE ON attempts", "NEW.state = 'open'", false},
		"mail not queued":         {"INSERT ON outbox", "1 = 1", false},
		"cart not emptied":        {"UPDATE ON carts", "NEW.form_token <> OLD.form_token", true},
		"cart's lines not erased": {"DELETE ON cart_lines", "1 = 1", true},
		"session not saved":       {"UPDATE ON sessions", "1 = 1", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachFaulty(t, func(t *testing.T, s *faulty) {
				b := s.browser()
				b.buy("2")
				b.post("/checkout", b.form("email", "ann")...).is(http.StatusUnprocessableEntity) // leaves a draft to forget
				form := b.form()
				mend := s.refuse(fault.change, fault.when)
				first := b.post("/checkout", form...)
				order := s.formOrder(form)
				second := b.post("/checkout", form...)
				if fault.pays {
					pay := first.is(http.StatusSeeOther).header.Get("Location")
					require.True(t, strings.HasPrefix(pay, s.exchange+"/platform/pay.html?"), pay)
					second.redirects(pay)
				} else {
					s.shown(b, first, order)
					s.shown(b, second, order)
				}
				mend()
				b.post("/checkout", form...).is(http.StatusSeeOther)
				b.get("/cart").lacks("$24.00")
				assert.Equal(t, order.ID, s.formOrder(form).ID, "one form, one order")
				assert.LessOrEqual(t, len(s.platform.Orders()), 1)
				assert.Equal(t, 8, s.blue().OnHand)
			})
		})
	}
}

func TestPlaceOrder_AnOrderThatCannotBeCalledOffIsShown(t *testing.T) {
	eachFaulty(t, func(t *testing.T, s *faulty) {
		b := s.browser()
		b.buy("2")
		form := b.form()
		s.unplugged()
		mend := s.refuse("UPDATE ON orders", "NEW.state = 'cancelled'")
		p := b.post("/checkout", form...)
		order := s.formOrder(form)
		require.Equal(t, models.OrderAwaiting, order.State)
		s.shown(b, p, order)
		mend()
		b.post("/checkout", form...).redirects("/orders/" + order.Ref)
	})
}

func TestPlaceOrder_AVisitorWhoLeftFindsTheOrderAndAnEmptyCart(t *testing.T) {
	eachFaulty(t, func(t *testing.T, s *faulty) {
		b := s.browser()
		b.buy("2")
		form := b.form()
		s.leaveAtPlatform()
		b.post("/checkout", form...)
		order := s.formOrder(form)
		assert.Equal(t, models.AttemptOpen, order.Current().State)
		b.get("/cart").lacks("$24.00")
		pay := b.post("/checkout", form...).is(http.StatusSeeOther).header.Get("Location")
		assert.Contains(t, pay, s.exchange+"/platform/pay.html?")
		assert.Equal(t, order.ID, s.formOrder(form).ID)
	})
}

func TestPlaceOrder_AFormThatIsRefusedLaterShowsItsOrder(t *testing.T) {
	eachFaulty(t, func(t *testing.T, s *faulty) {
		b := s.browser()
		b.buy("2")
		form := b.form()
		mend := s.refuse("UPDATE ON carts", "NEW.form_token <> OLD.form_token")
		b.post("/checkout", form...).is(http.StatusSeeOther)
		order := s.formOrder(form)
		// The coin is taken off between the two presses: the form is refused now, and its order is not.
		coins, err := s.db.Coins(t.Context())
		require.NoError(t, err)
		coins[0].Enabled = false
		require.NoError(t, s.db.PutCoin(t.Context(), coins[0]))
		s.shown(b, b.post("/checkout", form...), order)
		mend()
	})
}

func TestPayOrder_AFaultLeadsToTheOrderWithANotice(t *testing.T) {
	t.Parallel() // most of the time is waiting
	for name, fault := range map[string]struct{ change, when string }{
		"wish not stored":        {"UPDATE ON attempts", "NEW.intent = 'retry'"},
		"new attempt not stored": {"INSERT ON attempts", "1 = 1"},
		"submission not begun":   {"UPDATE ON attempts", "NEW.state = 'submitting'"},
		"answer not stored":      {"UPDATE ON attempts", "NEW.state = 'open'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachFaulty(t, func(t *testing.T, s *faulty) {
				b := s.browser()
				_, order := b.place("2")
				quotes := b.get("/orders/" + order.Ref).value("quotes")
				mend := s.refuse(fault.change, fault.when)
				s.shown(b, b.post("/orders/"+order.Ref+"/pay", "quotes", quotes, "coin", "BTC", "payer_uid", alice), order).has(english.T("order.notice.unfinished"))
				mend()
			})
		})
	}
}

func TestCancelOrder_AFaultLeadsToTheOrderWithANotice(t *testing.T) {
	eachFaulty(t, func(t *testing.T, s *faulty) {
		b := s.browser()
		_, order := b.place("2")
		mend := s.refuse("UPDATE ON attempts", "NEW.intent = 'cancel'")
		s.shown(b, b.post("/orders/"+order.Ref+"/cancel"), order).has(english.T("order.notice.unfinished"))
		mend()
		s.shown(b, b.post("/orders/"+order.Ref+"/cancel"), order).lacks(english.T("order.notice.unfinished"))
		assert.Equal(t, models.OrderCancelled, s.order("/orders/"+order.Ref).State)
	})
}

func TestReorder_AFaultPutsNothingIntoTheCart(t *testing.T) {
	eachFaulty(t, func(t *testing.T, s *faulty) {
		b := s.browser()
		b.buy("2")
		b.post("/cart/items", "variant", s.variant("pot", "POT").ID, "quantity", "1").redirects("/cart")
		form := b.form()
		b.post("/checkout", form...).is(http.StatusSeeOther)
		order := s.formOrder(form)
		mend := s.refuse("INSERT ON cart_lines", "NEW.variant_id = '"+order.Lines[1].VariantID+"'")
		b.post("/orders/" + order.Ref + "/reorder").redirects("/orders/" + order.Ref)
		b.get("/orders/" + order.Ref).is(http.StatusOK).has(english.T("order.notice.unfinished"))
		mend()
		b.post("/orders/" + order.Ref + "/reorder").redirects("/cart")
		b.get("/cart").has("$58.50") // each line once: 2 × 12 and 34.50
	})
}

func TestOrder_IsShownAlthoughNothingCanBeWritten(t *testing.T) {
	eachFaulty(t, func(t *testing.T, s *faulty) {
		b := s.browser()
		_, order := b.place("2")
		s.clock.Advance(3e9) // the platform may be asked again, if only that could be noted
		mend := s.refuse("UPDATE ON attempts", "1 = 1")
		b.get("/payments/return/"+order.ReturnRef).is(http.StatusOK).has("$24.00", order.NumberText)
		b.get("/orders/"+order.Ref).is(http.StatusOK).has("$24.00", "ann@example.com")
		mend()
	})
}

func TestOrder_IsShownAlthoughTheNoticeCannotBeTaken(t *testing.T) {
	eachFaulty(t, func(t *testing.T, s *faulty) {
		b := s.browser()
		_, order := b.place("2")
		mend := s.refuse("UPDATE ON attempts", "NEW.intent = 'cancel'")
		b.post("/orders/" + order.Ref + "/cancel").redirects("/orders/" + order.Ref)
		mend()
		mend = s.refuse("UPDATE ON sessions", "1 = 1")
		for range 2 {
			b.get("/orders/"+order.Ref).is(http.StatusOK).has("$24.00", english.T("order.notice.unfinished"))
		}
		mend()
		b.get("/orders/" + order.Ref).is(http.StatusOK).has(english.T("order.notice.unfinished"))
		b.get("/orders/" + order.Ref).is(http.StatusOK).lacks(english.T("order.notice.unfinished"))
	})
}
