package web

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
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
		view := letters.StaffView{
			Printer: i18n.ByTag(person.Lang), ShopName: cmp.Or(settings.ShopName(), shopName), Name: person.Name, Settings: base + admin.AccountPath + "#alerts-title",
		}
		for _, n := range models.ParseAlertCounts(m.About) {
			view.Alerts = append(view.Alerts, letters.Alert{Kind: string(n.Kind), New: n.New, Open: n.Open, Page: base + alertPage(n.Kind)})
		}
		write := letters.StaffAlert
		switch m.Kind { //nolint:exhaustive // the others are for shoppers
		case models.MailStaffAlert:
		case models.MailStaffDaily:
			write = letters.StaffDaily
		default:
			return mail.Message{}, fmt.Errorf("no mail to the staff of the kind %q", m.Kind)
		}
		letter, err := write(ctx, view)
		if err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
		}
		return mail.Message{To: person.Email, Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML}, nil
	}
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
