package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates/i18n"
)

// StaffView is the data of the mails to a person of the staff.
type StaffView struct {
	Printer  *i18n.Printer // the person's language; must be set
	ShopName string
	Name     string // the person's; "" greets without
	Alerts   []Alert
	Settings string // absolute address of the page on which the person chooses what to be told
}

// Alert is one kind of what waits for the staff. Its words are "mail.alert." + Kind.
type Alert struct {
	Kind string
	New  int    // since the mail before
	Open int    // with the new ones
	Page string // absolute address of the page that shows them
}

// StaffAlert returns the letter that tells a person at once. It has one kind of alert.
func StaffAlert(ctx context.Context, v StaffView) (Letter, error) {
	if len(v.Alerts) == 0 {
		return Letter{}, errors.New("write letter: nothing to tell")
	}
	return writeStaff(ctx, v, v.Printer.T("mail.alert.subject", "Shop", v.ShopName, "What", v.Alerts[0].words(v.Printer)), v.Printer.T("mail.alert.heading"))
}

// StaffDaily returns the letter with the summary of the day.
func StaffDaily(ctx context.Context, v StaffView) (Letter, error) {
	return writeStaff(ctx, v, v.Printer.T("mail.daily.subject", "Shop", v.ShopName), v.Printer.T("mail.daily.heading"))
}

func writeStaff(ctx context.Context, v StaffView, subject, heading string) (Letter, error) {
	var html strings.Builder
	if err := staffDocument(v, subject, heading).Render(ctx, &html); err != nil {
		return Letter{}, fmt.Errorf("write letter: %w", err)
	}
	return Letter{Subject: text.OneLine(subject), Text: plainStaff(v), HTML: html.String()}, nil
}

// plainStaff returns the mail for readers without HTML.
func plainStaff(v StaffView) string {
	p := v.Printer
	var b strings.Builder
	b.WriteString(text.OneLine(v.greeting()) + "\n\n")
	for _, a := range v.Alerts {
		b.WriteString("- " + a.words(p) + "\n")
		if open := a.openWords(p); open != "" {
			b.WriteString("  " + open + "\n")
		}
		b.WriteString("  " + a.Page + "\n\n")
	}
	b.WriteString(p.T("mail.alert.choose") + "\n" + v.Settings + "\n\n" + v.ShopName + "\n")
	return b.String()
}

func (v StaffView) greeting() string { return View{Printer: v.Printer, Name: v.Name}.greeting() }

// words returns the sentence with what is new.
func (a Alert) words(p *i18n.Printer) string { return p.N("mail.alert."+a.Kind, a.New) }

// openWords returns the sentence with what is open altogether; "" if all of it is new.
func (a Alert) openWords(p *i18n.Printer) string {
	if a.Open <= a.New {
		return ""
	}
	return p.N("mail.alert.open", a.Open)
}
