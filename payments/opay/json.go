package opay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Limits of the JSON that is accepted (reliability.md E4). The limit of arrays is
// higher, because a page of a statement has up to 2000 lines.
const (
	maxDepth    = 6
	maxMembers  = 64
	maxElements = 10_000
)

// element is an element of an array that parseList parses one by one.
type element struct {
	object Object
	raw    []byte // as it was written
	err    error  // why it is not an acceptable object; wraps ErrJSON
}

// Object is a JSON object that was parsed strictly (reliability.md E4). Names match
// exactly, including case. The zero Object has no members.
type Object struct {
	members []member
}

type member struct {
	name, folded string
	value        value
}

type valueKind uint8

const (
	kindOther valueKind = iota // null, true, false; text is empty for null
	kindString
	kindNumber
	kindObject
	kindArray
)

type value struct {
	kind     valueKind
	text     string // of a string, of a number as it was written, or true and false
	object   Object
	elements []value
}

// ParseObject parses plain as exactly one JSON object. It refuses invalid UTF-8,
// lone surrogates, trailing data, names that repeat or differ only in case, more
// than 6 levels, more than 64 members in an object, and more than 10,000 elements
// in an array. Errors wrap [ErrJSON] and do not quote plain.
func ParseObject(plain []byte) (Object, error) {
	v, err := parseJSON(plain)
	if err != nil {
		return Object{}, err
	}
	if v.kind != kindObject {
		return Object{}, fmt.Errorf("%w: not an object", ErrJSON)
	}
	return v.object, nil
}

// Text returns the value of a string member, or of a number member as it was
// written. A member of any other kind counts as absent.
func (o Object) Text(name string) (string, bool) {
	v, ok := o.lookup(name)
	if !ok || v.kind != kindString && v.kind != kindNumber {
		return "", false
	}
	return v.text, true
}

// Objects returns a member that is an array of objects.
func (o Object) Objects(name string) ([]Object, bool) {
	v, ok := o.lookup(name)
	if !ok || v.kind != kindArray {
		return nil, false
	}
	return v.objects()
}

// Names returns the names of the members in their order.
func (o Object) Names() []string {
	names := make([]string, len(o.members))
	for i, m := range o.members {
		names[i] = m.name
	}
	return names
}

// Exact refuses an object that has one of the names in another case, such as
// ORDERSTATUS or orderſtatus for orderStatus, because a reader that ignores case
// would see another message. Errors wrap [ErrJSON].
func (o Object) Exact(names ...string) error {
	for _, name := range names {
		folded := fold(name)
		for _, m := range o.members {
			if m.folded == folded && m.name != name {
				return fmt.Errorf("%w: a name differs from %s only in case", ErrJSON, name)
			}
		}
	}
	return nil
}

func (o Object) lookup(name string) (value, bool) {
	for _, m := range o.members {
		if m.name == name {
			return m.value, true
		}
	}
	return value{}, false
}

// absent reports whether a member is missing, null, true or false.
func (o Object) absent(name string) bool {
	v, ok := o.lookup(name)
	return !ok || v.kind == kindOther
}

func (v value) objects() ([]Object, bool) {
	objects := make([]Object, len(v.elements))
	for i, element := range v.elements {
		if element.kind != kindObject {
			return nil, false
		}
		objects[i] = element.object
	}
	return objects, true
}

// parseList parses plain like [ParseObject], but the elements of the array member
// named list one by one. An element that is not acceptable (a repeated name,
// invalid UTF-8, too many levels or members, not an object) does not spoil the
// others. The array is empty in the returned object; elements is nil if list is not
// an array.
func parseList(plain []byte, list string) (o Object, elements []element, err error) {
	o, err = splitObject(plain, func(name string, raw []byte) (v value, err error) {
		if name == list && raw[0] == '[' {
			v.kind = kindArray
			elements, err = splitArray(raw)
			return v, err
		}
		return parseAt(raw, 1)
	})
	if err != nil {
		return Object{}, nil, err
	}
	return o, elements, nil
}

// splitObject parses the names of an object's members strictly, and leaves the
// values to parse.
func splitObject(text []byte, parse func(name string, raw []byte) (value, error)) (Object, error) {
	if !json.Valid(text) {
		return Object{}, fmt.Errorf("%w: syntax", ErrJSON)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return Object{}, fmt.Errorf("%w: not an object", ErrJSON)
	}
	var o Object
	for dec.More() {
		from := dec.InputOffset()
		token, err := dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return Object{}, fmt.Errorf("%w: syntax", ErrJSON)
		}
		if err := checkText(text[from:dec.InputOffset()]); err != nil {
			return Object{}, err
		}
		folded, err := o.admit(name)
		if err != nil {
			return Object{}, err
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return Object{}, fmt.Errorf("%w: syntax", ErrJSON)
		}
		v, err := parse(name, raw)
		if err != nil {
			return Object{}, err
		}
		o.members = append(o.members, member{name: name, folded: folded, value: v})
	}
	return o, nil
}

// splitArray splits a valid array into its elements.
func splitArray(raw []byte) ([]element, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("%w: syntax", ErrJSON)
	}
	elements := []element{}
	for dec.More() {
		if len(elements) == maxElements {
			return nil, fmt.Errorf("%w: more than %d elements", ErrJSON, maxElements)
		}
		var text json.RawMessage
		if err := dec.Decode(&text); err != nil {
			return nil, fmt.Errorf("%w: syntax", ErrJSON)
		}
		e := element{raw: text}
		v, err := parseAt(text, 2)
		switch {
		case err != nil:
			e.err = err
		case v.kind != kindObject:
			e.err = fmt.Errorf("%w: not an object", ErrJSON)
		default:
			e.object = v.object
		}
		elements = append(elements, e)
	}
	return elements, nil
}

func parseJSON(text []byte) (value, error) { return parseAt(text, 0) }

// parseAt parses text strictly as a value at nesting level depth.
func parseAt(text []byte, depth int) (value, error) {
	if !json.Valid(text) {
		return value{}, fmt.Errorf("%w: syntax", ErrJSON)
	}
	if err := checkText(text); err != nil {
		return value{}, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return parseValue(dec, depth)
}

// checkText refuses what encoding/json would silently replace in valid JSON.
func checkText(text []byte) error {
	switch {
	case !utf8.Valid(text):
		return fmt.Errorf("%w: invalid UTF-8", ErrJSON)
	case hasLoneSurrogate(text):
		// encoding/json would turn it into U+FFFD, so that two readers differ.
		return fmt.Errorf("%w: lone surrogate", ErrJSON)
	}
	return nil
}

func parseValue(dec *json.Decoder, depth int) (value, error) {
	token, err := dec.Token()
	if err != nil {
		return value{}, fmt.Errorf("%w: syntax", ErrJSON)
	}
	switch t := token.(type) {
	case string:
		return value{kind: kindString, text: t}, nil
	case json.Number:
		return value{kind: kindNumber, text: t.String()}, nil
	case json.Delim:
		if depth == maxDepth {
			return value{}, fmt.Errorf("%w: more than %d levels", ErrJSON, maxDepth)
		}
		if t == '[' {
			return parseArray(dec, depth+1)
		}
		return parseMembers(dec, depth+1)
	case bool:
		return value{text: strconv.FormatBool(t)}, nil
	default:
		return value{}, nil
	}
}

func parseArray(dec *json.Decoder, depth int) (value, error) {
	var elements []value
	for dec.More() {
		if len(elements) == maxElements {
			return value{}, fmt.Errorf("%w: more than %d elements", ErrJSON, maxElements)
		}
		element, err := parseValue(dec, depth)
		if err != nil {
			return value{}, err
		}
		elements = append(elements, element)
	}
	return value{kind: kindArray, elements: elements}, closeDelim(dec)
}

func parseMembers(dec *json.Decoder, depth int) (value, error) {
	var object Object
	for dec.More() {
		token, err := dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return value{}, fmt.Errorf("%w: syntax", ErrJSON)
		}
		folded, err := object.admit(name)
		if err != nil {
			return value{}, err
		}
		v, err := parseValue(dec, depth)
		if err != nil {
			return value{}, err
		}
		object.members = append(object.members, member{name: name, folded: folded, value: v})
	}
	return value{kind: kindObject, object: object}, closeDelim(dec)
}

// admit checks that o may have one more member of this name, and returns the folded
// name.
func (o Object) admit(name string) (folded string, err error) {
	if len(o.members) == maxMembers {
		return "", fmt.Errorf("%w: more than %d members", ErrJSON, maxMembers)
	}
	folded = fold(name)
	for _, m := range o.members {
		if m.folded == folded {
			return "", fmt.Errorf("%w: a name occurs twice", ErrJSON)
		}
	}
	return folded, nil
}

func closeDelim(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%w: syntax", ErrJSON)
	}
	return nil
}

// fold maps names that differ only in case to the same text, using Unicode simple
// folding as encoding/json does.
func fold(name string) string {
	folded := make([]rune, 0, len(name))
	for _, r := range name {
		smallest := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			smallest = min(smallest, next)
		}
		folded = append(folded, smallest)
	}
	return string(folded)
}

// hasLoneSurrogate reports whether valid JSON, in which backslashes occur in
// strings only, has \uD800 to \uDFFF outside a pair.
func hasLoneSurrogate(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if text[i] != 'u' {
			continue
		}
		unit := hexUnit(text[i+1 : i+5])
		i += 4
		switch {
		case unit < 0xD800 || unit > 0xDFFF:
		case unit >= 0xDC00:
			return true
		case len(text) < i+7 || text[i+1] != '\\' || text[i+2] != 'u':
			return true
		default:
			if low := hexUnit(text[i+3 : i+7]); low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 6
		}
	}
	return false
}

func hexUnit(digits []byte) uint64 {
	unit, err := strconv.ParseUint(string(digits), 16, 16)
	if err != nil {
		return 0
	}
	return unit
}

// Field is one string member of a message.
type Field struct{ Name, Value string }

// EncodeFields returns a JSON object with string values in the given order. The
// order matters: the first member of what is signed must be unpredictable
// (reliability.md E6). It does not escape HTML characters.
func EncodeFields(fields ...Field) []byte {
	var buf bytes.Buffer
	buf.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			buf.WriteByte(',')
		}
		buf.Write(quote(f.Name))
		buf.WriteByte(':')
		buf.Write(quote(f.Value))
	}
	buf.WriteByte('}')
	return buf.Bytes()
}

func quote(text string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		// Encoding a string cannot fail; an empty one would keep the message
		// well-formed.
		return []byte(`""`)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
