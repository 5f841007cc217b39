package models

import "strconv"

// OptionField returns the field of Texts that translates the name of a product's option or a variant's value of it. The first option is 0.
func OptionField(i int) string { return "option" + strconv.Itoa(i+1) }
