package main

import "github.com/coincart/coincart/templates/i18ntest"

// say returns the English text of a message, with placeholders filled from pairs of name and value. Tests name message ids, so that texts
// can change without them.
func say(key string, pairs ...string) string { return i18ntest.English().T(key, pairs...) }

// sayIn is say in another language.
func sayIn(lang, key string, pairs ...string) string { return i18ntest.In(lang).T(key, pairs...) }
