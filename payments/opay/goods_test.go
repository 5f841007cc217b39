package opay_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/coincart/coincart/payments/opay"
)

func TestEncodeGoods_CleansAndStaysReadable(t *testing.T) {
	for name, c := range map[string]struct {
		in   opay.Goods
		want string
	}{
		"plain":              {opay.Goods{Name: "Mug", Desc: "White, 300 ml"}, `[{"name":"Mug","desc":"White, 300 ml"}]`},
		"Chinese":            {opay.Goods{Name: "商品", Desc: "信息"}, `[{"name":"商品","desc":"信息"}]`},
		"HTML":               {opay.Goods{Name: `<b>Tom & "Jerry"</b>`}, `[{"name":"<b>Tom & \"Jerry\"</b>","desc":""}]`},
		"control characters": {opay.Goods{Name: "a\x00b\x1b[31mc\u0085d\x7f", Desc: "x\ty\r\nz"}, `[{"name":"ab[31mc d","desc":"x y z"}]`},
		"format characters":  {opay.Goods{Name: "ev\u202eil\u200b\u2066\ufeff\u00adx"}, `[{"name":"evilx","desc":""}]`},
		"separators":         {opay.Goods{Name: " a\u2028\u2029\u00a0\u3000b "}, `[{"name":"a b","desc":""}]`},
		"invalid UTF-8":      {opay.Goods{Name: "a\xffb\ufffdc"}, `[{"name":"abc","desc":""}]`},
		"long name":          {opay.Goods{Name: strings.Repeat("é", 65)}, `[{"name":"` + strings.Repeat("é", 63) + `…","desc":""}]`},
		"name of 64":         {opay.Goods{Name: strings.Repeat("é", 64)}, `[{"name":"` + strings.Repeat("é", 64) + `","desc":""}]`},
		"cut at a mark":      {opay.Goods{Name: strings.Repeat("x", 62) + "e\u0301yz"}, `[{"name":"` + strings.Repeat("x", 62) + `…","desc":""}]`},
		"long description":   {opay.Goods{Name: "n", Desc: strings.Repeat("d", 200)}, `[{"name":"n","desc":"` + strings.Repeat("d", 127) + `…"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := opay.EncodeGoods([]opay.Goods{c.in})
			noError(t, err)
			equal(t, got, c.want, "goods")
			_, err = opay.ParseGoods(got)
			noError(t, err)
		})
	}
	none, err := opay.EncodeGoods(nil)
	noError(t, err)
	equal(t, none, "", "no goods")
	_, err = opay.EncodeGoods([]opay.Goods{{Name: "a"}, {Name: " \u200b\t"}})
	isError(t, err, opay.ErrGoods)
	contains(t, err.Error(), "line 2")
}

func TestEncodeGoods_FoldsTheRest(t *testing.T) {
	for count, want := range map[int]string{1: "", 20: "", 21: "and 2 more", 100: "and 81 more"} {
		goods := make([]opay.Goods, count)
		for i := range goods {
			goods[i].Name = "n"
		}
		text, err := opay.EncodeGoods(goods)
		noError(t, err)
		got, err := opay.ParseGoods(text)
		noError(t, err)
		equal(t, len(got), min(count, 20), "lines")
		if want != "" {
			equal(t, got[19].Name, want, "the last line")
		} else {
			equal(t, got[len(got)-1].Name, "n", "the last line")
		}
	}
}

// The longest goods that EncodeGoods returns must fit a request, even for a
// platform with keys of 1024 bits.
func TestEncodeGoods_LongestFitsARequest(t *testing.T) {
	goods := make([]opay.Goods, 30)
	for i := range goods {
		goods[i] = opay.Goods{Name: strings.Repeat("🚀", 70), Desc: strings.Repeat(`"`, 200)}
		if i%2 == 0 {
			goods[i] = opay.Goods{Name: strings.Repeat(`\`, 70), Desc: strings.Repeat("🚀", 200)}
		}
	}
	text, err := opay.EncodeGoods(goods)
	noError(t, err)
	own, small := key(t, "merchant"), key(t, "rsa-1024")
	page := "https://shop.example/" + strings.Repeat("p", 1000)
	plain := opay.EncodeFields(opay.Field{Name: "appOrderId", Value: strings.Repeat("x", 64)}, opay.Field{Name: "openId", Value: strings.Repeat("o", 256)},
		opay.Field{Name: "token", Value: strings.Repeat("t", 4096)}, opay.Field{Name: "returnPage", Value: page}, opay.Field{Name: "notifyPage", Value: page},
		opay.Field{Name: "goods", Value: text})
	e := seal(t, ring(t, own, small), string(plain))
	body := opay.Request{AppID: "a", Time: "1715310032123", Envelope: e}.Encode()
	r, err := opay.ParseRequest(body)
	noError(t, err)
	opened, err := ring(t, small, own).Open(r.Envelope)
	noError(t, err)
	o, err := opay.ParseObject(opened)
	noError(t, err)
	got, _ := o.Text("goods")
	equal(t, got, text, "goods byte for byte")
}

func TestParseGoods(t *testing.T) {
	got, err := opay.ParseGoods(`[{"name": "Product 1", "desc": " Product information"},{"name":"P2"}]`)
	noError(t, err)
	equal(t, len(got), 2, "lines")
	equal(t, got[0], opay.Goods{Name: "Product 1", Desc: " Product information"}, "first")
	none, err := opay.ParseGoods(`[]`)
	noError(t, err)
	equal(t, len(none), 0, "empty list")
	for _, text := range []string{
		"", "{}", "null", `"x"`, `[1]`, `["x"]`, `[[]]`, `[{"name":"a"}`, `[{"name":"a"}],`, `[{}]`, `[{"desc":"a"}]`, `[{"name":""}]`, `[{"name":1}]`, `[{"name":null}]`,
		`[{"name":"a","desc":5}]`, `[{"name":"a","price":"1"}]`, `[{"Name":"a"}]`, `[{"name":"a","name":"b"}]`, `[{"name":"a","NAME":"b"}]`, "[{\"name\":\"\xff\"}]",
		`[{"name":"a"},null]`, `[{name:"a"}]`, `[{'name':'a'}]`,
	} {
		_, err := opay.ParseGoods(text)
		isError(t, err, opay.ErrGoods)
	}
}

func FuzzParseGoods(f *testing.F) {
	for _, text := range []string{`[{"name":"a","desc":"b"}]`, `[]`, `[{"name":"a","Name":"b"}]`, `[{"name":"🚀 <b>Tom & Jerry</b>","desc":"éß☃"}]`, `{}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		goods, err := opay.ParseGoods(text)
		if err != nil {
			isError(t, err, opay.ErrGoods)
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatal("accepted what is not JSON")
		}
		encoded, err := opay.EncodeGoods(goods)
		if err != nil { // a name that is empty after cleaning
			isError(t, err, opay.ErrGoods)
			return
		}
		if encoded == "" {
			return
		}
		again, err := opay.ParseGoods(encoded)
		noError(t, err)
		for _, g := range again {
			for _, r := range g.Name + g.Desc {
				if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
					t.Errorf("%U was not removed", r)
				}
			}
			if utf8.RuneCountInString(g.Name) > 64 || utf8.RuneCountInString(g.Desc) > 128 {
				t.Error("too long")
			}
		}
		twice, err := opay.EncodeGoods(again)
		noError(t, err)
		equal(t, twice, encoded, "cleaning twice changes nothing")
	})
}
