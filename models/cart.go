package models

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Cart holds what a shopper wants to buy. FormToken names the one order that this cart can become (reliability.md R9): it is
// changed when the order is placed, so that a second press, a reload or a second tab finds the same order.
type Cart struct {
	ID        string `ascii:"36"`
	FormToken string `ascii:"64"`
	CreatedAt time.Time
	UpdatedAt time.Time

	CouponCode string `text:"64"`  // as it was typed and folded; whether it counts is for models.Price
	Country    string `ascii:"2"`  // where the goods shall go; empty: not chosen yet
	Region     string `ascii:"16"` // "" where the country's regions are not told apart
	MethodID   string `ascii:"36"` // the way of delivery that was chosen

	Lines []CartLine `gorm:"-"`
}

// CartLine is one variant in a cart, with what is true of it now.
type CartLine struct {
	CartID    string `ascii:"36"`
	VariantID string `ascii:"36"`
	Quantity  int
	SeenPrice Amount // the unit price that the shopper saw last
	AddedAt   time.Time

	// Joined from the catalogue.
	ProductID     string   `gorm:"-"`
	Slug          string   `gorm:"-"`
	SKU           string   `gorm:"-"`
	Title         string   `gorm:"-"`
	ProductTexts  Texts    `gorm:"-"`
	VariantTitle  string   `gorm:"-"`
	VariantTexts  Texts    `gorm:"-"`
	Cover         string   `gorm:"-"`
	CoverAlt      string   `gorm:"-"`
	Price         Amount   `gorm:"-"` // the unit price now
	RegularPrice  Amount   `gorm:"-"` // what it costs when there is no sale
	Weight        Amount   `gorm:"-"` // kilograms, of one piece
	Virtual       bool     `gorm:"-"` // needs no delivery
	Untracked     bool     `gorm:"-"` // stock is not counted
	CategoryIDs   []string `gorm:"-"` // all that the product is in, with those above them
	OnHand        int      `gorm:"-"`
	ProductHidden bool     `gorm:"-"` // not for sale: the product is hidden or the variant retired
}

// Total returns the line's price now.
func (l CartLine) Total() Amount { return l.Price.Times(l.Quantity) }

// Sellable reports whether the line can be ordered now.
func (l CartLine) Sellable() bool { return !l.ProductHidden && l.Quantity <= l.Available() }

// Available returns the number of pieces that could be ordered: MaxQuantity of what is not counted.
func (l CartLine) Available() int {
	if l.Untracked {
		return MaxQuantity
	}
	return max(l.OnHand, 0)
}

// PriceChanged reports whether the shopper has not seen the price that would be charged.
func (l CartLine) PriceChanged() bool { return !l.Price.Equal(l.SeenPrice) }

// Total returns the sum of all lines at today's prices.
func (c Cart) Total() Amount {
	var total Amount
	for _, l := range c.Lines {
		total = total.Add(l.Total())
	}
	return total
}

// Count returns the number of pieces.
func (c Cart) Count() int {
	n := 0
	for _, l := range c.Lines {
		n += l.Quantity
	}
	return n
}

// Fingerprint returns a digest of everything that the shopper is about to agree to besides the coin: the lines with quantities and unit
// prices, the coupon, how the goods are delivered (method may be nil), and all totals. The checkout form carries it; a placement whose
// fingerprint differs shows the page again instead of charging what was never seen. Where the goods go is a field of the form itself, and
// what coins cost is in the form's quotes (QuoteSheet).
func (c Cart) Fingerprint(t Totals, method *DeliveryMethod) string {
	var b strings.Builder
	write := func(parts ...string) { b.WriteString(strings.Join(parts, "\x00") + "\n") }
	for _, l := range c.Lines {
		write(l.VariantID, strconv.Itoa(l.Quantity), l.Price.String())
	}
	write(t.CouponCode, string(t.CouponProblem))
	if method != nil {
		write(method.ID, method.Title)
	}
	write(t.Goods.String(), t.Discount.String(), t.Delivery.String(), t.Tax.String(), t.ContainedTax.String(), t.Total.String(),
		t.TaxName, t.TaxRate.String(), strconv.FormatBool(t.TaxIncluded))
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

// ParseQuantity parses a whole number from 1 to MaxQuantity; ok is false for anything else, also for signs and spaces inside.
func ParseQuantity(text string) (n int, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > 3 || !onlyDigits(text) || text == "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 1 && n <= MaxQuantity
}
