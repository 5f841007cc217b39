// Package web is the shop's HTTP server: routes, middleware, errors and health. The pages are in web/shop, what the platform
// reaches in web/platform, and what all handlers share in web/visit and web/session.
package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/security"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/system"
	"github.com/coincart/coincart/web/api"
	"github.com/coincart/coincart/web/live"
	"github.com/coincart/coincart/web/platform"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// Config configures a Server.
type Config struct {
	Store          *store.Store
	Services       assembly.Services // all are needed
	BaseURL        string            // the shop's public address, maybe with a path: see models.ParseBaseURL; under https cookies are Secure, and HSTS is sent
	PlatformURL    string            // the platform's public address: forms may lead there
	TrustedProxies []string          // addresses or networks whose X-Forwarded-For counts; none by default
	Logger         *slog.Logger
	Clock          models.Clock // of sessions, links and everything else that the database keeps
	Machine        models.Clock // what authenticators' codes are compared with: real time; nil: Clock
	ShopName       string
	Demo           bool // says in the footer that no money moves
	CheckoutOnly   bool // the goods are sold elsewhere: no front page, catalogue, cart and own checkout
	Limits         Limits
	TryMail        func(context.Context, mail.Message) mail.Trial // sends a test mail; nil: nobody can
	API            api.Limits                                     // of requests of other programs
	Doctor         doctor.Config                                  // what the page System status checks, beside the store
}

// Server is the shop's HTTP server. It keeps no state that another replica would need.
type Server struct {
	store     *store.Store
	services  assembly.Services
	site      *visit.Site
	office    *admin.Office
	accounts  *staff.Accounts
	security  *security.Recorder
	log       *slog.Logger
	engine    *gin.Engine
	base      models.BaseURL
	metrics   *metrics
	live      *live.Hub
	api       *api.API
	tally     *platform.Tally
	limits    limiters
	headers   headers
	ownOrigin *http.CrossOriginProtection

	officeTable []admin.Route
	staffRoutes map[string]bool // by routeKey: the addresses of officeTable
}

// New returns the server. PlatformURL must be an absolute http or https address, and so must BaseURL: see models.ParseBaseURL.
func New(c Config) (*Server, error) {
	if c.Store == nil || c.Services.Payments == nil {
		return nil, errors.New("web: store and payments are needed")
	}
	base, err := models.ParseBaseURL(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("web: base address: %w", err)
	}
	exchange, err := origin(c.PlatformURL)
	if err != nil {
		return nil, fmt.Errorf("web: platform's address: %w", err)
	}
	c.Logger, c.Clock = cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), c.Clock.OrSystem()
	s := &Server{
		base: base, store: c.Store, services: c.Services, log: c.Logger, metrics: newMetrics(c.Services.Jobs.Workers, c.Store.Backlog, webhookMetrics{c.Services.Hooks}), tally: &platform.Tally{}, limits: newLimiters(c.Limits),
		headers: newHeaders(exchange, base.Secure()), ownOrigin: http.NewCrossOriginProtection(),
	}
	// Browsers without Sec-Fetch-Site are judged by Origin, which a proxy that rewrites Host would otherwise make foreign.
	if err := s.ownOrigin.AddTrustedOrigin(base.Origin); err != nil {
		return nil, fmt.Errorf("web: base address: %w", err)
	}
	if s.security, err = security.NewRecorder(security.Config{Store: c.Store, Clock: c.Clock, Logger: c.Logger}); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.site = visit.NewSite(visit.Config{
		Store: c.Store, Clock: c.Clock, Logger: c.Logger, Base: base, ShopName: c.ShopName, Demo: c.Demo, NoGoods: c.CheckoutOnly,
		Zone: c.Services.Books.Zone(), Count: s.metrics.event, Security: s.security,
	})
	people := staff.Config{Store: c.Store, Clock: c.Clock, Machine: c.Machine, Logger: c.Logger, Security: s.security, ShopName: c.ShopName}
	if outbox := c.Services.Outbox; outbox.SendsToStaff() {
		people.Tell, people.Told = outbox.QueueStaff, outbox.Wake
	}
	s.accounts, err = staff.New(people)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.live = live.New(live.Config{Look: c.Store.OrderMarks, Log: c.Logger})
	pages := shop.New(s.site, c.Services.Payments, c.Services.Checkouts, c.Services.Links, c.Services.Customers, s.live, c.Limits.Coupon)
	s.office = admin.New(s.site, s.accounts)
	s.officeTable = officeTable(s.site, c.Services, s.accounts, pages, s.checks(c))
	s.staffRoutes = map[string]bool{}
	for _, r := range s.officeTable {
		s.staffRoutes[routeKey(r.Method, r.Path)] = true
	}
	if err := s.build(c, pages); err != nil {
		return nil, err
	}
	return s, nil
}

// checks returns what the pages about the shop's set-up ask.
func (s *Server) checks(c Config) system.Checks {
	looked := c.Doctor
	looked.OpenStore = func(context.Context) (*store.Store, func() error, error) {
		return s.site.Store, func() error { return nil }, nil
	}
	return system.Checks{TryMail: c.TryMail, Doctor: looked, TrustedProxies: c.TrustedProxies}
}

func origin(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "; ,'") || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("%q is not http(s)://host", address)
	}
	return u.Scheme + "://" + u.Host, nil
}

func (s *Server) build(c Config, pages *shop.Pages) error {
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false // gin would redirect past the middleware, and by a header of the visitor's
	if err := engine.SetTrustedProxies(c.TrustedProxies); err != nil {
		return fmt.Errorf("web: trusted proxies: %w", err)
	}
	s.engine = engine
	engine.Use(s.observe, s.protect, s.onlyTable)
	var err error
	if s.api, err = api.New(api.Config{
		Store: c.Store, Services: c.Services, Base: s.base, Clock: c.Clock, Logger: c.Logger, Demo: c.Demo, ShopName: s.site.ShopName, Limits: c.API,
	}, engine); err != nil {
		return fmt.Errorf("web: %w", err)
	}
	s.routes(pages, platform.New(s.site, c.Services.Payments, s.tally), c.CheckoutOnly)
	return nil
}

// Accounts returns the accounts of the back office, for the setup link that is shown at start.
func (s *Server) Accounts() *staff.Accounts { return s.accounts }

// ShopName returns the shop's name as the settings have it.
func (s *Server) ShopName(ctx context.Context) string { return s.site.ShopName(ctx) }

// Handler returns a handler that serves the shop at the path of its base address. It takes requests with the whole path, so that it can be
// mounted in the router of another program; every other path is answered 404.
func (s *Server) Handler() http.Handler {
	if s.base.Path == "" {
		return s.engine
	}
	inside := http.StripPrefix(s.base.Path, s.engine)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, found := strings.CutPrefix(r.URL.Path, s.base.Path)
		switch {
		case found && strings.HasPrefix(rest, "/"):
			inside.ServeHTTP(w, r)
		case found && rest == "" && r.Method != http.MethodPost:
			front := url.URL{Path: s.base.Path + "/", RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, front.String(), http.StatusTemporaryRedirect) // not for ever: the shop may move
		default:
			http.NotFound(w, r)
		}
	})
}

// EndStreams ends the answers that go on until the visitor leaves, for ever. A server that stops waits for its answers, so that this is to be
// called when it begins to stop (http.Server.RegisterOnShutdown).
func (s *Server) EndStreams() {
	s.live.Close()
	s.api.Close()
}

// API returns the API of other programs, for tests and for the command line.
func (s *Server) API() *api.API { return s.api }

// MetricsHandler returns a handler that serves the metrics in Prometheus' format, for a listener that the public does not reach.
func (s *Server) MetricsHandler() http.Handler { return s.metrics.handler() }

// HTTPServer returns a server for an address with the time-outs of reliability.md §3.
func HTTPServer(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      LongestRequest + time.Second, // the answer itself must still be written
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
	}
}

// How often Run works.
const (
	flushEvery   = time.Second
	sweepEvery   = 10 * time.Minute
	sweepLimit   = 500
	farewellTime = 2 * time.Second
	forgetMedia  = 24 * time.Hour // after which a picture that was uploaded and never used is deleted
)

// Run does the server's background work until ctx ends: it writes the counters about once a second, and the rest of them at the end,
// deletes expired sessions and unused pictures, and puts the events of security of the last hour into the audit log. Any number of replicas may run it.
func (s *Server) Run(ctx context.Context) error {
	flush, sweep := time.NewTicker(flushEvery), time.NewTicker(sweepEvery)
	defer flush.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
			defer cancel()
			s.flush(last)
			return nil
		case <-flush.C:
			s.flush(ctx)
		case <-sweep.C:
			s.sweep(ctx)
		}
	}
}

// flush writes the counters; what cannot be written is kept for the next time.
func (s *Server) flush(ctx context.Context) {
	if err := s.security.Flush(ctx); err != nil {
		s.log.WarnContext(ctx, "events of security not stored", "error", err)
	}
	counts := s.tally.Drain()
	if len(counts) == 0 {
		return
	}
	if err := s.store.AddCounters(ctx, counts); err != nil {
		s.tally.Merge(counts)
		s.log.WarnContext(ctx, "counters not written", "error", err)
	}
}

func (s *Server) sweep(ctx context.Context) {
	for {
		n, err := s.store.DeleteExpiredSessions(ctx, s.site.Clock(), sweepLimit)
		if err != nil {
			s.log.WarnContext(ctx, "expired sessions not deleted", "error", err)
			return
		}
		if n < sweepLimit {
			break
		}
	}
	if _, err := s.store.SweepMedia(ctx, s.site.Clock().Add(-forgetMedia), sweepLimit); err != nil {
		s.log.WarnContext(ctx, "pictures that nothing shows not deleted", "error", err)
	}
	if _, err := s.store.SweepStaff(ctx, s.site.Clock(), sweepLimit); err != nil {
		s.log.WarnContext(ctx, "ended sessions of the staff not deleted", "error", err)
	}
	if err := s.security.Settle(ctx); err != nil {
		s.log.WarnContext(ctx, "events of security not in the audit log", "error", err)
	}
}
