package web

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/breaker"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/web/admin"
)

// Parts is what a whole shop is made of.
type Parts struct {
	Store     *store.Store
	Platform  opay.Config // HTTPClient and Now are set by Assemble
	SceneType string      // the orderSceneType agreed with the platform; empty: none is sent

	BaseURL string         // see Config
	Zone    *time.Location // in which the platform's day begins and ends; nil: UTC
	Clock   models.Clock   // nil: the store's, and the machine's for what is compared with the world outside
	Logger  *slog.Logger

	ShopName       string // where neither the database nor the environment has one
	FourEyesLimit  models.Amount
	MailDir        string // for mails as files, if no mail server is set
	TrustedProxies []string
	Demo           bool
	CheckoutOnly   bool // see Config

	WebhookNetworks []netip.Prefix                                // that webhook endpoints may be in although they are not public
	Version         string                                        // of the program, which webhooks name; empty: they do not
	OnEvent         func(ctx context.Context, e wire.Event) error // is told as a webhook endpoint is; nil: nobody is

	Doctor doctor.Config // what System status checks; Assemble adds the workers
}

// Shop is everything that serves shoppers and other programs, put together and not yet started: run Services.Jobs and Server, and serve
// Server.Handler.
type Shop struct {
	Services assembly.Services
	Server   *Server

	Base string // the public address, without a slash at the end
}

// Assemble puts a shop together. The store stays the caller's, to close after everything else has ended.
func Assemble(p Parts) (*Shop, error) {
	p.Platform.HTTPClient, p.Platform.Now = &http.Client{Transport: breaker.New(PlatformTransport())}, p.Clock
	gateway, err := opay.New(p.Platform)
	if err != nil {
		return nil, fmt.Errorf("set up the exchange's client: %w", err)
	}
	// Times that are stored come from one clock on all replicas; the platform and authenticators go by real time.
	clock, machine := p.Clock, p.Clock
	if clock == nil {
		clock, machine = p.Store.Clock, models.SystemClock
	}
	sender, err := mail.NewBySettings(p.Store, p.MailDir, p.ShopName)
	if err != nil {
		return nil, err
	}
	services, err := assembly.New(assembly.Config{
		Config: payments.Config{
			Store: p.Store, Gateway: gateway, BaseURL: p.BaseURL, SceneType: p.SceneType, Logger: p.Logger, Clock: clock, FourEyesLimit: p.FourEyesLimit,
		},
		Zone: p.Zone, Statements: gateway, Sender: sender,
		Compose: Compose(p.Store, p.BaseURL, p.ShopName), ComposeStaff: ComposeStaff(p.Store, p.BaseURL, p.ShopName),
		ComposeInvoice: ComposeInvoice(p.Store, p.BaseURL, p.ShopName),
		PlatformURL:    p.Platform.BaseURL, LoopbackPrices: p.Demo, Demo: p.Demo, StaticPicture: static.IsPicture,
		WebhookNetworks: p.WebhookNetworks, Version: p.Version, OnEvent: p.OnEvent,
	})
	if err != nil {
		return nil, err
	}
	p.Doctor.Workers = services.Jobs.Workers
	server, err := New(Config{
		Store: p.Store, Services: services, BaseURL: p.BaseURL, PlatformURL: p.Platform.BaseURL,
		TrustedProxies: p.TrustedProxies, Logger: p.Logger, Clock: clock, Machine: machine, Demo: p.Demo, CheckoutOnly: p.CheckoutOnly, ShopName: p.ShopName,
		TryMail: sender.Try, Doctor: p.Doctor,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the pages: %w", err)
	}
	return &Shop{Services: services, Server: server, Base: strings.TrimRight(p.BaseURL, "/")}, nil
}

// SetupLink returns the one-time address for the shop's first owner, or "" if there is staff already. There is no default account.
func (s *Shop) SetupLink(ctx context.Context) (string, error) {
	token, needed, err := s.Server.Accounts().CreateSetupLink(ctx)
	if err != nil {
		return "", fmt.Errorf("create the first owner's link: %w", err)
	}
	if !needed {
		return "", nil
	}
	return s.Base + admin.SetupPath(token), nil
}

// PlatformTransport returns the transport to the exchange: it connects within two seconds (reliability.md R14); the whole call is bounded by the client.
func PlatformTransport() *http.Transport {
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
