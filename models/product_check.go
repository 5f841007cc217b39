package models

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
	ProblemSlug      ProblemCode = "slug"      // not IsSlug
	ProblemNegative  ProblemCode = "negative"  // less than nothing
	ProblemNotLess   ProblemCode = "not_less"  // a sale price that is not below the regular one
	ProblemDates     ProblemCode = "dates"     // ends before it begins
	ProblemOptions   ProblemCode = "options"   // not one value for each of the product's options
	ProblemDuplicate ProblemCode = "duplicate" // two of one product are the same
	ProblemSigns     ProblemCode = "signs"     // characters that no page or file can show, or that disguise: HasSigns
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
	c.text("title", p.Title, MaxTitle, true)
	if !IsSlug(p.Slug) {
		c.add("slug", ProblemSlug)
	}
	if p.CategoryID == "" && len(p.CategoryIDs) == 0 {
		c.add("category", ProblemRequired)
	}
	c.text("summary", p.Summary, MaxSummary, false)
	c.text("description", p.Description, MaxDescription, false)
	c.texts("tags", p.Tags, MaxTags, MaxTag)
	c.texts("options", p.OptionNames, MaxOptionNames, MaxOption)
	if len(p.Pictures) > MaxPictures {
		c.add("pictures", ProblemTooLong)
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

func (c *productCheck) text(field, text string, longest int, required bool) {
	switch {
	case required && strings.TrimSpace(text) == "":
		c.add(field, ProblemRequired)
	case utf8.RuneCountInString(text) > longest:
		c.add(field, ProblemTooLong)
	case HasSigns(text):
		c.add(field, ProblemSigns)
	}
}

// HasSigns reports control characters besides tabs and the ends of lines, which files of products are refused with, and those that turn the
// direction of text.
func HasSigns(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == unicode.MaxASCII || TurnsText(r)
	})
}

// TurnsText reports the characters that turn the direction of the text around them (embeddings, overrides and isolates of Unicode's
// bidirectional algorithm): in a name they only ever disguise. Other format characters, such as joiners, belong to real names and to emoji.
func TurnsText(r rune) bool {
	return (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
}

// texts checks a list: none empty, none too long or twice, not too many.
func (c *productCheck) texts(field string, list []string, most, longest int) {
	if len(list) > most || slices.ContainsFunc(list, func(t string) bool { return utf8.RuneCountInString(t) > longest }) {
		c.add(field, ProblemTooLong)
	}
	if slices.ContainsFunc(list, HasSigns) {
		c.add(field, ProblemSigns)
	}
	seen := map[string]bool{}
	for _, text := range list {
		if strings.TrimSpace(text) == "" {
			c.add(field, ProblemRequired)
			return
		}
		if seen[text] {
			c.add(field, ProblemDuplicate)
			return
		}
		seen[text] = true
	}
}

func (c *productCheck) checkVariant(v Variant, options int) {
	c.text("sku", v.SKU, MaxSKU, true)
	c.text("barcode", v.Barcode, MaxBarcode, false)
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
	if slices.ContainsFunc(v.Options, HasSigns) {
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
