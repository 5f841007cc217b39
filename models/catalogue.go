package models

import (
	"fmt"
	"time"
)

// MaxQuantity is the maximum number of pieces of one variant in a cart or an order; the minimum is 1.
const MaxQuantity = 999

// Category groups products. Texts may translate "name" and "summary". A hidden one is no page and in no list, but its products are
// sold all the same.
type Category struct {
	ID        string `ascii:"36"`
	ParentID  string `ascii:"36"` // empty: at the top
	Slug      string `text:"190"`
	Name      string `text:"200"`
	Summary   string `text:"1000"`
	Picture   string `text:"255"` // name of a static file or of an uploaded one
	Position  int
	Hidden    bool
	Texts     Texts `text:"medium"`
	Version   int   // rises with every change (optimistic locking)
	UpdatedAt time.Time
}

// Product is one page of the catalogue; what is sold are its variants. Texts may translate "title", "summary" and "description", and
// the names of the options as "option1", "option2" and so on.
type Product struct {
	ID          string `ascii:"36"`
	Slug        string `text:"190"`
	CategoryID  string `ascii:"36"` // the primary one
	Title       string `text:"200"`
	Summary     string `text:"1000"`
	Description string `text:"medium"` // plain text, paragraphs divided by empty lines
	Cover       string `text:"255"`    // the first picture, kept here so that a list of products needs no join
	CoverAlt    string `text:"500"`
	Featured    bool
	Hidden      bool // not published: only a preview shows it
	Position    int
	Texts       Texts `text:"medium"`
	OptionNames List  `text:"2000"` // such as Colour and Size; none where there is nothing to choose
	Version     int   // rises with every change (optimistic locking)
	CreatedAt   time.Time
	UpdatedAt   time.Time

	Category    Category  `gorm:"-"`
	CategoryIDs []string  `gorm:"-"` // all that it is in, the primary one first
	Tags        []string  `gorm:"-"` // as they are written, in their order
	Variants    []Variant `gorm:"-"` // in their order
	Pictures    []Picture `gorm:"-"` // in their order
}

// Variant is what a shopper buys: one SKU with its price and stock. Texts may translate "title", and the options' values as
// "option1", "option2" and so on.
//
// Stock: OnHand is what can still be sold, Reserved is promised to unpaid orders, Sold has left. Their sum only changes by a
// stock movement (reliability.md I7).
type Variant struct {
	ID        string    `ascii:"36"`
	ProductID string    `ascii:"36"`
	SKU       string    `text:"100"`
	Title     string    `text:"200"` // the options, such as "Large / Sand"; empty where the product has only one variant
	Price     Amount    // the regular price, in the shop's currency
	SalePrice Amount    // 0: none
	SaleFrom  time.Time `gorm:"default:null"` // zero: no beginning
	SaleUntil time.Time `gorm:"default:null"` // zero: no end
	Options   List      `text:"2000"`         // values, parallel to Product.OptionNames
	Picture   string    `text:"255"`          // source of the picture that shows this variant; empty: the product's
	Weight    Amount    // kilograms
	Virtual   bool      `gorm:"column:is_virtual"` // needs no delivery
	Untracked bool      // stock is not counted: always for sale, never reserved or booked
	LowStock  int       // to be told of at or below it; 0: the shop's own limit
	Barcode   string    `text:"64"`
	Origin    string    `gorm:"default:null" ascii:"2"` // the country where it was made, for customs: ISO 3166-1 alpha-2; empty: not specified
	Retired   bool      // kept for the orders that name it, not for sale
	OnHand    int
	Reserved  int
	Sold      int
	Position  int
	Texts     Texts `text:"medium"`
}

// StockMark returns a mark of the stock that differs after every movement.
func (v Variant) StockMark() string { return fmt.Sprintf("%d-%d-%d", v.OnHand, v.Reserved, v.Sold) }

// Picture shows a product. Texts may translate "alt".
type Picture struct {
	ID        string `ascii:"36"`
	ProductID string `ascii:"36"`
	Source    string `text:"255"` // name of a static file or of an uploaded one
	Alt       string `text:"500"`
	Position  int
	Texts     Texts `text:"medium"`
}

// ProductCard is what a list shows of a product.
type ProductCard struct {
	ID           string
	Slug         string
	Title        string
	Summary      string
	Cover        string
	CoverAlt     string
	Texts        Texts
	CategoryID   string
	MinPrice     Amount // the lowest price now
	MaxPrice     Amount // the highest price now
	MinRegular   Amount // the regular price of what has the lowest one now
	OnSale       bool   // a variant is sold below its regular price now
	OnHand       int    // of all variants that are for sale; at least MaxQuantity where one is not counted
	VariantCount int
}

// CardSort orders a list of products.
type CardSort string

// The orders that a list of products can have.
const (
	SortPosition  CardSort = "" // the shopkeeper's own order; of a search, what fits best
	SortNewest    CardSort = "newest"
	SortPriceAsc  CardSort = "price_asc"
	SortPriceDesc CardSort = "price_desc"
	SortName      CardSort = "name"
)

// ParseCardSort parses a sort from a query string; ok is false for one that is not allowed.
func ParseCardSort(text string) (sort CardSort, ok bool) {
	switch s := CardSort(text); s {
	case SortPosition, SortNewest, SortPriceAsc, SortPriceDesc, SortName:
		return s, true
	default:
		return SortPosition, false
	}
}

// CardFilter chooses the products of a list. Hidden products are never in it.
type CardFilter struct {
	CategoryID string // the category with everything below it; empty: all
	Tag        string // as it is written; empty: all
	Search     string // words that must all occur, the last one perhaps as a beginning, in any language; empty: all
	Featured   bool   // only featured ones
	Sort       CardSort
	Limit      int
	Offset     int
}

// TagCount is a tag with the products that have it.
type TagCount struct {
	Tag       string
	Products  int // hidden ones too
	Published int
}

// Shown selects products by whether shoppers see them.
type Shown string

// What Shown can choose.
const (
	ShownAll       Shown = ""
	ShownPublished Shown = "published"
	ShownHidden    Shown = "hidden"
)

// ProductSort orders the back office's list of products.
type ProductSort string

// The orders that the back office's list of products can have.
const (
	ProductsByPosition ProductSort = ""        // the shopkeeper's own; of a search, what fits best
	ProductsByTitle    ProductSort = "title"   // from A
	ProductsByUpdate   ProductSort = "updated" // what was changed last first
	ProductsByCreation ProductSort = "created" // the newest first
)

// ProductFilter chooses the products of the back office's list.
type ProductFilter struct {
	Search     string // as in CardFilter
	CategoryID string // the category with everything below it; empty: all
	Tag        string
	Shown      Shown
	Featured   bool // only featured ones
	OnlyLow    bool // only those of which little is left
	LowStock   int  // the shop's limit of what is little, for variants without their own
	Sort       ProductSort
	After      string // a page's Next; empty: from the beginning
	Limit      int    // 1 to MaxPageRows; 0: as many as usual
}

// ProductRow is what the back office's list shows of a product.
type ProductRow struct {
	ProductCard
	SKU          string // of the first variant
	CategoryName string // of the primary category
	Hidden       bool
	Featured     bool
	Untracked    bool // a variant's stock is not counted
	Low          bool // a variant is at or below its limit
	Reserved     int
	Position     int
	Version      int
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// ProductPage is a page of the back office's list of products.
type ProductPage struct {
	Rows []ProductRow
	Next string // where the next page begins; empty: this is the last one
}
