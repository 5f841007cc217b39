package productcsv

import (
	"time"

	"github.com/coincart/coincart/models"
)

// Dialect is the format of a file.
type Dialect string

// The dialects.
const (
	DialectWoo      Dialect = "woocommerce"
	DialectCoincart Dialect = "coincart"
)

// Path is a category as the names of its levels, from the top.
type Path []string

// Category is a category of a product. The shop's own format also identifies it by slug.
type Category struct {
	Slug string // empty: identified by Path
	Path Path
}

// Picture is a picture as a file names it.
type Picture = models.WantedPicture

// Record is one product of a file with its variants.
type Record struct {
	Line  int
	Label string // the SKU, or the name if there is none; used in problems
	Has   Field  // fields of the product and its variants for which the file has columns
	Texts []Text // translations for which the file has columns

	Slug        string // identifies the product in the shop's own format
	Title       string
	Summary     string
	Description string
	Featured    bool
	Hidden      bool
	Position    int
	Categories  []Category // primary category first
	Tags        []string
	OptionNames []string
	Pictures    []Picture
	Words       models.Texts // translations of the product

	Variants []Variant
}

// Text is a translation for which a file has a column.
type Text struct {
	Owner string // product, variant or picture
	Field string
	Lang  string
}

// Variant is one variant of a Record. The embedded variant holds what the file says: SKU, title (if the product has no options), options,
// prices, picture, whether stock is counted, and the plain columns.
type Variant struct {
	models.Variant

	Line  int
	Stock int
	Words models.Texts // translations
	Has   Field        // fields of this row; a WooCommerce variation may have fewer than its product
}

// File is the result of Read.
type File struct {
	Dialect   Dialect
	Delimiter rune
	Columns   []models.ImportColumn
	Rows      int // without the header and empty rows
	Skipped   int // number of rows that were skipped by rule
	Records   []Record
	Problems  []Problem
	Faults    int // number of problems of LevelError, including those that are not listed
}

// Options configure Read.
type Options struct {
	Digits       int            // decimals of the shop's currency
	Zone         *time.Location // of the dates of sales; nil: UTC
	DecimalComma bool           // prices and weights are written as 19,99
	// Progress is called with the current line from time to time. Read stops at its error and returns it. It may be nil.
	Progress func(line int) error
}
