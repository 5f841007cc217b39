package models

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/coincart/coincart/models/text"
)

// The limits of a product's texts, in characters, and of its parts.
const (
	MaxTitle       = 200
	MaxSummary     = 1000
	MaxDescription = 100_000
	MaxSKU         = 100
	MaxBarcode     = 64
	MaxTag         = 100
	MaxOptionNames = 5
	MaxOption      = 100
	MaxVariants    = 200
	MaxPictures    = 50
	MaxTags        = 50
)

// MaxNumber is the most that a price or a weight (kg) can be: so low that the total of a full basket can always be stored.
const MaxNumber = 1_000_000_000_000

func tooLarge(a Amount) bool { return a.Cmp(AmountFromInt(MaxNumber)) > 0 }

// ProblemCode says what is wrong with a field; the words for people are elsewhere.
type ProblemCode string

// The codes of ProductProblem.
const (
	ProblemRequired  ProblemCode = "required"  // must not be empty
	ProblemTooLong   ProblemCode = "too_long"  // or too many
	ProblemSlug      ProblemCode = "slug"      // not text.IsSlug
	ProblemNegative  ProblemCode = "negative"  // less than nothing
	ProblemNotLess   ProblemCode = "not_less"  // a sale price that is not below the regular one
	ProblemDates     ProblemCode = "dates"     // ends before it begins
	ProblemOptions   ProblemCode = "options"   // not one value for each of the product's options
	ProblemDuplicate ProblemCode = "duplicate" // two of one product are the same
	ProblemSigns     ProblemCode = "signs"     // what no visible text has: package text
	ProblemTooLarge  ProblemCode = "too_large" // a price or a weight above MaxNumber
)

// ProductProblem is one thing that keeps a product from being stored.
type ProductProblem struct {
	Field   string // title, slug, category, summary, description, tags, options, pictures, variants; of a variant sku, price, sale_price, sale_until, options, weight, low_stock, barcode
	Variant int    // its place; -1: the product's own field
	Code    ProblemCode
}

// Problems lists all that keeps the product from being stored, as far as it can be known without the others: in the order of the fields,
// then of the variants. None: it can be.
func (p Product) Problems() []ProductProblem {
	c := productCheck{variant: -1}
	c.line("title", p.Title, MaxTitle, true)
	if !text.IsSlug(p.Slug) {
		c.add("slug", ProblemSlug)
	}
	if p.CategoryID == "" && len(p.CategoryIDs) == 0 {
		c.add("category", ProblemRequired)
	}
	c.lines("summary", p.Summary, MaxSummary)
	c.lines("description", p.Description, MaxDescription)
	c.texts("tags", p.Tags, MaxTags, MaxTag)
	c.texts("options", p.OptionNames, MaxOptionNames, MaxOption)
	c.translations(p.Texts, "options", "title", "summary", "description")
	if len(p.Pictures) > MaxPictures {
		c.add("pictures", ProblemTooLong)
	}
	for _, picture := range p.Pictures {
		if !text.Lines(picture.Alt) {
			c.add("pictures", ProblemSigns)
		}
		c.translations(picture.Texts, "pictures")
	}
	switch {
	case len(p.Variants) == 0:
		c.add("variants", ProblemRequired)
	case len(p.Variants) > MaxVariants:
		c.add("variants", ProblemTooLong)
	}
	skus, options := map[string]bool{}, map[string]bool{}
	for i, v := range p.Variants {
		c.variant = i
		c.checkVariant(v, len(p.OptionNames))
		if v.SKU != "" && skus[v.SKU] {
			c.add("sku", ProblemDuplicate)
		}
		skus[v.SKU] = true
		if v.Retired || len(p.OptionNames) == 0 {
			continue
		}
		chosen := strings.Join(v.Options, "\x00")
		if options[chosen] {
			c.add("options", ProblemDuplicate)
		}
		options[chosen] = true
	}
	return c.found
}

type productCheck struct {
	found   []ProductProblem
	variant int
}

func (c *productCheck) add(field string, code ProblemCode) {
	c.found = append(c.found, ProductProblem{Field: field, Variant: c.variant, Code: code})
}

func (c *productCheck) line(field, value string, longest int, required bool) {
	switch {
	case required && text.Blank(value):
		c.add(field, ProblemRequired)
	case utf8.RuneCountInString(value) > longest:
		c.add(field, ProblemTooLong)
	case !text.Line(value):
		c.add(field, ProblemSigns)
	}
}

func (c *productCheck) lines(field, value string, longest int) {
	switch {
	case utf8.RuneCountInString(value) > longest:
		c.add(field, ProblemTooLong)
	case !text.Lines(value):
		c.add(field, ProblemSigns)
	}
}

// translations checks what a translation may contain; the store checks its length. Each problem is that of the field it translates, or of
// rest where that is no field of its own.
func (c *productCheck) translations(texts Texts, rest string, fields ...string) {
	for _, lang := range slices.Sorted(maps.Keys(texts)) {
		for _, field := range slices.Sorted(maps.Keys(texts[lang])) {
			if text.Lines(texts[lang][field]) {
				continue
			}
			if !slices.Contains(fields, field) {
				field = rest
			}
			c.add(field, ProblemSigns)
		}
	}
}

func notLine(value string) bool { return !text.Line(value) }

// texts checks a list: none empty, none too long or twice, not too many.
func (c *productCheck) texts(field string, list []string, most, longest int) {
	if len(list) > most || slices.ContainsFunc(list, func(t string) bool { return utf8.RuneCountInString(t) > longest }) {
		c.add(field, ProblemTooLong)
	}
	if slices.ContainsFunc(list, notLine) {
		c.add(field, ProblemSigns)
	}
	seen := map[string]bool{}
	for _, value := range list {
		if text.Blank(value) {
			c.add(field, ProblemRequired)
			return
		}
		if seen[value] {
			c.add(field, ProblemDuplicate)
			return
		}
		seen[value] = true
	}
}

func (c *productCheck) checkVariant(v Variant, options int) {
	c.line("sku", v.SKU, MaxSKU, true)
	c.line("barcode", v.Barcode, MaxBarcode, false)
	if !text.Line(v.Title) {
		c.add("title", ProblemSigns)
	}
	c.translations(v.Texts, "options", "title")
	switch {
	case v.Price.IsNegative():
		c.add("price", ProblemNegative)
	case tooLarge(v.Price):
		c.add("price", ProblemTooLarge)
	}
	switch {
	case v.SalePrice.IsNegative():
		c.add("sale_price", ProblemNegative)
	case v.SalePrice.IsPositive() && v.SalePrice.Cmp(v.Price) >= 0:
		c.add("sale_price", ProblemNotLess)
	}
	if !v.SaleUntil.IsZero() && !v.SaleUntil.After(v.SaleFrom) {
		c.add("sale_until", ProblemDates)
	}
	// A retired variant may come from a time when the product had other options.
	if !v.Retired && (len(v.Options) != options || slices.Contains(v.Options, "")) {
		c.add("options", ProblemOptions)
	}
	if utf8.RuneCountInString(strings.Join(v.Options, titleSeparator)) > MaxTitle ||
		slices.ContainsFunc(v.Options, func(o string) bool { return utf8.RuneCountInString(o) > MaxOption }) {
		c.add("options", ProblemTooLong)
	}
	if slices.ContainsFunc(v.Options, notLine) {
		c.add("options", ProblemSigns)
	}
	switch {
	case v.Weight.IsNegative():
		c.add("weight", ProblemNegative)
	case tooLarge(v.Weight):
		c.add("weight", ProblemTooLarge)
	}
	if v.LowStock < 0 {
		c.add("low_stock", ProblemNegative)
	}
}

// titleSeparator stands between the options in a variant's title.
const titleSeparator = " / "

// Titled gives every variant the title that its options make, where the product has options.
func (p Product) Titled() []Variant {
	list := slices.Clone(p.Variants)
	if len(p.OptionNames) == 0 {
		return list
	}
	for i := range list {
		if len(list[i].Options) > 0 {
			list[i].Title = strings.Join(list[i].Options, titleSeparator)
		}
	}
	return list
}
