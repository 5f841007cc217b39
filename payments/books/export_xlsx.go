package books

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Limits of an Excel sheet: rows, and UTF-16 code units in a cell.
const (
	sheetRows = 1 << 20
	sheetText = 32767
)

// The parts of a workbook (ECMA-376, part 1, §12, and part 2). It has no styles and no shared strings, only sheets of texts.
const (
	sheetSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relSpace   = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packRels   = "http://schemas.openxmlformats.org/package/2006/relationships"
	packTypes  = "http://schemas.openxmlformats.org/package/2006/content-types"
	sheetType  = "application/vnd.openxmlformats-officedocument.spreadsheetml."

	rootRels = xml.Header + `<Relationships xmlns="` + packRels + `"><Relationship Id="rId1" Type="` + relSpace +
		`/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	sheetHead = xml.Header + `<worksheet xmlns="` + sheetSpace + `"><sheetData>`
	sheetTail = `</sheetData></worksheet>`
)

// xlsxTable writes a workbook row by row into its zip archive, in constant memory. Excelize, which the tests read it with, would put the
// sheets into a temporary file (1.6 kB for an order) and the whole archive into memory, and take longer. Every cell is a text: a
// spreadsheet's numbers are floats, which would lose digits, and a text is never evaluated as a formula.
type xlsxTable struct {
	archive *zip.Writer
	sheet   *bufio.Writer
	header  []cell
	sheets  int
	n       int // number of rows on this sheet
	maxRows int // maximum number of rows on a sheet
	text    []byte
}

func newXLSX(w io.Writer, maxRows int) (*xlsxTable, error) {
	t := &xlsxTable{archive: zip.NewWriter(w), maxRows: maxRows}
	if err := t.part("_rels/.rels", rootRels); err != nil {
		return nil, err
	}
	return t, t.nextSheet()
}

// part writes one file of the archive.
func (t *xlsxTable) part(name, text string) error {
	w, err := t.archive.Create(name)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (t *xlsxTable) nextSheet() error {
	if err := t.endSheet(); err != nil {
		return err
	}
	t.sheets++
	t.n = 0
	w, err := t.archive.Create(sheetPath(t.sheets))
	if err != nil {
		return fmt.Errorf("make a sheet: %w", err)
	}
	t.sheet = bufio.NewWriterSize(w, 64<<10)
	if _, err := t.sheet.WriteString(sheetHead); err != nil {
		return fmt.Errorf("write the sheet: %w", err)
	}
	return nil
}

func sheetPath(n int) string { return "xl/worksheets/sheet" + strconv.Itoa(n) + ".xml" }

func (t *xlsxTable) endSheet() error {
	if t.sheet == nil {
		return nil
	}
	_, err := t.sheet.WriteString(sheetTail)
	if err == nil {
		err = t.sheet.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the sheet: %w", err)
	}
	return nil
}

func (t *xlsxTable) row(cells []cell) error {
	if t.header == nil {
		t.header = slices.Clone(cells)
	}
	if t.n == t.maxRows {
		if err := t.nextSheet(); err != nil {
			return err
		}
		if err := t.put(t.header); err != nil {
			return err
		}
	}
	return t.put(cells)
}

// put writes a row. Its error, like all errors of the buffered writer, is returned by Flush.
func (t *xlsxTable) put(cells []cell) error {
	t.n++
	number := strconv.Itoa(t.n)
	for _, part := range []string{`<row r="`, number, `">`} {
		_, _ = t.sheet.WriteString(part)
	}
	for i, c := range cells {
		for _, part := range []string{`<c r="`, columnName(i), number, `" t="inlineStr"><is><t xml:space="preserve">`} {
			_, _ = t.sheet.WriteString(part)
		}
		t.text = append(t.text[:0], sheetTextOf(c.text)...)
		if err := xml.EscapeText(t.sheet, t.text); err != nil {
			return fmt.Errorf("write a cell: %w", err)
		}
		_, _ = t.sheet.WriteString(`</t></is></c>`)
	}
	if _, err := t.sheet.WriteString(`</row>`); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return nil
}

// columnName returns A for 0, Z for 25, AA for 26.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// escaped reports whether text begins with an escape that spreadsheets use for characters that XML lacks, such as _x000D_ (ECMA-376, part
// 1, §22.9.2.19).
func escaped(text string) bool {
	const like = "_x0000_"
	if len(text) < len(like) || text[0] != '_' || text[1] != 'x' || text[6] != '_' {
		return false
	}
	return strings.Trim(text[2:6], "0123456789abcdefABCDEF") == ""
}

// sheetTextOf returns text as a cell can hold it. It truncates a text that is too long, because no spreadsheet would open the file, and
// escapes what looks like an escape.
func sheetTextOf(text string) string {
	if len(text) > sheetText {
		units := 0
		for i, r := range text {
			if units += utf16.RuneLen(r); units > sheetText {
				text = text[:i]
				break
			}
		}
	}
	if !strings.Contains(text, "_x") {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		if escaped(text[i:]) {
			b.WriteString("_x005F")
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func (t *xlsxTable) close() error {
	if err := t.endSheet(); err != nil {
		return err
	}
	var sheets, rels, types strings.Builder
	for n := range t.sheets {
		fmt.Fprintf(&sheets, `<sheet name="Sheet%[1]d" sheetId="%[1]d" r:id="rId%[1]d"/>`, n+1)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n+1, relSpace, n+1)
		fmt.Fprintf(&types, `<Override PartName="/%s" ContentType="%sworksheet+xml"/>`, sheetPath(n+1), sheetType)
	}
	for _, part := range []struct{ name, text string }{
		{"xl/workbook.xml", `<workbook xmlns="` + sheetSpace + `" xmlns:r="` + relSpace + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packRels + `">` + rels.String() + `</Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="` + packTypes + `">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + sheetType + `sheet.main+xml"/>` + types.String() + `</Types>`},
	} {
		if err := t.part(part.name, xml.Header+part.text); err != nil {
			return err
		}
	}
	if err := t.archive.Close(); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	return nil
}
