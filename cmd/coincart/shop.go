package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/breaker"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/web"
)

// shop is everything that serves shoppers, put together and not yet started.
type shop struct {
	store    *store.Store
	services assembly.Services
	web      *web.Server
	base     string // public address, without a slash at the end
}

// parts is what a shop is made of, beyond the settings: found out and checked by the real shop or by the demonstration.
type parts struct {
	baseURL     string
	platformURL string
	appID       string
	keys        *opay.Keyring
	store       *store.Store
	log         *slog.Logger
	clock       models.Clock // nil: the store's, and the machine's for what is compared with the world outside
	demo        bool
	name        string // the shop's, where neither the database nor the environment has one
}

// assemble builds the shop. The store becomes the shop's.
func assemble(s *settings, p parts) (*shop, error) {
	gateway, err := opay.New(opay.Config{
		BaseURL: p.platformURL, AppID: p.appID, Keys: p.keys, PayPath: s.PayPath, CancelPath: s.CancelPath,
		HTTPClient: &http.Client{Transport: breaker.New(platformTransport())}, Now: p.clock,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the exchange's client: %w", err)
	}
	// Times that are stored come from one clock on all replicas; the platform and authenticators go by real time.
	clock, machine := p.clock, p.clock
	if clock == nil {
		clock, machine = p.store.Clock, models.SystemClock
	}
	name := cmp.Or(s.ShopName, p.name)
	sender, err := mail.NewBySettings(p.store, filepath.Join(s.DataDir, "mail"), name)
	if err != nil {
		return nil, err
	}
	zone, err := loadZone(s.PlatformTimezone)
	if err != nil {
		return nil, fmt.Errorf("COINCART_PLATFORM_TIMEZONE: %w", err)
	}
	limit, err := s.fourEyes()
	if err != nil {
		return nil, fmt.Errorf("COINCART_FOUR_EYES_LIMIT: %w", err)
	}
	services, err := assembly.New(assembly.Config{
		Config: payments.Config{
			Store: p.store, Gateway: gateway, BaseURL: p.baseURL, SceneType: s.SceneType, Logger: p.log, Clock: clock, FourEyesLimit: limit,
		},
		Zone: zone, Statements: gateway, Sender: sender, Compose: web.Compose(p.store, p.baseURL, name), ComposeStaff: web.ComposeStaff(p.store, p.baseURL, name),
		PlatformURL: p.platformURL, LoopbackPrices: p.demo, Demo: p.demo, StaticPicture: isStaticPicture,
		WebhookNetworks: s.webhookNetworks(), Version: programVersion(),
	})
	if err != nil {
		return nil, err
	}
	examined := s.doctor(p)
	examined.Workers = services.Jobs.Workers
	server, err := web.New(web.Config{
		Store: p.store, Services: services, BaseURL: p.baseURL, PlatformURL: p.platformURL,
		TrustedProxies: s.TrustedProxies, Logger: p.log, Clock: clock, Machine: machine, Demo: p.demo, ShopName: name,
		TryMail: sender.Try, Doctor: examined,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the pages: %w", err)
	}
	return &shop{store: p.store, services: services, web: server, base: strings.TrimRight(p.baseURL, "/")}, nil
}

// programVersion returns the version of a release; "" for other builds.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || !strings.HasPrefix(info.Main.Version, "v") {
		return ""
	}
	return info.Main.Version[1:]
}

// tasks returns the shop's workers and servers, in the order of their start.
func (s *shop) tasks(listener, metrics net.Listener, log *slog.Logger) []task {
	list := []task{{"payments", s.services.Jobs.Run}, {"sessions", s.web.Run}}
	if metrics != nil {
		list = append(list, serveHTTP("metrics", web.HTTPServer(metrics.Addr().String(), s.web.MetricsHandler()), metrics, log))
	}
	server := web.HTTPServer(listener.Addr().String(), s.web.Handler())
	server.RegisterOnShutdown(s.web.EndStreams)
	return append(list, serveHTTP("shop", server, listener, log))
}

// platformTransport connects within two seconds (reliability.md R14); the whole call is bounded by the client.
func platformTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    2 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// listeners opens the shop's addresses before anything else is done, so that a taken port is reported at once.
func (s *settings) listeners(ctx context.Context) (shop, metrics net.Listener, err error) {
	if shop, err = listen(ctx, "The shop", s.Addr, "--addr or COINCART_ADDR"); err != nil {
		return nil, nil, err
	}
	if s.MetricsAddr == "" {
		return shop, nil, nil
	}
	if metrics, err = listen(ctx, "The metrics page", s.MetricsAddr, "--metrics-addr or COINCART_METRICS_ADDR"); err != nil {
		return nil, nil, errors.Join(err, shop.Close())
	}
	return shop, metrics, nil
}

// closeAll closes the listeners that are open. A server that served one has closed it itself.
func closeAll(listeners ...net.Listener) {
	for _, l := range listeners {
		if l != nil {
			_ = l.Close() // nothing is lost: it is closed already, or has served nothing
		}
	}
}
