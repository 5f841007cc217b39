package models

import (
	"strconv"
	"strings"
)

// MaxOrderNumber is the largest start of order numbers: a file of a billion orders is another shop.
const MaxOrderNumber = 999_999_999

// NumberText returns an order number as people read it.
func NumberText(prefix string, number int) string { return prefix + strconv.Itoa(number) }

// ReadOrderNumber reads an order number that a person typed: "1042", "#1042", or with a prefix, which it returns without "#" alone. ok is
// false for a text that does not end with a number.
func ReadOrderNumber(text string) (prefix string, number int, ok bool) {
	text = strings.TrimSpace(text)
	prefix = strings.TrimRight(text, "0123456789")
	number, err := strconv.Atoi(text[len(prefix):])
	if err != nil || number < 1 {
		return "", 0, false
	}
	if prefix == "#" {
		prefix = ""
	}
	return prefix, number, true
}
