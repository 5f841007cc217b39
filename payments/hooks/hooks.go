// Package hooks verifies the webhooks of a Coincart shop, in programs of any kind: it needs the standard library only.
//
// A shop signs webhooks as Standard Webhooks (https://www.standardwebhooks.com) describes: the header webhook-id names the event, the same in every
// try; webhook-timestamp is when the try was made, in seconds; webhook-signature has one or more signatures of "id.timestamp.body", divided by spaces.
//
//	verifier, err := hooks.New(os.Getenv("COINCART_WEBHOOK_SECRET"))
//	…
//	http.Handle("POST /webhooks/coincart", verifier.Handler(func(ctx context.Context, e hooks.Event) error {
//		return orders.Apply(ctx, e) // it may come more than once
//	}))
package hooks

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Tolerance is how far webhook-timestamp may be from now, either way.
const Tolerance = 5 * time.Minute

// MaxBody is the maximum size of a webhook that Read accepts, in bytes.
const MaxBody = 256 << 10

// Errors of verifying.
var (
	// ErrSecret means that a secret has not the form whsec_…, or a public key not the form whpk_….
	ErrSecret = errors.New("not a secret or a public key of a webhook")
	// ErrSignature means that a header is missing or malformed, or that no signature fits: the shop did not send this.
	ErrSignature = errors.New("the signature does not fit")
	// ErrTime means that the signature fits, but was made more than Tolerance ago or ahead: somebody may send an old webhook again, or a clock is wrong.
	ErrTime = errors.New("the webhook is not from now")
	// ErrBody means that the body is larger than MaxBody, broke off, or is no event.
	ErrBody = errors.New("the body is no event")
)

// Event is what happened.
type Event struct {
	ID        string          `json:"-"`         // of the event: the same in every try. Keep it, and leave out an event that you have handled
	Type      string          `json:"type"`      // such as checkout.paid
	Timestamp time.Time       `json:"timestamp"` // when it happened
	Data      json.RawMessage `json:"data"`      // the object as it was then, as the shop's API answers it
}

// Object is what all objects of events have.
type Object struct {
	ID       string `json:"id"`
	Object   string `json:"object"`   // checkout, refund, order, webhook_endpoint …
	Status   string `json:"status"`   // as the API calls it
	Sequence int    `json:"sequence"` // rises with each event of the object: leave out what is older than what you have
}

// Object reads what all objects have. Errors: ErrBody.
func (e Event) Object() (o Object, err error) {
	if err := json.Unmarshal(e.Data, &o); err != nil {
		return o, fmt.Errorf("%w: %w", ErrBody, err)
	}
	return o, nil
}

// Verifier verifies webhooks of one endpoint. It is safe for concurrent use.
type Verifier struct {
	// Now is the clock; nil: time.Now. Set it before the first use.
	Now func() time.Time

	secrets [][]byte
	publics []ed25519.PublicKey
}

// New returns a verifier of webhooks that are signed with one of some secrets (whsec_…) or verified with one of some public keys (whpk_…), as the shop
// has shown them. While a secret is being changed, give both. Errors: ErrSecret.
func New(secrets ...string) (*Verifier, error) {
	v := &Verifier{}
	for _, secret := range secrets {
		kind, text, _ := strings.Cut(strings.TrimSpace(secret), "_")
		key, err := base64.StdEncoding.DecodeString(text)
		switch {
		case err != nil || len(key) < 24: // Standard Webhooks: 24 to 64 bytes
			return nil, ErrSecret
		case kind == "whsec":
			v.secrets = append(v.secrets, key)
		case kind == "whpk" && len(key) == ed25519.PublicKeySize:
			v.publics = append(v.publics, key)
		default:
			return nil, ErrSecret
		}
	}
	if len(secrets) == 0 {
		return nil, ErrSecret
	}
	return v, nil
}

// Verify reports with an error whether headers and body, byte for byte as received, are a webhook of the shop, made just now. Errors: ErrSignature,
// ErrTime.
func (v *Verifier) Verify(header http.Header, body []byte) error {
	id, sent := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(sent, 10, 64)
	if id == "" || err != nil || strconv.FormatInt(seconds, 10) != sent {
		return ErrSignature
	}
	content := append([]byte(id+"."+sent+"."), body...)
	fits := false
	for signature := range strings.FieldsSeq(header.Get("webhook-signature")) {
		version, text, _ := strings.Cut(signature, ",")
		given, err := base64.StdEncoding.DecodeString(text)
		fits = fits || err == nil && v.fits(version, given, content)
	}
	if !fits {
		return ErrSignature
	}
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	if age := now().Sub(time.Unix(seconds, 0)); age.Abs() > Tolerance {
		return ErrTime
	}
	return nil
}

func (v *Verifier) fits(version string, given, content []byte) bool {
	switch version {
	case "v1":
		for _, secret := range v.secrets {
			mac := hmac.New(sha256.New, secret)
			mac.Write(content)
			if hmac.Equal(mac.Sum(nil), given) {
				return true
			}
		}
	case "v1a":
		for _, public := range v.publics {
			if ed25519.Verify(public, content, given) {
				return true
			}
		}
	}
	return false
}

// Read reads and verifies a webhook. Errors: ErrSignature, ErrTime, ErrBody.
func (v *Verifier) Read(r *http.Request) (Event, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrBody, err)
	}
	if len(body) > MaxBody {
		return Event{}, ErrBody
	}
	if err := v.Verify(r.Header, body); err != nil {
		return Event{}, err
	}
	e := Event{ID: r.Header.Get("webhook-id")}
	if err := json.Unmarshal(body, &e); err != nil || e.Type == "" {
		return Event{}, ErrBody
	}
	return e, nil
}

// Handler returns a handler that reads webhooks and passes their events to do. It answers 204 when do has returned nil, so that the shop sends the
// event no more; 401 to what is not the shop's; 400 to what is no event; and 503 if do returns an error: then the event comes again later. do must
// keep what it has handled before it returns, and may get an event more than once.
func (v *Verifier) Handler(do func(ctx context.Context, e Event) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := v.Read(r)
		switch {
		case errors.Is(err, ErrSignature), errors.Is(err, ErrTime):
			http.Error(w, "not a webhook of the shop", http.StatusUnauthorized)
		case err != nil:
			http.Error(w, "not an event", http.StatusBadRequest)
		case do(r.Context(), event) != nil:
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
}
