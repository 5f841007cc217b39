package models

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/coincart/coincart/models/invalid"
)

// CouponKind is what a coupon gives.
type CouponKind string

// The kinds of coupons.
const (
	CouponPercent      CouponKind = "percent"       // Value percent of the lines that it is for
	CouponFixed        CouponKind = "fixed"         // Value of the shop's currency off them, at most all they cost
	CouponFreeDelivery CouponKind = "free_delivery" // the delivery costs nothing
)

// CouponKinds returns all kinds, for forms.
func CouponKinds() []CouponKind {
	return []CouponKind{CouponPercent, CouponFixed, CouponFreeDelivery}
}

// Bounds of a coupon.
const (
	MaxCouponCode = 40      // runes
	MaxCouponNote = 500     // runes
	MaxCouponUses = 1 << 30 // of a limit
)

// Coupon takes something off an order. Zero times and zero limits do not limit. It is for the lines in one of its categories or below
// them, or for all where it names none; Minimum is what these lines must cost together before it counts.
type Coupon struct {
	ID            string     `ascii:"36"`
	Code          string     `text:"64"` // as FoldCoupon writes it; unique
	Kind          CouponKind `ascii:"16"`
	Value         Amount     // percent, or of the shop's currency
	Minimum       Amount
	CategoryIDs   List      `text:"medium"`
	StartsAt      time.Time `gorm:"default:null"` // from then on
	EndsAt        time.Time `gorm:"default:null"` // until just before then
	MaxUses       int
	MaxPerShopper int
	Uses          int // held and used; kept by the store
	Enabled       bool
	Note          string `text:"500"` // for the staff
	Version       int    // optimistic lock
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// FoldCoupon returns a typed code in the form that is stored and compared: Unicode form KC, upper case, no spaces around
// it. It returns "" for a text that cannot be a code.
func FoldCoupon(text string) string {
	if len(text) > 16*MaxCouponCode || !utf8.ValidString(text) {
		return ""
	}
	code := norm.NFKC.String(strings.ToUpper(norm.NFKC.String(strings.TrimSpace(text))))
	if checkCouponCode(code) != "" {
		return ""
	}
	return code
}

// checkCouponCode allows letters and digits of any script and the signs - _ . between them.
func checkCouponCode(code string) invalid.Problem {
	switch {
	case code == "":
		return invalid.Missing
	case utf8.RuneCountInString(code) > MaxCouponCode:
		return invalid.TooLong
	}
	for _, r := range code {
		if !unicode.In(r, unicode.L, unicode.Nd, unicode.M) && !strings.ContainsRune("-_.", r) {
			return invalid.Characters
		}
	}
	return ""
}

// Check returns what is wrong with a coupon, before it is stored. digits are the currency's. Fields: code, kind, value, minimum, ends_at, max_uses,
// max_per_shopper, note.
func (c Coupon) Check(digits int) invalid.Problems {
	p := invalid.Problems{}
	p.Add("code", checkCouponCode(c.Code))
	if FoldCoupon(c.Code) != c.Code {
		p.Add("code", invalid.Characters)
	}
	switch c.Kind {
	case CouponPercent:
		p.Add("value", checkPercent(c.Value))
	case CouponFixed:
		p.Add("value", checkMoney(c.Value, digits))
		if c.Value.IsZero() {
			p.Add("value", invalid.Range)
		}
	case CouponFreeDelivery:
		if !c.Value.IsZero() {
			p.Add("value", invalid.Range)
		}
	default:
		p.Add("kind", invalid.Unknown)
	}
	p.Add("minimum", checkMoney(c.Minimum, digits))
	if !c.StartsAt.IsZero() && !c.EndsAt.IsZero() && !c.StartsAt.Before(c.EndsAt) {
		p.Add("ends_at", invalid.Ends)
	}
	for field, n := range map[string]int{"max_uses": c.MaxUses, "max_per_shopper": c.MaxPerShopper} {
		if n < 0 {
			p.Add(field, invalid.Negative)
		}
		if n > MaxCouponUses {
			p.Add(field, invalid.Range)
		}
	}
	if c.MaxUses > 0 && c.MaxUses < c.Uses {
		p.Add("max_uses", invalid.Used)
	}
	p.Add("note", checkLines(c.Note, MaxCouponNote))
	return p
}

// CouponProblem says why a coupon takes nothing off; "" where it does. Pages have words for each.
type CouponProblem string

// Why a coupon does not count.
const (
	CouponUnknown     CouponProblem = "unknown"      // there is no such coupon, or it is switched off
	CouponEarly       CouponProblem = "early"        // it is not valid yet
	CouponOver        CouponProblem = "over"         // it is not valid any more
	CouponUsedUp      CouponProblem = "used_up"      // as often as allowed
	CouponUsedByMe    CouponProblem = "used_by_me"   // by this shopper as often as allowed
	CouponNoLine      CouponProblem = "no_line"      // nothing in the cart is in its categories
	CouponMinimum     CouponProblem = "minimum"      // its lines do not cost enough
	CouponNoParcel    CouponProblem = "no_delivery"  // it makes the delivery free, and nothing is delivered
	CouponNothingLeft CouponProblem = "nothing_left" // it would leave nothing to pay, and the platform takes no orders of nothing
)

// Alike reports whether shoppers get the same answer for the problem as for a code that does not exist: whoever guesses codes learns nothing
// about coupons that are over, not valid yet, used up or switched off. The other problems are about the cart of somebody who has a good code.
func (p CouponProblem) Alike() bool {
	return p == CouponUnknown || p == CouponEarly || p == CouponOver || p == CouponUsedUp
}

// Usable reports whether the coupon can be used by somebody at a time, whatever is in the cart.
func (c Coupon) Usable(now time.Time) bool { return c.closed(now) == "" }

// closed returns why the coupon cannot be used at all at a time, or "".
func (c Coupon) closed(now time.Time) CouponProblem {
	switch {
	case !c.Enabled:
		return CouponUnknown
	case !c.StartsAt.IsZero() && now.Before(c.StartsAt):
		return CouponEarly
	case !c.EndsAt.IsZero() && !now.Before(c.EndsAt):
		return CouponOver
	case c.MaxUses > 0 && c.Uses >= c.MaxUses:
		return CouponUsedUp
	}
	return ""
}

// MayLeaveNothing reports whether the coupon can take everything off that it is for, so that nothing may be left to pay; then it does not
// count (CouponNothingLeft).
func (c Coupon) MayLeaveNothing() bool {
	switch c.Kind {
	case CouponPercent:
		return c.Value.Cmp(hundred()) >= 0
	case CouponFixed:
		return c.Minimum.Cmp(c.Value) <= 0
	case CouponFreeDelivery:
	}
	return false
}

// covers reports whether the coupon is for a line.
func (c Coupon) covers(l BasketLine) bool {
	return len(c.CategoryIDs) == 0 || slices.ContainsFunc(l.CategoryIDs, func(id string) bool { return slices.Contains(c.CategoryIDs, id) })
}

// problem returns why the coupon does not count for a basket whose covered lines cost covered, or "".
func (c Coupon) problem(b Basket, covered Amount, anyCovered bool) CouponProblem {
	if closed := c.closed(b.Now); closed != "" {
		return closed
	}
	switch {
	case c.MaxPerShopper > 0 && b.ShopperUses >= c.MaxPerShopper:
		return CouponUsedByMe
	case !anyCovered:
		return CouponNoLine
	case covered.Cmp(c.Minimum) < 0:
		return CouponMinimum
	case c.Kind == CouponFreeDelivery && !b.Shipped():
		return CouponNoParcel
	}
	return ""
}

// off returns the discount on lines that cost covered, with the given number of fraction digits.
func (c Coupon) off(covered Amount, digits int) Amount {
	switch c.Kind {
	case CouponPercent:
		return covered.Percent(c.Value, digits).Least(covered)
	case CouponFixed:
		return c.Value.Least(covered)
	case CouponFreeDelivery:
	}
	return Amount{}
}

// CouponUse is one order that used a coupon.
type CouponUse struct {
	ID        string         `ascii:"36"`
	CouponID  string         `ascii:"36"`
	OrderID   string         `ascii:"36"`
	Shopper   string         `ascii:"64"` // a keyed digest of the shopper's e-mail for this coupon; empty: the person was erased
	State     CouponUseState `ascii:"16"`
	CreatedAt time.Time
	UpdatedAt time.Time
	ForgetAt  time.Time `gorm:"default:null"` // the person was erased: when Shopper is checked again; zero: never
}

// CouponUseState is what became of a use.
type CouponUseState string

// The states of a use. Held and used count against the limits, the others do not. A use stays used when the money goes back: what a
// refund gives back is money.
const (
	CouponHeld     CouponUseState = "held"     // the order waits for its payment
	CouponUsed     CouponUseState = "used"     // it is paid
	CouponReleased CouponUseState = "released" // it ended unpaid
	CouponLate     CouponUseState = "late"     // it was paid after it had ended, when the limit was reached by others: beyond the limit
)

// CouponPage is a page of the back office's list.
type CouponPage struct {
	Rows []Coupon
	Next string // place of the next page; empty: this is the last
}

// CouponUseRow is a use with what its order is.
type CouponUseRow struct {
	CouponUse

	Number     string // the order's, as people read it
	OrderState OrderState
	Email      string
	Currency   string
	Digits     int
	Discount   Amount
	Total      Amount
}

// CouponUsePage is a page of the uses of one coupon.
type CouponUsePage struct {
	Rows []CouponUseRow
	Next string // place of the next page; empty: this is the last
}
