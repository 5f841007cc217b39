package opay

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLineText is the maximum size of [UnreadableLine].Text, in bytes.
const maxLineText = 500

// maxLineValue is the maximum size of a value in it, in bytes; lists and objects are never shown.
const maxLineValue = 80

// shownMembers are the members of a line that may be shown as they came. Accounts and tokens are not among them (reliability.md E9).
func shownMembers() []string {
	return []string{"appOrderId", "payCoinSymbol", "orderAmount", "orderType", "createTime", "payTime"}
}

// lineText returns a line of a statement for a person to read: the members that may be shown as they were written, and "…" for the value of
// each other one. A line that is not an object is shown only if it holds no text.
func lineText(raw []byte) string {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		if len(raw) > 0 && strings.IndexByte("tfn-0123456789", raw[0]) >= 0 {
			return clipLine(string(raw))
		}
		return ""
	}
	var parts []string
	for dec.More() {
		name, err := dec.Token()
		var value json.RawMessage
		if err != nil || dec.Decode(&value) != nil {
			break
		}
		text, _ := name.(string)
		shown := "…"
		plain := len(value) <= maxLineValue && value[0] != '{' && value[0] != '['
		if plain && slices.ContainsFunc(shownMembers(), func(member string) bool { return strings.EqualFold(member, text) }) {
			shown = strings.ToValidUTF8(string(value), "\uFFFD")
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			break
		}
		parts = append(parts, string(quoted)+": "+shown)
	}
	return clipLine("{" + strings.Join(parts, ", ") + "}")
}

// clipLine cuts a text off at maxLineText bytes.
func clipLine(text string) string {
	if len(text) <= maxLineText {
		return text
	}
	text = text[:maxLineText-len("…")]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text + "…"
}
