package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/once"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments"
)

// OrderDetail is an order with what is needed to send it.
type OrderDetail struct {
	wire.Order

	Email     string      `json:"email" doc:"Empty: not known, or erased."`
	Name      string      `json:"name"`
	Lang      string      `json:"lang" doc:"Of the shopper's pages and mails."`
	Address   *Address    `json:"address" doc:"null: nothing is delivered."`
	Lines     []OrderLine `json:"lines"`
	Shipments []Shipment  `json:"shipments"`
}

// Address is where goods go.
type Address struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Line1    string `json:"line1"`
	Line2    string `json:"line2"`
	City     string `json:"city"`
	Region   string `json:"region"`
	Postcode string `json:"postcode"`
	Country  string `json:"country" doc:"ISO 3166-1 alpha-2."`
}

// OrderLine is a line of an order.
type OrderLine struct {
	ID        string `json:"id"`
	SKU       string `json:"sku"`
	Title     string `json:"title" doc:"In the shop's own language."`
	Variant   string `json:"variant"`
	Quantity  int    `json:"quantity"`
	UnitPrice string `json:"unit_price" doc:"Decimal text, in the order's currency."`
	Total     string `json:"total" doc:"Decimal text."`
	Discount  string `json:"discount" doc:"Decimal text: the line's share of the order's."`
	Tax       string `json:"tax" doc:"Decimal text: added or contained."`
}

// Shipment is what was sent or handed over at once.
type Shipment struct {
	Object         string   `json:"object" enum:"shipment"`
	ID             string   `json:"id"`
	OrderID        string   `json:"order_id"`
	ByHand         bool     `json:"by_hand" doc:"Handed over, or sent as a file or a code."`
	Carrier        string   `json:"carrier"`
	TrackingNumber string   `json:"tracking_number"`
	TrackingURL    string   `json:"tracking_url"`
	Lines          []Pieces `json:"lines"`
	SentAt         string   `json:"sent_at" format:"date-time"`
}

// Pieces are pieces of a line of an order.
type Pieces struct {
	LineID   string `json:"line_id" minLength:"1" maxLength:"36"`
	Quantity int    `json:"quantity" minimum:"1" maximum:"9999"`
}

// NewShipment says what was sent.
type NewShipment struct {
	Lines          []Pieces `json:"lines,omitempty" maxItems:"100" doc:"Left out: all that has not been sent."`
	ByHand         bool     `json:"by_hand,omitempty" doc:"Handed over, or sent as a file or a code."`
	Carrier        string   `json:"carrier,omitempty" maxLength:"80"`
	TrackingNumber string   `json:"tracking_number,omitempty" maxLength:"100"`
	TrackingURL    string   `json:"tracking_url,omitempty" maxLength:"500" doc:"An https address at which the shopper follows the parcel."`
}

type (
	listOrdersInput struct {
		Page

		Status     string `query:"status" enum:"awaiting,paid,expired,cancelled,review"`
		Fulfilment string `query:"fulfilment" enum:"none,part,sent,handed" doc:"Of paid orders."`
		From       string `query:"created_from" format:"date-time" doc:"Only those placed at this time or later."`
		To         string `query:"created_to" format:"date-time" doc:"Only those placed before this time."`
	}
	ordersOutput  struct{ Body List[wire.Order] }
	getOrderInput struct {
		ID string `path:"id" maxLength:"64"`
	}
	orderOutput struct{ Body OrderDetail }
	fulfilInput struct {
		ID   string `path:"id" maxLength:"64"`
		Body NewShipment
	}
)

// orderHandlers handles the requests of these routes.
type orderHandlers struct{ *API }

func (a *API) orderRoutes() {
	h := orderHandlers{a}
	read := Rule{Scope: models.ScopeOrdersRead}
	add(a, Route{
		Method: http.MethodGet, Path: "/orders", Name: "listOrders", Group: "Orders", Summary: "The shop's orders, newest first", Rule: read, Fails: []Code{CodeInvalidCursor},
		Text: "All of them: those of the shop itself, of payment links, and of every key's checkouts.",
	}, h.listOrders)
	add(a, Route{
		Method: http.MethodGet, Path: "/orders/{id}", Name: "getOrder", Group: "Orders", Summary: "One order, with its lines and where it goes", Rule: read,
	}, h.getOrder)
	add(a, Route{
		Method: http.MethodPost, Path: "/orders/{id}/fulfil", Name: "fulfilOrder", Group: "Orders", Summary: "Say that an order was sent or handed over",
		Rule: Rule{Scope: models.ScopeOrdersWrite}, Status: http.StatusCreated, Kept: Shipment{}, Fails: []Code{CodeNotFulfillable, CodeInvalidURL},
		Text: "The shopper is told by mail.",
	}, h.fulfilOrder)
}

func (a orderHandlers) listOrders(ctx context.Context, _ *Call, in *listOrdersInput) (*ordersOutput, error) {
	filter := models.OrderFilter{State: models.OrderState(in.Status), Fulfilment: models.Fulfilment(in.Fulfilment), After: in.After, Limit: in.Limit}
	var err error
	if filter.From, err = instant("created_from", in.From); err != nil {
		return nil, err
	}
	if filter.To, err = instant("created_to", in.To); err != nil {
		return nil, err
	}
	page, err := a.store.Orders(ctx, filter)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(page.Rows))
	for i := range page.Rows {
		ids[i] = page.Rows[i].ID
	}
	orders, err := a.store.OrdersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	refunds, err := a.store.RefundsOfOrders(ctx, ids)
	if err != nil {
		return nil, err
	}
	var rows []wire.Order
	for _, id := range ids {
		if order := orders[id]; order != nil {
			rows = append(rows, wire.OfOrder(order, refunds[id]))
		}
	}
	return &ordersOutput{listOf(rows, page.Next)}, nil
}

func (a orderHandlers) getOrder(ctx context.Context, _ *Call, in *getOrderInput) (*orderOutput, error) {
	order, err := a.store.Order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	refunds, err := a.store.RefundsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	shipments, err := a.store.ShipmentsOf(ctx, order.ID)
	if err != nil {
		return nil, err
	}
	out := &orderOutput{OrderDetail{
		Order: wire.OfOrder(&order, refunds), Email: order.Email, Name: order.Name, Lang: order.Lang, Lines: []OrderLine{}, Shipments: []Shipment{},
	}}
	if order.Address != nil {
		address := Address(*order.Address)
		out.Body.Address = &address
	}
	for i := range order.Lines {
		out.Body.Lines = append(out.Body.Lines, lineOf(&order.Lines[i], order.Digits))
	}
	for i := range shipments {
		if !shipments[i].Undone() {
			out.Body.Shipments = append(out.Body.Shipments, shipmentOf(&shipments[i]))
		}
	}
	return out, nil
}

func lineOf(l *models.OrderLine, digits int) OrderLine {
	title, variant := l.ForShop()
	return OrderLine{
		ID: l.ID, SKU: l.SKU, Title: title, Variant: variant, Quantity: l.Quantity, UnitPrice: l.UnitPrice.Fixed(digits), Total: l.Total.Fixed(digits),
		Discount: l.Discount.Fixed(digits), Tax: l.Tax.Fixed(digits),
	}
}

func shipmentOf(s *models.Shipment) Shipment {
	out := Shipment{
		Object: "shipment", ID: s.ID, OrderID: s.OrderID, ByHand: s.ByHand, Carrier: s.Carrier, TrackingNumber: s.Number, TrackingURL: s.Link,
		Lines: []Pieces{}, SentAt: wire.Time(s.SentAt),
	}
	for _, l := range s.Lines {
		out.Lines = append(out.Lines, Pieces{LineID: l.OrderLineID, Quantity: l.Quantity})
	}
	return out
}

func (a orderHandlers) fulfilOrder(ctx context.Context, c *Call, in *fulfilInput) (*Kept, error) {
	ship := payments.ShipInput{OrderID: in.ID, Details: payments.ShipmentDetails{
		ByHand: in.Body.ByHand, Carrier: in.Body.Carrier, Number: in.Body.TrackingNumber, Link: in.Body.TrackingURL,
	}}
	for _, p := range in.Body.Lines {
		ship.Pieces = append(ship.Pieces, payments.Pieces(p))
	}
	request := c.Once(in.ID, asItIs)
	ship.FormToken = request.ID // the same request is the same shipment, even if its answer was lost
	return keep(once.Do(ctx, a.store, request, func(ctx context.Context) (any, error) {
		shipment, err := a.services.Payments.Ship(ctx, ship, c.Actor())
		if err != nil {
			return nil, fmt.Errorf("ship: %w", err)
		}
		return shipmentOf(&shipment), nil
	}))
}
