package admin_test

import (
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/templates/admin"
)

// setUp are the pages of settings, keys and health.
func (f fixtures) setUp() []sheet {
	viewer := f.settings(models.GroupShop)
	viewer.MayChange, viewer.Page.User.Role = false, "viewer"
	wrong, stale, locked := f.settings(models.GroupShop), f.settings(models.GroupOrders), f.settings(models.GroupCurrency)
	for i := range wrong.Fields {
		wrong.Fields[i].Problem = settingProblems()[i%len(settingProblems())]
	}
	stale.Refusal, locked.Locked = admin.RefusalStale, true
	sure := f.settings(models.GroupCurrency)
	sure.Refusal = admin.RefusalConfirm
	sealed := f.settings(models.GroupMail)
	for i := range sealed.Fields {
		sealed.Fields[i].Unreadable = sealed.Fields[i].Secret
		sealed.Fields[i].Problem = invalid.NoSender
	}
	given := f.settings(models.GroupMail)
	for i := range given.Fields {
		given.Fields[i].Source, given.Fields[i].Env, given.Fields[i].Set = "environment", "COINCART_SMTP_URL", true
	}
	sheets := []sheet{
		{"settings-viewer", admin.Settings(viewer)},
		{"settings-wrong", admin.Settings(wrong)},
		{"settings-stale", admin.Settings(stale)},
		{"settings-locked", admin.Settings(locked)},
		{"settings-confirm", admin.Settings(sure)},
		{"settings-sealed", admin.Settings(sealed)},
		{"settings-given", admin.Settings(given)},
		{"keys", admin.Keys(f.keys())},
		{"keys-md5", admin.Keys(f.md5Keys())},
		{"keys-none", admin.Keys(admin.KeysView{Page: f.page(admin.SectionSettings), Tabs: f.settingTabs("keys")})},
		{"health", admin.Health(f.health())},
		{"health-good", admin.Health(admin.HealthView{Page: f.page(admin.SectionHealth), At: f.at(0), Healthy: true, Findings: f.health().Findings[:1]})},
	}
	for _, group := range models.SettingGroups() {
		sheets = append(sheets, sheet{"settings-" + string(group), admin.Settings(f.settings(group))})
	}
	for _, outcome := range modelstest.Constants[mail.Outcome]() {
		v := f.settings(models.GroupMail)
		v.Trial = &admin.MailTrial{Outcome: string(outcome), Server: "mail.example.org:587", Answer: "250 2.0.0 Ok: queued as 4F2A"}
		sheets = append(sheets, sheet{"settings-mail-" + string(outcome), admin.Settings(v)})
	}
	return sheets
}

func settingProblems() []invalid.Problem {
	return []invalid.Problem{
		invalid.Unknown, invalid.Missing, invalid.TooLong, invalid.Characters, invalid.Between, invalid.Email,
		invalid.Host, invalid.Unknown, invalid.Country, invalid.Currency, invalid.InUse, invalid.Fine,
		invalid.NoUser, invalid.PasswordAgain,
	}
}

func (f fixtures) settingTabs(current string) []admin.SettingTab {
	var list []admin.SettingTab
	for _, group := range models.SettingGroups() {
		list = append(list, admin.SettingTab{Name: string(group), URL: "/admin/settings/" + string(group), Current: string(group) == current})
	}
	return append(list, admin.SettingTab{Name: "keys", URL: "/admin/settings/keys", Current: current == "keys"})
}

// settings is a group's page, of the legal pages with a preview.
func (f fixtures) settings(group models.SettingGroup) admin.SettingsView {
	v := admin.SettingsView{
		Page: f.page(admin.SectionSettings), Group: string(group), Tabs: f.settingTabs(string(group)), Version: "3", ChangedAt: f.at(60),
		ChangedBy: "ada@example.com", Mail: "ada@example.com", MayChange: true,
	}
	if group == models.GroupLegal {
		v.Legal, v.Legals = "terms", f.choices("terms", models.LegalPages())[1:]
	}
	for _, s := range models.SettingsList() {
		if s.Group != group || group == models.GroupLegal && !strings.HasPrefix(string(s.Key), "legal.terms.") {
			continue
		}
		field := admin.SettingField{
			Key: string(s.Key), Name: string(s.Key), Kind: string(s.Kind), Value: s.Default, Secret: s.Secret, Set: s.Secret, Required: s.Required,
			Min: s.Min, Max: s.Max, Source: "database",
		}
		for _, lang := range models.ShopLanguages() {
			if name, ok := strings.CutSuffix(field.Key, "."+lang); ok {
				field.Name, field.Lang = name, lang
			}
		}
		if s.Kind == models.KindMarkdown {
			field.Value, field.HTML = "## 1", "<h2>1</h2>"
		}
		if s.Kind == models.KindChoice {
			for _, c := range s.Choices {
				field.Choices = append(field.Choices, admin.Choice{Value: c, Label: f.p.T("settings.choice." + c)})
			}
		}
		v.Fields = append(v.Fields, field)
	}
	return v
}

func (f fixtures) md5Keys() admin.KeysView {
	v := f.keys()
	v.Peers, v.MD5, v.Secrets = nil, true, []string{"keys/platform.secret"}
	return v
}

func (f fixtures) keys() admin.KeysView {
	return admin.KeysView{
		Page: f.page(admin.SectionSettings), Tabs: f.settingTabs("keys"), AppID: "coincart_demo",
		Own: admin.Key{File: "keys/merchant.pem", Print: "SHA256:" + strings.Repeat("a", 43), Bits: 2048, Line: strings.Repeat("MIIB", 98)},
		Peers: []admin.Key{
			{File: "keys/platform.pub.pem", Print: "SHA256:" + strings.Repeat("b", 43), Bits: 2048}, {File: "keys/platform-next.pub.pem"},
		},
	}
}

// health is a report with a finding of every status.
func (f fixtures) health() admin.HealthView {
	v := admin.HealthView{Page: f.page(admin.SectionHealth), At: f.at(0)}
	for _, status := range []health.Status{health.Good, health.Warn, health.Bad, health.Unknown} {
		finding := admin.Finding{Check: f.p.T("doctor.check.clock"), Status: string(status), Says: f.p.T("doctor.says.clock_ahead", "Seconds", "600")}
		if status != health.Good {
			finding.Mend = f.p.T("doctor.mend.clock_ahead")
		}
		v.Findings = append(v.Findings, finding)
	}
	return v
}
