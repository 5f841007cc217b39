package orders

import (
	"errors"
	"net/url"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
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

// fulfilOrders marks the chosen orders as fulfilled: POST /admin/orders/bulk/fulfil with id. The answer shows the result of each.
func (h *handlers) fulfilOrders(req *admin.Request, form url.Values) error {
	chosen, refusal := admin.ChosenIDs(form)
	if refusal != "" {
		return h.ordersAgain(req, form, refusal)
	}
	numbers, err := h.site.Store.OrderNumbers(req.Context(), chosen)
	if err != nil {
		return err
	}
	view := pages.BulkView{Action: "fulfil", Back: req.WantedPage()}
	for _, id := range chosen {
		row := pages.BulkRow{OrderID: id, Number: numbers[id], Outcome: "fulfilled"}
		switch _, err := h.payments.Ship(req.Context(), payments.ShipInput{OrderID: id, FormToken: models.NewRef()}, req.Actor()); {
		case errors.Is(err, payments.ErrNotFulfillable):
			row.Outcome, row.Bad = string(pages.RefusalNotFulfillable), true
		case errors.Is(err, store.ErrNotFound):
			row.Outcome, row.Bad = "gone", true
		case err != nil:
			return err
		}
		view.Rows = append(view.Rows, row)
	}
	view.Page = req.PageAt(pages.SectionOrders, admin.OrdersPath)
	return req.Answer("", pages.Bulk(view))
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
