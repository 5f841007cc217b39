package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
)

// checkTexts refuses a model, a pointer to one, or a slice of them, whose texts do not fit their columns.
func (s *Store) checkTexts(ctx context.Context, row any) error {
	stmt := gorm.Statement{DB: s.orm}
	if err := stmt.Parse(row); err != nil {
		return fmt.Errorf("map %T: %w", row, err)
	}
	limits := widths[stmt.Schema.Table]
	check := func(value reflect.Value) error {
		for _, field := range stmt.Schema.Fields {
			limit, ok := limits[field.DBName]
			if !ok {
				continue
			}
			v := field.ReflectValueOf(ctx, value)
			if v.Kind() != reflect.String {
				continue
			}
			if err := limit.check(field.DBName, v.String()); err != nil {
				return err
			}
		}
		return nil
	}
	value := reflect.Indirect(reflect.ValueOf(row))
	if value.Kind() != reflect.Slice {
		return check(value)
	}
	for i := range value.Len() {
		if err := check(reflect.Indirect(value.Index(i))); err != nil {
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

// machine reports that a text from outside can be a key of ours at all. Others need no query: MySQL would compare a
// column of ASCII with them row by row, and ignores spaces at the end.
func machine(text string) bool {
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

// exactly reports that a text from outside can be a key that people choose, such as a slug.
func exactly(text string) bool {
	return text != "" && len(text) <= 1024 && utf8.ValidString(text) && !strings.HasSuffix(text, " ")
}

// clip makes a text of somebody else's fit its column: what is kept for reading must never be the reason that evidence is lost.
func clip(table, column, text string) string {
	limit := widths[table][column]
	text = strings.ToValidUTF8(text, "\uFFFD")
	if limit.ascii {
		text = strings.Map(func(r rune) rune {
			if r >= utf8.RuneSelf {
				return '?'
			}
			return r
		}, text)
	}
	if len(text) <= limit.max || utf8.RuneCountInString(text) <= limit.max {
		return text
	}
	return string([]rune(text)[:limit.max])
}

// likeEscapes quotes the wildcards of LIKE … ESCAPE '!'.
var likeEscapes = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
