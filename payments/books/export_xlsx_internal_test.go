package books

import (
	"bytes"
	"io"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// workbook writes rows and reads them back with a library for the format.
func workbook(t *testing.T, maxRows int, rows ...[]cell) *excelize.File {
	t.Helper()
	var file bytes.Buffer
	x, err := newXLSX(&file, maxRows)
	require.NoError(t, err)
	for _, row := range rows {
		require.NoError(t, x.row(row))
	}
	require.NoError(t, x.close())
	book, err := excelize.OpenReader(&file)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	return book
}

func TestXLSX_TextsComeBackAsTheyWere(t *testing.T) {
	texts := []string{
		"plain", "=1+1", "<a href=\"x\">&amp;</a>", "  spaces around  ", "陶杯 🏺", "two\nlines\tand a tab", "_x000D_", "_x000D_x000D_", "a_x00",
		"0.000000000000000001", "00123", "-5", "",
	}
	var row []cell
	for _, text := range texts {
		row = append(row, plain(text))
	}
	book := workbook(t, sheetRows, row)
	for i, text := range texts {
		at, err := excelize.CoordinatesToCellName(i+1, 1)
		require.NoError(t, err)
		got, err := book.GetCellValue("Sheet1", at)
		require.NoError(t, err)
		assert.Equal(t, text, got)
		kind, err := book.GetCellType("Sheet1", at)
		require.NoError(t, err)
		assert.Equal(t, excelize.CellTypeInlineString, kind, "%q is a text and nothing else", text)
		formula, err := book.GetCellFormula("Sheet1", at)
		require.NoError(t, err)
		assert.Empty(t, formula)
	}
}

func TestXLSX_WhatACellCannotHold(t *testing.T) {
	long := strings.Repeat("🏺", sheetText)
	book := workbook(t, sheetRows, []cell{plain(long), plain("a\x00b"), plain(strings.Repeat("é", sheetText))})
	rows, err := book.GetRows("Sheet1")
	require.NoError(t, err)
	assert.Equal(t, long[:sheetText/2*len("🏺")], rows[0][0], "cut between characters")
	assert.Equal(t, "a\uFFFDb", rows[0][1])
	assert.Len(t, []rune(rows[0][2]), sheetText)
}

func TestXLSX_GoesOnOnAnotherSheetUnderTheSameHeader(t *testing.T) {
	rows := [][]cell{{exact("n")}}
	for n := range 7 {
		rows = append(rows, []cell{exact(strconv.Itoa(n))})
	}
	book := workbook(t, 4, rows...)
	assert.Equal(t, []string{"Sheet1", "Sheet2", "Sheet3"}, book.GetSheetList())
	for sheet, want := range map[string][][]string{
		"Sheet1": {{"n"}, {"0"}, {"1"}, {"2"}}, "Sheet2": {{"n"}, {"3"}, {"4"}, {"5"}}, "Sheet3": {{"n"}, {"6"}},
	} {
		got, err := book.GetRows(sheet)
		require.NoError(t, err)
		assert.Equal(t, want, got, sheet)
	}
}

func TestXLSX_WithoutRowsIsABook(t *testing.T) {
	rows, err := workbook(t, sheetRows).GetRows("Sheet1")
	require.NoError(t, err)
	assert.Empty(t, rows)
}

func TestXLSX_NamesOfColumns(t *testing.T) {
	for i := range 1000 {
		want, err := excelize.ColumnNumberToName(i + 1)
		require.NoError(t, err)
		assert.Equal(t, want, columnName(i))
	}
}

func TestXLSX_MemoryDoesNotGrowWithTheRows(t *testing.T) {
	x, err := newXLSX(io.Discard, sheetRows)
	require.NoError(t, err)
	row := []cell{plain(strings.Repeat("a text of some length ", 20)), plain("another")}
	allocated := func() uint64 {
		sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	require.NoError(t, x.row(row))
	before := allocated()
	const rows = 20_000 // 10 MB of text
	for range rows {
		require.NoError(t, x.row(row))
	}
	assert.Less(t, allocated()-before, uint64(5<<20), "all that was ever allocated is less than the text")
	require.NoError(t, x.close())
}

// fullDisk accepts left bytes and then fails.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestXLSX_TellsOfADiskThatIsFull(t *testing.T) {
	for _, left := range []int{0, 100, 300, 600, 900} {
		x, err := newXLSX(&fullDisk{left}, 2)
		for range 5 {
			if err == nil {
				err = x.row([]cell{plain("text")})
			}
		}
		if err == nil {
			err = x.close()
		}
		require.ErrorIs(t, err, io.ErrShortWrite, "%d bytes", left)
	}
}
