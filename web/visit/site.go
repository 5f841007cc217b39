// Package visit is what every page handler works with: one request of one visitor, with the language, the session, the frame
// around the page and the ways to answer. Handlers return errors instead of answering them; package web turns those into
// pages.
package visit

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"

	"coincart/models"
	"coincart/models/store"
	"coincart/web/session"
)

// The settings that pages need (models/store, Settings).
const (
	settingCurrency = "currency"
	settingDigits   = "currency_digits"
)

// Config is what a Site is made of.
type Config struct {
	Store    *store.Store
	Clock    models.Clock
	Logger   *slog.Logger
	BaseURL  string // public address without a slash at the end
	ShopName string
	Secure   bool // the public address is https
	Demo     bool
	Count    func(event string) // counts what happened, for the metrics; nil: nobody counts
}

// Site is what all visits share. It is safe for concurrent use.
type Site struct {
	Store *store.Store
	Clock models.Clock
	Log   *slog.Logger
	Count func(event string)

	base     string
	shopName string
	secure   bool
	demo     bool
	jar      *session.Jar
	press    *press

	categories *cached[[]models.Category]
	coins      *cached[[]models.Coin]
	settings   *cached[map[string]string]
	shelves    sync.Map // models.CardFilter → *cached[[]models.ProductCard]
}

// NewSite makes the site.
func NewSite(c Config) *Site {
	count := c.Count
	if count == nil {
		count = func(string) {}
	}
	return &Site{
		Store: c.Store, Clock: c.Clock, Log: c.Logger, Count: count, base: c.BaseURL, shopName: c.ShopName, secure: c.Secure, demo: c.Demo,
		jar:        session.NewJar(c.Store, c.Clock, c.Secure),
		press:      newPress(),
		categories: &cached[[]models.Category]{now: c.Clock, load: c.Store.Categories},
		coins:      &cached[[]models.Coin]{now: c.Clock, load: c.Store.Coins},
		settings:   &cached[map[string]string]{now: c.Clock, load: c.Store.Settings},
	}
}

// Categories returns the shop's categories in their order, at most a second old. The list is shared: do not change it.
func (s *Site) Categories(ctx context.Context) ([]models.Category, error) {
	list, err := s.categories.value(ctx)
	if err != nil {
		return nil, fmt.Errorf("load categories: %w", err)
	}
	return list, nil
}

// Coins returns the accepted coins in their order, at most a second old. The list is shared: do not change it.
func (s *Site) Coins(ctx context.Context) ([]models.Coin, error) {
	list, err := s.coins.value(ctx)
	if err != nil {
		return nil, fmt.Errorf("load coins: %w", err)
	}
	return list, nil
}

// Currency returns what the shop's prices are in, at most a second old. A shop without the setting is priced in USD.
func (s *Site) Currency(ctx context.Context) (models.Currency, error) {
	settings, err := s.settings.value(ctx)
	if err != nil {
		return models.Currency{}, fmt.Errorf("load settings: %w", err)
	}
	code := settings[settingCurrency]
	if code == "" {
		return models.Currency{Code: "USD", Digits: 2}, nil
	}
	digits, err := strconv.Atoi(settings[settingDigits])
	if err != nil || digits < 0 || digits > models.MaxFractionDigits {
		return models.Currency{}, fmt.Errorf("setting %s is not a number from 0 to %d", settingDigits, models.MaxFractionDigits)
	}
	return models.Currency{Code: code, Digits: digits}, nil
}

// Shelf returns a list of products that many pages show, at most a second old. The filter is one of the few that our own pages
// make: one with words of a visitor would be kept for ever. The list is shared: do not change it.
func (s *Site) Shelf(ctx context.Context, filter models.CardFilter) ([]models.ProductCard, error) {
	shelf, ok := s.shelves.Load(filter)
	if !ok {
		shelf, _ = s.shelves.LoadOrStore(filter, &cached[[]models.ProductCard]{
			now: s.Clock,
			load: func(ctx context.Context) ([]models.ProductCard, error) {
				cards, _, err := s.Store.Cards(ctx, filter)
				return cards, err
			},
		})
	}
	cards, err := shelf.(*cached[[]models.ProductCard]).value(ctx) //nolint:forcetypeassert,errcheck // the map holds nothing else
	if err != nil {
		return nil, fmt.Errorf("load products: %w", err)
	}
	return cards, nil
}
