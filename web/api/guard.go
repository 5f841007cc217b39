package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/hashicorp/golang-lru/v2"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// Headers of the API.
const (
	VersionHeader   = "Coincart-Version"
	OnceHeader      = "Idempotency-Key"
	ReplayedHeader  = "Idempotent-Replayed"
	challengeHeader = "WWW-Authenticate"
)

// Call is one request with what the frame knows of it.
type Call struct {
	Key        models.APIKey // of routes that need one
	Version    string        // of the API that the answer speaks
	RequestID  string
	RemoteAddr string

	gin    *gin.Context
	route  *Route
	onceID string // digest of key, route and Idempotency-Key
	digest string // of the body
}

// Actor returns who does something with this request.
func (c *Call) Actor() models.Actor { return c.Key.Actor(c.RemoteAddr, c.RequestID) }

// WaitedKey is set in gin's context of a request that waited for a change, so that its time is not taken for the time to answer.
const WaitedKey = "api.waited"

// waits gives a request more time than the server does.
func (c *Call) waits(longest time.Duration) error {
	c.gin.Set(WaitedKey, true)
	control, end := http.NewResponseController(c.gin.Writer), time.Now().Add(longest+writeTime)
	for _, err := range []error{control.SetReadDeadline(end), control.SetWriteDeadline(end)} {
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("set a deadline: %w", err)
		}
	}
	return nil
}

type callKey struct{}

func callOf(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

// guard admits a request to its route, or refuses it. It is the only way to a handler.
func (a *API) guard(ctx huma.Context, next func(huma.Context)) {
	c := humagin.Unwrap(ctx)
	route, _ := ctx.Operation().Metadata[ruleKey].(*Route)
	call := &Call{RequestID: requestID(c), RemoteAddr: c.ClientIP(), Version: wire.Version, gin: c, route: route}
	limited, cancel := context.WithTimeout(ctx.Context(), route.time())
	defer cancel()
	if p := a.admit(limited, c, ctx.Operation(), call); p != nil {
		a.refuse(c, p)
		return
	}
	c.Header(VersionHeader, call.Version)
	next(huma.WithValue(huma.WithContext(ctx, limited), callKey{}, call))
}

// admit looks at a request in the order in which it costs least. nil: it may go on.
func (a *API) admit(ctx context.Context, c *gin.Context, op *huma.Operation, call *Call) *Problem {
	if call.route.Rule.Public {
		if p := a.admitPublic(ctx, c); p != nil {
			return p
		}
	} else if p := a.admitKey(ctx, c, call); p != nil {
		return p
	}
	if wanted := c.GetHeader(VersionHeader); wanted != "" {
		call.Version = wanted
	}
	if call.Version != wire.Version {
		return problem(CodeInvalidVersion)
	}
	if c.Request.Method == http.MethodGet {
		return nil
	}
	return a.admitBody(c, op, call)
}

// admitPublic lets any page of any site ask.
func (a *API) admitPublic(ctx context.Context, c *gin.Context) *Problem {
	c.Header("Access-Control-Allow-Origin", "*")
	c.Header("Cross-Origin-Resource-Policy", "cross-origin")
	return a.public.take(ctx, c.Writer.Header(), network(c))
}

// admitKey finds the key of a request, and whether it may do what it asks for.
func (a *API) admitKey(ctx context.Context, c *gin.Context, call *Call) *Problem {
	secret, sent := bearer(c.Request)
	if !sent {
		return problem(CodeKeyMissing)
	}
	known := a.working.has(secret)
	if !known { // guessing is pointless, but noise is limited; who has a key that works is not kept out by others of the network
		if p := a.failed.full(network(c)); p != nil {
			return p
		}
	}
	key, p := a.findKey(ctx, secret, call)
	if p != nil {
		if p.Status == http.StatusUnauthorized {
			a.working.forget(secret)
			a.failed.count(ctx, network(c))
		}
		return p
	}
	if !known {
		a.working.add(secret)
	}
	call.Key, call.Version = key, key.Version
	if !allowed(&key, c.ClientIP()) {
		return problem(CodeIPNotAllowed)
	}
	if p := a.keys.take(ctx, c.Writer.Header(), key.ID); p != nil {
		return p
	}
	a.noteUse(ctx, &key, c)
	if rule := call.route.Rule; rule.Scope != "" && !key.May(rule.Scope) {
		return problem(CodeScopeMissing)
	}
	return nil
}

// bearer returns the key of a request.
func bearer(r *http.Request) (secret models.Secret, sent bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return models.Secret(token), found && strings.EqualFold(scheme, "Bearer") && token != ""
}

// noKey has the form of a key. It is looked for in place of a text that has none, so that every wrong key takes the same time.
const noKey = models.DemoKeyPrefix + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// findKey returns the key that works here.
func (a *API) findKey(ctx context.Context, secret models.Secret, call *Call) (models.APIKey, *Problem) {
	formed := models.IsKeyForm(secret.Reveal())
	if !formed {
		secret = noKey
	}
	key, err := a.store.APIKeyBySecret(ctx, secret)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return key, a.problemOf(ctx, call, err)
	case err != nil, !formed, key.Ended(), key.Live == a.demo:
		return key, problem(CodeKeyInvalid)
	case key.Expired(a.clock()):
		return key, problem(CodeKeyExpired)
	}
	return key, nil
}

// noteUse notes the use of a key, at most once a minute. A failure is no reason to refuse the request.
func (a *API) noteUse(ctx context.Context, key *models.APIKey, c *gin.Context) {
	if a.clock().Sub(key.UsedAt) < time.Minute {
		return
	}
	if err := a.store.UseAPIKey(ctx, key.ID, c.ClientIP()); err != nil {
		a.log.LogAttrs(ctx, slog.LevelWarn, "use of a key not noted", slog.String("request", requestID(c)), slog.Any("error", err))
	}
}

// allowed reports whether a key may be used from an address.
func allowed(key *models.APIKey, address string) bool {
	from, err := netip.ParseAddr(address)
	return len(key.Networks) == 0 || err == nil && keys.Admits(key, from.WithZone(""))
}

func network(c *gin.Context) string {
	narrow, _ := models.Network(c.ClientIP())
	return narrow
}

// admitBody reads a body strictly and checks it against the schema of the operation. What is left for the handler are the same bytes.
func (a *API) admitBody(c *gin.Context, op *huma.Operation, call *Call) *Problem {
	onceKey := c.GetHeader(OnceHeader)
	if call.route.Once && !isOnceKey(onceKey) {
		return problem(CodeKeyRequired)
	}
	text, p := readBody(c)
	if p != nil {
		return p
	}
	if op.RequestBody == nil && len(text) == 0 {
		call.identify(onceKey, nil)
		return nil
	}
	if media, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err != nil || media != jsonType {
		return problem(CodeMediaType)
	}
	value, err := parseJSON(text)
	if err != nil {
		return problem(CodeMalformedJSON)
	}
	check := bodyCheck{schemas: a.huma.OpenAPI().Components.Schemas}
	schema := &huma.Schema{Type: huma.TypeObject} // a route without a body takes {}
	if op.RequestBody != nil {
		schema = op.RequestBody.Content[jsonType].Schema
	}
	if check.value(schema, "", value); len(check.faults) > 0 {
		return faults(check.faults)
	}
	plain, err := canonical(nil, value)
	if err != nil {
		return problem(CodeMalformedJSON)
	}
	call.identify(onceKey, plain)
	c.Request.Body = io.NopCloser(bytes.NewReader(text))
	return nil
}

// readBody reads a body of at most maxBody bytes.
func readBody(c *gin.Context) ([]byte, *Problem) {
	text, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, problem(CodeBodyTooLarge)
	}
	if err != nil {
		return nil, problem(CodeMalformedJSON) // the caller has left, or does not speak HTTP
	}
	return text, nil
}

// isOnceKey reports whether a text can be an Idempotency-Key: 1 to 255 visible ASCII characters.
func isOnceKey(text string) bool {
	const longest = 255
	return text != "" && len(text) <= longest && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// identify gives the request the names under which its answer is kept. The address is a part of the first, because it says which checkout is meant.
func (c *Call) identify(onceKey string, body []byte) {
	c.onceID = digest(c.Key.ID, c.route.Method, c.route.Path, onceKey)
	c.digest = digest(string(body))
}

// digest returns the hex SHA-256 of texts that have no zero byte in them.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// workingKeys remembers digests of keys that have worked in this process lately.
type workingKeys struct {
	seen *lru.Cache[[sha256.Size]byte, struct{}]
}

func newWorkingKeys() *workingKeys {
	const most = 1024
	cache, err := lru.New[[sha256.Size]byte, struct{}](most)
	if err != nil { // the size is above 0
		panic(err)
	}
	return &workingKeys{cache}
}

func (w *workingKeys) has(s models.Secret) bool {
	return w.seen.Contains(sha256.Sum256([]byte(s.Reveal())))
}

func (w *workingKeys) add(s models.Secret) {
	w.seen.Add(sha256.Sum256([]byte(s.Reveal())), struct{}{})
}

func (w *workingKeys) forget(s models.Secret) {
	w.seen.Remove(sha256.Sum256([]byte(s.Reveal())))
}
