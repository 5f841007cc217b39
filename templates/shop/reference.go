package shop

import "strings"

// referenceID returns the id of a group or an object on the reference's page. Codes of errors are ids of their own, in lower case with _.
func referenceID(name string) string { return "ref-" + strings.ReplaceAll(name, " ", "-") }
