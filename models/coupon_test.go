package models_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
)

func TestFoldCoupon(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" spring-10 ": "SPRING-10", "ｓｐｒｉｎｇ": "SPRING", "春天10": "春天10", "été": "ÉTÉ", "a.b_c": "A.B_C",
		"": "", " ": "", "two words": "", "a\x00b": "", "a\u202eb": "", "a\nb": "", "<b>": "", "\xff": "", strings.Repeat("x", 41): "", "a%": "",
	} {
		assert.Equal(t, want, models.FoldCoupon(text), "%q", text)
	}
}

func FuzzFoldCoupon(f *testing.F) {
	for _, seed := range []string{"spring", "ǆ", "ﬁx", "ß", "İ", "ｓ", "a b", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code := models.FoldCoupon(text)
		if again := models.FoldCoupon(code); again != code {
			t.Fatalf("%q became %q and then %q", text, code, again)
		}
	})
}

func TestCouponCheck(t *testing.T) {
	t.Parallel()
	good := models.Coupon{Code: "TEN", Kind: models.CouponPercent, Value: models.MustAmount("10"), Note: "for\nthe fair"}
	assert.Empty(t, good.Check(2))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change  func(*models.Coupon)
		field   string
		problem invalid.Problem
	}{
		"no code":           {func(c *models.Coupon) { c.Code = "" }, "code", invalid.Missing},
		"control character": {func(c *models.Coupon) { c.Code = "TEN\x07" }, "code", invalid.Characters},
		"not folded":        {func(c *models.Coupon) { c.Code = "ten" }, "code", invalid.Characters},
		"long code":         {func(c *models.Coupon) { c.Code = strings.Repeat("X", 41) }, "code", invalid.TooLong},
		"no kind":           {func(c *models.Coupon) { c.Kind = "gift" }, "kind", invalid.Unknown},
		"no percent":        {func(c *models.Coupon) { c.Value = models.Amount{} }, "value", invalid.Range},
		"more than all":     {func(c *models.Coupon) { c.Value = models.MustAmount("100.01") }, "value", invalid.Range},
		"fine percent":      {func(c *models.Coupon) { c.Value = models.MustAmount("1.00001") }, "value", invalid.Digits},
		"negative":          {func(c *models.Coupon) { c.Value = c.Value.Sub(models.MustAmount("11")) }, "value", invalid.Negative},
		"third of a cent":   {func(c *models.Coupon) { c.Kind, c.Value = models.CouponFixed, models.MustAmount("1.001") }, "value", invalid.Digits},
		"free with a value": {func(c *models.Coupon) { c.Kind = models.CouponFreeDelivery }, "value", invalid.Range},
		"minimum":           {func(c *models.Coupon) { c.Minimum = models.MustAmount("0.001") }, "minimum", invalid.Digits},
		"dates reversed":    {func(c *models.Coupon) { c.StartsAt, c.EndsAt = start.Add(time.Hour), start }, "ends_at", invalid.Ends},
		"dates equal":       {func(c *models.Coupon) { c.StartsAt, c.EndsAt = start, start }, "ends_at", invalid.Ends},
		"negative uses":     {func(c *models.Coupon) { c.MaxUses = -1 }, "max_uses", invalid.Negative},
		"fewer than used":   {func(c *models.Coupon) { c.MaxUses, c.Uses = 2, 3 }, "max_uses", invalid.Used},
		"huge per shopper":  {func(c *models.Coupon) { c.MaxPerShopper = models.MaxCouponUses + 1 }, "max_per_shopper", invalid.Range},
		"note":              {func(c *models.Coupon) { c.Note = "a\x00" }, "note", invalid.Characters},
	} {
		bad := good
		c.change(&bad)
		assert.Equal(t, c.problem, bad.Check(2)[c.field], name)
	}
}
