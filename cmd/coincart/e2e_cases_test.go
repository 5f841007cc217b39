package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
)

// TestE2E_Cases accepts money that came late and sends what it paid for, sends other late money back, and refunds one line of an order while the
// rest is sent.
func TestE2E_Cases(t *testing.T) {
	browsertest.Need(t)
	s := &adminStory{dev: device{name: "cases", lang: "en-US,en", width: 1280, height: 900, still: true, blind: raceEnabled, limit: 8 * time.Minute}}
	s.officeRun = startOffice(t, modelstest.SQLiteDSN(t), instant(today, "10:00:00"), func(*officeRun, *store.Store) []sandbox.Order { return nil })
	late, back := s.lateOrder("late@example.org"), s.lateOrder("back@example.org")
	s.ctx = openBrowser(t, s.dev)
	s.quiet = listenForErrors(s.ctx, t)
	s.becomeOwner()
	s.acceptLate(late)
	s.sendAll(late)
	s.sendLateBack(back)
	s.refundLineAndSendRest()
	s.quiet()
	s.checkInvariants()
}

// lateOrder is an order whose money came after the shop had given it up.
func (s *adminStory) lateOrder(email string) models.Order {
	s.t.Helper()
	order, orderNum := s.order(email)
	s.clock.Advance(2 * time.Hour)
	s.waitFor(func() bool { return s.read(order.ID).State == models.OrderExpired }, "the shop gives the order up")
	require.NoError(s.t, s.platform.PayLate(orderNum))
	s.waitFor(func() bool { return s.read(order.ID).State == models.OrderReview }, "the shop hears of the late money")
	return s.read(order.ID)
}

// openForm opens the form behind one of the buttons of a page.
func openForm(form string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.Evaluate[chromedp.Void](`document.querySelector('`+form+`').closest("details").open = true`), visible(form+" button[type=submit]"))
}

// acceptLate accepts late money from the form of its case, which the page of the order shows.
func (s *adminStory) acceptLate(order models.Order) {
	s.t.Helper()
	s.findOrder(order)
	assert.Contains(s.t, s.text(".reviews"), say("admin.review.late_payment"))
	assert.Zero(s.t, s.number(`document.querySelectorAll('form[action$="/ship"]').length`), "nothing is sent before it is decided")
	assert.Zero(s.t, s.number(`document.querySelectorAll('form[action$="/orders/`+order.ID+`/refund"]').length`), "the case decides about the money")
	form := `form[action*="/admin/reviews/"]:has(input[name="decision"][value="accept"])`
	s.step("accept", openForm(form), typeInto(form+` [name="note"]`, "Half an hour late, and still on the shelf"))
	s.step("accepted", follow(form+" button[type=submit]"), visible(".switch"))
	assert.Equal(s.t, s.shop.base+"/admin/inbox", strings.SplitN(s.location(), "?", 2)[0])
	assert.NotContains(s.t, s.text(`.review:has(a[href$="/admin/orders/`+order.ID+`"]) .review__title`), say("admin.review.late_payment"), "the case is closed")

	accepted := s.read(order.ID)
	assert.Equal(s.t, models.OrderPaid, accepted.State)
	assert.False(s.t, accepted.PaidAt.IsZero())
	assert.Equal(s.t, models.BalanceExact, accepted.Balance)
	s.findOrder(order)
	assert.Contains(s.t, s.text("main"), "Half an hour late, and still on the shelf")
}

// sendAll sends all that was ordered, with a carrier, a number and a link, which the shopper then sees.
func (s *adminStory) sendAll(order models.Order) {
	s.t.Helper()
	form := `form[action$="/admin/orders/` + order.ID + `/ship"]`
	const number, link = "CP-4711-0815", "https://carrier.example.org/parcels/CP-4711-0815"
	s.step("ship", openForm(form), typeInto(form+" #carrier-new", "Carrier pigeons"), typeInto(form+" #number-new", number), typeInto(form+" #link-new", link))
	s.step("shipped", follow(form+" button[type=submit]"), visible("#shipments-title"))
	assert.Contains(s.t, s.text("main"), say("admin.fulfilment.sent"))
	assert.Zero(s.t, s.number(`document.querySelectorAll('`+form+`').length`), "nothing is left to send")
	sent := s.read(order.ID)
	assert.Equal(s.t, models.FulfilmentSent, sent.Fulfilment)
	parcels, err := s.shop.store.ShipmentsOf(s.t.Context(), order.ID)
	require.NoError(s.t, err)
	require.Len(s.t, parcels, 1)
	assert.Equal(s.t, []string{"Carrier pigeons", number, link}, []string{parcels[0].Carrier, parcels[0].Number, parcels[0].Link})

	for _, words := range []string{say("mail.late.heading"), say("mail.late_accepted.heading"), number} {
		s.waitFor(func() bool { return s.mailed(order.Email, words) }, "a mail says "+words)
	}
	page := s.asShopper(order)
	assert.Contains(s.t, page.text, number)
	assert.Contains(s.t, page.text, link)
}

// sendLateBack sends late money back from the form of its case, with a fresh code of the authenticator.
func (s *adminStory) sendLateBack(order models.Order) {
	s.t.Helper()
	s.findOrder(order)
	form := `form[action*="/admin/reviews/"][action$="/refund"]`
	s.step("send-back", openForm(form), typeInto(form+` [name="note"]`, "The shopper bought it elsewhere meanwhile"))
	s.quiet()
	s.step("step-up", follow(form+" button[type=submit]"), visible("#totp")) // answered with 403, which the console repeats
	s.quiet = listenForErrors(s.ctx, s.t)
	assert.Equal(s.t, models.OrderReview, s.read(order.ID).State, "nothing happens before the code")
	s.do("code", typeInto("#totp", s.code(s.secret)))
	s.step("sent-back", follow(`.gate button[type=submit]`), visible(".side__fresh"), visible(".switch"))
	s.waitFor(func() bool { return s.refund(order).State == models.RefundAccepted }, "the platform takes the refund")
	assert.Equal(s.t, order.Attempts[0].Amount.String(), s.refund(order).Amount.String(), "all of it goes back")
	assert.Equal(s.t, models.OrderCancelled, s.read(order.ID).State)
	for _, words := range []string{say("mail.late_refunded.heading"), say("mail.refunded.heading")} {
		s.waitFor(func() bool { return s.mailed(order.Email, words) }, "a mail says "+words)
	}
}

// asShopper is the order's page for somebody who knows the order's e-mail address.
func (s *adminStory) asShopper(order models.Order) *webPage {
	s.t.Helper()
	page := newVisitor(s.t, "en").get(s.shop.base+"/orders/"+order.Ref).submit("/show", map[string]string{"email": order.Email})
	require.Equal(s.t, http.StatusOK, page.status)
	return page
}

// mailsWith are the parts of the mails to somebody whose text has these words: each once as text and once as HTML.
func (s *adminStory) mailsWith(to, words string) (parts []string) {
	s.t.Helper()
	names, err := filepath.Glob(filepath.Join(s.folder, "mail", "*.eml"))
	require.NoError(s.t, err)
	for _, name := range names {
		if letter := partsOf(s.t, name, to); strings.Contains(strings.Join(letter, "\n"), words) {
			parts = append(parts, letter...)
		}
	}
	return parts
}

// mailed reports whether a mail to somebody has these words.
func (s *adminStory) mailed(to, words string) bool {
	s.t.Helper()
	return len(s.mailsWith(to, words)) > 0
}

// refundLineAndSendRest refunds one of two lines, whose pieces go back on the shelf, and sends the other.
func (s *adminStory) refundLineAndSendRest() {
	s.t.Helper()
	const slug = "oak-wall-clock"
	clocks := func() int {
		product, err := s.shop.store.Product(s.t.Context(), slug)
		require.NoError(s.t, err)
		return product.Variants[0].OnHand
	}
	before := clocks()
	v := newVisitor(s.t, "en")
	added := v.get(s.shop.base+"/products/"+slug).submit("/cart/items", nil)
	require.Equal(s.t, http.StatusOK, added.status)
	order := s.paid(s.orderAs(v, "two@example.org"))
	require.Len(s.t, order.Lines, 2)
	gone, kept := order.Lines[0], order.Lines[1]
	if gone.Quantity != 1 {
		gone, kept = kept, gone
	}
	assert.Equal(s.t, before-1, clocks())
	s.findOrder(order)
	form := `form[action$="/admin/orders/` + order.ID + `/refund"]`
	s.step("refund-line", openForm(form), typeOver(form+" #refund-"+gone.ID, "1"), click(form+` input[name="restock"]`),
		typeInto(form+" #reason", "The clock fell from the shelf's edge and is not sent"))
	s.do("line-refunded", follow(form+" button[type=submit]"), visible(".side__fresh")) // the code is still fresh
	s.waitFor(func() bool { return s.refund(order).State == models.RefundAccepted }, "the platform takes the refund")
	refund := s.refund(order)
	assert.Equal(s.t, gone.Total.String(), refund.Worth.String())
	require.Len(s.t, refund.Lines, 1)
	assert.Equal(s.t, gone.ID, refund.Lines[0].OrderLineID)
	assert.Equal(s.t, 1, refund.Lines[0].Unsent)
	assert.Equal(s.t, before, clocks(), "the clock is back on the shelf")

	s.findOrder(order)
	ship := `form[action$="/admin/orders/` + order.ID + `/ship"]`
	s.do("ship the rest", openForm(ship), visible(ship+" #ship-"+kept.ID))
	assert.Equal(s.t, 1.0, s.number(`document.querySelectorAll('`+ship+` input[name^="pieces-"]').length`), "what is refunded is not sent")
	s.step("rest-shipped", typeInto(ship+" #number-new", "REST-1"), follow(ship+" button[type=submit]"), visible("#shipments-title"))
	done := s.read(order.ID)
	assert.Equal(s.t, models.FulfilmentSent, done.Fulfilment, "all that is to be sent")
	assert.Equal(s.t, models.RefundsInFlight, done.Refunds)
	parcels, err := s.shop.store.ShipmentsOf(s.t.Context(), order.ID)
	require.NoError(s.t, err)
	require.Len(s.t, parcels, 1)
	require.Len(s.t, parcels[0].Lines, 1)
	assert.Equal(s.t, []any{kept.ID, kept.Quantity}, []any{parcels[0].Lines[0].OrderLineID, parcels[0].Lines[0].Quantity})
	assert.Less(s.t, parcels[0].SentAt.Sub(refund.CreatedAt), time.Hour)
	s.checkWordsOfPart(done, refund, gone, kept)
}

// checkWordsOfPart reads the mails and pages of an order of which one line was refunded and the other was sent.
func (s *adminStory) checkWordsOfPart(order models.Order, refund models.Refund, gone, kept models.OrderLine) {
	s.t.Helper()
	back, worth := refund.Amount.String()+" USDT", "$"+gone.Total.Fixed(2)
	s.waitFor(func() bool { return s.mailed(order.Email, say("mail.refunded.heading")) }, "a mail about the refund")
	for _, part := range s.mailsWith(order.Email, say("mail.refunded.heading")) {
		for _, words := range []string{order.NumberText, back, worth, "1 USDT = $1.00", say("mail.refunded.part")} {
			assert.Contains(s.t, part, words)
		}
		assert.NotContains(s.t, part, "fell from the shelf", "the reason is for the staff")
	}
	s.waitFor(func() bool { return s.mailed(order.Email, say("mail.sent.heading")) }, "a mail about the shipment")
	for _, part := range s.mailsWith(order.Email, say("mail.sent.heading")) {
		assert.Contains(s.t, part, "REST-1")
		assert.Equal(s.t, 1, strings.Count(part, gone.Title), "ordered, and not in the parcel")
		assert.Equal(s.t, 2, strings.Count(part, kept.Title), "ordered, and in the parcel")
	}

	page := textOf(s.asShopper(order).root)
	for _, words := range []string{
		say("order.state.fulfilled.title"), say("order.fulfilment.sent"), "REST-1", say("order.refund.in_flight"), back, say("order.refund.worth", "Worth", worth),
	} {
		assert.Contains(s.t, page, words)
	}
	s.findOrder(order)
	office := i18n.ByTag("en")
	for _, words := range []string{
		say("admin.order_state.paid"), say("admin.fulfilment.sent"), say("admin.refunds.in_flight"), say("admin.refund_state.accepted"), back, "REST-1",
		office.N("admin.line.refunded", gone.Quantity), office.N("admin.line.sent", kept.Quantity),
	} {
		assert.Contains(s.t, s.text("main"), words)
	}
}
