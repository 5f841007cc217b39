package mail

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// QueueStaff queues a mail to a person of the staff in the transaction tx, once for each key. It does nothing if the shop sends its staff no
// mails. The signature is that of staff.Config.Tell.
func (o *Outbox) QueueStaff(ctx context.Context, tx *store.Store, m models.StaffMail) error {
	if !o.SendsToStaff() {
		return nil
	}
	row := models.OutboxMessage{Kind: m.Kind, StaffID: m.StaffID, DedupeKey: m.Key}
	if m.Details != nil {
		details, err := json.Marshal(m.Details)
		if err != nil {
			return fmt.Errorf("encode the details of mail %s: %w", m.Kind, err)
		}
		row.Details = string(details)
	}
	return o.put(ctx, tx, row)
}

// QueueStaffPrices queues a mail about a change of prices to each owner of the shop, in the transaction tx. It does nothing if the shop sends
// its staff no mails. The signature is that of rates.Config.Alert and catalogue.TransfersConfig.Alert.
func (o *Outbox) QueueStaffPrices(ctx context.Context, tx *store.Store, alert models.PriceAlert) error {
	return o.QueueOwners(ctx, tx, models.MailPriceAlert, alert)
}

// QueueOwners queues a mail of a kind that is for owners to each of them, in the transaction tx. It does nothing if the shop sends its staff no
// mails.
func (o *Outbox) QueueOwners(ctx context.Context, tx *store.Store, kind models.MailKind, details any) error {
	if !o.SendsToStaff() {
		return nil
	}
	people, err := tx.StaffList(ctx)
	if err != nil {
		return fmt.Errorf("look for owners: %w", err)
	}
	for _, person := range people {
		if !mayGet(person, kind) {
			continue
		}
		m := models.StaffMail{Kind: kind, StaffID: person.ID, Details: details, Key: string(kind) + ":" + models.NewID()}
		if err := o.QueueStaff(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}
