package mail

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// QueueAlert queues a mail about a change of prices to each owner of the shop, in the transaction tx. It does nothing if the shop sends no
// mails. The signature is that of rates.Config.Alert and catalogue.TransfersConfig.Alert.
func (o *Outbox) QueueAlert(ctx context.Context, tx *store.Store, alert models.PriceAlert) error {
	if o.sender == nil {
		return nil
	}
	details, err := json.Marshal(alert)
	if err != nil {
		return fmt.Errorf("encode the alert: %w", err)
	}
	people, err := tx.StaffList(ctx)
	if err != nil {
		return fmt.Errorf("look for owners: %w", err)
	}
	now := o.clock()
	for _, person := range people {
		if person.Role != models.RoleOwner || person.Disabled {
			continue
		}
		m := models.OutboxMessage{
			ID: models.NewID(), Kind: models.MailPriceAlert, StaffID: person.ID, Details: string(details), State: models.OutboxWaiting,
			CreatedAt: now, DueAt: now,
		}
		m.DedupeKey = string(m.Kind) + ":" + m.ID
		if err := tx.PutOutbox(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// sendToStaff sends a mail to a member of the staff. The error is errNobody if that person may not see it any more.
func (o *Outbox) sendToStaff(ctx context.Context, m models.OutboxMessage) error {
	message, err := o.compose(m, models.Order{})
	if err != nil {
		return fmt.Errorf("compose mail: %w", err)
	}
	if message.To == "" {
		return errNobody
	}
	return o.deliver(ctx, m, message)
}
