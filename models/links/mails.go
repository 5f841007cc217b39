package links

import (
	"context"
	"errors"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
)

// ErrNotMailed means that an invoice cannot be mailed: it has no e-mail address, cannot be paid, or is paid.
var ErrNotMailed = errors.New("the invoice cannot be mailed")

// Mails reports whether invoices and reminders are mailed at all.
func (s *Service) Mails() bool { return s.mails != nil && s.mails.SendsInvoices() }

// queueMails queues the mails of an invoice in the transaction that makes or changes it: the invoice itself if now, and the reminders whose time
// has not ended. Each has a key of its own, so that none is queued twice. What is moot when it is due, for instance after another change of the
// due date, is dropped then.
func (s *Service) queueMails(ctx context.Context, tx *store.Store, l *models.PaymentLink, now bool) error {
	if !s.Mails() || l.Kind != models.LinkInvoice || l.Email == "" {
		return nil
	}
	if now {
		if err := s.mails.QueueInvoice(ctx, tx, models.OutboxMessage{Kind: models.MailInvoice, LinkID: l.ID, DedupeKey: string(models.MailInvoice) + ":" + l.ID}); err != nil {
			return err
		}
		s.mails.Wake()
	}
	for _, r := range l.ReminderMails() {
		// Reminders whose time has passed are left out: an invoice that is due tomorrow needs no reminder on the day it is made.
		if r.From.Before(s.clock()) {
			continue
		}
		err := s.mails.QueueInvoice(ctx, tx, models.OutboxMessage{
			Kind: r.Kind, LinkID: l.ID, About: l.ReminderOf(), DueAt: r.From, DedupeKey: string(r.Kind) + ":" + l.ID + ":" + l.ReminderOf(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SendAgain mails an invoice on behalf of staff. token is the form's, so that a double click sends one mail. Errors: store.ErrNotFound,
// mail.ErrNoSender, ErrNotMailed.
func (s *Service) SendAgain(ctx context.Context, by models.Actor, id, token string) error {
	if !s.Mails() {
		return mail.ErrNoSender
	}
	defer s.mails.Wake()
	return s.store.Tx(ctx, func(tx *store.Store) error {
		link, err := tx.PaymentLink(ctx, id)
		if err != nil {
			return err
		}
		can, err := s.CanMail(ctx, tx, &link)
		if err != nil {
			return err
		}
		if !can {
			return ErrNotMailed
		}
		m := models.OutboxMessage{Kind: models.MailInvoice, LinkID: link.ID, About: models.MailResent, DedupeKey: string(models.MailInvoice) + ":" + link.ID + ":" + token}
		if err := s.mails.QueueInvoice(ctx, tx, m); err != nil {
			return err
		}
		return tx.Record(ctx, by, "link.mail", subject(&link), nil, models.Facts{"mail": string(m.Kind)})
	})
}

// CanMail reports whether an invoice can be mailed now.
func (s *Service) CanMail(ctx context.Context, tx *store.Store, l *models.PaymentLink) (bool, error) {
	if !s.Mails() || l.Kind != models.LinkInvoice || l.Email == "" || l.Uses > 0 {
		return false, nil
	}
	settings, err := tx.LoadSettings(ctx)
	return err == nil && l.StateAt(s.clock(), settings.Currency().Code) == models.LinkOn, err
}
