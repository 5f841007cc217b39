package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	letters "github.com/coincart/coincart/templates/mail"
	"github.com/coincart/coincart/web/admin"
)

// ComposeStaff returns the function that writes the mails to the staff, for mail.OutboxConfig: in the person's language, with links to the back
// office below baseURL, under the name of the settings; shopName is the name if they have none. The outbox sets the message's id.
func ComposeStaff(db *store.Store, baseURL, shopName string) mail.ComposeStaff {
	base := strings.TrimSuffix(baseURL, "/")
	return func(m models.OutboxMessage, person models.Staff) (mail.Message, error) {
		ctx, cancel := context.WithTimeout(context.Background(), settingsWithin)
		defer cancel()
		settings, err := db.LoadSettings(ctx)
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		write, ok := staffWriters()[m.Kind]
		if !ok {
			return mail.Message{}, fmt.Errorf("no mail to the staff of the kind %q", m.Kind)
		}
		view := letters.StaffView{Printer: i18n.ByTag(person.Lang), ShopName: cmp.Or(settings.ShopName(), shopName), Name: person.Name}
		letter, err := write(ctx, staffMail{StaffView: view, row: m, base: base, currency: settings.Currency()})
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		return mail.Message{To: person.Email, Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML}, nil
	}
}

// staffMail is what a mail to a person of the staff is written of. URL is not set yet.
type staffMail struct {
	letters.StaffView

	row      models.OutboxMessage
	base     string // of the shop's address
	currency models.Currency
}

// details reads the mail's details.
func (m staffMail) details(into any) error {
	if err := json.Unmarshal([]byte(m.row.Details), into); err != nil {
		return fmt.Errorf("read the details: %w", err)
	}
	return nil
}

// staffWriters returns what writes each kind of mail to the staff.
func staffWriters() map[models.MailKind]func(context.Context, staffMail) (letters.Letter, error) {
	return map[models.MailKind]func(context.Context, staffMail) (letters.Letter, error){
		models.MailStaffAlert: func(ctx context.Context, m staffMail) (letters.Letter, error) {
			return writeAlerts(ctx, m, letters.StaffAlert)
		},
		models.MailStaffDaily: func(ctx context.Context, m staffMail) (letters.Letter, error) {
			return writeAlerts(ctx, m, letters.StaffDaily)
		},
		models.MailPriceAlert: writePrices,
		models.MailWebhook:    writeWebhook,
		models.MailNewBrowser: func(ctx context.Context, m staffMail) (letters.Letter, error) {
			return writeAccount(ctx, m, letters.NewBrowser)
		},
		models.MailThrottled: func(ctx context.Context, m staffMail) (letters.Letter, error) {
			return writeAccount(ctx, m, letters.Throttled)
		},
	}
}

// writeAlerts writes a mail about what waits for a person.
func writeAlerts(ctx context.Context, m staffMail, write func(context.Context, letters.AlertsView) (letters.Letter, error)) (letters.Letter, error) {
	var counts models.AlertCounts
	if err := m.details(&counts); err != nil {
		return letters.Letter{}, err
	}
	view := letters.AlertsView{StaffView: m.StaffView}
	view.URL = m.base + admin.AccountPath + "#alerts-title"
	for _, n := range counts {
		view.Alerts = append(view.Alerts, letters.Alert{Kind: string(n.Kind), New: n.New, Open: n.Open, Page: m.base + alertPage(n.Kind)})
	}
	return write(ctx, view)
}

// writeWebhook writes a mail about a webhook endpoint that does not work.
func writeWebhook(ctx context.Context, m staffMail) (letters.Letter, error) {
	var alert models.WebhookAlert
	if err := m.details(&alert); err != nil {
		return letters.Letter{}, err
	}
	view := letters.WebhookView{
		StaffView: m.StaffView, Host: alert.Host, State: string(alert.State), Reason: string(alert.Reason), Since: templates.NewMoment(m.Printer, alert.Since),
	}
	view.URL = m.base + admin.WebhookPath(alert.EndpointID)
	return letters.Webhook(ctx, view)
}

// writeAccount writes a mail about a person's own account.
func writeAccount(ctx context.Context, m staffMail, write func(context.Context, letters.AccountView) (letters.Letter, error)) (letters.Letter, error) {
	var facts models.Facts
	if m.row.Details != "" {
		if err := m.details(&facts); err != nil {
			return letters.Letter{}, err
		}
	}
	view := letters.AccountView{
		StaffView: m.StaffView, At: templates.NewMoment(m.Printer, m.row.CreatedAt), RemoteAddr: facts["address"], Browser: facts["browser"],
	}
	view.URL = m.base + admin.AccountPath
	return write(ctx, view)
}

// alertPage returns the page of the back office that shows what an alert is about.
func alertPage(kind models.AlertKind) string {
	switch kind {
	case models.AlertAttention:
		return admin.InboxPath
	case models.AlertRefund:
		return admin.RefundsPath + "?state=" + string(models.RefundRequested)
	case models.AlertLowStock:
		return admin.Home + "/stock?low=1"
	case models.AlertCallbacks:
		return admin.Home + "/health"
	case models.AlertStatement:
		return admin.StatementsPath
	case models.AlertDaily:
	}
	return admin.Home
}
