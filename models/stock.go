package models

import "time"

// StockMovement is one line of a variant's stock ledger. OnHand of a variant is the sum of its movements' quantities.
type StockMovement struct {
	ID        string
	VariantID string
	OrderID   string // empty where no order is the cause
	Kind      MovementKind
	Quantity  int // signed effect on OnHand
	Note      string
	Who       string // e-mail of who booked it; empty: the shop itself
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
