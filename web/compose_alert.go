package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates/i18n"
	letters "github.com/coincart/coincart/templates/mail"
)

// composeAlert writes the mail to an owner about a change of prices, in the owner's language. Somebody who is no owner any more gets none:
// then the message has no recipient.
func composeAlert(ctx context.Context, db *store.Store, m models.OutboxMessage, from sender, currency models.Currency) (mail.Message, error) {
	people, err := db.StaffList(ctx)
	if err != nil {
		return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
	}
	i := slices.IndexFunc(people, func(s models.Staff) bool { return s.ID == m.StaffID && !s.Disabled && s.Role == models.RoleOwner })
	if i < 0 {
		return mail.Message{}, nil
	}
	person := people[i]
	var alert models.PriceAlert
	if err := json.Unmarshal([]byte(m.Details), &alert); err != nil {
		return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
	}
	letter, err := letters.PriceAlert(ctx, alertView(from, person, alert, currency))
	if err != nil {
		return mail.Message{}, fmt.Errorf("write mail %s: %w", m.Kind, err)
	}
	return mail.Message{To: person.Email, Subject: letter.Subject, Text: letter.Text, HTML: letter.HTML}, nil
}

func alertView(from sender, person models.Staff, alert models.PriceAlert, currency models.Currency) letters.AlertView {
	p := i18n.ByTag(person.Lang)
	money := func(a models.Amount) string { return p.Money(a.String(), currency.Code, currency.Digits) }
	v := letters.AlertView{
		Printer: p, ShopName: from.name, Name: person.Name, Kind: string(alert.Kind), Who: alert.Who, Subject: alert.Subject, URL: from.base + alert.Path,
		More: alert.More,
	}
	if alert.Live.IsPositive() {
		v.Live = money(alert.Live)
	}
	for _, r := range alert.Rows {
		row := letters.AlertRow{Name: r.Name, Before: money(r.Before), After: money(r.After)}
		switch r.Name {
		case models.AlertRowRate:
			row.Name = p.T("mail.alert.rate", "Symbol", alert.Subject)
		case models.AlertRowSample:
			row.Name = p.T("mail.alert.sample", "Total", money(models.SampleTotal()))
		}
		if r.Coin != "" {
			row.Before, row.After = p.Coin(r.Before.String(), r.Coin), p.Coin(r.After.String(), r.Coin)
		}
		if r.Before.IsZero() {
			row.Before = "–"
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}
