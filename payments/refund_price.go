package payments

import (
	"slices"

	"github.com/coincart/coincart/models"
)

// RefundPieces are pieces of a line that a refund is for.
type RefundPieces struct {
	LineID   string
	Quantity int
	Restock  bool // they go back on the shelf when the exchange has taken the refund
}

// refundPrice is what a refund comes to: the amount of the payment's coin, its worth in the order's currency, and the lines it is for.
type refundPrice struct {
	amount, worth models.Amount
	lines         []models.RefundLine
}

// refundBasis is what a refund is computed from, read under the order's lock.
type refundBasis struct {
	order     *models.Order
	attempt   *models.Attempt
	counts    []models.LineCount
	delivered bool          // the delivery was refunded before
	back      models.Amount // worth of the payment's refunds that count
	precision int           // fraction digits that the coin may have
}

func newRefundBasis(order *models.Order, a *models.Attempt, counts []models.LineCount, refunds []models.Refund, precision int) refundBasis {
	b := refundBasis{order: order, attempt: a, counts: counts, precision: max(precision, a.Received.Digits())}
	for _, r := range refunds {
		if r.AttemptID != a.ID || !r.State.Counts() {
			continue
		}
		b.back = b.back.Add(r.Worth)
		b.delivered = b.delivered || slices.ContainsFunc(r.Lines, func(l models.RefundLine) bool { return l.OrderLineID == "" })
	}
	return b
}

// price computes a refund. What the form names as an amount counts; without one, the pieces have their price. Amounts are rounded half up to
// what the coin can have, and the last refund takes what is left of both sums, so that nothing remains of rounding.
//
// Errors: ErrRefundAmount, ErrPieces.
func (b *refundBasis) price(in RefundInput) (refundPrice, error) {
	lines, err := b.lines(in)
	if err != nil {
		return refundPrice{}, err
	}
	p := refundPrice{lines: lines}
	left, leftWorth := b.attempt.Left(), b.attempt.Worth.Sub(b.back)
	switch {
	case in.All:
		p.amount = left
	case !in.Amount.IsZero():
		p.amount = in.Amount
	case !in.Worth.IsZero():
		p.amount = b.coins(in.Worth)
		if in.Worth.Cmp(leftWorth) == 0 { // all that is left, whatever rounding says
			p.amount = left
		}
	default:
		var sum models.Amount
		for _, l := range lines {
			sum = sum.Add(l.Worth)
		}
		p.amount = b.coins(sum).Least(left) // less was paid than the pieces cost, or some of it went back already
		if sum.IsPositive() && sum.Cmp(leftWorth) >= 0 {
			p.amount = left
		}
	}
	if !p.amount.IsPositive() || p.amount.Digits() > b.precision {
		return p, ErrRefundAmount
	}
	p.worth = b.attempt.Worth.Mul(p.amount).DivHalfUp(b.attempt.Received, b.order.Digits).Least(leftWorth)
	if p.amount.Equal(left) {
		p.worth = leftWorth
	}
	return p, nil
}

// coins returns what a sum of the order's currency is in the payment's coin, at the order's own rate, spread included.
func (b *refundBasis) coins(worth models.Amount) models.Amount {
	if !b.attempt.Worth.IsPositive() {
		return models.Amount{}
	}
	return b.attempt.Received.Mul(worth).DivHalfUp(b.attempt.Worth, b.precision)
}

// lines returns the lines of the refund with what they are worth. All of a payment is for all pieces that are left; pieces that were not sent
// come first, and will not be.
func (b *refundBasis) lines(in RefundInput) ([]models.RefundLine, error) {
	wanted := make(map[string]RefundPieces, len(in.Pieces))
	for _, p := range in.Pieces {
		if p.Quantity < 0 || wanted[p.LineID].Quantity > 0 {
			return nil, ErrPieces
		}
		wanted[p.LineID] = p
	}
	pays := b.order.State == models.OrderPaid && b.attempt.ID == b.order.PaidAttemptID // goods belong to the payment that counts
	var lines []models.RefundLine
	for _, c := range b.counts {
		p := wanted[c.Line.ID]
		delete(wanted, c.Line.ID)
		if in.All && pays {
			p.Quantity, p.Restock = c.ToRefund(), in.Restock
		}
		if p.Quantity == 0 {
			continue
		}
		if !pays || p.Quantity > c.ToRefund() {
			return nil, ErrPieces
		}
		lines = append(lines, b.lineOf(c, p, in.All)...)
	}
	for _, p := range wanted {
		if p.Quantity > 0 {
			return nil, ErrPieces // of another order
		}
	}
	delivery := in.Delivery || (in.All && pays && b.deliveryWorth().IsPositive() && !b.delivered)
	if delivery {
		if b.delivered || !pays || !b.deliveryWorth().IsPositive() {
			return nil, ErrPieces
		}
		lines = append(lines, models.RefundLine{Quantity: 1, Worth: b.deliveryWorth()})
	}
	return lines, nil
}

// lineOf returns what a refund is for of one line. Of all that is left, only the pieces that were not sent go back on the shelf: they are a
// line of their own.
func (b *refundBasis) lineOf(c models.LineCount, p RefundPieces, all bool) []models.RefundLine {
	unsent := min(p.Quantity, c.ToSend())
	first := models.RefundLine{OrderLineID: c.Line.ID, Quantity: p.Quantity, Unsent: unsent, Restock: p.Restock}
	if !all || !p.Restock || unsent == p.Quantity {
		first.Worth = b.lineWorth(c, 0, p.Quantity)
		return []models.RefundLine{first}
	}
	sent := models.RefundLine{OrderLineID: c.Line.ID, Quantity: p.Quantity - unsent, Worth: b.lineWorth(c, unsent, p.Quantity)}
	if unsent == 0 {
		return []models.RefundLine{sent}
	}
	first.Quantity, first.Worth = unsent, b.lineWorth(c, 0, unsent)
	return []models.RefundLine{first, sent}
}

// lineWorth returns what the pieces from one to another cost, counted from those that were refunded before, with their share of discount and
// tax. Shares are rounded so that those of all pieces add up.
func (b *refundBasis) lineWorth(c models.LineCount, from, to int) models.Amount {
	paid := LinePaid(b.order, c.Line)
	share := func(n int) models.Amount {
		return paid.Times(n).DivHalfUp(models.AmountFromInt(int64(c.Line.Quantity)), b.order.Digits)
	}
	return share(c.Refunded + to).Sub(share(c.Refunded + from))
}

// LinePaid returns what a line of an order cost the shopper: less its discount and with its tax, in the order's currency.
func LinePaid(order *models.Order, l *models.OrderLine) models.Amount {
	paid := l.Total.Sub(l.Discount)
	if !order.TaxIncluded {
		paid = paid.Add(l.Tax)
	}
	return paid
}

// DeliveryPaid returns what the delivery of an order cost the shopper, with its tax, in the order's currency.
func DeliveryPaid(order *models.Order) models.Amount {
	if order.TaxIncluded {
		return order.Delivery
	}
	return order.Delivery.Add(order.DeliveryTax)
}

func (b *refundBasis) deliveryWorth() models.Amount { return DeliveryPaid(b.order) }
