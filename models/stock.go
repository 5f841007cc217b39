package models

import (
	"slices"
	"time"
)

// MaxStock is the maximum stock of a variant, in pieces. Both databases can add as many again.
const MaxStock = 1_000_000_000

// StockMovement is one line of a variant's stock ledger. OnHand of a variant is the sum of its movements' quantities.
type StockMovement struct {
	ID        string       `ascii:"36"`
	VariantID string       `ascii:"36"`
	OrderID   string       `ascii:"36"` // empty where no order is the cause
	Kind      MovementKind `ascii:"16"`
	Quantity  int          // signed effect on OnHand
	Note      string       `text:"1000"`
	Who       string       `text:"254"` // e-mail of who booked it; empty: the shop itself
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

// ParseMovementKind parses a kind from a query string; ok is false for one that does not exist.
func ParseMovementKind(text string) (kind MovementKind, ok bool) {
	kind = MovementKind(text)
	return kind, slices.Contains(MovementKinds(), kind)
}

// MovementKinds returns all kinds.
func MovementKinds() []MovementKind {
	return []MovementKind{MovementImport, MovementReservation, MovementRelease, MovementSale, MovementReturn, MovementCorrection}
}

// StockVariant is the variant that a row of a list of stock is about, with what its product is called.
type StockVariant struct {
	Variant

	ProductTitle string
	ProductTexts Texts // title and summary
}

// MovementFilter chooses lines of the stock ledger.
type MovementFilter struct {
	VariantID string       // empty: of all
	Kind      MovementKind // empty: all
	From      time.Time    // zero: from the beginning
	Until     time.Time    // exclusive; zero: to the end
	After     string       // a page's Next; empty: from the newest
	Limit     int          // 1 to MaxPageRows; 0: 50
}

// MovementRow is a line of the ledger with what it is about.
type MovementRow struct {
	StockMovement
	Variant     StockVariant
	OrderNumber string // as people read it; empty where no order is the cause
}

// MovementPage is a page of the ledger, newest first.
type MovementPage struct {
	Rows []MovementRow
	Next string
}

// StockSort orders the list of stock.
type StockSort string

// The orders of the list of stock.
const (
	StockBySKU  StockSort = ""
	StockByLeft StockSort = "left" // the smallest first
)

// StockFilter chooses variants of the list of stock. Retired ones are in it where they have stock left.
type StockFilter struct {
	Search     string // of products, as in CardFilter
	CategoryID string // with everything below it
	Low        bool   // only those of which little is left; none of those that are not counted or retired
	LowStock   int    // the shop's limit of what is little, for variants without their own
	Sort       StockSort
	After      string
	Limit      int // 1 to MaxPageRows; 0: 50
}

// StockRow is a variant of the list of stock.
type StockRow struct {
	StockVariant

	Hidden bool // its product is not published
	Low    bool
}

// StockPage is a page of the list of stock.
type StockPage struct {
	Rows []StockRow
	Next string
}

// StockCorrection changes what is on hand of a variant by hand.
type StockCorrection struct {
	VariantID string
	Seen      string // Variant.StockMark when it was counted: refused if anything has changed since; empty: whatever it is
	Token     string // of the form: with the same one it is booked once; empty: each time
	Counted   bool   // Quantity is what lies on the shelf, with what is reserved; else what is added, or (below 0) taken
	Quantity  int
	Returned  bool // what is added comes back from a buyer: it counts as sold no longer
	Note      string
}

// StockLevel is what shall be on hand of a variant.
type StockLevel struct {
	VariantID string
	OnHand    int
}

// CountState is how far a count of the stock is.
type CountState string

// The states of a count of the stock.
const (
	CountOpen    CountState = "open"
	CountBooked  CountState = "booked"
	CountDropped CountState = "dropped" // given up: nothing was changed by it
)

// StockCount is a sheet on which stock is counted. What is counted changes nothing until it is booked.
type StockCount struct {
	ID        string     `ascii:"36"`
	Name      string     `text:"200"`
	State     CountState `ascii:"16"`
	Who       string     `text:"254"` // e-mail of who began it
	EndedBy   string     `text:"254"` // e-mail of who booked or dropped it
	Version   int
	CreatedAt time.Time
	EndedAt   time.Time `gorm:"default:null"`

	Lines     int `gorm:"-"`
	Counted   int `gorm:"-"` // lines that were counted
	Different int `gorm:"-"` // lines that were counted and differ
}

// CountLine is a variant on a sheet. Expected is what should lie on the shelf, with what is reserved, at the moment it was counted, so that
// what is sold between counting and booking is not lost; before it is counted, what should lie there now.
type CountLine struct {
	Variant  StockVariant
	Position int
	Expected int
	Counted  int
	Done     bool // it was counted
	Reserved int  // now
	At       time.Time
}

// CountPage is a page of a sheet, in its order.
type CountPage struct {
	Lines []CountLine
	Next  string
}

// ReservationFilter chooses reservations that hold stock now.
type ReservationFilter struct {
	VariantID string // empty: of all
	After     string
	Limit     int // 1 to MaxPageRows; 0: 50
}

// ReservationRow is stock that is promised to an order.
type ReservationRow struct {
	Reservation
	Variant     StockVariant
	OrderNumber string     // as people read it
	State       OrderState // the order's: a reservation of an order in review ends when staff decide
	ExpiresAt   time.Time  // the order's end; some grace comes after it
}

// ReservationPage is a page of reservations, those that end first first.
type ReservationPage struct {
	Rows []ReservationRow
	Next string
}
