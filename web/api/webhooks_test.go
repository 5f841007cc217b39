package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/web/api"
)

const endpointsAt = "/webhook_endpoints"

func decode[T any](t *testing.T, got answer, status int) (v T) {
	t.Helper()
	require.Equal(t, status, got.Status, got.Body)
	require.NoError(t, json.Unmarshal([]byte(got.Body), &v), got.Body)
	return v
}

func TestWebhooks_MadeChangedAndDeletedByAKey(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		body := map[string]any{"url": "https://shop.example.org/hook", "types": []string{"checkout.paid"}, "key_pair": true}
		made := decode[api.MadeEndpoint](t, s.send(http.MethodPost, endpointsAt, body, once("one")), http.StatusCreated)
		assert.Regexp(t, `^whsec_[A-Za-z0-9+/]{43}=$`, made.Secret)
		assert.Regexp(t, `^whpk_[A-Za-z0-9+/]{43}=$`, made.PublicKey)
		assert.Equal(t, []string{"checkout.paid"}, made.Types)
		again := s.send(http.MethodPost, endpointsAt, body, once("one"))
		assert.Equal(t, made.ID, decode[api.MadeEndpoint](t, again, http.StatusCreated).ID)
		assert.NotContains(t, again.Body, "whsec_", "secrets are not kept where they are not encrypted")
		list := decode[api.List[api.WebhookEndpoint]](t, s.send(http.MethodGet, endpointsAt, nil), http.StatusOK)
		require.Len(t, list.Data, 1)
		assert.Equal(t, made.PublicKey, list.Data[0].PublicKey)

		at := endpointsAt + "/" + made.ID
		changed := decode[api.WebhookEndpoint](t, s.send(http.MethodPatch, at, map[string]any{"types": []string{}, "description": "Two"}), http.StatusOK)
		assert.Empty(t, changed.Types)
		assert.Equal(t, "Two", changed.Description)
		assert.Equal(t, made.URL, changed.URL)
		rotated := decode[api.RotatedSecret](t, s.send(http.MethodPost, at+"/rotate_secret", "{}", once("r")), http.StatusOK)
		assert.NotEqual(t, made.Secret, rotated.Secret)
		assert.NotEmpty(t, rotated.OldUntil)
		assert.NotContains(t, s.send(http.MethodPost, at+"/rotate_secret", "{}", once("r")).Body, "whsec_")

		s.send(http.MethodPost, at+"/ping", "{}", once("p"))
		s.Work()
		told := decode[api.List[api.Delivery]](t, s.send(http.MethodGet, at+"/deliveries", nil), http.StatusOK)
		require.Len(t, told.Data, 1)
		assert.Equal(t, "endpoint.ping", told.Data[0].Type)
		one := decode[api.Delivery](t, s.send(http.MethodPost, at+"/deliveries/"+told.Data[0].ID+"/redeliver", "{}", once("d")), http.StatusAccepted)
		assert.Equal(t, told.Data[0].EventID, one.EventID)
		sent := decode[api.Redelivered](t, s.send(http.MethodPost, at+"/redeliver", map[string]any{"since": "2020-01-01T00:00:00Z"}, once("s")), http.StatusAccepted)
		assert.Zero(t, sent.Events, "it waits already")

		off := decode[api.WebhookEndpoint](t, s.send(http.MethodPatch, at, map[string]any{"status": "disabled"}), http.StatusOK)
		assert.Equal(t, "disabled", off.Status)
		s.send(http.MethodPost, at+"/ping", "{}", once("p2")).fails(http.StatusConflict, api.CodeEndpointDisabled)
		_, other := s.Key()
		for _, path := range []string{at, at + "/deliveries"} {
			s.send(http.MethodGet, path, nil, withKey(other)).fails(http.StatusNotFound, api.CodeNotFound)
		}
		s.send(http.MethodDelete, at, nil, withKey(other)).fails(http.StatusNotFound, api.CodeNotFound)
		assert.Equal(t, http.StatusNoContent, s.send(http.MethodDelete, at, nil).Status)
		s.send(http.MethodGet, at, nil).fails(http.StatusNotFound, api.CodeNotFound)
		assert.NotContains(t, s.logs.String(), "whsec_")
	})
}

func TestWebhooks_BadRequests(t *testing.T) {
	s := sqlite(t)
	for name, c := range map[string]struct {
		body any
		code api.Code
	}{
		"no address":     {map[string]any{}, api.CodeMissing},
		"http":           {map[string]any{"url": "http://shop.example.org/"}, api.CodeInvalidURL},
		"private":        {map[string]any{"url": "https://10.0.0.1/"}, api.CodeInvalidURL},
		"unknown type":   {map[string]any{"url": "https://shop.example.org/", "types": []string{"checkout.everything"}}, api.CodeInvalidValue},
		"unknown member": {map[string]any{"url": "https://shop.example.org/", "secret": "mine"}, api.CodeUnknownMember},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(http.MethodPost, endpointsAt, c.body, once(strings.ReplaceAll(name, " ", "-")))
			got.t = t
			got.fails(http.StatusUnprocessableEntity, c.code)
			assert.Contains(t, got.Body, `"param":"/`)
		})
	}
	_, narrow := s.Key(func(k *models.APIKey) { k.Scopes = models.TextList{"webhooks:write", "checkouts:read"} })
	s.send(http.MethodPost, endpointsAt, map[string]any{"url": "https://shop.example.org/", "types": []string{"order.paid"}}, once("n"), withKey(narrow)).
		fails(http.StatusUnprocessableEntity, api.CodeInvalidValue)
}
