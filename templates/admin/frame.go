package admin

import (
	"strings"

	"coincart/templates/i18n"
)

// word is the catalogue's word for a value, such as word(p, "admin.role.", "owner"). A value that has none is shown as it is.
func word(p *i18n.Printer, prefix, value string) string {
	if value == "" {
		return ""
	}
	if text := p.T(prefix + value); text != prefix+value {
		return text
	}
	return value
}

// sections are the entries of the navigation that the person may see.
func (p Page) sections() []Section {
	list := []Section{
		SectionDashboard, SectionInbox, SectionOrders, SectionCustomers, SectionCancellations, SectionProducts, SectionCategories, SectionStock, SectionCoupons, SectionDelivery,
		SectionCoins,
		SectionStatements, SectionRefunds, SectionTasks,
	}
	if p.May.Audit {
		list = append(list, SectionAudit)
	}
	if p.May.Staff {
		list = append(list, SectionStaff)
	}
	list = append(list, SectionSettings, SectionHealth)
	return list
}

// returnPath is where the language switch comes back to: this page, as long as it is an address of ours.
func (p Page) returnPath() string {
	if strings.HasPrefix(p.Path, "/") && !strings.HasPrefix(p.Path, "//") {
		return p.Path
	}
	return "/admin"
}

func (s Section) path() string {
	if s == SectionDashboard {
		return "/admin"
	}
	return "/admin/" + string(s)
}

func (s Section) glyph() string {
	switch s {
	case SectionDashboard:
		return "gauge"
	case SectionInbox:
		return "inbox"
	case SectionOrders:
		return "bag"
	case SectionCustomers:
		return "user"
	case SectionCancellations:
		return "stop"
	case SectionProducts:
		return "box"
	case SectionCategories:
		return "tree"
	case SectionStock:
		return "layers"
	case SectionCoupons:
		return "ticket"
	case SectionDelivery:
		return "truck"
	case SectionCoins:
		return "coin"
	case SectionStatements:
		return "book"
	case SectionRefunds:
		return "return"
	case SectionTasks:
		return "list"
	case SectionAudit:
		return "shield"
	case SectionStaff:
		return "people"
	case SectionSettings:
		return "gear"
	case SectionHealth:
		return "pulse"
	case SectionAccount:
		return "user"
	}
	return "dot"
}

// label is how a person is called: by name, else by e-mail address.
func (u User) label() string {
	if u.Name != "" {
		return u.Name
	}
	return u.Email
}

func (n Notice) class() string {
	switch {
	case n.Bad, n.Kind == NoticeProblem:
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
	if n.Kind == NoticeProblem {
		return word(p, "admin.problem.", n.Text)
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
