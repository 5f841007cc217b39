package wire

import "github.com/coincart/coincart/models"

// Stock is the stock of a variant.
type Stock struct {
	Object   string `json:"object" enum:"stock"`
	SKU      string `json:"sku"`
	Counted  bool   `json:"counted" doc:"false: the stock of this variant is not counted; it can always be bought."`
	OnHand   int    `json:"on_hand" doc:"What can be sold."`
	Reserved int    `json:"reserved" doc:"Promised to orders that are not paid yet."`
	Sold     int    `json:"sold"`
	LowAt    int    `json:"low_at,omitempty" doc:"In stock.low: at or below this the stock is low."`
	Sequence int    `json:"sequence,omitempty" doc:"Rises with each event about this variant; left out elsewhere."`
}

// OfStock returns the stock of a variant.
func OfStock(v *models.Variant) Stock {
	return Stock{Object: "stock", SKU: v.SKU, Counted: !v.Untracked, OnHand: v.OnHand, Reserved: v.Reserved, Sold: v.Sold}
}

// Discrepancy is where the statement and the shop's books differ.
type Discrepancy struct {
	Object     string `json:"object" enum:"discrepancy"`
	ID         string `json:"id"`
	Day        string `json:"day" format:"date"`
	Kind       string `json:"kind"`
	State      string `json:"state"`
	Type       string `json:"type"`
	AppOrderID string `json:"app_order_id"`
	OrderID    string `json:"order_id,omitempty"`
	Coin       string `json:"coin"`
	Theirs     string `json:"theirs" doc:"Decimal text: the statement's amount; 0: it has no line."`
	Ours       string `json:"ours" doc:"Decimal text: the shop's amount; 0: it is not in the books."`
	Reason     string `json:"reason" doc:"Why it was accepted; empty unless it was."`
	Sequence   int    `json:"sequence,omitempty" doc:"Rises with each event about this discrepancy; left out elsewhere."`
	CreatedAt  string `json:"created_at" format:"date-time"`
}

// OfDiscrepancy returns a discrepancy. sequence is that of the event; 0: it is in none.
func OfDiscrepancy(d *models.Discrepancy, sequence int) Discrepancy {
	return Discrepancy{
		Object: "discrepancy", ID: d.ID, Day: d.Day, Kind: string(d.Kind), State: string(d.State), Type: string(d.Type), AppOrderID: d.AppOrderID,
		OrderID: d.OrderID, Coin: d.Coin, Theirs: d.Theirs.String(), Ours: d.Ours.String(), Reason: d.Reason, Sequence: sequence, CreatedAt: Time(d.CreatedAt),
	}
}

// SealedDay is a day whose books were closed, as events tell it.
type SealedDay struct {
	Object     string `json:"object" enum:"statement" doc:"Always statement: GET /statements/{day} has the rest."`
	Day        string `json:"day" format:"date" doc:"In zone."`
	Zone       string `json:"zone" example:"Asia/Shanghai"`
	State      string `json:"state" enum:"sealed"`
	SealedHash string `json:"sealed_hash" doc:"Hex SHA-256 over the sorted lines of the statement."`
	Sequence   int    `json:"sequence"`
}

// OfSealedDay returns a day whose books were closed.
func OfSealedDay(d *models.BookDay, sequence int) SealedDay {
	return SealedDay{Object: "statement", Day: d.Day, Zone: d.Zone, State: string(d.State), SealedHash: d.SealedHash, Sequence: sequence}
}

// StoppedRate is a coin in which nothing can be sold at the moment, as events tell it.
type StoppedRate struct {
	Object   string `json:"object" enum:"rate"`
	Coin     string `json:"coin" example:"USDT"`
	Problem  string `json:"problem" enum:"missing,stale,jumped,deviates" doc:"Why."`
	Rate     string `json:"rate" doc:"Decimal text: the last rate that was good; 0: there was none."`
	Pending  string `json:"pending,omitempty" doc:"Decimal text: the rate that a person must accept."`
	Since    string `json:"since" format:"date-time"`
	Sequence int    `json:"sequence" doc:"Rises with each event about this coin."`
}

// OfStoppedRate returns a coin whose rate has a problem.
func OfStoppedRate(c *models.Coin, sequence int) StoppedRate {
	out := StoppedRate{Object: "rate", Coin: c.Symbol, Problem: string(c.Problem), Rate: c.Rate.String(), Since: Time(c.ProblemSince), Sequence: sequence}
	if c.Pending.IsPositive() {
		out.Pending = c.Pending.String()
	}
	return out
}
