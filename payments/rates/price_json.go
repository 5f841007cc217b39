package rates

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
)

// errPointer means that a text is not a JSON pointer.
var errPointer = errors.New("not a JSON pointer")

const maxPointerParts = 16

// unescape replaces the escapes of a JSON pointer.
var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// pointer parses a JSON pointer (RFC 6901): "/data/0/last" is the member "last" of the first element of "data"; in a name, ~1 is a slash
// and ~0 a tilde. The pointer to the whole document ("") is refused, because a price is inside it.
func pointer(text string) ([]string, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, errPointer
	}
	parts := strings.Split(text[1:], "/")
	if len(parts) > maxPointerParts {
		return nil, errPointer
	}
	for i, part := range parts {
		parts[i] = unescape.Replace(part)
		if strings.Count(part, "~") != strings.Count(part, "~0")+strings.Count(part, "~1") {
			return nil, errPointer
		}
	}
	return parts, nil
}

// IsPricePath reports whether text is a JSON pointer to something inside a document.
func IsPricePath(text string) bool {
	_, err := pointer(text)
	return err == nil
}

// follow returns the value at a pointer.
func follow(value json.RawMessage, parts []string) (json.RawMessage, bool) {
	for _, part := range parts {
		next, ok := member(value, part)
		if !ok {
			return nil, false
		}
		value = next
	}
	return value, true
}

// member returns the member of an object with a name, or the element of a list at an index from 0.
func member(value json.RawMessage, part string) (json.RawMessage, bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) == nil {
		next, ok := object[part]
		return next, ok
	}
	var list []json.RawMessage
	i, err := strconv.Atoi(part)
	if json.Unmarshal(value, &list) != nil || err != nil || i < 0 || i >= len(list) || strconv.Itoa(i) != part {
		return nil, false
	}
	return list[i], true
}

// scalar returns the text of a string, or of a number as it is written, so that no digit is lost.
func scalar(value json.RawMessage) (string, bool) {
	var text string
	switch first := value[0]; {
	case first == '"':
		return text, json.Unmarshal(value, &text) == nil
	case first == '-', first >= '0' && first <= '9':
		return string(value), true
	}
	return "", false
}

// readPrice parses the price in an answer, and its time if the source has a pointer to one.
func readPrice(body []byte, source models.PriceSource, now time.Time) models.Reading {
	r := models.Reading{At: now}
	if !json.Valid(body) {
		r.Problem = models.FetchNotJSON
		return r
	}
	text, ok := textAt(body, source.Path)
	if !ok {
		r.Problem = models.FetchNoPrice
		return r
	}
	if r.Rate, r.Problem = parsePrice(text); r.Problem != models.FetchGood {
		return r
	}
	if source.TimePath == "" {
		return r
	}
	text, ok = textAt(body, source.TimePath)
	at, good := parseEpoch(text)
	if !ok || !good || at.Sub(now) > futureMargin {
		r.Problem = models.FetchBadTime
		return r
	}
	if at.Before(now) { // a source's clock that is slightly ahead does not date the price in the future
		r.At = at
	}
	return r
}

func textAt(document json.RawMessage, path string) (string, bool) {
	parts, err := pointer(path)
	if err != nil {
		return "", false
	}
	value, ok := follow(document, parts)
	if !ok {
		return "", false
	}
	return scalar(value)
}

// parsePrice parses a price exactly, in every form of the platform's own amounts (reliability.md E5): small prices have exponents. A sign
// or a grouping means that the source is not what it was thought to be.
func parsePrice(text string) (models.Amount, models.FetchProblem) {
	if number, negative := strings.CutPrefix(text, "-"); negative {
		if _, err := opay.ReadAmount(number); err == nil {
			return models.Amount{}, models.FetchNotPositive
		}
	}
	plain, err := opay.ReadAmount(text)
	if err != nil {
		return models.Amount{}, models.FetchNotDecimal
	}
	rate, err := models.ParseAmount(string(plain))
	switch {
	case err != nil:
		return models.Amount{}, models.FetchNotDecimal
	case !rate.IsPositive():
		return models.Amount{}, models.FetchNotPositive
	}
	return rate, models.FetchGood
}

// parseEpoch parses seconds (10 digits, up to the year 2286) or milliseconds (13 digits) since 1970.
func parseEpoch(text string) (time.Time, bool) {
	if len(text) != 10 && len(text) != 13 {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, false
	}
	if len(text) == 10 {
		return time.Unix(n, 0).UTC(), true
	}
	return time.UnixMilli(n).UTC(), true
}
