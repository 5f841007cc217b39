// Package platform answers the exchange's platform and the browsers that it sends back from its login page: the callback and the sign-in
// (platform/api.md §3.3, §3.7).
package platform

import (
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web/visit"
)

// Pages are the handlers of the platform's requests and redirects.
type Pages struct {
	site     *visit.Site
	payments *payments.Service
	tally    *Tally
}

// New returns the handlers. The tally counts callbacks by their results.
func New(site *visit.Site, service *payments.Service, tally *Tally) *Pages {
	return &Pages{site: site, payments: service, tally: tally}
}
