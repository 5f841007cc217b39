package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/templates/i18n"
)

// StaffView is the data of every mail to a person of the staff.
type StaffView struct {
	Printer  *i18n.Printer // the person's language; must be set
	ShopName string
	Name     string // the person's; "" greets without
	URL      string // absolute address of the page of the back office that the mail is about
}

// AlertsView is the data of the mails about what waits for the staff. URL is the page on which the person chooses what to be told.
type AlertsView struct {
	StaffView

	Alerts []Alert
}

// Alert is one kind of what waits for the staff. Its words are "mail.alert." + Kind.
type Alert struct {
	Kind string
	New  int    // since the mail before
	Open int    // with the new ones
	Page string // absolute address of the page that shows them
}

// StaffAlert returns the letter that tells a person at once. It has one kind of alert.
func StaffAlert(ctx context.Context, v AlertsView) (Letter, error) {
	if len(v.Alerts) == 0 {
		return Letter{}, errors.New("write letter: nothing to tell")
	}
	return writeAlerts(ctx, v, v.Printer.T("mail.alert.subject", "Shop", v.ShopName, "What", v.Alerts[0].words(v.Printer)), v.Printer.T("mail.alert.heading"))
}

// StaffDaily returns the letter with the summary of the day.
func StaffDaily(ctx context.Context, v AlertsView) (Letter, error) {
	return writeAlerts(ctx, v, v.Printer.T("mail.daily.subject", "Shop", v.ShopName), v.Printer.T("mail.daily.heading"))
}

func writeAlerts(ctx context.Context, v AlertsView, subject, heading string) (Letter, error) {
	var html strings.Builder
	if err := alertsDocument(v, subject, heading).Render(ctx, &html); err != nil {
		return Letter{}, fmt.Errorf("write letter: %w", err)
	}
	return Letter{Subject: text.OneLine(subject), Text: plainAlerts(v), HTML: html.String()}, nil
}

// plainAlerts returns the mail for readers without HTML.
func plainAlerts(v AlertsView) string {
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
	b.WriteString(p.T("mail.alert.choose") + "\n" + v.URL + "\n\n" + v.ShopName + "\n")
	return b.String()
}

// write writes a letter with a button that leads to the page.
func (v StaffView) write(ctx context.Context, l letter) (Letter, error) {
	return write(ctx, View{Printer: v.Printer, ShopName: v.ShopName, Name: v.Name, OrderURL: v.URL}, l)
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
