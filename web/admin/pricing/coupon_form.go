package pricing

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// filledCoupon returns the form of a coupon as it is stored.
func (h *handlers) filledCoupon(c models.Coupon) *pages.CouponView {
	view := &pages.CouponView{
		Version: strconv.Itoa(c.Version), Code: admin.Typed(c.Code), Kind: admin.Typed(string(c.Kind)), Value: admin.AmountField(c.Value),
		Minimum: admin.AmountField(c.Minimum), Starts: admin.TimeField(c.StartsAt, h.site.Zone), Ends: admin.TimeField(c.EndsAt, h.site.Zone), MaxUses: admin.CountField(c.MaxUses),
		MaxPerOne: admin.CountField(c.MaxPerShopper), Note: admin.Typed(c.Note), Enabled: c.Enabled,
	}
	for _, id := range c.CategoryIDs {
		view.Categories = append(view.Categories, pages.Tick{Value: id, On: true})
	}
	return view
}

// readCoupon reads the form on top of the coupon as it is stored. Problems are set in the form's fields.
func (h *handlers) readCoupon(req *admin.Request, form url.Values, stored models.Coupon) (*pages.CouponView, models.Coupon, error) {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return nil, stored, err
	}
	text := func(name string) pages.Field { return admin.Typed(admin.Clip(strings.TrimSpace(form.Get(name)))) }
	view := &pages.CouponView{
		Version: form.Get("version"), Code: text("code"), Kind: text("kind"), Value: text("value"), Minimum: text("minimum"),
		Starts: text("starts"), Ends: text("ends"), MaxUses: text("max_uses"), MaxPerOne: text("max_per_shopper"),
		Note: admin.Typed(strings.TrimSpace(form.Get("note"))), Enabled: form.Has("enabled"),
	}
	c := stored
	c.Code, c.Kind, c.Note, c.Enabled = models.FoldCoupon(view.Code.Value), models.CouponKind(view.Kind.Value), view.Note.Value, view.Enabled
	if c.Code == "" {
		c.Code = view.Code.Value // Check says what is wrong with it
	}
	c.Value = admin.ReadAmount(&view.Value, models.MaxFractionDigits, c.Kind != models.CouponFreeDelivery)
	c.Minimum = admin.ReadAmount(&view.Minimum, models.MaxFractionDigits, false)
	zone := h.site.Zone
	c.StartsAt, c.EndsAt = admin.ReadTime(&view.Starts, zone), admin.ReadTime(&view.Ends, zone)
	c.MaxUses, c.MaxPerShopper = readLimit(&view.MaxUses), readLimit(&view.MaxPerOne)
	if c.CategoryIDs, err = h.knownCategories(req, form["category"]); err != nil {
		return nil, stored, err
	}
	if len(c.CategoryIDs) == 0 && len(form["category"]) > 0 {
		return nil, stored, visit.ErrBadForm // all chosen ones were deleted; without any the coupon would be for all goods
	}
	for _, id := range c.CategoryIDs {
		view.Categories = append(view.Categories, pages.Tick{Value: id, On: true})
	}
	markCoupon(view, c.Check(currency.Digits))
	return view, c, nil
}

// readLimit parses a limit. An empty field means no limit; 0 is refused, because people mean the opposite by it.
func readLimit(f *pages.Field) int {
	n := admin.ReadCount(f)
	if n == 0 && f.Value != "" && f.Problem == "" {
		f.Problem = invalid.Range
	}
	return n
}

// knownCategories returns the chosen categories that exist; one that was deleted meanwhile is left out.
func (h *handlers) knownCategories(req *admin.Request, chosen []string) (models.List, error) {
	list, err := h.site.Store.Categories(req.Context())
	if err != nil {
		return nil, err
	}
	var known models.List
	for _, c := range list {
		if slices.Contains(chosen, c.ID) {
			known = append(known, c.ID)
		}
	}
	return known, nil
}

// markCoupon sets the problems of the fields that have none yet.
func markCoupon(view *pages.CouponView, problems invalid.Problems) {
	fields := map[string]*pages.Field{
		"code": &view.Code, "kind": &view.Kind, "value": &view.Value, "minimum": &view.Minimum, "ends_at": &view.Ends, "max_uses": &view.MaxUses,
		"max_per_shopper": &view.MaxPerOne, "note": &view.Note,
	}
	for name, problem := range problems {
		fields[name].Problem.Keep(problem)
	}
}
