package pricing

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

func couponSubject(c models.Coupon) string { return "coupon:" + c.Code }

// SaveCoupon stores a coupon and returns its id. stored is the coupon before the change; it has no id for a new one. Errors:
// store.ErrDuplicate (the code is taken), store.ErrConflict (the version is out of date).
func (e *Editor) SaveCoupon(ctx context.Context, by models.Actor, stored, c models.Coupon) (id string, err error) {
	action, before := "coupon.create", models.Facts(nil)
	if stored.ID != "" {
		action, before = "coupon.change", couponFacts(stored)
	}
	err = e.store.Audited(ctx, by, action, couponSubject(c), before, couponFacts(c), func(tx *store.Store) error {
		saved := c // a retry of the transaction must start from c
		err := tx.SaveCoupon(ctx, &saved)
		id = saved.ID
		return err
	})
	return id, err
}

// SwitchCoupon enables or disables a coupon. store.ErrConflict: the version is out of date.
func (e *Editor) SwitchCoupon(ctx context.Context, by models.Actor, stored models.Coupon, version int, on bool) error {
	c := stored
	c.Enabled, c.Version = on, version
	before, after := models.Facts{"enabled": strconv.FormatBool(stored.Enabled)}, models.Facts{"enabled": strconv.FormatBool(on)}
	return e.store.Audited(ctx, by, "coupon.switch", couponSubject(c), before, after, func(tx *store.Store) error {
		saved := c // a retry of the transaction must start from c
		return tx.SaveCoupon(ctx, &saved)
	})
}

// couponFacts returns what the audit log records of a coupon.
func couponFacts(c models.Coupon) models.Facts {
	facts := models.Facts{
		"code": c.Code, "kind": string(c.Kind), "value": c.Value.String(), "enabled": strconv.FormatBool(c.Enabled), "minimum": c.Minimum.String(),
		"max_uses": strconv.Itoa(c.MaxUses), "max_per_shopper": strconv.Itoa(c.MaxPerShopper), "note": models.FactText(c.Note),
	}
	if len(c.CategoryIDs) > 0 {
		facts["categories"] = strings.Join(c.CategoryIDs, " ")
	}
	for name, t := range map[string]time.Time{"starts": c.StartsAt, "ends": c.EndsAt} {
		if !t.IsZero() {
			facts[name] = t.Format(time.RFC3339)
		}
	}
	return facts
}
