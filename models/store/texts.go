package store

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// width is the size of a text column in characters; ASCII alone where the column is for machines. SQLite would take any text; both
// databases refuse the same ones this way, with the column's name and without the value.
type width struct {
	max   int
	ascii bool
}

// mediumText is the number of characters that surely fit into MySQL's MEDIUMTEXT: it holds 16 MB, and a character has up to four bytes.
const mediumText = 4 << 20

// checkTexts refuses a row, a pointer to one, or a slice of them, whose texts do not fit their columns.
func checkTexts(row any) error {
	value := reflect.Indirect(reflect.ValueOf(row))
	if value.Kind() != reflect.Slice {
		return checkRow(value)
	}
	for i := range value.Len() {
		if err := checkRow(reflect.Indirect(value.Index(i))); err != nil {
			return err
		}
	}
	return nil
}

func checkRow(row reflect.Value) error {
	kind, ok := rowTypes[row.Type()]
	if !ok {
		return fmt.Errorf("store: %s is not the row of a table", row.Type())
	}
	for i := range kind.columns {
		c := &kind.columns[i]
		if c.width.max == 0 || c.in(row).Kind() != reflect.String {
			continue
		}
		if err := c.width.check(c.name, c.in(row).String()); err != nil {
			return err
		}
	}
	return nil
}

func (w width) check(column, text string) error {
	switch {
	case len(text) > w.max && utf8.RuneCountInString(text) > w.max:
		return fmt.Errorf("%w: %s has more than %d characters", ErrText, column, w.max)
	case w.ascii && !ascii(text):
		return fmt.Errorf("%w: %s is not ASCII", ErrText, column)
	case !w.ascii && !utf8.ValidString(text):
		return fmt.Errorf("%w: %s is not UTF-8", ErrText, column)
	}
	return nil
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isKey reports whether a text from outside can be a key that this program made. Others need no query: MySQL would compare a
// column of ASCII with them row by row, and ignores spaces at the end.
func isKey(text string) bool {
	if text == "" || len(text) > 255 {
		return false
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// isChosenKey reports whether a text from outside can be a key that people choose, such as a slug.
func isChosenKey(text string) bool {
	return text != "" && len(text) <= 1024 && utf8.ValidString(text) && !strings.HasSuffix(text, " ")
}

// clipTexts makes texts from outside fit their columns (see clip): those of the columns that are named, in the row that is pointed to.
func clipTexts(row any, names ...string) {
	v := reflect.ValueOf(row).Elem()
	columns := rowTypes[v.Type()].columns
	for _, name := range names {
		c := columnNamed(columns, name)
		c.in(v).SetString(c.width.clip(c.in(v).String()))
	}
}

// clip makes a text from outside fit its column: what is kept for reading must never be the reason that evidence is lost.
func clip(table, column, text string) string { return widths[table][column].clip(text) }

func (w width) clip(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if w.ascii {
		text = strings.Map(func(r rune) rune {
			if r >= utf8.RuneSelf {
				return '?'
			}
			return r
		}, text)
	}
	if len(text) <= w.max || utf8.RuneCountInString(text) <= w.max {
		return text
	}
	return string([]rune(text)[:w.max])
}

// likeEscapes quotes the wildcards of LIKE … ESCAPE '!'.
var likeEscapes = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
