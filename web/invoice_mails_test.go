package web_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/templates/i18n"
)

// invoice makes an invoice that is due in ten days.
func (s *shop) invoice(slug string, edits ...func(*links.Draft)) models.PaymentLink {
	s.t.Helper()
	return s.link(append([]func(*links.Draft){func(d *links.Draft) {
		*d = links.Draft{
			Slug: slug, Title: "Work in May", Kind: models.LinkInvoice, Email: slug + "@example.org", Name: "Eve", DueOn: s.clock.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 10),
			Lines: []links.Line{{Name: "Hours", Quantity: "3", UnitPrice: "80.00"}}, SendEmail: true, Reminders: true, Lang: "en",
		}
	}}, edits...)...)
}

// told returns the kinds of mails that an address got, by the headings of their words, oldest first.
func (s *shop) told(slug, tag string) (kinds []string) {
	words := i18n.ByTag(tag)
	for _, m := range s.mails.all() {
		for _, kind := range []models.MailKind{models.MailInvoice, models.MailInvoiceSoon, models.MailInvoiceDue, models.MailInvoiceLate} {
			if m.To == slug+"@example.org" && strings.Contains(m.HTML, ">"+words.T("mail."+string(kind)+".heading")+"<") {
				kinds = append(kinds, string(kind))
			}
		}
	}
	return kinds
}

// days lets days go by, and lets two replicas work at each of them.
func (s *shop) days(other assembly.Services, n int) {
	s.t.Helper()
	for range n {
		s.clock.Advance(24 * time.Hour)
		var both sync.WaitGroup
		for _, services := range []assembly.Services{s.services, other} {
			both.Go(func() {
				_, err := services.Jobs.RunOnce(s.t.Context())
				assert.NoError(s.t, err)
			})
		}
		both.Wait()
		s.work()
	}
}

func TestInvoice_MailedAndRemindedUntilItIsPaidOrOff(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		other, err := assembly.New(s.money)
		require.NoError(t, err)
		late, paid, off := s.invoice("late", func(d *links.Draft) { d.Lang = "zh-Hans" }), s.invoice("paid"), s.invoice("off")
		quiet := s.invoice("quiet", func(d *links.Draft) { d.SendEmail, d.Reminders = false, false })
		moved := s.invoice("moved")
		s.days(other, 1)
		assert.Equal(t, []string{"invoice"}, s.told("paid", "en"))
		first := s.mails.all()[slices.IndexFunc(s.mails.all(), func(m mail.Message) bool { return m.To == "late@example.org" })]
		for _, want := range []string{s.url + "/pay/late", "$240.00", "Work in May", "Hours", i18n.ByTag("zh-Hans").Date(late.DueOn, time.UTC), "Eve"} {
			assert.Contains(t, first.Text, want)
		}
		// The address of the customer and the due date are not what the audit log records; they are changed all the same.
		require.NoError(t, s.services.Links.Change(t.Context(), staff.CommandLine(), moved.ID, moved.Version, links.Draft{
			Title: moved.Title, Email: "moved@example.org", Name: "Adam", DueOn: moved.DueOn.AddDate(0, 0, 20), Lines: []links.Line{{Name: "Hours", Quantity: "3", UnitPrice: "80.00"}}, Reminders: true,
		}))
		assert.Equal(t, "Adam", s.readLink(moved.ID).Name)
		s.days(other, 7)
		assert.Equal(t, []string{"invoice", "invoice_soon"}, s.told("paid", "en"))

		payer := s.browser()
		payer.payHosted(payer.start("paid"))
		require.NoError(t, s.platform.Pay(s.platform.Orders()[0].OrderNum))
		s.work()
		require.NoError(t, s.services.Links.Switch(t.Context(), staff.CommandLine(), off.ID, false))
		s.days(other, 11)
		assert.Equal(t, []string{"invoice", "invoice_soon", "invoice_due", "invoice_late"}, s.told("late", "zh-Hans"), "each once")
		assert.Equal(t, []string{"invoice", "invoice_soon"}, s.told("paid", "en"), "not after it is paid")
		assert.Equal(t, []string{"invoice", "invoice_soon"}, s.told("off", "en"), "not after it is switched off")
		assert.Empty(t, s.told("quiet", "en"))
		assert.Equal(t, []string{"invoice"}, s.told("moved", "en"), "not before the new date")
		s.days(other, 20)
		assert.Equal(t, []string{"invoice", "invoice_soon", "invoice_due", "invoice_late"}, s.told("moved", "en"))

		owner := s.staffed(models.RoleOwner)
		owner.stepUp()
		at := "/admin/payment-links/"
		owner.get(at+late.ID).is(http.StatusOK).has(english.T("admin.mail.invoice_late"), english.T("admin.link_mail.sent"), english.T("admin.link.mail_again"))
		owner.get(at + paid.ID).is(http.StatusOK).lacks(english.T("admin.link.mail_again"))
		token := models.NewRef()
		for range 2 {
			owner.post(at+late.ID+"/mail", "form_token", token).is(http.StatusSeeOther)
		}
		owner.post(at+quiet.ID+"/mail", "form_token", models.NewRef()).is(http.StatusSeeOther)
		s.work()
		assert.Equal(t, []string{"invoice", "invoice_soon", "invoice_due", "invoice_late", "invoice"}, s.told("late", "zh-Hans"), "a double click sends one")
		assert.Equal(t, []string{"invoice"}, s.told("quiet", "en"))
		owner.post(at+paid.ID+"/mail", "form_token", models.NewRef())
		s.work()
		assert.Equal(t, []string{"invoice", "invoice_soon"}, s.told("paid", "en"), "nobody is asked for money twice")
		violations, err := s.db.Invariants(t.Context())
		require.NoError(t, err)
		assert.Empty(t, violations)
	})
}

// A shop that was not running for weeks sends one reminder, not three, and none that is out of date.
func TestInvoice_RemindersAreNotMadeUpFor(t *testing.T) {
	s := newShop(t, sqlite)
	s.invoice("away")
	s.work()
	s.clock.Advance(11 * 24 * time.Hour)
	s.work()
	assert.Equal(t, []string{"invoice", "invoice_due"}, s.told("away", "en"))
	s.clock.Advance(30 * 24 * time.Hour)
	s.work()
	assert.Equal(t, []string{"invoice", "invoice_due"}, s.told("away", "en"))
}
