package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates/i18n"
	letters "github.com/coincart/coincart/templates/mail"
	"github.com/coincart/coincart/web/visit"
)

// parcels returns what is known of an order's way to the shopper. What staff entered as the carrier's number may be the address of the carrier's
// page.
func parcels(order models.Order) []letters.Parcel {
	tracking := strings.TrimSpace(order.Tracking)
	switch {
	case tracking == "":
		return nil
	case isPage(tracking):
		return []letters.Parcel{{Link: tracking}}
	}
	return []letters.Parcel{{Number: tracking}}
}

// isPage reports whether a text is the address of a page on the web.
func isPage(text string) bool {
	at, err := url.Parse(text)
	return err == nil && (at.Scheme == "https" || at.Scheme == "http") && at.Host != "" && at.User == nil && !strings.ContainsAny(text, " \t")
}

// refundView returns what the mail about a refund tells. Its value is its share of the order's total: the whole payment is worth the total, also
// where the amount was rounded or has something on top.
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
	view := letters.Refund{Amount: p.Coin(r.Amount.String(), r.Coin), All: sentBack(refunds, a.ID).Cmp(a.Amount) >= 0}
	currency := models.Currency{Code: order.Currency, Digits: order.Digits}
	if a.Amount.IsPositive() {
		view.Value = p.Money(order.Total.Mul(r.Amount).DivHalfUp(a.Amount, order.Digits).String(), order.Currency, order.Digits)
	}
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
