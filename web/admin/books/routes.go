// Package books is the back office's reconciliation: daily statements, discrepancies and refunds.
package books

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// Handlers answers the requests.
type Handlers struct {
	site     *visit.Site
	books    *books.Service
	payments *payments.Service // refunds
	accounts *staff.Accounts
}

// New makes the handlers.
func New(site *visit.Site, reconciliation *books.Service, refunds *payments.Service, accounts *staff.Accounts) *Handlers {
	return &Handlers{site: site, books: reconciliation, payments: refunds, accounts: accounts}
}

// Routes are the addresses, for the table of package web.
func (h *Handlers) Routes() []admin.Route {
	return []admin.Route{
		admin.Get("/statements", models.MayView, h.showStatements),
		admin.Post("/statements", models.MayReconcile, h.fetchChosen),
		admin.Get("/statements/:day", models.MayView, h.showStatement),
		admin.Post("/statements/:day/fetch", models.MayReconcile, h.fetchStatement),
		admin.Post("/statements/:day/seal", models.MayReconcile, h.sealDay),
		admin.Post("/discrepancies/:id/settle", models.MayReconcile, h.settleDiscrepancy),
		admin.Post("/discrepancies/:id/accept", models.MayReconcile, h.acceptDiscrepancy),
		admin.Post("/discrepancies/:id/assign", models.MayReconcile, h.assignDiscrepancy),
		admin.Post("/discrepancies/:id/refund", models.MayRefund, h.refundDiscrepancy),
		admin.Get("/refunds", models.MayView, h.showRefunds),
		admin.Post("/refunds/:id/approve", models.MayRefund, h.approveRefund),
		admin.Post("/refunds/:id/decline", models.MayRefund, h.declineRefund),
	}
}
