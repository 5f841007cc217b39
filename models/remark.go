package models

import (
	"net/url"
	"regexp"
	"strings"
)

// remarkMark begins a remark, so that no text of a person is taken for one.
const remarkMark = "remark:"

var remarkCode = regexp.MustCompile(`^[a-z_]{1,40}$`)

// Remark encodes a message of the shop itself about a row, to be stored in a column of text and translated for the reader when it is
// shown: a code and its parameters as pairs of name and value, such as "remark:paid_late?order=expired". The words are the catalogue's
// "admin.remark." + code.
func Remark(code string, pairs ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	if len(values) == 0 {
		return remarkMark + code
	}
	return remarkMark + code + "?" + values.Encode()
}

// ReadRemark decodes what Remark returned; ok is false for any other text.
func ReadRemark(text string) (code string, values map[string]string, ok bool) {
	rest, ok := strings.CutPrefix(text, remarkMark)
	if !ok {
		return "", nil, false
	}
	code, query, _ := strings.Cut(rest, "?")
	parsed, err := url.ParseQuery(query)
	if err != nil || !remarkCode.MatchString(code) {
		return "", nil, false
	}
	values = make(map[string]string, len(parsed))
	for name := range parsed {
		values[name] = parsed.Get(name)
	}
	return code, values, true
}
