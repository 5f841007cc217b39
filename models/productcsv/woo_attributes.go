package productcsv

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// attributes parses the columns "Attribute 1 name" and so on, in the order of their numbers.
func (w *wooReader) attributes(r *reading) []attribute {
	type entry struct {
		number string
		attribute
	}
	var list []entry
	place := map[string]int{}
	for i, spec := range w.specs {
		text := strings.TrimSpace(r.cells[i])
		if spec.field != wooAttribute || text == "" {
			continue
		}
		n, ok := place[spec.number]
		if !ok {
			n = len(list)
			place[spec.number] = n
			list = append(list, entry{number: spec.number})
		}
		column := w.scan.columns[i].Header
		switch spec.part {
		case "name":
			list[n].name = r.text(column, oneLine(html.UnescapeString(trimCell(text))), maxName)
		case "value(s)":
			list[n].values = r.names(column, wooList(html.UnescapeString(trimCell(text))))
		case "visible":
			list[n].shown = r.boolean(column, trimCell(text))
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		if len(a.number) != len(b.number) {
			return len(a.number) - len(b.number)
		}
		return strings.Compare(a.number, b.number)
	})
	var found []attribute
	for _, e := range list {
		if e.name != "" {
			found = append(found, e.attribute)
		}
	}
	return found
}

// generatedSKU returns an SKU for a variant that has none. It is the same each time the file is read.
func generatedSKU(row, parent *wooRow, options []string) string {
	switch {
	case row.id != "":
		return "WC-" + row.id
	case parent != nil && parent.sku != "":
		return clipRunes(parent.sku+"-"+strings.Join(options, "-"), maxSKU)
	case parent != nil:
		return clipRunes(parent.record.Title+"-"+strings.Join(options, "-"), maxSKU)
	}
	return clipRunes(row.record.Title, maxSKU)
}

func clipRunes(text string, maxRunes int) string {
	if runes := []rune(text); len(runes) > maxRunes {
		return strings.TrimSpace(string(runes[:maxRunes]))
	}
	return text
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
