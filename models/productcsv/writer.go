package productcsv

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// Writer writes the shop's own format: one row for each variant, with the product's columns on the first. It writes UTF-8 with a byte order
// mark, by which spreadsheets recognise the encoding.
type Writer struct {
	csv        *csv.Writer
	texts      []Text
	categories map[string]Category
}

// TextsOf adds the translations that a product has to known, the set for NewWriter.
func TextsOf(known map[Text]bool, p *models.Product) {
	add := func(owner string, texts models.Texts) {
		for lang, fields := range texts {
			for field, text := range fields {
				if t := (Text{owner, field, lang}); text != "" && ownTextPattern.MatchString(t.header()) {
					known[t] = true
				}
			}
		}
	}
	add(ownerProduct, p.Texts)
	for i := range p.Variants {
		add(ownerVariant, p.Variants[i].Texts)
	}
	for i := range p.Pictures {
		add(ownerPicture, p.Pictures[i].Texts)
	}
}

// NewWriter writes the header. texts must include all translations of the products (TextsOf). categories holds the categories by their ids
// (Paths).
func NewWriter(w io.Writer, texts map[Text]bool, categories map[string]Category) (*Writer, error) {
	sorted := slices.SortedFunc(maps.Keys(texts), func(a, b Text) int {
		return cmp.Or(strings.Compare(a.Owner, b.Owner), strings.Compare(a.Field, b.Field), strings.Compare(a.Lang, b.Lang))
	})
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, fmt.Errorf("write the file: %w", err)
	}
	out := &Writer{csv: csv.NewWriter(w), texts: sorted, categories: categories}
	var header []string
	for _, c := range ownColumns {
		header = append(header, c.name)
	}
	for _, t := range sorted {
		header = append(header, t.header())
	}
	return out, out.row(header)
}

func (w *Writer) row(cells []string) error {
	if err := w.csv.Write(cells); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return nil
}

// Paths returns the categories by their ids, with their paths.
func Paths(list []models.Category) map[string]Category {
	byID := make(map[string]models.Category, len(list))
	for _, c := range list {
		byID[c.ID] = c
	}
	paths := make(map[string]Category, len(list))
	for _, c := range list {
		var path Path
		for at, depth := c, 0; depth <= MaxDepth; depth++ {
			path = append(path, at.Name)
			parent, ok := byID[at.ParentID]
			if !ok {
				break
			}
			at = parent
		}
		slices.Reverse(path)
		paths[c.ID] = Category{Slug: c.Slug, Path: path}
	}
	return paths
}

// Write writes a product with its variants. Its categories are those in CategoryIDs.
func (w *Writer) Write(p *models.Product) error {
	if len(p.Variants) == 0 {
		return w.line(p, nil, true)
	}
	for i := range p.Variants {
		if err := w.line(p, &p.Variants[i], i == 0); err != nil {
			return err
		}
	}
	return nil
}

// Close flushes the output. It does not close the underlying writer.
func (w *Writer) Close() error {
	w.csv.Flush()
	if err := w.csv.Error(); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	return nil
}

func (w *Writer) line(p *models.Product, v *models.Variant, first bool) error {
	cells := map[string]string{ownKey: p.Slug}
	if first {
		w.product(cells, p)
	}
	if v != nil {
		variantCells(cells, v)
	}
	var out []string
	for _, c := range ownColumns {
		cell := cells[c.name]
		if c.plain != nil && v != nil {
			cell = c.plain.write(v)
		}
		out = append(out, Guard(cell))
	}
	for _, t := range w.texts {
		out = append(out, Guard(wordsOf(t, p, v, first)))
	}
	return w.row(out)
}

// wordsOf returns the cell of a translation.
func wordsOf(t Text, p *models.Product, v *models.Variant, first bool) string {
	switch {
	case t.Owner == ownerVariant && v != nil:
		return v.Texts[t.Lang][t.Field]
	case t.Owner == ownerProduct && first:
		return p.Texts[t.Lang][t.Field]
	case t.Owner == ownerPicture && first:
		words := make([]string, len(p.Pictures))
		for i := range p.Pictures {
			words[i] = p.Pictures[i].Texts[t.Lang][t.Field]
		}
		return joinTrimmed(words)
	}
	return ""
}

// joinTrimmed joins a list without the empty values at its end, which make no difference when it is read.
func joinTrimmed(words []string) string {
	for len(words) > 0 && words[len(words)-1] == "" {
		words = words[:len(words)-1]
	}
	return joinOwn(words)
}

func (w *Writer) product(cells map[string]string, p *models.Product) {
	var slugs, paths, sources, alts []string
	for _, id := range p.CategoryIDs {
		c := w.categories[id]
		slugs, paths = append(slugs, c.Slug), append(paths, joinPath(c.Path))
	}
	for _, picture := range p.Pictures {
		sources, alts = append(sources, picture.Source), append(alts, picture.Alt)
	}
	maps.Copy(cells, map[string]string{
		ownTitle: p.Title, ownSummary: p.Summary, ownDescription: p.Description, ownFeatured: flag(p.Featured), ownHidden: flag(p.Hidden),
		ownPosition: itoa(p.Position), ownCategorySlugs: joinOwn(slugs), ownCategories: joinOwn(paths), ownTags: joinOwn(p.Tags),
		ownOptions: joinOwn(p.OptionNames), ownPictures: joinOwn(sources), ownAlts: joinTrimmed(alts),
	})
}

var pathEscapes = strings.NewReplacer(`\`, `\\`, ">", `\>`)

// joinPath returns the form A > B. A backslash escapes a > within a name.
func joinPath(path Path) string {
	names := make([]string, len(path))
	for i, name := range path {
		names[i] = pathEscapes.Replace(name)
	}
	return strings.Join(names, " > ")
}

func variantCells(cells map[string]string, v *models.Variant) {
	maps.Copy(cells, map[string]string{
		ownSKU: v.SKU, ownVariantOptions: joinOwn(v.Options), ownPrice: v.Price.String(), ownSaleFrom: instantText(v.SaleFrom),
		ownSaleUntil: instantText(v.SaleUntil), ownStock: itoa(v.OnHand), ownCounted: flag(!v.Untracked), ownVariantPicture: v.Picture,
	})
	if v.SalePrice.IsPositive() {
		cells[ownSalePrice] = v.SalePrice.String()
	}
	if len(v.Options) == 0 {
		cells[ownVariantTitle] = v.Title
	}
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// instantText returns a time in UTC with milliseconds.
func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
