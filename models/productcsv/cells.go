package productcsv

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

// trimCell trims a cell and removes the apostrophe that Guard has added.
func trimCell(text string) string { return unguard(strings.TrimSpace(text)) }

// dangerous reports whether a spreadsheet would evaluate a text as a formula, or drop its first character.
func dangerous(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}

// Guard makes a text safe for spreadsheets, which evaluate texts that begin with = and some other characters. Reading the file removes
// exactly what Guard adds.
func Guard(text string) string {
	if dangerous(strings.TrimLeft(text, "'")) {
		return "'" + text
	}
	return text
}

func unguard(text string) string {
	if strings.HasPrefix(text, "'") && dangerous(strings.TrimLeft(text, "'")) {
		return text[1:]
	}
	return text
}

// cell is a cell of a row, with the name of its column.
type cell struct{ column, text string }

// trimmed returns the cell without white space around its text.
func (c cell) trimmed() cell { return cell{c.column, strings.TrimSpace(c.text)} }

// reading parses the cells of one row and records problems with their line and column.
type reading struct {
	row
	faults *faults
	opts   Options
	sku    string
	errors int
}

func (r *reading) fault(column string, level Level, code Code, pairs ...string) {
	if level == LevelError {
		r.errors++
	}
	if r.faulty && code == CodeMissing {
		return // the cell may not be empty in the file but refused for its form
	}
	r.faults.add(Problem{Line: r.line, Column: column, Level: level, Code: code, SKU: r.sku}, pairs...)
}

func (r *reading) bad(column string, code Code, pairs ...string) {
	r.fault(column, LevelError, code, pairs...)
}

// text parses a text of at most maxRunes characters.
func (r *reading) text(c cell, maxRunes int) string {
	if n := len([]rune(c.text)); n > maxRunes {
		r.bad(c.column, CodeTextLong, "count", itoa(n), "most", itoa(maxRunes))
		return ""
	}
	return c.text
}

// boolean parses 1 or 0, or a word for them. An empty cell is false.
func (r *reading) boolean(c cell) bool {
	switch strings.ToLower(c.text) {
	case "", "0", "no", "false":
		return false
	case "1", "yes", "true":
		return true
	}
	r.bad(c.column, CodeBool, "value", c.text)
	return false
}

// maxCount limits stock and positions to what the database holds.
const maxCount = 1_000_000_000

// whole parses a whole number. An empty cell is 0.
func (r *reading) whole(c cell, negative bool) int {
	if c.text == "" {
		return 0
	}
	// WooCommerce writes stock as a decimal in shops that sell fractions.
	digits, zeros, _ := strings.Cut(c.text, ".")
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil, strings.Trim(zeros, "0") != "", strings.HasPrefix(c.text, "+"), n > maxCount, n < -maxCount, strings.HasSuffix(c.text, "."):
		r.bad(c.column, CodeNumber, "value", c.text)
		return 0
	case n < 0 && !negative:
		r.bad(c.column, CodeNegative, "value", c.text)
		return 0
	}
	return n
}

// amount parses a decimal without sign, exponent and grouping.
func (r *reading) amount(text string) (models.Amount, bool) {
	if r.opts.DecimalComma {
		if strings.Contains(text, ".") {
			return models.Amount{}, false
		}
		text = strings.Replace(text, ",", ".", 1)
	}
	if rest, found := strings.CutPrefix(text, "."); found { // .99 is valid in WooCommerce
		text = "0." + rest
	}
	a, err := models.ParseAmount(text)
	return a, err == nil
}

// price parses a price with at most the currency's number of decimals. An empty cell is 0.
func (r *reading) price(c cell) models.Amount {
	if c.text == "" {
		return models.Amount{}
	}
	a, ok := r.amount(c.text)
	switch {
	case !ok && strings.HasPrefix(c.text, "-"):
		r.bad(c.column, CodeNegative, "value", c.text)
	case !ok:
		r.bad(c.column, CodePrice, "value", c.text)
	case a.Digits() > r.opts.Digits:
		r.bad(c.column, CodePriceDigits, "value", c.text, "most", itoa(r.opts.Digits))
	default:
		return a
	}
	return models.Amount{}
}

// weight parses a weight in the given unit and returns it in kilograms.
func (r *reading) weight(c cell, unit models.Amount) models.Amount {
	if c.text == "" {
		return models.Amount{}
	}
	a, ok := r.amount(c.text)
	if !ok {
		code := CodeWeight
		if strings.HasPrefix(c.text, "-") {
			code = CodeNegative
		}
		r.bad(c.column, code, "value", c.text)
		return models.Amount{}
	}
	kilograms := a.Mul(unit)
	if _, err := kilograms.Value(); err != nil {
		r.bad(c.column, CodeWeight, "value", c.text)
		return models.Amount{}
	}
	return kilograms
}

var dayPattern = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})([ T][0-9:]*)?$`)

// day parses a date and returns its start in the shop's time zone. Like WooCommerce it ignores a time after the date. An empty cell is the
// zero time.
func (r *reading) day(c cell) time.Time {
	if c.text == "" {
		return time.Time{}
	}
	if found := dayPattern.FindStringSubmatch(c.text); found != nil {
		if at, err := time.ParseInLocation(time.DateOnly, found[1], r.opts.Zone); err == nil && at.Year() >= 1970 {
			return at.UTC()
		}
	}
	r.bad(c.column, CodeDate, "value", c.text)
	return time.Time{}
}

// instant parses a time of the shop's own format: UTC with milliseconds.
func (r *reading) instant(c cell) time.Time {
	if c.text == "" {
		return time.Time{}
	}
	if at, err := time.Parse(time.RFC3339Nano, c.text); err == nil && at.Year() >= 1970 && at.Year() < 10000 {
		return at.UTC().Truncate(time.Millisecond)
	}
	if dayPattern.MatchString(c.text) {
		return r.day(c)
	}
	r.bad(c.column, CodeDate, "value", c.text)
	return time.Time{}
}

// wooList splits a cell at its commas as WooCommerce does: \, is a comma within a value.
func wooList(text string) []string {
	const comma = "\x00"
	var list []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, `\,`, comma), ",") {
		if part = strings.TrimSpace(strings.ReplaceAll(part, comma, ",")); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// ownList splits a cell of the shop's own format. A backslash escapes the next character. Empty values are kept.
func ownList(text string, divider rune) []string {
	if text == "" {
		return nil
	}
	var list []string
	var part strings.Builder
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch {
		case runes[i] == '\\' && i+1 < len(runes):
			i++
			part.WriteRune(runes[i])
		case runes[i] == divider:
			list = append(list, part.String())
			part.Reset()
			for i+1 < len(runes) && runes[i+1] == ' ' { // skip the space that the writer adds for readability, and any that a person has added
				i++
			}
		default:
			part.WriteRune(runes[i])
		}
	}
	return append(list, part.String())
}

var listEscapes = strings.NewReplacer(`\`, `\\`, ",", `\,`)

// joinOwn is the inverse of ownList with commas, except that a list of one empty value is read as an empty list.
func joinOwn(list []string) string {
	parts := make([]string, len(list))
	for i, text := range list {
		parts[i] = listEscapes.Replace(text)
		if strings.HasPrefix(text, " ") {
			parts[i] = `\` + parts[i]
		}
	}
	return strings.Join(parts, ", ")
}

// wooPaths parses category paths: `A > B, C`.
func (r *reading) wooPaths(c cell) []Category {
	var list []Category
	seen := map[string]bool{}
	for _, entry := range wooList(c.text) {
		path := Path(strings.Split(html.UnescapeString(entry), ">"))
		for i := range path {
			path[i] = oneLine(path[i])
		}
		if !r.validPath(c.column, path) || seen[strings.Join(path, ">")] {
			continue
		}
		seen[strings.Join(path, ">")] = true
		list = append(list, Category{Path: path})
	}
	return list
}

const maxName = 200 // characters of names of products and categories

func (r *reading) validPath(column string, path Path) bool {
	switch {
	case len(path) > MaxDepth:
		r.bad(column, CodeCategoryDeep, "value", strings.Join(path, " > "), "most", itoa(MaxDepth))
		return false
	case slices.Contains(path, ""):
		r.bad(column, CodeCategoryEmpty, "value", strings.Join(path, " > "))
		return false
	}
	for _, name := range path {
		if r.text(cell{column, name}, maxName) == "" {
			return false
		}
		if !text.Line(name) {
			r.bad(column, CodeControl, "value", name)
			return false
		}
	}
	return true
}

// oneLine replaces each run of white space with one space.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

const maxAddress = 2000

// picture parses the address or the name of a picture. ok is false if it cannot be used, which does not stop the import.
func (r *reading) picture(column, source string) (string, bool) {
	if !models.IsAddress(source) {
		if !text.Line(source) || len(source) > 255 {
			r.fault(column, LevelNote, CodePictureUnknown, "value", source)
			return "", false
		}
		return source, true
	}
	u, err := url.Parse(source)
	switch {
	case err != nil, u.Host == "", u.User != nil, len(source) > maxAddress:
		r.fault(column, LevelNote, CodePictureAddress, "value", source)
		return "", false
	case !strings.EqualFold(u.Scheme, "https"):
		r.fault(column, LevelNote, CodePictureScheme, "value", source)
		return "", false
	}
	u.Fragment = ""
	return u.String(), true
}

// pictures parses a list of pictures and drops repeated ones.
func (r *reading) pictures(column string, sources []string) []Picture {
	var list []Picture
	for _, source := range sources {
		source, ok := r.picture(column, source)
		if !ok || slices.ContainsFunc(list, func(p Picture) bool { return p.Source == source }) {
			continue
		}
		if len(list) == MaxPictures {
			r.fault(column, LevelNote, CodePictureCount, "most", itoa(MaxPictures))
			break
		}
		list = append(list, Picture{Source: source})
	}
	return list
}
