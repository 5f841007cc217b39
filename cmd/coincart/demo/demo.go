// Package demo holds the catalogue of the demonstration shop: an independent shop of well-made everyday goods, in English and
// Simplified Chinese. Its pictures are in package static.
package demo

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed catalogue.json
var catalogue []byte

// Texts are translations: language as BCP 47, then the field's name, then the text.
type Texts map[string]map[string]string

// Shop is a whole demonstration shop.
type Shop struct {
	Settings   Settings   `json:"shop"`
	Coins      []Coin     `json:"coins"`
	Categories []Category `json:"categories"`
	Products   []Product  `json:"products"`
	Zones      []Zone     `json:"zones"`
	Coupons    []Coupon   `json:"coupons"`
}

// Settings are the shop's own.
type Settings struct {
	Name     string `json:"name"`
	Currency string `json:"currency"`     // ISO 4217
	Home     string `json:"home_country"` // ISO 3166-1 alpha-2
	Texts    Texts  `json:"texts"`        // slogan, home_title, home_text
}

// Coin is one that the shop takes.
type Coin struct {
	Symbol    string `json:"symbol"`
	Name      string `json:"name"`
	Precision int    `json:"precision"`             // digits after the point
	Rate      string `json:"rate"`                  // price of one coin in the shop's currency, decimal text
	Pair      string `json:"pair,omitempty"`        // what the exchange's ticker calls it; "": the rate is fixed by hand
	Second    string `json:"second_pair,omitempty"` // another pair that must agree
}

// Category is one shelf. Texts translate "name" and "summary".
type Category struct {
	Slug     string `json:"slug"`
	Position int    `json:"position"`
	Name     string `json:"name"`
	Summary  string `json:"summary"`
	Picture  string `json:"picture"` // name in package static
	Texts    Texts  `json:"texts"`
}

// Product is one thing in its variants, in the order in which the shop shows them. Texts translate "title", "summary" and
// "description", and the names of the options as "option1" and so on.
type Product struct {
	Slug        string    `json:"slug"`
	Category    string    `json:"category"` // slug
	Featured    bool      `json:"featured"`
	Title       string    `json:"title"`
	Summary     string    `json:"summary"`
	Description string    `json:"description"` // paragraphs divided by empty lines
	Tags        []string  `json:"tags"`
	Options     []string  `json:"options"` // names of what there is to choose
	Pictures    []Picture `json:"pictures"`
	Texts       Texts     `json:"texts"`
	Variants    []Variant `json:"variants"`
}

// Picture is one picture of a product. Texts translate "alt".
type Picture struct {
	Source string `json:"source"` // name in package static
	Alt    string `json:"alt"`
	Texts  Texts  `json:"texts"`
}

// Variant is what is sold. Texts translate "title", and the values of the options as "option1" and so on.
type Variant struct {
	SKU       string   `json:"sku"`
	Title     string   `json:"title"` // "" where the product has one variant
	Options   []string `json:"options"`
	Price     string   `json:"price"`      // decimal text in the shop's currency
	SalePrice string   `json:"sale_price"` // "": none
	Weight    string   `json:"weight"`     // kg; "" for what is virtual
	Virtual   bool     `json:"virtual"`
	Untracked bool     `json:"untracked"`
	Stock     int      `json:"stock"`
	Picture   string   `json:"picture"` // the one of the product's pictures that shows it; "": the first
	Texts     Texts    `json:"texts"`
}

// Zone is a part of the world with its ways of delivery and its tax. Texts translate "tax_name".
type Zone struct {
	Name        string   `json:"name"`
	Places      []string `json:"places"`   // "US" or "US-CA"; none: the rest of the world
	TaxMode     string   `json:"tax_mode"` // as models.TaxMode
	TaxName     string   `json:"tax_name"`
	TaxRate     string   `json:"tax_rate"` // percent
	TaxDelivery bool     `json:"tax_delivery"`
	Texts       Texts    `json:"texts"`
	Methods     []Method `json:"methods"`
}

// Method is a way of delivery. Texts translate "title" and "note".
type Method struct {
	Title    string `json:"title"`
	Note     string `json:"note"`
	Kind     string `json:"kind"` // as models.DeliveryKind
	Steps    []Step `json:"steps"`
	FreeFrom string `json:"free_from"` // "": never
	Texts    Texts  `json:"texts"`
}

// Step is a price from a weight or a total on.
type Step struct {
	From  string `json:"from"`
	Price string `json:"price"`
}

// Coupon is a code to try.
type Coupon struct {
	Code          string   `json:"code"`
	Kind          string   `json:"kind"` // as models.CouponKind
	Value         string   `json:"value"`
	Minimum       string   `json:"minimum"`
	Categories    []string `json:"categories"` // slugs
	MaxPerShopper int      `json:"max_per_shopper"`
}

// Catalogue reads the embedded demonstration shop. Unknown fields are an error.
func Catalogue() (Shop, error) {
	var shop Shop
	d := json.NewDecoder(bytes.NewReader(catalogue))
	d.DisallowUnknownFields()
	if err := d.Decode(&shop); err != nil {
		return Shop{}, fmt.Errorf("read demonstration catalogue: %w", err)
	}
	return shop, nil
}
