package admin_test

import (
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/admin"
)

const zoneID = "01900000-0000-7000-8000-0000000000d1"

func (f fixtures) priced(section admin.Section) admin.Page {
	p := f.page(section)
	p.May.Price = true
	return p
}

// pricing are the pages of coupons, delivery and tax.
func (f fixtures) pricing() []sheet {
	page := f.priced(admin.SectionCoupons)
	viewer := f.coupon()
	viewer.Page.May.Price = false
	wrong := f.coupon()
	wrong.New, wrong.Uses = true, nil
	wrong.Code, wrong.Value = admin.Field{Value: "two words", Problem: invalid.Characters}, admin.Field{Value: "-5", Problem: invalid.Negative}
	wrong.Ends, wrong.Minimum = admin.Field{Value: "soon", Problem: invalid.Time}, admin.Field{Value: "1.001", Problem: invalid.Digits}
	wrong.MaxUses, wrong.Note = admin.Field{Value: "1", Problem: invalid.Used}, admin.Field{Value: long, Problem: invalid.TooLong}
	unused := f.coupon()
	unused.Uses, unused.Next, unused.Refusal = nil, "", admin.RefusalStale
	delivery := f.priced(admin.SectionDelivery)
	return []sheet{
		{"coupons", admin.Coupons(admin.CouponsView{Page: page, Rows: f.coupons(), Next: "/admin/coupons?after=x"})},
		{"coupons-none", admin.Coupons(admin.CouponsView{Page: page, Filtered: true, Search: admin.Field{Value: long}})},
		{"coupons-empty", admin.Coupons(admin.CouponsView{Page: page})},
		{"coupon", admin.Coupon(f.coupon())},
		{"coupon-viewer", admin.Coupon(viewer)},
		{"coupon-problems", admin.Coupon(wrong)},
		{"coupon-stale", admin.Coupon(unused)},
		{"delivery", admin.Delivery(admin.DeliveryView{Page: delivery, Zones: f.zones()})},
		{"delivery-empty", admin.Delivery(admin.DeliveryView{Page: delivery})},
		{"delivery-zone", admin.Zone(f.zone())},
		{"delivery-zone-problems", admin.Zone(f.troubledZone())},
		{"delivery-tester", admin.Tester(f.tester(false))},
		{"delivery-tester-answer", admin.Tester(f.tester(true))},
	}
}

func (f fixtures) coupons() []admin.CouponRow {
	row := func(code, kind, gives, state, uses string) admin.CouponRow {
		return admin.CouponRow{ID: zoneID, Code: code, Kind: kind, Gives: gives, State: state, Uses: uses, Enabled: state != "off"}
	}
	rows := []admin.CouponRow{
		row("SPRING-10", "percent", "10%", "on", "3 / 100"), row("HELLO", "fixed", f.money("5"), "early", "0"), row("FREE-PARCEL", "free_delivery", "", "used_up", "50 / 50"),
		row("ABCDEFGHIJKLMNOPQRSTUVWXYZ-1234567890-XY", "percent", "12.5%", "over", "7"), row(f.say("SPRING-5", "春天"), "fixed", f.money("20"), "off", "0"),
	}
	rows[0].Starts, rows[0].Ends, rows[0].Note = f.at(-600), f.at(6000), f.say("For the spring fair", "春季展会")
	rows[3].Ends = f.at(-60)
	return rows
}

func (f fixtures) coupon() admin.CouponView {
	uses := []admin.CouponUseRow{}
	for i, state := range []string{"used", "held", "released", "late"} {
		uses = append(uses, admin.CouponUseRow{
			OrderID: orderID, Number: number, Email: "grace.hopper@example.com", Order: string(models.OrderStates()[i+1]), State: state,
			Discount: f.money("3.15"), Total: f.money("39.57"), At: f.at(-i),
		})
	}
	return admin.CouponView{
		Page: f.priced(admin.SectionCoupons), Row: f.coupons()[0], Everything: true, Version: "3", Code: admin.Field{Value: "SPRING-10"}, Kinds: f.kinds("percent", models.CouponKinds()),
		Value: admin.Field{Value: "10"}, Starts: admin.Field{Value: "2026-11-01T08:00"}, Ends: admin.Field{Value: "2026-12-01T00:00"}, MaxUses: admin.Field{Value: "100"},
		Note: admin.Field{Value: "For the spring fair"}, Enabled: true, Currency: "USD", Uses: uses, Next: "/admin/coupons/x?after=y",
		Categories: []admin.Tick{{Value: "a", Label: f.say("Kitchen", "厨房"), Depth: 1, On: true}, {Value: "b", Label: f.say("Mugs", "马克杯"), Depth: 2}, {Value: "c", Label: f.say("Outdoors", "户外"), Depth: 1}},
	}
}

func (f fixtures) kinds(chosen string, list any) []admin.Choice {
	var choices []admin.Choice
	switch list := list.(type) {
	case []models.CouponKind:
		for _, k := range list {
			choices = append(choices, admin.Choice{Value: string(k), Selected: string(k) == chosen})
		}
	case []models.DeliveryKind:
		for _, k := range list {
			choices = append(choices, admin.Choice{Value: string(k), Selected: string(k) == chosen})
		}
	case []models.TaxMode:
		for _, k := range list {
			choices = append(choices, admin.Choice{Value: string(k), Selected: string(k) == chosen})
		}
	}
	return choices
}

func (f fixtures) zones() []admin.ZoneRow {
	return []admin.ZoneRow{
		{
			ID: zoneID, Name: f.say("European Union", "欧盟"), Places: f.say("Austria · Belgium · Germany · Spain · France", "奥地利 · 比利时 · 德国 · 西班牙 · 法国"), More: 22,
			TaxMode: "included", Tax: "VAT 19%",
			Methods: []admin.MethodRow{
				{Title: f.say("Parcel", "包裹"), From: f.money("4.90"), Free: f.money("100"), Most: "31.5", Enabled: true}, {Title: f.say("Collect it yourself", "自取")},
			},
		},
		{ID: zoneID, Name: f.say("Elsewhere", "其他"), Rest: true, TaxMode: "none"},
	}
}

func (f fixtures) zone() admin.ZoneView {
	step := func(from, price string) admin.StepForm {
		return admin.StepForm{From: admin.Field{Value: from}, Price: admin.Field{Value: price}}
	}
	chinese := []admin.LangField{{Lang: "zh-Hans", Name: "简体中文", Field: admin.Field{Value: f.say("in Chinese", "增值税")}}}
	v := admin.ZoneView{
		Page: f.priced(admin.SectionDelivery), ID: zoneID, Version: "2", Name: admin.Field{Value: "European Union"}, Shown: f.say("European Union", "欧盟"), Currency: "USD",
		TaxModes: f.kinds("included", models.TaxModes()), TaxName: admin.Field{Value: "VAT"}, TaxTexts: chinese, TaxRate: admin.Field{Value: "19"}, TaxDelivery: true,
		Add: []admin.PlaceGroup{
			{Label: f.p.T("admin.zone.countries"), Places: f.places("AF", "AL", "DZ", "AS", "AD", "AO", "AI", "AG", "AR")},
			{Label: f.say("Australia", "澳大利亚"), Places: []admin.Choice{
				{Value: "AU-NSW", Label: f.say("New South Wales", "新南威尔士州")}, {Value: "AU-VIC", Label: f.say("Victoria", "维多利亚州")},
			}},
		},
		Methods: []admin.MethodForm{
			{
				ID: zoneID, Title: admin.Field{Value: f.say("Parcel", "包裹")}, Titles: chinese, Note: admin.Field{Value: f.say("2 to 4 days", "2 至 4 天")},
				Kinds: f.kinds("weight", models.DeliveryKinds()), Steps: []admin.StepForm{step("0", "4.90"), step("2", "7.50"), step("", "")},
				Free: admin.Field{Value: "100"}, Most: admin.Field{Value: "31.5"}, Enabled: true,
			},
			{Index: 1, Kinds: f.kinds("flat", models.DeliveryKinds()), Titles: chinese, Steps: make([]admin.StepForm, 3), Enabled: true},
		},
	}
	for _, p := range f.places("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "US-CA") {
		v.Places = append(v.Places, admin.Tick{Value: p.Value, Label: p.Label, On: true})
	}
	return v
}

func (f fixtures) places(codes ...string) []admin.Choice {
	var list []admin.Choice
	for _, code := range codes {
		place := models.Place{Country: code[:2]}
		if len(code) > 3 {
			place.Region = code[3:]
		}
		list = append(list, admin.Choice{Value: code, Label: place.NameIn(f.p.Lang())})
	}
	return list
}

func (f fixtures) troubledZone() admin.ZoneView {
	v := f.zone()
	v.New, v.Refusal, v.Places = true, admin.RefusalFields, nil
	v.Name.Problem, v.TaxRate = invalid.Missing, admin.Field{Value: "190", Problem: invalid.Range}
	v.PlacesProblem, v.TakenPlace, v.TakenBy = invalid.Taken, models.CountryName("DE", f.p.Lang()), "Home"
	v.Methods = slices.Clone(v.Methods)
	m := &v.Methods[0]
	m.Problem, m.Title = invalid.Steps, admin.Field{Problem: invalid.Missing}
	m.Steps[1].Price = admin.Field{Value: "-3", Problem: invalid.Negative}
	m.Free = admin.Field{Value: "1.001", Problem: invalid.Digits}
	m.Most = admin.Field{Value: "-1", Problem: invalid.Negative}
	return v
}

func (f fixtures) tester(asked bool) admin.TesterView {
	v := admin.TesterView{
		Page: f.priced(admin.SectionDelivery), Places: []string{models.CountryName("DE", f.p.Lang()), models.CountryName("FR", f.p.Lang())}, Currency: "USD",
		Price: admin.Field{Value: "25"}, Quantity: admin.Field{Value: "2"}, Weight: admin.Field{Value: "0.5"}, Asked: asked,
	}
	if !asked {
		v.Quantity.Problem, v.Place.Problem, v.Refusal = invalid.Number, invalid.Place, admin.RefusalFields
		return v
	}
	v.Where, v.Zone, v.ZonePath, v.Coupons = models.CountryName("DE", f.p.Lang()), f.say("European Union", "欧盟"), "/admin/delivery/"+zoneID, "minimum"
	v.TooHeavy = []string{f.say("Letter", "信件")}
	v.Results = []admin.TesterResult{
		{Method: f.say("Parcel", "包裹"), Goods: f.money("50"), Discount: "−" + f.money("5"), Delivery: f.money("4.90"), TaxName: "VAT 19%", Added: f.money("9.48"), Total: f.money("59.38")},
		{Method: f.say("Courier", "快递"), Goods: f.money("50"), Delivery: f.money("15"), TaxName: "VAT 19%", Contains: f.money("10.38"), Total: f.money("65")},
	}
	return v
}
