package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/once"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// WebhookEndpoint is an address that is told about events.
type WebhookEndpoint struct {
	wire.Endpoint

	PublicKey string `json:"public_key,omitempty" doc:"Verifies the v1a signatures; left out: there are none."`
}

// MadeEndpoint is a new endpoint with its secret.
type MadeEndpoint struct {
	WebhookEndpoint

	Secret string `json:"secret,omitempty" doc:"Verifies the v1 signatures. It is told once: the same request again is answered without it. If it was lost, rotate it."`
}

// RotatedSecret is a new secret of an endpoint.
type RotatedSecret struct {
	Object   string `json:"object" enum:"webhook_secret" doc:"Always webhook_secret."`
	ID       string `json:"id" doc:"Of the endpoint."`
	Secret   string `json:"secret,omitempty" doc:"It is told once: the same request again is answered without it."`
	OldUntil string `json:"old_until,omitempty" format:"date-time" doc:"Until when webhooks are signed with the secret before too."`
}

// NewEndpoint asks for an endpoint.
type NewEndpoint struct {
	URL         string   `json:"url" minLength:"1" maxLength:"2000" example:"https://shop.example.org/webhooks" doc:"A public https address."`
	Types       []string `json:"types,omitempty" maxItems:"100" doc:"Of events; left out: all, those of later versions too."`
	Description string   `json:"description,omitempty" maxLength:"200" doc:"For people."`
	KeyPair     bool     `json:"key_pair,omitempty" doc:"Sign with ed25519 too (v1a), so that a receiver needs no secret."`
}

// EndpointChange changes an endpoint. What is left out stays.
type EndpointChange struct {
	URL         *string  `json:"url,omitempty" minLength:"1" maxLength:"2000" doc:"A public https address."`
	Types       []string `json:"types,omitempty" maxItems:"100" doc:"Of events; an empty list: all."`
	Description *string  `json:"description,omitempty" maxLength:"200" doc:"For people."`
	KeyPair     *bool    `json:"key_pair,omitempty" doc:"Sign with ed25519 too (v1a)."`
	Status      *string  `json:"status,omitempty" enum:"enabled,disabled" doc:"disabled: nothing is sent, and what waits is given up."`
}

// Delivery is one event for one endpoint.
type Delivery struct {
	Object     string `json:"object" enum:"webhook_delivery" doc:"Always webhook_delivery."`
	ID         string `json:"id"`
	EventID    string `json:"event_id" doc:"The webhook-id of every try."`
	Type       string `json:"type" example:"checkout.paid"`
	AboutID    string `json:"about_id" doc:"Of the object that the event is about."`
	Status     string `json:"status" enum:"waiting,delivered,parked" doc:"parked: given up."`
	Tries      int    `json:"tries"`
	Problem    string `json:"problem,omitempty" doc:"What was wrong with the last try."`
	HTTPStatus int    `json:"http_status,omitempty" doc:"Of the last try's answer; left out: there was none."`
	CreatedAt  string `json:"created_at" format:"date-time"`
	EndedAt    string `json:"ended_at,omitempty" format:"date-time"`
	NextTryAt  string `json:"next_try_at,omitempty" format:"date-time"`
}

// Redelivery says what is sent again.
type Redelivery struct {
	Since     string `json:"since" format:"date-time" maxLength:"40" example:"2026-12-01T10:00:00Z" doc:"Events from this time on."`
	Delivered bool   `json:"delivered,omitempty" doc:"Those too that were delivered."`
}

// Redelivered counts what is sent again.
type Redelivered struct {
	Object string `json:"object" enum:"redelivery" doc:"Always redelivery."`
	Events int    `json:"events" doc:"That are sent again, at most 10 000."`
}

type (
	createEndpointInput struct{ Body NewEndpoint }
	endpointInput       struct {
		ID string `path:"id" maxLength:"64"`
	}
	changeEndpointInput struct {
		ID   string `path:"id" maxLength:"64"`
		Body EndpointChange
	}
	listDeliveriesInput struct {
		Page

		ID     string `path:"id" maxLength:"64"`
		Status string `query:"status" enum:"waiting,delivered,parked" doc:"Only those with this status."`
	}
	redeliverInput struct {
		ID   string `path:"id" maxLength:"64"`
		Body Redelivery
	}
	redeliverOneInput struct {
		ID       string `path:"id" maxLength:"64"`
		Delivery string `path:"delivery" maxLength:"64"`
	}
	listEndpointsInput struct{}
	endpointOutput     struct{ Body WebhookEndpoint }
	endpointsOutput    struct{ Body List[WebhookEndpoint] }
	deliveriesOutput   struct{ Body List[Delivery] }
	emptyOutput        struct{}
)

// webhooks are the handlers of webhook endpoints.
type webhooks struct{ *API }

func webhookRoutes(a *API) {
	handle := webhooks{a}
	const group, at = "Webhooks", "/webhook_endpoints"
	read, write := Rule{Scope: models.ScopeWebhooksRead}, Rule{Scope: models.ScopeWebhooksWrite}
	input := []Code{CodeInvalidURL}
	add(a, Route{
		Method: http.MethodPost, Path: at, Name: "createWebhookEndpoint", Group: group, Summary: "Be told about events", Rule: write, Status: http.StatusCreated,
		Kept: MadeEndpoint{}, Fails: append(input, CodeTooManyEndpoints), Text: "The endpoint is told about what the key made and about the shop, as far as the key's scopes go.",
	}, handle.createEndpoint)
	add(a, Route{
		Method: http.MethodGet, Path: at, Name: "listWebhookEndpoints", Group: group, Summary: "The key's endpoints, newest first", Rule: read, Text: "All of them: a shop has few.",
	}, handle.listEndpoints)
	add(a, Route{Method: http.MethodGet, Path: at + "/{id}", Name: "getWebhookEndpoint", Group: group, Summary: "An endpoint", Rule: read}, handle.getEndpoint)
	add(a, Route{
		Method: http.MethodPatch, Path: at + "/{id}", Name: "changeWebhookEndpoint", Group: group, Summary: "Change an endpoint", Rule: write, Fails: input,
	}, handle.changeEndpoint)
	add(a, Route{
		Method: http.MethodDelete, Path: at + "/{id}", Name: "deleteWebhookEndpoint", Group: group, Summary: "Delete an endpoint with its deliveries", Rule: write,
		Status: http.StatusNoContent,
	}, handle.deleteEndpoint)
	add(a, Route{
		Method: http.MethodPost, Path: at + "/{id}/rotate_secret", Name: "rotateWebhookSecret", Group: group, Summary: "Replace the secret", Rule: write, Kept: RotatedSecret{},
		Text: "For 24 hours webhooks are signed with both secrets.",
	}, handle.rotateSecret)
	add(a, Route{
		Method: http.MethodPost, Path: at + "/{id}/ping", Name: "pingWebhookEndpoint", Group: group, Summary: "Send the event endpoint.ping", Rule: write,
		Status: http.StatusAccepted, Kept: WebhookEndpoint{}, Fails: []Code{CodeEndpointDisabled},
	}, handle.pingEndpoint)
	add(a, Route{
		Method: http.MethodGet, Path: at + "/{id}/deliveries", Name: "listWebhookDeliveries", Group: group, Summary: "What an endpoint was told, newest first", Rule: read,
		Fails: []Code{CodeInvalidCursor}, Text: "Of the last 30 days, and what waits.",
	}, handle.listDeliveries)
	add(a, Route{
		Method: http.MethodPost, Path: at + "/{id}/redeliver", Name: "redeliverEvents", Group: group, Summary: "Send again what was not delivered", Rule: write,
		Status: http.StatusAccepted, Kept: Redelivered{}, Fails: []Code{CodeEndpointDisabled},
	}, handle.redeliver)
	add(a, Route{
		Method: http.MethodPost, Path: at + "/{id}/deliveries/{delivery}/redeliver", Name: "redeliverEvent", Group: group, Summary: "Send one event again", Rule: write,
		Status: http.StatusAccepted, Kept: Delivery{}, Fails: []Code{CodeEndpointDisabled},
	}, handle.redeliverOne)
}

func (a webhooks) endpoint(ctx context.Context, e *models.WebhookEndpoint) WebhookEndpoint {
	return WebhookEndpoint{Endpoint: wire.OfEndpoint(e, 0), PublicKey: a.services.Hooks.PublicKey(ctx, e.ID)}
}

// createEndpoint keeps an answer without the secret: kept answers are not encrypted.
func (a webhooks) createEndpoint(ctx context.Context, c *Call, in *createEndpointInput) (*Kept, error) {
	want := hooks.Draft{URL: in.Body.URL, Types: in.Body.Types, Description: in.Body.Description, PublicKey: in.Body.KeyPair}
	var made models.WebhookEndpoint
	k, err := keep(once.Make(ctx, a.store, c.Once("", asItIs), func(tx *store.Store) (_ any, err error) {
		inside := a.services.Hooks.In(tx)
		if made, err = inside.Create(ctx, c.Actor(), &c.Key, want); err != nil {
			return nil, err
		}
		return MadeEndpoint{WebhookEndpoint: WebhookEndpoint{Endpoint: wire.OfEndpoint(&made, 0), PublicKey: inside.PublicKey(ctx, made.ID)}}, nil
	}))
	if err != nil || k.Replayed != "" {
		return k, err
	}
	out := MadeEndpoint{WebhookEndpoint: a.endpoint(ctx, &made), Secret: made.Secret.Reveal()}
	return k.tell(out)
}

// tell replaces the body of an answer that was not kept before by one that says more.
func (k *Kept) tell(object any) (*Kept, error) {
	body, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	k.Body = body
	return k, nil
}

func (a webhooks) listEndpoints(ctx context.Context, c *Call, _ *listEndpointsInput) (*endpointsOutput, error) {
	list, err := a.services.Hooks.List(ctx, c.Key.ID)
	if err != nil {
		return nil, err
	}
	rows := make([]WebhookEndpoint, len(list))
	for i := range list {
		rows[i] = a.endpoint(ctx, &list[i])
	}
	return &endpointsOutput{listOf(rows, "")}, nil
}

func (a webhooks) getEndpoint(ctx context.Context, c *Call, in *endpointInput) (*endpointOutput, error) {
	e, err := a.services.Hooks.Get(ctx, in.ID, c.Key.ID)
	if err != nil {
		return nil, err
	}
	return &endpointOutput{a.endpoint(ctx, &e)}, nil
}

func (a webhooks) changeEndpoint(ctx context.Context, c *Call, in *changeEndpointInput) (*endpointOutput, error) {
	edit := hooks.Edit{URL: in.Body.URL, Description: in.Body.Description, Types: in.Body.Types, PublicKey: in.Body.KeyPair}
	if in.Body.Status != nil {
		edit.Enabled = new(*in.Body.Status == string(models.EndpointEnabled))
	}
	if err := a.services.Hooks.Edit(ctx, c.Actor(), in.ID, c.Key.ID, &c.Key, edit); err != nil {
		return nil, err
	}
	return a.getEndpoint(ctx, c, &endpointInput{in.ID})
}

func (a webhooks) deleteEndpoint(ctx context.Context, c *Call, in *endpointInput) (*emptyOutput, error) {
	return &emptyOutput{}, a.services.Hooks.Delete(ctx, c.Actor(), in.ID, c.Key.ID)
}

func (a webhooks) rotateSecret(ctx context.Context, c *Call, in *endpointInput) (*Kept, error) {
	var secret models.Secret
	var out RotatedSecret
	k, err := keep(once.Make(ctx, a.store, c.Once(in.ID, asItIs), func(tx *store.Store) (_ any, err error) {
		inside := a.services.Hooks.In(tx)
		if secret, err = inside.Rotate(ctx, c.Actor(), in.ID, c.Key.ID); err != nil {
			return nil, err
		}
		e, err := inside.Get(ctx, in.ID, c.Key.ID)
		out = RotatedSecret{Object: "webhook_secret", ID: in.ID, OldUntil: wire.Time(e.OldUntil)}
		return out, err
	}))
	if err != nil || k.Replayed != "" {
		return k, err
	}
	out.Secret = secret.Reveal()
	return k.tell(out)
}

func (a webhooks) pingEndpoint(ctx context.Context, c *Call, in *endpointInput) (*Kept, error) {
	return keep(once.Make(ctx, a.store, c.Once(in.ID, asItIs), func(tx *store.Store) (any, error) {
		inside := a.services.Hooks.In(tx)
		if err := inside.Ping(ctx, c.Actor(), in.ID, c.Key.ID); err != nil {
			return nil, err
		}
		e, err := inside.Get(ctx, in.ID, c.Key.ID)
		return WebhookEndpoint{Endpoint: wire.OfEndpoint(&e, 0), PublicKey: inside.PublicKey(ctx, e.ID)}, err
	}))
}

func (a webhooks) listDeliveries(ctx context.Context, c *Call, in *listDeliveriesInput) (*deliveriesOutput, error) {
	list, next, err := a.services.Hooks.Deliveries(ctx, in.ID, c.Key.ID, models.DeliveryState(in.Status), in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	rows := make([]Delivery, len(list))
	for i := range list {
		rows[i] = deliveryOf(&list[i])
	}
	return &deliveriesOutput{listOf(rows, next)}, nil
}

func deliveryOf(d *models.Delivery) Delivery {
	return Delivery{
		Object: "webhook_delivery", ID: d.ID, EventID: d.EventID, Type: string(d.EventType), AboutID: d.ObjectID, Status: string(d.State), Tries: d.Tries,
		Problem: d.Problem, HTTPStatus: d.Status, CreatedAt: wire.Time(d.CreatedAt), EndedAt: wire.Time(d.EndedAt), NextTryAt: wire.Time(d.DueAt),
	}
}

func (a webhooks) redeliver(ctx context.Context, c *Call, in *redeliverInput) (*Kept, error) {
	since, err := time.Parse(time.RFC3339, in.Body.Since)
	if err != nil {
		return nil, faults([]Fault{fault(CodeInvalidValue, "/since")})
	}
	return keep(once.Do(ctx, a.store, c.Once(in.ID, asItIs), func(ctx context.Context) (any, error) {
		n, err := a.services.Hooks.SendSince(ctx, c.Actor(), in.ID, c.Key.ID, since, in.Body.Delivered)
		return Redelivered{Object: "redelivery", Events: n}, err
	}))
}

func (a webhooks) redeliverOne(ctx context.Context, c *Call, in *redeliverOneInput) (*Kept, error) {
	return keep(once.Make(ctx, a.store, c.Once(in.ID+"/"+in.Delivery, asItIs), func(tx *store.Store) (any, error) {
		inside := a.services.Hooks.In(tx)
		err := inside.SendAgain(ctx, c.Actor(), in.ID, c.Key.ID, in.Delivery)
		if err != nil && !errors.Is(err, store.ErrConflict) { // it is being sent at this moment
			return nil, err
		}
		d, _, err := inside.Delivery(ctx, in.ID, c.Key.ID, in.Delivery)
		return deliveryOf(&d), err
	}))
}
