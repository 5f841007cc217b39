package payments_test

import (
	"errors"
	"flag"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

// COINCART_STORIES is the number of stories for each database; make stories sets it. Unset: a few.
const (
	storiesVariable = "COINCART_STORIES"
	fewOnSQLite     = 7
	fewOnMariaDB    = 3
	sameStories     = "20261122" // make test tells the same stories each time, make stories others
)

// Random stories of a shop: people order, pay too little, too much, late or twice, ask for another coin, give up; the exchange refuses, loses
// answers and callbacks; the staff send parts, refund lines and decide cases. After each step the invariants hold. When all time has passed,
// each order is at an end or has a case for what is undecided, and when people have decided, nothing is open and all sums agree with the
// exchange's ledger.
//
// A story that fails is made shorter and printed, with the seed that tells it again: -run TestStories/sqlite -rapid.seed=N.
func TestStories(t *testing.T) {
	for _, database := range []struct {
		name string
		few  int
		dsn  func(testing.TB) string
	}{{"sqlite", fewOnSQLite, modelstest.SQLiteDSN}, {"mariadb", fewOnMariaDB, modelstest.MariaDBDSN}} {
		t.Run(database.name, func(t *testing.T) {
			set := map[string]string{"rapid.checks": strconv.Itoa(database.few), "rapid.nofailfile": "true"}
			if text := os.Getenv(storiesVariable); text != "" {
				set["rapid.checks"] = text
			} else if flag.Lookup("rapid.seed").Value.String() == "0" {
				set["rapid.seed"] = sameStories
			}
			for name, value := range set {
				before := flag.Lookup(name).Value.String()
				require.NoError(t, flag.Set(name, value))
				t.Cleanup(func() { require.NoError(t, flag.Set(name, before)) })
			}
			seen := map[string]int{}
			rapid.Check(t, func(rt *rapid.T) { tell(t, rt, database.dsn, seen) })
			for _, what := range slices.Sorted(maps.Keys(seen)) {
				t.Logf("%5d %s", seen[what], what)
			}
		})
	}
}

// storyTB lets the shop of a story fail the story, and end with it.
type storyTB struct {
	testing.TB // the test that tells the stories

	rt *rapid.T
}

func (tb storyTB) Helper()                           {}
func (tb storyTB) Cleanup(f func())                  { tb.rt.Cleanup(f) }
func (tb storyTB) Error(args ...any)                 { tb.rt.Error(args...) }
func (tb storyTB) Errorf(format string, args ...any) { tb.rt.Errorf(format, args...) }
func (tb storyTB) Fail()                             { tb.rt.Fail() }
func (tb storyTB) FailNow()                          { tb.rt.FailNow() }
func (tb storyTB) Failed() bool                      { return tb.rt.Failed() }
func (tb storyTB) Fatal(args ...any)                 { tb.rt.Fatal(args...) }
func (tb storyTB) Fatalf(format string, args ...any) { tb.rt.Fatalf(format, args...) }
func (tb storyTB) Log(args ...any)                   { tb.rt.Log(args...) }
func (tb storyTB) Logf(format string, args ...any)   { tb.rt.Logf(format, args...) }

// TempDir returns a folder that goes with the story.
func (tb storyTB) TempDir() string {
	dir, err := os.MkdirTemp("", "story")
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, os.RemoveAll(dir)) })
	return dir
}

// story is a shop in which people do things at random. Beside the shop's records it keeps only what cannot be seen at the exchange: which of
// its claims a person called a mistake.
type story struct {
	*paymentstest.Shop

	rt       *rapid.T
	variants []models.Variant
	began    time.Time
	funds    map[string]models.Amount // of the merchant at the beginning, by coin
	seen     map[string]int           // what happened how often, in all stories
	mistaken map[string]bool          // payments by appOrderId, of which a person has decided that there is no such money
}

// tell tells one story, and counts in seen what it was about.
func tell(t *testing.T, rt *rapid.T, dsn func(testing.TB) string, seen map[string]int) {
	tb := storyTB{t, rt}
	clock := modelstest.NewClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	address := dsn(tb)
	fourEyes := func(sc *sandbox.Config, ac *assembly.Config) {
		ac.FourEyesLimit = models.MustAmount("60")
		sc.Apps[0].Balances = map[string]string{"USDT": "1000", "BTC": "0.02"}
	}
	s := &story{
		Shop: paymentstest.New(tb, modelstest.Open(tb, address, modelstest.WithClock(clock)), clock, fourEyes), rt: rt, began: clock.Now(),
		funds: map[string]models.Amount{"USDT": models.MustAmount("1000"), "BTC": models.MustAmount("0.02")}, mistaken: map[string]bool{}, seen: seen,
	}
	s.DSN = address
	s.furnish()
	rt.Repeat(map[string]func(*rapid.T){
		"":                          func(*rapid.T) { paymentstest.CheckInvariants(tb, s.Store) },
		"order":                     func(*rapid.T) { s.order() },
		"order again":               func(*rapid.T) { s.order() },
		"pay":                       func(*rapid.T) { s.payExactly() },
		"pay another order":         func(*rapid.T) { s.payExactly() },
		"pay a third":               func(*rapid.T) { s.payExactly() },
		"pay another amount":        func(*rapid.T) { s.payAnother() },
		"pay what was given up":     func(*rapid.T) { s.payGivenUp() },
		"pay while it is cancelled": func(*rapid.T) { s.payWhileCancelled() },
		"the exchange ends a pay":   func(*rapid.T) { s.endAtExchange() },
		"choose another coin":       func(*rapid.T) { s.chooseAnotherCoin() },
		"cancel":                    func(*rapid.T) { s.cancel() },
		"refund":                    func(*rapid.T) { s.refund() },
		"decide a refund":           func(*rapid.T) { s.decideRefund(s.person()) },
		"send":                      func(*rapid.T) { s.send() },
		"change what was sent":      func(*rapid.T) { s.changeSent() },
		"decide a case":             func(*rapid.T) { s.decideCase() },
		"count the stock":           func(*rapid.T) { s.countStock() },
		"statement":                 func(*rapid.T) { s.statement() },
		"the exchange misbehaves":   func(*rapid.T) { s.misbehave() },
		"callbacks arrive":          func(*rapid.T) { s.Deliver() },
		"time passes":               func(*rapid.T) { s.passTime() },
	})
	s.end()
}

// furnish adds products of which there are few, coupons, delivery with tax, and a coin whose rate needs rounding.
func (s *story) furnish() {
	ctx := s.T.Context()
	for _, p := range []struct {
		sku, price string
		onHand     int
	}{{"LAMP-1", "33.33", 3}, {"CARD-1", "0.07", 5}} {
		modelstest.Product(s.T, s.Store, func(m *models.Product) {
			m.Slug, m.Title = "story-"+p.sku, p.sku
			m.Variants = []models.Variant{{SKU: p.sku, Price: models.MustAmount(p.price), OnHand: p.onHand}}
		})
		product, err := s.Store.Product(ctx, "story-"+p.sku)
		require.NoError(s.T, err)
		s.variants = append(s.variants, product.Variants[0])
	}
	s.variants = append(s.variants, s.Variant)
	s.AddZone()
	s.AddCoupon()
	s.AddCoupon(func(c *models.Coupon) {
		c.Code, c.Kind, c.Value, c.MaxUses = "TWICE", models.CouponFixed, models.MustAmount("3.33"), 2
	})
	tether := s.Coin("USDT")
	tether.Rate = models.MustAmount("1.037")
	require.NoError(s.T, s.Store.PutCoin(ctx, tether))
}

// choose draws one of a list; an empty one ends the step.
func choose[E any](s *story, what string, list []E) E {
	if len(list) == 0 {
		s.rt.Skip("there is no " + what)
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(s.rt, what)]
}

// name draws one of some names.
func (s *story) name(what string, names ...string) string {
	return rapid.SampledFrom(names).Draw(s.rt, what)
}

func (s *story) yes(what string) bool { return rapid.Bool().Draw(s.rt, what) }

// person draws one of two people of the staff.
func (s *story) person() models.Actor {
	if s.yes("the second person") {
		return second
	}
	return finance
}

// allow fails the story for an error that none of some functions expects.
func (s *story) allow(err error, expected ...func(error) bool) {
	s.T.Helper()
	if err == nil {
		return
	}
	for _, is := range expected {
		if is(err) {
			s.rt.Logf("refused: %v", err)
			return
		}
	}
	require.NoError(s.T, err)
}

// one expects one of some errors.
func one(list ...error) func(error) bool {
	return func(err error) bool {
		return slices.ContainsFunc(list, func(e error) bool { return errors.Is(err, e) })
	}
}

// kind expects an error of a type.
func kind[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// orders returns all orders as they are stored now, oldest first.
func (s *story) orders() []models.Order {
	s.T.Helper()
	var ids []string
	require.NoError(s.T, s.Store.EachOrderRow(s.T.Context(), models.OrderFilter{}, func(r models.OrderRow) error {
		ids = append(ids, r.ID)
		return nil
	}))
	list := make([]models.Order, len(ids))
	for i, id := range ids {
		var err error
		list[len(ids)-1-i], err = s.Store.Order(s.T.Context(), id)
		require.NoError(s.T, err)
	}
	return list
}

// ordersIn returns the orders in one of some states.
func (s *story) ordersIn(states ...models.OrderState) []models.Order {
	var list []models.Order
	for _, o := range s.orders() {
		if slices.Contains(states, o.State) {
			list = append(list, o)
		}
	}
	return list
}

// atExchange returns the exchange's payments in some states.
func (s *story) atExchange(states ...opay.Status) []sandbox.Order {
	var list []sandbox.Order
	for _, o := range s.Platform.Orders() {
		if o.Type == sandbox.TypePayment && slices.Contains(states, o.Status) {
			list = append(list, o)
		}
	}
	return list
}

// openCases returns the open cases, oldest first.
func (s *story) openCases() []models.Review {
	s.T.Helper()
	rows, _, err := s.Store.ReviewPage(s.T.Context(), true, "", models.MaxPageRows)
	require.NoError(s.T, err)
	list := make([]models.Review, len(rows))
	for i, r := range rows {
		list[len(rows)-1-i] = r
	}
	return list
}

// file returns all that is known of an order.
func (s *story) file(o models.Order) models.OrderFile {
	s.T.Helper()
	return modelstest.OrderFile(s.T, s.Store, o.ID)
}

func (s *story) payer() models.Payer {
	return models.Payer{UserID: s.name("payer", slices.Concat(slices.Repeat([]string{paymentstest.Alice}, 7), []string{paymentstest.Bob, paymentstest.Carol})...)}
}

// order places an order of one to three products.
func (s *story) order() {
	ctx := s.T.Context()
	cart, err := s.Store.CreateCart(ctx)
	require.NoError(s.T, err)
	for range rapid.IntRange(1, 3).Draw(s.rt, "lines") {
		v := choose(s, "product", s.variants)
		_, err := s.Store.AddToCart(ctx, cart.ID, v.ID, rapid.IntRange(1, 3).Draw(s.rt, "pieces"), v.Price)
		require.NoError(s.T, err)
	}
	require.NoError(s.T, s.Store.SetCartPlace(ctx, cart.ID, models.Place{Country: "DE"}))
	require.NoError(s.T, s.Store.SetCartCoupon(ctx, cart.ID, s.name("coupon", "", "", "TEN", "TWICE")))
	in := s.Form(cart.ID)
	in.Email = s.name("e-mail", "ada@example.org", "bob@example.org", "cleo@example.org")
	in.Address, in.Payer = paymentstest.Berlin(), s.payer()
	in.Coin = s.name("coin", slices.Concat(slices.Repeat([]string{"USDT", "BTC"}, 5), []string{"DOGE"})...)
	p, err := s.Place(ctx, in)
	s.allow(err, one(payments.ErrCartChanged, payments.ErrCoin, payments.ErrUnreachable), kind[*store.OutOfStockError], kind[*payments.CouponError])
	s.rt.Logf("ordered %s", p.Ref)
}
