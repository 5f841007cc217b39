package models

import "time"

// MaxQuantity is the most of one variant that a cart or an order may hold; the least is 1.
const MaxQuantity = 999

// Category groups products. Texts may translate "name" and "summary".
type Category struct {
	ID       string
	Slug     string
	Name     string
	Summary  string
	Picture  string // name of a static file or of an uploaded one
	Position int
	Texts    Texts
}

// Product is one page of the catalogue; what is sold are its variants. Texts may translate "title", "summary" and "description".
type Product struct {
	ID          string
	Slug        string
	CategoryID  string
	Title       string
	Summary     string
	Description string // plain text, paragraphs divided by empty lines
	Cover       string // the first picture, kept here so that a list of products needs no join
	CoverAlt    string
	Featured    bool
	Hidden      bool
	Position    int
	Texts       Texts
	CreatedAt   time.Time
	UpdatedAt   time.Time

	Category Category  `gorm:"-"`
	Variants []Variant `gorm:"-"` // in their order
	Pictures []Picture `gorm:"-"` // in their order
}

// Variant is what a shopper buys: one SKU with its price and stock. Texts may translate "title".
//
// Stock: OnHand is what can still be sold, Reserved is promised to unpaid orders, Sold has left. Their sum only changes by a
// stock movement (reliability.md I7).
type Variant struct {
	ID        string
	ProductID string
	SKU       string
	Title     string // the option, such as "Large / Sand"; empty where the product has only one variant
	Price     Amount // in the shop's currency
	OnHand    int
	Reserved  int
	Sold      int
	Position  int
	Texts     Texts
}

// Picture shows a product. Texts may translate "alt".
type Picture struct {
	ID        string
	ProductID string
	Source    string // name of a static file or of an uploaded one
	Alt       string
	Position  int
	Texts     Texts
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
	MinPrice     Amount
	MaxPrice     Amount
	OnHand       int // of all variants
	VariantCount int
}

// CardSort orders a list of products.
type CardSort string

// The orders that a list of products can have.
const (
	SortPosition  CardSort = "" // the shopkeeper's own order
	SortNewest    CardSort = "newest"
	SortPriceAsc  CardSort = "price_asc"
	SortPriceDesc CardSort = "price_desc"
	SortName      CardSort = "name"
)

// ParseCardSort reads a sort from a query string; ok is false for one that is not allowed.
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
	CategoryID string // empty: all
	Search     string // words that must all occur in title, summary, category or SKU, in any language; empty: all
	Featured   bool   // only featured ones
	Sort       CardSort
	Limit      int
	Offset     int
}

// StockMovement is one line of a variant's stock ledger. OnHand of a variant is the sum of its movements' quantities.
type StockMovement struct {
	ID        string
	VariantID string
	OrderID   string // empty where no order is the cause
	Kind      MovementKind
	Quantity  int // signed effect on OnHand
	Note      string
	CreatedAt time.Time
}

// MovementKind says why stock changed.
type MovementKind string

// The kinds of stock movements. A sale is booked as a release of its reservation and a sale of the same quantity.
const (
	MovementImport      MovementKind = "import"
	MovementReservation MovementKind = "reservation"
	MovementRelease     MovementKind = "release"
	MovementSale        MovementKind = "sale"
	MovementReturn      MovementKind = "return"
	MovementCorrection  MovementKind = "correction"
)
