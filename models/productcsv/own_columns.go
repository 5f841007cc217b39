package productcsv

import (
	"regexp"
	"strings"

	"github.com/coincart/coincart/models"
)

// ownKey is the name of the column that only this format has. It holds the product's slug, on every row of the product.
const ownKey = "Coincart product"

// Field is a set of fields of products and variants.
type Field uint64

// The fields. If a file has no column for a field, an import does not change it.
const (
	FieldTitle Field = 1 << iota
	FieldSummary
	FieldDescription
	FieldFeatured
	FieldHidden
	FieldPosition
	FieldCategories
	FieldTags
	FieldPictures
	FieldPrice
	FieldSalePrice
	FieldSaleFrom
	FieldSaleUntil
	FieldStock
	FieldLowStock
	FieldWeight
	FieldVirtual
	FieldBarcode
	FieldOptions
	FieldVariantTitle
	FieldVariantPicture
	FieldRetired
	FieldSlug
	FieldAlts
	FieldOrigin
)

// Has reports whether f contains all of fields. It is true for the empty set.
func (f Field) Has(fields Field) bool { return f&fields == fields }

// The columns of the format that are not plain.
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
	ownVariantPicture = "Variant picture"
)

// ownColumn is a column of the shop's own format.
type ownColumn struct {
	name  string
	field Field  // the field that it holds; 0: it identifies the row, or belongs to another column
	plain *plain // nil: reader, merger and writer have their own code for it
}

// ownColumns holds the columns in the order in which they are written. Columns of translations follow. A plain column of variants needs
// only its row here.
var ownColumns = []ownColumn{
	{ownKey, 0, nil},
	{ownTitle, FieldTitle, nil},
	{ownSummary, FieldSummary, nil},
	{ownDescription, FieldDescription, nil},
	{ownFeatured, FieldFeatured, nil},
	{ownHidden, FieldHidden, nil},
	{ownPosition, FieldPosition, nil},
	{ownCategorySlugs, FieldCategories, nil},
	{ownCategories, FieldCategories, nil},
	{ownTags, FieldTags, nil},
	{ownOptions, FieldOptions, nil},
	{ownPictures, FieldPictures, nil},
	{ownAlts, FieldAlts, nil},
	{ownSKU, 0, nil},
	{ownVariantOptions, 0, nil},
	{ownVariantTitle, FieldVariantTitle, nil},
	{ownPrice, FieldPrice, nil},
	{ownSalePrice, FieldSalePrice, nil},
	{ownSaleFrom, FieldSaleFrom, nil},
	{ownSaleUntil, FieldSaleUntil, nil},
	{ownStock, FieldStock, nil},
	{ownCounted, 0, nil},
	{"Low stock", FieldLowStock, plainOf("low_stock", countCell, func(v *models.Variant) *int { return &v.LowStock })},
	{"Weight (kg)", FieldWeight, plainOf("weight", weightCell, func(v *models.Variant) *models.Amount { return &v.Weight })},
	{"Virtual", FieldVirtual, plainOf("virtual", flagCell, func(v *models.Variant) *bool { return &v.Virtual })},
	{"Barcode", FieldBarcode, plainOf("barcode", textCell(models.MaxBarcode), func(v *models.Variant) *string { return &v.Barcode })},
	{"Country of origin", FieldOrigin, plainOf("origin", countryCell, func(v *models.Variant) *string { return &v.Origin })},
	{ownVariantPicture, FieldVariantPicture, nil},
	{"Retired", FieldRetired, plainOf("retired", flagCell, func(v *models.Variant) *bool { return &v.Retired })},
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

// readOwnColumn parses the name of a column: one of ownColumns or a translation. It returns nil for other names.
func readOwnColumn(header string) *ownSpec {
	header = strings.TrimSpace(header)
	for _, c := range ownColumns {
		if strings.EqualFold(c.name, header) {
			return &ownSpec{ownColumn: c}
		}
	}
	if found := ownTextPattern.FindStringSubmatch(header); found != nil {
		t := Text{Owner: found[1], Field: found[2], Lang: found[3]}
		return &ownSpec{ownColumn{name: t.header()}, t}
	}
	return nil
}

// ownSpec is a parsed column name.
type ownSpec struct {
	ownColumn
	text Text // zero: not a translation
}
