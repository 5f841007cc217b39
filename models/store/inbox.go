package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"github.com/coincart/coincart/models"
)

// maxUnusable is the maximum number of different envelopes of one digest that are kept while none of them could be used. The digest is the
// plaintext's; a signature that was seen once can be sent again with any data, and must not fill the table.
const maxUnusable = 8

// PutInbox stores a callback before it is acknowledged (reliability.md R4); stored says whether a row was added. The same envelope
// again, and any envelope whose plaintext is already handled, add nothing. ErrConflict: eight envelopes of this plaintext wait or
// could not be used. The time of its next look is now unless it is set.
func (s *Store) PutInbox(ctx context.Context, m *models.InboxMessage) (stored bool, err error) {
	s.completeInbox(m)
	open := 0
	handled := false
	err = s.each(ctx, "SELECT data_hash, state FROM inbox WHERE digest = ?", []any{m.Digest}, func(rows *sql.Rows) error {
		var hash string
		var state models.InboxState
		if err := rows.Scan(&hash, &state); err != nil {
			return err
		}
		switch state {
		case models.InboxDone, models.InboxFlagged:
			handled = true
		case models.InboxNew, models.InboxBad:
			handled = handled || hash == m.DataHash
			open++
		}
		return nil
	})
	switch {
	case err != nil:
		return false, wrap("look for the callback", err)
	case handled:
		return false, nil
	case open >= maxUnusable:
		return false, wrap("store the callback", ErrConflict)
	}
	err = s.create(ctx, m)
	if errors.Is(err, ErrDuplicate) {
		return false, nil
	}
	return err == nil, wrap("store the callback", err)
}

func (s *Store) completeInbox(m *models.InboxMessage) {
	m.ID, m.State = cmp.Or(m.ID, models.NewID()), cmp.Or(m.State, models.InboxNew)
	m.ReceivedAt = orTime(m.ReceivedAt, s.now())
	if m.State == models.InboxNew {
		m.DueAt = orTime(m.DueAt, m.ReceivedAt)
	}
	clipTexts(m, "app_id", "sent_time", "remote_addr", "problem")
}

// FinishInbox says what became of a callback. Done and flagged are final, bad may still become either: ErrConflict otherwise.
func (s *Store) FinishInbox(ctx context.Context, id string, state models.InboxState, problem string) error {
	return wrap("finish the callback", s.execOr(ctx, ErrConflict,
		"UPDATE inbox SET state = ?, problem = ?, handled_at = ?, due_at = NULL, lease = '' WHERE id = ? AND state IN (?, ?)",
		string(state), clip("inbox", "problem", problem), s.now(), id, string(models.InboxNew), string(models.InboxBad)))
}
