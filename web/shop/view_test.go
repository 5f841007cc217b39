package shop

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
)

func dollars() models.Currency { return models.Currency{Code: "USD", Digits: 2} }

func texts(field, chinese string) models.Texts { return models.Texts{"zh-Hans": {field: chinese}} }

func TestCardView(t *testing.T) {
	card := models.ProductCard{
		Slug: "mug", Title: "Mug", Summary: "Holds tea", Cover: "pictures/mug.svg", Texts: texts("title", "陶杯"),
		MinPrice: models.MustAmount("1234.5"), MaxPrice: models.MustAmount("1234.50"), OnHand: 6,
	}
	want := pages.Card{
		Slug: "mug", Title: "Mug", Summary: "Holds tea", Price: "$1,234.50", Picture: templates.Picture{Source: "pictures/mug.svg"},
	}
	assert.Equal(t, want, cardView(i18n.ByTag("en"), dollars(), card))

	card.MaxPrice, card.OnHand = models.MustAmount("2000"), 5
	want.Title, want.Price, want.From, want.Left = "陶杯", "US$1,234.50", true, 5
	assert.Equal(t, want, cardView(i18n.ByTag("zh-Hans"), dollars(), card))

	card.OnHand = 0
	got := cardView(i18n.ByTag("en"), dollars(), card)
	assert.True(t, got.SoldOut)
	assert.Zero(t, got.Left)
}

func TestCartView_SaysWhatHasChanged(t *testing.T) {
	line := func(change func(*models.CartLine)) models.CartLine {
		l := models.CartLine{
			VariantID: "v", Slug: "mug", Title: "Mug", VariantTitle: "Blue", Quantity: 2, OnHand: 2,
			Price: models.MustAmount("10"), SeenPrice: models.MustAmount("10.00"),
		}
		change(&l)
		return l
	}
	for name, c := range map[string]struct {
		line    models.CartLine
		want    []pages.LineProblem
		notices []pages.Notice
		blocked bool
	}{
		"nothing": {line: line(func(*models.CartLine) {})},
		"dearer": {
			line:    line(func(l *models.CartLine) { l.Price = models.MustAmount("12") }),
			want:    []pages.LineProblem{{Kind: pages.LinePriceChanged, From: "$10.00", To: "$12.00"}},
			notices: []pages.Notice{{Kind: pages.NoticePriceChanged, Product: "Mug, Blue", From: "$10.00", To: "$12.00"}},
		},
		"too many": {
			line: line(func(l *models.CartLine) { l.OnHand = 1 }), blocked: true,
			want:    []pages.LineProblem{{Kind: pages.LineOnlyLeft, Left: 1}},
			notices: []pages.Notice{{Kind: pages.NoticeOnlyLeft, Product: "Mug, Blue", Left: 1}},
		},
		"sold out and cheaper": {
			line: line(func(l *models.CartLine) { l.OnHand, l.Price = 0, models.MustAmount("9") }), blocked: true,
			want: []pages.LineProblem{{Kind: pages.LineSoldOut}, {Kind: pages.LinePriceChanged, From: "$10.00", To: "$9.00"}},
			notices: []pages.Notice{
				{Kind: pages.NoticeSoldOut, Product: "Mug, Blue"},
				{Kind: pages.NoticePriceChanged, Product: "Mug, Blue", From: "$10.00", To: "$9.00"},
			},
		},
		"gone": {
			line: line(func(l *models.CartLine) { l.ProductHidden, l.OnHand, l.Price = true, 0, models.MustAmount("1") }), blocked: true,
			want:    []pages.LineProblem{{Kind: pages.LineGone}},
			notices: []pages.Notice{{Kind: pages.NoticeGone, Product: "Mug, Blue"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cart := models.Cart{Lines: []models.CartLine{c.line}}
			view := cartView(i18n.ByTag("en"), dollars(), cart, payments.Bill{})
			assert.Equal(t, c.want, view.Lines[0].Problems)
			assert.Equal(t, c.blocked, view.Blocked)
			assert.Equal(t, c.notices, cartNotices(i18n.ByTag("en"), dollars(), cart))
		})
	}
}

func TestRefuse_ShowsWhatWasTyped(t *testing.T) {
	view := pages.CartView{Lines: []pages.CartLine{
		{Variant: "a", Typed: "1"},
		{Variant: "b", Typed: "2", Problems: []pages.LineProblem{{Kind: pages.LineOnlyLeft, Left: 1}, {Kind: pages.LinePriceChanged}}},
	}}
	refuse(&view, "b", "many", pages.LineProblem{Kind: pages.LineBadQuantity})
	assert.Equal(t, pages.CartLine{Variant: "a", Typed: "1"}, view.Lines[0])
	assert.Equal(t, "many", view.Lines[1].Typed)
	assert.Equal(t, []pages.LineProblem{{Kind: pages.LineBadQuantity}, {Kind: pages.LinePriceChanged}}, view.Lines[1].Problems)
}

func TestCoinChoices(t *testing.T) {
	end := time.Date(2026, 11, 22, 12, 10, 0, 0, time.UTC)
	offers := payments.Offers{Token: "sealed", ExpiresAt: end, Left: 10 * time.Minute, List: []payments.Offer{
		{Coin: models.Coin{Symbol: "BTC", Name: "Bitcoin"}, Problem: models.RateStale},
		{
			Coin:  models.Coin{Symbol: "USDT", Name: "Tether"},
			Quote: models.Quote{Coin: "USDT", Amount: models.MustAmount("20"), Rate: models.MustAmount("1"), Source: models.FixedRate},
		},
		{
			Coin: models.Coin{Symbol: "ETH", Name: "Ether"},
			Quote: models.Quote{
				Coin: "ETH", Amount: models.MustAmount("0.006667"), Rate: models.MustAmount("3000"), Spread: models.MustAmount("0.5"), Source: "Ticker",
				ExpiresAt: end,
			},
		},
	}}
	until := templates.Moment{Text: "22 November 2026, 12:10 UTC", ISO: "2026-11-22T12:10:00Z"}
	view := paymentView(i18n.ByTag("en"), dollars(), offers, paymentForm{uid: "77"}, models.Payer{})
	assert.Equal(t, pages.PaymentForm{
		Quotes: "sealed", Until: until, Left: 600, PayerUID: "77", Coins: []pages.CoinChoice{
			{Symbol: "BTC", Name: "Bitcoin", Paused: true},
			{Symbol: "USDT", Name: "Tether", Amount: "20 USDT", Rate: "$1.00", Selected: true},
			{Symbol: "ETH", Name: "Ether", Amount: "0.006667 ETH", Rate: "$3,000.00", Spread: "0.5%", Source: "Ticker", Until: until},
		},
	}, view, "the first that can pay is chosen; what was typed stays")

	chosen := coinChoices(i18n.ByTag("en"), dollars(), offers, "ETH")
	assert.False(t, chosen[1].Selected)
	assert.True(t, chosen[2].Selected)
	for _, c := range coinChoices(i18n.ByTag("en"), dollars(), offers, "BTC") {
		assert.False(t, c.Selected, "a coin that rests is not chosen, and no other is chosen in its place")
	}
}

func TestOrderState_OverEveryPair(t *testing.T) {
	direct := map[models.OrderState]pages.OrderState{
		models.OrderPaid: pages.OrderPaid, models.OrderExpired: pages.OrderExpired,
		models.OrderCancelled: pages.OrderCancelled, models.OrderReview: pages.OrderReview,
	}
	for want, order := range map[pages.OrderState]models.Order{
		pages.OrderPart:      {State: models.OrderPaid, Fulfilment: models.FulfilmentPart, Refunds: models.RefundsInFlight},
		pages.OrderFulfilled: {State: models.OrderPaid, Fulfilment: models.FulfilmentSent, Refunds: models.RefundsPart},
		pages.OrderRefunded:  {State: models.OrderPaid, Fulfilment: models.FulfilmentSent, Refunds: models.RefundsAll},
		pages.OrderReturning: {State: models.OrderCancelled, Refunds: models.RefundsInFlight},
		pages.OrderReturned:  {State: models.OrderCancelled, Refunds: models.RefundsAll},
	} {
		assert.Equal(t, want, orderState(order, false))
	}
	awaiting := map[models.AttemptState]pages.OrderState{
		models.AttemptCreated: pages.OrderConfirming, models.AttemptSubmitting: pages.OrderConfirming,
		models.AttemptOpen: pages.OrderAwaiting, models.AttemptUnknown: pages.OrderUnknown,
		models.AttemptFailed: pages.OrderFailed, models.AttemptClosed: pages.OrderFailed, models.AttemptPaid: pages.OrderConfirming,
	}
	for _, o := range models.OrderStates() {
		for _, a := range modelstest.Constants[models.AttemptState]() {
			order := models.Order{State: o, Fulfilment: models.FulfilmentNone, Refunds: models.RefundsNone, Attempts: []models.Attempt{{State: a}}}
			want, ok := direct[o]
			if !ok {
				want = awaiting[a]
			}
			assert.Equal(t, want, orderState(order, false), "%s, %s", o, a)
		}
	}
	open := func(intent models.Intent) models.Order {
		return models.Order{State: models.OrderAwaiting, Attempts: []models.Attempt{{State: models.AttemptOpen, Intent: intent}}}
	}
	assert.Equal(t, pages.OrderConfirming, orderState(open(models.IntentNone), true), "back from the pay page nothing is sure")
	assert.Equal(t, pages.OrderCancelling, orderState(open(models.IntentCancel), false))
	assert.Equal(t, pages.OrderCancelling, orderState(open(models.IntentExpire), true))
	assert.Equal(t, pages.OrderConfirming, orderState(open(models.IntentRetry), false))
	assert.Equal(t, pages.OrderConfirming, orderState(models.Order{State: models.OrderAwaiting}, false))
}

func TestOrderView(t *testing.T) {
	placed := time.Date(2026, 11, 22, 14, 35, 0, 0, time.UTC)
	order := models.Order{
		Ref: "REF", State: models.OrderAwaiting, Email: "ann@example.com", Currency: "USD", Digits: 2, Total: models.MustAmount("24"), GoodsTotal: models.MustAmount("24"),
		CreatedAt: placed, ExpiresAt: placed.Add(30 * time.Minute),
		Lines: []models.OrderLine{{
			Slug: "mug", Title: "Mug", Quantity: 2, UnitPrice: models.MustAmount("12"), Total: models.MustAmount("24"), Cover: "m.svg",
		}},
		Attempts: []models.Attempt{{
			State: models.AttemptOpen, Coin: "USDT", Amount: models.MustAmount("24"), Rate: models.MustAmount("1"), PayerUserID: "123456789",
			OrderNum: "42",
		}},
	}
	view := orderView(i18n.ByTag("en"), order, placed.Add(61*time.Second), false)
	assert.Equal(t, pages.OrderAwaiting, view.State)
	assert.Equal(t, pages.Deadline{Until: templates.Moment{Text: "22 November 2026, 15:05 UTC", ISO: "2026-11-22T15:05:00Z"}, Left: 28*60 + 59}, view.Deadline)
	assert.Equal(t, templates.Moment{Text: "22 November 2026, 14:35 UTC", ISO: "2026-11-22T14:35:00Z"}, view.Placed)
	assert.Empty(t, view.PaidAt, "not paid: no time at all, and no year 1")
	assert.Equal(t, pages.AttemptView{Amount: "24 USDT", Coin: "USDT", Rate: "$1.00", Payer: "…6789", OrderNum: "42"}, view.Attempt)
	assert.Equal(t, templates.Totals{Goods: "$24.00", Total: "$24.00"}, view.Totals)
	assert.True(t, view.CanCancel)
	assert.Empty(t, view.Problem)

	late := orderView(i18n.ByTag("en"), order, placed.Add(time.Hour), false)
	assert.Zero(t, late.Deadline.Left)

	order.Attempts[0].State, order.Attempts[0].ProblemCode = models.AttemptFailed, "70006"
	failed := orderView(i18n.ByTag("en"), order, placed, false)
	assert.Equal(t, "70006", failed.Problem)
	assert.True(t, failed.CanCancel)
	assert.Equal(t, 1800, failed.Deadline.Left, "a refused order can still be paid, until then")

	order.State = models.OrderCancelled
	over := orderView(i18n.ByTag("en"), order, placed, false)
	assert.False(t, over.CanCancel)
	assert.Zero(t, over.Deadline)
	assert.Zero(t, over.State.RefreshSeconds(), "a page with nothing to wait for does not ask again")
}

func TestSearchText(t *testing.T) {
	assert.Equal(t, "blue mug", searchText("  blue   mug "))
	long := strings.Repeat("茶", 150)
	assert.Len(t, []rune(searchText(long)), maxQuery)
}
