package opay_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/coincart/coincart/payments/opay"
)

func TestParseObject_TextAndObjects(t *testing.T) {
	o, err := opay.ParseObject([]byte(` {"s":"a\u00e9\ud83d\ude80","n":10.00000000,"e":1E-8,"t":true,"z":null,"o":{"x":"1"},"l":[{"a":"1"},{"a":2}],"m":[{"a":"1"},3],"empty":[]} `))
	noError(t, err)
	for name, want := range map[string]string{"s": "aé🚀", "n": "10.00000000", "e": "1E-8"} {
		got, ok := o.Text(name)
		equal(t, ok, true, name)
		equal(t, got, want, name)
	}
	for _, name := range []string{"t", "z", "o", "l", "S", "absent", ""} {
		_, ok := o.Text(name)
		equal(t, ok, false, name)
	}
	list, ok := o.Objects("l")
	equal(t, ok && len(list) == 2, true, "list of two")
	second, _ := list[1].Text("a")
	equal(t, second, "2", "number in a list")
	list, ok = o.Objects("empty")
	equal(t, ok && len(list) == 0, true, "empty list")
	for _, name := range []string{"m", "s", "o", "absent"} {
		_, ok = o.Objects(name)
		equal(t, ok, false, name)
	}
	equal(t, strings.Join(o.Names(), ","), "s,n,e,t,z,o,l,m,empty", "names")
}

func TestParseObject_Refuses(t *testing.T) {
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(`,"k` + strconv.Itoa(i) + `":1`)
		}
		return "{" + b.String()[1:] + "}"
	}
	for name, text := range map[string]string{
		"nothing": "", "no object": `[]`, "text": `"x"`, "null": "null", "number": "1", "HTML": "<html>", "BOM": "\ufeff{}",
		"trailing data":          `{}{}`,
		"trailing text":          `{} x`,
		"trailing comma":         `{"a":1,}`,
		"no value":               `{"a"}`,
		"comment":                `{}//`,
		"single quotes":          `{'a':1}`,
		"NaN":                    `{"a":NaN}`,
		"leading zero":           `{"a":01}`,
		"plus":                   `{"a":+1}`,
		"control character":      "{\"a\":\"\n\"}",
		"invalid UTF-8":          "{\"a\":\"\xff\"}",
		"overlong UTF-8":         "{\"a\":\"\xc0\xaf\"}",
		"surrogate in UTF-8":     "{\"a\":\"\xed\xa0\x80\"}",
		"lone high surrogate":    `{"a":"\ud800"}`,
		"lone low surrogate":     `{"a":"\udc00"}`,
		"high and something":     `{"a":"\ud800\u0041"}`,
		"high and text":          `{"a":"\ud800xxxxxx"}`,
		"lone in a name":         `{"\ud800":1}`,
		"name twice":             `{"a":1,"a":1}`,
		"name twice, escaped":    `{"a":1,"\u0061":2}`,
		"name in another case":   `{"orderStatus":1,"ORDERSTATUS":3}`,
		"name with the long s":   `{"orderStatus":1,"order\u017ftatus":3}`,
		"name with kelvin":       `{"key":1,"` + "\u212a" + `ey":2}`,
		"name twice inside":      `{"x":{"a":1,"A":1}}`,
		"name twice in a list":   `{"x":[{"a":1,"a":1}]}`,
		"seven levels":           `{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}`,
		"seven levels, lists":    `{"a":[[[[[[1]]]]]]}`,
		"65 members":             many(65),
		"65 members inside":      `{"a":` + many(65) + `}`,
		"10001 elements":         `{"a":[` + strings.Repeat("1,", 10_000) + `1]}`,
		"levels without an end":  strings.Repeat(`{"a":`, 100_000),
		"unfinished":             `{"a":"b`,
		"unfinished escape":      `{"a":"\ud8`,
		"NUL behind":             "{}\x00",
		"number with two points": `{"a":1.2.3}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := opay.ParseObject([]byte(text))
			isError(t, err, opay.ErrJSON)
		})
	}
	for name, text := range map[string]string{
		"six levels": `{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}`, "64 members": many(64), "10000 elements": `{"a":[` + strings.Repeat("1,", 9_999) + `1]}`,
		"pair": `{"a":"\ud83d\ude80\\ud800"}`, "empty": `{}`, "empty name": `{"":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := opay.ParseObject([]byte(text))
			noError(t, err)
		})
	}
}

func TestExact_RefusesOtherCase(t *testing.T) {
	for text, want := range map[string]bool{
		`{"orderStatus":"3"}`: true, `{"other":"3"}`: true, `{}`: true,
		`{"ORDERSTATUS":"3"}`: false, `{"orderſtatus":"3"}`: false, `{"orderstatus":"3"}`: false,
	} {
		o, err := opay.ParseObject([]byte(text))
		noError(t, err)
		err = o.Exact("orderNum", "orderStatus")
		equal(t, err == nil, want, text)
	}
}

func TestEncodeFields_KeepsOrderAndCharacters(t *testing.T) {
	got := opay.EncodeFields(opay.Field{Name: "b", Value: `<a href="x">&'` + "\u2028\n\\"}, opay.Field{Name: "a", Value: "商品🚀"})
	equal(t, string(got), `{"b":"<a href=\"x\">&'\u2028\n\\","a":"商品🚀"}`, "encoded")
	equal(t, string(opay.EncodeFields()), "{}", "nothing")
}

func FuzzParseObject(f *testing.F) {
	for _, text := range []string{
		paid, `{"a":[1,{"b":null}]}`, `{"a":"\ud83d\ude80"}`, `{"a":"\ud83d"}`, `{"a":1,"A":2}`, `{"a":1e5}`, "{}", "[]", `{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := opay.ParseObject(text)
		if err != nil {
			isError(t, err, opay.ErrJSON)
			return
		}
		if !utf8.Valid(text) || !json.Valid(text) {
			t.Fatal("accepted what is not JSON")
		}
		// ParseObject must read the same values as encoding/json.
		var members map[string]json.RawMessage
		noError(t, json.Unmarshal(text, &members))
		equal(t, len(o.Names()), len(members), "members")
		for _, name := range o.Names() {
			got, ok := o.Text(name)
			var want string
			isText := json.Unmarshal(members[name], &want) == nil && members[name][0] == '"'
			if members[name][0] == '-' || members[name][0] >= '0' && members[name][0] <= '9' {
				want, isText = string(members[name]), true
			}
			equal(t, ok, isText, "kind of "+name)
			if ok {
				equal(t, got, want, "text of "+name)
			}
		}
	})
}
