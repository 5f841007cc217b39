package pricing

import (
	"cmp"
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const couponsPath = admin.Home + "/coupons"

// showCoupons lists the coupons: GET /admin/coupons?q=&after=.
func (h *handlers) showCoupons(req *admin.Request) error {
	q := req.QueryValues("q", "after")
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	view := pages.CouponsView{Search: pages.Field{Value: admin.Clip(q.Get("q"))}, Filtered: q.Get("q") != ""}
	page, err := h.site.Store.Coupons(req.Context(), store.CouponFilter{Search: q.Get("q"), After: q.Get("after")})
	if view.Refusal, err = admin.FilterRefusal(err); err != nil {
		return err
	}
	for _, c := range page.Rows {
		view.Rows = append(view.Rows, couponRow(req.Printer, currency, c, h.site.Clock()))
	}
	view.Next, view.First = admin.Pager(couponsPath, q, "after", page.Next)
	view.Page = req.Page(pages.SectionCoupons)
	return req.Answer(view.Refusal, pages.Coupons(view))
}

func couponRow(p *i18n.Printer, currency models.Currency, c models.Coupon, now time.Time) pages.CouponRow {
	r := pages.CouponRow{
		ID: c.ID, Code: c.Code, Kind: string(c.Kind), State: couponState(c, now), Uses: strconv.Itoa(c.Uses), Starts: admin.Moment(p, c.StartsAt),
		Ends: admin.Moment(p, c.EndsAt), Note: c.Note, Enabled: c.Enabled,
	}
	switch c.Kind {
	case models.CouponPercent:
		r.Gives = c.Value.String() + "%"
	case models.CouponFixed:
		r.Gives = visit.Money(p, currency, c.Value)
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

// showCoupon shows a coupon with its uses: GET /admin/coupons/{id}?after=, GET /admin/coupons/new.
func (h *handlers) showCoupon(req *admin.Request) error {
	c, err := h.coupon(req)
	if err != nil {
		return err
	}
	return h.couponPage(req, c, h.filledCoupon(c), "")
}

// coupon returns the coupon that the address names, or a new one if it names none.
func (h *handlers) coupon(req *admin.Request) (models.Coupon, error) {
	if req.ID() == "" {
		return models.Coupon{Kind: models.CouponPercent, Enabled: true}, nil
	}
	c, err := h.site.Store.Coupon(req.Context(), req.ID())
	return c, admin.NoPage(err)
}

// couponPage shows the form as filled in, and the uses of a stored coupon.
func (h *handlers) couponPage(req *admin.Request, c models.Coupon, view *pages.CouponView, refusal pages.Refusal) error {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	categories, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return err
	}
	on := map[string]bool{}
	for _, t := range view.Categories {
		on[t.Value] = true
	}
	view.Categories = nil
	for _, node := range models.Flatten(models.Tree(admin.NamedIn(req.Printer, categories))) {
		view.Categories = append(view.Categories, pages.Tick{Value: node.Category.ID, Label: node.Category.Name, Depth: node.Depth, On: on[node.Category.ID]})
	}
	view.Kinds, view.Currency, view.Refusal = admin.Choices(models.CouponKinds(), view.Kind.Value, false), currency.Code, refusal
	view.New = c.ID == ""
	if !view.New {
		view.Everything = c.MayLeaveNothing()
		view.Row = couponRow(req.Printer, currency, c, h.site.Clock())
		if err := h.couponUses(req, view, c.ID); err != nil {
			return err
		}
	}
	view.Page = req.Page(pages.SectionCoupons)
	return req.Answer(pages.Worst(view.Refusal, problems(view.Fields())...), pages.Coupon(*view))
}

func (h *handlers) couponUses(req *admin.Request, view *pages.CouponView, id string) error {
	q := req.QueryValues("after")
	page, err := h.site.Store.CouponUses(req.Context(), id, q.Get("after"), 0)
	refusal, err := admin.FilterRefusal(err)
	if err != nil {
		return err
	}
	view.Refusal = cmp.Or(refusal, view.Refusal)
	p := req.Printer
	for _, u := range page.Rows {
		view.Uses = append(view.Uses, pages.CouponUseRow{
			OrderID: u.OrderID, Number: u.Number, Email: u.Email, Order: string(u.OrderState), State: string(u.State), At: admin.Moment(p, u.CreatedAt),
			Discount: p.Money(u.Discount.String(), u.Currency, u.Digits), Total: p.Money(u.Total.String(), u.Currency, u.Digits),
		})
	}
	view.Next, view.First = admin.Pager(couponsPath+"/"+id, q, "after", page.Next)
	return nil
}

// saveCoupon stores a coupon: POST /admin/coupons/{id} with version, POST /admin/coupons.
func (h *handlers) saveCoupon(req *admin.Request, form url.Values) error {
	stored, err := h.coupon(req)
	if err != nil {
		return err
	}
	view, c, err := h.readCoupon(req, form, stored)
	if err != nil {
		return err
	}
	if invalid.First(problems(view.Fields())...) != "" {
		return h.couponPage(req, stored, view, "")
	}
	if stored.ID != "" && admin.Version(view.Version) != stored.Version {
		return h.couponPage(req, stored, h.filledCoupon(stored), pages.RefusalStale)
	}
	if takesEverything(stored, c) && form.Get(admin.ConfirmedField) != couponDigest(c) {
		return h.confirmCoupon(req, form, stored, c)
	}
	id, err := h.editor.SaveCoupon(req.Context(), req.Actor(), stored, c)
	switch {
	case errors.Is(err, store.ErrDuplicate):
		view.Code.Problem = invalid.Taken
		return h.couponPage(req, stored, view, "")
	case errors.Is(err, store.ErrConflict):
		return h.couponPage(req, stored, h.filledCoupon(stored), pages.RefusalStale)
	case err != nil:
		return err
	}
	return req.Done(couponsPath+"/"+id, pages.NoticeCouponSaved)
}

// switchCoupon switches a coupon on or off: POST /admin/coupons/{id}/switch with version, to.
func (h *handlers) switchCoupon(req *admin.Request, form url.Values) error {
	stored, err := h.coupon(req)
	if err != nil {
		return err
	}
	to := form.Get("to")
	if to != "on" && to != "off" {
		return visit.ErrBadForm
	}
	err = h.editor.SwitchCoupon(req.Context(), req.Actor(), stored, admin.Version(form.Get("version")), to == "on")
	if errors.Is(err, store.ErrConflict) {
		return h.couponPage(req, stored, h.filledCoupon(stored), pages.RefusalStale)
	}
	if err != nil {
		return err
	}
	if to == "on" {
		return req.Done(couponsPath+"/"+stored.ID, pages.NoticeCouponOn)
	}
	return req.Done(couponsPath+"/"+stored.ID, pages.NoticeCouponOff)
}
