package admin

import (
	"errors"
	"strconv"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/visit"
)

const customersPath = Home + "/customers"

// customerIDLength is the length of a Store.CustomerID, which is hex.
const customerIDLength = 48

func customerPath(id string) string { return customersPath + "/" + id }

// showCustomers is the page that finds a customer: GET /admin/customers.
func (o *Office) showCustomers(d *desk) error {
	return o.customersPage(d, pages.Field{})
}

func (*Office) customersPage(d *desk, email pages.Field) error {
	view := pages.CustomersView{Page: d.page(pages.SectionCustomers), Email: email}
	view.Page.Path = customersPath
	return d.show(email.Problem, pages.Customers(view))
}

// findCustomer leads to the customer with an e-mail address: POST /admin/customers with email. The address goes into no address bar and no
// log.
func (o *Office) findCustomer(d *desk) error {
	form, err := d.Form()
	if err != nil {
		return err
	}
	email := strings.TrimSpace(form.Get("email"))
	if tooLong(email, longestSearch) || !strings.Contains(email, "@") {
		return o.customersPage(d, pages.Field{Value: clip(email), Problem: pages.ProblemEmailForm})
	}
	id, err := o.customers.FindCustomer(d.Context(), email)
	if errors.Is(err, store.ErrNotFound) {
		return o.customersPage(d, pages.Field{Value: email, Problem: pages.ProblemNoCustomer})
	}
	if err != nil {
		return err
	}
	return d.SeeOther(customerPath(id))
}

// showCustomer is a customer with the orders: GET /admin/customers/{id}?after=.
func (o *Office) showCustomer(d *desk) error {
	return o.customerPage(d, func(*pages.CustomerView) {})
}

// customerID is the customer that the address names.
func customerID(d *desk) (string, error) {
	id := d.Param("id")
	if len(id) != customerIDLength || strings.Trim(id, "0123456789abcdef") != "" {
		return "", visit.ErrNoPage
	}
	return id, nil
}

// customerPage shows the customer as the shop knows them now; say adds what was wrong with an action.
func (o *Office) customerPage(d *desk, say func(*pages.CustomerView)) error {
	id, err := customerID(d)
	if err != nil {
		return err
	}
	newest, err := o.site.Store.NewestOrder(d.Context(), id)
	if err != nil {
		return err
	}
	if newest == "" {
		return visit.ErrNoPage
	}
	order, err := o.site.Store.Order(d.Context(), newest)
	if err != nil {
		return missing(err)
	}
	q := d.query("after")
	page, err := o.site.Store.CustomerOrders(d.Context(), id, q.Get("after"))
	if errors.Is(err, store.ErrCursor) {
		return ErrFilter
	}
	if err != nil {
		return err
	}
	view := pages.CustomerView{ID: id, Email: order.Email, Orders: customerOrders(d.Printer, page.Rows)}
	view.Next, view.First = pager(customerPath(id), q, "after", page.Next)
	view.Page = d.page(pages.SectionCustomers)
	view.Page.Path = address(customerPath(id), q)
	say(&view)
	return d.show(view.Problem, pages.Customer(view))
}

func customerOrders(p *i18n.Printer, rows []models.OwnOrder) []pages.CustomerOrder {
	list := make([]pages.CustomerOrder, len(rows))
	for i, o := range rows {
		list[i] = pages.CustomerOrder{
			ID: o.ID, Ref: o.Ref, State: string(o.State), Placed: moment(p, o.CreatedAt), Total: p.Money(o.Total.String(), o.Currency, o.Digits),
		}
	}
	return list
}

// exportCustomer sends all that the shop holds of a person: POST /admin/customers/{id}/export.
func (o *Office) exportCustomer(d *desk) error {
	id, err := customerID(d)
	if err != nil {
		return err
	}
	text, err := o.customers.ExportCustomer(d.Context(), id, d.actor())
	if err != nil {
		return missing(err)
	}
	d.SetHeader("Content-Disposition", `attachment; filename="customer-`+id[customerIDLength-12:]+`.json"`)
	return d.JSON(200, text)
}

// eraseCustomer takes a person out of their orders: POST /admin/customers/{id}/erase with sure.
func (o *Office) eraseCustomer(d *desk) error {
	id, err := customerID(d)
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	if form.Get("sure") != "yes" {
		return o.customerPage(d, func(view *pages.CustomerView) { view.Problem = pages.ProblemUnsure })
	}
	n, err := o.customers.EraseCustomer(d.Context(), id, d.actor())
	if open, ok := errors.AsType[*store.OpenOrdersError](err); ok {
		return o.customerPage(d, func(view *pages.CustomerView) {
			view.Problem, view.Open = pages.ProblemOpenOrders, customerOrders(d.Printer, open.Orders)
		})
	}
	if errors.Is(err, store.ErrConflict) {
		return o.customerPage(d, func(view *pages.CustomerView) { view.Problem = pages.ProblemStale })
	}
	if err != nil {
		return missing(err)
	}
	d.note(pages.NoticeCustomerErased, strconv.Itoa(n))
	return d.SeeOther(customersPath)
}
