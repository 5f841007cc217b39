package admin

import (
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/visit"
)

const couponsPath = Home + "/coupons"

// showCoupons lists the coupons: GET /admin/coupons?q=&after=.
func (o *Office) showCoupons(d *desk) error {
	q := d.query("q", "after")
	currency, err := o.site.Currency(d.Context())
	if err != nil {
		return err
	}
	view := pages.CouponsView{Search: pages.Field{Value: clip(q.Get("q"))}, Filtered: q.Get("q") != ""}
	page, err := o.site.Store.Coupons(d.Context(), store.CouponFilter{Search: q.Get("q"), After: q.Get("after")})
	if view.Problem = filterProblem(err); err != nil && view.Problem == pages.ProblemNone {
		return err
	}
	for _, c := range page.Rows {
		view.Rows = append(view.Rows, couponRow(d.Printer, currency, c, o.site.Clock()))
	}
	view.Next, view.First = pager(couponsPath, q, "after", page.Next)
	view.Page = d.page(pages.SectionCoupons)
	return d.show(view.Problem, pages.Coupons(view))
}

func couponRow(p *i18n.Printer, currency models.Currency, c models.Coupon, now time.Time) pages.CouponRow {
	r := pages.CouponRow{
		ID: c.ID, Code: c.Code, Kind: string(c.Kind), State: couponState(c, now), Uses: strconv.Itoa(c.Uses), Starts: moment(p, c.StartsAt),
		Ends: moment(p, c.EndsAt), Note: c.Note, Enabled: c.Enabled,
	}
	switch c.Kind {
	case models.CouponPercent:
		r.Gives = c.Value.String() + "%"
	case models.CouponFixed:
		r.Gives = p.Money(c.Value.String(), currency.Code, currency.Digits)
	case models.CouponFreeDelivery:
	}
	if c.MaxUses > 0 {
		r.Uses += " / " + strconv.Itoa(c.MaxUses)
	}
	return r
}

func couponState(c models.Coupon, now time.Time) string {
	switch {
	case !c.Enabled:
		return "off"
	case !c.EndsAt.IsZero() && !now.Before(c.EndsAt):
		return "over"
	case c.MaxUses > 0 && c.Uses >= c.MaxUses:
		return "used_up"
	case !c.StartsAt.IsZero() && now.Before(c.StartsAt):
		return "early"
	}
	return "on"
}

// newCoupon is the form of a new coupon: GET /admin/coupons/new.
func (o *Office) newCoupon(d *desk) error {
	c := models.Coupon{Kind: models.CouponPercent, Enabled: true}
	return o.couponPage(d, c, o.filledCoupon(c), pages.ProblemNone)
}

// showCoupon is one coupon with its uses: GET /admin/coupons/{id}?after=.
func (o *Office) showCoupon(d *desk) error {
	c, err := o.coupon(d)
	if err != nil {
		return err
	}
	return o.couponPage(d, c, o.filledCoupon(c), pages.ProblemNone)
}

// coupon is the one that the address names.
func (o *Office) coupon(d *desk) (models.Coupon, error) {
	id, err := d.id()
	if err != nil {
		return models.Coupon{}, err
	}
	c, err := o.site.Store.Coupon(d.Context(), id)
	return c, missing(err)
}

// couponPage shows the form as it is filled in, and the uses of a stored coupon.
func (o *Office) couponPage(d *desk, c models.Coupon, view *pages.CouponView, problem pages.Problem) error {
	currency, err := o.site.Currency(d.Context())
	if err != nil {
		return err
	}
	categories, err := o.site.Store.Categories(d.Context())
	if err != nil {
		return err
	}
	on := map[string]bool{}
	for _, t := range view.Categories {
		on[t.Value] = true
	}
	view.Categories = nil
	for _, node := range models.Flatten(models.Tree(namedIn(d.Printer, categories))) {
		view.Categories = append(view.Categories, pages.Tick{Value: node.Category.ID, Label: node.Category.Name, Depth: node.Depth, On: on[node.Category.ID]})
	}
	view.Kinds, view.Currency, view.Problem = choices(models.CouponKinds(), view.Kind.Value, false), currency.Code, problem
	view.New = c.ID == ""
	if !view.New {
		view.Row = couponRow(d.Printer, currency, c, o.site.Clock())
		if err := o.couponUses(d, view, c.ID); err != nil {
			return err
		}
	}
	view.Page = d.page(pages.SectionCoupons)
	for _, f := range view.Fields() {
		if problem == pages.ProblemNone {
			problem = f.Problem
		}
	}
	if problem == pages.ProblemNone {
		problem = view.Problem
	}
	return d.show(problem, pages.Coupon(*view))
}

func (o *Office) couponUses(d *desk, view *pages.CouponView, id string) error {
	q := d.query("after")
	page, err := o.site.Store.CouponUses(d.Context(), id, q.Get("after"), 0)
	if problem := filterProblem(err); problem != pages.ProblemNone {
		view.Problem = problem
	} else if err != nil {
		return err
	}
	p := d.Printer
	for _, u := range page.Rows {
		view.Uses = append(view.Uses, pages.CouponUseRow{
			OrderID: u.OrderID, Ref: u.Ref, Email: u.Email, Order: string(u.OrderState), State: string(u.State), At: moment(p, u.CreatedAt),
			Discount: p.Money(u.Discount.String(), u.Currency, u.Digits), Total: p.Money(u.Total.String(), u.Currency, u.Digits),
		})
	}
	view.Next, view.First = pager(couponsPath+"/"+id, q, "after", page.Next)
	return nil
}

// createCoupon stores a new coupon: POST /admin/coupons.
func (o *Office) createCoupon(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	return o.storeCoupon(d, models.Coupon{}, form)
}

// changeCoupon changes a coupon: POST /admin/coupons/{id} with version.
func (o *Office) changeCoupon(d *desk) error {
	was, err := o.coupon(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	return o.storeCoupon(d, was, form)
}

func (o *Office) storeCoupon(d *desk, was models.Coupon, form url.Values) error {
	view, c, err := o.readCoupon(d, form, was)
	if err != nil {
		return err
	}
	for _, f := range view.Fields() {
		if f.Problem != pages.ProblemNone {
			return o.couponPage(d, was, view, pages.ProblemNone)
		}
	}
	if was.ID != "" && version(view.Version) != was.Version {
		return o.couponPage(d, was, o.filledCoupon(was), pages.ProblemStale)
	}
	action, before := "coupon.create", models.Facts(nil)
	if was.ID != "" {
		action, before = "coupon.change", couponFacts(was)
	}
	err = o.site.Store.Audited(d.Context(), d.actor(), action, "coupon:"+c.Code, before, couponFacts(c), func(tx *store.Store) error {
		saved := c // a repeated transaction begins anew
		err := tx.SaveCoupon(d.Context(), &saved)
		if err == nil {
			was.ID = saved.ID
		}
		return err
	})
	switch {
	case errors.Is(err, store.ErrDuplicate):
		view.Code.Problem = pages.ProblemCouponTaken
		return o.couponPage(d, was, view, pages.ProblemNone)
	case errors.Is(err, store.ErrConflict):
		return o.couponPage(d, was, o.filledCoupon(was), pages.ProblemStale)
	case err != nil:
		return err
	}
	return d.done(couponsPath+"/"+was.ID, pages.NoticeCouponSaved)
}

// switchCoupon switches a coupon on or off: POST /admin/coupons/{id}/switch with version, to.
func (o *Office) switchCoupon(d *desk) error {
	was, err := o.coupon(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	to := form.Get("to")
	if to != "on" && to != "off" {
		return visit.ErrBadForm
	}
	c := was
	c.Enabled, c.Version = to == "on", version(form.Get("version"))
	before, after := models.Facts{"enabled": strconv.FormatBool(was.Enabled)}, models.Facts{"enabled": strconv.FormatBool(c.Enabled)}
	err = o.site.Store.Audited(d.Context(), d.actor(), "coupon.switch", "coupon:"+c.Code, before, after, func(tx *store.Store) error {
		saved := c
		return tx.SaveCoupon(d.Context(), &saved)
	})
	if errors.Is(err, store.ErrConflict) {
		return o.couponPage(d, was, o.filledCoupon(was), pages.ProblemStale)
	}
	if err != nil {
		return err
	}
	if c.Enabled {
		return d.done(couponsPath+"/"+c.ID, pages.NoticeCouponOn)
	}
	return d.done(couponsPath+"/"+c.ID, pages.NoticeCouponOff)
}
