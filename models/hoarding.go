package models

// HolderKind is what somebody who has unpaid orders is known by.
type HolderKind string

// The kinds of holders.
const (
	HolderPayer   HolderKind = "payer"   // account at the exchange, typed or signed in
	HolderEmail   HolderKind = "email"   // the order's e-mail address
	HolderNetwork HolderKind = "network" // IPv4 address, or the /64 of an IPv6 address
)

// Holder is somebody for whom unpaid orders are counted. The store keeps a keyed digest of the name only while the order is unpaid.
type Holder struct {
	Kind HolderKind
	Name string // empty: not known, and not counted
}

// PayerHolder returns the holder of a payer's orders. An account that signed in and one whose UID was typed are counted apart: anybody can
// type a UID, and must not use up what its owner may order.
func PayerHolder(p Payer) Holder {
	switch {
	case p.OpenID != "":
		return Holder{HolderPayer, "account:" + p.OpenID.Reveal()}
	case p.UserID != "":
		return Holder{HolderPayer, "uid:" + p.UserID}
	}
	return Holder{Kind: HolderPayer}
}

// OrderLimits limit what unpaid orders may hold. A number of 0 or less is no limit.
type OrderLimits struct {
	Pieces  int // of one product in an order
	Payer   int // unpaid orders of one payer
	Email   int // … of one e-mail address
	Network int // … of one network address
}

// Of returns the limit of a kind of holder.
func (l OrderLimits) Of(kind HolderKind) int {
	switch kind {
	case HolderPayer:
		return l.Payer
	case HolderEmail:
		return l.Email
	case HolderNetwork:
		return l.Network
	}
	return 0
}

// HoardedLeast is the least number of pieces of a variant in unpaid orders that is worth a warning: of a single piece that somebody is just
// buying, all is in an unpaid order.
const HoardedLeast = 5

// HoardedStock is a variant of which much is in unpaid orders.
type HoardedStock struct {
	Variant StockVariant
	Held    int // pieces in unpaid orders
	Orders  int
}

// Percent returns the share of the stock that is in unpaid orders, rounded down.
func (h HoardedStock) Percent() int {
	return h.Held * 100 / max(1, h.Variant.OnHand+h.Variant.Reserved)
}
