package productcsv

import (
	"cmp"
	"html"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
)

// Read parses a file of either format. Problems of the file are in the result; the error is one of r or of Options.Progress.
func Read(r io.Reader, o Options) (*File, error) {
	o.Zone = cmp.Or(o.Zone, time.UTC)
	f := &faults{}
	s, delimiter, ok, err := newScanner(r, f)
	if err != nil {
		return nil, err
	}
	file := &File{Dialect: DialectWoo, Delimiter: delimiter}
	if ok {
		file.Dialect = dialectOf(s.columns)
		if file.Dialect == DialectCoincart {
			err = readOwn(s, file, o)
		} else {
			err = readWoo(s, file, o)
		}
		if err != nil {
			return nil, err
		}
		file.Columns, file.Rows = s.columns, min(s.rows, MaxRows)
	}
	if file.Rows == 0 && len(f.list) == 0 {
		f.add(Problem{Level: LevelError, Code: CodeEmpty})
	}
	file.Problems, file.Faults = f.sorted()
	return file, nil
}

// dialectOf recognises the shop's own format by the column that no other format has.
func dialectOf(columns []models.ImportColumn) Dialect {
	for _, c := range columns {
		if strings.EqualFold(strings.TrimSpace(c.Header), ownKey) {
			return DialectCoincart
		}
	}
	return DialectWoo
}

// wooRow is a parsed row of WooCommerce's exporter, before rows are joined to products.
type wooRow struct {
	line       int
	id         string
	kind       string // simple, variable or variation
	sku        string
	parent     string
	skipped    bool
	broken     bool // has errors
	record     Record
	variant    Variant
	attributes []attribute
	children   []*wooRow
}

// attribute is one of a row's attributes.
type attribute struct {
	name   string
	values []string
	shown  bool
}

type wooReader struct {
	scan   *scanner
	faults *faults
	opts   Options
	specs  []*wooSpec
	has    Field
	at     map[wooField]int // column of each field
	file   *File
	rows   []*wooRow
}

func readWoo(s *scanner, file *File, o Options) error {
	w := &wooReader{scan: s, faults: s.faults, opts: o, at: map[wooField]int{}, file: file}
	if !w.header() {
		return nil
	}
	if err := s.each(o.Progress, w.read); err != nil {
		return err
	}
	w.join()
	return nil
}

// header parses the header. A file must have a column of names.
func (w *wooReader) header() bool {
	seen := map[string]int{}
	known := 0
	for i := range w.scan.columns {
		c := &w.scan.columns[i]
		spec := wooColumn(c.Header)
		if spec == nil {
			spec = &wooSpec{}
		} else {
			known++
		}
		w.specs = append(w.specs, spec)
		c.Used = spec.field != wooIgnored && spec.field != wooDownload
		name := strings.ToLower(c.Header)
		if first, repeated := seen[name]; repeated && c.Used {
			w.faults.add(Problem{Line: 1, Column: c.Header, Level: LevelError, Code: CodeHeaderTwice}, "first", itoa(first), "second", itoa(i+1))
			continue
		}
		seen[name] = i + 1
		w.has |= wooFields[spec.field]
		if spec.field != wooAttribute && spec.field != wooIgnored && spec.field != wooDownload {
			w.at[spec.field] = i
		}
	}
	if known == 0 {
		w.faults.add(Problem{Line: 1, Level: LevelError, Code: CodeNoColumns})
		return false
	}
	if !w.has.Has(FieldTitle) {
		w.faults.add(Problem{Line: 1, Column: "Name", Level: LevelError, Code: CodeColumnMissing})
	}
	_, sku := w.at[wooSKU]
	if _, id := w.at[wooID]; !sku && !id {
		w.faults.add(Problem{Line: 1, Column: "SKU", Level: LevelError, Code: CodeColumnMissing})
	}
	return w.has.Has(FieldTitle)
}

// cell returns the cell of a field; it is empty if the file has no column for it.
func (w *wooReader) cell(r *reading, f wooField) cell {
	i, ok := w.at[f]
	if !ok {
		return cell{}
	}
	return cell{w.scan.columns[i].Header, trimCell(r.cells[i])}
}

func (w *wooReader) read(next row) {
	r := &reading{row: next, faults: w.faults, opts: w.opts}
	row := &wooRow{line: next.line}
	sku := w.cell(r, wooSKU)
	r.sku, row.sku = sku.text, sku.text
	r.text(sku, models.MaxSKU)
	row.id = w.cell(r, wooID).text
	if row.parent = w.cell(r, wooParent).text; row.parent == "0" {
		row.parent = ""
	}
	w.kind(r, row)
	if row.skipped {
		w.file.Skipped++
		w.rows = append(w.rows, row)
		return
	}
	w.product(r, row)
	w.variant(r, row)
	row.attributes = w.attributes(r)
	row.broken = r.errors > 0 || r.faulty
	w.rows = append(w.rows, row)
}

// columnOf returns the name of a field's column.
func (w *wooReader) columnOf(f wooField) string {
	if i, ok := w.at[f]; ok {
		return w.scan.columns[i].Header
	}
	return ""
}

// kind parses the column Type: one of simple, variable, grouped, external and variation, with or without virtual and downloadable.
func (w *wooReader) kind(r *reading, row *wooRow) {
	c := w.cell(r, wooType)
	var kinds []string
	downloadable := false
	for _, t := range wooList(strings.ToLower(c.text)) {
		switch t {
		case "virtual":
			row.variant.Virtual = true
		case "downloadable":
			downloadable = true
		case "simple", "variable", "variation", "grouped", "external":
			if !slices.Contains(kinds, t) {
				kinds = append(kinds, t)
			}
		default:
			r.bad(c.column, CodeTypeUnknown, "value", t)
		}
	}
	row.kind = "simple"
	switch {
	case len(kinds) > 1:
		r.bad(c.column, CodeSeveralTypes, "value", c.text)
	case len(kinds) == 1:
		row.kind = kinds[0]
	}
	switch {
	case row.kind == "grouped":
		row.skip(r, c.column, CodeGrouped)
	case row.kind == "external":
		row.skip(r, c.column, CodeExternal)
	case downloadable:
		row.skip(r, c.column, CodeDownloadable)
	}
}

// skip marks the row as skipped by rule and reports it.
func (row *wooRow) skip(r *reading, column string, code Code) {
	row.skipped = true
	r.fault(column, LevelSkipped, code)
}

// product parses the columns of a product, which a variation does not have.
func (w *wooReader) product(r *reading, row *wooRow) {
	p := &row.record
	p.Line, p.Has = row.line, w.has
	name := w.cell(r, wooName)
	p.Title = r.text(cell{name.column, oneLine(html.UnescapeString(name.text))}, maxName)
	if p.Label = row.sku; p.Label == "" {
		p.Label = excerpt(p.Title)
	}
	p.Position = r.whole(w.cell(r, wooPosition), true)
	description := w.cell(r, wooDescription)
	if row.kind == "variation" {
		if description.text != "" {
			r.fault(description.column, LevelNote, CodeVariationText)
		}
		return
	}
	if name.text == "" {
		r.bad(name.column, CodeMissing)
	}
	summary := w.cell(r, wooSummary)
	p.Summary = r.text(cell{summary.column, PlainText(unescapeLines(summary.text))}, models.MaxSummary)
	p.Description = PlainText(unescapeLines(description.text))
	p.Featured = r.boolean(w.cell(r, wooFeatured))
	p.Hidden = w.hidden(r)
	p.Categories = r.wooPaths(w.cell(r, wooCategories))
	tags, images := w.cell(r, wooTags), w.cell(r, wooImages)
	p.Tags = r.names(tags.column, wooList(html.UnescapeString(tags.text)))
	p.Pictures = r.pictures(images.column, wooList(images.text))
}

// names trims the names of a list and drops repeated ones.
func (r *reading) names(column string, list []string) []string {
	var names []string
	for _, name := range list {
		if name = r.text(cell{column, oneLine(name)}, models.MaxTag); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

var wooLineBreaks = strings.NewReplacer(`\\n`, `\n`, `\n`, "\n")

// unescapeLines replaces the exporter's \n with a line end and \\n with a backslash and an n.
func unescapeLines(text string) string {
	return wooLineBreaks.Replace(text)
}

// published and private are values of the column Published.
const (
	published = "1"
	private   = "0"
)

// status parses the column Published.
func (w *wooReader) status(r *reading) string {
	c := w.cell(r, wooPublished)
	switch strings.ToLower(c.text) {
	case "", "1", "true":
		return published
	case "-1", "2", "false":
		return "-1"
	case "0":
		return private
	}
	r.bad(c.column, CodeStatus, "value", c.text)
	return published
}

// hidden parses Published (1 published, 0 private, -1 draft, 2 waiting for review) and Visibility in catalog. The shop shows a product
// either everywhere or nowhere.
func (w *wooReader) hidden(r *reading) bool {
	hidden := w.status(r) != published
	c := w.cell(r, wooVisibility)
	switch strings.ToLower(c.text) {
	case "", "visible":
	case "hidden":
		hidden = true
	case "catalog", "search":
		r.fault(c.column, LevelNote, CodeVisibilityPart, "value", c.text)
	default:
		r.bad(c.column, CodeVisibility, "value", c.text)
	}
	return hidden
}
