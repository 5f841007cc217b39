package productcsv

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

// attributes parses the columns "Attribute 1 name" and so on, in the order of their numbers.
func (w *wooReader) attributes(r *reading) []attribute {
	byNumber := map[string]*attribute{}
	for i, spec := range w.specs {
		c := cell{w.scan.columns[i].Header, trimCell(r.cells[i])}
		if spec.field != wooAttribute || c.text == "" {
			continue
		}
		a := byNumber[spec.number]
		if a == nil {
			a = &attribute{}
			byNumber[spec.number] = a
		}
		switch spec.part {
		case "name":
			a.name = r.text(cell{c.column, oneLine(html.UnescapeString(c.text))}, maxName)
		case "value(s)":
			a.values = r.names(c.column, wooList(html.UnescapeString(c.text)))
		case "visible":
			a.shown = r.boolean(c)
		}
	}
	numbers := slices.SortedFunc(maps.Keys(byNumber), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	})
	var named []attribute
	for _, n := range numbers {
		if byNumber[n].name != "" {
			named = append(named, *byNumber[n])
		}
	}
	return named
}

// generatedSKU returns an SKU for a variant that has none. It is the same each time the file is read.
func generatedSKU(row, parent *wooRow, options []string) string {
	sku := row.record.Title
	switch {
	case row.id != "":
		return "WC-" + row.id
	case parent != nil:
		sku = cmp.Or(parent.sku, parent.record.Title) + "-" + strings.Join(options, "-")
	}
	if short := text.Clip(sku, models.MaxSKU); short != sku {
		return strings.TrimSpace(short)
	}
	return sku
}

// describe appends a product's visible attributes that are not options to its description.
func describe(description string, list []attribute) string {
	var lines []string
	for _, a := range list {
		if a.shown && len(a.values) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s", a.name, strings.Join(a.values, ", ")))
		}
	}
	if len(lines) == 0 {
		return description
	}
	return strings.TrimSpace(description + "\n\n" + strings.Join(lines, "\n"))
}
