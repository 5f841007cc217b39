package store

import (
	"cmp"
	"context"
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

// DropOutbox removes a message that is for nobody: without an order, or of one whose person was erased. None there is fine too.
func (s *Store) DropOutbox(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM outbox WHERE id = ? AND (order_id = '' OR order_id IN (SELECT id FROM orders WHERE email = ''))", id)
	return wrap("drop the message", err)
}

// FinishOutbox says what became of a waiting message, sent or parked; ErrConflict when it does not wait any more.
func (s *Store) FinishOutbox(ctx context.Context, id string, state models.OutboxState, problem string) error {
	sentAt := time.Time{}
	if state == models.OutboxSent {
		sentAt = s.now()
	}
	return wrap("finish the message", s.execOr(ctx, ErrConflict,
		"UPDATE outbox SET state = ?, problem = ?, sent_at = ?, due_at = NULL, lease = '' WHERE id = ? AND state = ?",
		string(state), clip("outbox", "problem", problem), sentAt, id, string(models.OutboxWaiting)))
}
