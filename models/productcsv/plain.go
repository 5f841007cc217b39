package productcsv

import (
	"strings"

	"github.com/coincart/coincart/models"
)

// plain reads, merges and writes a column that holds one value of a variant on which no other column depends.
type plain struct {
	read  func(r *reading, c cell, v *models.Variant)
	merge func(m *merger, field Field, to, from *models.Variant)
	write func(v *models.Variant) string
}

// plainOf returns the column of the value that at points to. name is what a plan calls its change.
func plainOf[T any](name string, f format[T], at func(*models.Variant) *T) *plain {
	return &plain{
		read:  func(r *reading, c cell, v *models.Variant) { *at(v) = f.read(r, c) },
		merge: func(m *merger, field Field, to, from *models.Variant) { put(m, field, name, at(to), *at(from), f.same) },
		write: func(v *models.Variant) string { return f.write(*at(v)) },
	}
}

// format is how values of a kind stand in a file.
type format[T any] struct {
	read  func(r *reading, c cell) T // notes what is wrong
	same  func(a, b T) bool
	write func(value T) string
}

// countCell holds a whole number from 0; an empty one is 0.
var countCell = format[int]{
	read:  func(r *reading, c cell) int { return r.whole(c.trimmed(), false) },
	same:  equal[int],
	write: itoa,
}

// flagCell holds 1 or 0, and reads the words for them; an empty one is 0.
var flagCell = format[bool]{
	read:  func(r *reading, c cell) bool { return r.boolean(c.trimmed()) },
	same:  equal[bool],
	write: flag,
}

// weightCell holds kilograms; an empty one is 0.
var weightCell = format[models.Amount]{
	read:  func(r *reading, c cell) models.Amount { return r.weight(c.trimmed(), models.AmountFromInt(1)) },
	same:  models.Amount.Equal,
	write: models.Amount.String,
}

// textCell is a text of at most maxRunes characters.
func textCell(maxRunes int) format[string] {
	return format[string]{
		read:  func(r *reading, c cell) string { return r.text(c, maxRunes) },
		same:  sameText,
		write: func(value string) string { return value },
	}
}

// countryCell holds the code of a country, in capital or small letters. Product.Problems finds what is none.
var countryCell = format[string]{
	read:  func(_ *reading, c cell) string { return strings.ToUpper(c.trimmed().text) },
	same:  equal[string],
	write: func(value string) string { return value },
}
