// Package shop answers shoppers: the catalogue, the cart, the checkout and the order's page. Each file is one action; the
// files named view_* map models to the views of templates/shop.
package shop

import (
	"context"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web/visit"
)

// fewLeft is the stock from which a page says how many pieces are left.
const fewLeft = 5

// How many products a list shows.
const (
	perPage     = 12
	perShelf    = 8
	perRelation = 4
)

// Pages are the shoppers' pages. The addresses that they answer stand in web/routes.go.
type Pages struct {
	*CataloguePages
	*CartPages
	*CheckoutPages
	*OrderPages
	*OwnOrderPages
}

// New makes the pages.
func New(site *visit.Site, service *payments.Service, people *customers.Service) *Pages {
	catalogue := &CataloguePages{site: site}
	carts := &CartPages{site: site, quoter: service.Quoter, catalogue: catalogue, atlas: &atlas{}}
	account := &account{signIn: service.SignIn}
	return &Pages{
		CataloguePages: catalogue,
		CartPages:      carts,
		CheckoutPages:  &CheckoutPages{site: site, payments: service, carts: carts, account: account},
		OrderPages:     &OrderPages{site: site, payments: service, account: account},
		OwnOrderPages:  &OwnOrderPages{site: site, customers: people},
	}
}

// CataloguePages show what the shop sells.
type CataloguePages struct {
	site *visit.Site
}

// featured are the products that the shopkeeper puts in front.
func (p *CataloguePages) featured(ctx context.Context) ([]models.ProductCard, error) {
	return p.site.Shelf(ctx, models.CardFilter{Featured: true, Limit: perShelf})
}
