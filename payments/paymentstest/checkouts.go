package paymentstest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/once"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/checkouts"
)

// Key stores a key that may do everything, for payers of https://shop.example.org, and returns its row and its text.
func (s *Shop) Key(edits ...func(*models.APIKey)) (models.APIKey, string) {
	s.T.Helper()
	text, shown := models.NewKey(false)
	k := models.APIKey{Name: "Test", Shown: shown, Origins: models.TextList{"https://shop.example.org"}, RefundLimit: models.MustAmount("1000"), Version: wire.Version}
	for _, scope := range models.Scopes() {
		k.Scopes = append(k.Scopes, string(scope))
	}
	for _, edit := range edits {
		edit(&k)
	}
	require.NoError(s.T, s.Store.InsertAPIKey(s.T.Context(), &k, models.Secret(text)))
	return k, text
}

// Request is a request of a key with an Idempotency-Key, whose answer is 200 with the object.
func Request(key models.APIKey, route, idempotencyKey string, body any) once.Request {
	text, _ := json.Marshal(body)
	return once.Request{
		ID: digest(key.ID, route, idempotencyKey), Digest: digest(string(text)),
		Render: func(object any) (int, []byte, error) {
			body, err := json.Marshal(object)
			return 200, body, err
		},
	}
}

func digest(parts ...string) string {
	sum := sha256.Sum256(fmt.Append(nil, parts))
	return hex.EncodeToString(sum[:])
}

// CreateCheckout makes a checkout of 20 USD with a key.
func (s *Shop) CreateCheckout(key models.APIKey, edits ...func(*checkouts.CreateInput)) wire.Checkout {
	s.T.Helper()
	in := checkouts.CreateInput{Amount: "20.00", Currency: "USD", Reference: "1001"}
	for _, edit := range edits {
		edit(&in)
	}
	answer, _, err := s.Checkouts.Create(s.T.Context(), in, key, Request(key, "POST /checkouts", models.NewRef(), in))
	require.NoError(s.T, err)
	var c wire.Checkout
	require.NoError(s.T, json.Unmarshal([]byte(answer.Body), &c))
	return c
}

// PressPay turns a checkout into an order that is paid in USDT, and returns where the payer goes.
func (s *Shop) PressPay(id string) (payments.Placement, error) {
	s.T.Helper()
	view, err := s.Checkouts.Get(s.T.Context(), id, "")
	require.NoError(s.T, err)
	return s.PlaceCheckout(s.T.Context(), payments.PlaceCheckoutInput{
		CheckoutID: id, Lang: "en", Coin: "USDT", Payer: models.Payer{UserID: Alice},
		Quotes: s.QuoteToken(s.T.Context(), payments.CheckoutSubject(id), view.Checkout.Amount),
	})
}

// CheckoutNow reads a checkout as other programs do.
func (s *Shop) CheckoutNow(id string) wire.Checkout {
	s.T.Helper()
	view, err := s.Checkouts.Get(s.T.Context(), id, "")
	require.NoError(s.T, err)
	return view.Wire()
}

// Published publishes all events and returns the types of those of an order, its checkout and its refunds, in their order.
func (s *Shop) Published(objects ...string) []string {
	s.T.Helper()
	for {
		list, err := s.Store.PublishEvents(s.T.Context(), 100, nil)
		require.NoError(s.T, err)
		if len(list) == 0 {
			break
		}
	}
	var types []string
	after := 0
	for {
		list, err := s.Store.Events(s.T.Context(), store.EventFilter{After: after}, 50)
		require.NoError(s.T, err)
		for _, e := range list {
			require.Greater(s.T, e.Position, after)
			after = e.Position
			for _, o := range objects {
				if e.ObjectID == o || e.OrderID == o {
					types = append(types, string(e.Type))
					break
				}
			}
		}
		if len(list) == 0 {
			return types
		}
	}
}
