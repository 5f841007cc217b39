package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/web"
)

// shop is everything that serves shoppers, put together and not yet started, with its store.
type shop struct {
	*web.Shop

	store *store.Store
}

// parts is what a shop is made of, beyond the settings: found out and checked by the real shop or by the demonstration.
type parts struct {
	baseURL     string
	platformURL string
	appID       string
	wire        wire
	store       *store.Store
	log         *slog.Logger
	clock       models.Clock // nil: the store's, and the machine's for what is compared with the world outside
	demo        bool
	name        string // the shop's, where neither the database nor the environment has one
}

// assemble builds the shop. The store becomes the shop's.
func assemble(s *settings, p parts) (*shop, error) {
	zone, err := loadZone(s.PlatformTimezone)
	if err != nil {
		return nil, fmt.Errorf("COINCART_PLATFORM_TIMEZONE: %w", err)
	}
	limit, err := s.fourEyes()
	if err != nil {
		return nil, fmt.Errorf("COINCART_FOUR_EYES_LIMIT: %w", err)
	}
	built, err := web.Assemble(web.Parts{
		Store: p.store, SceneType: s.SceneType, BaseURL: p.baseURL, Zone: zone, Clock: p.clock, Logger: p.log,
		Platform: opay.Config{BaseURL: p.platformURL, AppID: p.appID, Keys: p.wire.keys, Secret: p.wire.secret, Profile: p.wire.profile},
		ShopName: cmp.Or(s.ShopName, p.name), FourEyesLimit: limit, MailDir: filepath.Join(s.DataDir, "mail"), TrustedProxies: s.TrustedProxies,
		Demo: p.demo, Doctor: s.doctor(p), WebhookNetworks: s.webhookNetworks(), Version: programVersion(),
	})
	if err != nil {
		return nil, err //nolint:wrapcheck // it says what could not be set up
	}
	return &shop{Shop: built, store: p.store}, nil
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
	list := []task{{"payments", s.Services.Jobs.Run}, {"sessions", s.Server.Run}}
	if metrics != nil {
		list = append(list, serveHTTP("metrics", web.HTTPServer(metrics.Addr().String(), s.Server.MetricsHandler()), metrics, log))
	}
	server := web.HTTPServer(listener.Addr().String(), s.Server.Handler())
	server.RegisterOnShutdown(s.Server.EndStreams)
	return append(list, serveHTTP("shop", server, listener, log))
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
