package admin

import (
	"strings"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
)

// SettingsView is a group of settings. Form: POST /admin/settings/{Group} with version, page (of the legal pages), the settings by their
// keys, confirm (of the currency), forget (the mail password), preview. POST /admin/settings/mail/test sends a test mail.
type SettingsView struct {
	Page      Page
	Group     string
	Tabs      []SettingTab
	Version   string
	ChangedAt templates.Moment
	ChangedBy string
	Refusal   Refusal // stale, confirm
	Fields    []SettingField
	Locked    bool     // the currency: there are orders
	MayChange bool     // else the fields are shown only
	Legal     string   // the legal page; "" in other groups
	Legals    []Choice // all legal pages
	Mail      string   // where a test mail goes
	Trial     *MailTrial
}

// SettingTab is a link to a group.
type SettingTab struct {
	Name    string // words "settings.group." + Name
	URL     string
	Current bool
}

// SettingField is one setting.
type SettingField struct {
	Key        string
	Name       string // the key without its language: words "settings.field." + Name
	Lang       string // of the text; "" for none
	Kind       string
	Value      string // "" of secrets
	Set        bool   // a secret is there
	Secret     bool
	Required   bool
	Unreadable bool // the secret cannot be opened
	Min, Max   int
	Choices    []Choice
	Source     string // database, environment, default
	Env        string
	Problem    invalid.Problem
	HTML       string // the preview
}

// MailTrial is the result of a test mail: words "settings.trial." + Outcome.
type MailTrial struct{ Outcome, Server, Answer string }

// KeysView shows the keys.
type KeysView struct {
	Page  Page
	Tabs  []SettingTab
	Own   Key
	Peers []Key
	AppID string

	MD5     bool     // messages are signed with a shared secret; there are no Peers
	Secrets []string // files of the secret
}

// Key is the public part of a key.
type Key struct {
	File  string
	Print string // ""; it cannot be read
	Bits  int
	Line  string // of ours, to register
}

// HealthView lists the doctor's findings.
type HealthView struct {
	Page     Page
	At       templates.Moment
	Healthy  bool
	Findings []Finding
}

// Finding is the result of one check. Status is good, warn, bad or unknown: words "doctor.status." + Status.
type Finding struct{ Check, Status, Says, Mend string }

// label returns the name of the field, with the language of its text.
func (f SettingField) label(p *i18n.Printer) string {
	name := p.T("settings.field." + f.Name)
	for _, l := range i18n.Languages() {
		if l.Tag == f.Lang {
			return p.T("settings.in_language", "Name", name, "Language", l.Name)
		}
	}
	return name
}

// hint says what the field is for, and where its value comes from.
func (f SettingField) hint(p *i18n.Printer) string {
	text := ""
	if id := "settings.hint." + f.Name; p.T(id) != id {
		text = p.T(id)
	}
	switch {
	case f.Unreadable:
		return p.T("settings.unreadable")
	case f.Source == "environment":
		return strings.TrimSpace(text + " " + p.T("settings.source.environment", "Env", f.Env))
	case f.Secret && f.Set:
		return strings.TrimSpace(text + " " + p.T("settings.secret_set"))
	}
	return text
}

func (f SettingField) input(p *i18n.Printer) input {
	i := input{
		id: f.Key, label: f.label(p), value: f.Value, hint: f.hint(p), required: f.Required, choices: f.Choices, lang: f.Lang,
		lines: f.Kind == "lines", numeric: f.Kind == "number",
		problem: p.ProblemOf("limit", f.Problem, "Min", number(f.Min), "Max", number(f.Max)),
	}
	switch {
	case f.Secret:
		i.kind, i.complete = "password", "new-password"
	case f.Kind == "email":
		i.kind = "email"
	}
	if f.Kind != "number" && f.Max > 0 {
		i.length = number(f.Max)
	}
	return i
}
