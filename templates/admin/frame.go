package admin

import (
	"strconv"

	"github.com/coincart/coincart/templates/i18n"
)

// word returns the catalogue's word for a value, such as word(p, "admin.role.", "owner"). A value without a word is returned unchanged.
func word(p *i18n.Printer, prefix, value string) string {
	if value == "" {
		return ""
	}
	if text := p.T(prefix + value); text != prefix+value {
		return text
	}
	return value
}

// navGroup is a part of the navigation; the first has no name.
type navGroup struct {
	name     string // "admin.group." + name
	sections []Section
}

// navigation returns the groups of sections that the person may see, in the menu's order.
func (p Page) navigation() []navGroup {
	shop, system, finance := []Section{SectionLinks, SectionDelivery}, []Section{SectionTasks}, []Section{SectionStatements}
	if p.May.Export {
		finance = append(finance, SectionExports)
	}
	if p.May.Staff {
		shop = append(shop, SectionStaff)
	}
	if p.May.Audit {
		system = append(system, SectionAudit)
	}
	shop = append(shop, SectionSettings)
	if p.May.Settings {
		shop = append(shop, SectionAPIKeys, SectionWebhooks)
	}
	return []navGroup{
		{"", []Section{SectionDashboard, SectionInbox}},
		{"orders", []Section{SectionOrders, SectionCancellations, SectionRefunds, SectionCustomers}},
		{"products", []Section{SectionProducts, SectionCategories, SectionStock, SectionCoupons}},
		{"finance", append(finance, SectionCoins)},
		{"shop", shop},
		{"system", append(system, SectionHealth)},
	}
}

// waiting returns the part of Page.Work that belongs to a section; ok is false if nothing waits there.
func (p Page) waiting(s Section) (a Attention, ok bool) {
	kind := map[Section]string{
		SectionInbox: "reviews", SectionOrders: "to_fulfil", SectionRefunds: "refunds_waiting", SectionStatements: "discrepancies",
	}[s]
	for _, a := range p.Work {
		if a.Kind == kind {
			return a, true
		}
	}
	return Attention{}, false
}

// waitingTotal returns the sum of the navigation's counters.
func (p Page) waitingTotal() int {
	sum := 0
	for _, group := range p.navigation() {
		for _, section := range group.sections {
			if a, ok := p.waiting(section); ok {
				sum += a.Count
			}
		}
	}
	return sum
}

// badge returns a count as text that is short enough for the navigation.
func badge(n int) string {
	const most = 99
	if n > most {
		return strconv.Itoa(most) + "+"
	}
	return strconv.Itoa(n)
}

// sectionTitle returns the name of the page's entry in the navigation; "" for a page without one.
func (p Page) sectionTitle() string {
	if p.Section == "" {
		return ""
	}
	return p.Printer.T("admin.section." + string(p.Section))
}

func (s Section) path() string {
	if s == SectionDashboard {
		return "/admin"
	}
	return "/admin/" + string(s)
}

// sectionGlyphs are the names of the sections' icons in the navigation.
var sectionGlyphs = map[Section]string{
	SectionDashboard: "gauge", SectionInbox: "inbox", SectionOrders: "bag", SectionCustomers: "user", SectionCancellations: "stop",
	SectionProducts: "box", SectionCategories: "tree", SectionStock: "layers", SectionCoupons: "ticket", SectionDelivery: "truck",
	SectionCoins: "coin", SectionStatements: "book", SectionRefunds: "return", SectionExports: "file", SectionTasks: "list", SectionAudit: "shield",
	SectionStaff: "people", SectionSettings: "gear", SectionAPIKeys: "key", SectionWebhooks: "hook", SectionLinks: "file", SectionHealth: "pulse", SectionAccount: "user",
}

func (n Notice) class() string {
	switch {
	case n.Bad, n.Kind == NoticeRefused:
		return "note--bad"
	case n.Kind == NoticeExpired, n.Kind == NoticeRecoveryFew, n.Kind == NoticeCancelUnknown, n.Kind == NoticeCancelPaid:
		return "note--warn"
	}
	return "note--good"
}

func (n Notice) glyph() string {
	switch n.class() {
	case "note--bad":
		return "alert"
	case "note--warn":
		return "info"
	}
	return "check"
}

func (n Notice) words(p *i18n.Printer) string {
	if n.Kind == NoticeRefused {
		return refusalWords(p, Refusal(n.Text))
	}
	return p.T("admin.notice."+string(n.Kind), "Text", n.Text)
}

func (v ErrorView) title() string {
	return v.Page.Printer.T("admin.error." + string(v.Kind) + ".title")
}

func (v ErrorView) text() string { return v.Page.Printer.T("admin.error." + string(v.Kind) + ".text") }

func (v ErrorView) backWords() string {
	p := v.Page.Printer
	switch v.Back {
	case "/admin":
		return p.T("admin.error.back.office")
	case "/admin/login":
		return p.T("admin.error.back.login")
	}
	return p.T("admin.error.back")
}
