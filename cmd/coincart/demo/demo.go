// Package demo holds the catalogue of the demo shop: an independent shop of well-made everyday goods, in English and Simplified Chinese.
// Its pictures are in package static.
package demo

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed catalogue.json
var catalogue []byte

// Texts holds translations, by language (BCP 47) and name of the field.
type Texts map[string]map[string]string

// Shop is the whole demo shop.
type Shop struct {
	Settings   Settings   `json:"shop"`
	Coins      []Coin     `json:"coins"`
	Categories []Category `json:"categories"`
	Products   []Product  `json:"products"`
	Zones      []Zone     `json:"zones"`
	Coupons    []Coupon   `json:"coupons"`
}

// Settings holds the settings of the shop.
type Settings struct {
	Name     string `json:"name"`
	Currency string `json:"currency"`     // ISO 4217
	Home     string `json:"home_country"` // ISO 3166-1 alpha-2
	Texts    Texts  `json:"texts"`        // slogan, home_title, home_text
}

// Coin is a coin that the shop accepts.
type Coin struct {
	Symbol    string `json:"symbol"`
	Name      string `json:"name"`
	Precision int    `json:"precision"`             // number of decimals
	Rate      string `json:"rate"`                  // price of one coin in the shop's currency, decimal text
	Pair      string `json:"pair,omitempty"`        // pair in the exchange's ticker; empty: the rate is fixed
	Second    string `json:"second_pair,omitempty"` // another pair, whose price must agree
}

// Category is a category. Texts translate "name" and "summary".
type Category struct {
	Slug     string `json:"slug"`
	Position int    `json:"position"`
	Name     string `json:"name"`
	Summary  string `json:"summary"`
	Picture  string `json:"picture"` // name in package static
	Texts    Texts  `json:"texts"`
}

// Product is a product with its variants, in the order in which the shop shows them. Texts translate "title", "summary" and "description",
// and the names of the options as "option1" and so on.
type Product struct {
	Slug        string    `json:"slug"`
	Category    string    `json:"category"` // slug
	Featured    bool      `json:"featured"`
	Title       string    `json:"title"`
	Summary     string    `json:"summary"`
	Description string    `json:"description"` // paragraphs separated by empty lines
	Tags        []string  `json:"tags"`
	Options     []string  `json:"options"` // names of the options
	Pictures    []Picture `json:"pictures"`
	Texts       Texts     `json:"texts"`
	Variants    []Variant `json:"variants"`
}

// Picture is a picture of a product. Texts translate "alt".
type Picture struct {
	Source string `json:"source"` // name in package static
	Alt    string `json:"alt"`
	Texts  Texts  `json:"texts"`
}

// Variant is a variant of a product. Texts translate "title", and the values of the options as "option1" and so on.
type Variant struct {
	SKU       string   `json:"sku"`
	Title     string   `json:"title"` // empty if the product has one variant
	Options   []string `json:"options"`
	Price     string   `json:"price"`      // decimal text in the shop's currency
	SalePrice string   `json:"sale_price"` // empty: none
	Weight    string   `json:"weight"`     // kg; empty for virtual products
	Virtual   bool     `json:"virtual"`
	Untracked bool     `json:"untracked"`
	Stock     int      `json:"stock"`
	Picture   string   `json:"picture"` // source of the product's picture that shows it; empty: the first
	Texts     Texts    `json:"texts"`
}

// Zone is a delivery zone with its methods and tax. Texts translate "tax_name".
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

// Method is a delivery method. Texts translate "title" and "note".
type Method struct {
	Title    string `json:"title"`
	Note     string `json:"note"`
	Kind     string `json:"kind"` // as models.DeliveryKind
	Steps    []Step `json:"steps"`
	FreeFrom string `json:"free_from"` // empty: never
	Texts    Texts  `json:"texts"`
}

// Step is the price from a weight or a total on.
type Step struct {
	From  string `json:"from"`
	Price string `json:"price"`
}

// Coupon is a coupon.
type Coupon struct {
	Code          string   `json:"code"`
	Kind          string   `json:"kind"` // as models.CouponKind
	Value         string   `json:"value"`
	Minimum       string   `json:"minimum"`
	Categories    []string `json:"categories"` // slugs
	MaxPerShopper int      `json:"max_per_shopper"`
}

// Catalogue returns the embedded demo shop. It fails on unknown fields.
func Catalogue() (Shop, error) {
	var shop Shop
	d := json.NewDecoder(bytes.NewReader(catalogue))
	d.DisallowUnknownFields()
	if err := d.Decode(&shop); err != nil {
		return Shop{}, fmt.Errorf("read demonstration catalogue: %w", err)
	}
	return shop, nil
}
