package web_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/checkouts"
	"github.com/coincart/coincart/payments/paymentstest"
)

// ask makes a checkout of another program: 20 USD with ways back to shop.example.org.
func (s *shop) ask(edits ...func(*checkouts.CreateInput)) models.Checkout {
	s.t.Helper()
	in := checkouts.CreateInput{
		Amount: "20.00", Reference: "A-1001", SuccessURL: "https://shop.example.org/thanks?a=b#top", CancelURL: "https://shop.example.org/basket",
	}
	for _, edit := range edits {
		edit(&in)
	}
	text, shown := models.NewKey(true)
	key := models.APIKey{Name: "Test", Shown: shown, Live: true, Origins: models.TextList{"https://shop.example.org"}, Scopes: models.TextList{"checkouts:write"}}
	require.NoError(s.t, s.db.InsertAPIKey(s.t.Context(), &key, models.Secret(text)))
	answer, _, err := s.services.Checkouts.Create(s.t.Context(), in, key, paymentstest.Request(key, "POST /checkouts", models.NewRef(), in))
	require.NoError(s.t, err)
	var made struct{ ID string }
	require.NoError(s.t, json.Unmarshal([]byte(answer.Body), &made))
	return s.checkout(made.ID)
}

func (s *shop) checkout(id string) models.Checkout {
	s.t.Helper()
	c, err := s.db.Checkout(s.t.Context(), id)
	require.NoError(s.t, err)
	return c
}

// payHosted presses pay on a checkout's page and returns the address of the platform's page.
func (b *browser) payHosted(at string) string {
	b.s.t.Helper()
	p := b.get(at).is(http.StatusOK)
	return b.post(at+"/pay", "quotes", p.value("quotes"), "coin", "USDT", "payer_uid", alice).is(http.StatusSeeOther).header.Get("Location")
}

func TestHosted_IsPaidAndLeadsOn(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.ask()
		at, b := "/c/"+c.ID, s.browser()
		page := b.get(at).is(http.StatusOK).has("Osier", "$20.00", "A-1001", `content="noindex"`, `action="`+at+`/pay"`, "https://shop.example.org/basket", at+"/qr.svg")
		page.lacks(`href="/cart"`, "site-search", "demo-band")
		assert.Equal(t, "no-store", page.header.Get("Cache-Control"))
		assert.Equal(t, models.CheckoutOpen, s.checkout(c.ID).Status, "looking makes nothing")

		b.post(at + "/pay").is(http.StatusUnprocessableEntity).has(`aria-invalid="true"`)
		assert.Contains(t, b.payHosted(at), "pay.html")
		assert.Equal(t, models.CheckoutProcessing, s.checkout(c.ID).Status)
		stranger := s.browser()
		stranger.get(at).is(http.StatusOK).has(english.T("hosted.state.awaiting.title"), at+"/pay")
		assert.Contains(t, stranger.post(at+"/pay").is(http.StatusSeeOther).header.Get("Location"), "pay.html", "a second press goes on with the payment")
		assert.Len(t, s.platform.Orders(), 1)

		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		s.clock.Advance(3 * time.Second)
		order, err := s.db.Order(t.Context(), s.checkout(c.ID).OrderID)
		require.NoError(t, err)
		onwards := "https://shop.example.org/thanks?a=b&amp;checkout=" + c.ID + "#top"
		s.browser().get("/payments/return/"+order.ReturnRef).is(http.StatusOK).has(english.T("hosted.state.paid.title"), onwards)
		s.browser().get(at).is(http.StatusOK).has(english.T("hosted.state.paid.title"), onwards).lacks(alice[4:], `action="`+at+`/pay"`)
		assert.Equal(t, models.CheckoutPaid, s.checkout(c.ID).Status)
		b.post(at + "/pay").redirects(at)
	})
}

func TestHosted_EndsWithWords(t *testing.T) {
	s := newShop(t, sqlite)
	late := s.ask()
	s.clock.Advance(31 * time.Minute)
	b := s.browser()
	ended := b.get("/c/"+late.ID).is(http.StatusOK).has(english.T("hosted.end.expired.title"), "https://shop.example.org/basket").lacks("/pay\"")
	assert.Contains(t, ended.body, english.T("hosted.end.expired.text", "Shop", "Osier"))
	b.post("/c/"+late.ID+"/pay", "coin", "USDT", "payer_uid", alice).redirects("/c/" + late.ID)
	s.work()
	assert.Equal(t, models.CheckoutExpired, s.checkout(late.ID).Status)
	b.get("/c/" + late.ID).is(http.StatusOK).has(english.T("hosted.end.expired.title"))

	off := s.ask()
	require.NoError(t, s.db.EndCheckout(t.Context(), off.ID, models.CheckoutCancelled))
	b.get("/c/" + off.ID).is(http.StatusOK).has(english.T("hosted.end.cancelled.title"))

	lost := s.ask()
	b.payHosted("/c/" + lost.ID)
	s.clock.Advance(4 * time.Hour)
	s.work()
	assert.Equal(t, models.CheckoutExpired, s.checkout(lost.ID).Status)
	b.get("/c/" + lost.ID).is(http.StatusOK).has(english.T("hosted.state.expired.title")).lacks("/reorder")
	require.NoError(t, s.platform.PayLate(s.platform.Orders()[0].OrderNum))
	s.work()
	require.Equal(t, models.CheckoutReview, s.checkout(lost.ID).Status)
	s.browser().get("/c/" + lost.ID).is(http.StatusOK).has(english.T("hosted.state.review.title", "Shop", "Osier"))
}

func TestHosted_SpeaksTheLanguageOfTheCheckout(t *testing.T) {
	s := newShop(t, sqlite)
	zh := s.ask(func(in *checkouts.CreateInput) { in.Lang = "zh-Hans" })
	s.browser().get("/c/" + zh.ID).is(http.StatusOK).has(`lang="zh-Hans"`)
	b := s.browser()
	b.post("/language", "lang", "en", "next", "/c/"+zh.ID).redirects("/c/" + zh.ID)
	b.get("/c/" + zh.ID).is(http.StatusOK).has(`<html lang="en"`)
}

func TestHosted_DemoHasABandAndCodesNoSecrets(t *testing.T) {
	s := newShop(t, sqlite)
	c := s.ask()
	c.ID, c.FormToken, c.Live = "", "", false
	require.NoError(t, s.db.InsertCheckout(t.Context(), &c))
	b := s.browser()
	b.get("/c/"+c.ID).is(http.StatusOK).has("demo-band", english.T("hosted.demo"))
	code := b.get("/c/" + c.ID + "/qr.svg").is(http.StatusOK)
	assert.Equal(t, "image/svg+xml", code.header.Get("Content-Type"))
	for _, path := range []string{"/c/x", "/c/co_" + models.NewRef(), "/c/co_" + models.NewRef() + "/qr.svg", "/c/co_" + models.NewRef() + "/live"} {
		b.get(path).is(http.StatusNotFound)
	}
}

func TestHosted_OtherWayAfterARefusal(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.ask()
		at, b := "/c/"+c.ID, s.browser()
		b.payHosted(at)
		require.NoError(t, s.platform.Fail(s.platform.Orders()[0].OrderNum))
		s.clock.Advance(3 * time.Second)
		order, err := s.db.Order(t.Context(), s.checkout(c.ID).OrderID)
		require.NoError(t, err)
		s.browser().get("/payments/return/" + order.ReturnRef).is(http.StatusOK).has(`href="` + at + `"`)
		page := s.browser().get(at).is(http.StatusOK).has(`name="coin"`, at+"/pay")
		assert.Equal(t, models.CheckoutOpen, s.checkout(c.ID).Status)
		b.post(at+"/pay", "quotes", page.value("quotes"), "coin", "BTC", "payer_uid", alice).is(http.StatusSeeOther)
		assert.Len(t, s.platform.Orders(), 2)
		assert.Equal(t, models.CheckoutProcessing, s.checkout(c.ID).Status)
	})
}

func TestHosted_UnreachableExchangeLeavesItOpen(t *testing.T) {
	s := newShop(t, sqlite)
	c := s.ask()
	at, b := "/c/"+c.ID, s.browser()
	p := b.get(at).is(http.StatusOK)
	s.unplugged()
	b.post(at+"/pay", "quotes", p.value("quotes"), "coin", "USDT", "payer_uid", alice).is(http.StatusServiceUnavailable).has(english.T("order.notice.unreachable_pay"))
	assert.Equal(t, models.CheckoutOpen, s.checkout(c.ID).Status)
}
