package shop_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/shop"
)

func TestOrder_EveryStateSaysWhereItStandsAndWhatNext(t *testing.T) {
	const pay, cancel, again = `/pay"`, `/cancel"`, `/reorder"`
	f := fixtures{i18n.ByTag("en")}
	for state, want := range map[shop.OrderState]struct{ must, not []string }{
		shop.OrderAwaiting: {
			[]string{
				english.T("order.state.awaiting.title"), english.N("order.minutes", 23), pay, cancel, english.T("order.other_way"), english.T("order.amount"), "every 8s, live",
				english.T("order.pay_by"), `data-until="1439"`,
			},
			[]string{again, english.T("order.amount_paid")},
		},
		shop.OrderUnpaid: {
			[]string{english.T("order.state.unpaid.title"), english.N("order.minutes", 23), pay, cancel, english.T("order.pay_by"), "?shown=unpaid&amp;back=1", "every 5s, live"},
			[]string{again, english.T("order.state.confirming.title"), english.T("order.amount_paid")},
		},
		shop.OrderConfirming: {
			[]string{english.T("order.state.confirming.title"), "every 3s", `href="/orders/` + ref + `"`}, []string{pay, cancel, "failed", english.T("order.state.failed.title")},
		},
		shop.OrderUnknown: {
			[]string{english.T("order.state.unknown.title"), english.T("order.state.unknown.text"), "every 3s"}, []string{pay, cancel, "failed", english.T("order.state.failed.title")},
		},
		shop.OrderFailed: {
			[]string{
				english.T("order.state.failed.title"), english.T("failure.balance"), english.T("order.try_again"), pay, cancel, `name="coin"`, `name="payer_uid"`,
				english.N("order.minutes", 23), english.T("order.pay_by"), "every 20s, live",
			},
			[]string{again, `http-equiv="refresh"`},
		},
		shop.OrderCancelling: {[]string{english.T("order.state.cancelling.title"), english.T("order.state.cancelling.text"), "every 3s"}, []string{pay, cancel}},
		shop.OrderCancelled:  {[]string{english.T("order.state.cancelled.title"), again}, []string{pay, cancel, "hx-trigger"}},
		shop.OrderExpired:    {[]string{english.T("order.state.expired.title"), again}, []string{pay, cancel, "hx-trigger"}},
		shop.OrderPaid: {
			[]string{english.T("order.state.paid.title"), "ada@example.com", english.T("order.amount_paid"), "0.00191260 BTC", "2026112214050012345"},
			[]string{pay, cancel, again, "hx-trigger", english.T("order.amount")},
		},
		shop.OrderFulfilled: {[]string{english.T("order.state.fulfilled.title"), english.T("order.amount_paid")}, []string{pay, cancel}},
		shop.OrderReview:    {[]string{english.T("order.review.late.title"), english.T("order.review.late.text", "Email", "ada@example.com")}, []string{pay, cancel, again}},
		shop.OrderPart:      {[]string{english.T("order.state.part.title"), english.T("order.fulfilment.part")}, []string{pay, cancel}},
		shop.OrderReturning: {[]string{english.T("order.state.returning.title")}, []string{pay, cancel, again}},
		shop.OrderReturned:  {[]string{english.T("order.state.returned.title")}, []string{pay, cancel, again}},
		shop.OrderRefunded:  {[]string{english.T("order.state.refunded.title")}, []string{pay, cancel}},
	} {
		t.Run(string(state), func(t *testing.T) {
			html := render(t, shop.Order(f.order(state)))
			for _, text := range want.must {
				assert.Contains(t, html, text)
			}
			for _, text := range want.not {
				assert.NotContains(t, html, text)
			}
		})
	}
}

// What the limited page says and offers fits everybody who knows the address.
func TestOrder_TheLimitedPageNamesNobodyAndOffersPayingAlone(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	for _, state := range shop.OrderStates() {
		for _, v := range []shop.OrderView{f.limited(state), f.returned(state)} {
			html := render(t, shop.Order(v))
			for _, no := range []string{"@", "{{", "/cancel\"", "/reorder\"", `name="coin"`, `name="payer_uid"`, english.T("order.keep"), english.T("order.again")} {
				assert.NotContains(t, html, no, state)
			}
			assert.Equal(t, state.Payable(), strings.Contains(html, `action="`+v.Base+`/pay"`), state)
			assert.Equal(t, v.Proof.Shown, strings.Contains(html, `action="`+v.Base+`/show"`), state)
			assert.Contains(t, html, english.N("own.pieces", 3))
		}
	}
	assert.Contains(t, render(t, shop.Order(f.ownReturned())), `href="/orders/`+ref+`"`)
}

func TestRefreshSeconds_OnlyPagesThatWaitAskAgain(t *testing.T) {
	waiting := map[shop.OrderState]bool{
		shop.OrderAwaiting: true, shop.OrderUnpaid: true, shop.OrderConfirming: true, shop.OrderUnknown: true, shop.OrderCancelling: true,
		shop.OrderReturning: true, shop.OrderPart: true, shop.OrderReview: true,
	}
	for _, state := range shop.OrderStates() {
		assert.True(t, shop.HasLook(state), state)
		assert.Equal(t, waiting[state], state.RefreshSeconds() > 0, state)
	}
}

func TestOrder_EveryReasonForAReviewHasItsOwnWords(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	said := map[string]bool{}
	for _, reason := range shop.ReviewReasons() {
		v := f.order(shop.OrderReview)
		v.Review = reason
		id := "order.review." + string(reason)
		title, text := english.T(id+".title"), english.T(id+".text", "Email", v.Email)
		html := render(t, shop.Order(v))
		assert.Contains(t, html, title)
		assert.Contains(t, html, text)
		assert.NotContains(t, html, "/pay\"")
		said[title+text] = true
	}
	assert.Len(t, said, len(shop.ReviewReasons()))
}

func TestOrder_RefusalsAreSaidInAShoppersWords(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	said := map[string]string{}
	for code, want := range map[string]string{
		"70004": "failure.payer", "60004": "failure.payer", "60002": "failure.sign_in", "70005": "failure.merchant", "70006": "failure.balance", "70007": "failure.coin",
		"70008": "failure.amount", "unreachable": "failure.unreachable", "not_sent": "failure.unreachable", "not_found": "failure.unreachable",
		"pay_failed": "failure.pay_failed", "closed": "failure.closed", "10001": "failure.other", "": "failure.other",
	} {
		v := f.order(shop.OrderFailed)
		v.Problem = code
		html := render(t, shop.Order(v))
		assert.Contains(t, html, english.T(want), code)
		if code != "" {
			assert.NotContains(t, html, ">"+code, "codes are not for shoppers")
		}
		said[code] = want
	}
	assert.Len(t, said, 14)
}

func TestOrder_TheLastMinute(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	v := f.order(shop.OrderAwaiting)
	v.Deadline.Left = 119
	assert.Contains(t, render(t, shop.Order(v)), english.N("order.minutes", 1))
	v.Deadline.Left = 59
	assert.Contains(t, render(t, shop.Order(v)), english.T("order.last_minute"))
	v.Deadline.Left = 0
	assert.Contains(t, render(t, shop.Order(v)), ">"+english.T("order.over")+"<")
}

func TestOrder_ProblemsOfTheFormOpenIt(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	v := f.order(shop.OrderAwaiting)
	assert.Contains(t, render(t, shop.Order(v)), `<details class="panel">`)
	v.Payment.PayerUID, v.Payment.PayerProblem = "x1", invalid.PayerUID
	html := render(t, shop.Order(v))
	assert.Contains(t, html, `<details class="panel" open>`)
	assert.Contains(t, html, `value="x1"`)
	assert.Contains(t, html, `href="#payer_uid"`)
}

func TestOrderStatus_LeavesTheFormAloneUntilTheStateChanges(t *testing.T) {
	f := fixtures{i18n.ByTag("en")}
	v := f.order(shop.OrderAwaiting)
	v.Shown = "awaiting"
	html := render(t, shop.OrderStatus(v))
	assert.True(t, strings.HasPrefix(html, `<section id="order-status"`))
	assert.NotContains(t, html, "hx-swap-oob")
	assert.NotContains(t, html, "<title>", "the tab's title stays as it is")
	assert.NotContains(t, html, `name="payer_uid"`)

	v = f.order(shop.OrderPaid)
	v.Shown = "awaiting"
	html = render(t, shop.OrderStatus(v))
	assert.Equal(t, 4, strings.Count(html, "hx-swap-oob"))
	assert.Contains(t, html, "<title>"+english.T("order.state.paid.title")+" · "+english.T("order.title.number", "Number", "#1042")+" · Osier</title>")
	assert.Contains(t, html, `<p id="order-live" hx-swap-oob="innerHTML">`+english.T("order.state.paid.title")+`</p>`)
	assert.Contains(t, html, `<div id="order-pay" hx-swap-oob="true"></div>`)
	assert.Contains(t, html, english.T("order.amount_paid"))
	assert.NotContains(t, html, "hx-get")
	assert.NotContains(t, html, "<main")
}

func TestWords_EveryKindHasSome(t *testing.T) {
	for _, tag := range []string{"en", "zh-Hans"} {
		f := fixtures{i18n.ByTag(tag)}
		for _, kind := range []shop.BuyProblem{shop.BuyNoVariant, shop.BuyBadQuantity, shop.BuyOnlyLeft, shop.BuySoldOut, shop.BuyTooMany} {
			v := f.product()
			v.Problem, v.Left = kind, 2
			assert.Regexp(t, `id="buy-problem".*?<span>[^<]{5,}</span>`, render(t, shop.BuyForm(v)), kind)
		}
		for _, kind := range []shop.LineProblemKind{shop.LinePriceChanged, shop.LineOnlyLeft, shop.LineSoldOut, shop.LineGone, shop.LineBadQuantity} {
			v := f.cart()
			v.Lines[0].Problems = []shop.LineProblem{{Kind: kind, Left: 2, From: "1", To: "2"}}
			html := render(t, shop.Cart(v))
			assert.Regexp(t, `id="problem-v1".*?<span>[^<]{5,}</span>`, html, kind)
			assert.NotContains(t, html, "cart.line.", "the catalogue has the words")
		}
		for _, kind := range []shop.NoticeKind{
			shop.NoticePriceChanged, shop.NoticeOnlyLeft, shop.NoticeSoldOut, shop.NoticeGone, shop.NoticeRatesChanged, shop.NoticeCartChanged, shop.NoticeUnreachable,
			shop.NoticeRecounted, shop.NoticeNothingToPay, shop.NoticePieces, shop.NoticeOpenPayer, shop.NoticeOpenEmail, shop.NoticeOpenNetwork,
			shop.NoticeConnected, shop.NoticeConnectFailed, shop.NoticeConnectRefused, shop.NoticeDisconnected, shop.NoticeSignInOver, shop.NoticeBusy, shop.NoticeNotCancellable, shop.NoticeProveFirst, shop.NoticeUnfinished,
		} {
			v := f.checkout()
			v.Notices = []shop.Notice{{Kind: kind, Product: "P", From: "1", To: "2", Left: 3}}
			html := render(t, shop.Checkout(v))
			assert.Regexp(t, `class="note note--(good|bad|warn|plain)">.*?<span>[^<]{5,}</span>`, html, kind)
			assert.NotContains(t, html, "order.notice.", "the catalogue has the words")
		}
		for _, kind := range []invalid.Problem{
			invalid.Missing, invalid.Email, invalid.TooLong, invalid.Characters, invalid.Unknown, invalid.Paused, invalid.PayerUID,
		} {
			v := f.checkout()
			v.EmailProblem, v.NameProblem, v.Payment.CoinProblem, v.Payment.PayerProblem = kind, kind, kind, kind
			assert.Len(t, strings.Split(render(t, shop.Checkout(v)), "field__problem"), 5, kind)
			assert.Regexp(t, `id="email-problem".*?<span>[^<]{5,}</span>`, render(t, shop.Checkout(v)), kind)
		}
	}
}

func TestNewPager(t *testing.T) {
	numbers := func(p shop.Pager) []int {
		var list []int
		for _, l := range p.Links {
			list = append(list, l.Number)
		}
		return list
	}
	for _, test := range []struct {
		n, count int
		want     []int // 0 is a gap
	}{
		{1, 0, nil},
		{1, 1, nil},
		{1, 2, []int{1, 2}},
		{1, 9, []int{1, 2, 0, 9}},
		{3, 9, []int{1, 2, 3, 4, 0, 9}},
		{5, 9, []int{1, 0, 4, 5, 6, 0, 9}},
		{9, 9, []int{1, 0, 8, 9}},
		{99, 9, []int{1, 0, 8, 9}},
		{-4, 3, []int{1, 2, 3}},
	} {
		assert.Equal(t, test.want, numbers(shop.NewPager("/x", nil, test.n, test.count)), "%d of %d", test.n, test.count)
	}

	p := shop.NewPager("/search", url.Values{"q": {"a&b"}, "sort": {""}, "page": {"7"}}, 2, 3)
	assert.Equal(t, "/search?q=a%26b", p.Previous)
	assert.Equal(t, "/search?page=3&q=a%26b", p.Next)
	assert.Equal(t, "/search?page=2&q=a%26b", p.Links[1].URL)
	assert.True(t, p.Links[1].Current)
	assert.Equal(t, "/x", shop.NewPager("/x", nil, 2, 2).Previous)
	assert.Empty(t, shop.NewPager("/x", nil, 2, 2).Next)
}

func BenchmarkProduct(b *testing.B) {
	v := fixtures{i18n.ByTag("en")}.product()
	b.ReportAllocs()
	for b.Loop() {
		var w strings.Builder
		if err := shop.Product(v).Render(b.Context(), &w); err != nil {
			b.Fatal(err)
		}
	}
}
