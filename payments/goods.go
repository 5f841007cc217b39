package payments

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
)

// goodsWords are the words of the goods JSON that do not come from the catalogue.
type goodsWords struct{ discount, delivery, tax, more, payment string }

func goodsWordsIn(lang string) goodsWords {
	if strings.HasPrefix(lang, "zh") {
		return goodsWords{"优惠", "运费", "税费", "其他 %d 项", "付款"}
	}
	return goodsWords{"Discount", "Delivery", "Tax", "and %d more", "Payment"}
}

// goodsOf returns the goods of an order for the platform: an entry for each line with its amount, then the discount, the delivery and the
// added tax, so that the amounts add up to the order's total. If there are more lines than the platform accepts, one entry sums up the
// last ones. Only texts of the shop are signed, never those of the shopper (reliability.md E6).
func goodsOf(o *models.Order) []opay.Goods {
	words := goodsWordsIn(o.Lang)
	money := func(a models.Amount) string { return a.Fixed(o.Digits) + " " + o.Currency }
	entry := func(name string, desc ...string) opay.Goods {
		return opay.Goods{Name: norm.NFC.String(name), Desc: norm.NFC.String(strings.TrimSpace(strings.Join(desc, " ")))}
	}
	var extras []opay.Goods
	if o.Discount.IsPositive() {
		extras = append(extras, entry(words.discount, o.CouponCode, "-"+money(o.Discount)))
	}
	if o.DeliveryTitle != "" || o.Delivery.IsPositive() {
		extras = append(extras, entry(words.delivery, o.DeliveryTitle, money(o.Delivery)))
	}
	if o.Tax.IsPositive() {
		name := o.TaxName
		if name == "" {
			name = words.tax
		}
		rate := ""
		if o.TaxRate.IsPositive() {
			rate = o.TaxRate.String() + "%"
		}
		extras = append(extras, entry(name, rate, money(o.Tax)))
	}
	goods := make([]opay.Goods, 0, len(o.Lines)+len(extras))
	room := opay.MaxGoods - len(extras)
	var rest models.Amount
	folded := 0
	for i, l := range o.Lines {
		if len(o.Lines) > room && i >= room-1 {
			rest, folded = rest.Add(l.Total), folded+1
			continue
		}
		goods = append(goods, entry(goodsName(l), goodsDesc(l, money(l.Total))))
	}
	if folded > 0 {
		goods = append(goods, entry(fmt.Sprintf(words.more, folded), money(rest)))
	}
	return append(goods, extras...)
}

func goodsName(l models.OrderLine) string {
	if l.Quantity > 1 {
		return fmt.Sprintf("%d × %s", l.Quantity, l.Title)
	}
	return l.Title
}

// goodsDesc returns the option, the SKU and the amount. It truncates option and SKU if they are too long, never the amount.
func goodsDesc(l models.OrderLine, amount string) string {
	words := []rune(strings.TrimSpace(l.VariantTitle + " " + l.SKU))
	if most := opay.MaxGoodsDesc - len([]rune(amount)) - 1; len(words) > most {
		words = append(words[:most-1], '…')
	}
	return string(words) + " " + amount
}
