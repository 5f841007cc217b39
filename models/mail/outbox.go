// Package mail sends the shop's mails. A mail is queued in the database by the transaction that causes it, and sent afterwards through SMTP
// or, without a mail server, written to a file.
package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
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

// Compose composes the mail for a row of the outbox. The outbox sets the Message-ID.
type Compose func(models.OutboxMessage, models.Order) (Message, error)

// ComposeStaff composes the mail for a row of the outbox that is for a person of the staff. The outbox sets the Message-ID.
type ComposeStaff func(models.OutboxMessage, models.Staff) (Message, error)

// maxTries is how often a mail is tried before staff are asked: about three hours with jobs.RetryDelay.
const maxTries = 12

// ErrNoSender means that the shop sends no mails.
var ErrNoSender = errors.New("no mail server is set")

// errNobody means that the recipient was erased, or may not use the back office any more.
var errNobody = errors.New("there is nobody to write to")

// errLimit means that the mailbox got as many mails about unpaid orders as it may get.
var errLimit = errors.New("the mailbox has enough mails")

// OutboxConfig configures an Outbox.
type OutboxConfig struct {
	Store   *store.Store
	Jobs    *jobs.Engine // runs the worker that sends the mails
	Clock   models.Clock
	Logger  *slog.Logger
	Sender  Sender  // nil: the shop sends no mails
	Compose Compose // required with Sender

	ComposeStaff   ComposeStaff   // nil: nothing is sent to the staff
	ComposeInvoice ComposeInvoice // nil: no invoices are sent
}

// Outbox queues mails in the database and sends them. It is safe for concurrent use and for any number of replicas.
type Outbox struct {
	store   *store.Store
	clock   models.Clock
	log     *slog.Logger
	sender  Sender
	compose Compose
	toStaff ComposeStaff
	invoice ComposeInvoice
	wake    jobs.Bell
}

// NewOutbox returns an outbox and registers its worker with c.Jobs.
func NewOutbox(c OutboxConfig) (*Outbox, error) {
	if c.Store == nil || c.Jobs == nil || c.Sender != nil && c.Compose == nil {
		return nil, errors.New("mail: an outbox needs store and jobs, and compose with a sender")
	}
	o := &Outbox{
		store: c.Store, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), sender: c.Sender, compose: c.Compose,
		toStaff: c.ComposeStaff, invoice: c.ComposeInvoice, wake: jobs.NewBell(),
	}
	if o.sender != nil {
		c.Jobs.AddWorker(jobs.Worker{Name: "outbox", Step: o.step, Wake: o.wake})
	}
	return o, nil
}

// Sends reports whether the shop sends mails.
func (o *Outbox) Sends() bool { return o.sender != nil }

// SendsToStaff reports whether the shop sends mails to its staff.
func (o *Outbox) SendsToStaff() bool { return o.sender != nil && o.toStaff != nil }

// Wake makes the worker look for mails at once. Call it after the transaction that queued one.
func (o *Outbox) Wake() { o.wake.Ring() }

// Queue queues a mail about an order in the transaction tx, once for each kind. It does nothing if the shop sends no mails.
func (o *Outbox) Queue(ctx context.Context, tx *store.Store, kind models.MailKind, orderID string) error {
	return o.QueueAs(ctx, tx, kind, orderID, string(kind)+":"+orderID)
}

// QueueAs is Queue with a deduplication key of the caller's choice: no two mails have the same key. A mail with an empty orderID has no
// recipient and is dropped when it is due.
func (o *Outbox) QueueAs(ctx context.Context, tx *store.Store, kind models.MailKind, orderID, key string) error {
	if o.sender == nil {
		return nil
	}
	return o.put(ctx, tx, models.OutboxMessage{Kind: kind, OrderID: orderID, DedupeKey: key})
}

// QueueEnded queues the mail about an order that was cancelled or expired without a payment (MailOrderCancelled, MailOrderExpired), in the
// transaction that ends it. It does nothing if the shopper was never told that the order was received: nothing came of such an order.
func (o *Outbox) QueueEnded(ctx context.Context, tx *store.Store, kind models.MailKind, orderID string) error {
	if o.sender == nil {
		return nil
	}
	told, err := tx.MailSent(ctx, models.MailOrderReceived, orderID)
	if err != nil || !told {
		return err
	}
	return o.Queue(ctx, tx, kind, orderID)
}

// QueueRefunded queues the mail about a refund that the platform has accepted, once, in the transaction that says so.
func (o *Outbox) QueueRefunded(ctx context.Context, tx *store.Store, orderID, refundID string) error {
	if o.sender == nil {
		return nil
	}
	key := string(models.MailRefunded) + ":" + refundID
	return o.put(ctx, tx, models.OutboxMessage{Kind: models.MailRefunded, OrderID: orderID, About: refundID, DedupeKey: key})
}

// QueueDecided queues the mail with what was decided about money that came late, once for each review, in the transaction of the decision. The
// mail says what follows from the order when it is sent: that the order is accepted if it counts as paid (Order.PaidAt), else that the money
// goes back.
func (o *Outbox) QueueDecided(ctx context.Context, tx *store.Store, orderID, reviewID string) error {
	if o.sender == nil {
		return nil
	}
	return o.QueueAs(ctx, tx, models.MailLateDecided, orderID, string(models.MailLateDecided)+":"+reviewID)
}

func (o *Outbox) put(ctx context.Context, tx *store.Store, m models.OutboxMessage) error {
	now := o.clock()
	m.ID, m.State, m.CreatedAt, m.DueAt = models.NewID(), models.OutboxWaiting, now, now
	return tx.PutOutbox(ctx, m)
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
		key := string(kind) + ":" + order.ID + ":" + token
		return o.put(ctx, tx, models.OutboxMessage{Kind: kind, OrderID: order.ID, About: models.MailResent, DedupeKey: key})
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
	if m.OrderID == "" && m.StaffID == "" && m.LinkID == "" {
		return o.store.DropOutbox(ctx, m.ID)
	}
	err := o.send(ctx, m)
	switch {
	case errors.Is(err, errNobody) && m.StaffID != "":
		return o.store.FinishOutbox(ctx, m.ID, models.OutboxSkipped, models.Remark("mail_nobody"))
	case errors.Is(err, errMoot), errors.Is(err, errNobody) && m.LinkID != "":
		return o.store.DropLinkMail(ctx, m.ID)
	case errors.Is(err, errLater) && m.Tries < maxTries:
		return o.store.Reschedule(ctx, store.QueueOutbox, m.ID, m.Lease, o.clock().Add(invoiceWait))
	case errors.Is(err, errNobody):
		return o.store.DropOutbox(ctx, m.ID)
	case errors.Is(err, errLimit):
		o.log.WarnContext(ctx, "mail skipped", "mail", m.ID, "kind", string(m.Kind), "order", m.OrderID, "reason", err)
		return o.store.FinishOutbox(ctx, m.ID, models.OutboxSkipped, models.Remark("mail_limit", "limit", strconv.Itoa(models.MaxUnpaidMails)))
	case err == nil:
		return o.store.FinishOutbox(ctx, m.ID, models.OutboxSent, "")
	}
	o.log.ErrorContext(ctx, "mail not sent", "mail", m.ID, "kind", string(m.Kind), "order", m.OrderID, "tries", m.Tries, "error", err)
	switch {
	case m.Tries < maxTries:
		return o.store.Reschedule(ctx, store.QueueOutbox, m.ID, m.Lease, o.clock().Add(jobs.RetryDelay(m.Tries-1)))
	case m.StaffID != "", m.LinkID != "":
		// What it tells stands on the pages of the back office. A review would be the next thing to tell by mail. The page of an invoice says
		// that its mail was not sent.
		return o.store.FinishOutbox(ctx, m.ID, models.OutboxSkipped, models.Remark("given_up"))
	}
	return o.park(ctx, m)
}

// send composes and sends one mail. Errors: errNobody, errLimit, errMoot, errLater.
func (o *Outbox) send(ctx context.Context, m models.OutboxMessage) error {
	message, err := o.message(ctx, m)
	if err != nil {
		return err
	}
	message.MessageID = strings.ToLower(m.ID)
	ctx, cancel := context.WithTimeout(ctx, jobs.Lease/2)
	defer cancel()
	if err := o.sender.Send(ctx, message); err != nil {
		return fmt.Errorf("send mail: %w", redact(err, message.To))
	}
	return nil
}

// message composes a mail, unless nobody or nobody any more may get it. Errors: errNobody, errLimit, errMoot, errLater.
func (o *Outbox) message(ctx context.Context, m models.OutboxMessage) (message Message, err error) {
	switch {
	case m.StaffID != "":
		return o.staffMessage(ctx, m)
	case m.LinkID != "":
		return o.invoiceMessage(ctx, m)
	}
	order, err := o.store.Order(ctx, m.OrderID)
	if err != nil {
		return message, fmt.Errorf("load order: %w", err)
	}
	if order.Email == "" {
		return message, errNobody
	}
	if err := o.checkLimit(ctx, m, &order); err != nil {
		return message, err
	}
	if message, err = o.compose(m, order); err != nil {
		return message, fmt.Errorf("compose mail: %w", err)
	}
	return message, nil
}

// checkLimit takes a place of the recipient's mailbox for a mail that anybody can cause: one about an order for which no money has come.
// Errors: errLimit.
func (o *Outbox) checkLimit(ctx context.Context, m models.OutboxMessage, order *models.Order) error {
	if !m.Kind.Unpaid() || order.PaidAttemptID != "" || m.About == models.MailResent {
		return nil
	}
	free, err := o.store.TakeMailSlot(ctx, order.Email, m.ID, models.MaxUnpaidMails, models.UnpaidMailWindow)
	if err != nil {
		return fmt.Errorf("count the mailbox's mails: %w", err)
	}
	if !free {
		return errLimit
	}
	return nil
}

// staffMessage composes a mail to a person of the staff who may still use the back office. Errors: errNobody.
func (o *Outbox) staffMessage(ctx context.Context, m models.OutboxMessage) (message Message, err error) {
	person, err := o.store.StaffByID(ctx, m.StaffID)
	if errors.Is(err, store.ErrNotFound) || err == nil && !mayGet(person, m.Kind) || o.toStaff == nil {
		return message, errNobody
	}
	if err != nil {
		return message, fmt.Errorf("load person: %w", err)
	}
	if message, err = o.toStaff(m, person); err != nil {
		return message, fmt.Errorf("compose mail: %w", err)
	}
	return message, nil
}

func mayGet(person models.Staff, kind models.MailKind) bool {
	return !person.Disabled && (person.Role == models.RoleOwner || !kind.OwnersOnly())
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
