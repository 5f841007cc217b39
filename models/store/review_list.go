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

// ReviewChange changes a review; see MoveReview.
type ReviewChange struct {
	Open       *bool
	Note       *string `change:"clip"`
	WaitUntil  *time.Time
	Decision   *models.Decision
	DecidedBy  *string // staff id
	Resolution *string `change:"clip"`
}

// MoveReview changes a review, by compare-and-set over whether it is open. ErrConflict: it is not.
func (s *Store) MoveReview(ctx context.Context, id string, open bool, set ReviewChange) error {
	c, err := changed[models.Review](set)
	if err != nil {
		return wrap("change the review", err)
	}
	c.set("updated_at", s.now())
	return wrap("change the review", s.update(ctx, "reviews", c, "id = ? AND `open` = ?", id, open))
}

// ReviewsOf reads the reviews of an order, oldest first, closed ones too.
func (s *Store) ReviewsOf(ctx context.Context, orderID string) ([]models.Review, error) {
	list, err := find[models.Review](ctx, s, "created_at, id", "open IN (?, ?) AND order_id = ?", false, true, orderID)
	return list, wrap("read the order's reviews", err)
}

// CaseOrders reads the orders that reviews are about, with their attempts and without their lines, by id: what models.Review.Decisions needs.
// Two statements.
func (s *Store) CaseOrders(ctx context.Context, reviews []models.Review) (map[string]*models.Order, error) {
	var ids []string
	for _, r := range reviews {
		if r.Open && r.OrderID != "" {
			ids = append(ids, r.OrderID)
		}
	}
	orders, err := s.OrdersByID(ctx, ids)
	return orders, wrap("read the orders of the cases", err)
}

// OrdersByID reads orders with their attempts and without their lines, by id; those that are not there are left out. Two statements.
func (s *Store) OrdersByID(ctx context.Context, ids []string) (map[string]*models.Order, error) {
	orders := map[string]*models.Order{}
	err := inParts(ids, func(list string, args []any) error {
		found, err := orderTable.query(ctx, s, "WHERE id IN "+list, args...)
		if err != nil {
			return err
		}
		for i := range found {
			orders[found[i].ID] = &found[i]
		}
		attempts, err := attemptTable.query(ctx, s, "WHERE order_id IN "+list+" ORDER BY created_at, id", args...)
		for _, a := range attempts {
			if o := orders[a.OrderID]; o != nil {
				o.Attempts = append(o.Attempts, a)
			}
		}
		return err
	})
	return orders, wrap("read orders", err)
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
