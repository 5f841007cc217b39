package customers

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// Person is the personal data that the shop holds of a customer, as exported for the customer. Amounts are decimal text, times are UTC. The
// token that identifies an account to the platform is left out: it is a key and not data about the person.
type Person struct {
	MadeAt   time.Time     `json:"made_at"`
	Customer string        `json:"customer"`
	Notes    []PersonNote  `json:"notes,omitempty"`
	Orders   []PersonOrder `json:"orders"` // oldest first
}

// PersonOrder is an order of a Person.
type PersonOrder struct {
	Number       string           `json:"number"`     // as people read it
	State        string           `json:"state"`      // of the payment
	Fulfilment   string           `json:"fulfilment"` // what was sent
	Refunded     string           `json:"refunded"`   // what goes back
	Email        string           `json:"email"`
	Name         string           `json:"name"`
	Language     string           `json:"language"`
	PlacedAt     time.Time        `json:"placed_at"`
	PaidAt       time.Time        `json:"paid_at,omitzero"`
	HandedOverAt time.Time        `json:"handed_over_at,omitzero"`
	Currency     string           `json:"currency"`
	Goods        string           `json:"goods"`
	Discount     string           `json:"discount"`
	Delivery     string           `json:"delivery"`
	Tax          string           `json:"tax"`
	TaxContained string           `json:"tax_contained"`
	Total        string           `json:"total"`
	Coupon       string           `json:"coupon,omitempty"`
	DeliveryBy   string           `json:"delivery_by,omitempty"`
	Shipments    []PersonShipment `json:"shipments,omitempty"`
	Address      *PersonAddress   `json:"address,omitempty"`
	Lines        []PersonLine     `json:"lines"`
	Payments     []PersonPayment  `json:"payments"`
	Refunds      []PersonRefund   `json:"refunds,omitempty"`
	Mails        []PersonMail     `json:"mails,omitempty"`
	Notes        []PersonNote     `json:"notes,omitempty"`
	Reviews      []PersonReview   `json:"reviews,omitempty"`
	History      []PersonMovement `json:"history"`
}

// PersonAddress is the delivery address of an order.
type PersonAddress struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Line1    string `json:"line1"`
	Line2    string `json:"line2"`
	City     string `json:"city"`
	Region   string `json:"region"`
	Postcode string `json:"postcode"`
	Country  string `json:"country"`
}

// PersonShipment is a parcel, or what was handed over.
type PersonShipment struct {
	Carrier  string    `json:"carrier,omitempty"`
	Number   string    `json:"number,omitempty"`
	Link     string    `json:"link,omitempty"`
	SentAt   time.Time `json:"sent_at"`
	UndoneAt time.Time `json:"undone_at,omitzero"`
}

// PersonLine is a line of an order.
type PersonLine struct {
	SKU       string `json:"sku"`
	Title     string `json:"title"`
	Variant   string `json:"variant,omitempty"`
	Quantity  int    `json:"quantity"`
	UnitPrice string `json:"unit_price"`
	Total     string `json:"total"`
}

// PersonPayment is an attempt to pay an order.
type PersonPayment struct {
	State         string    `json:"state"`
	Coin          string    `json:"coin"`
	Amount        string    `json:"amount"`
	Rate          string    `json:"rate"`
	Reference     string    `json:"reference"`
	PlatformOrder string    `json:"platform_order,omitempty"`
	PayerUID      string    `json:"payer_uid,omitempty"`     // as entered
	PayerAccount  string    `json:"payer_account,omitempty"` // the platform's id of the account that signed in
	BegunAt       time.Time `json:"begun_at"`
	PaidAt        time.Time `json:"paid_at,omitzero"`
}

// PersonRefund is a refund.
type PersonRefund struct {
	State   string    `json:"state"`
	Coin    string    `json:"coin"`
	Amount  string    `json:"amount"`
	Reason  string    `json:"reason"`
	Note    string    `json:"note,omitempty"` // to the person
	AskedAt time.Time `json:"asked_at"`
}

// PersonMail is a mail about an order.
type PersonMail struct {
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	QueuedAt time.Time `json:"queued_at"`
	SentAt   time.Time `json:"sent_at,omitzero"`
}

// PersonNote is a note by staff, about an order or about the customer.
type PersonNote struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// PersonReview is a case that staff reviewed, with the result.
type PersonReview struct {
	Kind     string    `json:"kind"`
	Found    string    `json:"found,omitempty"`
	OpenedAt time.Time `json:"opened_at"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
}

// PersonMovement is a change in the state of an order or a payment.
type PersonMovement struct {
	From string    `json:"from"`
	To   string    `json:"to"`
	At   time.Time `json:"at"`
}

// ExportCustomer returns a Person as JSON and records the export in the audit log. store.ErrNotFound: the customer has no orders.
func (s *Service) ExportCustomer(ctx context.Context, customer string, by models.Actor) ([]byte, error) {
	if err := s.store.GatherCustomer(ctx, customer); err != nil {
		return nil, err
	}
	ids, err := s.store.CustomerOrderIDs(ctx, customer)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("export a customer: %w", store.ErrNotFound)
	}
	person := Person{MadeAt: s.clock(), Customer: customer}
	notes, err := s.store.CustomerNotes(ctx, customer)
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		if n.OrderID == "" { // the others are with their orders
			person.Notes = append(person.Notes, PersonNote{n.Text, n.CreatedAt})
		}
	}
	for _, id := range ids {
		file, err := s.store.OrderFile(ctx, id)
		if err != nil {
			return nil, err
		}
		person.Orders = append(person.Orders, personOrder(file))
	}
	text, err := json.MarshalIndent(person, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a customer: %w", err)
	}
	nothing := func(*store.Store) error { return nil }
	after := models.Facts{"orders": strconv.Itoa(len(ids))}
	if err := s.store.Audited(ctx, by, "customer.export", "customer:"+customer, nil, after, nothing); err != nil {
		return nil, err
	}
	return text, nil
}

// EraseCustomer removes a person from all their orders and records it in the audit log. store.Store.EraseCustomer documents what is
// removed, what stays, and the errors. It returns the number of orders.
func (s *Service) EraseCustomer(ctx context.Context, customer string, by models.Actor) (orders int, err error) {
	err = s.store.Audited(ctx, by, "customer.erase", "customer:"+customer, nil, nil, func(tx *store.Store) error {
		orders, err = tx.EraseCustomer(ctx, customer)
		return err
	})
	return orders, err
}

func personOrder(f models.OrderFile) PersonOrder {
	o := f.Order
	p := PersonOrder{
		Number: o.NumberText, State: string(o.State), Email: o.Email, Name: o.Name, Language: o.Lang, PlacedAt: o.CreatedAt, PaidAt: o.PaidAt,
		HandedOverAt: o.FulfilledAt, Currency: o.Currency, Goods: o.GoodsTotal.String(), Discount: o.Discount.String(),
		Delivery: o.Delivery.String(), Tax: o.Tax.String(), TaxContained: o.ContainedTax.String(), Total: o.Total.String(),
		Coupon: o.CouponCode, DeliveryBy: o.DeliveryTitle, Fulfilment: string(o.Fulfilment), Refunded: string(o.Refunds), Lines: []PersonLine{}, Payments: []PersonPayment{},
		History: []PersonMovement{},
	}
	if a := o.Address; a != nil {
		p.Address = new(PersonAddress(*a))
	}
	for _, l := range o.Lines {
		p.Lines = append(p.Lines, PersonLine{l.SKU, l.Title, l.VariantTitle, l.Quantity, l.UnitPrice.String(), l.Total.String()})
	}
	for _, a := range o.Attempts {
		p.Payments = append(p.Payments, PersonPayment{
			State: string(a.State), Coin: a.Coin, Amount: a.Amount.String(), Rate: a.Rate.String(), Reference: a.AppOrderID,
			PlatformOrder: a.OrderNum, PayerUID: a.PayerUserID, PayerAccount: a.Payer.OpenID.Reveal(), BegunAt: a.CreatedAt, PaidAt: a.PaidAt,
		})
	}
	for _, s := range f.Shipments {
		p.Shipments = append(p.Shipments, PersonShipment{s.Carrier, s.Number, s.Link, s.SentAt, s.UndoneAt})
	}
	for _, r := range f.Refunds {
		p.Refunds = append(p.Refunds, PersonRefund{string(r.State), r.Coin, r.Amount.String(), r.Reason, r.ShopperNote, r.CreatedAt})
	}
	for _, m := range f.Mails {
		p.Mails = append(p.Mails, PersonMail{string(m.Kind), string(m.State), m.CreatedAt, m.SentAt})
	}
	for _, n := range f.Notes {
		p.Notes = append(p.Notes, PersonNote{n.Text, n.CreatedAt})
	}
	for _, r := range f.Reviews {
		review := PersonReview{Kind: string(r.Kind), Found: r.Resolution, OpenedAt: r.CreatedAt}
		if !r.Open {
			review.ClosedAt = r.UpdatedAt
		}
		p.Reviews = append(p.Reviews, review)
	}
	for _, t := range f.Transitions {
		if !t.Refused {
			p.History = append(p.History, PersonMovement{t.FromState, t.ToState, t.CreatedAt})
		}
	}
	return p
}
