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

// handlers answers the requests of the room.
type handlers struct {
	site     *visit.Site
	books    *books.Service
	payments *payments.Service // refunds
	accounts *staff.Accounts
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, reconciliation *books.Service, refunds *payments.Service, accounts *staff.Accounts) []admin.Route {
	h := &handlers{site: site, books: reconciliation, payments: refunds, accounts: accounts}
	return []admin.Route{
		admin.Get("/statements", models.MayView, h.showStatements),
		admin.OnceForm("/statements", models.MayReconcile, h.fetchStatement),
		admin.Get("/statements/:day", models.MayView, h.showStatement),
		admin.OnceForm("/statements/:day/fetch", models.MayReconcile, h.fetchStatement),
		admin.Post("/statements/:day/seal", models.MayReconcile, h.sealDay),
		admin.Post("/discrepancies/:id/settle", models.MayReconcile, h.settleDiscrepancy),
		admin.Form("/discrepancies/:id/accept", models.MayReconcile, h.acceptDiscrepancy),
		admin.Form("/discrepancies/:id/assign", models.MayReconcile, h.assignDiscrepancy),
		admin.Form("/discrepancies/:id/note", models.MayReconcile, h.noteDiscrepancy),
		admin.Form("/discrepancies/:id/reopen", models.MayReconcile, h.reopenDiscrepancy),
		admin.OnceForm("/discrepancies/:id/refund", models.MayRefund, h.refundDiscrepancy),
		admin.Get("/refunds", models.MayView, h.showRefunds),
		admin.Post("/refunds/:id/approve", models.MayRefund, h.approveRefund),
		admin.Form("/refunds/:id/decline", models.MayRefund, h.declineRefund),
	}
}
