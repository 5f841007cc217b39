package web

import (
	"slices"

	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/apikeys"
	"github.com/coincart/coincart/web/admin/books"
	"github.com/coincart/coincart/web/admin/catalogue"
	"github.com/coincart/coincart/web/admin/customers"
	"github.com/coincart/coincart/web/admin/links"
	"github.com/coincart/coincart/web/admin/orders"
	"github.com/coincart/coincart/web/admin/overview"
	"github.com/coincart/coincart/web/admin/pricing"
	staffpages "github.com/coincart/coincart/web/admin/staff"
	"github.com/coincart/coincart/web/admin/stock"
	"github.com/coincart/coincart/web/admin/system"
	"github.com/coincart/coincart/web/admin/webhooks"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// officeTable returns the table of all addresses of the back office. An address that is not in it is answered with 404, whatever else is
// registered.
func officeTable(site *visit.Site, s assembly.Services, accounts *staff.Accounts, preview *shop.Pages, checks system.Checks) []admin.Route {
	return slices.Concat(
		staffpages.Routes(site, accounts, s.Alerts),
		overview.Routes(site, s.Payments),
		orders.Routes(site, s.Payments, s.Books, s.Outbox),
		catalogue.Routes(site, s.Transfers, s.Jobs, preview),
		stock.Routes(site),
		pricing.Routes(site, s.Rates),
		books.Routes(site, s.Books, s.Payments, accounts),
		customers.Routes(site, s.Customers),
		apikeys.Routes(site, s.Keys),
		webhooks.Routes(site, s.Hooks, s.Keys),
		links.Routes(site, s.Links),
		system.Routes(site, s.Jobs, s.Books, checks),
	)
}

// OfficeTable returns the table of all addresses of the back office, with who may use each.
func (s *Server) OfficeTable() []admin.Route { return slices.Clone(s.officeTable) }
