// Package shop holds the pages that shoppers see. Each page is a component of the same name as its view: Home, Category, Search,
// Product, Cart, Checkout and Order. All of them work without scripts. With scripts htmx sends some forms and asks again on its
// own; those requests carry "HX-Request: true" and are answered by a fragment instead of the page:
//
//	GET  /cart, also after the 303 of POST /cart/…                          CartFragment(CartView)
//	POST /cart/items from a product page (200, or 422 with problems)        BuyForm(ProductView)
//	POST /checkout/update                                                   CheckoutFragment(CheckoutView)
//	GET  {OrderView.Base}?shown={state}                                     OrderStatus(OrderView)
//
// A fragment brings what else changes on the page (the count in the header) as out-of-band parts of its own; the handler does
// nothing for it. All other forms are ordinary ones.
package shop

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
)

// Card is one product in a list.
type Card struct {
	Slug    string
	Title   string
	Summary string
	Price   string // Printer.Money of the lowest price
	From    bool   // there are dearer variants: "from $34.00"
	Picture templates.Picture
	SoldOut bool   // no variant is left
	Left    int    // pieces of all variants where few are left, to say so; 0: enough, or sold out
	Sale    bool   // a variant is sold below its regular price
	Regular string // the regular price of what has the lowest one; "" where it is the same
}

// CategoryCard is one category on the home page.
type CategoryCard struct {
	Slug    string
	Name    string
	Summary string
	Picture templates.Picture
}

// HomeView is the front page.
type HomeView struct {
	Page       templates.Page
	Title      string // the heading; "" welcomes to the shop
	Text       string // below the heading, and the page's description; "" says what every shop says
	Featured   []Card
	Newest     []Card
	Categories []CategoryCard
}

// CategoryView is one category's list of products.
type CategoryView struct {
	Page    templates.Page
	Path    string           // of this list
	Crumbs  []templates.Link // the categories above
	Below   []CategoryCard   // the categories below
	Name    string
	Summary string
	ProductList
}

// ProductList is one page of a list of products.
type ProductList struct {
	Products []Card
	Total    int    // on all pages
	Sort     string // as in the query string: "", newest, price_asc, price_desc, name
	Pager    Pager
}

// SearchView is the result of a search.
type SearchView struct {
	Page     templates.Page
	Query    string
	Featured []Card // shown where nothing was found, so that the page is no dead end
	ProductList
}

// ProductView is one product with its form to buy it.
type ProductView struct {
	Page       templates.Page
	Slug       string
	Title      string
	Summary    string
	Paragraphs []string         // of the description
	Crumbs     []templates.Link // the categories that it is in, from the top
	Tags       []templates.Link
	Pictures   []templates.Picture // that of the chosen variant first
	Options    []Option            // none if variants are chosen by their titles, or if there is only one
	Unmade     bool                // a value of each option is chosen, but this combination does not exist
	Variants   []Variant
	Quantity   string // what was typed; "" means 1
	Problem    BuyProblem
	Left       int        // for BuyOnlyLeft: pieces that can still be added
	Added      *AddedLine // set on the fragment after something was added; nil otherwise
	Chose      bool       // on the fragment after something else was chosen
	Related    []Card
	Preview    bool // shown to the shopkeeper alone: nothing can be bought
}

// Option is an option of a product, such as the colour.
type Option struct {
	Name   string
	Field  string // of the form
	Values []OptionValue
}

// OptionValue is one value of an option.
type OptionValue struct {
	Value    string // of the form's field
	Text     string
	Selected bool
	State    OptionState
}

// OptionState is the availability of the product if the value is chosen.
type OptionState string

// The states of a value.
const (
	OptionFree    OptionState = ""
	OptionSoldOut OptionState = "sold_out"
	OptionNone    OptionState = "none" // there is no such combination with the other chosen values
)

// Variant is one choice of the product's form. A product with a single variant shows no choice.
type Variant struct {
	ID       string // value of the field "variant"
	SKU      string
	Title    string
	Price    string           // Printer.Money, what it costs now
	Regular  string           // what it costs usually, where that is more; "" otherwise
	SaleEnds templates.Moment // Text "": it is not said
	SoldOut  bool
	Left     int // pieces left where they are few; 0: enough, or sold out
	Selected bool
	Virtual  bool // nothing is sent by post
}

// AddedLine is the line that was just added to the cart.
type AddedLine struct {
	Title    string // product and variant
	Quantity int
}

// BuyProblem is the reason why something could not be added to the cart.
type BuyProblem string

// The problems of the product's form.
const (
	BuyOK          BuyProblem = ""
	BuyNoVariant   BuyProblem = "no_variant"   // none chosen, or one that is not this product's
	BuyNotMade     BuyProblem = "not_made"     // values of options that are not made together
	BuyBadQuantity BuyProblem = "bad_quantity" // not a whole number from 1 to 999
	BuyOnlyLeft    BuyProblem = "only_left"    // more than ProductView.Left
	BuySoldOut     BuyProblem = "sold_out"
	BuyTooMany     BuyProblem = "too_many" // the cart's line would pass 999
)

// CartView is the cart. Page.CartCount is its number of pieces.
type CartView struct {
	Page     templates.Page
	Lines    []CartLine
	Totals   templates.Totals
	Coupon   CouponField
	Estimate EstimateForm
	Blocked  bool     // something must be corrected before checkout
	Nothing  bool     // the total is 0, which cannot be ordered
	LeftOut  []string // what an address that fills the cart could not add
	Featured []Card   // shown where the cart is empty
}

// CartLine is one line of the cart.
type CartLine struct {
	SummaryLine

	Variant  string // the variant's id, in the addresses of its forms
	Typed    string // value of the quantity field: as stored, or as typed where it was refused
	Problems []LineProblem
}

// LineProblem is a problem of a line of the cart.
type LineProblem struct {
	Kind LineProblemKind
	Left int    // LineOnlyLeft: pieces left
	From string // LinePriceChanged: the price that was seen last
	To   string // LinePriceChanged: the price now
}

// LineProblemKind is the kind of a LineProblem.
type LineProblemKind string

// The kinds of line problems.
const (
	LinePriceChanged LineProblemKind = "price_changed" // said, does not block
	LineOnlyLeft     LineProblemKind = "only_left"
	LineSoldOut      LineProblemKind = "sold_out"
	LineGone         LineProblemKind = "gone"         // no longer sold
	LineBadQuantity  LineProblemKind = "bad_quantity" // not a whole number from 1 to 999
)

// CheckoutView is the page before paying, with what was typed.
type CheckoutView struct {
	Page      templates.Page
	FormToken string // reliability.md R9
	Seen      string // fingerprint of what the page shows
	Email     string
	Name      string
	Address   AddressForm
	Methods   []DeliveryChoice // for this address; none: it is not known, or nothing is shipped
	Coupon    CouponField
	Payment   PaymentForm
	Lines     []SummaryLine
	Totals    templates.Totals // in the shop's currency

	EmailProblem invalid.Problem
	NameProblem  invalid.Problem
	Notices      []Notice // above the form
}

// PaymentForm is the part of a form that says how to pay: coin and payer. Checkout and the order page share it.
type PaymentForm struct {
	Coins        []CoinChoice
	Quotes       string           // hidden field "quotes": the sealed rates of Coins
	Until        templates.Moment // until when the live rates are kept; Text "": there is none
	Left         int              // seconds until then
	PayerUID     string           // what was typed
	Connected    bool             // signed in at the platform
	CoinProblem  invalid.Problem
	PayerProblem invalid.Problem
}

// CoinChoice is one coin to pay with.
type CoinChoice struct {
	Symbol   string // value of the field "coin"
	Name     string
	Amount   string           // Printer.Coin of what would be paid
	Rate     string           // Printer.Money of one coin
	Spread   string           // such as "0.5%", which the amount has on top; "": nothing
	Source   string           // of a live rate: who said it
	Until    templates.Moment // until when a live rate is kept
	Paused   bool             // it cannot be used at the moment: nothing else is set but its names
	Selected bool
}

// SummaryLine is one line of an order, before or after it is placed.
type SummaryLine struct {
	Slug         string // "" where the product is no longer sold
	Title        string
	VariantTitle string
	Picture      templates.Picture
	Quantity     int
	UnitPrice    string
	Regular      string // before an order is placed: what a piece costs usually, where that is more; "" otherwise
	Total        string
}

// Notice is something to know before paying.
type Notice struct {
	Kind    NoticeKind
	Product string // for the kinds about a line: title and variant
	From    string // NoticePriceChanged
	To      string
	Left    int    // NoticeOnlyLeft; NoticePieces: the most in an order; NoticeOpen…: minutes until the first of those orders ends
	Total   string // NoticeCartChanged, NoticeRecounted: what it costs now; NoticeOpen…: how many unpaid orders are allowed
	URL     string // path of the page where something can be done about it; "": there is none
}

// NoticeKind is the kind of a Notice.
type NoticeKind string

// The kinds of notices.
const (
	// A line's problem is a notice of the same kind.
	NoticePriceChanged = NoticeKind(LinePriceChanged)
	NoticeOnlyLeft     = NoticeKind(LineOnlyLeft)
	NoticeSoldOut      = NoticeKind(LineSoldOut)
	NoticeGone         = NoticeKind(LineGone)

	NoticeRatesChanged   NoticeKind = "rates_changed" // coin amounts moved since the page was shown
	NoticeCartChanged    NoticeKind = "cart_changed"  // another tab changed the cart, or the shop a price, a tax, a way of delivery
	NoticeRecounted      NoticeKind = "recounted"     // the form's choices change the total
	NoticeNothingToPay   NoticeKind = "nothing_to_pay"
	NoticeUnreachable    NoticeKind = "unreachable"     // the platform cannot be reached, the cart is kept
	NoticeConnected      NoticeKind = "connected"       // good news: signed in at the platform
	NoticeConnectFailed  NoticeKind = "connect_failed"  // sign-in went wrong
	NoticeConnectRefused NoticeKind = "connect_refused" // the shopper said no there
	NoticeDisconnected   NoticeKind = "disconnected"
	NoticeSignInOver     NoticeKind = "sign_in_over" // the sign-in at the platform has run out; nothing was ordered or charged
	NoticeBusy           NoticeKind = "busy"         // order page: the earlier payment is not yet proved closed
	NoticeNotCancellable NoticeKind = "not_cancellable"
	NoticePieces         NoticeKind = "pieces"          // more of a product than an order may have
	NoticeOpenPayer      NoticeKind = "open_payer"      // too many unpaid orders of this account
	NoticeOpenEmail      NoticeKind = "open_email"      // … of this e-mail address
	NoticeOpenNetwork    NoticeKind = "open_network"    // … of this network
	NoticeProveFirst     NoticeKind = "prove_first"     // order page: the step needs the e-mail address of the order
	NoticeStockGone      NoticeKind = "stock_gone"      // payment page: the item of a payment link has sold out
	NoticeLinkClosed     NoticeKind = "link_closed"     // payment page: its payment link takes no more payments
	NoticeUnreachablePay NoticeKind = "unreachable_pay" // payment page: the platform cannot be reached
	NoticeUnfinished     NoticeKind = "unfinished"      // order page: the last step failed on our side, and may or may not have been done
)
