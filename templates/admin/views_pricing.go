package admin

import (
	"strconv"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
)

// The entries of the navigation for coupons, and for delivery with tax.
const (
	SectionCoupons  Section = "coupons"
	SectionDelivery Section = "delivery"
)

// The problems of the forms of coupons and of zones.
const (
	RefusalBasket Refusal = "basket" // what cannot be priced
)

// The notices of coupons and zones.
const (
	NoticeCouponSaved NoticeKind = "coupon_saved"
	NoticeCouponOn    NoticeKind = "coupon_on"
	NoticeCouponOff   NoticeKind = "coupon_off"
	NoticeZoneSaved   NoticeKind = "zone_saved"
	NoticeZoneDeleted NoticeKind = "zone_deleted"
)

// CouponsView lists the coupons; GET /admin/coupons with q and after.
type CouponsView struct {
	Page     Page
	Rows     []CouponRow
	Search   Field
	Filtered bool
	Refusal  Refusal
	First    string // address of the first page; "": this is it
	Next     string // address of the next page; "": there is none
}

// CouponRow is one coupon.
type CouponRow struct {
	ID      string
	Code    string
	Gives   string // such as 10%, or an amount; "" for free delivery
	Kind    string // "admin.coupon_kind." + Kind
	State   string // "admin.coupon_state." + State: on, off, early, over, used_up
	Uses    string // with the limit where there is one: 3 / 10
	Starts  templates.Moment
	Ends    templates.Moment
	Note    string
	Enabled bool
}

func (r CouponRow) path() string { return "/admin/coupons/" + r.ID }

// CouponView is the form of a coupon, POST /admin/coupons or /admin/coupons/{id}, with its uses. Its switch is POST
// /admin/coupons/{id}/switch with version and to (on, off).
type CouponView struct {
	Page       Page
	New        bool
	Row        CouponRow // as stored
	Version    string
	Code       Field
	Kinds      []Choice
	Kind       Field
	Value      Field
	Minimum    Field
	Starts     Field
	Ends       Field
	MaxUses    Field
	MaxPerOne  Field
	Note       Field
	Enabled    bool
	Categories []Tick
	Currency   string
	Uses       []CouponUseRow
	First      string
	Next       string
	Refusal    Refusal
	Everything bool // it can leave nothing to pay, and does not count then
}

// Fields returns all fields that can have a problem.
func (v *CouponView) Fields() []*Field {
	return []*Field{&v.Code, &v.Kind, &v.Value, &v.Minimum, &v.Starts, &v.Ends, &v.MaxUses, &v.MaxPerOne, &v.Note}
}

// CouponUseRow is an order that uses the coupon.
type CouponUseRow struct {
	OrderID  string
	Number   string
	Email    string
	Order    string // the order's state
	State    string // "admin.coupon_use." + State
	Discount string
	Total    string
	At       templates.Moment
}

// Tick is one checkbox of a list.
type Tick struct {
	Value string
	Label string
	Depth int // of a tree
	On    bool
}

// DeliveryView lists the zones.
type DeliveryView struct {
	Page  Page
	Zones []ZoneRow
}

// ZoneRow is one zone.
type ZoneRow struct {
	ID      string
	Name    string
	Rest    bool   // all places that no other zone names
	Places  string // the first ones
	More    int    // how many others
	TaxMode string // "admin.tax_mode." + TaxMode
	Tax     string // such as VAT 19%
	Methods []MethodRow
}

func (r ZoneRow) path() string { return "/admin/delivery/" + r.ID }

// MethodRow is a summary of one way of delivery.
type MethodRow struct {
	Title   string
	From    string // the lowest price; "": free
	Free    string // free from; "": never
	Most    string // the greatest weight in kg; "": any
	Enabled bool
}

// ZoneView is the form of a zone, POST /admin/delivery or /admin/delivery/{id}: name, place and add (ticked), tax_mode, tax_name,
// tax_rate, tax_delivery, and per way of delivery the fields that MethodForm names. do=more shows the form again with more room; do=save, or
// none, stores it. Deleting is POST /admin/delivery/{id}/delete with version.
type ZoneView struct {
	Page          Page
	New           bool
	ID            string
	Version       string
	Name          Field
	Shown         string // the name in the reader's language
	Places        []Tick
	Add           []PlaceGroup // to choose from
	PlacesProblem invalid.Problem
	TakenPlace    string // the place that another zone has
	TakenBy       string // that zone
	TaxModes      []Choice
	TaxMode       Field
	TaxName       Field
	TaxTexts      []LangField
	TaxRate       Field
	TaxDelivery   bool
	Methods       []MethodForm
	Currency      string
	Refusal       Refusal
}

// PlaceGroup is a part of the list of places: all countries, or the regions of one.
type PlaceGroup struct {
	Label  string
	Places []Choice
}

// MethodForm is a way of delivery in a zone's form. Its fields are named by its index: m.0.title, m.0.title.zh-Hans, m.0.note, m.0.kind,
// m.0.from.1, m.0.price.1, m.0.free, m.0.most, m.0.enabled, m.0.remove, m.0.id.
type MethodForm struct {
	Index   int
	ID      string // "" for a new one
	Title   Field
	Titles  []LangField
	Note    Field
	Kinds   []Choice
	Kind    Field
	Steps   []StepForm
	Problem invalid.Problem // of the steps together
	Free    Field
	Most    Field // the greatest weight
	Enabled bool
	Removed bool
}

func (m MethodForm) name(field string) string { return "m." + strconv.Itoa(m.Index) + "." + field }

func (m MethodForm) step(field string, i int) string { return m.name(field) + "." + strconv.Itoa(i) }

// StepForm is one price of a way of delivery.
type StepForm struct {
	From  Field
	Price Field
}

// TesterView shows what a sample basket costs in a place: GET /admin/delivery/tester with place, price, quantity, weight, virtual and coupon.
type TesterView struct {
	Page     Page
	Places   []string // names, to choose from while one types
	Place    Field
	Price    Field
	Quantity Field
	Weight   Field
	Coupon   Field
	Virtual  bool
	Currency string
	Asked    bool
	Refusal  Refusal
	Where    string // the place's name
	Zone     string // the zone that takes it; "": none does
	ZonePath string
	Coupons  string   // why the coupon does not count: "admin.coupon_problem." + Coupons
	TooHeavy []string // the ways of delivery that do not take the weight
	Results  []TesterResult
}

// TesterResult is the total with one way of delivery.
type TesterResult struct {
	Method   string // "": nothing is delivered, or there is no way of delivery
	Goods    string
	Discount string // "": none
	Delivery string
	TaxName  string // with the rate; "": none
	Added    string // "": the prices contain it
	Contains string // "": it is added
	Total    string
}
