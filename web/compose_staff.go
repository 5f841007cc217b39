package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	letters "github.com/coincart/coincart/templates/mail"
	"github.com/coincart/coincart/web/admin"
)

// staffMail writes a mail to a member of the staff about their own account.
func staffMail(ctx context.Context, db *store.Store, from sender, m models.OutboxMessage) (mail.Message, error) {
	people, err := db.StaffList(ctx)
	if err != nil {
		return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
	}
	at := slices.IndexFunc(people, func(p models.Staff) bool { return p.ID == m.StaffID })
	if at < 0 {
		return mail.Message{}, fmt.Errorf("write mail %s: no such person: %w", m.Kind, store.ErrNotFound)
	}
	var facts models.Facts
	if m.Facts != "" {
		if err := json.Unmarshal([]byte(m.Facts), &facts); err != nil {
			return mail.Message{}, fmt.Errorf("write mail %s: read its facts: %w", m.Kind, err)
		}
	}
	write, ok := map[models.MailKind]func(context.Context, letters.StaffView) (letters.Letter, error){
		models.MailNewBrowser: letters.NewBrowser,
		models.MailThrottled:  letters.Throttled,
	}[m.Kind]
	if !ok {
		return mail.Message{}, fmt.Errorf("no mail to staff of the kind %q", m.Kind)
	}
	person := people[at]
	p := i18n.ByTag(person.Lang)
	letter, err := write(ctx, letters.StaffView{
		Printer: p, ShopName: from.name, Name: person.Name, AccountURL: from.base + admin.Home + "/account", At: templates.NewMoment(p, m.CreatedAt),
		RemoteAddr: facts["address"], Browser: facts["browser"],
	})
	if err != nil {
		return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
	}
	return mail.Message{To: person.Email, ReplyTo: from.contact, Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML}, nil
}
