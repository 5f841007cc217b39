// Package overview is the back office's overview: the figures of a span of days, and the reviews that need attention.
package overview

import (
	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

// handlers answers the requests of the room.
type handlers struct {
	site     *visit.Site
	payments *payments.Service
}

// attention returns what waits for a person, by kind: what the gauges count, and the variants of which much is in unpaid orders.
func (h *handlers) attention(req *admin.Request, g models.Gauges) ([]pages.Attention, error) {
	settings, err := h.site.Settings(req.Context())
	if err != nil {
		return nil, err
	}
	hoarded, err := h.site.Store.Hoarded(req.Context(), settings.HoardedShare(), models.HoardedLeast)
	if err != nil {
		return nil, err
	}
	list := admin.Attention(g)
	if hoarded > 0 {
		list = append(list, pages.Attention{Kind: "hoarded", Count: hoarded, URL: admin.Home + "/stock"})
	}
	return list, nil
}

// Routes returns the room's addresses for the table of package web.
func Routes(site *visit.Site, service *payments.Service) []admin.Route {
	h := &handlers{site: site, payments: service}
	return []admin.Route{
		admin.Get("", models.MayView, h.showDashboard),
		admin.Get("/inbox", models.MayView, h.showInbox),
		admin.OnceForm("/reviews/:id/decide", models.MayReconcile, h.decide),
		admin.OnceForm("/reviews/:id/refund", models.MayRefund, h.decideRefund),
		admin.OnceForm("/reviews/:id/ask", models.MayAsk, h.decideAsk),
	}
}
