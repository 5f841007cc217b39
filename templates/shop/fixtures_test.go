package shop_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/templates/shop"
)

const ref = "K7QW3ZP5NXA2RVTM4JHB6YDEUC"

// sheet is one page or state of the gallery.
type sheet struct {
	name string
	page templ.Component
}

// gallery is every page in every state, in one language.
func gallery(tag string) []sheet {
	f := fixtures{i18n.ByTag(tag)}
	sheets := []sheet{
		{"home", shop.Home(f.home())},
		{"category", shop.Category(f.category())},
		{"category-empty", shop.Category(f.emptyCategory())},
		{"search", shop.Search(f.search("mug", 3))},
		{"search-none", shop.Search(f.search("unicorn", 0))},
		{"search-empty", shop.Search(f.search("", 0))},
		{"product", shop.Product(f.product())},
		{"product-one", shop.Product(f.soldOutProduct())},
		{"product-problem", shop.Product(f.problemProduct())},
		{"product-options", shop.Product(f.optionProduct())},
		{"product-unmade", shop.Product(f.unmadeProduct())},
		{"product-preview", shop.Product(f.previewProduct())},
		{"cart", shop.Cart(f.cart())},
		{"cart-problems", shop.Cart(f.troubledCart())},
		{"cart-priced", shop.Cart(f.pricedCart())},
		{"cart-coupon-refused", shop.Cart(f.refusedCoupon())},
		{"cart-empty", shop.Cart(f.emptyCart())},
		{"checkout", shop.Checkout(f.checkout())},
		{"checkout-problems", shop.Checkout(f.refusedCheckout())},
		{"checkout-address", shop.Checkout(f.shippedCheckout())},
		{"checkout-address-problems", shop.Checkout(f.refusedAddress())},
		{"checkout-undelivered", shop.Checkout(f.undeliveredCheckout())},
		{"order-virtual", shop.Order(f.virtualOrder())},
		{"order-limited-problem", shop.Order(f.unproved())},
		{"order-return-page", shop.Order(f.returned(shop.OrderConfirming))},
		{"order-return-page-unpaid", shop.Order(f.returned(shop.OrderUnpaid))},
		{"order-return-page-own", shop.Order(f.ownReturned())},
		{"own", shop.OwnOrders(f.ownOrders())},
		{"own-problem", shop.OwnOrders(shop.OwnOrdersView{Page: f.page("/orders"), Email: "x", EmailProblem: invalid.Email})},
		{"reference", shop.Reference(f.reference())},
		{"own-expired", shop.OwnOrders(shop.OwnOrdersView{Page: f.page("/orders"), Expired: true})},
		{"own-empty", shop.OwnOrders(shop.OwnOrdersView{Page: f.page("/orders"), SignedIn: true, Asked: true})},
		{"checkout-connected", shop.Checkout(f.connectedCheckout())},
		{"error-404", templates.ErrorPage(templates.NewError(f.page("/nowhere"), templates.ErrorNotFound, 404, "01JDK3V9Q4"))},
		{"error-500", templates.ErrorPage(templates.NewError(f.page("/checkout"), templates.ErrorInternal, 500, "01JDK3V9Q4"))},
	}
	for _, state := range shop.OrderStates() {
		sheets = append(sheets, sheet{"order-" + string(state), shop.Order(f.order(state))}, sheet{"order-limited-" + string(state), shop.Order(f.limited(state))})
	}
	sheets = append(sheets, f.hostedSheets()...)
	for _, reason := range shop.ReviewReasons() {
		v := f.order(shop.OrderReview)
		v.Review = reason
		sheets = append(sheets, sheet{"order-review-" + string(reason), shop.Order(v)})
	}
	return sheets
}

// render gives a component's HTML.
func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, c.Render(t.Context(), &b))
	return b.String()
}

type fixtures struct{ p *i18n.Printer }

func (f fixtures) say(en, zh string) string {
	if f.p.Lang() == "en" {
		return en
	}
	return zh
}

func (f fixtures) money(amount string) string { return f.p.Money(amount, "USD", 2) }

func (f fixtures) page(path string) templates.Page {
	return templates.Page{
		Printer: f.p, ShopName: "Osier", Path: path, CartCount: 3, Demo: true,
		Categories: []templates.NavCategory{
			{Slug: "kitchen", Name: f.say("Kitchen & Table", "厨房与餐桌"), Active: strings.HasPrefix(path, "/categories/kitchen")},
			{Slug: "home", Name: f.say("Home", "居家")},
			{Slug: "desk", Name: f.say("Desk & Paper", "书桌与纸品")},
			{Slug: "carry", Name: f.say("On the Road", "出行")},
		},
	}
}

func picture(name, alt string) templates.Picture {
	return templates.Picture{Source: "pictures/" + name + ".svg", Alt: alt}
}

func (f fixtures) cards() []shop.Card {
	return []shop.Card{
		{Slug: "stoneware-mug", Title: f.say("Stoneware mug", "粗陶马克杯"), Summary: f.say("Thrown by hand, glazed inside and out, bare clay at the foot.", "手工拉坯，内外施釉，杯底保留素胎。"), Price: f.money("24"), Picture: picture("stoneware-mug", "Mug")},
		{Slug: "dome-lamp", Title: f.say("Dome lamp", "穹顶台灯"), Summary: f.say("A warm pool of light for the corner where you read.", "为读书的角落铺一片暖光。"), Price: f.money("126"), Picture: picture("dome-lamp", "Lamp")},
		{Slug: "cloth-notebook", Title: f.say("Clothbound notebook", "布面笔记本"), Summary: f.say("Opens flat, takes a fountain pen, closes with a band.", "能摊平，不洇墨，有绑带。"), Price: f.money("22"), Picture: picture("cloth-notebook", "Notebook"), Left: 4},
		{Slug: "canvas-rucksack", Title: f.say("Canvas rucksack", "帆布双肩包"), Summary: f.say("For a laptop and a jumper, or for three days in the hills.", "装得下电脑和毛衣，也装得下三天的山行。"), Price: f.money("138"), Picture: picture("canvas-rucksack", "Rucksack")},
		{Slug: "enamel-casserole", Title: f.say("Enamel casserole", "珐琅炖锅"), Summary: f.say("For Sunday soups and bread with a crust that sings.", "炖一锅周日的汤，烤一只会唱歌的面包。"), Price: f.money("148"), Picture: picture("enamel-casserole", "Casserole")},
		{Slug: "willow-basket", Title: f.say("Willow basket", "柳编提篮"), Summary: f.say("Woven from one year’s growth by two people we know by name.", "用当年的柳条编成，编它的两位师傅我们都认识。"), Price: f.money("62"), From: true, Picture: picture("willow-basket", "Basket"), SoldOut: true},
		{Slug: "steel-bottle", Title: f.say("Insulated bottle", "保温瓶"), Summary: f.say("Cold for a day, hot for half of one.", "保冷一天，保温半日。"), Price: f.money("34"), From: true, Picture: picture("steel-bottle", "Bottle")},
		{Slug: "brass-pen", Title: f.say("Brass pen", "黄铜笔"), Summary: f.say("Heavy in the hand, honest in the pocket, takes any standard refill.", "握着有分量，通用替芯。"), Price: f.money("46"), Picture: picture("brass-pen", "Pen")},
	}
}

func (f fixtures) home() shop.HomeView {
	v := shop.HomeView{Page: f.page("/"), Featured: f.cards(), Newest: f.cards()[3:7]}
	summaries := []string{
		f.say("Pots, boards and bowls that take years of use and look better for it.", "经得起多年使用、越用越好看的锅具、砧板与碗盘。"),
		f.say("Light, linen and wool: the quiet things that make a room yours.", "灯光、亚麻与羊毛，让房间真正属于你的安静物件。"),
		f.say("Tools for writing, cutting, keeping and thinking.", "写字、裁剪、收纳与思考的工具。"),
		f.say("Bags and companions for the way to work and the long way home.", "通勤路上与归途之中的包袋和随身好物。"),
	}
	for i, c := range v.Page.Categories {
		v.Categories = append(v.Categories, shop.CategoryCard{
			Slug: c.Slug, Name: c.Name, Summary: summaries[i],
			Picture: templates.Picture{Source: "pictures/category-" + c.Slug + ".svg", Width: 800, Height: 600},
		})
	}
	return v
}

func (f fixtures) category() shop.CategoryView {
	return shop.CategoryView{
		Page: f.page("/categories/kitchen?sort=price_asc"), Path: "/categories/kitchen", Name: f.say("Kitchen & Table", "厨房与餐桌"),
		Summary: f.say("Pots, boards and bowls that take years of use and look better for it.", "经得起多年使用、越用越好看的锅具、砧板与碗盘。"),
		ProductList: shop.ProductList{
			Products: f.cards(), Total: 97, Sort: "price_asc", Pager: shop.NewPager("/categories/kitchen", url.Values{"sort": {"price_asc"}}, 3, 9),
		},
	}
}

func (f fixtures) emptyCategory() shop.CategoryView {
	v := f.category()
	v.Products, v.Total, v.Pager = nil, 0, shop.Pager{}
	return v
}

func (f fixtures) search(query string, found int) shop.SearchView {
	v := shop.SearchView{Page: f.page("/search?q=" + query), Query: query, ProductList: shop.ProductList{Total: found, Products: f.cards()[:found]}}
	if found == 0 {
		v.Featured = f.cards()[:4]
	}
	return v
}

func (f fixtures) product() shop.ProductView {
	return shop.ProductView{
		Page: f.page("/products/steel-bottle"), Slug: "steel-bottle", Title: f.say("Insulated bottle", "保温瓶"), Summary: f.say("Cold for a day, hot for half of one.", "保冷一天，保温半日。"),
		Paragraphs: []string{f.say("Double-walled steel with a walnut cap and a loop for one finger.", "双层不锈钢，胡桃木瓶盖，一指提环。"), f.say("No paint inside, no taste of yesterday.", "内壁不涂层，不留昨天的味道。")},
		Crumbs:     []templates.Link{{Text: f.say("On the Road", "出行"), URL: "/categories/carry"}},
		Pictures:   []templates.Picture{picture("steel-bottle", "Green bottle"), picture("steel-bottle-rust", "Rust bottle")},
		Variants: []shop.Variant{
			{ID: "v1", SKU: "BOTTLE-PINE-5", Title: f.say("Pine, 500 ml", "松绿，500 毫升"), Price: f.money("34"), Regular: f.money("42"), Selected: true},
			{ID: "v2", SKU: "BOTTLE-PINE-7", Title: f.say("Pine, 750 ml", "松绿，750 毫升"), Price: f.money("39"), Left: 3},
			{ID: "v3", SKU: "BOTTLE-RUST-5", Title: f.say("Rust, 500 ml", "铁锈红，500 毫升"), Price: f.money("34"), SoldOut: true},
		},
		Related: f.cards()[:4],
	}
}

// optionProduct has options, a sale and tags.
func (f fixtures) optionProduct() shop.ProductView {
	v := f.product()
	v.Options = []shop.Option{
		{Name: f.say("Colour", "颜色"), Field: "o0", Values: []shop.OptionValue{
			{Value: "Pine", Text: f.say("Pine", "松绿"), Selected: true}, {Value: "Rust", Text: f.say("Rust", "铁锈红"), State: shop.OptionSoldOut},
		}},
		{Name: f.say("Size", "容量"), Field: "o1", Values: []shop.OptionValue{
			{Value: "500 ml", Text: f.say("500 ml", "500 毫升"), Selected: true},
			{Value: "750 ml", Text: f.say("750 ml", "750 毫升")},
			{Value: "1 l", Text: f.say("1 l", "1 升"), State: shop.OptionNone},
		}},
	}
	v.Variants[0].SaleEnds = templates.Moment{Text: "30 November 2026", ISO: "2026-11-30T00:00:00Z"}
	v.Tags = []templates.Link{{Text: f.say("gift", "礼物"), URL: "/tags/gift"}}
	return v
}

// unmadeProduct has a choice of values that are not made together.
func (f fixtures) unmadeProduct() shop.ProductView {
	v := f.optionProduct()
	v.Variants[0].Selected, v.Unmade = false, true
	v.Options[1].Values[0].Selected, v.Options[1].Values[2].Selected = false, true
	return v
}

// previewProduct is what the shopkeeper sees before publishing.
func (f fixtures) previewProduct() shop.ProductView {
	v := f.optionProduct()
	v.Preview, v.Related = true, nil
	v.Variants[0].Virtual = true
	return v
}

func (f fixtures) soldOutProduct() shop.ProductView {
	v := f.product()
	v.Pictures = v.Pictures[:1]
	v.Variants = []shop.Variant{{ID: "v9", SKU: "ONE", Price: f.money("34"), SoldOut: true}}
	return v
}

func (f fixtures) problemProduct() shop.ProductView {
	v := f.product()
	v.Quantity, v.Problem, v.Left = "12", shop.BuyOnlyLeft, 3
	return v
}

func (f fixtures) cart() shop.CartView {
	return shop.CartView{
		Page: f.page("/cart"), Totals: templates.Totals{Goods: f.money("186.00"), Total: f.money("186.00")},
		Lines: []shop.CartLine{
			{Variant: "v1", Typed: "2", SummaryLine: shop.SummaryLine{Slug: "stoneware-mug", Title: f.say("Stoneware mug", "粗陶马克杯"), VariantTitle: f.say("Moss", "苔绿"), Picture: picture("stoneware-mug-moss", ""), UnitPrice: f.money("24"), Total: f.money("48")}},
			{Variant: "v2", Typed: "1", SummaryLine: shop.SummaryLine{Slug: "canvas-rucksack", Title: f.say("Canvas rucksack", "帆布双肩包"), Picture: picture("canvas-rucksack", ""), UnitPrice: f.money("138"), Total: f.money("138")}},
		},
	}
}

// totals has all parts that there can be at once.
func (f fixtures) totals() templates.Totals {
	return templates.Totals{
		Goods: f.money("186.00"), Discount: f.money("18.60"), Coupon: "WELCOME10", Delivery: f.money("6.50"), DeliveryTitle: f.say("Standard post", "普通邮寄"),
		Contained: f.money("28.98"), TaxName: f.say("VAT", "增值税"), TaxRate: "20%", Total: f.money("173.90"),
	}
}

func (f fixtures) place(country, region string) shop.EstimateForm {
	e := shop.EstimateForm{Shown: true, Everywhere: true, Open: country == "", Countries: []shop.Choice{
		{Value: "DE", Text: f.say("Germany", "德国")}, {Value: "GB", Text: f.say("United Kingdom", "英国")}, {Value: "US", Text: f.say("United States", "美国")},
	}}
	for i := range e.Countries {
		e.Countries[i].Selected = e.Countries[i].Value == country
	}
	if country == "US" {
		e.Regions = []shop.Choice{
			{Value: "CA", Text: f.say("California", "加利福尼亚州"), Selected: region == "CA"}, {Value: "NY", Text: f.say("New York", "纽约州"), Selected: region == "NY"},
		}
	}
	return e
}

// pricedCart has a sale, a coupon that counts and an estimate of the delivery.
func (f fixtures) pricedCart() shop.CartView {
	v := f.cart()
	v.Totals, v.Coupon, v.Estimate = f.totals(), shop.CouponField{Code: "WELCOME10"}, f.place("GB", "")
	v.Totals.DeliveryTo = f.say("United Kingdom", "英国")
	v.Lines[0].Regular = f.money("28")
	return v
}

// refusedCoupon has a code that does not count, and goods that are too heavy for the place.
func (f fixtures) refusedCoupon() shop.CartView {
	v := f.cart()
	v.Coupon = shop.CouponField{Typed: "WELCOME10", Problem: "minimum", Minimum: f.money("200")}
	v.Estimate = f.place("US", "")
	v.Estimate.Open, v.Estimate.Everywhere, v.Estimate.Undelivered = true, false, f.say("United States", "美国")
	v.Estimate.Weight, v.Estimate.MaxWeight = "33.25", "31.5"
	v.Totals.DeliveryLater = true
	return v
}

// shippedCheckout asks for an address.
func (f fixtures) shippedCheckout() shop.CheckoutView {
	v := f.checkout()
	v.Address = shop.AddressForm{EstimateForm: f.place("US", ""), NeedsRegion: true, HasPostcode: true}
	v.Methods = []shop.DeliveryChoice{
		{ID: "m1", Title: f.say("Standard post", "普通邮寄"), Note: f.say("3 to 5 working days", "3 至 5 个工作日"), Price: f.money("6.50"), FreeFrom: f.money("200"), Selected: true},
		{ID: "m2", Title: f.say("Courier", "快递"), Note: f.say("Tomorrow", "明日送达"), Price: f.money("18")},
	}
	v.Totals, v.Coupon = f.totals(), shop.CouponField{Code: "WELCOME10"}
	v.Totals.Contained, v.Totals.Tax, v.Totals.TaxName, v.Totals.TaxRate = "", f.money("12.61"), f.say("Sales tax", "销售税"), "7.25%"
	v.Totals.Total = f.money("186.51")
	v.Lines[0].Regular = f.money("28")
	return v
}

// refusedAddress is what the checkout says to a form with too little in it.
func (f fixtures) refusedAddress() shop.CheckoutView {
	v := f.shippedCheckout()
	v.Email, v.Name, v.Address.City = "ada@example.com", "Ada Lovelace", "Sacramento"
	v.Address.Problems = invalid.Problems{"region": invalid.Missing, "line1": invalid.Missing, "postcode": invalid.Missing, "phone": invalid.Characters}
	v.Address.Phone = "call me"
	v.Coupon = shop.CouponField{Typed: "SUMMER", Problem: "unknown"}
	v.Totals.Discount, v.Totals.Coupon = "", ""
	v.Notices = []shop.Notice{{Kind: shop.NoticeRecounted, Total: v.Totals.Total}}
	return v
}

// undeliveredCheckout is for a place that the shop does not deliver to.
func (f fixtures) undeliveredCheckout() shop.CheckoutView {
	v := f.shippedCheckout()
	v.Methods, v.Address.Everywhere, v.Address.Undelivered = nil, false, f.say("United States", "美国")
	v.Address.Problems = invalid.Problems{"country": invalid.Undelivered}
	v.Totals.DeliveryLater, v.Totals.Delivery = true, ""
	return v
}

// virtualOrder has nothing to send.
func (f fixtures) virtualOrder() shop.OrderView {
	v := f.order(shop.OrderFulfilled)
	v.Shipped, v.Address, v.Phone = false, nil, ""
	v.Totals.Delivery, v.Totals.DeliveryTitle = "", ""
	return v
}

func (f fixtures) troubledCart() shop.CartView {
	v := f.cart()
	v.Blocked, v.LeftOut = true, []string{"MUG-OAT:2", "KETTLE-S:99"}
	v.Lines[0].Problems = []shop.LineProblem{{Kind: shop.LinePriceChanged, From: f.money("22"), To: f.money("24")}, {Kind: shop.LineOnlyLeft, Left: 1}}
	v.Lines = append(v.Lines, shop.CartLine{
		Variant: "v3", Typed: "1", SummaryLine: shop.SummaryLine{Slug: "gone", Title: f.say("Brass pen", "黄铜笔"), Picture: picture("brass-pen", ""), UnitPrice: f.money("46"), Total: f.money("46")},
		Problems: []shop.LineProblem{{Kind: shop.LineGone}},
	})
	return v
}

func (f fixtures) emptyCart() shop.CartView {
	v := shop.CartView{Page: f.page("/cart"), Featured: f.cards()[:4]}
	v.Page.CartCount = 0
	return v
}

func (f fixtures) lines() []shop.SummaryLine {
	return []shop.SummaryLine{
		{Slug: "stoneware-mug", Title: f.say("Stoneware mug", "粗陶马克杯"), VariantTitle: f.say("Moss", "苔绿"), Picture: picture("stoneware-mug-moss", ""), Quantity: 2, UnitPrice: f.money("24"), Total: f.money("48")},
		{Slug: "canvas-rucksack", Title: f.say("Canvas rucksack", "帆布双肩包"), Picture: picture("canvas-rucksack", ""), Quantity: 1, UnitPrice: f.money("138"), Total: f.money("138")},
	}
}

func (f fixtures) coins() []shop.CoinChoice {
	return []shop.CoinChoice{
		{Symbol: "USDT", Name: "Tether", Amount: f.p.Coin("186.00", "USDT"), Rate: f.money("1"), Selected: true},
		{
			Symbol: "BTC", Name: "Bitcoin", Amount: f.p.Coin("0.00191260", "BTC"), Rate: f.money("97250"), Spread: "0.5%", Source: "Exchange ticker",
			Until: f.kept(),
		},
		{Symbol: "ETH", Name: "Ether", Amount: f.p.Coin("0.054386", "ETH"), Rate: f.money("3420")},
		{Symbol: "SOL", Name: "Solana", Paused: true},
	}
}

// kept is until when a live rate is kept.
func (f fixtures) kept() templates.Moment {
	t := time.Date(2026, 11, 22, 14, 45, 0, 0, time.UTC)
	return templates.Moment{Text: f.p.Time(t, time.UTC), ISO: t.Format(time.RFC3339)}
}

func (f fixtures) checkout() shop.CheckoutView {
	return shop.CheckoutView{
		Page: f.page("/checkout"), FormToken: "token", Seen: "seen", Lines: f.lines(), Totals: templates.Totals{Goods: f.money("186.00"), Total: f.money("186.00")}, Payment: shop.PaymentForm{Coins: f.coins(), Quotes: "sealed", Until: f.kept(), Left: 598},
	}
}

func (f fixtures) refusedCheckout() shop.CheckoutView {
	v := f.checkout()
	v.Email, v.EmailProblem = "ada@", invalid.Email
	v.Payment.PayerUID, v.Payment.PayerProblem = "abc", invalid.PayerUID
	v.Payment.CoinProblem = invalid.Missing
	v.Notices = []shop.Notice{
		{Kind: shop.NoticePriceChanged, Product: f.say("Stoneware mug, Moss", "粗陶马克杯，苔绿"), From: f.money("22"), To: f.money("24")},
		{Kind: shop.NoticeOnlyLeft, Product: f.say("Canvas rucksack", "帆布双肩包"), Left: 1},
		{Kind: shop.NoticeUnreachable},
	}
	return v
}

func (f fixtures) connectedCheckout() shop.CheckoutView {
	v := f.checkout()
	v.Payment.Connected = true
	v.Notices = []shop.Notice{{Kind: shop.NoticeConnected}}
	return v
}

func (f fixtures) order(state shop.OrderState) shop.OrderView {
	placed := time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)
	moment := func(t time.Time) templates.Moment {
		return templates.Moment{Text: f.p.Time(t, time.UTC), ISO: t.Format(time.RFC3339)}
	}
	v := shop.OrderView{
		Page: f.page("/orders/" + ref), Base: "/orders/" + ref, Number: "#1042", State: state, Placed: moment(placed),
		Email: "ada@example.com", Name: "Ada Lovelace", Lines: f.lines(), Totals: f.totals(), Shipped: true,
		Address: []string{"Ada Lovelace", "12 St James’s Square", "London", "SW1Y 4LB", f.say("United Kingdom", "英国")}, Phone: "+44 20 7946 0000",
		Attempt: shop.AttemptView{Amount: f.p.Coin("0.00191260", "BTC"), Coin: "BTC", Rate: f.money("97250"), Payer: "…1234", OrderNum: "2026112214050012345"},
	}
	if state.Payable() {
		v.Deadline = shop.Deadline{Until: moment(placed.Add(24 * time.Minute)), Left: 23*60 + 59}
	}
	switch state {
	case shop.OrderUnpaid:
		v.Returned = true
		v.CanCancel, v.Payment.Coins, v.Page.RefreshSeconds = true, f.coins(), 5
	case shop.OrderAwaiting:
		v.CanCancel, v.Payment.Coins, v.Page.RefreshSeconds = true, f.coins(), 8
	case shop.OrderFailed:
		v.CanCancel, v.Problem, v.Payment.Coins = true, "70006", f.coins()
	case shop.OrderConfirming, shop.OrderUnknown, shop.OrderCancelling:
		v.Page.RefreshSeconds = 3
	case shop.OrderPaid, shop.OrderPart, shop.OrderFulfilled:
		v.PaidAt, v.Fulfilment = moment(placed.Add(3*time.Minute)), "none"
		if state != shop.OrderPaid {
			v.Fulfilment, v.Refunded, v.Balance = "part", "in_flight", "under"
			v.Parcels = []shop.Parcel{
				{Carrier: "DHL", Number: "00340434292135100186", Link: "https://track.example/1", Sent: moment(placed.Add(time.Hour)), Lines: []string{"1 × " + f.say("Stoneware mug", "粗陶马克杯")}},
				{ByHand: true, Sent: moment(placed.Add(2 * time.Hour)), Lines: []string{"1 × " + f.say("Canvas rucksack", "帆布双肩包")}},
			}
			v.Refunds = []shop.Refund{{
				Amount: f.p.Coin("0.0005", "BTC"), Worth: f.money("24"), State: "in_flight", At: moment(placed.Add(3 * time.Hour)), Note: f.say("One mug was broken. Sorry!", "有一只杯子破损，抱歉！"),
				Lines: []string{"1 × " + f.say("Stoneware mug", "粗陶马克杯")},
			}}
		}
	case shop.OrderReview:
		v.Review = shop.ReviewLate
	case shop.OrderCancelled, shop.OrderExpired, shop.OrderRefunded, shop.OrderReturning, shop.OrderReturned:
	}
	return v
}

// limited is what somebody sees who knows the order's address and nothing else.
func (f fixtures) limited(state shop.OrderState) shop.OrderView {
	full := f.order(state)
	return shop.OrderView{
		Page: full.Page, Base: full.Base, Number: full.Number, State: state, Review: full.Review, Problem: full.Problem, Placed: full.Placed, PaidAt: full.PaidAt,
		Deadline: full.Deadline, Shipped: true, Limited: true, Pieces: 3, Totals: templates.Totals{Total: full.Totals.Total},
		Attempt: shop.AttemptView{Amount: full.Attempt.Amount, Coin: "BTC"}, Proof: shop.ProofForm{Shown: true},
	}
}

// unproved is the limited page after an e-mail address that is not the order's, and a step that needs it.
func (f fixtures) unproved() shop.OrderView {
	v := f.limited(shop.OrderAwaiting)
	v.Proof.Email, v.Proof.Problem = "bob@example.com", invalid.NotOrderEmail
	v.Notices = []shop.Notice{{Kind: shop.NoticeProveFirst}}
	return v
}

// returned is the page that the exchange sends the shopper back to.
func (f fixtures) returned(state shop.OrderState) shop.OrderView {
	v := f.limited(state)
	v.Base, v.Page.Path, v.Proof = "/payments/return/"+ref+"/order", "/payments/return/"+ref, shop.ProofForm{}
	v.Returned = state == shop.OrderConfirming || state == shop.OrderUnpaid
	return v
}

// ownReturned is that page in the browser that ordered.
func (f fixtures) ownReturned() shop.OrderView {
	v := f.returned(shop.OrderPaid)
	v.FullURL = "/orders/" + ref
	return v
}

func (f fixtures) ownOrders() shop.OwnOrdersView {
	v := shop.OwnOrdersView{Page: f.page("/orders?link=x"), Linked: true, Next: "/orders?link=x&after=y"}
	for i, state := range []string{"awaiting", "paid", "expired", "cancelled", "review"} {
		at := time.Date(2026, 11, 20-i, 9, 30, 0, 0, time.UTC)
		v.Orders = append(v.Orders, shop.OwnOrder{
			URL: "/orders/" + ref, Number: "#1042", State: state, Pieces: i + 1, Total: f.money("1042.50"),
			Placed: templates.Moment{Text: f.p.Time(at, time.UTC), ISO: at.Format(time.RFC3339)},
		})
		if state == "awaiting" {
			until := at.Add(time.Hour)
			v.Orders[i].Deadline = shop.Deadline{Until: templates.Moment{Text: f.p.Time(until, time.UTC), ISO: until.Format(time.RFC3339)}, Left: 754}
		}
	}
	return v
}

func (f fixtures) reference() shop.ReferenceView {
	return shop.ReferenceView{
		Page: f.page("/api/docs"), Version: "2026-12-01", Base: "https://shop.example.org/api/v1", Document: "/api/v1/openapi.json",
		Groups: []shop.ReferenceGroup{{Name: "Checkouts", Calls: []shop.ReferenceCall{{
			ID: "getCheckout", Method: "GET", Path: "/checkouts/{id}", Summary: "What became of a checkout", Text: "With wait the answer comes when the status has changed.",
			Params:  []shop.ReferenceField{{Name: "id", Kind: "path, text", Needed: true}, {Name: "wait", Kind: "query, integer", Text: "Wait up to so many seconds."}},
			Answers: []shop.ReferenceAnswer{{Status: "200", Text: "OK", Object: "Checkout"}},
		}, {ID: "createCheckout", Method: "POST", Path: "/checkouts", Summary: "Ask for a payment", Body: "Checkout", Answers: []shop.ReferenceAnswer{{Status: "201", Text: "Created", Object: "Checkout"}}}}}},
		Objects: []shop.ReferenceObject{{Name: "Checkout", Fields: []shop.ReferenceField{
			{Name: "amount", Kind: "decimal text", Text: "What is paid.", Needed: true}, {Name: "payment", Kind: "Checkout or null", Object: "Checkout", Text: "The payment that counts."},
		}}},
		Codes: []shop.ReferenceCode{{Code: "idempotency_conflict", Status: "422", Text: "The Idempotency-Key was used with another request before."}},
	}
}
