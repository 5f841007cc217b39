// Package api serves the shop's API to other programs: checkouts, refunds, rates, events, orders, products and statements, below /api/v1.
//
// A route is a row with a rule (who may call it) and a handler that binds, calls one use case and answers. The frame does the rest: it knows
// the key, counts requests, reads bodies strictly, keeps answers under their Idempotency-Key, and turns errors into problems (RFC 9457). The
// document of the API is made from the routes.
package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/web/live"
)

// Root is the beginning of all addresses of the API, of every version.
const Root = "/api/"

// Prefix is the beginning of the addresses of this version.
const Prefix = "/api/v1"

// Owns reports whether an address is the API's.
func Owns(path string) bool { return path == "/api" || strings.HasPrefix(path, Root) }

// Limits are the maximum numbers of requests a minute, over all replicas; 0 means the default and a negative number no limit.
type Limits struct {
	Key     int // of one key; 600
	Failed  int // with a key that does not work, from one network; 20
	Public  int // without a key, from one network; 120
	Waiters int // requests of this process that wait for a change; 500
}

// Config configures an API.
type Config struct {
	Store    *store.Store
	Services assembly.Services
	Base     models.BaseURL // the shop's public address
	Clock    models.Clock
	Logger   *slog.Logger // nil: nothing is logged
	Demo     bool         // keys of a demonstration work, and no others
	ShopName func(ctx context.Context) string
	Limits   Limits
}

// API is the API of a shop. It is safe for concurrent use, and keeps no state that another replica would need.
type API struct {
	store    *store.Store
	services assembly.Services
	base     models.BaseURL
	clock    models.Clock
	log      *slog.Logger
	demo     bool
	shopName func(ctx context.Context) string

	keys, failed, public *quota
	working              *workingKeys
	waiters              *live.Hub

	huma     huma.API
	routes   []Route
	document func() []byte // as it is served
}

// New returns the API and registers its routes with the engine of the shop.
func New(c Config, engine *gin.Engine) (*API, error) {
	if c.Store == nil || c.Services.Checkouts == nil || c.ShopName == nil {
		return nil, errors.New("api: store, services and the shop's name are needed")
	}
	a := &API{
		store: c.Store, services: c.Services, base: c.Base, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)),
		demo: c.Demo, shopName: c.ShopName, working: newWorkingKeys(),
	}
	a.keys, a.failed, a.public = newQuota(a, "key", c.Limits.Key, 600), newQuota(a, "failed", c.Limits.Failed, 20), newQuota(a, "public", c.Limits.Public, 120)
	a.waiters = live.New(live.Config{Look: c.Store.CheckoutMarks, Log: a.log, Pages: c.Limits.Waiters, PerAddress: waitersOfKey})
	a.huma = humagin.NewWithGroup(engine, engine.Group(Prefix), a.config())
	a.huma.UseMiddleware(a.guard)
	a.register()
	a.adjust()
	a.document = sync.OnceValue(a.writeDocument)
	a.pages(engine)
	return a, nil
}

// waitersOfKey is how many requests of one key wait for a change at most, in this process.
const waitersOfKey = 200

// config configures huma without its own pages: documents and problems are this package's.
func (a *API) config() huma.Config {
	text := huma.Format{
		Marshal: func(w io.Writer, v any) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		},
		Unmarshal: json.Unmarshal,
	}
	config := huma.DefaultConfig("", "")
	config.OpenAPI = a.newDocument()
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil
	config.Formats = map[string]huma.Format{jsonType: text, "json": text}
	config.RejectUnknownQueryParameters = true
	config.Transformers = []huma.Transformer{a.ownProblem}
	return config
}

// Close ends all waiting for ever, for a server that stops.
func (a *API) Close() { a.waiters.Close() }

// Routes returns the routes, for tests.
func (a *API) Routes() []Route { return a.routes }

// register registers all routes. A room with routes of its own adds a line.
func (a *API) register() {
	a.meRoutes()
	a.keyRoutes()
	a.checkoutRoutes()
	a.publicRoutes()
	a.refundRoutes()
	a.rateRoutes()
	a.eventRoutes()
	webhookRoutes(a)
	linkRoutes(a)
	a.orderRoutes()
	a.productRoutes()
	a.statementRoutes()
}

// Rule says who may call a route. A rule that is empty is an error.
type Rule struct {
	Scope  models.Scope // a key with this scope
	AnyKey bool         // every key, whatever its scopes
	Public bool         // everybody; requests are counted by network
}

// valid reports whether a rule says one thing.
func (r Rule) valid() bool {
	n := 0
	for _, said := range []bool{r.Scope != "", r.AnyKey, r.Public} {
		if said {
			n++
		}
	}
	_, known := models.ParseScope(string(r.Scope))
	return n == 1 && (r.Scope == "" || known)
}

// Route describes one route.
type Route struct {
	Method, Path string // such as GET and /checkouts/{id}, below Prefix
	Name         string // operationId, such as getCheckout
	Group        string // tag of the document, such as Checkouts
	Summary      string // a line
	Text         string // more of it; may be empty
	Rule         Rule
	Status       int    // of success; 0: 200
	Also         []int  // further statuses of success, with the same body
	Kept         any    // the body of the answer of a POST that package once keeps: a value of its type; nil: the handler's
	Fails        []Code // errors that the route has beyond those of every route
	Once         bool   // an Idempotency-Key is required; so for every POST but public ones
	Time         time.Duration
}

// Times of requests.
const (
	readTime  = 6 * time.Second
	writeTime = 11 * time.Second
)

func (r *Route) time() time.Duration {
	switch {
	case r.Time > 0:
		return r.Time
	case r.Method == http.MethodGet:
		return readTime
	}
	return writeTime
}

// ruleKey is the key of a route in the metadata of its operation.
const ruleKey = "route"

// add registers a route with its handler. It is called while the program starts: a route without a rule is a panic, so that none is forgotten.
func add[I, O any](a *API, r Route, handle func(ctx context.Context, c *Call, in *I) (*O, error)) {
	if !r.Rule.valid() {
		panic("api: " + r.Method + " " + r.Path + " has no rule")
	}
	r.Once = r.Method == http.MethodPost && !r.Rule.Public
	r.Status = cmp.Or(r.Status, http.StatusOK)
	a.routes = append(a.routes, r)
	op := a.operation(&r)
	huma.Register(a.huma, *op, func(ctx context.Context, in *I) (*O, error) {
		c := callOf(ctx)
		out, err := handle(ctx, c, in)
		if err != nil {
			return nil, a.problemOf(ctx, c, err)
		}
		return out, nil
	})
}
