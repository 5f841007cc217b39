package orders

import (
	"net/url"
	"slices"

	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// cancelOrders begins to cancel the chosen orders: POST /admin/orders/bulk/cancel with id, form_token. The task's page shows the result of
// each.
func (h *handlers) cancelOrders(req *admin.Request, form url.Values) error {
	chosen, refusal := admin.ChosenIDs(form)
	if refusal != "" {
		return h.ordersAgain(req, form, refusal)
	}
	return h.startCancel(req, form, chosen)
}

func (h *handlers) startCancel(req *admin.Request, form url.Values, chosen []string) error {
	token, err := admin.FormToken(form)
	if err != nil {
		return err
	}
	return req.ToTask(h.payments.StartCancel(req.Context(), chosen, token, req.Actor()))
}

// fulfilOrders begins to mark the chosen orders as fulfilled: POST /admin/orders/bulk/fulfil with id, form_token. The task's page shows the
// result of each.
func (h *handlers) fulfilOrders(req *admin.Request, form url.Values) error {
	chosen, refusal := admin.ChosenIDs(form)
	if refusal != "" {
		return h.ordersAgain(req, form, refusal)
	}
	token, err := admin.FormToken(form)
	if err != nil {
		return err
	}
	return req.ToTask(h.payments.StartFulfil(req.Context(), chosen, token, req.Actor()))
}

// ordersAgain shows the form's list again, with the refusal and the chosen rows.
func (h *handlers) ordersAgain(req *admin.Request, form url.Values, refusal pages.Refusal) error {
	q := url.Values{}
	if from, err := url.Parse(req.WantedPage()); err == nil && from.Path == admin.OrdersPath {
		asked := from.Query()
		for _, name := range orderFilterNames() {
			if value := asked.Get(name); value != "" {
				q.Set(name, value)
			}
		}
	}
	view, err := h.ordersView(req, q)
	if err != nil {
		return err
	}
	view.Refusal = refusal
	for i := range view.Rows {
		view.Rows[i].Chosen = slices.Contains(form["id"], view.Rows[i].ID)
	}
	return req.Answer(refusal, pages.Orders(view.OrdersView))
}
