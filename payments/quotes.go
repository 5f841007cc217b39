package payments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// quotePurpose names the tokens of quote sheets.
const quotePurpose = "quotes"

// ErrQuote means that the amount that the shopper saw is no longer valid: show the page again with the new amounts.
var ErrQuote = errors.New("the quote has ended or the rate has changed")

// QuoteRequest requests the price of a total in each coin.
type QuoteRequest struct {
	Subject string        // CartSubject or OrderSubject; the sheet is valid for it alone
	Coins   []models.Coin // that the shop accepts
	Total   models.Amount
	Token   string        // of the sheet that the shopper saw last, which is kept while it is valid; or empty
	TTL     time.Duration // validity of a new sheet; 0: Config.QuoteTTL
	Until   time.Time     // end of the order that is to be paid: no quote outlives it; zero: there is no order yet
}

// Offers are the contents of a quote sheet for a page.
type Offers struct {
	List      []Offer
	Token     string        // sealed; the page's form sends it back
	ExpiresAt time.Time     // end of the quotes from live rates; zero: there are none
	Left      time.Duration // until then
	Renewed   bool          // amounts differ from those of the sheet that the shopper saw last
}

// Offer is the price in one coin, or the reason why the coin cannot be used at the moment.
type Offer struct {
	Coin    models.Coin
	Quote   models.Quote
	Problem models.RateProblem // RateGood: the quote is valid
}

// CartSubject returns the subject of a cart's quote sheets.
func CartSubject(cartID string) string { return "cart:" + cartID }

// OrderSubject returns the subject of the quote sheets of an order that is paid again.
func OrderSubject(orderID string) string { return "order:" + orderID }

// Quoter computes the price of carts, and fixes the price of a total in each coin for a shopper.
type Quoter struct {
	core

	ttl time.Duration // validity of a quote from a live rate
}

// Quotes returns the price of a total in each coin. It keeps the sheet that the shopper has while that is valid. It leaves out coins below
// their minimum.
func (q *Quoter) Quotes(r QuoteRequest) (Offers, error) {
	now := q.clock()
	seen, err := q.openSheet(r.Subject, r.Token)
	if err != nil {
		return Offers{}, err
	}
	sheet, kept := q.sheetFor(r, seen, now)
	if !r.Until.IsZero() {
		sheet.ExpiresAt = earlier(sheet.ExpiresAt, models.Instant(r.Until))
	}
	offers := Offers{Token: r.Token, Renewed: !kept && changed(seen, sheet, r.Total)}
	if !kept {
		if offers.Token, err = q.sealSheet(r.Subject, sheet); err != nil {
			return Offers{}, err
		}
	}
	for _, coin := range r.Coins {
		offer, ok := offerOf(coin, sheet, r.Total, now)
		if !ok {
			continue
		}
		if offer.Problem == models.RateGood && coin.Live() {
			offers.ExpiresAt, offers.Left = sheet.ExpiresAt, max(0, sheet.ExpiresAt.Sub(now))
		}
		offers.List = append(offers.List, offer)
	}
	return offers, nil
}

// sheetFor returns the sheet that the shopper has if it is valid and has every coin that can be offered now; otherwise a new one.
func (q *Quoter) sheetFor(r QuoteRequest, seen models.QuoteSheet, now time.Time) (sheet models.QuoteSheet, kept bool) {
	kept = now.Before(seen.ExpiresAt)
	sheet.ExpiresAt = models.Instant(now.Add(orDefault(r.TTL, q.ttl)))
	for _, coin := range r.Coins {
		if !coin.Enabled || coin.ProblemAt(now) != models.RateGood {
			continue
		}
		terms := coin.Terms()
		sheet.Terms = append(sheet.Terms, terms)
		shown, ok := seen.Of(coin.Symbol)
		if !ok || shown.Live != terms.Live || (!terms.Live && !sameTerms(shown, terms)) {
			kept = false
		}
	}
	if kept {
		return seen, true
	}
	return sheet, false
}

func sameTerms(a, b models.Terms) bool {
	return a.Rate.Equal(b.Rate) && a.Spread.Equal(b.Spread) && a.Digits == b.Digits && a.MinAmount.Equal(b.MinAmount)
}

// changed reports whether the price in a coin that was shown is different now.
func changed(seen, sheet models.QuoteSheet, total models.Amount) bool {
	for _, was := range seen.Terms {
		is, ok := sheet.Of(was.Coin)
		if !ok {
			continue
		}
		before, err := was.Quote(total)
		if err != nil {
			continue
		}
		if after, err := is.Quote(total); err != nil || !after.Amount.Equal(before.Amount) {
			return true
		}
	}
	return false
}

// offerOf returns the price in a coin by the sheet. ok is false for a coin that cannot pay this total at any rate.
func offerOf(coin models.Coin, sheet models.QuoteSheet, total models.Amount, now time.Time) (Offer, bool) {
	if !coin.Enabled {
		return Offer{}, false
	}
	terms, ok := sheet.Of(coin.Symbol)
	if !ok {
		return Offer{Coin: coin, Problem: coin.ProblemAt(now)}, coin.ProblemAt(now) != models.RateGood
	}
	quote, err := terms.Quote(total)
	if err != nil {
		return Offer{}, false
	}
	if terms.Live {
		quote.ExpiresAt = sheet.ExpiresAt
	}
	return Offer{Coin: coin, Quote: quote}, true
}

// agreedQuote returns the quote of a coin on the sheet that the shopper was shown, for placing and for paying again. Errors: ErrCoin, ErrQuote.
func (q *Quoter) agreedQuote(coins []models.Coin, symbol string, total models.Amount, subject, token string) (models.Quote, error) {
	sheet, err := q.openSheet(subject, token)
	if err != nil {
		return models.Quote{}, err
	}
	coin, ok := coinOf(coins, symbol)
	if !ok {
		return models.Quote{}, ErrCoin
	}
	now := q.clock()
	quote, err := sheet.Agreed(coin, total, now, models.Instant(now.Add(q.ttl)))
	return quote, quoteError(err)
}

func coinOf(coins []models.Coin, symbol string) (coin models.Coin, ok bool) {
	if i := slices.IndexFunc(coins, func(c models.Coin) bool { return c.Symbol == symbol }); i >= 0 {
		return coins[i], true
	}
	return coin, false
}

// quoteError returns the error of this package for an error of a quote: ErrCoin, ErrQuote, or nil.
func quoteError(err error) error {
	switch {
	case errors.Is(err, models.ErrRate):
		return ErrQuote
	case err != nil:
		return ErrCoin
	}
	return nil
}

// checkQuote checks that an order can be paid now as its form says. Errors: ErrCoin, ErrQuote.
func (q *Quoter) checkQuote(ctx context.Context, order *models.Order, in PayInput) error {
	coins, err := q.store.Coins(ctx)
	if err != nil {
		return fmt.Errorf("load coins: %w", err)
	}
	_, err = q.agreedQuote(coins, in.Coin, order.Total, OrderSubject(order.ID), in.Quotes)
	return err
}

// repeatQuote is agreedQuote for a shopper who continues without a form: with the coin of the last attempt, at what that one cost.
func (q *Quoter) repeatQuote(coins []models.Coin, last *models.Attempt, total models.Amount) (models.Quote, error) {
	coin, ok := coinOf(coins, last.Coin)
	if !ok {
		return models.Quote{}, ErrCoin
	}
	now := q.clock()
	quote, err := coin.Quote(total, now)
	switch {
	case err != nil:
		return quote, quoteError(err)
	case !quote.Amount.Equal(last.Amount):
		return quote, ErrQuote
	}
	if coin.Live() {
		quote.ExpiresAt = models.Instant(now.Add(q.ttl))
	}
	return quote, nil
}

func (q *Quoter) sealSheet(subject string, sheet models.QuoteSheet) (string, error) {
	plain, err := json.Marshal(sheet)
	if err != nil {
		return "", fmt.Errorf("encode the quotes: %w", err)
	}
	token, err := q.store.SealToken(quotePurpose, subject, plain)
	if err != nil {
		return "", fmt.Errorf("seal the quotes: %w", err)
	}
	return token, nil
}

// openSheet opens a sheet that a page sent back. It returns an empty sheet for a token that the shop did not make.
func (q *Quoter) openSheet(subject, token string) (models.QuoteSheet, error) {
	var sheet models.QuoteSheet
	if token == "" {
		return sheet, nil
	}
	plain, err := q.store.OpenToken(quotePurpose, subject, token)
	if errors.Is(err, store.ErrToken) {
		return sheet, nil
	}
	if err != nil {
		return sheet, fmt.Errorf("open the quotes: %w", err)
	}
	if err := json.Unmarshal(plain, &sheet); err != nil {
		return models.QuoteSheet{}, nil //nolint:nilerr // sealed by another version of the shop: the quotes are no longer valid
	}
	return sheet, nil
}
