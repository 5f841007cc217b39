package api

import (
	"context"
	"net/http"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/wire"
)

// PublicCheckout is what everybody who knows a checkout's id may know of it.
type PublicCheckout struct {
	Status    string `json:"status" enum:"open,processing,paid,review,expired,cancelled"`
	ExpiresAt string `json:"expires_at" format:"date-time" doc:"Until when it can be paid."`
}

type (
	publicCheckoutInput struct {
		ID string `path:"id" maxLength:"64"`
	}
	publicCheckoutOutput struct{ Body PublicCheckout }
)

// publicHandlers handles the requests of these routes.
type publicHandlers struct{ *API }

func (a *API) publicRoutes() {
	h := publicHandlers{a}
	add(a, Route{
		Method: http.MethodGet, Path: "/public/checkouts/{id}", Name: "getPublicCheckout", Group: "Checkouts", Summary: "The status of a checkout, for pages", Rule: Rule{Public: true},
		Text: "Needs no key: any page may ask, for buttons and pages that say thank you. It is for showing alone; what is delivered must depend on the API or on a webhook.",
	}, h.publicCheckout)
}

func (a publicHandlers) publicCheckout(ctx context.Context, _ *Call, in *publicCheckoutInput) (*publicCheckoutOutput, error) {
	view, err := a.services.Checkouts.Get(ctx, in.ID, "")
	if err != nil {
		return nil, err
	}
	said := view.Wire()
	return &publicCheckoutOutput{PublicCheckout{Status: said.Status, ExpiresAt: said.ExpiresAt}}, nil
}

// NewKey is the answer of a pairing: the only time that the key is told.
type NewKey struct {
	Object    string   `json:"object" enum:"key"`
	Key       string   `json:"key" example:"cc_live_…" doc:"The key. It is told here once, and never again."`
	Scopes    []string `json:"scopes"`
	Origins   []string `json:"origins"`
	ExpiresAt string   `json:"expires_at,omitempty" format:"date-time"`
}

// Exchange is the code of a pairing with the verifier.
type Exchange struct {
	Code     string `json:"code" minLength:"1" maxLength:"200" doc:"That your address was called with. It is good once, for ten minutes."`
	Verifier string `json:"verifier" minLength:"43" maxLength:"128" doc:"The text whose SHA-256 was the challenge (RFC 7636, S256)."`
	Previous string `json:"previous_key,omitempty" maxLength:"100" doc:"The key that you have from a pairing before: it is renewed, so that you keep your checkouts, refunds and webhook endpoints, and no longer works itself. A key that is unknown, was ended, or has another origin is left alone, and you get a new one."`
}

type (
	exchangeInput struct{ Body Exchange }
	newKeyOutput  struct{ Body NewKey }
)

func (a *API) keyRoutes() {
	h := publicHandlers{a}
	add(a, Route{
		Method: http.MethodPost, Path: "/keys/exchange", Name: "exchangeKey", Group: "Key", Summary: "Fetch the key of a pairing", Rule: Rule{Public: true},
		Status: http.StatusCreated, Fails: []Code{CodeInvalidCode},
		Text: "After an owner of the shop has agreed. It needs no Idempotency-Key: the code is good once, and an answer with a key is not kept.",
	}, h.exchange)
}

func (a publicHandlers) exchange(ctx context.Context, c *Call, in *exchangeInput) (*newKeyOutput, error) {
	key, secret, err := a.services.Keys.Exchange(ctx, c.Actor(), in.Body.Code, in.Body.Verifier, models.Secret(in.Body.Previous))
	if err != nil {
		return nil, err
	}
	return &newKeyOutput{NewKey{
		Object: "key", Key: secret.Reveal(), Scopes: list(key.Scopes), Origins: list(key.Origins), ExpiresAt: wire.Time(key.ExpiresAt),
	}}, nil
}
