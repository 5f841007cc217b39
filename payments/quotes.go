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

// ErrQuote says that the amount which the shopper saw does not hold any more: show the page again with the new ones.
var ErrQuote = errors.New("the quote has ended or the rate has changed")

// QuoteRequest asks what a total costs in each coin.
type QuoteRequest struct {
	Subject string        // CartSubject or OrderSubject: the sheet is good for it alone
	Coins   []models.Coin // that the shop takes
	Total   models.Amount
	Token   string        // of the sheet that the shopper saw last, "" for none: it goes on as long as it holds
	TTL     time.Duration // how long the shop keeps to a new sheet; 0: Config.QuoteTTL
}

// Offers are what a page shows of a quote sheet.
type Offers struct {
	List      []Offer
	Token     string        // sealed; the page's form brings it back
	ExpiresAt time.Time     // until when the live rates are kept; zero: no coin has one
	Left      time.Duration // until then
	Renewed   bool          // amounts differ from those of the sheet that the shopper saw last
}

// Offer is one coin with what it costs, or with why it cannot be used at the moment.
type Offer struct {
	Coin    models.Coin
	Quote   models.Quote
	Problem models.RateProblem // RateGood: the quote stands
}

// CartSubject names a cart's quote sheets.
func CartSubject(cartID string) string { return "cart:" + cartID }

// OrderSubject names the quote sheets of an order that is to be paid again.
func OrderSubject(orderID string) string { return "order:" + orderID }

// Quoter computes what a cart costs, and freezes for a shopper what a total costs in each coin.
type Quoter struct {
	core

	ttl time.Duration // how long a live rate is kept for a shopper
}

// Quotes freezes what a total costs in each coin, or goes on with the sheet that the shopper has. Coins that are below their minimum
// are left out.
func (q *Quoter) Quotes(r QuoteRequest) (Offers, error) {
	now := q.clock()
	seen, err := q.openSheet(r.Subject, r.Token)
	if err != nil {
		return Offers{}, err
	}
	sheet, kept := q.sheetFor(r, seen, now)
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
			offers.ExpiresAt, offers.Left = sheet.ExpiresAt, sheet.ExpiresAt.Sub(now)
		}
		offers.List = append(offers.List, offer)
	}
	return offers, nil
}

// sheetFor is the sheet that the shopper has, as long as it holds everything that could be offered now; otherwise a new one.
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

// changed reports that a coin that was shown costs something else now.
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

// offerOf is what a coin costs by the sheet; ok is false for one that cannot pay this total whatever its rate.
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

// agreedQuote returns what the shopper who was shown the sheet pays with a coin now, for placing and for paying again. Errors: ErrCoin,
// ErrQuote.
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

// checkQuote reports whether an order could be paid now as its form says. ErrCoin, ErrQuote.
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

// openSheet reads a sheet that a page brought back; anything that is none of ours is an empty one, which nothing was shown on.
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
		return models.QuoteSheet{}, nil //nolint:nilerr // sealed by another version of the shop: nothing is promised any more
	}
	return sheet, nil
}
