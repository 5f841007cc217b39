package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// ComposeInvoice composes the mail for a row of the outbox that is about an invoice. The outbox sets the Message-ID.
type ComposeInvoice func(models.OutboxMessage, models.PaymentLink) (Message, error)

// errMoot means that a mail is not to be sent any more: the invoice is paid, switched off or changed.
var errMoot = errors.New("there is nothing to remind of")

// errLater means that somebody is paying at this moment: whether a mail is to be sent is known afterwards.
var errLater = errors.New("somebody is paying the invoice")

// invoiceWait is how long a mail waits for a payment that is under way.
const invoiceWait = 30 * time.Minute

// SendsInvoices reports whether the shop sends invoices and reminders.
func (o *Outbox) SendsInvoices() bool { return o.sender != nil && o.invoice != nil }

// QueueInvoice queues a mail about an invoice in the transaction tx: Kind, LinkID, About, DedupeKey and, for a mail for later, DueAt are the
// caller's. Whether it is still to be sent is asked when it is due. It does nothing if the shop sends no invoices.
func (o *Outbox) QueueInvoice(ctx context.Context, tx *store.Store, m models.OutboxMessage) error {
	if !o.SendsInvoices() {
		return nil
	}
	m.ID, m.State, m.CreatedAt = models.NewID(), models.OutboxWaiting, o.clock()
	if m.DueAt.After(m.CreatedAt) {
		m.CreatedAt = m.DueAt
	} else {
		m.DueAt = m.CreatedAt
	}
	return tx.PutOutbox(ctx, m)
}

// invoiceMessage composes a mail about an invoice that is to be paid. Errors: errNobody, errMoot, errLater.
func (o *Outbox) invoiceMessage(ctx context.Context, m models.OutboxMessage) (message Message, err error) {
	link, err := o.store.PaymentLink(ctx, m.LinkID)
	if err != nil {
		return message, fmt.Errorf("load the invoice: %w", err)
	}
	if link.Email == "" || o.invoice == nil {
		return message, errNobody
	}
	settings, err := o.store.LoadSettings(ctx)
	if err != nil {
		return message, fmt.Errorf("load settings: %w", err)
	}
	paid, err := o.store.LinkPaid(ctx, link.ID)
	switch {
	case err != nil:
		return message, fmt.Errorf("load the invoice's payments: %w", err)
	case paid, link.Uses == 0 && !link.WantsMail(&m, o.clock(), settings.Currency().Code):
		return message, errMoot
	case link.Uses > 0:
		return message, errLater
	}
	if message, err = o.invoice(m, link); err != nil {
		return message, fmt.Errorf("compose mail: %w", err)
	}
	return message, nil
}
