// Package demo holds what the demo is made of: the keys of both parties, and the catalogue of an independent shop of well-made everyday goods,
// in English and Simplified Chinese. Its pictures are in package static.
package demo

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/coincart/coincart/models/starter"
)

// catalogue holds a Shop. Its names are those of the fields, without regard to capitals; amounts are decimal text.
//
//go:embed catalogue.json
var catalogue []byte

// Shop is the whole demo shop.
type Shop struct {
	starter.Contents

	Name string
	Live map[string]Pairs // of the coins that can take their rates from the exchange's ticker, by symbol
}

// Pairs is where a coin's rate stands in the exchange's ticker.
type Pairs struct {
	Pair   string
	Second string // another pair, whose price must agree; empty: none
}

// Catalogue returns the embedded demo shop, with products and coins in the order of the file. It fails on unknown fields.
func Catalogue() (Shop, error) {
	var shop Shop
	d := json.NewDecoder(bytes.NewReader(catalogue))
	d.DisallowUnknownFields()
	if err := d.Decode(&shop); err != nil { //nolint:musttag // its names are those of the fields
		return Shop{}, fmt.Errorf("read demonstration catalogue: %w", err)
	}
	for i := range shop.Products {
		shop.Products[i].Position = i
	}
	for i := range shop.Coins {
		shop.Coins[i].Position = i
	}
	return shop, nil
}
