package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
)

// The sealed columns of an endpoint.
const (
	endpointSecretColumn = "webhook_endpoints.secret_sealed"
	endpointOldColumn    = "webhook_endpoints.old_sealed"
	endpointKeyColumn    = "webhook_endpoints.key_sealed"
)

// ErrEndpointSealed means that the secrets of an endpoint cannot be opened, because the key that sealed them was replaced. The row is there.
var ErrEndpointSealed = fmt.Errorf("the endpoint's secrets cannot be opened: %w", errSealed)

// InsertEndpoint stores a new webhook endpoint with its secrets. Id and times that are empty are filled in. ErrNoSealKey, ErrText.
func (s *Store) InsertEndpoint(ctx context.Context, e *models.WebhookEndpoint) error {
	e.ID, e.State, e.Version = cmp.Or(e.ID, models.NewID()), cmp.Or(e.State, models.EndpointEnabled), 1
	e.CreatedAt = orTime(e.CreatedAt, s.now())
	e.UpdatedAt, e.StateSince = orTime(e.UpdatedAt, e.CreatedAt), orTime(e.StateSince, e.CreatedAt)
	if err := s.sealEndpoint(e); err != nil {
		return wrap("store the endpoint", err)
	}
	if err := checkTexts(*e); err != nil {
		return wrap("store the endpoint", err)
	}
	return wrap("store the endpoint", endpointTable.insert(ctx, s, e))
}

func (s *Store) sealEndpoint(e *models.WebhookEndpoint) (err error) {
	if e.SecretSealed, err = s.sealer.seal(endpointSecretColumn, e.ID, []byte(e.Secret.Reveal())); err != nil {
		return err
	}
	if e.OldSealed, err = s.sealer.seal(endpointOldColumn, e.ID, []byte(e.OldSecret.Reveal())); err != nil {
		return err
	}
	e.KeySealed, err = s.sealer.seal(endpointKeyColumn, e.ID, []byte(e.SignKey.Reveal()))
	return err
}

// Endpoint reads a webhook endpoint without its secrets; ErrNotFound.
func (s *Store) Endpoint(ctx context.Context, id string) (models.WebhookEndpoint, error) {
	if !isKey(id) {
		return models.WebhookEndpoint{}, wrap("read the endpoint", ErrNotFound)
	}
	e, err := endpointTable.take(ctx, s, "WHERE id = ?", id)
	return e, wrap("read the endpoint", err)
}

// OpenEndpoint reads a webhook endpoint with its secrets. ErrNotFound, ErrNoSealKey. ErrEndpointSealed: the rest is there.
func (s *Store) OpenEndpoint(ctx context.Context, id string) (models.WebhookEndpoint, error) {
	e, err := s.Endpoint(ctx, id)
	if err != nil {
		return e, err
	}
	for _, secret := range []struct {
		column string
		sealed []byte
		into   *models.Secret
	}{{endpointSecretColumn, e.SecretSealed, &e.Secret}, {endpointOldColumn, e.OldSealed, &e.OldSecret}, {endpointKeyColumn, e.KeySealed, &e.SignKey}} {
		plain, err := s.sealer.open(secret.column, e.ID, secret.sealed)
		if err != nil {
			return e, fmt.Errorf("%w: %w", ErrEndpointSealed, err)
		}
		*secret.into = models.Secret(plain)
	}
	return e, nil
}

// Endpoints reads the webhook endpoints that a key made, newest first; an empty keyID reads all.
func (s *Store) Endpoints(ctx context.Context, keyID string) ([]models.WebhookEndpoint, error) {
	where := conditions{}
	where.equal("key_id", keyID)
	list, err := endpointTable.query(ctx, s, "WHERE "+where.sql()+" ORDER BY created_at DESC, id DESC", where.args...)
	return list, wrap("read the endpoints", err)
}

// ChangeEndpoint stores what people and programs may change, by compare-and-set over Version, which it counts up in e. The secrets must be open.
// ErrConflict: it was changed meanwhile. ErrText.
func (s *Store) ChangeEndpoint(ctx context.Context, e *models.WebhookEndpoint) error {
	if err := s.sealEndpoint(e); err != nil {
		return wrap("change the endpoint", err)
	}
	if err := checkTexts(*e); err != nil {
		return wrap("change the endpoint", err)
	}
	was := e.Version
	e.Version, e.UpdatedAt = was+1, s.now()
	return wrap("change the endpoint", s.update(ctx, "webhook_endpoints", endpointTable.change(e), "id = ? AND version = ?", e.ID, was))
}

// MoveEndpoint gives an endpoint another state, in the caller's transaction. Deliveries to an endpoint that is disabled are parked. ErrConflict:
// it has this state.
func (s *Store) MoveEndpoint(ctx context.Context, id string, to models.EndpointState, reason models.EndpointReason) error {
	now := s.now()
	set := "state = ?, reason = ?, state_since = ?, version = version + 1"
	args := []any{string(to), string(reason), now}
	if to == models.EndpointEnabled {
		set += ", failing_since = NULL"
	}
	err := s.execOr(ctx, ErrConflict, "UPDATE webhook_endpoints SET "+set+" WHERE id = ? AND state <> ?", append(args, id, string(to))...)
	if err != nil || to != models.EndpointDisabled {
		return wrap("change the endpoint's state", err)
	}
	_, err = s.exec(ctx, `UPDATE deliveries SET state = ?, problem = ?, ended_at = ?, due_at = NULL, lease = '', slot = NULL
		WHERE endpoint_id = ? AND state = ?`, string(models.DeliveryParked), models.DeliveryOff, now, id, string(models.DeliveryWaiting))
	return wrap("park what the endpoint was to be told", err)
}

// DeleteEndpoint removes an endpoint with its deliveries and its log, in the caller's transaction. ErrNotFound.
func (s *Store) DeleteEndpoint(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "DELETE FROM delivery_tries WHERE delivery_id IN (SELECT id FROM deliveries WHERE endpoint_id = ?)", id)
	if err == nil {
		_, err = s.exec(ctx, "DELETE FROM deliveries WHERE endpoint_id = ?", id)
	}
	if err == nil {
		err = s.execOr(ctx, ErrNotFound, "DELETE FROM webhook_endpoints WHERE id = ?", id)
	}
	if err == nil {
		err = s.CloseEndpointCase(ctx, id, models.Remark("webhook_deleted"))
	}
	return wrap("delete the endpoint", err)
}

// OpenEndpointCase opens a case about an endpoint that fails or was disabled, unless it has one, in the caller's transaction.
func (s *Store) OpenEndpointCase(ctx context.Context, e models.WebhookEndpoint, note string) error {
	n := 0
	err := s.one(ctx, "SELECT COUNT(*) FROM reviews WHERE kind = ? AND `open` = 1 AND subject LIKE ?", []any{string(models.ReviewWebhook), e.ID + "%"}, &n)
	if err != nil || n > 0 {
		return wrap("look for the endpoint's case", err)
	}
	return s.OpenReview(ctx, models.Review{Kind: models.ReviewWebhook, Subject: e.ID + "/" + models.NewRef(), Note: note})
}

// CloseEndpointCase closes the case about an endpoint, if it has one.
func (s *Store) CloseEndpointCase(ctx context.Context, id, resolution string) error {
	_, err := s.exec(ctx, "UPDATE reviews SET `open` = ?, resolution = ?, updated_at = ? WHERE kind = ? AND `open` = ? AND subject LIKE ?",
		false, resolution, s.now(), string(models.ReviewWebhook), true, id+"%")
	return wrap("close the endpoint's case", err)
}

// EndpointsFailingSince reads the endpoints of which nothing but failures came back since before a time, and which have not the state.
func (s *Store) EndpointsFailingSince(ctx context.Context, before time.Time, not models.EndpointState) ([]models.WebhookEndpoint, error) {
	list, err := endpointTable.query(ctx, s, "WHERE failing_since <= ? AND state <> ? AND state <> ? ORDER BY id",
		models.Instant(before), string(not), string(models.EndpointDisabled))
	return list, wrap("look for endpoints that fail", err)
}

// NextSequence returns the sequence of the next event about an object that does not count its events itself.
func (s *Store) NextSequence(ctx context.Context, objectID string) (int, error) {
	last := 0
	err := s.one(ctx, "SELECT COALESCE(MAX(sequence), 0) FROM events WHERE object_id = ?", []any{objectID}, &last)
	return last + 1, wrap("count the events of an object", err)
}

// TellOf stores an event about an object that does not count its events itself, as AddEvent does. build makes the object with its sequence.
func (s *Store) TellOf(ctx context.Context, e models.Event, build func(sequence int) any) error {
	return s.Tx(ctx, func(tx *Store) (err error) {
		if e.Sequence, err = tx.NextSequence(ctx, e.ObjectID); err != nil {
			return err
		}
		return tx.AddEvent(ctx, e, build(e.Sequence))
	})
}
