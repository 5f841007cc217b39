package admin

import (
	"errors"
	"net/url"
	"slices"

	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/admin"
)

// cancelOrders begins to cancel the orders that were ticked: POST /admin/orders/bulk/cancel with id, form_token. The task's page shows
// what becomes of each.
func (o *Office) cancelOrders(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	chosen, problem := ids(form)
	if problem != pages.ProblemNone {
		return o.ordersAgain(d, form, problem)
	}
	return o.startCancel(d, form, chosen)
}

func (o *Office) startCancel(d *desk, form url.Values, chosen []string) error {
	token, err := formToken(form)
	if err != nil {
		return err
	}
	task, err := o.payments.StartCancel(d.Context(), chosen, token, d.actor())
	if err != nil {
		return err
	}
	return d.SeeOther(taskPath(task.ID))
}

// fulfilOrders hands over the orders that were ticked: POST /admin/orders/bulk/fulfil with id. The answer says what became of each.
func (o *Office) fulfilOrders(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	chosen, problem := ids(form)
	if problem != pages.ProblemNone {
		return o.ordersAgain(d, form, problem)
	}
	refs, err := o.site.Store.OrderRefs(d.Context(), chosen)
	if err != nil {
		return err
	}
	view := pages.BulkView{Action: "fulfil", Back: d.wanted()}
	for _, id := range chosen {
		row := pages.BulkRow{OrderID: id, Ref: refs[id], Outcome: "fulfilled"}
		switch err := o.payments.Fulfil(d.Context(), id, "", d.actor()); {
		case errors.Is(err, payments.ErrNotFulfillable):
			row.Outcome, row.Bad = string(pages.ProblemNotFulfillable), true
		case errors.Is(err, store.ErrNotFound):
			row.Outcome, row.Bad = "gone", true
		case err != nil:
			return err
		}
		view.Rows = append(view.Rows, row)
	}
	view.Page = d.page(pages.SectionOrders)
	view.Page.Path = ordersPath
	return d.show("", pages.Bulk(view))
}

// ordersAgain shows the list that the form stood on, with what is wrong and what was ticked.
func (o *Office) ordersAgain(d *desk, form url.Values, problem pages.Problem) error {
	q := url.Values{}
	if from, err := url.Parse(d.wanted()); err == nil && from.Path == ordersPath {
		asked := from.Query()
		for _, name := range orderFilterNames() {
			if value := asked.Get(name); value != "" {
				q.Set(name, value)
			}
		}
	}
	view, err := o.ordersView(d, q)
	if err != nil {
		return err
	}
	view.Problem = problem
	for i := range view.Rows {
		view.Rows[i].Chosen = slices.Contains(form["id"], view.Rows[i].ID)
	}
	return d.show(problem, pages.Orders(view.OrdersView))
}
