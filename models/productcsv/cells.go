package productcsv

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/text"
)

// bare trims a cell, and takes off the apostrophe that keeps a spreadsheet from running it.
func bare(text string) string { return unguard(strings.TrimSpace(text)) }

// dangerous reports that a spreadsheet would take a text for a formula, or lose its beginning.
func dangerous(text string) bool {
	if text == "" {
		return false
	}
	if strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return true
	}
	for _, wide := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(text, wide) {
			return true
		}
	}
	return false
}

// Guard makes a text safe for spreadsheets, which take one that begins with = and the like for a formula; reading a file undoes it exactly.
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

// reading is a row while it is understood: what is wrong is noted with its line and column.
type reading struct {
	row
	faults *faults
	opts   Options
	sku    string
	errors int
}

func (r *reading) fault(column string, level Level, code Code, pairs ...string) {
	p := Problem{Line: r.line, Column: column, Level: level, Code: code, SKU: excerpt(r.sku)}
	for i := 0; i+1 < len(pairs); i += 2 {
		if p.Values == nil {
			p.Values = map[string]string{}
		}
		p.Values[pairs[i]] = excerpt(pairs[i+1])
	}
	if level == LevelError {
		r.errors++
	}
	if r.faulty && code == CodeMissing {
		return // perhaps it is there, and was refused for its form
	}
	r.faults.add(p)
}

func (r *reading) bad(column string, code Code, pairs ...string) {
	r.fault(column, LevelError, code, pairs...)
}

// text reads a text of at most so many characters.
func (r *reading) text(column, text string, most int) string {
	if n := len([]rune(text)); n > most {
		r.bad(column, CodeTextLong, "count", itoa(n), "most", itoa(most))
		return ""
	}
	return text
}

// boolean reads 1 or 0 and the words for them; an empty cell is no.
func (r *reading) boolean(column, text string) bool {
	switch strings.ToLower(text) {
	case "", "0", "no", "false":
		return false
	case "1", "yes", "true":
		return true
	}
	r.bad(column, CodeBool, "value", text)
	return false
}

// maxCount bounds stock and positions, so that they fit the database.
const maxCount = 1_000_000_000

// whole reads a whole number; an empty cell is 0.
func (r *reading) whole(column, text string, negative bool) int {
	if text == "" {
		return 0
	}
	// WooCommerce writes stock as a decimal where a shop counts in parts.
	digits, zeros, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil, strings.Trim(zeros, "0") != "", strings.HasPrefix(text, "+"), n > maxCount, n < -maxCount, strings.HasSuffix(text, "."):
		r.bad(column, CodeNumber, "value", text)
		return 0
	case n < 0 && !negative:
		r.bad(column, CodeNegative, "value", text)
		return 0
	}
	return n
}

// amount reads an exact decimal: no sign, no exponent, no grouping.
func (r *reading) amount(text string) (models.Amount, bool) {
	if r.opts.DecimalComma {
		if strings.Contains(text, ".") {
			return models.Amount{}, false
		}
		text = strings.Replace(text, ",", ".", 1)
	}
	if rest, found := strings.CutPrefix(text, "."); found { // .99, as WooCommerce takes it
		text = "0." + rest
	}
	a, err := models.ParseAmount(text)
	return a, err == nil
}

// price reads a price with at most the currency's digits; an empty cell is 0.
func (r *reading) price(column, text string) models.Amount {
	if text == "" {
		return models.Amount{}
	}
	a, ok := r.amount(text)
	switch {
	case !ok && strings.HasPrefix(text, "-"):
		r.bad(column, CodeNegative, "value", text)
	case !ok:
		r.bad(column, CodePrice, "value", text)
	case a.Digits() > r.opts.Digits:
		r.bad(column, CodePriceDigits, "value", text, "most", itoa(r.opts.Digits))
	default:
		return a
	}
	return models.Amount{}
}

// weight reads a weight in the unit of its column and gives kilograms.
func (r *reading) weight(column, text string, unit models.Amount) models.Amount {
	if text == "" {
		return models.Amount{}
	}
	a, ok := r.amount(text)
	if !ok {
		code := CodeWeight
		if strings.HasPrefix(text, "-") {
			code = CodeNegative
		}
		r.bad(column, code, "value", text)
		return models.Amount{}
	}
	kilograms := a.Mul(unit)
	if _, err := kilograms.Value(); err != nil {
		r.bad(column, CodeWeight, "value", text)
		return models.Amount{}
	}
	return kilograms
}

var dayPattern = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})([ T][0-9:]*)?$`)

// day reads the beginning of a day in the shop's zone; WooCommerce takes no notice of a time behind it. An empty cell is no time.
func (r *reading) day(column, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	if found := dayPattern.FindStringSubmatch(text); found != nil {
		if at, err := time.ParseInLocation(time.DateOnly, found[1], r.opts.zone()); err == nil && at.Year() >= 1970 {
			return at.UTC()
		}
	}
	r.bad(column, CodeDate, "value", text)
	return time.Time{}
}

// instant reads a time of our own format, in UTC to the millisecond.
func (r *reading) instant(column, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil && at.Year() >= 1970 && at.Year() < 10000 {
		return at.UTC().Truncate(time.Millisecond)
	}
	if dayPattern.MatchString(text) {
		return r.day(column, text)
	}
	r.bad(column, CodeDate, "value", text)
	return time.Time{}
}

// wooList divides a cell at its commas as WooCommerce does: \, is a comma of a value.
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

// ownList divides a cell of our own format; a backslash takes the next character as it is. Empty values count.
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
			for i+1 < len(runes) && runes[i+1] == ' ' { // the one that the writer puts there for the eye, and those of a person
				i++
			}
		default:
			part.WriteRune(runes[i])
		}
	}
	return append(list, part.String())
}

// joinOwn is the opposite of ownList at commas. A list of one empty value reads as an empty list.
func joinOwn(list []string) string {
	parts := make([]string, len(list))
	for i, text := range list {
		parts[i] = strings.NewReplacer(`\`, `\\`, ",", `\,`).Replace(text)
		if strings.HasPrefix(text, " ") {
			parts[i] = `\` + parts[i]
		}
	}
	return strings.Join(parts, ", ")
}

// wooPaths reads `A > B, C`.
func (r *reading) wooPaths(column, text string) []Category {
	var list []Category
	seen := map[string]bool{}
	for _, entry := range wooList(text) {
		path := Path(strings.Split(html.UnescapeString(entry), ">"))
		for i := range path {
			path[i] = oneLine(path[i])
		}
		if !r.goodPath(column, path) || seen[strings.Join(path, ">")] {
			continue
		}
		seen[strings.Join(path, ">")] = true
		list = append(list, Category{Path: path})
	}
	return list
}

const longestName = 200 // of products and categories

func (r *reading) goodPath(column string, path Path) bool {
	switch {
	case len(path) > MaxDepth:
		r.bad(column, CodeCategoryDeep, "value", strings.Join(path, " > "), "most", itoa(MaxDepth))
		return false
	case slices.Contains(path, ""):
		r.bad(column, CodeCategoryEmpty, "value", strings.Join(path, " > "))
		return false
	}
	for _, name := range path {
		if n := len([]rune(name)); n > longestName {
			r.bad(column, CodeTextLong, "count", itoa(n), "most", itoa(longestName))
			return false
		}
		if !text.Line(name) {
			r.bad(column, CodeControl, "value", name)
			return false
		}
	}
	return true
}

// oneLine makes a name of a text: its blanks become single spaces.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func isAddress(source string) bool { return strings.Contains(source, "://") }

const longestAddress = 2000

// picture reads the address or the name of a picture; ok is false where it cannot be used, which does not stop the import.
func (r *reading) picture(column, source string) (string, bool) {
	if !isAddress(source) {
		if !text.Line(source) || len(source) > 255 {
			r.fault(column, LevelNote, CodePictureUnknown, "value", source)
			return "", false
		}
		return source, true
	}
	u, err := url.Parse(source)
	switch {
	case err != nil, u.Host == "", u.User != nil, len(source) > longestAddress:
		r.fault(column, LevelNote, CodePictureAddress, "value", source)
		return "", false
	case !strings.EqualFold(u.Scheme, "https"):
		r.fault(column, LevelNote, CodePictureScheme, "value", source)
		return "", false
	}
	u.Fragment = ""
	return u.String(), true
}

// pictures reads a list of pictures, each once.
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
