package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/templates/i18n"
)

// letter returns the newest mail to an address, which is about the order: its subject is that of an id of the catalogue.
func (s *shop) letter(words *i18n.Printer, id string, order models.Order) mail.Message {
	s.t.Helper()
	want := words.T(id+".subject", "Shop", "Osier", "Number", order.NumberText)
	var subjects []string
	for _, m := range s.mails.all() {
		if m.Subject == want && m.To == order.Email {
			for _, form := range []string{m.Text, m.HTML} {
				require.Contains(s.t, form, s.url+"/orders/"+order.Ref)
			}
			return m
		}
		subjects = append(subjects, m.Subject)
	}
	require.Failf(s.t, "no such mail", "%q among %q", want, subjects)
	return mail.Message{}
}

// placeTo orders mugs for an address in a language.
func (s *shop) placeTo(email, lang, quantity string) models.Order {
	s.t.Helper()
	b := s.browser()
	b.header.Set("Accept-Language", lang)
	b.buy(quantity)
	form := b.form("email", email)
	b.post("/checkout", form...).is(http.StatusSeeOther)
	order, err := s.db.OrderByFormToken(s.t.Context(), form[1])
	require.NoError(s.t, err)
	return order
}

// Every mail to shoppers, from what happens in the shop, in both languages.
func TestMails_EachStoryTellsItsEnd(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		finance := models.Actor{StaffID: models.NewID(), Who: "finance@shop.example"}
		for lang, words := range map[string]*i18n.Printer{"en": i18n.ByTag("en"), "zh-Hans": i18n.ByTag("zh-Hans")} {
			address := func(name string) string { return name + "-" + strings.ToLower(lang) + "@example.com" }
			cancelled, expired := s.placeTo(address("cancelled"), lang, "1"), s.placeTo(address("expired"), lang, "1")
			late, refused := s.placeTo(address("late"), lang, "1"), s.placeTo(address("refused"), lang, "1")
			bought := s.placeTo(address("bought"), lang, "2")
			require.NoError(t, s.platform.Pay(bought.Current().OrderNum))
			s.work()
			s.letter(words, "mail.received", cancelled)
			s.letter(words, "mail.paid", bought)

			for _, o := range []models.Order{cancelled, late, refused} {
				require.NoError(t, s.services.Payments.Cancel(ctx, o.Ref))
			}
			s.work()
			s.letter(words, "mail.cancelled", cancelled)
			s.clock.Advance(40 * time.Minute)
			s.work()
			s.letter(words, "mail.expired", expired)

			for _, o := range []models.Order{late, refused} {
				require.NoError(t, s.platform.PayLate(o.Current().OrderNum))
			}
			s.work()
			s.clock.Advance(6 * time.Hour)
			s.work()
			for _, o := range []models.Order{late, refused} {
				m := s.letter(words, "mail.late", o)
				assert.Contains(t, m.Text, words.T("mail.fact", "Name", words.T("order.amount_paid"), "Value", "12 USDT"))
			}

			// What staff decide.
			decide := func(o models.Order, d models.Decision) {
				reviews, err := s.db.ReviewsOf(ctx, o.ID)
				require.NoError(t, err)
				require.Len(t, reviews, 1)
				in := payments.DecideInput{ReviewID: reviews[0].ID, Decision: d, Note: "looked into it", FormToken: models.NewRef()}
				require.NoError(t, s.services.Payments.Decide(ctx, in, finance))
			}
			decide(late, models.DecideAccept)
			decide(refused, models.DecideRefund)
			refund := func(o models.Order, amount string) {
				stored, err := s.db.Order(ctx, o.ID)
				require.NoError(t, err)
				_, err = s.services.Payments.RequestRefund(ctx, payments.RefundInput{
					OrderID: o.ID, AttemptID: stored.PaidAttemptID, Amount: models.MustAmount(amount), Reason: "broken", FormToken: models.NewRef(),
				}, finance)
				require.NoError(t, err)
			}
			s.work()
			s.letter(words, "mail.late_accepted", late)
			s.letter(words, "mail.late_refunded", refused)
			refund(bought, "6")
			s.work()
			all, part := s.letter(words, "mail.refunded", refused), s.letter(words, "mail.refunded", bought)
			for _, form := range []string{all.Text, all.HTML} {
				for _, want := range []string{"12 USDT", words.T("mail.refunded.all")} {
					assert.Contains(t, form, want)
				}
			}
			for _, form := range []string{part.Text, part.HTML} {
				for _, want := range []string{"6 USDT", "$6.00", words.T("coin.rate", "Symbol", "USDT", "Rate", "$1.00"), words.T("mail.refunded.part")} {
					assert.Contains(t, strings.ReplaceAll(form, "US$", "$"), strings.ReplaceAll(want, "US$", "$"))
				}
			}
		}
	})
}

func TestMails_SentWithTheCarriersPage(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		by := models.Actor{Who: "operator@shop.example"}
		numbered, linked := s.paidOrder("1"), s.paidOrder("1")
		for order, details := range map[string]payments.ShipmentDetails{
			numbered.ID: {Carrier: "Blue Van", Number: "BV 4711"}, linked.ID: {Link: "https://bluevan.example/track?n=4712"},
		} {
			_, err := s.services.Payments.Ship(t.Context(), payments.ShipInput{OrderID: order, Details: details, FormToken: models.NewRef()}, by)
			require.NoError(t, err)
		}
		s.work()
		var texts, pages []string
		for _, m := range s.mails.all() {
			texts, pages = append(texts, m.Text), append(pages, m.HTML)
		}
		assert.Contains(t, strings.Join(texts, ""), english.T("mail.fact", "Name", english.T("mail.sent.tracking"), "Value", "BV 4711"))
		assert.Contains(t, strings.Join(texts, ""), english.T("mail.fact", "Name", english.T("mail.parcel.track"), "Value", "https://bluevan.example/track?n=4712"))
		assert.Contains(t, strings.Join(pages, ""), `href="https://bluevan.example/track?n=4712"`)
	})
}

// Staff get mails with links to the pages of the back office, in their language.
func TestMails_ToTheStaff(t *testing.T) {
	s := newShop(t, sqlite)
	owner := s.staffed(models.RoleOwner)
	require.NoError(t, s.db.UpdateStaff(t.Context(), owner.person.ID, store.StaffChange{Lang: new("zh-Hans")}))
	viewer := s.staffed(models.RoleViewer)
	now := s.clock.Now()
	require.NoError(t, s.db.OpenReview(t.Context(), models.Review{
		ID: models.NewID(), Kind: models.ReviewUnreadable, Subject: "x", Open: true, CreatedAt: now, UpdatedAt: now,
	}))
	for range 3 {
		s.clock.Advance(time.Minute)
		s.work()
	}
	var subjects []string
	for _, m := range s.mails.all() {
		if m.Subject == english.T("mail.new_browser.subject", "Shop", "Osier") || m.Subject == chinese.T("mail.new_browser.subject", "Shop", "Osier") {
			continue // about one's own account: everybody gets it
		}
		if m.To == owner.person.Email {
			subjects = append(subjects, m.Subject)
			if strings.Contains(m.Text, "/admin/inbox") {
				owner.get(s.url + "/admin/inbox").is(http.StatusOK)
			}
			assert.Contains(t, m.Text, s.url+"/admin/account#alerts-title")
		}
		assert.NotEqual(t, viewer.person.Email, m.To)
	}
	assert.Contains(t, subjects, chinese.T("mail.alert.subject", "Shop", "Osier", "What", chinese.N("mail.alert.attention", 1)))
}

func TestAccount_ChoosesAlerts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.staffed(models.RoleOperator)
		p := c.get("/admin/account").is(http.StatusOK).has(english.T("admin.alert.attention"), english.T("admin.alert_timing.never"), "08:00 UTC")
		p.lacks(english.T("admin.alert.refund"))
		c.post("/admin/account/alerts", "attention", "now", "low_stock", "never", "refund", "now").redirects("/admin/account")
		entry := s.entry("staff.alerts")
		assert.JSONEq(t, `{"attention":"now","low_stock":"never"}`, entry.After)
		c.post("/admin/account/alerts", "attention", "soon").is(http.StatusUnprocessableEntity)
		c.get("/admin/account").is(http.StatusOK)
		c.post("/admin/account", "name", "www.evil.example", "lang", "en").is(http.StatusUnprocessableEntity).has(english.T("field.problem.link"))
	})
}
