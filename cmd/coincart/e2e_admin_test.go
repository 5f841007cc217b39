package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/browsertest"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
)

// The days of the story: all payments of yesterday, and what happens today.
const (
	yesterday = "2026-11-21"
	today     = "2026-11-22"
)

func instant(day, clock string) time.Time {
	at, err := time.Parse(time.DateTime, day+" "+clock)
	if err != nil {
		panic(err)
	}
	return at
}

// storyTimes are when the payments were made: two before eight in the morning of yesterday, the others of the day later, two before eight in
// the morning of today. So the platform's statement of yesterday has this number of lines, also if its day begins at eight.
func storyTimes(lines int) []time.Time {
	times := []time.Time{instant(yesterday, "01:00:00"), instant(yesterday, "02:00:00")}
	for i := range lines - len(times) {
		times = append(times, instant(yesterday, "09:00:00").Add(time.Duration(i)*13*time.Second))
	}
	return append(times, instant(today, "01:00:00"), instant(today, "02:00:00"))
}

// adminStory is a person at the back office, with a browser and an authenticator.
type adminStory struct {
	*officeRun

	ctx    context.Context //nolint:containedctx // of the browser, which every step needs
	dev    device
	secret string
	lines  int // of yesterday's statement
	past   []sandbox.Order
	shots  int
	quiet  func() // checks that the browser's console has no complaint
}

const (
	ownerEmail    = "olga@example.org"
	ownerPassword = "tall grass by the river"
)

func TestE2E_Admin(t *testing.T) {
	beginStory(t, "admin", 4000, startOffice).tell() // two full pages of the platform's statement
}

// beginStory makes the shop of the story, with the payments of the past, and opens the browser.
func beginStory(t *testing.T, name string, lines int, start startFunc) *adminStory {
	t.Helper()
	browsertest.Need(t)
	s := &adminStory{lines: lines, dev: device{name: name, lang: "en-US,en", width: 1280, height: 900, still: true, blind: raceEnabled, limit: 8 * time.Minute}}
	s.officeRun = start(t, modelstest.SQLiteDSN(t), instant(yesterday, "00:30:00"), func(o *officeRun, db *store.Store) []sandbox.Order {
		s.past = o.bookings(db, storyTimes(lines))
		return s.past
	})
	s.clock.Advance(instant(today, "10:00:00").Sub(s.clock.Now()))
	s.ctx = openBrowser(t, s.dev)
	s.quiet = listenForErrors(s.ctx, t)
	return s
}

// tell does all that happens in the story.
func (s *adminStory) tell() {
	s.t.Helper()
	s.becomeOwner()
	refunded := s.paidOrder("grace@example.org")
	s.findOrder(refunded)
	s.cancelTwo()
	s.cleanStatement()
	s.plantedFaults()
	s.refundPart(refunded)
	s.nextStatement(refunded)
	s.quiet()
	s.checkInvariants()
}

// step does something in the browser, keeps a picture of what it shows then, and checks that nothing sticks out sideways.
func (s *adminStory) step(what string, actions ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	s.do(what, actions...)
	s.shots++
	picture(s.ctx, s.t, s.dev, fmt.Sprintf("%s-%02d-%s", s.dev.name, s.shots, what), chromedp.CaptureScreenshot())
}

// phoneWidth is the width of a phone in CSS pixels.
const phoneWidth = 390

// picture keeps what the browser shows at the device's width and at a phone's, and checks that the page is no wider than either.
func picture(ctx context.Context, t *testing.T, dev device, name string, shot chromedp.Action[[]byte]) {
	t.Helper()
	for _, width := range []int64{phoneWidth, dev.width} { // the device's last, because the next step is done with it
		require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, dev.height)))
		settle(ctx, t)
		if !dev.blind {
			image, err := chromedp.Run(ctx, shot)
			require.NoError(t, err)
			keepPicture(t, fmt.Sprintf("%s-%d", name, width), image)
		}
		extra, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.scrollingElement.scrollWidth - window.innerWidth`))
		require.NoError(t, err)
		assert.LessOrEqual(t, extra, 0.0, "%s at %d pixels sticks out sideways", name, width)
	}
}

func (s *adminStory) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		screenshot(s.ctx, s.t, s.dev.name+"-failed")
		require.NoError(s.t, err, "%s; the page says:\n%s", what, s.text("body"))
	}
}

func (s *adminStory) text(selector string) string {
	s.t.Helper()
	text, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.innerText).join("\n")`, selector)))
	require.NoError(s.t, err)
	return text
}

func visible(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(selector))
}

// click clicks on something, wherever it is on the page. It is brought into view at once: a page that glides moves it from under the mouse.
func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		visible(selector),
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).scrollIntoView({block: "center", behavior: "instant"})`, selector)),
		chromedp.Click(chromedp.CSS(selector)),
	)
}

// follow clicks on what leads to another page, or to this one again, and waits until that is there.
func follow(selector string) chromedp.Action[chromedp.Void] { return arrive(click(selector)) }

// arrive does what leads to another page, or to this one again, and waits until that is there.
func arrive(leave chromedp.Action[chromedp.Void]) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.Evaluate[chromedp.Void](`void (window.leftBehind = true)`),
		leave,
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			for {
				arrived, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!window.leftBehind && document.readyState === "complete"`))
				if err == nil && arrived || ctx.Err() != nil {
					return ctx.Err()
				}
				time.Sleep(20 * time.Millisecond) // while one page goes and the next one comes there is nobody to ask
			}
		}),
	)
}

func typeInto(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS(selector), text)
}

// becomeOwner follows the link that the start prints, and makes the owner's account with an authenticator.
func (s *adminStory) becomeOwner() {
	s.t.Helper()
	link, err := s.shop.SetupLink(s.t.Context())
	require.NoError(s.t, err)
	s.step("setup", chromedp.Navigate(link), visible("#qr-secret"))
	s.secret = strings.ReplaceAll(s.text("#qr-secret"), " ", "")
	s.do("fill in", typeInto("#email", ownerEmail), typeInto("#name", "Olga Owner"), typeInto("#password", ownerPassword),
		typeInto("#code", s.code(s.secret)))
	s.step("recovery-codes", follow(`form.enrol button[type=submit]`), visible("#recovery-codes"))
	s.step("dashboard", follow(`.actions a.button`), visible(".side__user"))
	assert.Equal(s.t, s.shop.Base+admin.Home, s.location())

	again, err := s.shop.SetupLink(s.t.Context())
	require.NoError(s.t, err)
	assert.Empty(s.t, again, "there is one first owner")
}

func (s *adminStory) location() string {
	s.t.Helper()
	at, err := chromedp.Run(s.ctx, chromedp.Location())
	require.NoError(s.t, err)
	return at
}

// findOrder searches for an order as a person would who has its reference from a mail, and opens it.
func (s *adminStory) findOrder(order models.Order) {
	s.t.Helper()
	s.step("orders", follow(`a.side__link[href$="/admin/orders"]`), visible("#q"))
	s.step("found", typeInto("#q", order.NumberText), follow(`.filter__search button`), visible(`a[href$="/admin/orders/`+order.ID+`"]`))
	assert.Equal(s.t, 1.0, s.number(`document.querySelectorAll("tbody tr").length`), "one order has this reference")
	s.step("order", follow(`a[href$="/admin/orders/`+order.ID+`"]`), visible("#attempts-title"))
	assert.Contains(s.t, s.text("main"), order.Email)
}

func (s *adminStory) number(expression string) float64 {
	s.t.Helper()
	n, err := chromedp.Run(s.ctx, chromedp.Evaluate[float64](expression))
	require.NoError(s.t, err)
	return n
}

// cancelTwo cancels two pending orders at once; the payer of one of them presses pay while the platform is being asked.
func (s *adminStory) cancelTwo() {
	s.t.Helper()
	slow, _ := s.order("slow@example.org")
	fast, fastNum := s.order("fast@example.org")
	s.beforeFirst("/cancelOrder", func() { assert.NoError(s.t, s.platform.Pay(fastNum)) })
	s.step("cancellations", follow(`a.side__link[href$="/admin/cancellations"]`), visible(`input[name=id]`))
	s.step("chosen", click(`input[name=id][value="`+slow.ID+`"]`), click(`input[name=id][value="`+fast.ID+`"]`), click(`.bulk__bar summary`),
		visible(`.bulk__bar button[type=submit]`))
	s.step("cancelled", follow(`.bulk__bar button[type=submit]`), visible("#rows-title"), visible(`#task-status:not([hx-get])`))

	assert.Equal(s.t, models.OrderCancelled, s.read(slow.ID).State)
	assert.Equal(s.t, models.OrderPaid, s.read(fast.ID).State, "the money was faster and is kept")
	result := func(order models.Order) string {
		return s.text(`#task-status tr:has(a[href$="/admin/orders/` + order.ID + `"])`)
	}
	assert.Contains(s.t, result(slow), say("admin.outcome.cancelled"))
	assert.Contains(s.t, result(fast), say("admin.outcome.paid"))
}

// cleanStatement compares yesterday while the platform tells the truth: both sides hold the same payments.
func (s *adminStory) cleanStatement() {
	s.t.Helper()
	s.waitFor(func() bool {
		book, err := s.shop.store.BookDay(s.t.Context(), yesterday)
		return err == nil && book.StatementID != ""
	}, "the schedule fetches the statement of yesterday by itself")
	report := s.report(yesterday)
	assert.Equal(s.t, s.lines, report.Matched)
	assert.True(s.t, report.AddsUp())
	assert.Empty(s.t, s.open(yesterday))
}

// report reads what the last comparison of a day found.
func (s *adminStory) report(day string) books.Reconciliation {
	s.t.Helper()
	book, err := s.shop.store.BookDay(s.t.Context(), day)
	require.NoError(s.t, err)
	report, err := books.ReadReport(book.Report)
	require.NoError(s.t, err)
	return report
}

// open are a day's open discrepancies.
func (s *adminStory) open(day string) []models.Discrepancy {
	s.t.Helper()
	var list []models.Discrepancy
	err := s.shop.store.EachDiscrepancy(s.t.Context(), models.DiscrepancyFilter{Day: day, State: models.DiscrepancyOpen}, func(d models.Discrepancy) error {
		list = append(list, d)
		return nil
	})
	require.NoError(s.t, err)
	return list
}

// difference is a discrepancy as it stands on the page.
type difference struct{ Title, ID, Theirs, Ours string }

// plantedFaults fetches a statement in which a line is missing, one is there that nobody made, one stands twice, an amount
// is off by one in the last digit, and the day begins at eight; the page must show exactly these.
func (s *adminStory) plantedFaults() {
	s.t.Helper()
	var faults sandbox.Faults
	for _, kind := range []sandbox.FaultKind{
		sandbox.FaultStatementMissing, sandbox.FaultStatementExtra, sandbox.FaultStatementDouble, sandbox.FaultStatementAmount,
		sandbox.FaultStatementShifted,
	} {
		faults = append(faults, sandbox.Fault{Kind: kind})
	}
	require.NoError(s.t, s.platform.SetFaults(faults))
	s.step("statements", follow(`a.side__link[href$="/admin/statements"]`), visible("#fetch-day"))
	s.do("fetch", chromedp.SetValue(chromedp.CSS("#fetch-day"), yesterday))
	s.step("fetching", follow(`form[action$="/admin/statements"][method=post] button`), visible("#task-status"))
	s.step("reloaded", chromedp.Reload(), visible("#task-status"))
	s.finished()
	s.step("fetched", visible(`#task-status:not([hx-get]) a.button`))
	s.step("discrepancies", follow(`#task-status a.button`), visible("#found-title"))
	require.NoError(s.t, s.platform.SetFaults(nil))

	st, err := s.shop.store.NewestStatement(s.t.Context(), yesterday)
	require.NoError(s.t, err)
	assert.Equal(s.t, s.lines+1, st.Lines)
	shown, err := chromedp.Run(s.ctx, chromedp.Evaluate[[]difference](`[...document.querySelectorAll("li.card[id^=found-]")].map(c => ({
		Title: c.querySelector("h3").innerText, ID: c.querySelector("code.ident").title,
		Theirs: c.querySelectorAll(".versus dd")[0].innerText, Ours: c.querySelectorAll(".versus dd")[1].innerText}))`))
	require.NoError(s.t, err)
	assert.ElementsMatch(s.t, s.planted(), shown)
	assert.Len(s.t, s.open(yesterday), len(s.planted()))
	assert.Contains(s.t, s.text(".note--warn"), i18n.ByTag("en").N("admin.statement.zone_warning", 2, "Zone", "UTC"), "whose midnight is shifted")
}

// planted is what the faults must look like, from what the sandbox does (sandbox.FaultStatementMissing and the others): of the lines
// between eight and eight the first is left out, the second stands twice, the last has one more in its last digit, and the stranger stands
// behind it. The two early payments of yesterday are in no line, and those of today are on the wrong day.
func (s *adminStory) planted() []difference {
	none, unbooked := say("admin.statement.no_line"), say("admin.statement.not_booked")
	onlyOurs := say("admin.discrepancy.ours_not_theirs")
	amount := func(o sandbox.Order) string { return string(o.Amount) + " " + o.Coin }
	n := len(s.past)
	early, late := s.past[:2], s.past[n-2:]
	missing, twice := s.past[2], s.past[3]
	off := models.MustAmount(string(late[1].Amount)).Add(models.MustAmount("0.000001")).String() + " " + late[1].Coin
	return []difference{
		{onlyOurs, early[0].AppOrderID, none, amount(early[0])},
		{onlyOurs, early[1].AppOrderID, none, amount(early[1])},
		{onlyOurs, missing.AppOrderID, none, amount(missing)},
		{say("admin.discrepancy.duplicate"), twice.AppOrderID, amount(twice), unbooked},
		{say("admin.discrepancy.wrong_day"), late[0].AppOrderID, amount(late[0]), amount(late[0])},
		{say("admin.discrepancy.amount_differs"), late[1].AppOrderID, off, amount(late[1])},
		{say("admin.discrepancy.theirs_not_ours"), "SANDBOX-STRANGER", "7.77 USDT", unbooked},
	}
}

// refundPart gives a part of an order back, with a fresh code of the authenticator.
func (s *adminStory) refundPart(order models.Order) {
	s.t.Helper()
	path := "/admin/orders/" + order.ID
	s.do("open", chromedp.Navigate(s.shop.Base+path), visible("#acts-title"))
	form := `form[action$="` + path + `/refund"]`
	s.step("refund", chromedp.Evaluate[chromedp.Void](`document.querySelector('`+form+`').closest("details").open = true`), visible(form+" #amount"),
		typeInto(form+" #amount", "10.5"), typeInto(form+" #reason", "One of two arrived broken"))
	s.quiet()
	s.step("step-up", follow(form+" button[type=submit]"), visible("#totp")) // answered with 403, which the console repeats
	s.quiet = listenForErrors(s.ctx, s.t)
	s.do("code", typeInto("#totp", s.code(s.secret)))
	s.step("refunded", follow(`.gate button[type=submit]`), visible(".side__fresh"))
	s.waitFor(func() bool { return s.refund(order).State == models.RefundAccepted }, "the platform takes the refund")
	assert.Equal(s.t, "10.5", s.refund(order).Amount.String())
	transfers := 0
	for _, o := range s.platform.Orders() {
		if o.Type == sandbox.TypeTransfer {
			transfers++
		}
	}
	assert.Equal(s.t, 1, transfers)
}

func (s *adminStory) refund(order models.Order) models.Refund {
	s.t.Helper()
	list, err := s.shop.store.RefundsOf(s.t.Context(), order.ID)
	require.NoError(s.t, err)
	require.Len(s.t, list, 1)
	return list[0]
}

// nextStatement lets a day pass. The shop fetches the statement of today by itself, which confirms the refund; the one of yesterday, fetched
// again, settles what the platform had wrong.
func (s *adminStory) nextStatement(order models.Order) {
	s.t.Helper()
	s.clock.Advance(24 * time.Hour)
	s.waitFor(func() bool { return s.refund(order).State == models.RefundConfirmed }, "the statement of today confirms the refund")
	s.waitFor(func() bool { return len(s.open(yesterday)) == 0 }, "the second statement of yesterday settles the discrepancies")
	assert.Empty(s.t, s.open(today))

	// The session ended meanwhile, so the next page asks for password and code.
	s.step("sign-in", chromedp.Navigate(s.shop.Base+"/admin/orders/"+order.ID), visible("#password"))
	s.step("code", typeInto("#email", ownerEmail), typeInto("#password", ownerPassword), follow(`.gate button[type=submit]`), visible("#code"))
	s.do("code", typeInto("#code", s.code(s.secret)))
	s.step("confirmed", follow(`.gate button[type=submit]`), visible("#attempts-title"))
	assert.Contains(s.t, s.text("main"), say("admin.refund_state.confirmed"))
	s.step("balanced", chromedp.Navigate(s.shop.Base+"/admin/statements/"+today), visible("#totals-title"))
	assert.Contains(s.t, s.text("main"), say("admin.statement_type.11"))
}
