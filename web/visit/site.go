// Package visit is what every page handler works with: one request of one visitor, with the language, the session, the frame
// around the page and the ways to answer. Handlers return errors instead of answering them; package web turns those into
// pages.
package visit

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/security"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web/session"
)

// Config configures a Site.
type Config struct {
	Store    *store.Store
	Clock    models.Clock
	Logger   *slog.Logger
	Base     models.BaseURL // the public address
	ShopName string         // where the settings have none
	Demo     bool
	NoGoods  bool               // the goods are sold elsewhere: pages lead to no catalogue and no cart
	Zone     *time.Location     // in which the exchange's day begins and ends
	Count    func(event string) // counts an event for the metrics; nil: not counted
	Security *security.Recorder // nil: events of security are not recorded
}

// Site is what all visits share. It is safe for concurrent use.
type Site struct {
	Store *store.Store
	Clock models.Clock
	Log   *slog.Logger
	Count func(event string)
	Zone  *time.Location // in which the exchange's day begins and ends, and staff read times

	security *security.Recorder
	base     models.BaseURL
	shopName string
	cookies  session.Scope
	demo     bool
	noGoods  bool
	jar      *session.Jar
	pool     *bufferPool

	categories *cached[[]models.Category]
	tags       *cached[[]models.TagCount]
	coins      *cached[[]models.Coin]
	zones      *cached[[]models.Zone]
	settings   *cached[models.Settings]
	shelves    sync.Map // models.CardFilter → *cached[[]models.ProductCard]
}

// NewSite returns a site.
func NewSite(c Config) *Site {
	count := c.Count
	if count == nil {
		count = func(string) {}
	}
	cookies := session.Scope{Secure: c.Base.Secure(), Path: c.Base.Path}
	return &Site{
		Store: c.Store, Clock: c.Clock, Log: c.Logger, Count: count, Zone: c.Zone, base: c.Base, shopName: c.ShopName, cookies: cookies, demo: c.Demo, noGoods: c.NoGoods,
		security:   c.Security,
		jar:        session.NewJar(c.Store, c.Clock, cookies),
		pool:       newBufferPool(),
		categories: &cached[[]models.Category]{what: "categories", now: c.Clock, load: c.Store.Categories},
		tags:       &cached[[]models.TagCount]{what: "tags", now: c.Clock, load: c.Store.Tags},
		coins:      &cached[[]models.Coin]{what: "coins", now: c.Clock, load: c.Store.Coins},
		zones:      &cached[[]models.Zone]{what: "zones", now: c.Clock, load: c.Store.Zones},
		settings:   &cached[models.Settings]{what: "settings", now: c.Clock, load: c.Store.LoadSettings},
	}
}

// Categories returns the shop's categories in their order, at most a second old. The list is shared: do not change it.
func (s *Site) Categories(ctx context.Context) ([]models.Category, error) {
	return s.categories.value(ctx)
}

// Coins returns the accepted coins in their order, at most a second old. The list is shared: do not change it.
func (s *Site) Coins(ctx context.Context) ([]models.Coin, error) {
	return s.coins.value(ctx)
}

// Settings returns the shop's settings, at most a second old.
func (s *Site) Settings(ctx context.Context) (models.Settings, error) {
	return s.settings.value(ctx)
}

// settingsFor returns the settings for a page; if the database cannot be read, those that were read last. Addresses that only machines ask
// for have no words and must not wait for the settings.
func (s *Site) settingsFor(ctx context.Context, path string) models.Settings {
	switch path {
	case "/healthz", "/readyz", payments.NotifyPath:
		return s.settings.last()
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		s.Log.WarnContext(ctx, "settings not read", "error", err)
		return s.settings.last()
	}
	return settings
}

// ShopName returns the shop's name, at most a second old.
func (s *Site) ShopName(ctx context.Context) string {
	settings, err := s.Settings(ctx)
	if err != nil {
		settings = s.settings.last()
	}
	return s.nameIn(settings)
}

// Host returns the host of the shop's public address.
func (s *Site) Host() string { return s.base.Host() }

// nameIn returns the name in the settings, else the one that the program was started with.
func (s *Site) nameIn(settings models.Settings) string {
	return cmp.Or(settings.ShopName(), s.shopName)
}

// Currency returns the currency of the shop's prices, at most a second old.
func (s *Site) Currency(ctx context.Context) (models.Currency, error) {
	settings, err := s.Settings(ctx)
	return settings.Currency(), err
}

// Shelf returns a list of products that many pages show, at most a second old. The filter is one of the few that the shop's own pages make:
// one with a visitor's words would be cached for ever. The list is shared: do not change it.
func (s *Site) Shelf(ctx context.Context, filter models.CardFilter) ([]models.ProductCard, error) {
	shelf, ok := s.shelves.Load(filter)
	if !ok {
		shelf, _ = s.shelves.LoadOrStore(filter, &cached[[]models.ProductCard]{
			what: "products", now: s.Clock,
			load: func(ctx context.Context) ([]models.ProductCard, error) {
				cards, _, err := s.Store.Cards(ctx, filter)
				return cards, err
			},
		})
	}
	return shelf.(*cached[[]models.ProductCard]).value(ctx) //nolint:forcetypeassert,errcheck // the map holds nothing else
}
