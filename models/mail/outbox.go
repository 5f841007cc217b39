// Package mail sends the shop's mails. A mail is queued in the database by the transaction that causes it, and sent afterwards through SMTP
// or, without a mail server, written to a file.
package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// Message is a mail that is ready to be sent.
type Message struct {
	To        string
	ReplyTo   string // empty: replies go to the sender
	Subject   string
	Text      string
	HTML      string
	MessageID string // without angle brackets; the same for every try, so that a mail program can detect duplicates
}

// Sender sends one mail. If Send fails, the mail is tried again later.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Compose composes the mail for a row of the outbox. The order is the zero value for a mail to staff (OutboxMessage.StaffID). The outbox sets
// the Message-ID.
type Compose func(models.OutboxMessage, models.Order) (Message, error)

// maxTries is how often a mail is tried before staff are asked: about three hours with jobs.RetryDelay.
const maxTries = 12

// ErrNoSender means that the shop sends no mails.
var ErrNoSender = errors.New("no mail server is set")

// errNobody means that the recipient was erased.
var errNobody = errors.New("there is nobody to write to")

// OutboxConfig configures an Outbox.
type OutboxConfig struct {
	Store   *store.Store
	Jobs    *jobs.Engine // runs the worker that sends the mails
	Clock   models.Clock
	Logger  *slog.Logger
	Sender  Sender  // nil: the shop sends no mails
	Compose Compose // required with Sender
}

// Outbox queues mails in the database and sends them. It is safe for concurrent use and for any number of replicas.
type Outbox struct {
	store   *store.Store
	clock   models.Clock
	log     *slog.Logger
	sender  Sender
	compose Compose
	wake    jobs.Bell
}

// NewOutbox returns an outbox and registers its worker with c.Jobs.
func NewOutbox(c OutboxConfig) (*Outbox, error) {
	if c.Store == nil || c.Jobs == nil || c.Sender != nil && c.Compose == nil {
		return nil, errors.New("mail: an outbox needs store and jobs, and compose with a sender")
	}
	o := &Outbox{
		store: c.Store, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), sender: c.Sender, compose: c.Compose,
		wake: jobs.NewBell(),
	}
	if o.sender != nil {
		c.Jobs.AddWorker(jobs.Worker{Name: "outbox", Step: o.step, Wake: o.wake})
	}
	return o, nil
}

// Sends reports whether the shop sends mails.
func (o *Outbox) Sends() bool { return o.sender != nil }

// Wake makes the worker look for mails at once. Call it after the transaction that queued one.
func (o *Outbox) Wake() { o.wake.Ring() }

// Queue queues a mail about an order in the transaction tx, once for each kind. It does nothing if the shop sends no mails.
func (o *Outbox) Queue(ctx context.Context, tx *store.Store, kind models.MailKind, orderID string) error {
	if o.sender == nil {
		return nil
	}
	return o.QueueAs(ctx, tx, kind, orderID, string(kind)+":"+orderID)
}

// QueueAs is Queue with a deduplication key of the caller's choice: no two mails have the same key. A mail with an empty orderID has no
// recipient and is dropped when it is due.
func (o *Outbox) QueueAs(ctx context.Context, tx *store.Store, kind models.MailKind, orderID, key string) error {
	now := o.clock()
	return tx.PutOutbox(ctx, models.OutboxMessage{
		ID: models.NewID(), Kind: kind, OrderID: orderID, DedupeKey: key, State: models.OutboxWaiting, CreatedAt: now, DueAt: now,
	})
}

// Resend queues a mail about an order again on behalf of staff. token is the form's, so that a double click sends one mail. Errors:
// store.ErrNotFound, ErrNoSender.
func (o *Outbox) Resend(ctx context.Context, orderID string, kind models.MailKind, token string, by models.Actor) error {
	if o.sender == nil {
		return ErrNoSender
	}
	order, err := o.store.Order(ctx, orderID)
	if err != nil {
		return fmt.Errorf("load order: %w", err)
	}
	err = o.store.Audited(ctx, by, "order.resend", "order:"+order.ID, nil, models.Facts{"mail": string(kind)}, func(tx *store.Store) error {
		return o.QueueAs(ctx, tx, kind, order.ID, string(kind)+":"+order.ID+":"+token)
	})
	o.Wake()
	return err
}

// step sends the mails that are due.
func (o *Outbox) step(ctx context.Context) (int, error) {
	rows, err := jobs.Claim(ctx, o.store.ClaimOutbox, jobs.Batch, jobs.Lease)
	if err != nil {
		return 0, fmt.Errorf("claim mails: %w", err)
	}
	return jobs.Each(ctx, rows, func(ctx context.Context, m models.OutboxMessage) {
		jobs.LogLost(ctx, o.log, o.handle(ctx, m))
	}), nil
}

// handle sends one mail or schedules another try. Its error is that of storing the result.
func (o *Outbox) handle(ctx context.Context, m models.OutboxMessage) error {
	if m.OrderID == "" && m.StaffID == "" {
		return o.store.DropOutbox(ctx, m.ID)
	}
	err := o.send(ctx, m)
	switch {
	case errors.Is(err, errNobody):
		return o.store.DropOutbox(ctx, m.ID)
	case err == nil:
		return o.store.FinishOutbox(ctx, m.ID, models.OutboxSent, "")
	}
	o.log.ErrorContext(ctx, "mail not sent", "mail", m.ID, "kind", string(m.Kind), "order", m.OrderID, "tries", m.Tries, "error", err)
	if m.Tries < maxTries {
		return o.store.Reschedule(ctx, store.QueueOutbox, m.ID, m.Lease, o.clock().Add(jobs.RetryDelay(m.Tries-1)))
	}
	return o.park(ctx, m)
}

func (o *Outbox) send(ctx context.Context, m models.OutboxMessage) error {
	var order models.Order // none of a mail to staff
	if m.StaffID == "" {
		var err error
		if order, err = o.store.Order(ctx, m.OrderID); err != nil {
			return fmt.Errorf("load order: %w", err)
		}
		if order.Email == "" {
			return errNobody
		}
	}
	message, err := o.compose(m, order)
	if err != nil {
		return fmt.Errorf("compose mail: %w", err)
	}
	message.MessageID = strings.ToLower(m.ID)
	ctx, cancel := context.WithTimeout(ctx, jobs.Lease/2)
	defer cancel()
	if err := o.sender.Send(ctx, message); err != nil {
		return fmt.Errorf("send mail: %w", redact(err, message.To))
	}
	return nil
}

// park gives up on a mail and opens a review for staff (reliability.md I10).
func (o *Outbox) park(ctx context.Context, m models.OutboxMessage) error {
	now := o.clock()
	return o.store.Tx(ctx, func(tx *store.Store) error {
		err := tx.OpenReview(ctx, models.Review{
			ID: models.NewID(), Kind: models.ReviewUndelivered, Subject: m.ID, OrderID: m.OrderID, Note: models.Remark("mail_given_up", "mail", string(m.Kind)),
			Open: true, CreatedAt: now, UpdatedAt: now,
		})
		if err != nil {
			return err
		}
		return tx.FinishOutbox(ctx, m.ID, models.OutboxParked, models.Remark("given_up"))
	})
}
