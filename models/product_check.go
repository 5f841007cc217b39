package models

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/coincart/coincart/models/invalid"
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

// MaxNumber is the maximum of a price or a weight (kg). It is low enough that the total of a full basket can always be stored.
const MaxNumber = 1_000_000_000_000

// ProductProblem is a reason why a product cannot be stored.
type ProductProblem struct {
	Field   string // title, slug, category, summary, description, tags, options, pictures, variants; of a variant sku, price, sale_price, sale_until, options, weight, low_stock, barcode, origin
	Variant int    // its place; -1: the product's own field
	Problem invalid.Problem
}

// Problems returns everything that keeps the product from being stored, as far as it is known without other products: in the order of the fields,
// then of the variants.
func (p Product) Problems() []ProductProblem {
	c := productCheck{variant: -1}
	c.add("title", checkLine(p.Title, MaxTitle, true))
	if !text.IsSlug(p.Slug) {
		c.add("slug", invalid.Slug)
	}
	if p.CategoryID == "" && len(p.CategoryIDs) == 0 {
		c.add("category", invalid.Missing)
	}
	c.add("summary", checkLines(p.Summary, MaxSummary))
	c.add("description", checkLines(p.Description, MaxDescription))
	c.texts("tags", p.Tags, MaxTags, MaxTag)
	c.texts("options", p.OptionNames, MaxOptionNames, MaxOption)
	c.translations(p.Texts, "options", "title", "summary", "description")
	if len(p.Pictures) > MaxPictures {
		c.add("pictures", invalid.Pictures)
	}
	for _, picture := range p.Pictures {
		if !text.Lines(picture.Alt) {
			c.add("pictures", invalid.Characters)
		}
		c.translations(picture.Texts, "pictures")
	}
	if len(p.Variants) == 0 || len(p.Variants) > MaxVariants {
		c.add("variants", invalid.Variants)
	}
	skus, options := map[string]bool{}, map[string]bool{}
	for i, v := range p.Variants {
		c.variant = i
		c.checkVariant(v, len(p.OptionNames))
		if v.SKU != "" && skus[v.SKU] {
			c.add("sku", invalid.Twice)
		}
		skus[v.SKU] = true
		if v.Retired || len(p.OptionNames) == 0 {
			continue
		}
		chosen := strings.Join(v.Options, "\x00")
		if options[chosen] {
			c.add("options", invalid.Twice)
		}
		options[chosen] = true
	}
	return c.found
}

type productCheck struct {
	found   []ProductProblem
	variant int
}

// add notes a problem, if there is one.
func (c *productCheck) add(field string, problem invalid.Problem) {
	if problem != "" {
		c.found = append(c.found, ProductProblem{Field: field, Variant: c.variant, Problem: problem})
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
			c.add(field, invalid.Characters)
		}
	}
}

func notLine(value string) bool { return !text.Line(value) }

// texts checks a list of texts: at most maxCount, each at most maxRunes long, not empty, and only once.
func (c *productCheck) texts(field string, list []string, maxCount, maxRunes int) {
	if len(list) > maxCount || slices.ContainsFunc(list, func(t string) bool { return utf8.RuneCountInString(t) > maxRunes }) {
		c.add(field, invalid.TooLong)
	}
	if slices.ContainsFunc(list, notLine) {
		c.add(field, invalid.Characters)
	}
	seen := map[string]bool{}
	for _, value := range list {
		if text.Blank(value) {
			c.add(field, invalid.Missing)
			return
		}
		if seen[value] {
			c.add(field, invalid.Twice)
			return
		}
		seen[value] = true
	}
}

func (c *productCheck) checkVariant(v Variant, options int) {
	c.add("sku", checkLine(v.SKU, MaxSKU, true))
	c.add("barcode", checkLine(v.Barcode, MaxBarcode, false))
	if v.Origin != "" && !IsCountry(v.Origin) {
		c.add("origin", invalid.Country)
	}
	if !text.Line(v.Title) {
		c.add("title", invalid.Characters)
	}
	c.translations(v.Texts, "options", "title")
	c.add("price", checkMoney(v.Price, MaxFractionDigits))
	switch {
	case v.SalePrice.IsNegative():
		c.add("sale_price", invalid.Negative)
	case v.SalePrice.IsPositive() && v.SalePrice.Cmp(v.Price) >= 0:
		c.add("sale_price", invalid.NotLess)
	}
	if !v.SaleUntil.IsZero() && !v.SaleUntil.After(v.SaleFrom) {
		c.add("sale_until", invalid.Ends)
	}
	// A retired variant may come from a time when the product had other options.
	if !v.Retired && (len(v.Options) != options || slices.Contains(v.Options, "")) {
		c.add("options", invalid.Options)
	}
	if utf8.RuneCountInString(strings.Join(v.Options, titleSeparator)) > MaxTitle ||
		slices.ContainsFunc(v.Options, func(o string) bool { return utf8.RuneCountInString(o) > MaxOption }) {
		c.add("options", invalid.TooLong)
	}
	if slices.ContainsFunc(v.Options, notLine) {
		c.add("options", invalid.Characters)
	}
	c.add("weight", checkMoney(v.Weight, MaxFractionDigits))
	if v.LowStock < 0 {
		c.add("low_stock", invalid.Negative)
	}
}

// titleSeparator separates the options in a variant's title.
const titleSeparator = " / "

// Titled returns the variants, each with the title that its options make if the product has options.
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
