package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
)

const victim = "victim@example.net"

// mailsTo counts the mails to a mailbox.
func (s *shop) mailsTo(email string) (n int) {
	for _, m := range s.mails.all() {
		if models.Mailbox(m.To) == models.Mailbox(email) {
			n++
		}
	}
	return n
}

// Anybody can enter anybody's address: the shop must not carry a stranger's links there, in no field that a mail or a page for others shows.
func TestAbuse_NothingThatAStrangerTypesCarriesALink(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.deliver()
		for _, link := range []string{"Claim 5 BTC at https://evil.example/win", "WWW.evil.example", "ｗｗｗ．evil.example", "write to boss@evil.example", "w\u200bww.evil.example"} {
			for _, field := range []string{"name", "line1", "line2", "city"} {
				b := s.browser()
				b.buy("1")
				p := b.post("/checkout", b.posted("email", victim, "name", "Ann Lee", field, link)...).is(http.StatusUnprocessableEntity)
				p.has(english.T("field.problem.link"))
				b.header.Set("Accept-Language", "zh-Hans")
			}
		}
		b := s.browser()
		b.buy("1")
		b.post("/checkout", b.posted("email", victim, "name", "Ann Lee", "region", "", "country", "DE", "region", "www.evil.example")...)
		s.work()
		orders, err := s.db.Orders(t.Context(), models.OrderFilter{})
		require.NoError(t, err)
		assert.Empty(t, orders.Rows)
		assert.Zero(t, s.mailsTo(victim))
	})
}

// A mail program makes a link of example.com too. A name like this is refused nowhere, because people and companies have such names.
func TestAbuse_MailProgramsFindNoAddressInWhatAStrangerTyped(t *testing.T) {
	s := newShop(t, sqlite)
	s.deliver()
	b := s.browser()
	b.buy("1")
	b.post("/checkout", b.posted("email", victim, "name", "Win.example", "line1", "evil.example/win")...).is(http.StatusSeeOther)
	s.work()
	require.Equal(t, 1, s.mailsTo(victim))
	for _, text := range []string{s.mails.all()[0].Text, s.mails.all()[0].HTML} {
		assert.Contains(t, text, "evil.\u200cexample/win")
		assert.NotContains(t, text, "evil.example")
		assert.NotContains(t, text, "Win.example")
	}
}

func TestAbuse_AMailboxGetsThreeMailsAnHourAboutUnpaidOrders(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.stock(s.blue(), 20)
		var orders []models.Order
		for _, email := range []string{victim, "Victim@Example.NET", "victim+1@example.net", "victim+2@example.net", victim, victim, victim, victim, victim, victim} {
			b := s.browser()
			b.buy("1")
			form := b.form("email", email)
			b.post("/checkout", form...).is(http.StatusSeeOther)
			order, err := s.db.OrderByFormToken(t.Context(), form[1])
			require.NoError(t, err)
			orders = append(orders, order)
			s.work()
		}
		require.Equal(t, models.MaxUnpaidMails, s.mailsTo(victim))

		states := map[models.OutboxState]int{}
		var skipped models.Order
		for _, o := range orders {
			file, err := s.db.OrderFile(t.Context(), o.ID)
			require.NoError(t, err)
			require.Len(t, file.Mails, 1)
			states[file.Mails[0].State]++
			if file.Mails[0].State == models.OutboxSkipped {
				skipped = o
			}
		}
		assert.Equal(t, map[models.OutboxState]int{models.OutboxSent: 3, models.OutboxSkipped: 7}, states)
		s.staffed(models.RoleViewer).get("/admin/orders/"+skipped.ID).has(
			english.T("admin.value.state.skipped"), english.T("admin.remark.mail_limit", "Limit", "3"))

		b := s.browser()
		b.buy("1")
		b.post("/checkout", b.form("email", "other@example.net")...).is(http.StatusSeeOther)
		s.work()
		assert.Equal(t, 1, s.mailsTo("other@example.net"), "another mailbox has its own")

		require.NoError(t, s.platform.Pay(skipped.Current().OrderNum))
		s.work()
		assert.Equal(t, 4, s.mailsTo(victim), "who has paid gets the receipt")

		s.clock.Advance(models.UnpaidMailWindow / 2)
		for range 5 {
			s.work()
			s.clock.Advance(time.Minute)
		}
		ended := 0
		for _, o := range orders {
			if slices.Contains([]models.OrderState{models.OrderExpired, models.OrderCancelled}, s.state(o.ID)) {
				ended++
			}
		}
		assert.Equal(t, 9, ended)
		assert.Equal(t, 4, s.mailsTo(victim), "mails about the end count too")
		s.clock.Advance(models.UnpaidMailWindow)
		b = s.browser()
		b.buy("1")
		b.post("/checkout", b.form("email", victim)...).is(http.StatusSeeOther)
		s.work()
		assert.Equal(t, 5, s.mailsTo(victim), "an hour later")
		for _, m := range s.mails.all() {
			assert.NotContains(t, strings.ToLower(m.Text), "evil")
		}
	})
}

// The tags behind a plus sign lead to one mailbox, so links to the orders of each are mails to it: they share its pauses.
func TestAbuse_TagsFillNoLetterBoxWithLinks(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		emails := []string{victim, "victim+1@example.net", "Victim+2@example.net", "victim+3@example.net", "victim+4@example.net", "victim+5@example.net"}
		for _, email := range emails {
			modelstest.Order(t, s.db, func(o *models.Order) { o.Email = email })
		}
		b := s.browser()
		for range 2 {
			for _, email := range emails {
				b.post("/orders", "email", email).redirects("/orders?asked=1")
				s.work()
			}
		}
		assert.Equal(t, 3, s.mailsTo(victim))
		s.clock.Advance(11 * time.Minute)
		b.post("/orders", "email", emails[5]).redirects("/orders?asked=1")
		s.work()
		assert.Equal(t, 4, s.mailsTo(victim))
	}, unlimited)
}
