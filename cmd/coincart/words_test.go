package main

import "coincart/templates/i18n"

// say is the English text of a key of the message catalogue, its placeholders filled from pairs of name and value: tests name keys, so
// that texts can change without them.
func say(key string, pairs ...string) string { return sayIn("en", key, pairs...) }

// sayIn is say in another language. A key that is not there panics: an assertion that its text is missing would always hold.
func sayIn(lang, key string, pairs ...string) string {
	text := i18n.ByTag(lang).T(key, pairs...)
	if text == key {
		panic("the message catalogue has no " + key)
	}
	return text
}
