package productcsv

import (
	"strings"

	"github.com/coincart/coincart/models"
)

// plain reads, merges and writes a column that holds one value of a variant on which no other column depends.
type plain struct {
	read  func(r *reading, column, cell string, v *models.Variant)
	merge func(m *merger, field Field, to, from *models.Variant)
	write func(v *models.Variant) string
}

// plainOf returns the column of the value that at points to. name is what a plan calls its change.
func plainOf[T any](name string, c format[T], at func(*models.Variant) *T) *plain {
	return &plain{
		read:  func(r *reading, column, text string, v *models.Variant) { *at(v) = c.read(r, column, text) },
		merge: func(m *merger, field Field, to, from *models.Variant) { put(m, field, name, at(to), *at(from), c.same) },
		write: func(v *models.Variant) string { return c.write(*at(v)) },
	}
}

// format is how values of a kind stand in a file.
type format[T any] struct {
	read  func(r *reading, column, text string) T // notes what is wrong
	same  func(a, b T) bool
	write func(value T) string
}

// countCell holds a whole number from 0; an empty one is 0.
var countCell = format[int]{
	read:  func(r *reading, column, text string) int { return r.whole(column, strings.TrimSpace(text), false) },
	same:  equal[int],
	write: itoa,
}

// flagCell holds 1 or 0, and reads the words for them; an empty one is 0.
var flagCell = format[bool]{
	read:  func(r *reading, column, text string) bool { return r.boolean(column, strings.TrimSpace(text)) },
	same:  equal[bool],
	write: flag,
}

// weightCell holds kilograms; an empty one is 0.
var weightCell = format[models.Amount]{
	read: func(r *reading, column, text string) models.Amount {
		return r.weight(column, strings.TrimSpace(text), models.AmountFromInt(1))
	},
	same:  models.Amount.Equal,
	write: models.Amount.String,
}

// textCell is a text of at most maxRunes characters.
func textCell(maxRunes int) format[string] {
	return format[string]{
		read:  func(r *reading, column, text string) string { return r.text(column, text, maxRunes) },
		same:  sameText,
		write: func(value string) string { return value },
	}
}

// countryCell holds the code of a country, in capital or small letters. Product.Problems finds what is none.
var countryCell = format[string]{
	read:  func(_ *reading, _, text string) string { return strings.ToUpper(strings.TrimSpace(text)) },
	same:  equal[string],
	write: func(value string) string { return value },
}
