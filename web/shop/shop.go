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

// Pages are the shoppers' pages.
type Pages struct {
	site      *visit.Site
	payments  *payments.Service
	customers *customers.Service
	atlas     *atlas
}

// New makes the pages.
func New(site *visit.Site, service *payments.Service, people *customers.Service) *Pages {
	return &Pages{site: site, payments: service, customers: people, atlas: &atlas{}}
}

// featured are the products that the shopkeeper puts in front.
func (p *Pages) featured(ctx context.Context) ([]models.ProductCard, error) {
	return p.site.Shelf(ctx, models.CardFilter{Featured: true, Limit: perShelf})
}
