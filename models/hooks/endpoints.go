package hooks

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/text"
	"github.com/coincart/coincart/models/wire"
)

// Draft is an endpoint as a form or a request has it.
type Draft struct {
	URL         string
	Types       []string // of events; empty: all
	Description string
	PublicKey   bool // signatures that can be verified with a public key are made too (v1a)
}

// Create makes an endpoint and returns it with its secret, which nobody can read again. key is the key that makes it; nil: staff does. Errors:
// *InputError, ErrTooMany, store.ErrNoSealKey.
func (s *Service) Create(ctx context.Context, by models.Actor, key *models.APIKey, d Draft) (e models.WebhookEndpoint, err error) {
	wanted, err := s.check(d, key)
	if err != nil {
		return e, err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		e = wanted
		e.CreatedAt, e.Secret = s.clock(), newSecret(secretPrefix)
		if key != nil {
			e.KeyID = key.ID
		}
		if d.PublicKey {
			e.SignKey = newSecret(signKeyPrefix)
		}
		all, err := tx.Endpoints(ctx, "")
		if err != nil {
			return err
		}
		if len(all) >= models.MaxEndpoints {
			return ErrTooMany
		}
		if err := tx.InsertEndpoint(ctx, &e); err != nil {
			return err
		}
		return tx.Record(ctx, by, "webhook.create", subject(e.ID), nil, facts(&e))
	})
	return e, err
}

// Change changes the address, types and description of an endpoint, and whether it has a key of its own to sign with. version is the one that the
// change was made of; 0: whatever it is. Errors: *InputError, store.ErrNotFound, store.ErrConflict.
func (s *Service) Change(ctx context.Context, by models.Actor, id, keyID string, version int, key *models.APIKey, d Draft) error {
	wanted, err := s.check(d, key)
	if err != nil {
		return err
	}
	return s.change(ctx, by, id, keyID, "webhook.change", func(e *models.WebhookEndpoint) error {
		if version != 0 && e.Version != version {
			return store.ErrConflict
		}
		e.URL, e.Types, e.Description = wanted.URL, wanted.Types, wanted.Description
		switch {
		case !d.PublicKey:
			e.SignKey = ""
		case e.SignKey == "":
			e.SignKey = newSecret(signKeyPrefix)
		}
		return nil
	})
}

// Edit is a change of some fields of an endpoint. What is nil stays.
type Edit struct {
	URL, Description *string
	Types            []string // empty and not nil: all
	PublicKey        *bool
	Enabled          *bool
}

// Edit changes some fields of an endpoint. Errors: *InputError, store.ErrNotFound, store.ErrConflict.
func (s *Service) Edit(ctx context.Context, by models.Actor, id, keyID string, key *models.APIKey, edit Edit) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		inside := s.In(tx)
		e, err := inside.Get(ctx, id, keyID)
		if err != nil {
			return err
		}
		want := Draft{URL: e.URL, Types: e.Types, Description: e.Description, PublicKey: len(e.KeySealed) > 0}
		set(&want.URL, edit.URL)
		set(&want.Description, edit.Description)
		set(&want.PublicKey, edit.PublicKey)
		if edit.Types != nil {
			want.Types = edit.Types
		}
		if err := inside.Change(ctx, by, id, keyID, 0, key, want); err != nil || edit.Enabled == nil {
			return err
		}
		return inside.Switch(ctx, by, id, keyID, *edit.Enabled)
	})
}

// set sets what was given.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}

// Rotate gives an endpoint a new secret and returns it; nobody can read it again. The one before signs too for models.EndpointSecretFor. Errors:
// store.ErrNotFound, store.ErrConflict.
func (s *Service) Rotate(ctx context.Context, by models.Actor, id, keyID string) (secret models.Secret, err error) {
	err = s.change(ctx, by, id, keyID, "webhook.rotate", func(e *models.WebhookEndpoint) error {
		secret = newSecret(secretPrefix)
		e.OldSecret, e.OldUntil, e.Secret = e.Secret, s.clock().Add(models.EndpointSecretFor), secret
		if e.OldSecret == "" {
			e.OldUntil = time.Time{}
		}
		return nil
	})
	return secret, err
}

func (s *Service) change(ctx context.Context, by models.Actor, id, keyID, action string, set func(*models.WebhookEndpoint) error) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := s.In(tx).Get(ctx, id, keyID); err != nil {
			return err
		}
		e, err := tx.OpenEndpoint(ctx, id) // one that cannot be opened gets a new secret by Rotate
		if err != nil && action != "webhook.rotate" {
			return err
		}
		before := facts(&e)
		if err := set(&e); err != nil {
			return err
		}
		was, is := models.ChangedFacts(before, facts(&e))
		if len(is) == 0 && action == "webhook.change" {
			return nil
		}
		if err := tx.ChangeEndpoint(ctx, &e); err != nil {
			return err
		}
		return tx.Record(ctx, by, action, subject(id), was, is)
	})
}

// Switch enables or disables an endpoint. What was to be sent to one that is disabled is parked. Errors: store.ErrNotFound.
func (s *Service) Switch(ctx context.Context, by models.Actor, id, keyID string, on bool) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		e, err := s.In(tx).Get(ctx, id, keyID)
		if err != nil || on == !e.Off() {
			return err
		}
		to, reason := models.EndpointDisabled, models.ReasonPerson
		if on {
			to, reason = models.EndpointEnabled, ""
		}
		if err := tx.MoveEndpoint(ctx, id, to, reason); err != nil {
			return err
		}
		if err := tx.CloseEndpointCase(ctx, id, models.Remark("webhook_switched")); err != nil {
			return err
		}
		if !on {
			if err := s.tellDisabled(ctx, tx, e, reason); err != nil {
				return err
			}
		}
		return tx.Record(ctx, by, "webhook.switch", subject(id), models.Facts{"state": string(e.State)}, models.Facts{"state": string(to)})
	})
}

// Delete removes an endpoint with the log of its deliveries. Errors: store.ErrNotFound.
func (s *Service) Delete(ctx context.Context, by models.Actor, id, keyID string) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		e, err := s.In(tx).Get(ctx, id, keyID)
		if err != nil {
			return err
		}
		if err := tx.DeleteEndpoint(ctx, id); err != nil {
			return err
		}
		return tx.Record(ctx, by, "webhook.delete", subject(id), facts(&e), nil)
	})
}

// Ping sends an endpoint an event of its own, whatever types it has chosen. Errors: store.ErrNotFound, ErrOff.
func (s *Service) Ping(ctx context.Context, by models.Actor, id, keyID string) error {
	return s.send(ctx, by, id, keyID, "webhook.ping", nil, func(tx *store.Store, e models.WebhookEndpoint) error {
		event := models.Event{Type: models.EventPing, ObjectID: id, KeyID: e.KeyID}
		return tx.TellOf(ctx, event, func(sequence int) any { return wire.OfEndpoint(&e, sequence) })
	})
}

// SendAgain tries a delivery now, whatever became of it. Errors: store.ErrNotFound, ErrOff, store.ErrConflict: it is under way.
func (s *Service) SendAgain(ctx context.Context, by models.Actor, id, keyID, deliveryID string) error {
	return s.send(ctx, by, id, keyID, "webhook.resend", models.Facts{"delivery": deliveryID}, func(tx *store.Store, _ models.WebhookEndpoint) error {
		return tx.SendAgain(ctx, id, deliveryID)
	})
}

// maxResent is the maximum number of pages of events that SendSince sends.
const maxResent = 50

// SendSince sends an endpoint all events from a time on that it was not told about, or that were given up; delivered: those too that were delivered.
// It returns how many it sends, at most 10 000. Errors: store.ErrNotFound, ErrOff.
func (s *Service) SendSince(ctx context.Context, by models.Actor, id, keyID string, since time.Time, delivered bool) (sent int, err error) {
	what := models.Facts{"since": wire.Time(since)}
	if delivered {
		what["delivered"] = "yes"
	}
	err = s.send(ctx, by, id, keyID, "webhook.resend", what, func(*store.Store, models.WebhookEndpoint) error { return nil })
	for position, pages := 0, 0; err == nil && pages < maxResent; pages++ {
		var n int
		n, position, err = s.store.SendSince(ctx, id, since, delivered, position)
		sent += n
		if position == 0 {
			break
		}
	}
	s.Wake()
	return sent, err
}

func (s *Service) send(
	ctx context.Context, by models.Actor, id, keyID, action string, what models.Facts, do func(*store.Store, models.WebhookEndpoint) error,
) error {
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		e, err := s.In(tx).Get(ctx, id, keyID)
		if err != nil {
			return err
		}
		if e.Off() {
			return ErrOff
		}
		if err := do(tx, e); err != nil {
			return err
		}
		return tx.Record(ctx, by, action, subject(id), nil, what)
	})
	s.Wake()
	return err
}

// Deliveries reads a page of the deliveries to an endpoint, newest first. state chooses those in a state; empty: all. Errors: store.ErrNotFound,
// store.ErrFilter, store.ErrCursor.
func (s *Service) Deliveries(ctx context.Context, id, keyID string, state models.DeliveryState, after string, limit int) ([]models.Delivery, string, error) {
	if _, err := s.Get(ctx, id, keyID); err != nil {
		return nil, "", err
	}
	return s.store.Deliveries(ctx, id, state, after, limit)
}

// Delivery reads a delivery with its tries, oldest first. Errors: store.ErrNotFound.
func (s *Service) Delivery(ctx context.Context, id, keyID, deliveryID string) (d models.Delivery, tries []models.DeliveryTry, err error) {
	if _, err = s.Get(ctx, id, keyID); err != nil {
		return d, nil, err
	}
	if d, err = s.store.Delivery(ctx, id, deliveryID); err != nil {
		return d, nil, err
	}
	tries, err = s.store.DeliveryTries(ctx, deliveryID)
	return d, tries, err
}

// Waiting counts what waits for each endpoint, by its id.
func (s *Service) Waiting(ctx context.Context) (map[string]int, error) {
	return s.store.WaitingDeliveries(ctx)
}

func subject(id string) string { return "webhook:" + id }

// facts are what the audit log records of an endpoint. A query of its address may be a secret.
func facts(e *models.WebhookEndpoint) models.Facts {
	key := "no"
	if e.SignKey != "" || len(e.KeySealed) > 0 {
		key = "yes"
	}
	if e.SignKey == "" && e.Secret != "" { // it was opened
		key = "no"
	}
	return models.Facts{"url": ShownURL(e.URL), "types": strings.Join(e.Types, " "), "description": e.Description, "public_key": key}
}

// ShownURL returns an address without its query, which may hold a secret.
func ShownURL(address string) string {
	shown, query, _ := strings.Cut(address, "?")
	if query != "" {
		shown += "?…"
	}
	return shown
}

// check returns the endpoint that a draft describes. The error is an *InputError with all that is wrong.
func (s *Service) check(d Draft, key *models.APIKey) (models.WebhookEndpoint, error) {
	problems := invalid.Problems{}
	e := models.WebhookEndpoint{URL: s.checkURL(problems, d.URL), Types: checkTypes(problems, d.Types, key), Description: strings.TrimSpace(d.Description)}
	switch {
	case utf8.RuneCountInString(e.Description) > models.MaxEndpointAbout:
		problems.Add("description", invalid.TooLong)
	case e.Description != "" && !text.Line(e.Description):
		problems.Add("description", invalid.Characters)
	}
	if len(problems) > 0 {
		return models.WebhookEndpoint{}, &InputError{problems}
	}
	return e, nil
}

func (s *Service) checkURL(problems invalid.Problems, typed string) string {
	typed = strings.TrimSpace(typed)
	u, err := url.Parse(typed)
	switch {
	case typed == "":
		problems.Add("url", invalid.Missing)
	case len(typed) > models.MaxEndpointURL:
		problems.Add("url", invalid.TooLong)
	case err != nil || u.Fragment != "" || strings.ContainsFunc(typed, func(r rune) bool { return r <= ' ' || r > '~' }):
		problems.Add("url", invalid.HTTPS)
	case s.options.Check(u) != nil && u.Scheme == "https":
		problems.Add("url", invalid.Public)
	case s.options.Check(u) != nil:
		problems.Add("url", invalid.HTTPS)
	}
	return typed
}

// checkTypes returns the types in the order of models.EventTypes, each once. A key cannot choose what it may not read.
func checkTypes(problems invalid.Problems, chosen []string, key *models.APIKey) (list models.TextList) {
	known := models.EventTypes()
	for _, t := range chosen {
		if !slices.Contains(known, models.EventType(t)) || key != nil && !key.May(models.EventType(t).Scope()) {
			problems.Add("types", invalid.Unknown)
		}
	}
	for _, t := range known {
		if slices.Contains(chosen, string(t)) {
			list = append(list, string(t))
		}
	}
	return list
}
