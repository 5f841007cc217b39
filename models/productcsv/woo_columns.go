package productcsv

import (
	"regexp"
	"strings"

	"github.com/coincart/coincart/models"
)

// wooField is the meaning of a column of WooCommerce's exporter.
type wooField int

const (
	wooIgnored wooField = iota
	wooID
	wooType
	wooSKU
	wooBarcode
	wooName
	wooPublished
	wooFeatured
	wooVisibility
	wooSummary
	wooDescription
	wooSaleFrom
	wooSaleUntil
	wooInStock
	wooStock
	wooLowStock
	wooBackorders
	wooWeight
	wooSalePrice
	wooPrice
	wooCategories
	wooTags
	wooImages
	wooParent
	wooPosition
	wooAttribute // one of the four columns of an attribute
	wooDownload  // one of the columns of a downloadable file
)

// wooSpec is a parsed column name.
type wooSpec struct {
	field  wooField
	unit   models.Amount // of weights, in kilograms
	number string        // of an attribute, such as "1"
	part   string        // of an attribute: name, value(s), visible, global, default
}

// wooNames maps the exporter's column names, in lower case, to their meaning. It includes columns that the shop ignores.
var wooNames = map[string]wooField{
	"id": wooID, "type": wooType, "sku": wooSKU, "gtin, upc, ean, or isbn": wooBarcode, "gtin, upc, ean or isbn": wooBarcode, "name": wooName,
	"published": wooPublished, "is featured?": wooFeatured, "visibility in catalog": wooVisibility, "visibility in catalogue": wooVisibility,
	"short description": wooSummary, "description": wooDescription, "date sale price starts": wooSaleFrom, "date sale price ends": wooSaleUntil,
	"in stock?": wooInStock, "stock": wooStock, "low stock amount": wooLowStock, "backorders allowed?": wooBackorders,
	"sale price": wooSalePrice, "regular price": wooPrice, "categories": wooCategories, "tags": wooTags, "images": wooImages, "parent": wooParent,
	"position": wooPosition,

	"tax status": wooIgnored, "tax class": wooIgnored, "sold individually?": wooIgnored, "allow customer reviews?": wooIgnored,
	"purchase note": wooIgnored, "shipping class": wooIgnored, "download limit": wooIgnored, "download expiry days": wooIgnored,
	"grouped products": wooIgnored, "upsells": wooIgnored, "cross-sells": wooIgnored, "external url": wooIgnored, "button text": wooIgnored,
	"cost of goods": wooIgnored, "brands": wooIgnored,
}

var (
	wooAttributePattern = regexp.MustCompile(`^attribute (\d{1,4}) (name|value\(s\)|visible|global|default)$`)
	wooDownloadPattern  = regexp.MustCompile(`^download \d{1,4} (id|name|url)$`)
	wooMeasurePattern   = regexp.MustCompile(`^(weight|length|width|height)(?: \(([a-z]{1,3})\))?$`)
	wooUnits            = map[string]models.Amount{
		"": models.AmountFromInt(1), "kg": models.AmountFromInt(1), "g": models.MustAmount("0.001"),
		"lbs": models.MustAmount("0.45359237"), "lb": models.MustAmount("0.45359237"), "oz": models.MustAmount("0.028349523125"),
	}
)

// wooPriceName is the exporter's name of the column of prices.
const wooPriceName = "Regular price"

// wooColumn parses the name of a column. It returns nil if the exporter does not write it.
func wooColumn(header string) *wooSpec {
	name := strings.ToLower(strings.TrimSpace(header))
	if field, known := wooNames[name]; known {
		return &wooSpec{field: field}
	}
	if found := wooAttributePattern.FindStringSubmatch(name); found != nil {
		return &wooSpec{field: wooAttribute, number: found[1], part: found[2]}
	}
	if wooDownloadPattern.MatchString(name) {
		return &wooSpec{field: wooDownload}
	}
	if found := wooMeasurePattern.FindStringSubmatch(name); found != nil {
		unit, known := wooUnits[found[2]]
		if found[1] == "weight" && known {
			return &wooSpec{field: wooWeight, unit: unit}
		}
		return &wooSpec{}
	}
	if strings.HasPrefix(name, "meta: ") {
		return &wooSpec{}
	}
	return nil
}

// wooFields holds the fields for which a file with a column has values.
var wooFields = map[wooField]Field{
	wooName: FieldTitle, wooSummary: FieldSummary, wooDescription: FieldDescription, wooFeatured: FieldFeatured, wooPublished: FieldHidden,
	wooVisibility: FieldHidden, wooPosition: FieldPosition, wooCategories: FieldCategories, wooTags: FieldTags, wooImages: FieldPictures,
	wooPrice: FieldPrice, wooSalePrice: FieldSalePrice, wooSaleFrom: FieldSaleFrom, wooSaleUntil: FieldSaleUntil, wooStock: FieldStock,
	wooInStock: FieldStock, wooLowStock: FieldLowStock, wooWeight: FieldWeight, wooType: FieldVirtual, wooBarcode: FieldBarcode,
	wooAttribute: FieldOptions,
}
