package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models"
)

// shopperOf returns the name under which a coupon counts a shopper: a keyed digest of the e-mail, which does not depend on upper and lower
// case. The same shopper's uses of another coupon look different. ErrNoSealKey.
//
// It is a digest of a digest: uses that were stored before there was a key have the inner one, and get their key without the e-mail.
func (s *Store) shopperOf(couponID, email string) (string, error) {
	sum := sha256.Sum256([]byte(couponID + "\x00" + foldEmail(email)))
	return s.sealer.digest(forCoupons, hex.EncodeToString(sum[:]))
}

// unkeyedLength is the length of an inner digest, in hex digits; no keyed one is as long.
const unkeyedLength = 2 * sha256.Size

// CouponUsesBy counts how often a shopper, named by the e-mail, uses a coupon: orders that wait and orders that are paid, and those of
// people who were erased while the coupon limited the uses of each shopper. ErrNoSealKey.
func (s *Store) CouponUsesBy(ctx context.Context, couponID, email string) (n int, err error) {
	shopper, err := s.shopperOf(couponID, email)
	if err != nil {
		return 0, wrap("count the uses of the coupon", err)
	}
	query := "SELECT uses FROM coupon_shoppers WHERE coupon_id = ? AND shopper = ?"
	err = s.one(ctx, query, []any{couponID, shopper}, &n)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return 0, wrap("count the uses of the coupon", err)
	}
	strays, err := s.strayUses(ctx, couponID, email, shopper)
	for _, u := range strays {
		if u.counts() {
			n++
		}
	}
	return n, wrap("count the uses of the coupon", err)
}

// strayUse is a use under another digest than the shopper's of today: without a key, or of a former one.
type strayUse struct {
	orderID, couponID, shopper, email string
	state                             models.CouponUseState
}

func (u strayUse) counts() bool { return u.state == models.CouponHeld || u.state == models.CouponUsed }

const readStrays = "SELECT u.order_id, u.coupon_id, u.shopper, u.state, o.email FROM coupon_uses u JOIN orders o ON o.id = u.order_id WHERE "

func scanStray(rows *sql.Rows) (u strayUse, err error) {
	err = rows.Scan(&u.orderID, &u.couponID, &u.shopper, &u.state, &u.email)
	return u, err
}

// strayUses finds a shopper's uses of a coupon that FillShoppers has not come to yet, so that no limit is forgotten meanwhile.
func (s *Store) strayUses(ctx context.Context, couponID, email, shopper string) ([]strayUse, error) {
	email = foldEmail(email)
	list, err := collect(ctx, s, readStrays+"o.email = ? AND u.coupon_id = ? AND u.shopper <> ?", []any{email, couponID, shopper}, scanStray)
	mine := list[:0]
	for _, u := range list {
		if foldEmail(u.email) == email { // the database takes more texts for the same
			mine = append(mine, u)
		}
	}
	return mine, err
}

// takeForShopper counts a use of the shopper with an e-mail, and says what they are known by; ErrCouponUsedByShopper. The coupon is locked.
func (s *Store) takeForShopper(ctx context.Context, c models.Coupon, email string) (shopper string, err error) {
	if shopper, err = s.shopperOf(c.ID, email); err != nil {
		return "", err
	}
	if c.MaxPerShopper > 0 {
		strays, err := s.strayUses(ctx, c.ID, email, shopper)
		if err != nil {
			return "", err
		}
		for _, u := range strays {
			if err := s.renameUse(ctx, u.orderID, u.shopper, shopper); err != nil {
				return "", err
			}
		}
	}
	taken, err := s.addShopperUse(ctx, c.ID, shopper, c.MaxPerShopper)
	if err == nil && !taken {
		err = ErrCouponUsedByShopper
	}
	return shopper, err
}

// addShopperUse counts a use of a shopper, unless the limit is reached; 0: there is none. Nothing is counted for people who were erased.
func (s *Store) addShopperUse(ctx context.Context, couponID, shopper string, limit int) (bool, error) {
	if shopper == "" {
		return true, nil
	}
	insert := "INSERT INTO coupon_shoppers (coupon_id, shopper, uses) VALUES (?, ?, 0) ON DUPLICATE KEY UPDATE uses = uses"
	if s.dialect == migrations.SQLite {
		insert = "INSERT INTO coupon_shoppers (coupon_id, shopper, uses) VALUES (?, ?, 0) ON CONFLICT (coupon_id, shopper) DO NOTHING"
	}
	if _, err := s.exec(ctx, insert, couponID, shopper); err != nil {
		return false, err
	}
	n, err := s.exec(ctx, "UPDATE coupon_shoppers SET uses = uses + 1 WHERE coupon_id = ? AND shopper = ? AND (? = 0 OR uses < ?)",
		couponID, shopper, limit, limit)
	return n == 1, err
}

// dropShopperUse takes a use of a shopper back, and the shopper off the list where it was the last one.
func (s *Store) dropShopperUse(ctx context.Context, couponID, shopper string) error {
	if shopper == "" {
		return nil
	}
	if _, err := s.exec(ctx, "UPDATE coupon_shoppers SET uses = uses - 1 WHERE coupon_id = ? AND shopper = ?", couponID, shopper); err != nil {
		return err
	}
	_, err := s.exec(ctx, "DELETE FROM coupon_shoppers WHERE coupon_id = ? AND shopper = ? AND uses <= 0", couponID, shopper)
	return err
}

// shopperLimit is what a coupon says about each shopper.
type shopperLimit struct {
	max    int
	endsAt time.Time // zero: never
}

// idle reports whether the limit keeps nobody from anything, and never will again unless the coupon is changed.
func (l shopperLimit) idle(now time.Time) bool {
	return l.max == 0 || (!l.endsAt.IsZero() && !now.Before(l.endsAt))
}

// lockUse holds the use of an order, and its coupon first: transactions that count uses of a coupon wait for each other there, and none of
// them waits for a second one. ErrNotFound: the order has no coupon.
func (s *Store) lockUse(ctx context.Context, orderID string) (use models.CouponUse, limit shopperLimit, err error) {
	if err = s.one(ctx, "SELECT coupon_id FROM coupon_uses WHERE order_id = ?", []any{orderID}, &use.CouponID); err != nil {
		return use, limit, err
	}
	err = s.one(ctx, "SELECT max_per_shopper, ends_at FROM coupons WHERE id = ?"+s.forUpdate(), []any{use.CouponID}, &limit.max, orZero(&limit.endsAt))
	if err != nil {
		return use, limit, err
	}
	err = s.one(ctx, "SELECT id, order_id, shopper, state FROM coupon_uses WHERE order_id = ?"+s.forUpdate(), []any{orderID},
		&use.ID, &use.OrderID, &use.Shopper, &use.State)
	return use, limit, err
}

// renameUse gives the use of an order another digest of its shopper, with its count, if it still has the one that was read.
func (s *Store) renameUse(ctx context.Context, orderID, from, to string) error {
	use, _, err := s.lockUse(ctx, orderID)
	if err != nil || use.Shopper != from || from == to {
		return err
	}
	return s.setShopper(ctx, use, to, time.Time{})
}

// setShopper changes what a use that is locked knows its shopper by; empty: by nothing any more.
func (s *Store) setShopper(ctx context.Context, use models.CouponUse, to string, forgetAt time.Time) error {
	_, err := s.exec(ctx, "UPDATE coupon_uses SET shopper = ?, forget_at = ? WHERE id = ?", to, forgetAt, use.ID)
	if err != nil || to == use.Shopper || (use.State != models.CouponHeld && use.State != models.CouponUsed) {
		return err
	}
	if _, err := s.addShopperUse(ctx, use.CouponID, to, 0); err != nil {
		return err
	}
	return s.dropShopperUse(ctx, use.CouponID, use.Shopper)
}

// FillShoppers gives up to limit uses of coupons the digest of today that have one without a key or of a former key, and returns how many it
// found. Several replicas may do it at once. A use under a former key whose person was erased keeps it, because nothing is left to
// make another one of: for that person the limit begins anew with the key.
func (s *Store) FillShoppers(ctx context.Context, limit int) (int, error) {
	mark, err := s.sealer.keyMark(forCoupons)
	if err != nil {
		return 0, wrap("name the shoppers of coupons", err)
	}
	var strays []strayUse
	// Two ranges of one index, as in FillCustomers.
	for _, part := range []struct {
		where string
		mark  string
	}{{"u.shopper > '' AND u.shopper < ?", mark}, {"u.shopper > ?", mark + "~"}} {
		list, err := collect(ctx, s, readStrays+part.where+" AND (o.email <> '' OR LENGTH(u.shopper) = ?) LIMIT ?",
			[]any{part.mark, unkeyedLength, max(1, limit)}, scanStray)
		if err != nil {
			return 0, wrap("look for shoppers under another key", err)
		}
		strays = append(strays, list...)
	}
	for _, u := range strays {
		if err := s.nameShopper(ctx, u); err != nil {
			return 0, wrap("name the shoppers of coupons", err)
		}
	}
	return len(strays), nil
}

func (s *Store) nameShopper(ctx context.Context, u strayUse) error {
	name, err := s.shopperOf(u.couponID, u.email)
	if u.email == "" {
		name, err = s.sealer.digest(forCoupons, u.shopper)
	}
	if err != nil {
		return err
	}
	return s.Tx(ctx, func(tx *Store) error { return tx.renameUse(ctx, u.orderID, u.shopper, name) })
}

// shopperLook is the time from an erase, and from each check, to the next check of a use whose coupon has no end.
const shopperLook = 30 * 24 * time.Hour

// eraseShoppers takes a person out of the coupons that their orders used, while the orders still have the e-mail. Where a coupon limits
// the uses of each shopper and is not over, the keyed digest stays, so that erasing is no way to use it again; ForgetShoppers takes it away
// once the coupon is over. Everywhere else nothing is left.
func (s *Store) eraseShoppers(ctx context.Context, orders string, ids []any) error {
	uses, err := collect(ctx, s, readStrays+"u.order_id IN "+orders, ids, scanStray)
	if err != nil {
		return err
	}
	for _, u := range uses {
		use, limit, err := s.lockUse(ctx, u.orderID)
		if err != nil {
			return err
		}
		name, err := s.shopperOf(use.CouponID, u.email)
		if err != nil {
			return err
		}
		if use.State != models.CouponUsed {
			name = ""
		}
		if err := s.keepShopper(ctx, use, limit, name); err != nil {
			return err
		}
	}
	return nil
}

// keepShopper gives a locked use of an erased person the name that it may keep until it is looked at again, or none.
func (s *Store) keepShopper(ctx context.Context, use models.CouponUse, limit shopperLimit, name string) error {
	now := s.now()
	if name == "" || limit.idle(now) {
		return s.setShopper(ctx, use, "", time.Time{})
	}
	return s.setShopper(ctx, use, name, orTime(limit.endsAt, now.Add(shopperLook)))
}

// ForgetShoppers looks at up to limit uses of coupons whose person was erased and that are due, and returns how many: where the coupon is
// over by now, or limits nobody any more, the digest goes; else it is looked at again later. Several replicas may do it at once.
func (s *Store) ForgetShoppers(ctx context.Context, limit int) (int, error) {
	now := s.now()
	orders, err := s.readTexts(ctx, "SELECT order_id FROM coupon_uses WHERE forget_at <= ? ORDER BY forget_at LIMIT ?", now, max(1, limit))
	if err != nil {
		return 0, wrap("look for shoppers to forget", err)
	}
	for _, id := range orders {
		err := s.Tx(ctx, func(tx *Store) error {
			use, limit, err := tx.lockUse(ctx, id)
			if err != nil {
				return err
			}
			return tx.keepShopper(ctx, use, limit, use.Shopper)
		})
		if err != nil {
			return 0, wrap("forget a shopper", err)
		}
	}
	return len(orders), nil
}
