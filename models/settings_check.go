package models

import (
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/text"
)

// SettingError means that a setting cannot have a value.
type SettingError struct {
	Key     SettingKey
	Problem invalid.Problem
}

// Error names the setting and the problem, never the value.
func (e *SettingError) Error() string { return "setting " + string(e.Key) + ": " + string(e.Problem) }

// Normal checks a value and returns it in the form in which it is stored. The error is a *SettingError.
func (s Setting) Normal(value string) (string, error) {
	if s.Kind == KindLines || s.Kind == KindMarkdown {
		value = strings.ReplaceAll(value, "\r\n", "\n")
	}
	if !s.Secret {
		value = strings.TrimSpace(value)
	}
	problem := invalid.Problem("")
	switch {
	case !s.visible(value):
		problem = invalid.Characters
	case text.Blank(value) && s.Required:
		problem = invalid.Missing
	case s.Max > 0 && s.Kind != KindNumber && utf8.RuneCountInString(value) > s.Max:
		problem = invalid.TooLong
	case value != "":
		value, problem = s.check(value)
	}
	if problem != "" {
		return "", &SettingError{s.Key, problem}
	}
	return value, nil
}

// visible reports whether a value of the setting may be shown.
func (s Setting) visible(value string) bool {
	if s.Kind == KindLines || s.Kind == KindMarkdown {
		return text.Lines(value)
	}
	return text.Line(value)
}

func (s Setting) check(value string) (string, invalid.Problem) {
	switch s.Kind {
	case KindNumber:
		n, err := strconv.Atoi(value)
		if err != nil || n < s.Min || n > s.Max {
			return "", invalid.Between
		}
		return strconv.Itoa(n), ""
	case KindEmail:
		return normalEmail(value)
	case KindHost:
		return normalHost(value)
	case KindHTTPS:
		return normalHTTPS(value)
	case KindContact:
		return normalContact(value)
	case KindChoice:
		if !slices.Contains(s.Choices, value) {
			return "", invalid.Unknown
		}
	case KindLangs:
		return normalLangs(value)
	case KindCountry:
		return normalCountry(value)
	case KindCode:
		return normalCode(value)
	case KindPrefix:
		return normalPrefix(value)
	case KindText, KindLines, KindMarkdown:
	}
	return value, ""
}

func normalEmail(value string) (string, invalid.Problem) {
	const maxBytes = 254
	address, err := mail.ParseAddress(value)
	if err != nil || address.Name != "" || address.Address != value || len(value) > maxBytes {
		return "", invalid.Email
	}
	return value, ""
}

func normalHost(value string) (string, invalid.Problem) {
	const maxBytes = 253
	if len(value) > maxBytes || strings.ContainsFunc(value, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._:", r)
	}) {
		return "", invalid.Host
	}
	return value, ""
}

func normalHTTPS(value string) (string, invalid.Problem) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", invalid.HTTPS
	}
	return value, ""
}

func normalContact(value string) (string, invalid.Problem) {
	for _, normal := range []func(string) (string, invalid.Problem){normalEmail, normalHTTPS} {
		if value, problem := normal(value); problem == "" {
			return value, ""
		}
	}
	return "", invalid.Contact
}

func normalLangs(value string) (string, invalid.Problem) {
	var tags []string
	for tag := range strings.SplitSeq(value, ",") {
		tag = strings.TrimSpace(tag)
		if !slices.Contains(ShopLanguages(), tag) || slices.Contains(tags, tag) {
			return "", invalid.Unknown
		}
		tags = append(tags, tag)
	}
	return strings.Join(tags, ","), ""
}

func normalCountry(value string) (string, invalid.Problem) {
	region, err := language.ParseRegion(value)
	if err != nil || len(value) != 2 || !region.IsCountry() || region.String() != strings.ToUpper(value) {
		return "", invalid.Country
	}
	return region.String(), ""
}

// normalPrefix refuses a prefix that ends with a digit, because nobody could tell where the number begins, and characters that no file name
// should have.
func normalPrefix(value string) (string, invalid.Problem) {
	allowed := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("#-_.", r) }
	last, _ := utf8.DecodeLastRuneInString(value)
	if unicode.IsDigit(last) || strings.ContainsFunc(value, func(r rune) bool { return !allowed(r) }) {
		return "", invalid.Prefix
	}
	return value, ""
}

func normalCode(value string) (string, invalid.Problem) {
	value = strings.ToUpper(value)
	if len(value) < 2 || strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return "", invalid.Currency
	}
	return value, ""
}
