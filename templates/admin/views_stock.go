package admin

import (
	"slices"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// The problems of the stock's forms.
const (
	RefusalStockLeft  Refusal = "stock_left"  // the stock would become negative; see the view's Left
	RefusalNoChange   Refusal = "no_change"   // it would change nothing
	RefusalStockMost  Refusal = "stock_most"  // the stock would exceed models.MaxStock
	RefusalNotSold    Refusal = "not_sold"    // more than was sold would be returned; see the view's Left
	RefusalUntracked  Refusal = "untracked"   // the stock of this variant is not counted
	RefusalCountEnded Refusal = "count_ended" // the sheet is no longer open
	RefusalCountNone  Refusal = "count_none"  // there is nothing to count
	RefusalCountShort Refusal = "count_short" // less was counted than is reserved: see the view's Short
)

// The notices of the stock's forms.
const (
	NoticeStockCorrected NoticeKind = "stock_corrected"
	NoticeCountSaved     NoticeKind = "count_saved"
	NoticeCountBooked    NoticeKind = "count_booked" // Text: how many were corrected
	NoticeCountDropped   NoticeKind = "count_dropped"
)

// StockThing is the name of a variant on the stock's pages.
type StockThing struct {
	ID        string // of the variant
	SKU       string
	Barcode   string
	Origin    string // country, by its name
	Title     string // of the product
	Option    string // of the variant; "" where it has none
	ProductID string
}

// StockView is the list of stock: GET form with q, category, low, sort.
type StockView struct {
	Page       Page
	Search     Field
	Categories []Choice
	Sorts      []Choice // "admin.stock_sort." + Value
	OnlyLow    bool
	LowCount   int          // variants of which little is left
	Hoarded    []HoardedRow // those of which much is in unpaid orders
	Limit      int          // the shop's limit of what is little
	Rows       []StockRow
	Refusal    Refusal
	Filtered   bool
	First      string
	Next       string
}

// HoardedRow is a variant of which much is in unpaid orders.
type HoardedRow struct {
	StockThing

	Percent int // of its stock
	Orders  int
}

// StockRow is a variant with its numbers.
type StockRow struct {
	StockThing

	Hidden    bool
	Retired   bool
	Untracked bool
	Low       bool
	Limit     int // its own; 0: the shop's
	OnHand    int
	Reserved  int
	Shelf     int // what should lie there: OnHand and Reserved
	Sold      int
}

// StockItemView is one variant's stock. POST /admin/stock/{id} with form_token, kind (add, take, counted, returned), quantity, note ·
// POST /admin/orders/bulk/cancel with form_token and id for each chosen order that holds it.
type StockItemView struct {
	Page          Page
	Item          StockRow
	FormToken     string
	Kinds         []Choice // "admin.stock_kind." + Value
	Kind          invalid.Problem
	Quantity      Field
	Note          Field
	Refusal       Refusal
	Left          string // of RefusalStockLeft and RefusalNotSold
	Movements     []LedgerRow
	Reservations  []ReservationRow
	Hoarded       int // percent of its stock that is in unpaid orders; 0: no more than usual
	HoardedOrders int
	CancelToken   string // form_token of the bulk cancellation
	More          string // path of all movements
}

// LedgerView is the stock ledger: GET form with kind, from, until, variant (hidden).
type LedgerView struct {
	Page    Page
	Kinds   []Choice // "admin.movement." + Value
	From    Field
	Until   Field
	Variant StockThing // ID "": all
	Rows    []LedgerRow
	Refusal Refusal
	First   string
	Next    string
}

// LedgerRow is a movement of stock.
type LedgerRow struct {
	Thing       StockThing
	At          templates.Moment
	Kind        string // "admin.movement." + Kind
	Quantity    string // signed
	Out         bool   // it took stock away
	Note        string
	Who         string
	OrderID     string
	OrderNumber string
}

// ReservationsView lists the stock that is reserved for unpaid orders.
type ReservationsView struct {
	Page    Page
	Rows    []ReservationRow
	Refusal Refusal
	First   string
	Next    string
}

// ReservationRow is stock that is reserved for an order.
type ReservationRow struct {
	Thing       StockThing
	OrderID     string
	OrderNumber string
	State       string // the order's: "admin.order_state."
	Quantity    int
	Since       templates.Moment
	Ends        templates.Moment // the order's end; none where staff decide
	Over        bool             // the end has passed: the exchange is asked before the stock is free again
}

// CountsView lists the sheets. POST /admin/stock/counts with form_token, name, category begins one.
type CountsView struct {
	Page       Page
	FormToken  string
	Name       Field
	Categories []Choice
	Refusal    Refusal
	Rows       []CountRow
}

// CountRow is a sheet in the list.
type CountRow struct {
	ID        string
	Name      string
	State     string // "admin.count_state." + State
	Who       string
	EndedBy   string
	Begun     templates.Moment
	Ended     templates.Moment
	Lines     int
	Counted   int
	Different int
}

// CountView is a sheet. Forms: POST /admin/stock/counts/{id} with next and count.{variant} for each line (empty: not counted) ·
// …/book with version · …/drop. Print is the sheet on paper.
type CountView struct {
	Page    Page
	Count   CountRow
	Version string
	Self    string // path of this page of the sheet
	Lines   []CountLine
	Refusal Refusal
	Short   string // the SKU of RefusalCountShort
	First   string
	Next    string
}

// CountLine is a variant on a sheet.
type CountLine struct {
	Thing      StockThing
	Position   int
	Expected   int
	Reserved   int
	Counted    Field
	Done       bool
	Difference string // signed; "" for none, or not counted
}

// CountSheetView is a whole sheet for printing.
type CountSheetView struct {
	Page  Page
	Count CountRow
	Lines []CountLine
	At    templates.Moment
}

// thingColumns returns the columns of a table, with the variant's in front if the rows are about several variants.
func thingColumns(things bool, rest ...column) []column {
	if things {
		return append([]column{col("admin.stock.col.thing")}, rest...)
	}
	return rest
}

// reservationColumns returns the columns of a table of reservations, with boxes in front if orders can be chosen.
func reservationColumns(things, chosen bool) []column {
	columns := thingColumns(things, col("admin.reservations.order"), num("admin.reservations.quantity"), col("admin.reservations.since"),
		col("admin.reservations.ends"))
	if chosen {
		columns = append([]column{boxes()}, columns...)
	}
	return columns
}

// unpaid reports whether the order can still be cancelled.
func (r ReservationRow) unpaid() bool { return r.State == "awaiting" }

// mayCancel reports whether an order that holds the stock can be cancelled.
func (v StockItemView) mayCancel() bool {
	return slices.ContainsFunc(v.Reservations, ReservationRow.unpaid)
}

func (t StockThing) path() string { return "/admin/stock/" + t.ID }

func (r CountRow) path() string { return "/admin/stock/counts/" + r.ID }

func (r CountRow) open() bool { return r.State == "open" }

// stockRefusal returns the words of a refusal of the stock's forms, with the number that is left.
func (v StockItemView) stockRefusal(p *i18n.Printer) string {
	return refusalWords(p, v.Refusal, "Left", v.Left)
}

// countWords says how much of a sheet is counted.
func (r CountRow) countWords(p *i18n.Printer) string {
	text := p.T("admin.count.progress", "Counted", count(p, r.Counted), "Lines", count(p, r.Lines))
	if r.Different > 0 {
		text += " · " + p.N("admin.count.different", r.Different)
	}
	return text
}
