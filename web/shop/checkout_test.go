package shop

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

func TestSayOutOfStock_NamesWhatIsLeftOnce(t *testing.T) {
	v := &visit.Visit{Printer: i18n.ByTag("en")}
	line := models.CartLine{VariantID: "v", Title: "Mug", VariantTitle: "Blue", Quantity: 3, OnHand: 5}
	for name, c := range map[string]struct {
		onHand int
		err    store.OutOfStockError
		want   []pages.Notice
	}{
		"fewer":            {5, store.OutOfStockError{VariantID: "v", Left: 2}, []pages.Notice{{Kind: pages.NoticeOnlyLeft, Product: "Mug, Blue", Left: 2}}},
		"none":             {5, store.OutOfStockError{VariantID: "v"}, []pages.Notice{{Kind: pages.NoticeSoldOut, Product: "Mug, Blue"}}},
		"the line says so": {2, store.OutOfStockError{VariantID: "v", Left: 2}, nil},
		"another cart's":   {5, store.OutOfStockError{VariantID: "x", Left: 2}, nil},
	} {
		line.OnHand = c.onHand
		shown := &checkout{cart: models.Cart{Lines: []models.CartLine{line}}}
		shown.addOutOfStock(v, &c.err)
		assert.Equal(t, c.want, shown.notices, name)
	}
}
