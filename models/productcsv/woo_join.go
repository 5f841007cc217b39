package productcsv

import (
	"slices"
	"strings"
)

// join makes products from rows. A variation may come before its parent.
func (w *wooReader) join() {
	bySKU, byID := w.index()
	for _, row := range w.rows {
		if row.kind == "variation" && !row.skipped {
			w.adopt(row, bySKU, byID)
		} else if row.parent != "" && !row.skipped {
			w.fault(row, w.columnOf(wooParent), LevelNote, CodeParentUnused, "value", row.parent)
		}
	}
	w.uniqueSKUs()
	for _, row := range w.rows {
		if row.skipped || row.kind == "variation" {
			continue
		}
		if row.kind == "variable" {
			w.variable(row)
		} else {
			w.simple(row)
		}
	}
}

func (w *wooReader) fault(row *wooRow, column string, level Level, code Code, pairs ...string) {
	w.faults.add(Problem{Line: row.line, Column: column, Level: level, Code: code, SKU: row.sku}, pairs...)
	row.broken = row.broken || level == LevelError
}

// index returns the rows by SKU and by ID. Of several with the same key it contains the first.
func (w *wooReader) index() (bySKU, byID map[string]*wooRow) {
	bySKU, byID = map[string]*wooRow{}, map[string]*wooRow{}
	for _, row := range w.rows {
		if first, repeated := bySKU[row.sku]; repeated && row.sku != "" && !row.skipped && !first.skipped {
			w.fault(row, w.columnOf(wooSKU), LevelError, CodeSKUTwice, "value", row.sku, "line", itoa(first.line))
		} else if row.sku != "" && (!repeated || first.skipped) {
			bySKU[row.sku] = row
		}
		if row.id == "" {
			continue
		}
		if strings.Trim(row.id, "0123456789") != "" {
			w.fault(row, w.columnOf(wooID), LevelError, CodeNumber, "value", row.id)
		} else if first, repeated := byID[row.id]; repeated {
			w.fault(row, w.columnOf(wooID), LevelError, CodeIDTwice, "value", row.id, "line", itoa(first.line))
		} else {
			byID[row.id] = row
		}
	}
	return bySKU, byID
}

// adopt adds a variation to its parent, which it names as id:NN or by SKU.
func (w *wooReader) adopt(row *wooRow, bySKU, byID map[string]*wooRow) {
	column := w.columnOf(wooParent)
	find := func(child *wooRow) *wooRow {
		if id, ok := strings.CutPrefix(child.parent, "id:"); ok {
			return byID[strings.TrimSpace(id)]
		}
		return bySKU[child.parent]
	}
	if row.parent == "" {
		w.fault(row, column, LevelError, CodeParentMissing)
		return
	}
	parent := find(row)
	switch {
	case parent == nil:
		w.fault(row, column, LevelError, CodeParentMissing, "value", row.parent)
	case w.cyclic(row, find):
		w.fault(row, column, LevelError, CodeParentCycle, "value", row.parent)
	case parent.skipped:
		row.skipped = true
		w.file.Skipped++
		w.fault(row, column, LevelSkipped, CodeParentSkipped, "value", row.parent, "line", itoa(parent.line))
	case parent.kind != "variable":
		w.fault(row, column, LevelError, CodeParentType, "value", row.parent, "line", itoa(parent.line))
	default:
		parent.children = append(parent.children, row)
	}
}

// cyclic reports whether following a row's parents leads back to a row on the way.
func (w *wooReader) cyclic(row *wooRow, find func(*wooRow) *wooRow) bool {
	seen := map[*wooRow]bool{}
	for at := row; at != nil && at.kind == "variation" && at.parent != ""; at = find(at) {
		if seen[at] {
			return at == row
		}
		seen[at] = true
	}
	return false
}

// uniqueSKUs generates missing SKUs and reports repeated ones.
func (w *wooReader) uniqueSKUs() {
	taken := map[string]*wooRow{}
	for _, row := range w.rows {
		if row.sku != "" && !row.skipped && row.kind != "variable" && taken[row.sku] == nil {
			taken[row.sku] = row
		}
	}
	name := func(row, parent *wooRow) {
		if row.sku != "" || row.skipped {
			return
		}
		var options []string
		for _, a := range row.attributes {
			options = append(options, a.values...)
		}
		sku := generatedSKU(row, parent, options)
		if first := taken[sku]; first != nil {
			w.fault(row, w.columnOf(wooSKU), LevelError, CodeSKUTwice, "value", sku, "line", itoa(first.line))
			return
		}
		taken[sku], row.variant.SKU = row, sku
	}
	for _, row := range w.rows {
		if row.kind == "simple" {
			name(row, nil)
		}
		for _, child := range row.children {
			name(child, row)
		}
	}
}

func (w *wooReader) simple(row *wooRow) {
	p := row.record
	if p.Has.Has(FieldDescription) {
		p.Description = describe(p.Description, row.attributes)
	}
	p.Variants = []Variant{row.variant}
	if !row.broken {
		w.file.Records = append(w.file.Records, p)
	}
}

// variable makes a product from a row and its variations. Its options are the parent's attributes for which variations have values, in the
// parent's order.
func (w *wooReader) variable(row *wooRow) {
	p := row.record
	if len(row.children) == 0 {
		if !row.broken {
			w.file.Skipped++
			w.fault(row, w.columnOf(wooType), LevelSkipped, CodeNoVariations)
		}
		return
	}
	options, rest := w.optionsOf(row)
	for _, a := range options {
		p.OptionNames = append(p.OptionNames, a.name)
	}
	if p.Has.Has(FieldDescription) {
		p.Description = describe(p.Description, rest)
	}
	slices.SortStableFunc(row.children, func(a, b *wooRow) int {
		if a.record.Position != b.record.Position {
			return a.record.Position - b.record.Position
		}
		return a.line - b.line
	})
	broken := row.broken
	seen := map[string]*wooRow{}
	for _, child := range row.children {
		child.variant.Options = w.values(child, options)
		if child.variant.Weight.IsZero() { // the product's weight is the default
			child.variant.Weight = row.variant.Weight
		}
		key := strings.ToLower(strings.Join(child.variant.Options, "\x00"))
		if first := seen[key]; first != nil && !child.broken && !slices.Contains(child.variant.Options, "") {
			w.fault(child, "", LevelError, CodeOptionsTwice, "value", strings.Join(child.variant.Options, " / "), "line", itoa(first.line))
		}
		seen[key] = child
		broken = broken || child.broken
		p.Variants = append(p.Variants, child.variant)
	}
	if !broken {
		w.file.Records = append(w.file.Records, p)
	}
}

// optionsOf divides a product's attributes into options, which distinguish its variations, and the others.
func (w *wooReader) optionsOf(row *wooRow) (options, rest []attribute) {
	used := map[string]bool{}
	for _, child := range row.children {
		for _, a := range child.attributes {
			used[strings.ToLower(a.name)] = true
		}
	}
	for _, a := range row.attributes {
		if used[strings.ToLower(a.name)] {
			options = append(options, a)
			delete(used, strings.ToLower(a.name))
		} else {
			rest = append(rest, a)
		}
	}
	// Attributes that the parent does not list follow, in order of their lines.
	for _, child := range row.children {
		for _, a := range child.attributes {
			if used[strings.ToLower(a.name)] {
				options = append(options, attribute{name: a.name})
				delete(used, strings.ToLower(a.name))
			}
		}
	}
	return options, rest
}

// values returns a variation's values of the options: exactly one of each.
func (w *wooReader) values(child *wooRow, options []attribute) []string {
	values := make([]string, len(options))
	for i, o := range options {
		at := slices.IndexFunc(child.attributes, func(a attribute) bool { return strings.EqualFold(a.name, o.name) })
		if at < 0 || len(child.attributes[at].values) == 0 {
			w.fault(child, o.name, LevelError, CodeOption, "value", o.name)
			continue
		}
		// A variation's row does not escape commas in values.
		values[i] = strings.Join(child.attributes[at].values, ", ")
		if len(o.values) == 0 {
			continue
		}
		known := slices.IndexFunc(o.values, func(v string) bool { return strings.EqualFold(v, values[i]) })
		if known < 0 {
			w.fault(child, o.name, LevelError, CodeOptionUnknown, "value", values[i], "want", strings.Join(o.values, ", "))
			continue
		}
		values[i] = o.values[known]
	}
	if len(options) == 0 && len(child.variant.Options) == 0 {
		w.fault(child, "", LevelError, CodeOption)
	}
	return values
}
