package links

import (
	"errors"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/mail"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// mailLink mails an invoice: POST /admin/payment-links/{id}/mail with form_token.
func (h *handlers) mailLink(req *admin.Request, _ url.Values, token string) error {
	at := linksPath + "/" + req.ID()
	err := h.links.SendAgain(req.Context(), req.Actor(), req.ID(), token)
	switch {
	case errors.Is(err, mail.ErrNoSender):
		return req.Refused(at, pages.RefusalNoMailer)
	case errors.Is(err, links.ErrNotMailed):
		return req.Refused(at, pages.RefusalLinkMail)
	case err != nil:
		return admin.NoPage(err)
	}
	return req.Done(at, pages.NoticeMailed)
}

// mails shows what was mailed about an invoice, and the reminders that are to come. One that is moot by now is left out.
func (h *handlers) mails(req *admin.Request, view *pages.LinkView, link *models.PaymentLink) error {
	if link.Kind != models.LinkInvoice {
		return nil
	}
	rows, err := h.site.Store.LinkMails(req.Context(), link.ID)
	if err != nil {
		return err
	}
	for i := range rows {
		m := &rows[i]
		shown := pages.LinkMail{Kind: string(m.Kind), State: string(m.State), At: admin.Moment(req.Printer, m.SentAt)}
		if m.State == models.OutboxWaiting {
			if link.Uses > 0 || !link.WantsMail(m, h.site.Clock(), link.Currency) {
				continue
			}
			shown.At = admin.Moment(req.Printer, m.DueAt)
		}
		view.Mails = append(view.Mails, shown)
		if m.Kind == models.MailInvoice {
			view.MailAgain = "admin.link.mail_again"
		}
	}
	can, err := h.links.CanMail(req.Context(), h.site.Store, link)
	switch {
	case !can:
		view.MailAgain = ""
	case view.MailAgain == "":
		view.MailAgain = "admin.link.mail_first"
	}
	view.FormToken = models.NewRef()
	return err
}
