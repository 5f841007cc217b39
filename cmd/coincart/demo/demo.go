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
}

// Settings are the shop's own.
type Settings struct {
	Name     string `json:"name"`
	Currency string `json:"currency"` // ISO 4217
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
// "description".
type Product struct {
	Slug        string    `json:"slug"`
	Category    string    `json:"category"` // slug
	Featured    bool      `json:"featured"`
	Title       string    `json:"title"`
	Summary     string    `json:"summary"`
	Description string    `json:"description"` // paragraphs divided by empty lines
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

// Variant is what is sold. Texts translate "title".
type Variant struct {
	SKU   string `json:"sku"`
	Title string `json:"title"` // "" where the product has one variant
	Price string `json:"price"` // decimal text in the shop's currency
	Stock int    `json:"stock"`
	Texts Texts  `json:"texts"`
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
