package web

import (
	"context"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates/i18n"
	letters "github.com/coincart/coincart/templates/mail"
	"github.com/coincart/coincart/web/visit"
)

// parcels returns what was sent of an order.
func parcels(ctx context.Context, db *store.Store, order models.Order) ([]letters.Parcel, error) {
	shipments, err := db.ShipmentsOf(ctx, order.ID)
	if err != nil {
		return nil, fmt.Errorf("load shipments: %w", err)
	}
	var list []letters.Parcel
	for _, s := range shipments {
		if s.Undone() {
			continue
		}
		parcel := letters.Parcel{Carrier: s.Carrier, Number: s.Number, Link: s.Link}
		for _, l := range s.Lines {
			for _, line := range order.Lines {
				if line.ID == l.OrderLineID {
					parcel.Lines = append(parcel.Lines, letters.Line{Title: line.Title, VariantTitle: line.VariantTitle, Quantity: l.Quantity})
				}
			}
		}
		list = append(list, parcel)
	}
	return list, nil
}

// refundView returns what the mail about a refund tells.
func refundView(ctx context.Context, db *store.Store, p *i18n.Printer, order *models.Order, id string) (letters.Refund, error) {
	refunds, err := db.RefundsOf(ctx, order.ID)
	if err != nil {
		return letters.Refund{}, fmt.Errorf("load refunds: %w", err)
	}
	at := slices.IndexFunc(refunds, func(r models.Refund) bool { return r.ID == id })
	if at < 0 {
		return letters.Refund{}, fmt.Errorf("load refund: %w", store.ErrNotFound)
	}
	r := refunds[at]
	paid := slices.IndexFunc(order.Attempts, func(a models.Attempt) bool { return a.ID == r.AttemptID })
	if paid < 0 {
		return letters.Refund{}, fmt.Errorf("load attempt: %w", store.ErrNotFound)
	}
	a := order.Attempts[paid]
	view := letters.Refund{Amount: p.Coin(r.Amount.String(), r.Coin), All: sentBack(refunds, a.ID).Cmp(a.Received) >= 0, Note: r.ShopperNote}
	currency := models.Currency{Code: order.Currency, Digits: order.Digits}
	view.Value = p.Money(r.Worth.String(), order.Currency, order.Digits)
	if a.Rate.IsPositive() {
		view.Rate = p.T("coin.rate", "Symbol", a.Coin, "Rate", visit.Money(p, currency, a.Rate))
	}
	return view, nil
}

// sentBack returns the sum of an attempt's refunds that the exchange has accepted.
func sentBack(refunds []models.Refund, attemptID string) models.Amount {
	var sum models.Amount
	for _, r := range refunds {
		if r.AttemptID == attemptID && (r.State == models.RefundAccepted || r.State == models.RefundConfirmed) {
			sum = sum.Add(r.Amount)
		}
	}
	return sum
}
