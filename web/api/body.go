package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// Limits of a body.
const (
	maxBody  = 64 << 10 // bytes
	maxDepth = 8
	maxNames = 4096 // members and elements of the whole body
)

// errJSON means that a body is not strict JSON.
var errJSON = errors.New("not strict JSON")

// parseJSON parses one JSON object strictly: UTF-8, no name twice in an object, nothing after it, not deeper than maxDepth. Numbers are
// json.Number. The error is errJSON.
func parseJSON(text []byte) (map[string]any, error) {
	if !utf8.Valid(text) {
		return nil, errJSON
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	p := parser{d: d, left: maxNames}
	value, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errJSON
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, errJSON
	}
	return object, nil
}

type parser struct {
	d    *json.Decoder
	left int // members and elements that may still come
}

func (p *parser) value(depth int) (any, error) {
	token, err := p.d.Token()
	if err != nil || depth > maxDepth {
		return nil, errJSON
	}
	switch token {
	case json.Delim('{'):
		return p.object(depth)
	case json.Delim('['):
		return p.array(depth)
	}
	if s, ok := token.(string); ok && strings.ContainsRune(s, utf8.RuneError) {
		return nil, errJSON // half of a surrogate pair, which has no meaning
	}
	return token, nil
}

func (p *parser) object(depth int) (any, error) {
	members := map[string]any{}
	for p.d.More() {
		name, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		key, ok := name.(string)
		if _, twice := members[key]; !ok || twice || p.left == 0 {
			return nil, errJSON
		}
		p.left--
		if members[key], err = p.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return members, p.end()
}

func (p *parser) array(depth int) (any, error) {
	list := []any{}
	for p.d.More() {
		if p.left--; p.left < 0 {
			return nil, errJSON
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, p.end()
}

// end reads the end of an object or an array.
func (p *parser) end() error {
	if _, err := p.d.Token(); err != nil {
		return errJSON
	}
	return nil
}

// canonical appends a value that parseJSON returned in the canonical form of RFC 8785, so that two texts of the same value are equal. Numbers
// are written as a program in JavaScript would; only digests are made of them. The error is errJSON: a number is beyond those of JavaScript.
func canonical(to []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case map[string]any:
		to = append(to, '{')
		names := slices.SortedFunc(maps.Keys(v), func(a, b string) int {
			return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		})
		for i, name := range names {
			if i > 0 {
				to = append(to, ',')
			}
			to = append(appendString(to, name), ':')
			var err error
			if to, err = canonical(to, v[name]); err != nil {
				return nil, err
			}
		}
		return append(to, '}'), nil
	case []any:
		to = append(to, '[')
		for i, element := range v {
			if i > 0 {
				to = append(to, ',')
			}
			var err error
			if to, err = canonical(to, element); err != nil {
				return nil, err
			}
		}
		return append(to, ']'), nil
	case string:
		return appendString(to, v), nil
	case json.Number:
		return appendNumber(to, v)
	case bool:
		return strconv.AppendBool(to, v), nil
	}
	return append(to, "null"...), nil
}

// appendString writes a text with as few escapes as JSON allows.
func appendString(to []byte, s string) []byte {
	const short = "\b\t\n\f\r"
	to = append(to, '"')
	for _, r := range s {
		switch at := strings.IndexRune(short, r); {
		case r == '"' || r == '\\':
			to = append(to, '\\', byte(r))
		case at >= 0:
			to = append(to, '\\', "btnfr"[at])
		case r < ' ':
			to = fmt.Appendf(to, `\u%04x`, r)
		default:
			to = utf8.AppendRune(to, r)
		}
	}
	return append(to, '"')
}

// appendNumber writes a number as ECMAScript's Number.prototype.toString does.
func appendNumber(to []byte, n json.Number) ([]byte, error) {
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		return nil, errJSON
	}
	if f == 0 {
		return append(to, '0'), nil // never -0
	}
	const smallest, largest = 1e-6, 1e21
	if abs := math.Abs(f); abs >= smallest && abs < largest {
		return strconv.AppendFloat(to, f, 'f', -1, 64), nil
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	return append(to, digits+"e"+exponent[:1]+strings.TrimLeft(exponent[1:], "0")...), nil
}

// bodyCheck checks a body against the schema of its operation. It knows what these schemas use: objects, arrays, texts, whole numbers, limits.
type bodyCheck struct {
	schemas huma.Registry
	faults  []Fault
}

// maxFaults is the maximum number of faults that are told.
const maxFaults = 20

func (b *bodyCheck) fault(code Code, at string) {
	if len(b.faults) < maxFaults {
		b.faults = append(b.faults, fault(code, at))
	}
}

func (b *bodyCheck) value(s *huma.Schema, at string, value any) {
	for s.Ref != "" {
		s = b.schemas.SchemaFromRef(s.Ref)
	}
	switch s.Type {
	case huma.TypeObject:
		b.object(s, at, value)
	case huma.TypeArray:
		b.array(s, at, value)
	case huma.TypeString:
		b.text(s, at, value)
	case huma.TypeInteger:
		b.integer(s, at, value)
	case huma.TypeBoolean:
		if _, ok := value.(bool); !ok {
			b.fault(CodeWrongType, at)
		}
	}
}

func (b *bodyCheck) object(s *huma.Schema, at string, value any) {
	members, ok := value.(map[string]any)
	if !ok {
		b.fault(CodeWrongType, at)
		return
	}
	for _, name := range s.Required {
		if members[name] == nil {
			b.fault(CodeMissing, at+"/"+name)
		}
	}
	of, _ := s.AdditionalProperties.(*huma.Schema)
	if of != nil && s.MaxProperties != nil && len(members) > *s.MaxProperties {
		b.fault(CodeTooLong, at)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		place := at + "/" + pointerPart(clip(name))
		property := s.Properties[name]
		if property == nil {
			property = of
		}
		switch {
		case property == nil:
			b.fault(CodeUnknownMember, place)
		case members[name] == nil && of == nil: // null: as if it were left out
		default:
			b.value(property, place, members[name])
		}
	}
}

func (b *bodyCheck) array(s *huma.Schema, at string, value any) {
	list, ok := value.([]any)
	switch {
	case !ok:
		b.fault(CodeWrongType, at)
		return
	case s.MaxItems != nil && len(list) > *s.MaxItems:
		b.fault(CodeTooLong, at)
		return
	case s.MinItems != nil && len(list) < *s.MinItems:
		b.fault(CodeMissing, at)
	}
	for i, element := range list {
		b.value(s.Items, at+"/"+strconv.Itoa(i), element)
	}
}

func (b *bodyCheck) text(s *huma.Schema, at string, value any) {
	text, ok := value.(string)
	switch {
	case !ok && s.Format == amountFormat:
		b.fault(CodeInvalidAmount, at)
	case !ok:
		b.fault(CodeWrongType, at)
	case s.MaxLength != nil && utf8.RuneCountInString(text) > *s.MaxLength:
		b.fault(CodeTooLong, at)
	case s.MinLength != nil && utf8.RuneCountInString(text) < *s.MinLength:
		b.fault(CodeMissing, at)
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, any(text)):
		b.fault(CodeInvalidValue, at)
	}
}

func (b *bodyCheck) integer(s *huma.Schema, at string, value any) {
	number, ok := value.(json.Number)
	if !ok {
		b.fault(CodeWrongType, at)
		return
	}
	n, err := strconv.ParseInt(string(number), 10, 32)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && s.Minimum != nil && n < int64(*s.Minimum), err == nil && s.Maximum != nil && n > int64(*s.Maximum):
		b.fault(CodeOutOfRange, at)
	case err != nil:
		b.fault(CodeWrongType, at)
	}
}

// pointerPart escapes a name for a JSON pointer (RFC 6901).
func pointerPart(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// fieldName returns the last name of a JSON pointer: /coins/0 is about coins.
func fieldName(pointer string) string {
	for _, part := range slices.Backward(strings.Split(pointer, "/")) {
		if strings.Trim(part, "0123456789") != "" {
			return part
		}
	}
	return ""
}
