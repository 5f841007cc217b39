package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/web"
	"github.com/coincart/coincart/web/api"
)

// TestMain keeps gin quiet, as the program does.
func TestMain(m *testing.M) {
	gin.DebugPrintFunc = func(string, ...any) {}
	os.Exit(m.Run())
}

// shop is a shop with its server and a key that may do everything.
type shop struct {
	*paymentstest.Shop

	t      testing.TB
	web    *web.Server
	url    string // of the server
	row    models.APIKey
	key    string
	logs   *logs
	config web.Config
}

// each runs a scenario on SQLite and on MariaDB.
func each(t *testing.T, scenario func(t *testing.T, s *shop), options ...func(*web.Config)) {
	t.Helper()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) { scenario(t, open(t, s, options...)) })
}

func sqlite(t *testing.T, options ...func(*web.Config)) *shop {
	t.Helper()
	return open(t, paymentstest.SQLite(t), options...)
}

func open(tb testing.TB, s *paymentstest.Shop, options ...func(*web.Config)) *shop {
	tb.Helper()
	out := &shop{Shop: s, t: tb, logs: &logs{}}
	out.config = web.Config{
		Store: s.Store, Services: s.Services, BaseURL: "http://127.0.0.1", PlatformURL: s.Config.PlatformURL, Logger: out.logs.logger(),
		Clock: s.Clock.Now, ShopName: "Osier", Demo: true,
	}
	for _, o := range options {
		o(&out.config)
	}
	out.web, out.url = out.replica()
	out.row, out.key = s.Key()
	return out
}

// replica starts one more server of the shop.
func (s *shop) replica() (*web.Server, string) {
	s.t.Helper()
	server, err := web.New(s.config)
	require.NoError(s.t, err)
	front := httptest.NewServer(server.Handler())
	s.t.Cleanup(front.Close)
	s.t.Cleanup(server.EndStreams)
	return server, front.URL
}

// answer is an answer of the API.
type answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
}

// request changes a request before it is sent.
type request func(*http.Request)

func header(name, value string) request {
	return func(r *http.Request) {
		if value == "" {
			r.Header.Del(name)
			return
		}
		r.Header.Set(name, value)
	}
}

func withKey(key string) request {
	if key == "" {
		return header("Authorization", "")
	}
	return header("Authorization", "Bearer "+key)
}

func once(key string) request { return header("Idempotency-Key", key) }

// send sends a request with the shop's key, and checks the answer against the served document. body is a text, or a value that is sent as JSON.
func (s *shop) send(method, path string, body any, edits ...request) answer {
	s.t.Helper()
	return s.sendTo(s.url, method, path, body, edits...)
}

func (s *shop) sendTo(server, method, path string, body any, edits ...request) answer {
	s.t.Helper()
	r := s.request(server, method, path, body, edits...)
	response, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	got := answer{t: s.t, Status: response.StatusCode, Header: response.Header, Body: string(text)}
	s.validate(r, response, text)
	return got
}

func (s *shop) request(server, method, path string, body any, edits ...request) *http.Request {
	s.t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	default:
		var err error
		content, err = json.Marshal(b)
		require.NoError(s.t, err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, server+api.Prefix+path, bytes.NewReader(content))
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+s.key)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", models.NewRef())
	}
	for _, edit := range edits {
		edit(r)
	}
	return r
}

func (s *shop) get(path string, edits ...request) answer {
	s.t.Helper()
	return s.send(http.MethodGet, path, nil, edits...)
}

func (s *shop) post(path string, body any, edits ...request) answer {
	s.t.Helper()
	return s.send(http.MethodPost, path, body, edits...)
}

// ok requires a status and reads the answer.
func (a answer) ok(status int) map[string]any {
	a.t.Helper()
	require.Equal(a.t, status, a.Status, a.Body)
	var object map[string]any
	require.NoError(a.t, json.Unmarshal([]byte(a.Body), &object))
	return object
}

// fails requires a problem, and returns it.
func (a answer) fails(status int, code api.Code) api.Problem {
	a.t.Helper()
	var p api.Problem
	require.Equal(a.t, status, a.Status, a.Body)
	require.NoError(a.t, json.Unmarshal([]byte(a.Body), &p))
	assert.Equal(a.t, "application/problem+json", a.Header.Get("Content-Type"))
	assert.Equal(a.t, code, p.Code, a.Body)
	assert.Equal(a.t, status, p.Status)
	assert.Equal(a.t, a.Header.Get("X-Request-Id"), p.RequestID)
	assert.NotEmpty(a.t, p.Detail)
	assert.Contains(a.t, p.Type, "/api/docs#"+string(code))
	assert.Empty(a.t, a.Header.Values("Set-Cookie"))
	return p
}

// documents are the validators of served documents, by their text.
var documents sync.Map

// validate checks an answer against the document that the server gives. An address that the document does not have must be 404 or 405.
func (s *shop) validate(r *http.Request, response *http.Response, body []byte) {
	s.t.Helper()
	assert.NotEmpty(s.t, response.Header.Get("X-Request-Id"))
	if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusMethodNotAllowed {
		if s.route(r) == nil {
			return
		}
	}
	text := s.web.API().Document()
	known, ok := documents.Load(string(text))
	if !ok {
		doc, err := libopenapi.NewDocument(text)
		require.NoError(s.t, err)
		v, errs := validator.NewValidator(doc)
		require.Empty(s.t, errs)
		known, _ = documents.LoadOrStore(string(text), v)
	}
	v, _ := known.(validator.Validator)
	shown := *response
	shown.Body = io.NopCloser(bytes.NewReader(body))
	fine, faults := v.ValidateHttpResponse(r, &shown)
	if !fine {
		for _, f := range faults {
			s.t.Errorf("%s %s: %d does not agree with the document: %s: %s %v", r.Method, r.URL.Path, response.StatusCode, f.Message, f.Reason, f.SchemaValidationErrors)
		}
		s.t.Log(string(body))
	}
}

// route returns the route of a request; nil: there is none.
func (s *shop) route(r *http.Request) *api.Route {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, api.Prefix), "/")
	for _, route := range s.web.API().Routes() {
		parts := strings.Split(route.Path, "/")
		fits := len(parts) == len(path) && route.Method == r.Method
		for i := 0; fits && i < len(parts); i++ {
			fits = parts[i] == path[i] || strings.HasPrefix(parts[i], "{")
		}
		if fits {
			return &route
		}
	}
	return nil
}

// checkout is a body that asks for 20 USD.
func checkout(edits ...func(map[string]any)) map[string]any {
	body := map[string]any{"amount": "20.00", "currency": "USD", "reference": "1001"}
	for _, edit := range edits {
		edit(body)
	}
	return body
}

// create makes a checkout by the API and returns its id.
func (s *shop) create() string {
	s.t.Helper()
	id, _ := s.post("/checkouts", checkout()).ok(http.StatusCreated)["id"].(string)
	return id
}

// pay lets the payer of a checkout pay.
func (s *shop) pay(id string) {
	s.t.Helper()
	placed, err := s.PressPay(id)
	require.NoError(s.t, err)
	require.NoError(s.t, s.Platform.Pay(s.PlatformOrder(s.Order(placed.Ref)).OrderNum))
	s.Deliver()
	s.Work()
}
