package opay

import (
	"encoding/json"
	"testing"
)

// FuzzParseList compares parsing element by element with parsing in one piece: both
// accept the same documents, and a document with an unacceptable element is not
// acceptable as a whole.
func FuzzParseList(f *testing.F) {
	for _, text := range []string{
		`{"count":2,"list":[{"a":1},{"b":"x"}]}`, `{"list":[{"a":1,"A":2},{"b":1}],"count":2}`, `{"list":[1,null,[],{}]}`, `{"list":{}}`, `{"list":null}`,
		`{"list":[],"LIST":[]}`, `{"list":[],"list":[]}`, `{"list":[{"a":[[[1]]]}]}`, `{"list":[{"a":[[[[1]]]]}]}`, "{\"list\":[\"\xff\"]}", "{\"\xff\":1}",
		`{"list":["\ud800"]}`, `{"\ud800":[]}`, `{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}`, `[]`, `{}`, ` { "list" : [ { "a" : 1 } , 2 ] } `, `{"a":"b`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		whole, wholeErr := ParseObject(text)
		o, elements, err := parseList(text, "list")
		good := err == nil
		for _, e := range elements {
			if !json.Valid(e.raw) {
				t.Fatalf("a line of %q is no JSON", text)
			}
			if e.err != nil && e.err.Error() != ErrJSON.Error()+": not an object" {
				good = false
			}
		}
		if good != (wholeErr == nil) {
			t.Fatalf("%q: line by line %v, in one piece %v", text, err, wholeErr)
		}
		if !good {
			return
		}
		if len(o.Names()) != len(whole.Names()) {
			t.Fatalf("%q has other members line by line", text)
		}
		if objects, ok := whole.Objects("list"); ok && len(objects) != len(elements) {
			t.Fatalf("%q has %d lines, %d line by line", text, len(objects), len(elements))
		}
	})
}
