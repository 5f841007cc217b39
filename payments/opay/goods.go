package opay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Limits of goods in requests (reliability.md E6).
const (
	MaxGoods     = 20  // lines, including the one that says "and N more"
	MaxGoodsName = 64  // runes
	MaxGoodsDesc = 128 // runes
)

// Goods is one line of what is bought (platform/api.md §3.1).
type Goods struct {
	Name string `json:"name"`
	Desc string `json:"desc"`
}

// EncodeGoods returns the JSON text for [CreateOrderRequest].Goods. It cleans the
// texts (reliability.md E6): it removes control and format characters, folds white
// space, and truncates names to 64 and descriptions to 128 runes, ending in "…". Of
// more than 20 lines it keeps 19 and adds one that says "and N more".
//
// Texts should be in Unicode normal form C, because the standard library cannot
// normalise. An empty list gives "", which omits the field. If a name is empty
// after cleaning, the error wraps [ErrGoods].
func EncodeGoods(goods []Goods) (string, error) {
	if len(goods) == 0 {
		return "", nil
	}
	kept := goods
	if len(goods) > MaxGoods {
		kept = goods[:MaxGoods-1]
	}
	lines := make([]Goods, 0, MaxGoods)
	for i, g := range kept {
		line := Goods{Name: cleanText(g.Name, MaxGoodsName), Desc: cleanText(g.Desc, MaxGoodsDesc)}
		if line.Name == "" {
			return "", fmt.Errorf("%w: line %d has no name", ErrGoods, i+1)
		}
		lines = append(lines, line)
	}
	if more := len(goods) - len(kept); more > 0 {
		lines = append(lines, Goods{Name: "and " + strconv.Itoa(more) + " more"})
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(lines); err != nil {
		return "", fmt.Errorf("encode goods: %w", err)
	}
	return strings.TrimSuffix(buf.String(), "\n"), nil
}

// ParseGoods parses the JSON text of goods strictly: an array of objects with the
// string name, an optional string desc, and no other members. Errors wrap
// [ErrGoods] and do not quote text.
func ParseGoods(text string) ([]Goods, error) {
	v, err := parseJSON([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGoods, err)
	}
	objects, ok := v.objects()
	if v.kind != kindArray || !ok {
		return nil, fmt.Errorf("%w: not an array of objects", ErrGoods)
	}
	goods := make([]Goods, 0, len(objects))
	for i, o := range objects {
		var g Goods
		for _, m := range o.members {
			switch {
			case m.value.kind != kindString:
				return nil, fmt.Errorf("%w: line %d has a member that is not a string", ErrGoods, i+1)
			case m.name == "name":
				g.Name = m.value.text
			case m.name == "desc":
				g.Desc = m.value.text
			default:
				return nil, fmt.Errorf("%w: line %d has a member other than name and desc", ErrGoods, i+1)
			}
		}
		if g.Name == "" {
			return nil, fmt.Errorf("%w: line %d has no name", ErrGoods, i+1)
		}
		goods = append(goods, g)
	}
	return goods, nil
}

// cleanText removes what may not be signed or shown, folds white space, and
// truncates the text to maxRunes. cleanText and cleanMessage have their own rules,
// because this package uses only the standard library.
func cleanText(text string, maxRunes int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp):
			return ' '
		case unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Cs, unicode.Co) || r == unicode.ReplacementChar:
			return -1
		default:
			return r
		}
	}, text)
	return shorten(strings.Join(strings.Fields(text), " "), maxRunes)
}

// shorten truncates text to maxRunes, the last of which is then "…". It does not
// separate a letter from its combining marks.
func shorten(text string, maxRunes int) string {
	runes := []rune(text)
	if len(runes) <= maxRunes {
		return text
	}
	end := maxRunes - 1
	for end > 0 && unicode.IsMark(runes[end]) {
		end--
	}
	return strings.TrimRight(string(runes[:end]), " ") + "…"
}
