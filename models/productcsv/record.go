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

// Path is a category by the names of its levels, from the top.
type Path []string

// Category is where a product belongs: in our own format by its slug too.
type Category struct {
	Slug string // "": by its path alone
	Path Path
}

// Picture is a picture as a file names it: an https address, a name such as media/…, or a static file's.
type Picture struct {
	Source  string
	Alt     string
	Texts   models.Texts // "alt"
	Variant string       // the id of the variant that it shows; "": the product
}

// Remote reports that the picture has to be fetched.
func (p Picture) Remote() bool { return isAddress(p.Source) }

// Record is one product of a file with its variants.
type Record struct {
	Line  int
	Label string // how to name it: its SKU, else its name
	Has   Field  // what the file says of the product and its variants
	Texts []Text // the translations that the file has columns for

	Slug        string // own format: what identifies it
	Title       string
	Summary     string
	Description string
	Featured    bool
	Hidden      bool
	Position    int
	Categories  []Category // the first is the primary one
	Tags        []string
	OptionNames []string
	Pictures    []Picture
	Words       models.Texts // translations of the product

	Variants []Variant
}

// Text is a translation that a file has a column for.
type Text struct {
	Owner string // product, variant or picture
	Field string
	Lang  string
}

// Variant is one variant of a Record. Of the embedded variant it has what the file says: SKU, title (where the product has no options),
// options, prices, picture, whether it is counted, and the plain columns.
type Variant struct {
	models.Variant

	Line  int
	Stock int
	Words models.Texts // translations
	Has   Field        // of this row: a WooCommerce variation may have less than its product
}

// Column is a column of a file.
type Column struct {
	Header string
	Used   bool
	Filled int // cells that are not empty
}

// File is what Read found.
type File struct {
	Dialect   Dialect
	Delimiter rune
	Columns   []Column
	Rows      int // below the header, empty ones not counted
	Skipped   int // rows that are left out by rule
	Records   []Record
	Problems  []Problem
	Faults    int // problems of LevelError, those that are not listed too
}

// Options say how a file is to be read.
type Options struct {
	Digits       int            // fraction digits of the shop's currency
	Zone         *time.Location // of the days of sales; nil: UTC
	DecimalComma bool           // prices and weights are written 19,99
	// Progress is told the line that was read, now and then; its error ends the reading and is returned. It may be nil.
	Progress func(line int) error
}

func (o Options) zone() *time.Location {
	if o.Zone == nil {
		return time.UTC
	}
	return o.Zone
}
