package customers

import (
	"errors"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/store"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/templates/i18n"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/visit"
)

const customersPath = admin.Home + "/customers"

// customerIDLength is the length of a Store.CustomerID, which is hex.
const customerIDLength = 48

func customerPath(id string) string { return customersPath + "/" + id }

// showCustomers shows the form that finds a customer: GET /admin/customers.
func (h *handlers) showCustomers(req *admin.Request) error {
	return h.customersPage(req, pages.Field{})
}

func (*handlers) customersPage(req *admin.Request, email pages.Field) error {
	view := pages.CustomersView{Page: req.PageAt(pages.SectionCustomers, customersPath), Email: email}
	return req.Answer(pages.RefusalOf(email.Problem), pages.Customers(view))
}

// findCustomer redirects to the customer with an e-mail address: POST /admin/customers with email. The address is in no URL and no log.
func (h *handlers) findCustomer(req *admin.Request, form url.Values) error {
	email := strings.TrimSpace(form.Get("email"))
	if admin.TooLong(email, admin.MaxSearch) || !strings.Contains(email, "@") {
		return h.customersPage(req, pages.Field{Value: admin.Clip(email), Problem: invalid.Email})
	}
	id, err := h.customers.FindCustomer(req.Context(), email)
	if errors.Is(err, store.ErrNotFound) {
		return h.customersPage(req, pages.Field{Value: email, Problem: invalid.NoCustomer})
	}
	if err != nil {
		return err
	}
	return req.SeeOther(customerPath(id))
}

// showCustomer shows a customer with the orders: GET /admin/customers/{id}?after=.
func (h *handlers) showCustomer(req *admin.Request) error {
	return h.customerPage(req, func(*pages.CustomerView) {})
}

// customerID returns the id of the customer that the address names.
func customerID(req *admin.Request) (string, error) {
	id := req.Param("customer")
	if len(id) != customerIDLength || strings.Trim(id, "0123456789abcdef") != "" {
		return "", visit.ErrNoPage
	}
	return id, nil
}

// customerPage shows the customer as stored now; say adds what was wrong with an action.
func (h *handlers) customerPage(req *admin.Request, say func(*pages.CustomerView)) error {
	id, err := customerID(req)
	if err != nil {
		return err
	}
	newest, err := h.site.Store.NewestOrder(req.Context(), id)
	if err != nil {
		return err
	}
	if newest == "" {
		return visit.ErrNoPage
	}
	order, err := h.site.Store.Order(req.Context(), newest)
	if err != nil {
		return admin.NoPage(err)
	}
	q := req.QueryValues("after")
	page, err := h.site.Store.CustomerOrders(req.Context(), id, q.Get("after"))
	if errors.Is(err, store.ErrCursor) {
		return admin.ErrFilter
	}
	if err != nil {
		return err
	}
	view := pages.CustomerView{ID: id, Email: order.Email, Orders: customerOrders(req.Printer, page.Rows)}
	view.Next, view.First = admin.Pager(customerPath(id), q, "after", page.Next)
	view.Page = req.PageAt(pages.SectionCustomers, admin.Address(customerPath(id), q))
	say(&view)
	return req.Answer(view.Refusal, pages.Customer(view))
}

func customerOrders(p *i18n.Printer, rows []models.OwnOrder) []pages.CustomerOrder {
	list := make([]pages.CustomerOrder, len(rows))
	for i, o := range rows {
		list[i] = pages.CustomerOrder{
			ID: o.ID, Number: o.Number, State: string(o.State), Placed: admin.Moment(p, o.CreatedAt), Total: p.Money(o.Total.String(), o.Currency, o.Digits),
		}
	}
	return list
}

// exportCustomer sends all data that the shop has about a person: POST /admin/customers/{id}/export.
func (h *handlers) exportCustomer(req *admin.Request) error {
	id, err := customerID(req)
	if err != nil {
		return err
	}
	text, err := h.customers.ExportCustomer(req.Context(), id, req.Actor())
	if err != nil {
		return admin.NoPage(err)
	}
	req.SetHeader("Content-Disposition", `attachment; filename="customer-`+id[customerIDLength-12:]+`.json"`)
	return req.JSON(200, text)
}

// eraseCustomer erases a person's data from their orders: POST /admin/customers/{id}/erase with sure.
func (h *handlers) eraseCustomer(req *admin.Request, form url.Values) error {
	id, err := customerID(req)
	if err != nil {
		return err
	}
	if form.Get("sure") != "yes" {
		return h.customerPage(req, func(view *pages.CustomerView) { view.Refusal = pages.RefusalUnsure })
	}
	n, err := h.customers.EraseCustomer(req.Context(), id, req.Actor())
	if open, ok := errors.AsType[*store.OpenOrdersError](err); ok {
		return h.customerPage(req, func(view *pages.CustomerView) {
			view.Refusal, view.Open = pages.RefusalOpenOrders, customerOrders(req.Printer, open.Orders)
		})
	}
	if errors.Is(err, store.ErrConflict) {
		return h.customerPage(req, func(view *pages.CustomerView) { view.Refusal = pages.RefusalStale })
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.DoneCount(customersPath, pages.NoticeCustomerErased, n)
}
