package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// Errors of coupons, when an order takes one.
var (
	// ErrCouponUsedUp means that the coupon was used as often as it may be.
	ErrCouponUsedUp = errors.New("the coupon is used up")
	// ErrCouponUsedByShopper means that this shopper has used the coupon as often as anyone may.
	ErrCouponUsedByShopper = errors.New("the shopper has used the coupon")
)

// Coupon reads a coupon by its id; ErrNotFound.
func (s *Store) Coupon(ctx context.Context, id string) (models.Coupon, error) {
	c, err := takeByKey[models.Coupon](ctx, s, isKey, "id", id)
	return c, wrap("read the coupon", err)
}

// CouponByCode reads a coupon by its code as it is typed; ErrNotFound.
func (s *Store) CouponByCode(ctx context.Context, code string) (models.Coupon, error) {
	c, err := takeByKey[models.Coupon](ctx, s, isChosenKey, "code", models.FoldCoupon(code))
	return c, wrap("read the coupon", err)
}

// SaveCoupon stores a coupon: a new one where ID is empty, else the one with that ID if nobody has changed it since Version. It fills in
// what the store keeps. ErrDuplicate: the code is taken. ErrConflict: it was changed meanwhile, or is used more often already than MaxUses.
func (s *Store) SaveCoupon(ctx context.Context, c *models.Coupon) error {
	if err := checkTexts(c); err != nil {
		return wrap("store the coupon", err)
	}
	now := s.now()
	if c.ID == "" {
		stored := *c
		stored.ID, stored.Uses, stored.Version, stored.CreatedAt, stored.UpdatedAt = models.NewID(), 0, 1, now, now
		err := s.create(ctx, &stored)
		if err == nil {
			*c = stored
		}
		return wrap("store the coupon", err)
	}
	changed := *c
	changed.Version, changed.UpdatedAt = c.Version+1, now
	err := s.update(ctx, "coupons", couponTable.change(&changed), "id = ? AND version = ? AND (? = 0 OR uses <= ?)", c.ID, c.Version, c.MaxUses, c.MaxUses)
	if err == nil {
		*c = changed
	}
	return wrap("store the coupon", err)
}

// TakeCoupon lets an order use a coupon, in the transaction that places it: a conditional UPDATE, so that of any number of orders at the
// same moment exactly as many get it as may. c is the coupon as the order was priced with it.
//
// ErrConflict: it was changed or switched off since. ErrCouponUsedUp, ErrCouponUsedByShopper: others, or other tabs, were faster.
// ErrNoSealKey.
func (s *Store) TakeCoupon(ctx context.Context, c models.Coupon, orderID, email string) error {
	return wrap("take the coupon", s.Tx(ctx, func(tx *Store) error {
		n, err := tx.exec(ctx, "UPDATE coupons SET uses = uses + 1 WHERE id = ? AND version = ? AND enabled = ? AND (max_uses = 0 OR uses < max_uses)",
			c.ID, c.Version, true)
		if err != nil {
			return err
		}
		if n == 0 {
			return tx.whyNotTaken(ctx, c)
		}
		shopper, err := tx.takeForShopper(ctx, c, email)
		if err != nil {
			return err
		}
		now := tx.now()
		return tx.create(ctx, &models.CouponUse{
			ID: models.NewID(), CouponID: c.ID, OrderID: orderID, Shopper: shopper, State: models.CouponHeld, CreatedAt: now, UpdatedAt: now,
		})
	}))
}

func (s *Store) whyNotTaken(ctx context.Context, c models.Coupon) error {
	// A locking read sees what is there now, not what was there when the transaction began.
	now, err := couponTable.take(ctx, s, "WHERE id = ?"+s.forUpdate(), c.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return ErrConflict
	case err != nil:
		return err
	case now.Enabled && now.Version == c.Version:
		return ErrCouponUsedUp
	default:
		return ErrConflict
	}
}

// ReleaseCoupon gives back what an order that ended unpaid has used of a coupon, once; an order without one is fine too. What was paid
// stays used, whether the money goes back later or not: a refund is no reason to let somebody else have a coupon of which there are few,
// and the staff can give the shopper another one.
func (s *Store) ReleaseCoupon(ctx context.Context, orderID string) error {
	return wrap("give the coupon back", s.Tx(ctx, func(tx *Store) error {
		use, _, err := tx.lockUse(ctx, orderID)
		if errors.Is(err, ErrNotFound) || (err == nil && use.State != models.CouponHeld) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.moveCouponUse(ctx, use, models.CouponReleased); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "UPDATE coupons SET uses = uses - 1 WHERE id = ?", use.CouponID); err != nil {
			return err
		}
		return tx.dropShopperUse(ctx, use.CouponID, use.Shopper)
	}))
}

// UseCoupon books that the order with the coupon was paid. Where it had been given back, because the order had ended before the money
// came, it is taken again; if others have reached a limit since, the use is kept beyond it (models.CouponLate). An order without
// a coupon is fine too.
func (s *Store) UseCoupon(ctx context.Context, orderID string) error {
	return wrap("book the coupon", s.Tx(ctx, func(tx *Store) error {
		use, _, err := tx.lockUse(ctx, orderID)
		switch {
		case errors.Is(err, ErrNotFound):
			return nil
		case err != nil:
			return err
		case use.State == models.CouponHeld:
			return tx.moveCouponUse(ctx, use, models.CouponUsed)
		case use.State == models.CouponReleased:
			return tx.takeCouponAgain(ctx, use)
		}
		return nil
	}))
}

func (s *Store) takeCouponAgain(ctx context.Context, use models.CouponUse) error {
	n, err := s.exec(ctx, "UPDATE coupons SET uses = uses + 1 WHERE id = ? AND (max_uses = 0 OR uses < max_uses)", use.CouponID)
	if err != nil {
		return err
	}
	if n == 0 {
		return s.moveCouponUse(ctx, use, models.CouponLate)
	}
	// The shopper paid: whatever the limit of one shopper is, this use counts.
	if _, err := s.addShopperUse(ctx, use.CouponID, use.Shopper, 0); err != nil {
		return err
	}
	return s.moveCouponUse(ctx, use, models.CouponUsed)
}

// moveCouponUse changes the state of a use that is locked.
func (s *Store) moveCouponUse(ctx context.Context, use models.CouponUse, to models.CouponUseState) error {
	return s.execOr(ctx, ErrConflict, "UPDATE coupon_uses SET state = ?, updated_at = ? WHERE id = ? AND state = ?",
		string(to), s.now(), use.ID, string(use.State))
}

// CouponFilter chooses coupons of the back office's list.
type CouponFilter struct {
	Search string // a part of the code or of the note; empty: all
	After  string // models.CouponPage.Next of the page before
	Limit  int
}

// Coupons reads a page of coupons, newest first. ErrCursor, ErrFilter.
func (s *Store) Coupons(ctx context.Context, f CouponFilter) (models.CouponPage, error) {
	where := conditions{}
	if text := strings.TrimSpace(f.Search); text != "" {
		// Codes are stored folded; a shop has hundreds of coupons, not millions.
		pattern := "%" + likeEscapes.Replace(text) + "%"
		where.add("(code LIKE ? ESCAPE '!' OR note LIKE ? ESCAPE '!')", "%"+likeEscapes.Replace(strings.ToUpper(text))+"%", pattern)
	}
	rows, next, err := couponTable.page(ctx, s, where, f.After, f.Limit)
	return models.CouponPage{Rows: rows, Next: next}, wrap("read the coupons", err)
}

var couponUseList = timeList[models.CouponUseRow]{
	name: "coupon_uses", order: sorting{"u.created_at", "u.id", true},
	query: `SELECT u.id, u.coupon_id, u.order_id, u.state, u.created_at, u.updated_at, o.number_text, o.state, o.email, o.currency, o.digits,
		o.discount, o.total FROM coupon_uses u JOIN orders o ON o.id = u.order_id WHERE {page}`,
	scan: func(rows *sql.Rows) (u models.CouponUseRow, err error) {
		err = rows.Scan(&u.ID, &u.CouponID, &u.OrderID, &u.State, &u.CreatedAt, &u.UpdatedAt, &u.Number, &u.OrderState, &u.Email, &u.Currency, &u.Digits,
			&u.Discount, &u.Total)
		return u, err
	},
	place: func(u models.CouponUseRow) (time.Time, string) { return u.CreatedAt, u.ID },
}

// CouponUses reads a page of a coupon's uses with their orders, newest first. ErrCursor.
func (s *Store) CouponUses(ctx context.Context, couponID, after string, limit int) (page models.CouponUsePage, err error) {
	where := conditions{}
	where.add("u.coupon_id = ?", couponID)
	page.Rows, page.Next, err = couponUseList.page(ctx, s, where, after, limit)
	return page, wrap("read the uses of the coupon", err)
}
