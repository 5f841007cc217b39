package web_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
)

// link makes a payment link of 20 USD, changed as given.
func (s *shop) link(edits ...func(*links.Draft)) models.PaymentLink {
	s.t.Helper()
	d := links.Draft{Slug: "mug-fund", Title: "Mug fund", Kind: models.LinkFixed, Amount: "20.00"}
	for _, edit := range edits {
		edit(&d)
	}
	link, err := s.services.Links.Create(s.t.Context(), staff.CommandLine(), d)
	require.NoError(s.t, err)
	return link
}

func (s *shop) readLink(id string) models.PaymentLink {
	s.t.Helper()
	link, err := s.db.PaymentLink(s.t.Context(), id)
	require.NoError(s.t, err)
	return link
}

// checkoutsOf returns the checkouts of a link.
func (s *shop) checkoutsOf(link models.PaymentLink) []models.Checkout {
	s.t.Helper()
	rows, _, err := s.db.CheckoutPage(s.t.Context(), store.CheckoutFilter{LinkID: link.ID}, "", 100)
	require.NoError(s.t, err)
	return rows
}

// start presses the button of a link and returns the address of its checkout.
func (b *browser) start(slug string, fields ...string) string {
	b.s.t.Helper()
	at := b.post("/pay/"+slug, fields...).is(http.StatusSeeOther).header.Get("Location")
	require.True(b.s.t, strings.HasPrefix(at, "/c/co_"), at)
	return at
}

func TestLink_LookingMakesNothingAndPayingCounts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		link := s.link(func(d *links.Draft) {
			d.MaxUses, d.Thanks, d.ThanksURL, d.AskEmail, d.AskNote = "1", "Thank you very much.", "https://band.example.org/", models.AskRequired, models.AskOptional
		})
		b := s.browser()
		for range 3 {
			b.get("/pay/mug-fund").is(http.StatusOK).has("Mug fund", "$20.00", `content="noindex"`, `name="email"`, `name="note"`).lacks(`name="address"`, `name="amount"`)
		}
		b.get("/pay/mug-fund/qr.svg").is(http.StatusOK)
		assert.Empty(t, s.checkoutsOf(link), "a look makes nothing")
		b.post("/pay/mug-fund", "email", "nobody").is(http.StatusUnprocessableEntity).has(`aria-invalid="true"`, "nobody")
		assert.Empty(t, s.checkoutsOf(link))

		at := b.start("mug-fund", "email", "ada@example.org", "note", "Two lines\r\nof <b>text</b>")
		other := s.browser()
		late := other.start("mug-fund", "email", "bob@example.org")
		latePage := other.get(late).is(http.StatusOK)
		b.payHosted(at)
		assert.Equal(t, 1, s.readLink(link.ID).Uses)
		other.post(late+"/pay", "quotes", latePage.value("quotes"), "coin", "USDT", "payer_uid", alice).is(http.StatusConflict).has(english.T("hosted.end.full.title"))
		other.get("/pay/mug-fund").is(http.StatusOK).has(english.T("pay.closed.used_up")).lacks("<form action=\"/pay/")
		other.post("/pay/mug-fund", "email", "bob@example.org").is(http.StatusConflict)
		assert.Len(t, s.platform.Orders(), 1)

		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		s.work()
		c := s.checkout(strings.TrimPrefix(at, "/c/"))
		assert.Equal(t, models.CheckoutPaid, c.Status)
		assert.Equal(t, "Two lines\nof <b>text</b>", c.Metadata[models.LinkNote])
		s.browser().get(at).is(http.StatusOK).has("Thank you very much.", "https://band.example.org/?checkout="+c.ID).lacks("ada@example.org")
		sums, err := s.db.LinkSums(t.Context(), link.ID)
		require.NoError(t, err)
		require.Len(t, sums, 1)
		assert.Equal(t, 1, sums[0].Count)
		assert.Equal(t, "20", sums[0].Worth.String())
		order, err := s.db.Order(t.Context(), c.OrderID)
		require.NoError(t, err)
		assert.Equal(t, "ada@example.org", order.Email)
	})
}

// A link for one payment is paid once, however many press pay at the same moment, and a try that came to nothing gives its turn back once.
func TestLink_OneUseIsOneUse(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		link := s.link(func(d *links.Draft) { d.MaxUses = "1" })
		const payers = 6
		var press []func()
		for range payers {
			b := s.browser()
			at := b.start("mug-fund")
			quotes := b.get(at).is(http.StatusOK).value("quotes")
			press = append(press, func() { b.post(at+"/pay", "quotes", quotes, "coin", "USDT", "payer_uid", alice) })
		}
		var wg sync.WaitGroup
		for _, f := range press {
			wg.Go(f)
		}
		wg.Wait()
		assert.Len(t, s.platform.Orders(), 1)
		assert.Equal(t, 1, s.readLink(link.ID).Uses)

		// The first comes to nothing, a second pays; the first cannot be tried again.
		var first models.Checkout
		for _, c := range s.checkoutsOf(link) {
			if c.OrderID != "" {
				first = c
			}
		}
		require.NoError(t, s.platform.Fail(s.platform.Orders()[0].OrderNum))
		s.clock.Advance(3 * time.Second)
		b := s.browser()
		b.get("/c/" + first.ID).is(http.StatusOK)
		require.Equal(t, 0, s.readLink(link.ID).Uses)
		b.payHosted(b.start("mug-fund"))
		page := b.get("/c/" + first.ID)
		b.post("/c/"+first.ID+"/pay", "quotes", page.value("quotes"), "coin", "BTC", "payer_uid", alice).is(http.StatusConflict).has(english.T("order.notice.link_closed"))
		assert.Equal(t, 1, s.readLink(link.ID).Uses)
	})
}

func TestLink_ProductReservesAndReturnsStock(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.link(func(d *links.Draft) {
			d.Kind, d.SKU, d.Quantity, d.Slug, d.Title = models.LinkProduct, "POT", "2", "two-pots", ""
		})
		b := s.browser()
		b.get("/pay/two-pots").is(http.StatusOK).has("Tea pot", "$69.00")
		first, second := b.start("two-pots"), b.start("two-pots")
		assert.Equal(t, 0, s.variant("pot", "POT").Reserved, "the form alone holds nothing")
		b.payHosted(first)
		assert.Equal(t, 2, s.variant("pot", "POT").Reserved)
		p := b.get(second).is(http.StatusOK)
		b.post(second+"/pay", "quotes", p.value("quotes"), "coin", "USDT", "payer_uid", alice).is(http.StatusConflict).has(english.T("order.notice.stock_gone"))
		b.get("/pay/two-pots").is(http.StatusOK).has(english.T("pay.closed.sold_out"))
		b.post("/pay/two-pots").is(http.StatusConflict)

		s.clock.Advance(4 * time.Hour)
		s.work()
		assert.Equal(t, 0, s.variant("pot", "POT").Reserved, "not paid in time: the stock is free again")
		third := b.start("two-pots")
		b.payHosted(third)
		orders := s.platform.Orders()
		require.NoError(t, s.platform.Pay(orders[len(orders)-1].OrderNum))
		s.work()
		v := s.variant("pot", "POT")
		assert.Equal(t, []int{1, 0, 2}, []int{v.OnHand, v.Reserved, v.Sold})
	})
}

func TestLink_ChosenAmount(t *testing.T) {
	s := newShop(t, sqlite)
	s.link(func(d *links.Draft) {
		d.Kind, d.Amount, d.MinAmount, d.MaxAmount, d.Suggestions, d.Slug = models.LinkChosen, "", "5", "500", []string{"5", "10.50", "20"}, "tips"
	})
	b := s.browser()
	b.get("/pay/tips?amount=7").is(http.StatusOK).has(`value="7"`, "$10.50", "$500.00")
	for _, wrong := range []string{"", "4.99", "501", "1e3", "7.123", "-6", "seven", "7,5"} {
		b.post("/pay/tips", "amount", wrong).is(http.StatusUnprocessableEntity)
	}
	at := b.start("tips", "amount", "", "suggested", "10.50")
	assert.Equal(t, "10.5", s.checkout(strings.TrimPrefix(at, "/c/")).Amount.String())
	assert.Equal(t, "7.25", s.checkout(strings.TrimPrefix(b.start("tips", "amount", " 7.25 "), "/c/")).Amount.String())
}

func TestLink_InvoiceAndItsEnd(t *testing.T) {
	s := newShop(t, sqlite)
	link := s.link(func(d *links.Draft) {
		d.Kind, d.Amount, d.Slug, d.Title, d.MaxUses = models.LinkInvoice, "", "invoice-7", "Invoice 7", "1"
		d.Lines = []links.Line{{Name: "Work", Quantity: "3", UnitPrice: "80.00"}, {Name: "Travel", UnitPrice: "12.40"}}
		d.DueOn, d.Email, d.Name, d.Lang = s.clock.Now().Add(48*time.Hour), "eve@example.org", "Eve", "zh-Hans"
	})
	b := s.browser()
	page := b.get("/pay/invoice-7").is(http.StatusOK).has("Work", "252.40", `lang="zh-Hans"`).lacks("eve@example.org")
	page.lacks(chinese.T("pay.overdue", "Day", "x")[:6])
	c := s.checkout(strings.TrimPrefix(b.start("invoice-7"), "/c/"))
	assert.Equal(t, "252.4", c.Amount.String())
	assert.Equal(t, "eve@example.org", c.Email)
	s.browser().get("/c/" + c.ID).is(http.StatusOK).lacks("eve@example.org")

	require.NoError(t, s.services.Links.Switch(t.Context(), staff.CommandLine(), link.ID, false))
	b.get("/pay/invoice-7").is(http.StatusOK).has(chinese.T("pay.closed.off", "Shop", "Osier"))
	b.get("/c/" + c.ID).is(http.StatusOK)
	for _, path := range []string{"/pay/nothing", "/pay/No", "/pay/..%2f", "/pay/nothing/qr.svg"} {
		b.get(path).is(http.StatusNotFound)
	}
}

func TestLink_ForeignFormsAreRefused(t *testing.T) {
	s := newShop(t, sqlite)
	link := s.link()
	s.browser().send("/pay/mug-fund", http.Header{"Sec-Fetch-Site": {"cross-site"}}).is(http.StatusForbidden)
	assert.Empty(t, s.checkoutsOf(link))
}

// A form that is sent many times at once, by a button that names its checkout, makes one.
func TestLink_FormSentTwiceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		link, id := s.link(), models.CheckoutPrefix+models.NewRef()
		var wg sync.WaitGroup
		for range 8 {
			b := s.browser()
			wg.Go(func() { assert.Equal(t, "/c/"+id, b.post("/pay/mug-fund", "checkout", id).header.Get("Location")) })
		}
		wg.Wait()
		assert.Len(t, s.checkoutsOf(link), 1)
	})
}
