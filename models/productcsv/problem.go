package productcsv

import (
	"slices"
	"strings"

	"github.com/coincart/coincart/models/text"
)

// Level says what a problem means for the import.
type Level string

// The levels of problems.
const (
	LevelError   Level = "error"   // nothing is imported while it is there
	LevelSkipped Level = "skipped" // the row is left out, by rule
	LevelNote    Level = "note"    // the row is imported, but something of it is not
)

// Code names a problem of a file; i18n.Printer.ImportProblem has the words. What the shop would refuse in any form is CodeRefused with the
// invalid.Problem as its value why.
type Code string

// Problems of a file as a whole.
const (
	CodeEmpty          Code = "empty"           // there is nothing in it
	CodeNoColumns      Code = "no_columns"      // the first line has no column that is known
	CodeColumnMissing  Code = "column_missing"  // a column without which nothing can be imported
	CodeHeaderTwice    Code = "header_twice"    // two columns have the same name
	CodeTooManyColumns Code = "too_many_cols"   // more than MaxColumns
	CodeTooManyRows    Code = "too_many_rows"   // more than MaxRows; the rest was not read
	CodeTooManyFaults  Code = "too_many_faults" // more than MaxProblems; the rest is not listed
	CodeEncoding       Code = "encoding"        // UTF-16 or UTF-32
	CodeNotCSV         Code = "not_csv"         // a spreadsheet, an archive or another file that is no text
)

// Problems of a row's form.
const (
	CodeQuote    Code = "quote"         // a quotation mark that is not closed, or stands alone
	CodeCells    Code = "cells"         // more or fewer cells than columns
	CodeUTF8     Code = "utf8"          // bytes that are no UTF-8
	CodeControl  Code = "control"       // a NUL or another control character
	CodeCellLong Code = "cell_too_long" // more than MaxCell bytes
	CodeTextLong Code = "text_too_long" // more characters than the column takes
)

// Problems of a value.
const (
	CodeMissing        Code = "missing"         // a value that must be there
	CodeBool           Code = "bool"            // not 1 or 0
	CodeNumber         Code = "number"          // not a whole number
	CodeNegative       Code = "negative"        // less than 0
	CodePrice          Code = "price"           // not a decimal amount such as 1234.50
	CodePriceDigits    Code = "price_digits"    // more digits than the currency has
	CodePriceZero      Code = "price_zero"      // a price of nothing
	CodeSaleAbove      Code = "sale_above"      // the sale price is not below the regular one
	CodeDate           Code = "date"            // not a day such as 2026-11-21
	CodeDatesReversed  Code = "dates_reversed"  // the sale ends before it begins
	CodeWeight         Code = "weight"          // not a decimal number
	CodeStockParent    Code = "stock_parent"    // variations that share the stock of their product
	CodeStatus         Code = "status"          // not one of the values of Published
	CodeVisibility     Code = "visibility"      // not one of the values of Visibility in catalog
	CodeVisibilityPart Code = "visibility_part" // visible in lists or in search alone: shown in both
	CodeBackorders     Code = "backorders"      // may be sold beyond its stock: it will not be
	CodeVariationText  Code = "variation_text"  // a description of a variation: only products have one
	CodeSlug           Code = "slug"            // not a name for an address
	CodeOption         Code = "option"          // a variation without a value for an option
	CodeOptionUnknown  Code = "option_unknown"  // a value that the product does not list
	CodeOptionsTwice   Code = "options_twice"   // two variants with the same values
	CodeOptionCount    Code = "option_count"    // more or fewer values than options
	CodeCategoryDeep   Code = "category_deep"   // more than MaxDepth levels
	CodeCategoryEmpty  Code = "category_empty"  // a level without a name
	CodePictureScheme  Code = "picture_scheme"  // an address that is not https
	CodePictureAddress Code = "picture_address" // an address that is none
	CodePictureCount   Code = "picture_count"   // more than MaxPictures
	CodeAlts           Code = "alts"            // more descriptions than pictures
)

// Problems between rows.
const (
	CodeSKUTwice       Code = "sku_twice"       // a SKU that an earlier line has
	CodeIDTwice        Code = "id_twice"        // an ID that an earlier line has
	CodeParentMissing  Code = "parent_missing"  // a variation without a parent, or whose parent is not in the file
	CodeParentType     Code = "parent_type"     // a parent that is no variable product
	CodeParentCycle    Code = "parent_cycle"    // a variation that is its own ancestor
	CodeParentUnused   Code = "parent_unused"   // a parent of a row that is no variation
	CodeParentSkipped  Code = "parent_skipped"  // the parent is left out
	CodeNoVariations   Code = "no_variations"   // a variable product without any
	CodeTypeUnknown    Code = "type_unknown"    // not one of WooCommerce's types
	CodeGrouped        Code = "grouped"         // the shop has no grouped products
	CodeExternal       Code = "external"        // the shop sells nothing that is sold elsewhere
	CodeDownloadable   Code = "downloadable"    // the shop keeps no files to download
	CodeSeveralTypes   Code = "several_types"   // simple and variable at once
	CodeProductMissing Code = "product_missing" // a variant's row before any row of its product
)

// Problems between the file and the shop.
const (
	CodeSKUElsewhere   Code = "sku_elsewhere"   // the SKU belongs to another product
	CodeSlugTaken      Code = "slug_taken"      // the address belongs to another product
	CodePictureUnknown Code = "picture_unknown" // no uploaded or static picture of that name
	CodeProductSplit   Code = "product_split"   // the row's variants belong to several products
	CodeOptionsDiffer  Code = "options_differ"  // other options than the shop's product, which has variants that the file does not list
	CodeRefused        Code = "refused"         // a field that the shop does not take as it is (models.ProductProblem)
	CodePriceColumn    Code = "price_column"    // something new, and no column says what it costs
	CodeProductTwice   Code = "product_twice"   // two products of the file are the same one of the shop
)

// Bounds of a file.
const (
	MaxColumns  = 2000
	MaxRows     = 100_000
	MaxCell     = 256 << 10 // bytes
	MaxProblems = 100_000
	MaxPictures = 40 // of a product, at most models.MaxPictures
	MaxDepth    = 5  // levels of categories
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	Line   int // the file's line on which the row begins, from 1; 0: the file as a whole
	Column string
	Level  Level
	Code   Code
	Values map[string]string // for the words: value, want, line and others
	SKU    string            // of the row, where it is known
}

// shown is how much of a value a problem repeats.
const shown = 60

// excerpt returns a value in a form that can be shown: one line of at most shown characters.
func excerpt(value string) string {
	line := strings.TrimSpace(text.Clean(strings.ToValidUTF8(value, "�")))
	if short := text.Clip(line, shown); short != line {
		return strings.TrimSpace(short) + "…"
	}
	return line
}

// faults collects problems.
type faults struct {
	list  []Problem
	total int
}

// add adds a problem. pairs are the names and values of its Values.
func (f *faults) add(p Problem, pairs ...string) {
	p.SKU = excerpt(p.SKU)
	for i := 0; i+1 < len(pairs); i += 2 {
		if p.Values == nil {
			p.Values = map[string]string{}
		}
		p.Values[pairs[i]] = excerpt(pairs[i+1])
	}
	f.total++
	if f.total <= MaxProblems {
		f.list = append(f.list, p)
	}
}

// sorted returns the problems in order of their lines, each line's in the order in which they were found, and how many of them are errors.
func (f *faults) sorted() (list []Problem, errors int) {
	slices.SortStableFunc(f.list, func(a, b Problem) int { return a.Line - b.Line })
	if f.total > MaxProblems {
		f.list = append(f.list, Problem{Level: LevelError, Code: CodeTooManyFaults, Values: map[string]string{"count": itoa(f.total)}})
	}
	for _, p := range f.list {
		if p.Level == LevelError {
			errors++
		}
	}
	return f.list, errors
}
