// Package shop answers shoppers: the catalogue, the cart, the checkout and the order's page. Each file is one action; the
// files named view_* map models to the views of templates/shop.
package shop

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/pricing"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/checkouts"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/live"
	"github.com/coincart/coincart/web/visit"
)

// fewLeft is the stock from which a page shows how many pieces are left.
const fewLeft = 5

// How many products a list shows.
const (
	perPage     = 12
	perShelf    = 8
	perRelation = 4
)

// Pages are the shoppers' pages. Their addresses are in web/routes.go.
type Pages struct {
	*CataloguePages
	*CartPages
	*CheckoutPages
	*OrderPages
	*OwnOrderPages

	Payments *HostedPages // pages of checkouts
	Links    *LinkPages   // pages of payment links
}

// New returns the pages. hub wakes the open pages of orders; wrongCoupons is the maximum number of wrong coupon codes from one network in 10
// minutes; 0 is the default, a negative number no limit.
func New(site *visit.Site, service *payments.Service, asked *checkouts.Service, linked *links.Service, people *customers.Service, hub *live.Hub, wrongCoupons int) *Pages {
	catalogue := &CataloguePages{site: site}
	carts := &CartPages{site: site, quoter: service.Quoter, catalogue: catalogue, atlas: &atlas{}, guesses: pricing.NewGuesses(site.Store, wrongCoupons)}
	account := &account{signIn: service.SignIn}
	checkout := &CheckoutPages{site: site, payments: service, carts: carts, account: account}
	orders := &OrderPages{site: site, payments: service, customers: people, account: account, live: hub}
	return &Pages{
		CataloguePages: catalogue,
		CartPages:      carts,
		CheckoutPages:  checkout,
		OrderPages:     orders,
		OwnOrderPages:  &OwnOrderPages{site: site, customers: people},
		Payments:       &HostedPages{site: site, checkouts: asked, carts: checkout, orders: orders},
		Links:          &LinkPages{site: site, links: linked},
	}
}

// CataloguePages show the shop's products.
type CataloguePages struct {
	site *visit.Site
}

// featured returns the shop's featured products.
func (p *CataloguePages) featured(v *visit.Visit) ([]pages.Card, error) {
	return p.shelf(v, models.CardFilter{Featured: true, Limit: perShelf})
}

// shelf returns the products of a list that many pages show (visit.Site.Shelf).
func (p *CataloguePages) shelf(v *visit.Visit, filter models.CardFilter) ([]pages.Card, error) {
	cards, err := p.site.Shelf(v.Context(), filter)
	if err != nil {
		return nil, err
	}
	return p.cards(v, cards)
}

// cards returns products as the pages show them, with prices in the shop's currency.
func (p *CataloguePages) cards(v *visit.Visit, cards []models.ProductCard) ([]pages.Card, error) {
	currency, err := p.site.Currency(v.Context())
	if err != nil {
		return nil, err
	}
	views := make([]pages.Card, len(cards))
	for i, c := range cards {
		views[i] = cardView(v.Printer, currency, c)
	}
	return views, nil
}
