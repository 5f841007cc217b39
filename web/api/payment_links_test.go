package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/web/api"
)

const linksAt = "/payment_links"

func TestPaymentLinks_MadeChangedAndSwitchedOff(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		body := map[string]any{
			"kind": "chosen", "slug": "mug-fund", "title": "The mug fund", "min_amount": "5", "max_amount": "100", "suggestions": []string{"5", "20"},
			"max_uses": 3, "ask": map[string]any{"email": "required"}, "expires_at": "2027-01-01T00:00:00Z",
		}
		first := s.send(http.MethodPost, linksAt, body, once("l1"))
		require.Equal(t, http.StatusCreated, first.Status, first.Body)
		var made api.PaymentLink
		into(t, first, &made)
		assert.Equal(t, "on", made.Status)
		assert.True(t, strings.HasSuffix(made.URL, "/pay/mug-fund"), made.URL)
		assert.Equal(t, "5.00", made.MinAmount)
		assert.Equal(t, api.LinkAsks{Email: "required"}, made.Ask)
		assert.Equal(t, first.Body, s.send(http.MethodPost, linksAt, body, once("l1")).Body)
		s.send(http.MethodPost, linksAt, body, once("l2")).fails(http.StatusUnprocessableEntity, api.CodeInvalidValue)

		at := linksAt + "/" + made.ID
		var changed api.PaymentLink
		into(t, s.send(http.MethodPatch, at, map[string]any{"title": "The kettle fund", "max_amount": "250.50", "status": "off"}), &changed)
		assert.Equal(t, "The kettle fund", changed.Title)
		assert.Equal(t, "250.50", changed.MaxAmount)
		assert.Equal(t, []string{"5", "20"}, changed.Suggestions, "what is left out stays")
		assert.Equal(t, made.ExpiresAt, changed.ExpiresAt)
		assert.Equal(t, "off", changed.Status)
		into(t, s.send(http.MethodPatch, at, map[string]any{"status": "on"}), &changed)
		assert.Equal(t, "on", changed.Status)

		var list api.List[api.PaymentLink]
		into(t, s.send(http.MethodGet, linksAt+"?kind=chosen", nil), &list)
		require.Len(t, list.Data, 1)
		assert.Equal(t, changed, list.Data[0])
		into(t, s.send(http.MethodGet, linksAt+"?kind=invoice", nil), &list)
		assert.Empty(t, list.Data)

		_, other := s.Key()
		s.send(http.MethodGet, at, nil, withKey(other)).fails(http.StatusNotFound, api.CodeNotFound)
		s.send(http.MethodPatch, at, map[string]any{"status": "off"}, withKey(other)).fails(http.StatusNotFound, api.CodeNotFound)
	})
}

func TestPaymentLinks_BadRequests(t *testing.T) {
	s := sqlite(t)
	fixed := func(more map[string]any) map[string]any {
		body := map[string]any{"kind": "fixed", "title": "Mug", "amount": "5"}
		maps.Copy(body, more)
		return body
	}
	for name, c := range map[string]struct {
		body  map[string]any
		param string
	}{
		"kind":      {fixed(map[string]any{"kind": "free"}), "/kind"},
		"amount":    {fixed(map[string]any{"amount": "1e3"}), "/amount"},
		"nothing":   {fixed(map[string]any{"amount": "0"}), "/amount"},
		"decimals":  {fixed(map[string]any{"amount": "5.001"}), "/amount"},
		"slug":      {fixed(map[string]any{"slug": "A B"}), "/slug"},
		"foreign":   {fixed(map[string]any{"thanks_url": "https://elsewhere.example.org/"}), "/thanks_url"},
		"time":      {fixed(map[string]any{"expires_at": "tomorrow"}), "/expires_at"},
		"unknown":   {fixed(map[string]any{"price": "5"}), "/price"},
		"sku":       {map[string]any{"kind": "product", "sku": "NOT-THERE"}, "/sku"},
		"no lines":  {map[string]any{"kind": "invoice", "title": "Invoice"}, "/lines"},
		"bad lines": {map[string]any{"kind": "invoice", "title": "Invoice", "lines": []any{map[string]any{"name": "Hour", "quantity": 1, "unit_price": "x"}}}, "/lines/0/unit_price"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(http.MethodPost, linksAt, c.body, once(strings.ReplaceAll(name, " ", "-")))
			assert.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
			assert.Contains(t, got.Body, `"param":"`+c.param+`"`)
		})
	}
}

// into reads the answer to a request that succeeded.
func into(t *testing.T, a answer, v any) {
	t.Helper()
	require.Less(t, a.Status, http.StatusMultipleChoices, a.Body)
	require.NoError(t, json.Unmarshal([]byte(a.Body), v))
}
