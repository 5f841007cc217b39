package hooks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// forgotten is how many old deliveries are removed at once.
const forgotten = 500

// lookAfter reports endpoints of which nothing but failures come back, switches off those of which nothing else has come back for longer, and removes
// what is old.
func (s *Service) lookAfter(ctx context.Context) error {
	now := s.clock()
	over, err := s.store.EndpointsFailingSince(ctx, now.Add(-models.EndpointEndsAfter), models.EndpointDisabled)
	if err != nil {
		return err
	}
	for _, e := range over {
		if err := s.disable(ctx, e, models.ReasonFailures); err != nil {
			return err
		}
	}
	failing, err := s.store.EndpointsFailingSince(ctx, now.Add(-models.EndpointFailsAfter), models.EndpointFailing)
	if err != nil {
		return err
	}
	for _, e := range failing {
		if err := s.report(ctx, e, models.EndpointFailing, models.ReasonFailures, "webhook_failing"); err != nil {
			return err
		}
	}
	if err := s.store.ForgetOldSecrets(ctx); err != nil {
		return err
	}
	for {
		n, err := s.store.ForgetDeliveries(ctx, now.Add(-models.DeliveriesKept), forgotten)
		if err != nil || n < forgotten {
			return err
		}
	}
}

// disable switches an endpoint off on behalf of the shop.
func (s *Service) disable(ctx context.Context, e models.WebhookEndpoint, reason models.EndpointReason) error {
	note := "webhook_disabled"
	if reason == models.ReasonGone {
		note = "webhook_gone"
	}
	return s.report(ctx, e, models.EndpointDisabled, reason, note)
}

// report gives an endpoint that does not work its state, and tells the staff by a case and the owners by mail. It does nothing if another replica was
// faster.
func (s *Service) report(ctx context.Context, e models.WebhookEndpoint, to models.EndpointState, reason models.EndpointReason, note string) error {
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.MoveEndpoint(ctx, e.ID, to, reason); err != nil {
			return err
		}
		host := hostOf(e.URL)
		if err := tx.CloseEndpointCase(ctx, e.ID, models.Remark("webhook_worse")); err != nil { // what it says is out of date
			return err
		}
		if err := tx.OpenEndpointCase(ctx, e, models.Remark(note, "host", host)); err != nil {
			return err
		}
		since := e.FailingSince
		if since.IsZero() {
			since = s.clock()
		}
		alert := models.WebhookAlert{EndpointID: e.ID, Host: host, State: to, Reason: reason, Since: since}
		if err := s.outbox.QueueOwners(ctx, tx, models.MailWebhook, alert); err != nil {
			return err
		}
		if to == models.EndpointDisabled {
			return s.tellDisabled(ctx, tx, e, reason)
		}
		return nil
	})
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("report an endpoint: %w", err)
	}
	s.log.WarnContext(ctx, "webhook endpoint "+string(to), "endpoint", e.ID, "reason", string(reason))
	s.outbox.Wake()
	return nil
}

// tellDisabled stores the event that an endpoint was disabled, for the other endpoints.
func (s *Service) tellDisabled(ctx context.Context, tx *store.Store, e models.WebhookEndpoint, reason models.EndpointReason) error {
	e.State, e.Reason = models.EndpointDisabled, reason
	event := models.Event{Type: models.EventEndpointDisabled, ObjectID: e.ID, KeyID: e.KeyID}
	return tx.TellOf(ctx, event, func(sequence int) any { return wire.OfEndpoint(&e, sequence) })
}

// works notes that an endpoint which was failing works again.
func (s *Service) works(ctx context.Context, e models.WebhookEndpoint) error {
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.MoveEndpoint(ctx, e.ID, models.EndpointEnabled, ""); err != nil {
			return err
		}
		return tx.CloseEndpointCase(ctx, e.ID, models.Remark("webhook_works"))
	})
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("note that an endpoint works again: %w", err)
	}
	return nil
}

// hostOf returns the host of an address, for people.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// Oldest returns how long the oldest delivery has waited; 0: none waits.
func (s *Service) Oldest(ctx context.Context) (time.Duration, error) {
	b, err := s.store.DeliveryBacklog(ctx)
	if err != nil || b.Oldest.IsZero() {
		return 0, err
	}
	return max(0, s.clock().Sub(b.Oldest)), nil
}
