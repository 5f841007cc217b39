package catalogue

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

func TestCopyOf_HasItsOwnNamesAndNoStock(t *testing.T) {
	p := models.Product{
		ID: models.NewID(), CategoryID: "cups", CategoryIDs: []string{"cups"}, Title: "Shirt", Featured: true, Version: 7, OptionNames: models.List{"Colour"},
		Variants: []models.Variant{
			{ID: "v1", SKU: "S-1", Title: "Sand", Options: models.List{"Sand"}, Price: models.MustAmount("40"), OnHand: 5, Reserved: 1, Sold: 2},
			{ID: "v2", SKU: "S-2", Title: "Blue", Options: models.List{"Blue"}, Price: models.MustAmount("45.5"), Picture: "pictures/b.svg"},
		},
		Pictures: []models.Picture{{ID: "i1", Source: "pictures/b.svg"}},
	}
	p.Slug, p.Variants[0].SKU = strings.Repeat("a", text.MaxSlug), strings.Repeat("x", models.MaxSKU)
	id := models.NewID()
	c := copyOf(p, id, strings.Repeat("t", 300))
	assert.Equal(t, id, c.ID)
	assert.True(t, text.IsSlug(c.Slug), c.Slug)
	assert.Empty(t, c.Problems())
	assert.True(t, c.Hidden)
	for i, v := range c.Variants {
		assert.Zero(t, v.OnHand+v.Reserved+v.Sold)
		assert.NotEqual(t, p.Variants[i].SKU, v.SKU)
	}
	assert.Equal(t, 5, p.Variants[0].OnHand, "the one it was made of is untouched")
}
