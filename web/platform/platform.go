// Package platform answers the exchange's platform and the browsers that it sends: the callback, the return page and the
// sign-in (platform/api.md §3.3, §3.1, §3.7).
package platform

import (
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// Pages are what the platform reaches.
type Pages struct {
	site     *visit.Site
	payments *payments.Service
	shop     *shop.Pages
	tally    *Tally
}

// New makes the pages. The tally counts callbacks by what became of them.
func New(site *visit.Site, service *payments.Service, orders *shop.Pages, tally *Tally) *Pages {
	return &Pages{site: site, payments: service, shop: orders, tally: tally}
}
