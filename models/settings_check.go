package models

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/coincart/coincart/models/text"
)

// SettingProblem says what is wrong with a value.
type SettingProblem string

// The problems.
const (
	SettingUnknown       SettingProblem = "unknown"        // there is no such setting
	SettingMissing       SettingProblem = "missing"        // it must not be empty
	SettingTooLong       SettingProblem = "too_long"       // more than Max characters
	SettingCharacters    SettingProblem = "characters"     // what no visible text has: package text
	SettingNumber        SettingProblem = "number"         // no whole number from Min to Max
	SettingEmail         SettingProblem = "email"          // no mail address
	SettingHost          SettingProblem = "host"           // no name of a machine
	SettingChoice        SettingProblem = "choice"         // none of the choices
	SettingCountry       SettingProblem = "country"        // no country's code
	SettingCode          SettingProblem = "code"           // no currency's code
	SettingInUse         SettingProblem = "in_use"         // the currency cannot change: there are orders
	SettingTooFine       SettingProblem = "too_fine"       // the currency's digits are fewer than a price has
	SettingNoSender      SettingProblem = "no_sender"      // a mail server needs the sender's address
	SettingNoUser        SettingProblem = "no_user"        // a password without a name
	SettingPasswordAgain SettingProblem = "password_again" // the server is another one: its password is needed anew
)

// SettingError is a value that a setting cannot have.
type SettingError struct {
	Key     SettingKey
	Problem SettingProblem
}

// Error names the setting and the problem, never the value.
func (e *SettingError) Error() string { return "setting " + string(e.Key) + ": " + string(e.Problem) }

// Normal checks a value and gives it in the form in which it is kept. The error is a *SettingError.
func (s Setting) Normal(value string) (string, error) {
	if s.Kind == KindLines || s.Kind == KindMarkdown {
		value = strings.ReplaceAll(value, "\r\n", "\n")
	}
	if !s.Secret {
		value = strings.TrimSpace(value)
	}
	problem := SettingProblem("")
	switch {
	case !s.visible(value):
		problem = SettingCharacters
	case text.Blank(value) && s.Required:
		problem = SettingMissing
	case s.Max > 0 && s.Kind != KindNumber && utf8.RuneCountInString(value) > s.Max:
		problem = SettingTooLong
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

func (s Setting) check(value string) (string, SettingProblem) {
	switch s.Kind {
	case KindNumber:
		n, err := strconv.Atoi(value)
		if err != nil || n < s.Min || n > s.Max {
			return "", SettingNumber
		}
		return strconv.Itoa(n), ""
	case KindEmail:
		return normalEmail(value)
	case KindHost:
		return normalHost(value)
	case KindChoice:
		if !slices.Contains(s.Choices, value) {
			return "", SettingChoice
		}
	case KindLangs:
		return normalLangs(value)
	case KindCountry:
		return normalCountry(value)
	case KindCode:
		return normalCode(value)
	case KindText, KindLines, KindMarkdown:
	}
	return value, ""
}

func normalEmail(value string) (string, SettingProblem) {
	const longest = 254
	address, err := mail.ParseAddress(value)
	if err != nil || address.Name != "" || address.Address != value || len(value) > longest {
		return "", SettingEmail
	}
	return value, ""
}

func normalHost(value string) (string, SettingProblem) {
	const longest = 253
	if len(value) > longest || strings.ContainsFunc(value, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._:", r)
	}) {
		return "", SettingHost
	}
	return value, ""
}

func normalLangs(value string) (string, SettingProblem) {
	var tags []string
	for tag := range strings.SplitSeq(value, ",") {
		tag = strings.TrimSpace(tag)
		if !slices.Contains(ShopLanguages(), tag) || slices.Contains(tags, tag) {
			return "", SettingChoice
		}
		tags = append(tags, tag)
	}
	return strings.Join(tags, ","), ""
}

func normalCountry(value string) (string, SettingProblem) {
	region, err := language.ParseRegion(value)
	if err != nil || len(value) != 2 || !region.IsCountry() || region.String() != strings.ToUpper(value) {
		return "", SettingCountry
	}
	return region.String(), ""
}

func normalCode(value string) (string, SettingProblem) {
	value = strings.ToUpper(value)
	for _, r := range value {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return "", SettingCode
		}
	}
	if len(value) < 2 {
		return "", SettingCode
	}
	return value, ""
}
