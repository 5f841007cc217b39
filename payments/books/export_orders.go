package books

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/coincart/coincart/models"
)

// Words of the files of orders. They are English and stay the same, whoever reads the file.
const (
	rowOrder    = "order"
	rowFurther  = "further payment"
	rowDelivery = "delivery"
	paysOrder   = "yes"
	paysNothing = "no"
)

// paymentFact returns the first of an order's facts as a word: awaiting, paid, underpaid, overpaid, expired, cancelled, review.
func paymentFact(state models.OrderState, balance models.Balance) cell {
	if state == models.OrderPaid && balance != models.BalanceExact {
		return exact(string(balance) + "paid")
	}
	return exact(string(state))
}

// fulfilmentFact returns the second of an order's facts; what is not paid is not sent.
func fulfilmentFact(o *models.OrderRow) cell {
	if o.State != models.OrderPaid {
		return exact("")
	}
	return exact(string(o.Fulfilment))
}

// ifPaid returns the cell of an amount of a payment, which is empty as long as nothing is received.
func ifPaid(p *models.OrderPayment, c cell) cell {
	if !p.Received.IsPositive() {
		return exact("")
	}
	return c
}

// paymentCells are the cells of a payment in the file of orders.
func (s *Service) paymentCells(o *models.OrderRow, p *models.OrderPayment) []cell {
	if p.AttemptID == "" {
		return make([]cell, paymentColumns)
	}
	return []cell{
		amountCell(p.Asked), ifPaid(p, amountCell(p.Received)), plain(p.Coin), amountCell(p.Rate), ifPaid(p, exact(p.Worth.Fixed(o.Digits))),
		ifPaid(p, amountCell(p.Returned.Amount)), ifPaid(p, exact(p.Returned.Worth.Fixed(o.Digits))), plain(p.AppOrderID), plain(p.OrderNum), plain(p.PayerUserID),
	}
}

// paymentColumns is the number of cells of a payment.
const paymentColumns = 10

// fillOrders writes a row for each order, with the payment that counts, and a row for each further payment of it. In those rows the cells of
// the order are empty, so that each column adds up, per coin or currency, to what was received and refunded.
func (s *Service) fillOrders(ctx context.Context, t table, f models.OrderFilter) error {
	err := header(t, "order number", "row", "payment", "fulfilment", "refunds", s.zoned("placed"), s.zoned("paid"), s.zoned("shipped"), "email", "name",
		"country", "total", "currency",
		"amount asked", "amount paid", "coin", "rate", "paid in currency", "refunded", "refunded in currency", "merchant order ID",
		"exchange order number", "payer UID",
		"tracking number", "subtotal", "discount", "coupon code", "delivery cost", "delivery method", "tax name", "tax rate %", "tax added", "tax included")
	if err != nil {
		return err
	}
	err = s.store.EachOrderRow(ctx, f, func(o models.OrderRow) error {
		if err := t.row(s.orderCells(&o)); err != nil {
			return err
		}
		for i := range o.Further {
			if err := t.row(s.furtherCells(&o, &o.Further[i])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("export orders: %w", err)
	}
	return nil
}

func (s *Service) orderCells(o *models.OrderRow) []cell {
	money := func(a models.Amount) cell { return exact(a.Fixed(o.Digits)) }
	cells := []cell{
		plain(o.Number), exact(rowOrder), paymentFact(o.State, o.Balance), fulfilmentFact(o), exact(string(o.Refunds)),
		s.timeCell(o.CreatedAt), s.timeCell(o.Payment.PaidAt), s.timeCell(o.FulfilledAt), plain(o.Email), plain(o.Name), plain(o.Country),
		money(o.Total), plain(o.Currency),
	}
	cells = append(cells, s.paymentCells(o, &o.Payment)...)
	taxRate := exact("")
	if o.TaxName != "" {
		taxRate = amountCell(o.TaxRate)
	}
	return append(cells,
		plain(o.Tracking), money(o.GoodsTotal), money(o.Discount), plain(o.CouponCode), money(o.Delivery), plain(o.DeliveryBy),
		plain(o.TaxName), taxRate, money(o.Tax), money(o.ContainedTax))
}

// furtherCells are the cells of a payment that does not pay the order.
func (s *Service) furtherCells(o *models.OrderRow, p *models.OrderPayment) []cell {
	none := exact("")
	cells := []cell{
		plain(o.Number), exact(rowFurther), none, none, none, none, s.timeCell(p.PaidAt), none, plain(o.Email), plain(o.Name), none, none, plain(o.Currency),
	}
	return append(append(cells, s.paymentCells(o, p)...), none, none, none, none, none, none, none, none, none, none)
}

// fillLines writes a row for each line of each order, and one for its delivery, so that the totals of an order's rows add up to its total.
func (s *Service) fillLines(ctx context.Context, t table, f models.OrderFilter) error {
	err := header(t, "order number", "line", s.zoned("placed"), "payment", "country", "SKU", "name", "variant", "quantity", "unit price", "line total",
		"discount", "tax name", "tax rate %", "tax added", "tax included", "total", "currency", "quantity refunded", "quantity sent")
	if err != nil {
		return err
	}
	err = s.store.EachOrderWithLines(ctx, f, func(o models.OrderWithLines) error {
		for i := range o.Lines {
			if err := t.row(s.lineCells(&o.OrderRow, strconv.Itoa(i+1), &o.Lines[i], o.Lines[i].Tax)); err != nil {
				return err
			}
		}
		if o.DeliveryBy == "" && !o.Delivery.IsPositive() {
			return nil
		}
		delivery := models.OrderLineRow{OrderLine: models.OrderLine{Title: o.DeliveryBy, Quantity: 1, UnitPrice: o.Delivery, Total: o.Delivery}}
		if o.DeliveryReturned {
			delivery.Refunded = 1
		}
		if o.Fulfilment.Done() {
			delivery.Sent = 1
		}
		return t.row(s.lineCells(&o.OrderRow, rowDelivery, &delivery, o.DeliveryTax))
	})
	if err != nil {
		return fmt.Errorf("export order lines: %w", err)
	}
	return nil
}

// lineCells are the cells of a line; tax is added to it or contained in it.
func (s *Service) lineCells(o *models.OrderRow, line string, l *models.OrderLineRow, tax models.Amount) []cell {
	money := func(a models.Amount) cell { return exact(a.Fixed(o.Digits)) }
	total, added, contained := l.Total.Sub(l.Discount), tax, models.Amount{}
	if o.TaxIncluded {
		added, contained = contained, added
	}
	taxRate := exact("")
	if o.TaxName != "" {
		taxRate = amountCell(o.TaxRate)
	}
	title, variant := l.ForShop()
	return []cell{
		plain(o.Number), exact(line), s.timeCell(o.CreatedAt), paymentFact(o.State, o.Balance), plain(o.Country), plain(l.SKU), plain(title), plain(variant),
		exact(strconv.Itoa(l.Quantity)), money(l.UnitPrice), money(l.Total), money(l.Discount), plain(o.TaxName), taxRate, money(added), money(contained),
		money(total.Add(added)), plain(o.Currency), exact(strconv.Itoa(l.Refunded)), exact(strconv.Itoa(l.Sent)),
	}
}

// fillPayments writes a row for each payment of a span of days, in the order of payment: all that came, also what pays no order.
func (s *Service) fillPayments(ctx context.Context, t table, x Export) error {
	from, to, err := s.span(x)
	if err != nil {
		return err
	}
	err = header(t, "order number", s.zoned("paid"), "payment", "pays the order", "amount paid", "coin", "rate", "rate source", "paid in currency", "currency",
		"order total", "refunded", "refunded in currency", "merchant order ID", "exchange order number", "payer UID", "email", s.zoned("payment started"))
	if err != nil {
		return err
	}
	err = s.store.EachPayment(ctx, from, to, func(p models.PaymentRow) error {
		pays := paysNothing
		if p.Pays {
			pays = paysOrder
		}
		return t.row([]cell{
			plain(p.Number), s.timeCell(p.PaidAt), paymentFact(p.OrderState, p.Balance), exact(pays), amountCell(p.Received), plain(p.Coin), amountCell(p.Rate),
			plain(p.RateSource), exact(p.Worth.Fixed(p.Digits)), plain(p.Currency), exact(p.Total.Fixed(p.Digits)), amountCell(p.Returned.Amount),
			exact(p.Returned.Worth.Fixed(p.Digits)), plain(p.AppOrderID), plain(p.OrderNum), plain(p.PayerUserID), plain(p.Email), s.timeCell(p.CreatedAt),
		})
	})
	if err != nil {
		return fmt.Errorf("export payments: %w", err)
	}
	return nil
}

// fillRefunds writes a row for each refund that was sent in a span of days, or requested then and not sent. Only what was sent is in the
// columns of refunded sums.
func (s *Service) fillRefunds(ctx context.Context, t table, x Export) error {
	from, to, err := s.span(x)
	if err != nil {
		return err
	}
	err = header(t, "order number", s.zoned("requested"), s.zoned("sent"), s.zoned("confirmed"), "status", "amount", "refunded", "coin", "amount in currency",
		"refunded in currency", "currency", "requested by", "approved by", "reason", "note to the customer", "merchant order ID", "exchange order number",
		"merchant order ID of the payment")
	if err != nil {
		return err
	}
	err = s.store.EachRefund(ctx, from, to, func(r models.RefundRow) error {
		refunded, worth := exact(""), exact("")
		if r.State.Sent() {
			refunded, worth = amountCell(r.Amount), exact(r.Worth.Fixed(r.Digits))
		}
		return t.row([]cell{
			plain(r.Number), s.timeCell(r.CreatedAt), s.timeCell(r.SentAt), s.timeCell(r.ConfirmedAt), exact(string(r.State)), amountCell(r.Amount), refunded,
			plain(r.Coin), exact(r.Worth.Fixed(r.Digits)), worth, plain(r.Currency), plain(cmp.Or(r.Requester, r.RequestedBy)),
			plain(cmp.Or(r.Approver, r.ApprovedBy)), plain(r.Reason), plain(r.ShopperNote), plain(r.AppOrderID), plain(r.OrderNum), plain(r.AttemptRef),
		})
	})
	if err != nil {
		return fmt.Errorf("export refunds: %w", err)
	}
	return nil
}
