package productcsv

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// attributes reads the columns "Attribute 1 name" and so on, in the order of their numbers.
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
			list[n].name = r.text(column, oneLine(html.UnescapeString(bare(text))), longestName)
		case "value(s)":
			list[n].values = r.names(column, wooList(html.UnescapeString(bare(text))))
		case "visible":
			list[n].shown = r.boolean(column, bare(text))
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

// generatedSKU names a thing that has no SKU in the file, the same whenever the file is read.
func generatedSKU(row, parent *wooRow, options []string) string {
	switch {
	case row.id != "":
		return "WC-" + row.id
	case parent != nil && parent.sku != "":
		return clipRunes(parent.sku+"-"+strings.Join(options, "-"), longestSKU)
	case parent != nil:
		return clipRunes(parent.record.Title+"-"+strings.Join(options, "-"), longestSKU)
	}
	return clipRunes(row.record.Title, longestSKU)
}

func clipRunes(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most]))
	}
	return text
}

// describe appends what a product's visible attributes say and no option does.
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
