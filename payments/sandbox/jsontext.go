package sandbox

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// jsonField is a member of an object that the platform writes. Values are JSON, because the platform mixes texts and numbers and an amount
// must not pass through a float.
type jsonField struct {
	name  string
	value json.RawMessage
}

func textField(name, value string) jsonField { return jsonField{name, quoteJSON(value)} }

// numberField returns a member whose value is a JSON number.
func numberField(name, number string) jsonField { return jsonField{name, json.RawMessage(number)} }

func intField(name string, n int) jsonField { return numberField(name, strconv.Itoa(n)) }

// replaced returns the members with another value for one of them.
func replaced(fields []jsonField, name string, value json.RawMessage) []jsonField {
	out := slices.Clone(fields)
	for i := range out {
		if out[i].name == name {
			out[i].value = value
		}
	}
	return out
}

// without returns the members except one.
func without(fields []jsonField, name string) []jsonField {
	return slices.DeleteFunc(slices.Clone(fields), func(f jsonField) bool { return f.name == name })
}

func encodeObject(fields ...jsonField) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quoteJSON(f.name))
		b.WriteByte(':')
		b.Write(f.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func encodeArray(elements [][]byte) json.RawMessage {
	return slices.Concat([]byte{'['}, bytes.Join(elements, []byte{','}), []byte{']'})
}

// quoteJSON returns a text as JSON without HTML escapes, as the platform writes it.
func quoteJSON(text string) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		return json.RawMessage(`""`) // a string always encodes
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}
