package admin

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/text"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
)

// OtherLangs returns the shop's languages except the first, in which products and categories have their own texts.
func (r *Request) OtherLangs() ([]i18n.Language, error) {
	settings, err := r.office.site.Settings(r.Context())
	if err != nil {
		return nil, err
	}
	offered := settings.Languages()
	return slices.DeleteFunc(i18n.Languages(), func(l i18n.Language) bool {
		return !slices.Contains(offered, l.Tag) || l.Tag == offered[0]
	}), nil
}

// LimitText marks a text that is too long, or has characters that text.Lines refuses.
func LimitText(f *pages.Field, longest int) {
	switch {
	case TooLong(f.Value, longest):
		f.Problem.Keep(invalid.TooLong)
	case !text.Lines(f.Value):
		f.Problem.Keep(invalid.Characters)
	}
}

// Version parses the version that a form sends back. It returns -1, which no stored row has, for a text that is not a version.
func Version(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// ReadDay returns the beginning and the end of a day, which must have begun. problem says what is wrong with the text.
func ReadDay(text string, now time.Time, zone *time.Location) (from, to time.Time, problem invalid.Problem) {
	from, to, err := models.ParseDay(text, zone)
	switch {
	case err != nil:
		return from, to, dayProblem(err)
	case from.After(now):
		return from, to, invalid.DayFuture
	}
	return from, to, ""
}

// dayProblem returns what is wrong with a text that models.ParseDay refuses.
func dayProblem(err error) invalid.Problem {
	if errors.Is(err, models.ErrDayRange) {
		return invalid.DayRange
	}
	return invalid.Day
}

// ReadSpan reads the first and the last day of a filter, each of which may be missing, and returns the beginning and the end of the span; an end
// that is zero is open.
func ReadSpan(first, last *pages.Field, zone *time.Location) (from, to time.Time) {
	var err error
	if first.Value != "" {
		if from, _, err = models.ParseDay(first.Value, zone); err != nil {
			first.Problem = dayProblem(err)
		}
	}
	if last.Value != "" {
		if _, to, err = models.ParseDay(last.Value, zone); err != nil {
			last.Problem = dayProblem(err)
		}
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		last.Problem = invalid.Span
	}
	return from, to
}

// Clip returns the first characters of a text: a page does not repeat more than a field holds.
func Clip(text string) string {
	return ClipTo(text, MaxSearch)
}

// ClipTo returns the first characters of a text, at most longest.
func ClipTo(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest])
	}
	return text
}

// MaxSearch is the maximum number of characters of a search: an e-mail address has no more.
const MaxSearch = 254

// Typed returns a field with a value.
func Typed(text string) pages.Field { return pages.Field{Value: text} }

// AmountField returns a field with an amount; zero is an empty field.
func AmountField(a models.Amount) pages.Field { return Typed(AmountText(a)) }

// AmountText returns an amount as text; zero is "".
func AmountText(a models.Amount) string {
	if a.IsZero() {
		return ""
	}
	return a.String()
}

// CountField returns a field with a number; 0 is an empty field.
func CountField(n int) pages.Field {
	if n == 0 {
		return pages.Field{}
	}
	return Typed(strconv.Itoa(n))
}

// TimeField returns a field with a time of a zone; the zero time is an empty field.
func TimeField(t time.Time, zone *time.Location) pages.Field {
	if t.IsZero() {
		return pages.Field{}
	}
	return Typed(t.In(zone).Format(pages.DateTimeField))
}

// LangFields returns a field for each language with what texts has under name.
func LangFields(langs []i18n.Language, texts models.Texts, name string) []pages.LangField {
	var list []pages.LangField
	for _, l := range langs {
		list = append(list, pages.LangField{Lang: l.Tag, Name: l.Name, Field: Typed(texts.In(l.Tag, name, ""))})
	}
	return list
}

// NeedText marks a text that is missing, too long, or has characters that allowed refuses.
func NeedText(f *pages.Field, longest int, allowed func(string) bool) {
	switch {
	case f.Value == "":
		f.Problem = invalid.Missing
	case TooLong(f.Value, longest):
		f.Problem = invalid.TooLong
	case !allowed(f.Value):
		f.Problem = invalid.Characters
	}
}

// OneLine returns the text without spaces at its ends.
func OneLine(text string) string { return strings.TrimSpace(text) }

// ReadAmount parses a number that is not negative; an empty field is zero.
func ReadAmount(f *pages.Field, digits int, needed bool) models.Amount {
	if f.Value == "" {
		if needed {
			f.Problem = invalid.Missing
		}
		return models.Amount{}
	}
	a, err := models.ParseAmount(f.Value)
	switch {
	case err != nil && strings.HasPrefix(f.Value, "-"):
		f.Problem = invalid.Negative
	case err != nil:
		f.Problem = invalid.Number
	case a.Digits() > digits:
		f.Problem = invalid.Digits
	}
	return a
}

// maxCount is the maximum number of pieces that can be typed.
const maxCount = 100_000_000

// ReadCount parses a number of pieces; an empty field is zero.
func ReadCount(f *pages.Field) int {
	if f.Value == "" {
		return 0
	}
	n, err := strconv.Atoi(f.Value)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		f.Problem = invalid.Whole
		return 0
	case n < 0:
		f.Problem = invalid.Negative
		return 0
	case n > maxCount:
		f.Problem = invalid.Range
		return 0
	}
	return n
}

// ReadTime parses a time of a zone and returns it in UTC; an empty field is the zero time.
func ReadTime(f *pages.Field, zone *time.Location) time.Time {
	if f.Value == "" {
		return time.Time{}
	}
	for _, layout := range []string{pages.DateTimeField, pages.DateTimeField + ":05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, f.Value, zone); err == nil {
			return t.UTC()
		}
	}
	f.Problem = invalid.Time
	return time.Time{}
}

// ReadPosition parses a position in a list, counted from 1.
func ReadPosition(text string) (n int, ok bool) {
	const longest = len("999999999")
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && len(text) <= longest
}

// PositionIn returns the position after which a list goes on, from a parameter of the address; 0 without one. The error is ErrFilter.
func PositionIn(q url.Values, name string) (int, error) {
	if q.Get(name) == "" {
		return 0, nil
	}
	n, ok := ReadPosition(q.Get(name))
	if !ok {
		return 0, ErrFilter
	}
	return n, nil
}

// IsFiltered reports whether one of the parameters of a list is set, apart from sort and after.
func IsFiltered(q url.Values) bool {
	for name := range q {
		if name != "sort" && name != "after" && q.Get(name) != "" {
			return true
		}
	}
	return false
}

// ExportForm returns the form that makes a file of what a list shows; with others, the person chooses between what and those.
func ExportForm(what string, q url.Values, others ...string) pages.Export {
	fields := []pages.Hidden{{Name: "what", Value: what}, {Name: "form_token", Value: models.NewRef()}}
	var kinds []pages.Choice
	if len(others) > 0 {
		fields, kinds = fields[1:], Choices(append([]string{what}, others...), what, false)
	}
	for _, f := range HiddenFields(q) {
		if f.Name != "after" {
			fields = append(fields, f)
		}
	}
	return pages.Export{Fields: fields, Kinds: kinds}
}

// NamedIn returns the categories with their names in the reader's language, to be shown.
func NamedIn(p *i18n.Printer, list []models.Category) []models.Category {
	list = slices.Clone(list)
	for i := range list {
		list[i].Name = list[i].Texts.In(p.Lang(), "name", list[i].Name)
	}
	return list
}

// CategoryChoices returns the categories with their paths as choices; all adds the empty choice in front.
func CategoryChoices(list []models.Category, chosen string, all bool) []pages.Choice {
	var made []pages.Choice
	if all {
		made = append(made, pages.Choice{Selected: chosen == ""})
	}
	for _, node := range models.Flatten(models.Tree(list)) {
		made = append(made, pages.Choice{Value: node.Category.ID, Label: node.Path, Selected: node.Category.ID == chosen})
	}
	return made
}

// Choices returns values as choices; all adds the empty choice, which means any of them, in front.
func Choices[T ~string](list []T, chosen string, all bool) []pages.Choice {
	made := make([]pages.Choice, 0, len(list)+1)
	if all {
		made = append(made, pages.Choice{Selected: chosen == ""})
	}
	for _, one := range list {
		made = append(made, pages.Choice{Value: string(one), Selected: string(one) == chosen})
	}
	return made
}
