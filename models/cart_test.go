package models_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestParseQuantity(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"1": 1, "999": 999, "\t12\n": 12, "007": 7} {
		n, ok := models.ParseQuantity(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, n, text)
	}
	for _, text := range []string{"", " ", "0", "000", "1000", "-1", "+1", "1.5", "1e2", "1,0", "ten", "１", "1 2", "99999999999999999999", "\x00"} {
		_, ok := models.ParseQuantity(text)
		assert.False(t, ok, "%q", text)
	}
}

func cart() models.Cart {
	return models.Cart{Lines: []models.CartLine{
		{VariantID: "a", Quantity: 2, Price: models.MustAmount("10.50"), SeenPrice: models.MustAmount("10.5"), OnHand: 2},
		{VariantID: "b", Quantity: 1, Price: models.MustAmount("0.01"), SeenPrice: models.MustAmount("0.02"), OnHand: 0},
	}}
}

func TestCart_Sums(t *testing.T) {
	t.Parallel()
	c := cart()
	assert.Equal(t, "21.01", c.Total().String())
	assert.Equal(t, 3, c.Count())
	assert.True(t, c.Lines[0].Sellable())
	assert.False(t, c.Lines[0].PriceChanged(), "10.50 is 10.5")
	assert.False(t, c.Lines[1].Sellable())
	assert.True(t, c.Lines[1].PriceChanged())
	c.Lines[0].ProductHidden = true
	assert.False(t, c.Lines[0].Sellable())
}

func TestCart_FingerprintCoversAllThatIsAgreedTo(t *testing.T) {
	t.Parallel()
	totals := func() models.Totals {
		return models.Totals{Goods: models.MustAmount("20"), Total: models.MustAmount("20"), CouponCode: "TEN", TaxName: "VAT"}
	}
	parcel := models.DeliveryMethod{ID: "m", Title: "Parcel"}
	base := cart().Fingerprint(totals(), &parcel)
	assert.Equal(t, base, cart().Fingerprint(totals(), &parcel), "the same cart")

	one := models.MustAmount("1")
	changes := map[string]func(*models.Cart, *models.Totals, *models.DeliveryMethod){
		"quantity": func(c *models.Cart, _ *models.Totals, _ *models.DeliveryMethod) { c.Lines[0].Quantity++ },
		"price": func(c *models.Cart, _ *models.Totals, _ *models.DeliveryMethod) {
			c.Lines[0].Price = models.MustAmount("10.51")
		},
		"line gone":     func(c *models.Cart, _ *models.Totals, _ *models.DeliveryMethod) { c.Lines = c.Lines[:1] },
		"goods":         func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.Goods = one },
		"discount":      func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.Discount = one },
		"delivery":      func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.Delivery = one },
		"tax":           func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.Tax = one },
		"contained tax": func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.ContainedTax = one },
		"total":         func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.Total = one },
		"tax mode":      func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.TaxIncluded = true },
		"tax rate":      func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.TaxRate = one },
		"coupon":        func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.CouponCode = "" },
		"problem":       func(_ *models.Cart, t *models.Totals, _ *models.DeliveryMethod) { t.CouponProblem = models.CouponOver },
		"method":        func(_ *models.Cart, _ *models.Totals, m *models.DeliveryMethod) { m.ID = "other" },
	}
	seen := map[string]string{base: "nothing"}
	for name, change := range changes {
		c, sums, method := cart(), totals(), parcel
		change(&c, &sums, &method)
		mark := c.Fingerprint(sums, &method)
		assert.Empty(t, seen[mark], "%s is like %s", name, seen[mark])
		seen[mark] = name
	}
	assert.NotContains(t, seen, cart().Fingerprint(totals(), nil), "no delivery")
	c := cart()
	c.Lines[0].OnHand, c.Lines[0].SeenPrice, c.Country, c.Region = 99, models.MustAmount("1"), "DE", "AK"
	assert.Equal(t, base, c.Fingerprint(totals(), &parcel), "what the form says itself, or the shopper does not agree to")
}

func TestRef(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		ref := models.NewRef()
		assert.True(t, models.IsRef(ref), ref)
		assert.False(t, seen[ref])
		seen[ref] = true
	}
	for _, text := range []string{"", "abc", strings.Repeat("a", 26), strings.Repeat("A", 25), strings.Repeat("A", 27), strings.Repeat("1", 26), strings.Repeat("A", 25) + "/"} {
		assert.False(t, models.IsRef(text), text)
	}
}

func TestSecret_NeverShows(t *testing.T) {
	t.Parallel()
	payer := models.Payer{UserID: "22033390", OpenID: "MARKED-OPENID", Token: "MARKED-TOKEN"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("payer", "payer", payer, "openID", payer.OpenID)
	encoded, err := json.Marshal(payer)
	require.NoError(t, err)
	for _, text := range []string{
		log.String(), string(encoded), fmt.Sprint(payer), fmt.Sprintf("%+v %#v %s %q", payer, payer, payer.Token, payer.Token),
	} {
		assert.NotContains(t, text, "MARKED")
		assert.NotEmpty(t, text)
	}
	assert.Equal(t, "MARKED-TOKEN", payer.Token.Reveal())
	assert.True(t, payer.Known())
	assert.False(t, models.Payer{Token: "x"}.Known(), "a token names nobody")
}

func TestTexts(t *testing.T) {
	t.Parallel()
	texts := models.Texts{"zh-Hans": {"title": "陶杯"}}
	assert.Equal(t, "陶杯", texts.In("zh-Hans", "title", "Mug"))
	assert.Equal(t, "Mug", texts.In("en", "title", "Mug"))
	assert.Equal(t, "Mug", models.Texts(nil).In("zh-Hans", "title", "Mug"))
	v, err := texts.Value()
	require.NoError(t, err)
	var back models.Texts
	require.NoError(t, back.Scan(v))
	assert.Equal(t, texts, back)
	for _, src := range []any{"{}", "", nil, []byte("{}")} {
		require.NoError(t, back.Scan(src))
		assert.Nil(t, back)
	}
	require.Error(t, back.Scan("[1]"))
	require.Error(t, back.Scan(42))
}

func TestParseCardSort(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "newest", "price_asc", "price_desc", "name"} {
		sort, ok := models.ParseCardSort(text)
		assert.True(t, ok, text)
		assert.Equal(t, models.CardSort(text), sort)
	}
	for _, text := range []string{"price", "NEWEST", "price_asc; DROP TABLE", "position"} {
		_, ok := models.ParseCardSort(text)
		assert.False(t, ok, text)
	}
}
