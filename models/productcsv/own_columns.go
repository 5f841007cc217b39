package productcsv

import (
	"regexp"
	"strings"
)

// ownKey is the name of the column that only this format has. It holds the product's slug, on every row of the product.
const ownKey = "Coincart product"

// The other columns of the format.
const (
	ownTitle          = "Title"
	ownSummary        = "Summary"
	ownDescription    = "Description"
	ownFeatured       = "Featured"
	ownHidden         = "Hidden"
	ownPosition       = "Position"
	ownCategorySlugs  = "Category slugs"
	ownCategories     = "Categories"
	ownTags           = "Tags"
	ownOptions        = "Options"
	ownPictures       = "Pictures"
	ownAlts           = "Picture alts"
	ownSKU            = "SKU"
	ownVariantOptions = "Variant options"
	ownVariantTitle   = "Variant title"
	ownPrice          = "Price"
	ownSalePrice      = "Sale price"
	ownSaleFrom       = "Sale from"
	ownSaleUntil      = "Sale until"
	ownStock          = "Stock"
	ownCounted        = "Stock counted"
	ownLowStock       = "Low stock"
	ownWeight         = "Weight (kg)"
	ownVirtual        = "Virtual"
	ownBarcode        = "Barcode"
	ownVariantPicture = "Variant picture"
	ownRetired        = "Retired"
)

// ownColumns holds the columns in the order in which they are written. Columns of translations follow.
var ownColumns = []string{
	ownKey, ownTitle, ownSummary, ownDescription, ownFeatured, ownHidden, ownPosition, ownCategorySlugs, ownCategories, ownTags,
	ownOptions, ownPictures, ownAlts, ownSKU, ownVariantOptions, ownVariantTitle, ownPrice, ownSalePrice, ownSaleFrom, ownSaleUntil,
	ownStock, ownCounted, ownLowStock, ownWeight, ownVirtual, ownBarcode, ownVariantPicture, ownRetired,
}

// ownHas maps columns to the fields that they hold.
var ownHas = map[string]Field{
	ownTitle: FieldTitle, ownSummary: FieldSummary, ownDescription: FieldDescription, ownFeatured: FieldFeatured, ownHidden: FieldHidden,
	ownPosition: FieldPosition, ownCategorySlugs: FieldCategories, ownCategories: FieldCategories, ownTags: FieldTags, ownOptions: FieldOptions,
	ownPictures: FieldPictures, ownAlts: FieldAlts, ownVariantTitle: FieldVariantTitle, ownPrice: FieldPrice, ownSalePrice: FieldSalePrice,
	ownSaleFrom: FieldSaleFrom, ownSaleUntil: FieldSaleUntil, ownStock: FieldStock, ownLowStock: FieldLowStock, ownWeight: FieldWeight,
	ownVirtual: FieldVirtual, ownBarcode: FieldBarcode, ownVariantPicture: FieldVariantPicture, ownRetired: FieldRetired,
}

// The owners of translations.
const (
	ownerProduct = "product"
	ownerVariant = "variant"
	ownerPicture = "picture"
)

var ownTextPattern = regexp.MustCompile(`^(product|variant|picture) ([a-z][a-z0-9_]{0,31}) \[([A-Za-z0-9-]{1,35})\]$`)

// header returns the name of a translation's column, such as "product title [zh-Hans]".
func (t Text) header() string { return t.Owner + " " + t.Field + " [" + t.Lang + "]" }

// ownColumn parses the name of a column: one of ownColumns or a translation. It returns nil for other names.
func ownColumn(header string) *ownSpec {
	header = strings.TrimSpace(header)
	for _, name := range ownColumns {
		if strings.EqualFold(name, header) {
			return &ownSpec{name: name}
		}
	}
	if found := ownTextPattern.FindStringSubmatch(header); found != nil {
		return &ownSpec{text: Text{Owner: found[1], Field: found[2], Lang: found[3]}}
	}
	return nil
}

// ownSpec is a parsed column name.
type ownSpec struct {
	name string
	text Text
}
