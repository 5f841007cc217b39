package pricing

import (
	"errors"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// showTester shows what a sample basket costs in a place: GET /admin/delivery/tester?place=&price=&quantity=&weight=&virtual=&coupon=.
func (h *handlers) showTester(req *admin.Request) error {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	settings, err := h.site.Settings(req.Context())
	if err != nil {
		return err
	}
	view := pages.TesterView{Currency: currency.Code, Asked: req.Query("place") != "", Virtual: req.Query("virtual") != ""}
	for name, f := range map[string]*pages.Field{
		"place": &view.Place, "price": &view.Price, "quantity": &view.Quantity, "weight": &view.Weight, "coupon": &view.Coupon,
	} {
		f.Value = admin.Clip(strings.TrimSpace(req.Query(name)))
	}
	if !view.Asked {
		view.Place.Value, view.Price.Value, view.Quantity.Value, view.Weight.Value = settings.HomeCountry(), "25", "2", "0.5"
	}
	where := findPlace(view.Place.Value, req.Printer.Lang())
	if view.Asked {
		if err := h.priceSample(req, &view, currency, where); err != nil {
			return err
		}
	}
	if where.Known() {
		view.Place.Value = where.NameIn(req.Printer.Lang())
	}
	view.Places = placeNames(req)
	view.Page = req.Page(pages.SectionDelivery)
	return req.Answer(view.Refusal, pages.Tester(view))
}

// priceSample computes the basket's totals with each way of delivery that the place has.
func (h *handlers) priceSample(req *admin.Request, view *pages.TesterView, currency models.Currency, where models.Place) error {
	b, ok := readSample(view, currency, where)
	if !ok {
		view.Refusal = pages.RefusalFields
		return nil
	}
	b.Now = h.site.Clock()
	if err := h.sampleCoupon(req, view, &b); err != nil {
		return err
	}
	zones, err := h.site.Store.Zones(req.Context())
	if err != nil {
		return err
	}
	view.Where = where.NameIn(req.Printer.Lang())
	ways := []*models.DeliveryMethod{}
	if zone, found := models.ZoneFor(zones, where.Country, where.Region); found {
		b.Zone, view.Zone, view.ZonePath = &zone, zone.NameIn(req.Printer.Lang()), deliveryPath+"/"+zone.ID
		for i := range zone.Methods {
			m := &zone.Methods[i]
			switch {
			case !m.Enabled || !b.Shipped():
			case m.Takes(b.Weight()):
				ways = append(ways, m)
			default:
				view.TooHeavy = append(view.TooHeavy, m.NameIn(req.Printer.Lang()))
			}
		}
	}
	if len(ways) == 0 {
		ways = append(ways, nil)
	}
	for _, way := range ways {
		b.Method = way
		t, err := models.Price(b)
		if errors.Is(err, models.ErrBasket) {
			view.Refusal = pages.RefusalBasket
			return nil
		}
		if err != nil {
			return err
		}
		if view.Coupons == "" {
			view.Coupons = string(t.CouponProblem)
		}
		view.Results = append(view.Results, testerResult(req, currency, b, t))
	}
	return nil
}

// minPlacePart is the number of bytes from which a part of a name finds a place: two letters are a code.
const minPlacePart = 3

// findPlace returns the place that a text names: by its code, or by its name in a language, whole or a part that no other place has. It is not
// known where there is none, or several.
func findPlace(typed, lang string) models.Place {
	if p := parsePlace(strings.ToUpper(typed)); p.Known() {
		return p
	}
	wanted := strings.TrimSpace(text.Fold(typed))
	var within []models.Place
	for _, p := range allPlaces(lang) {
		name := text.Fold(p.NameIn(lang))
		if name == wanted {
			return p
		}
		if len(wanted) >= minPlacePart && strings.Contains(name, wanted) {
			within = append(within, p)
		}
	}
	if len(within) == 1 {
		return within[0]
	}
	return models.Place{}
}

// allPlaces returns all countries, each with its regions after it, in a language's order.
func allPlaces(lang string) []models.Place {
	var list []models.Place
	for _, c := range models.CountriesIn(lang) {
		list = append(list, models.Place{Country: c.Code})
		for _, r := range models.Regions(c.Code) {
			list = append(list, models.Place{Country: c.Code, Region: r.Code})
		}
	}
	return list
}

// placeNames returns the names of all places, to choose from while one types.
func placeNames(req *admin.Request) []string {
	places := allPlaces(req.Printer.Lang())
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = p.NameIn(req.Printer.Lang())
	}
	return names
}

func readSample(view *pages.TesterView, currency models.Currency, where models.Place) (models.Basket, bool) {
	price := admin.ReadAmount(&view.Price, currency.Digits, true)
	weight := admin.ReadAmount(&view.Weight, models.MaxWeightDigits, false)
	quantity, ok := models.ParseQuantity(view.Quantity.Value)
	if !ok {
		view.Quantity.Problem = invalid.Whole
	}
	if !where.Known() {
		view.Place.Problem = invalid.Place
	}
	for _, f := range []pages.Field{view.Price, view.Weight, view.Quantity, view.Place} {
		if f.Problem != "" {
			return models.Basket{}, false
		}
	}
	line := models.BasketLine{UnitPrice: price, Quantity: quantity, Weight: weight, Virtual: view.Virtual}
	return models.Basket{Currency: currency, Lines: []models.BasketLine{line}}, true
}

// sampleCoupon sets the basket's coupon. The sample is in all of the coupon's categories, because it stands for the goods that the coupon
// is for.
func (h *handlers) sampleCoupon(req *admin.Request, view *pages.TesterView, b *models.Basket) error {
	if view.Coupon.Value == "" {
		return nil
	}
	c, err := h.site.Store.CouponByCode(req.Context(), view.Coupon.Value)
	if errors.Is(err, store.ErrNotFound) {
		view.Coupons = string(models.CouponUnknown)
		return nil
	}
	if err != nil {
		return err
	}
	b.Coupon, b.Lines[0].CategoryIDs = &c, slices.Clone(c.CategoryIDs)
	return nil
}

func testerResult(req *admin.Request, currency models.Currency, b models.Basket, t models.Totals) pages.TesterResult {
	p := req.Printer
	money := func(a models.Amount) string { return visit.Money(p, currency, a) }
	moneyOrNone := func(a models.Amount) string { return visit.MoneyOrNone(p, currency, a) }
	r := pages.TesterResult{
		Goods: money(t.Goods), Discount: moneyOrNone(t.Discount), Delivery: money(t.Delivery), Total: money(t.Total), Added: moneyOrNone(t.Tax), Contains: moneyOrNone(t.ContainedTax),
	}
	if r.Discount != "" {
		r.Discount = "−" + r.Discount
	}
	if b.Method != nil {
		r.Method = b.Method.NameIn(p.Lang())
	}
	if t.TaxName != "" {
		r.TaxName = b.Zone.TaxTitle(p.Lang()) + " " + t.TaxRate.String() + "%"
	}
	return r
}
