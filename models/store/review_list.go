package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/coincart/coincart/models"
)

// ReviewPage reads a page of reviews, newest first, all or only open ones. ErrFilter, ErrCursor.
func (s *Store) ReviewPage(ctx context.Context, onlyOpen bool, after string, limit int) (rows []models.Review, next string, err error) {
	where := conditions{}
	if onlyOpen {
		where.add("`open` = ?", true)
	}
	rows, next, err = reviewTable.page(ctx, s, where, after, limit)
	return rows, next, wrap("read the reviews", err)
}

// Review reads a review by its id; ErrNotFound.
func (s *Store) Review(ctx context.Context, id string) (models.Review, error) {
	r, err := take[models.Review](ctx, s, "id = ?", id)
	return r, wrap("read the review", err)
}

// CloseReview closes an open review with what its reader found; ErrConflict: it is not open.
func (s *Store) CloseReview(ctx context.Context, id, note string) error {
	if err := widths["reviews"]["resolution"].check("resolution", note); err != nil {
		return wrap("close the review", err)
	}
	return wrap("close the review", s.execOr(ctx, ErrConflict,
		"UPDATE reviews SET `open` = ?, resolution = ?, updated_at = ? WHERE id = ? AND `open` = ?", false, note, s.now(), id, true))
}

var pendingList = timeList[models.PendingAttempt]{
	name: "pending", order: sorting{"a.created_at", "a.id", false},
	query: `SELECT a.id, a.order_id, o.number_text, o.email, a.state, o.state, a.intent, a.app_order_id, a.order_num, a.coin, a.amount,
		a.payer_user_id, a.created_at, a.checked_at, o.expires_at FROM attempts a JOIN orders o ON o.id = a.order_id WHERE {page}`,
	scan: func(rows *sql.Rows) (a models.PendingAttempt, err error) {
		err = rows.Scan(&a.ID, &a.OrderID, &a.Number, &a.Email, &a.State, &a.OrderState, &a.Intent, &a.AppOrderID, &a.OrderNum, &a.Coin, &a.Amount,
			&a.PayerUserID, &a.CreatedAt, orZero(&a.CheckedAt), &a.ExpiresAt)
		return a, err
	},
	place: func(a models.PendingAttempt) (time.Time, string) { return a.CreatedAt, a.ID },
}

// PendingAttempts reads a page of what is pending at the platform: live attempts whose order number is known, oldest first. ErrFilter,
// ErrCursor.
func (s *Store) PendingAttempts(ctx context.Context, after string, limit int) (rows []models.PendingAttempt, next string, err error) {
	where := conditions{}
	where.add("a.live = ? AND a.order_num IS NOT NULL", true)
	rows, next, err = pendingList.page(ctx, s, where, after, limit)
	return rows, next, wrap("read the pending attempts", err)
}
