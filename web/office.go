package web

import (
	"slices"

	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/admin/books"
	"github.com/coincart/coincart/web/admin/catalogue"
	"github.com/coincart/coincart/web/admin/customers"
	"github.com/coincart/coincart/web/admin/orders"
	"github.com/coincart/coincart/web/admin/overview"
	"github.com/coincart/coincart/web/admin/pricing"
	staffpages "github.com/coincart/coincart/web/admin/staff"
	"github.com/coincart/coincart/web/admin/stock"
	"github.com/coincart/coincart/web/admin/system"
	"github.com/coincart/coincart/web/visit"
)

// officeTable is the table of all addresses of the back office. An address that is not in it is answered with 404, whatever else is
// registered.
func officeTable(site *visit.Site, service *payments.Service, accounts *staff.Accounts, checks system.Checks) []admin.Route {
	return slices.Concat(
		staffpages.New(accounts).Routes(),
		overview.New(site, service).Routes(),
		orders.New(site, service).Routes(),
		catalogue.New(site, service).Routes(),
		stock.New(site, service.PlatformZone()).Routes(),
		pricing.New(site, service).Routes(),
		books.New(site, service, accounts).Routes(),
		customers.New(site, service).Routes(),
		system.New(site, service, checks).Routes(),
	)
}

// OfficeTable is the table of all addresses of the back office, with who may use each.
func (s *Server) OfficeTable() []admin.Route { return slices.Clone(s.officeTable) }
