package models

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Cart is what a shopper has put aside. FormToken names the one order that this cart can become (reliability.md R9): it is
// changed when the order is placed, so that a second press, a reload or a second tab finds the same order.
type Cart struct {
	ID        string
	FormToken string
	CreatedAt time.Time
	UpdatedAt time.Time

	Lines []CartLine `gorm:"-"`
}

// CartLine is one variant in a cart, with what is true of it now.
type CartLine struct {
	CartID    string
	VariantID string
	Quantity  int
	SeenPrice Amount // the unit price that the shopper saw last
	AddedAt   time.Time

	// Joined from the catalogue.
	ProductID     string
	Slug          string
	SKU           string
	Title         string
	ProductTexts  Texts
	VariantTitle  string
	VariantTexts  Texts
	Cover         string
	CoverAlt      string
	Price         Amount // the unit price now
	OnHand        int
	ProductHidden bool
}

// Total is the line's price now.
func (l CartLine) Total() Amount { return l.Price.Times(l.Quantity) }

// Sellable reports that the line could be ordered as it stands.
func (l CartLine) Sellable() bool { return !l.ProductHidden && l.Quantity <= l.OnHand }

// PriceChanged reports that the shopper has not seen the price that would be charged.
func (l CartLine) PriceChanged() bool { return !l.Price.Equal(l.SeenPrice) }

// Total is the sum of all lines at today's prices.
func (c Cart) Total() Amount {
	var total Amount
	for _, l := range c.Lines {
		total = total.Add(l.Total())
	}
	return total
}

// Count is the number of pieces.
func (c Cart) Count() int {
	n := 0
	for _, l := range c.Lines {
		n += l.Quantity
	}
	return n
}

// Fingerprint is a digest of everything that the shopper is about to agree to: the lines with quantities and unit prices, and
// each coin with its rate. The checkout form carries it; a placement whose fingerprint differs shows the page again instead
// of charging what was never seen.
func (c Cart) Fingerprint(coins []Coin) string {
	var b strings.Builder
	for _, l := range c.Lines {
		b.WriteString(l.VariantID + "\x00" + strconv.Itoa(l.Quantity) + "\x00" + l.Price.String() + "\n")
	}
	for _, coin := range coins {
		b.WriteString(coin.Symbol + "\x00" + coin.Rate.String() + "\x00" + strconv.Itoa(coin.Precision) + "\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

// ParseQuantity reads a whole number from 1 to MaxQuantity; ok is false for anything else, also for signs and spaces inside.
func ParseQuantity(text string) (n int, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > 3 || !onlyDigits(text) || text == "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 1 && n <= MaxQuantity
}
