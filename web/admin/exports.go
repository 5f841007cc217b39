package admin

import (
	"errors"
	"net/url"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/payments/books"
	pages "github.com/coincart/coincart/templates/admin"
)

// exportForm is the form that makes a file of what a list shows.
func exportForm(what string, q url.Values) pages.Export {
	fields := []pages.Hidden{{Name: "what", Value: what}, {Name: "form_token", Value: models.NewRef()}}
	for _, f := range hidden(q) {
		if f.Name != "after" {
			fields = append(fields, f)
		}
	}
	return pages.Export{Fields: fields}
}

// startExport begins to write a file: POST /admin/exports with what, format, form_token and the filter of the list: that of the orders,
// from and to of payments, day of statements and discrepancies.
func (o *Office) startExport(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	wish := books.Export{
		What: form.Get("what"), Format: form.Get("format"), Day: form.Get("day"), From: form.Get("from"), To: form.Get("to"),
	}
	if wish.What == books.ExportOrders {
		view, err := o.readOrderFilter(d, form)
		if err != nil {
			return err
		}
		if view.worst() != pages.ProblemNone {
			return ErrFilter
		}
		wish.Orders = view.filter
		wish.Orders.After, wish.Orders.Limit = "", 0
	}
	task, err := o.books.StartExport(d.Context(), wish, token, d.actor())
	if errors.Is(err, jobs.ErrTask) || errors.Is(err, models.ErrDay) || errors.Is(err, books.ErrDayFuture) {
		return ErrFilter
	}
	if err != nil {
		return err
	}
	return d.SeeOther(taskPath(task.ID))
}
