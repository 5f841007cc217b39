package productcsv

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
)

func itoa(n int) string { return strconv.Itoa(n) }

// scanner reads rows with their line numbers. It tolerates malformed rows.
type scanner struct {
	csv     *csv.Reader
	faults  *faults
	columns []models.ImportColumn
	line    int // of the last row
	rows    int
}

// row is one row of the table.
type row struct {
	line   int
	cells  []string // as many as there are columns
	faulty bool     // a cell was refused for its form and is empty here
}

// headerPeek is how many bytes of a file are read to detect its delimiter.
const headerPeek = 64 << 10

// newScanner reads the header. If the file cannot be read on, it records a problem and returns ok = false.
func newScanner(r io.Reader, f *faults) (s *scanner, delimiter rune, ok bool, err error) {
	in := bufio.NewReaderSize(r, headerPeek)
	head, err := in.Peek(headerPeek)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, false, fmt.Errorf("read the file: %w", err)
	}
	if foreignKind(head) {
		f.add(Problem{Line: 1, Level: LevelError, Code: CodeNotCSV})
		return nil, 0, false, nil
	}
	if foreignMark(head) {
		f.add(Problem{Line: 1, Level: LevelError, Code: CodeEncoding})
		return nil, 0, false, nil
	}
	if strings.HasPrefix(string(head), byteOrderMark) {
		if _, err := in.Discard(len(byteOrderMark)); err != nil {
			return nil, 0, false, fmt.Errorf("read the file: %w", err)
		}
		head = head[len(byteOrderMark):]
	}
	s = &scanner{csv: csv.NewReader(in), faults: f}
	s.csv.Comma = delimiterOf(string(head))
	s.csv.FieldsPerRecord = -1
	s.csv.ReuseRecord = true
	ok, err = s.header()
	return s, s.csv.Comma, ok, err
}

const byteOrderMark = "\ufeff"

// foreignKind reports whether head is the beginning of a file that people mistake for CSV: xlsx and ods (both zip archives), xls, gzip,
// PDF.
func foreignKind(head []byte) bool {
	marks := []string{"PK\x03\x04", "\xd0\xcf\x11\xe0", "\x1f\x8b", "%PDF-"}
	return slices.ContainsFunc(marks, func(mark string) bool { return strings.HasPrefix(string(head), mark) })
}

// foreignMark reports whether head is UTF-16 or UTF-32, with or without a byte order mark.
func foreignMark(head []byte) bool {
	if len(head) < 2 {
		return false
	}
	marked := (head[0] == 0xff && head[1] == 0xfe) || (head[0] == 0xfe && head[1] == 0xff)
	return marked || head[0] == 0 || head[1] == 0
}

// delimiterOf returns the one of comma, semicolon and tab that splits the header into the most known columns.
func delimiterOf(head string) rune {
	line, _, _ := strings.Cut(head, "\n")
	best, mostKnown := ',', -1
	for _, d := range []rune{',', ';', '\t'} {
		known, cells := 0, 0
		for cell := range strings.SplitSeq(line, string(d)) {
			if cells++; cells > MaxColumns {
				break
			}
			if name := strings.Trim(strings.TrimSpace(cell), `"`); wooColumn(name) != nil || readOwnColumn(name) != nil {
				known++
			}
		}
		if known > mostKnown {
			best, mostKnown = d, known
		}
	}
	return best
}

func (s *scanner) header() (bool, error) {
	cells, err := s.csv.Read()
	if errors.Is(err, io.EOF) {
		s.faults.add(Problem{Line: 1, Level: LevelError, Code: CodeEmpty})
		return false, nil
	}
	if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
		s.faults.add(Problem{Line: parse.StartLine, Level: LevelError, Code: CodeQuote})
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the file: %w", err)
	}
	if len(cells) > MaxColumns {
		s.faults.add(Problem{Line: 1, Level: LevelError, Code: CodeTooManyColumns}, "count", itoa(len(cells)), "most", itoa(MaxColumns))
		return false, nil
	}
	s.columns = make([]models.ImportColumn, len(cells))
	for i, cell := range cells {
		s.columns[i].Header = excerpt(trimCell(cell))
	}
	return true, nil
}

// each calls read with every row that can be parsed.
func (s *scanner) each(progress func(line int) error, read func(row)) error {
	for {
		r, err := s.next(progress)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		read(r)
	}
}

// progressEvery is the number of rows between two reports of progress.
const progressEvery = 250

// next returns the next row that can be parsed, or io.EOF. It records problems of malformed rows and skips them; it also skips empty rows.
func (s *scanner) next(progress func(line int) error) (row, error) {
	for {
		cells, err := s.csv.Read()
		if errors.Is(err, io.EOF) {
			return row{}, io.EOF
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			s.rows++
			s.faults.add(Problem{Line: parse.StartLine, Level: LevelError, Code: CodeQuote}, "line", itoa(parse.Line))
			continue
		}
		if err != nil {
			return row{}, fmt.Errorf("read the file: %w", err)
		}
		if blank(cells) {
			continue
		}
		s.rows++
		s.line, _ = s.csv.FieldPos(0)
		if s.rows > MaxRows {
			s.faults.add(Problem{Line: s.line, Level: LevelError, Code: CodeTooManyRows}, "most", itoa(MaxRows))
			return row{}, io.EOF
		}
		if progress != nil && s.rows%progressEvery == 0 {
			if err := progress(s.line); err != nil {
				return row{}, err
			}
		}
		if r, ok := s.check(cells); ok {
			return r, nil
		}
	}
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// check records problems with the form of cells. ok is false if the row has the wrong number of cells, because they may belong to other
// columns.
func (s *scanner) check(cells []string) (row, bool) {
	if extra := len(cells) - len(s.columns); extra > 0 && blank(cells[len(s.columns):]) {
		cells = cells[:len(s.columns)]
	}
	if len(cells) != len(s.columns) {
		s.faults.add(Problem{Line: s.line, Level: LevelError, Code: CodeCells}, "count", itoa(len(cells)), "want", itoa(len(s.columns)))
		return row{}, false
	}
	r := row{line: s.line, cells: make([]string, len(cells))}
	for i, text := range cells {
		if text == "" {
			continue
		}
		s.columns[i].Filled++
		if code := formFault(text); code != "" {
			s.faults.add(Problem{Line: s.line, Column: s.columns[i].Header, Level: LevelError, Code: code}, "value", text[:min(len(text), 4*shown)])
			r.faulty = true
			continue
		}
		r.cells[i] = text
	}
	return r, true
}

// formFault returns the fault of a cell that is wrong whatever it means. Texts that people read must also satisfy package text, which is
// checked when they are parsed.
func formFault(text string) Code {
	switch {
	case len(text) > MaxCell:
		return CodeCellLong
	case !utf8.ValidString(text):
		return CodeUTF8
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\n\t\r", r) || r == unicode.MaxASCII }):
		return CodeControl
	}
	return ""
}
