package shop

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// couponTooOften is the problem of a code that was not looked at, because too many wrong ones came before it.
const couponTooOften = "too_often"

// refusedCoupon is a code that was typed and is not stored in the cart.
type refusedCoupon struct {
	typed string        // "": none was refused
	wait  time.Duration // too many codes were wrong: when the next one is looked at; 0: this cannot be a code
}

// field returns the field with the problem.
func (r refusedCoupon) field(p *i18n.Printer) pages.CouponField {
	if r.wait > 0 {
		minutes := int(math.Ceil(r.wait.Minutes()))
		return pages.CouponField{Typed: r.typed, Problem: couponTooOften, Wait: p.N("coupon.wait", minutes)}
	}
	return pages.CouponField{Typed: r.typed, Problem: string(models.CouponUnknown)}
}

// status returns the HTTP status of the answer, and says when to try again.
func (r refusedCoupon) status(v *visit.Visit) int {
	if r.wait > 0 {
		v.SetHeader("Retry-After", strconv.Itoa(int(math.Ceil(r.wait.Seconds()))))
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// chooseCoupon stores a code in the cart; an empty one removes the cart's. A code that the cart does not have yet is a guess: guesses that are
// wrong are limited, and beyond the limit no code is looked at, right or wrong. Whether a code is wrong is decided without the cart: one that
// exists and only does not fit the goods is no guess, and its owner is told what is missing.
func (p *CartPages) chooseCoupon(v *visit.Visit, cart *models.Cart, typed string) (refusedCoupon, error) {
	code := models.FoldCoupon(typed)
	switch {
	case typed != "" && code == "":
		return refusedCoupon{typed: typed}, nil
	case code == cart.CouponCode:
		return refusedCoupon{}, nil
	}
	if code != "" {
		guess, wait, err := p.guesses.Try(v.Context(), cart.ID, v.ClientIP())
		if err != nil {
			return refusedCoupon{}, err
		}
		if wait > 0 {
			p.site.Count(eventCouponLimited)
			return refusedCoupon{typed: typed, wait: wait}, nil
		}
		known, err := p.isCoupon(v, code)
		if err != nil {
			return refusedCoupon{}, err
		}
		if known {
			if err := guess.Right(v.Context()); err != nil {
				return refusedCoupon{}, err
			}
		}
	}
	if err := p.site.Store.SetCartCoupon(v.Context(), cart.ID, code); err != nil {
		return refusedCoupon{}, err
	}
	cart.CouponCode = code
	return refusedCoupon{}, nil
}

// eventCouponLimited counts the codes that were not looked at.
const eventCouponLimited = "coupon_limited"

// isCoupon reports whether there is a coupon of this code that can be used now.
func (p *CartPages) isCoupon(v *visit.Visit, code string) (bool, error) {
	c, err := p.site.Store.CouponByCode(v.Context(), code)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && c.Usable(p.site.Clock()), err
}
