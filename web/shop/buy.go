package shop

import (
	"errors"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/web/visit"
)

// maxBuyLines is the maximum number of lines of an address that fills the cart.
const maxBuyLines = 20

// Buy fills this browser's cart and goes to it, or to the checkout: GET /buy/{sku}:{quantity},…?continue_to=checkout. It orders nothing. A line that the
// cart has is brought to the quantity, so that opening the address again changes nothing. What cannot be added is told in the cart.
func (p *CartPages) Buy(v *visit.Visit) error {
	if v.Header("Sec-Purpose") != "" || v.Header("Purpose") == "prefetch" {
		return v.SeeOther(cartPath) // nobody has opened the address yet
	}
	cart, err := p.cart(v)
	if err != nil {
		return err
	}
	var left []string
	for i, line := range strings.Split(v.Param("lines"), ",") {
		if i >= maxBuyLines {
			left = append(left, line)
			break
		}
		added, err := p.buyLine(v, cart, line)
		if err != nil {
			return err
		}
		if !added {
			left = append(left, line)
		}
	}
	switch {
	case len(left) > 0:
		return v.SeeOther(cartPath + "?" + url.Values{"left_out": {strings.Join(left, ",")}}.Encode())
	case v.Query("continue_to") == "checkout":
		return v.SeeOther("/checkout")
	}
	return v.SeeOther(cartPath)
}

// buyLine brings a line of the cart to the quantity of a text such as MUG:2; without a quantity it is 1. added is false if that cannot be.
func (p *CartPages) buyLine(v *visit.Visit, cart models.Cart, text string) (added bool, err error) {
	sku, quantity := strings.TrimSpace(text), "1"
	if i := strings.LastIndex(sku, ":"); i >= 0 {
		sku, quantity = sku[:i], sku[i+1:]
	}
	wanted, ok := models.ParseQuantity(quantity)
	if !ok || sku == "" {
		return false, nil
	}
	id, err := p.site.Store.VariantIDBySKU(v.Context(), sku)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	variant, product, err := p.site.Store.Variant(v.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if product.Hidden || !variant.Untracked && variant.Available() < wanted {
		return false, nil
	}
	line, _ := lineOf(cart, variant.ID)
	if line.Quantity >= wanted {
		return true, nil
	}
	return true, p.add(v, variant, wanted-line.Quantity)
}

// leftOut returns what an address could not add to the cart, as the cart tells it.
func leftOut(v *visit.Visit) []string {
	const longest = 60
	var list []string
	for line := range strings.SplitSeq(v.Query("left_out"), ",") {
		if line = strings.TrimSpace(line); line == "" || len(list) == maxBuyLines {
			continue
		}
		if runes := []rune(line); len(runes) > longest {
			line = string(runes[:longest]) + "…"
		}
		list = append(list, line)
	}
	return list
}
