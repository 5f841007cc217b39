package store

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"gorm.io/gorm/clause"

	"github.com/coincart/coincart/models"
)

// PutOutbox queues a message; a DedupeKey that is taken changes nothing (reliability.md I10). It is due at once unless a time is set.
func (s *Store) PutOutbox(ctx context.Context, m models.OutboxMessage) error {
	m.ID, m.State = cmp.Or(m.ID, models.NewID()), cmp.Or(m.State, models.OutboxWaiting)
	m.CreatedAt = orTime(m.CreatedAt, s.now())
	if m.State == models.OutboxWaiting {
		m.DueAt = orTime(m.DueAt, m.CreatedAt)
	}
	clipTexts(&m, "problem")
	return wrap("queue the message", s.create(ctx, &m, onConflict("dedupe_key")))
}

// onConflict makes an insert do nothing where the columns' unique key is taken.
func onConflict(columns ...string) clause.OnConflict {
	list := make([]clause.Column, len(columns))
	for i, name := range columns {
		list[i] = clause.Column{Name: name}
	}
	return clause.OnConflict{Columns: list, DoNothing: true}
}

// DropOutbox removes a message that is for nobody: without an order and a person of the staff, or of an order whose person was erased. None
// there is fine too.
func (s *Store) DropOutbox(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM outbox WHERE id = ? AND staff_id = '' AND (order_id = '' AND link_id = '' OR order_id IN (SELECT id FROM orders WHERE email = ''))", id)
	return wrap("drop the message", err)
}

// DropLinkMail removes a message about a payment link that is not to be sent any more.
func (s *Store) DropLinkMail(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM outbox WHERE id = ? AND link_id <> '' AND state = ?", id, string(models.OutboxWaiting))
	return wrap("drop the message", err)
}

// LinkMails reads the mails about a payment link, those that wait included, oldest first.
func (s *Store) LinkMails(ctx context.Context, linkID string) ([]models.OutboxMessage, error) {
	if linkID == "" {
		return nil, nil
	}
	list, err := find[models.OutboxMessage](ctx, s, "created_at, id", "link_id = ?", linkID)
	return list, wrap("read the mails of the payment link", err)
}

// MailSent reports whether a mail of a kind about an order was sent, or waits to be.
func (s *Store) MailSent(ctx context.Context, kind models.MailKind, orderID string) (bool, error) {
	var n int
	err := s.one(ctx, "SELECT COUNT(*) FROM outbox WHERE order_id = ? AND kind = ? AND state IN (?, ?)",
		[]any{orderID, string(kind), string(models.OutboxSent), string(models.OutboxWaiting)}, &n)
	return n > 0, wrap("look for a mail", err)
}

// TakeMailSlot takes one of a mailbox's places for a message, and reports whether it has one: at most places of them are taken within any
// window, among any number of replicas. A message that has its place keeps it. The mailbox is stored as a keyed digest. Without a key to
// seal with, which only tests and commands lack, every message has a place.
func (s *Store) TakeMailSlot(ctx context.Context, email, messageID string, places int, window time.Duration) (bool, error) {
	mailbox, err := s.sealer.digest(forMailboxes, models.Mailbox(email))
	if errors.Is(err, ErrNoSealKey) {
		return true, nil
	}
	if err != nil {
		return false, wrap("name the mailbox", err)
	}
	now := models.Instant(s.now())
	var held int
	if err := s.one(ctx, "SELECT COUNT(*) FROM mail_slots WHERE outbox_id = ?", []any{messageID}, &held); err != nil || held > 0 {
		return held > 0, wrap("look for the message's place", err)
	}
	for place := range places {
		row := mailSlot{ID: mailbox + ":" + strconv.Itoa(place), OutboxID: messageID, TakenAt: now}
		taken, err := s.takeSlot(ctx, row, now.Add(-window))
		if err != nil || taken {
			return taken, wrap("take a place of the mailbox", err)
		}
	}
	return false, nil
}

// takeSlot takes a place that nobody has taken since free.
func (s *Store) takeSlot(ctx context.Context, row mailSlot, free time.Time) (bool, error) {
	n, err := s.exec(ctx, "UPDATE mail_slots SET outbox_id = ?, taken_at = ? WHERE id = ? AND taken_at <= ?", row.OutboxID, row.TakenAt, row.ID, free)
	if err != nil || n > 0 {
		return n > 0, err
	}
	err = mailSlotTable.insert(ctx, s, &row)
	if errors.Is(err, ErrDuplicate) {
		return false, nil
	}
	return err == nil, err
}

// FinishOutbox says what became of a waiting message: sent, parked or skipped; ErrConflict when it does not wait any more.
func (s *Store) FinishOutbox(ctx context.Context, id string, state models.OutboxState, problem string) error {
	sentAt := time.Time{}
	if state == models.OutboxSent {
		sentAt = s.now()
	}
	return wrap("finish the message", s.execOr(ctx, ErrConflict,
		"UPDATE outbox SET state = ?, problem = ?, sent_at = ?, due_at = NULL, lease = '' WHERE id = ? AND state = ?",
		string(state), clip("outbox", "problem", problem), sentAt, id, string(models.OutboxWaiting)))
}
