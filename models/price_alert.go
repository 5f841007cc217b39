package models

// PriceAlertKind says what the owners are told about prices.
type PriceAlertKind string

// The kinds of alerts. Mails have words for each.
const (
	AlertRate         PriceAlertKind = "rate"          // a person fixed a rate or a spread that jumps
	AlertRateAccepted PriceAlertKind = "rate_accepted" // a person accepted a rate of a source that jumped
	AlertProduct      PriceAlertKind = "product"       // a person changed prices of a product
	AlertImport       PriceAlertKind = "import"        // a file changed prices of products
)

// PriceAlert tells the owners about a change of prices that a person had to confirm. It is stored as JSON with the mail.
type PriceAlert struct {
	Kind    PriceAlertKind  `json:"kind"`
	Who     string          `json:"who"`     // as in the audit log
	Subject string          `json:"subject"` // the coin, the product's title, or the file's name
	Path    string          `json:"path"`    // of the page of the back office
	Live    Amount          `json:"live"`    // what the live source said; 0: nothing
	Rows    []PriceAlertRow `json:"rows"`    // the first ones
	More    int             `json:"more"`    // changes that are not in Rows
}

// The names of rows that are not a product's.
const (
	AlertRowRate   = "rate"   // price of one coin
	AlertRowSample = "sample" // what an order of SampleTotal costs in the coin
)

// PriceAlertRow is one value that changed, in the shop's currency unless Coin is set.
type PriceAlertRow struct {
	Name   string `json:"name"` // AlertRowRate, AlertRowSample, or the name of a variant
	Coin   string `json:"coin,omitempty"`
	Before Amount `json:"before"` // 0: there was none
	After  Amount `json:"after"`
}

// alertRows is the maximum number of changes that a mail lists.
const alertRows = 20

// AlertOfMoves returns the alert about moves of product prices.
func AlertOfMoves(kind PriceAlertKind, who, subject, path string, moves []PriceMove, total int) PriceAlert {
	alert := PriceAlert{Kind: kind, Who: who, Subject: subject, Path: path}
	for _, m := range moves[:min(len(moves), alertRows)] {
		alert.Rows = append(alert.Rows, PriceAlertRow{Name: m.Name(), Before: m.Before, After: m.After})
	}
	alert.More = total - len(alert.Rows)
	return alert
}

// Name returns what the variant is called: product, variant and SKU.
func (m PriceMove) Name() string {
	name := m.Product
	if m.Variant != "" {
		name += ", " + m.Variant
	}
	return name + " (" + m.SKU + ")"
}
