package system

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/markdown"
	"github.com/coincart/coincart/web/visit"
)

const settingsPath = admin.Home + "/settings"

// settingsForm is a form of settings: what was typed, and what is wrong with it.
type settingsForm struct {
	group    models.SettingGroup
	legal    string                       // the legal page that is edited
	typed    map[models.SettingKey]string // nil: the values in force
	problems map[models.SettingKey]invalid.Problem
	refusal  pages.Refusal
	preview  bool
	trial    *mail.Trial
}

// settingGroup returns the group that the address names; the bare address means the first.
func settingGroup(req *admin.Request) (models.SettingGroup, error) {
	name := models.SettingGroup(req.Param("group"))
	if name == "" {
		return models.GroupShop, nil
	}
	if !slices.Contains(models.SettingGroups(), name) {
		return "", visit.ErrNoPage
	}
	return name, nil
}

// legalPage returns the legal page with this name, else the first.
func legalPage(name string) string {
	if slices.Contains(models.LegalPages(), name) {
		return name
	}
	return models.LegalPages()[0]
}

// showSettings shows a group's settings: GET /admin/settings/{group}, of the legal pages one by ?page=.
func (h *handlers) showSettings(req *admin.Request) error {
	group, err := settingGroup(req)
	if err != nil {
		return err
	}
	return h.settingsPage(req, settingsForm{group: group, legal: legalPage(req.Query("page"))})
}

// fields returns the settings that a form has: the group's, or those of one legal page.
func (f settingsForm) fields() []models.Setting {
	var list []models.Setting
	for _, s := range models.SettingsList() {
		if s.Group == f.group && (f.group != models.GroupLegal || strings.HasPrefix(string(s.Key), "legal."+f.legal+".")) {
			list = append(list, s)
		}
	}
	return list
}

func (h *handlers) settingsPage(req *admin.Request, f settingsForm) error {
	settings, err := h.site.Store.LoadSettings(req.Context()) // not the cached ones: who saves must see what was saved
	if err != nil {
		return err
	}
	state := settings.Group(f.group)
	view := pages.SettingsView{
		Page: req.Page(pages.SectionSettings), Group: string(f.group), Tabs: settingTabs(string(f.group)), Version: strconv.Itoa(state.Version),
		ChangedAt: admin.Moment(req.Printer, state.At), ChangedBy: state.Who, Refusal: f.refusal, Mail: req.Who().Staff.Email,
		MayChange: req.Who().Staff.Role.Can(models.MaySettings),
	}
	view.Page.Path = settingsPath + "/" + string(f.group)
	if f.group == models.GroupCurrency {
		if view.Locked, err = h.site.Store.HasOrders(req.Context()); err != nil {
			return err
		}
	}
	if f.group == models.GroupLegal {
		view.Legal, view.Page.Path = f.legal, view.Page.Path+"?page="+f.legal
		view.Legals = admin.Choices(models.LegalPages(), f.legal, false)
	}
	for _, s := range f.fields() {
		field, err := f.field(req.Printer, settings, s)
		if err != nil {
			return err
		}
		view.Fields = append(view.Fields, field)
	}
	if f.trial != nil {
		view.Trial = &pages.MailTrial{Outcome: string(f.trial.Outcome), Server: f.trial.Server, Answer: f.trial.Answer}
	}
	status := http.StatusOK
	switch {
	case f.refusal != "":
		status = admin.StatusOf(f.refusal)
	case len(f.problems) > 0:
		status = http.StatusUnprocessableEntity
	}
	return req.Show(status, pages.Settings(view))
}

func (f settingsForm) field(p *i18n.Printer, settings models.Settings, s models.Setting) (pages.SettingField, error) {
	field := pages.SettingField{
		Key: string(s.Key), Kind: string(s.Kind), Secret: s.Secret, Required: s.Required, Max: s.Max, Min: s.Min,
		Source: string(settings.Source(s.Key)), Env: s.Env, Problem: f.problems[s.Key], Unreadable: settings.Unreadable(s.Key),
		Name: string(s.Key),
	}
	for _, lang := range models.ShopLanguages() {
		if name, ok := strings.CutSuffix(field.Key, "."+lang); ok {
			field.Name, field.Lang = name, lang
		}
	}
	value := settings.Text(s.Key)
	field.Set = value != ""
	if f.typed != nil {
		value = f.typed[s.Key]
	}
	if !s.Secret {
		field.Value = value
	}
	field.Choices = settingChoices(p, s, value)
	if f.preview && value != "" {
		html, err := markdown.HTML(value)
		if err != nil {
			return field, err
		}
		field.HTML = html
	}
	return field, nil
}

// settingChoices returns the values that a setting is chosen from; nil if it is typed.
func settingChoices(p *i18n.Printer, s models.Setting, chosen string) []pages.Choice {
	switch s.Kind { //nolint:exhaustive // the others are typed
	case models.KindChoice:
		list := admin.Choices(s.Choices, chosen, false)
		for i := range list {
			list[i].Label = p.T("settings.choice." + list[i].Value)
		}
		return list
	case models.KindLangs:
		return langChoices(chosen)
	case models.KindCountry:
		list := []pages.Choice{{Label: p.T("settings.choice.none"), Selected: chosen == ""}}
		for _, c := range models.CountriesIn(p.Lang()) {
			list = append(list, pages.Choice{Value: c.Code, Label: c.Name, Selected: c.Code == chosen})
		}
		return list
	}
	return nil
}

// langChoices returns the languages that can be offered: all with one of them first, or one alone.
func langChoices(chosen string) []pages.Choice {
	names := map[string]string{}
	for _, l := range i18n.Languages() {
		names[l.Tag] = l.Name
	}
	var list []pages.Choice
	add := func(tags ...string) {
		labels := make([]string, len(tags))
		for i, tag := range tags {
			labels[i] = names[tag]
		}
		value := strings.Join(tags, ",")
		list = append(list, pages.Choice{Value: value, Label: strings.Join(labels, " + "), Selected: value == chosen})
	}
	tags := models.ShopLanguages()
	for _, first := range tags {
		rest := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return tag == first })
		add(append([]string{first}, rest...)...)
	}
	for _, tag := range tags {
		add(tag)
	}
	return list
}

func settingTabs(current string) []pages.SettingTab {
	var list []pages.SettingTab
	for _, group := range models.SettingGroups() {
		list = append(list, pages.SettingTab{Name: string(group), URL: settingsPath + "/" + string(group), Current: string(group) == current})
	}
	return append(list, pages.SettingTab{Name: "keys", URL: settingsPath + "/keys", Current: current == "keys"})
}

// saveSettings changes a group's settings: POST /admin/settings/{group} with version and the settings by their keys. With preview the legal
// page is shown and nothing is changed. An empty field resets the setting to the environment's or the default value.
func (h *handlers) saveSettings(req *admin.Request) error {
	group, err := settingGroup(req)
	if err != nil {
		return err
	}
	form, err := req.Form()
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(form.Get("version"))
	if err != nil {
		return visit.ErrBadForm
	}
	f := settingsForm{group: group, legal: legalPage(form.Get("page")), typed: map[models.SettingKey]string{}, preview: form.Has("preview")}
	for _, s := range f.fields() {
		f.typed[s.Key] = form.Get(string(s.Key))
	}
	if f.preview {
		return h.settingsPage(req, f)
	}
	if group == models.GroupCurrency && form.Get("confirm") == "" {
		f.refusal = pages.RefusalConfirm
		return h.settingsPage(req, f)
	}
	settings, err := h.site.Store.LoadSettings(req.Context())
	if err != nil {
		return err
	}
	changes, problems := f.changes(settings, form)
	if len(problems) == 0 {
		err = h.settings.Save(req.Context(), req.Actor(), group, version, changes)
	}
	f.problems = problems
	refused, isRefused := errors.AsType[*models.SettingError](err)
	switch {
	case errors.Is(err, store.ErrConflict):
		f.refusal = pages.RefusalStale
	case isRefused:
		f.problems = map[models.SettingKey]invalid.Problem{refused.Key: refused.Problem}
	case err != nil:
		return err
	case len(problems) == 0:
		to := settingsPath + "/" + string(group)
		if group == models.GroupLegal {
			to += "?page=" + f.legal
		}
		return req.Done(to, pages.NoticeSaved)
	}
	return h.settingsPage(req, f)
}

// changes returns the changes that the form requests, and the problems of its fields.
func (f settingsForm) changes(settings models.Settings, form url.Values) ([]models.SettingChange, map[models.SettingKey]invalid.Problem) {
	problems := map[models.SettingKey]invalid.Problem{}
	var list []models.SettingChange
	noServer := f.group == models.GroupMail && strings.TrimSpace(f.typed[models.SettingMailHost]) == ""
	for _, s := range f.fields() {
		typed := f.typed[s.Key]
		switch {
		case noServer, s.Secret && form.Get("forget") != "":
			list = append(list, models.SettingChange{Key: s.Key, Reset: true})
			continue
		case s.Secret && typed == "", !f.group.Whole() && settings.Source(s.Key) != models.FromDatabase && typed == settings.Text(s.Key):
			continue
		case strings.TrimSpace(typed) == "" && !s.Required:
			list = append(list, models.SettingChange{Key: s.Key, Reset: true})
			continue
		}
		normal, err := s.Normal(typed)
		if refused, ok := errors.AsType[*models.SettingError](err); ok {
			problems[s.Key] = refused.Problem
			continue
		}
		list = append(list, models.SettingChange{Key: s.Key, Value: normal})
	}
	return list, problems
}

// tryMail sends a test mail to the person who asks for it, by the stored server, and shows the server's answer: POST
// /admin/settings/mail/test.
func (h *handlers) tryMail(req *admin.Request) error {
	f := settingsForm{group: models.GroupMail, trial: &mail.Trial{Outcome: mail.TrialFailed}}
	if h.checks.TryMail != nil {
		shop := h.site.ShopName(req.Context())
		trial := h.checks.TryMail(req.Context(), mail.Message{
			To: req.Who().Staff.Email, Subject: req.Printer.T("settings.mail.test.subject", "Shop", shop),
			Text: req.Printer.T("settings.mail.test.text", "Shop", shop) + "\n", MessageID: models.NewRef() + "@" + h.site.Host(),
		})
		f.trial = &trial
	}
	return h.settingsPage(req, f)
}

// showKeys shows the keys in use and how to replace them: GET /admin/settings/keys.
func (h *handlers) showKeys(req *admin.Request) error {
	view := pages.KeysView{Page: req.PageAt(pages.SectionSettings, settingsPath+"/keys"), Tabs: settingTabs("keys")}
	if h.checks.Doctor.MerchantKey != "" {
		own, peers := h.checks.Doctor.KeyInfos()
		view.Own = pages.Key{File: own.File, Print: own.Print, Bits: own.Bits, Line: own.Line}
		for _, peer := range peers {
			view.Peers = append(view.Peers, pages.Key{File: peer.File, Print: peer.Print, Bits: peer.Bits})
		}
		view.AppID = h.checks.Doctor.AppID
		view.MD5, view.Secrets = h.checks.Doctor.MD5(), h.checks.Doctor.Secrets
	}
	return req.Answer("", pages.Keys(view))
}
