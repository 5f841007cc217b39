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

// customerIDLength is the length of a Store.CustomerID, which is hex.
const customerIDLength = 48

// showCustomers lists the customers: GET /admin/customers?q=&sort=&after=.
func (h *handlers) showCustomers(req *admin.Request) error {
	q := req.QueryValues("q", "sort", "after")
	view := pages.CustomersView{Search: pages.Field{Value: q.Get("q")}, Filtered: q.Get("q") != ""}
	f := models.CustomerFilter{Search: q.Get("q"), After: q.Get("after")}
	var ok bool
	if f.Sort, ok = models.ParseCustomerSort(q.Get("sort")); !ok {
		view.SortProblem = invalid.Unknown
	}
	if admin.TooLong(f.Search, admin.MaxSearch) {
		view.Search.Problem = invalid.TooLong
	}
	view.Sorts = admin.Choices(models.CustomerSorts(), string(f.Sort), false)
	refusal := pages.Worst("", view.Search.Problem, view.SortProblem)
	if refusal == "" {
		page, err := h.site.Store.Customers(req.Context(), f)
		if view.Refusal, err = admin.FilterRefusal(err); err != nil {
			return err
		}
		refusal = view.Refusal
		digits, err := h.digits(req)
		if err != nil {
			return err
		}
		view.Rows, view.Partial = customerRows(req.Printer, page.Rows, digits), page.Partial
		view.Next, view.First = admin.Pager(admin.CustomersPath, q, "after", page.Next)
	}
	view.Page = req.PageAt(pages.SectionCustomers, admin.Address(admin.CustomersPath, q))
	return req.Answer(refusal, pages.Customers(view))
}

// digits returns the number of digits that sums are shown with in the shop's currency; another one's are shown as they are.
func (h *handlers) digits(req *admin.Request) (func(currency string) int, error) {
	settings, err := h.site.Settings(req.Context())
	if err != nil {
		return nil, err
	}
	return func(currency string) int {
		if currency == settings.Currency().Code {
			return settings.Currency().Digits
		}
		return 2
	}, nil
}

func customerRows(p *i18n.Printer, rows []models.CustomerRow, digits func(string) int) []pages.CustomerRow {
	list := make([]pages.CustomerRow, len(rows))
	for i, r := range rows {
		list[i] = customerRow(p, r, digits)
	}
	return list
}

func customerRow(p *i18n.Printer, r models.CustomerRow, digits func(string) int) pages.CustomerRow {
	row := pages.CustomerRow{
		ID: r.ID, Email: r.Email, Name: r.Name, Orders: r.Orders, Paid: r.Paid, Notes: r.Notes,
		First: admin.Moment(p, r.FirstOrderAt), Last: admin.Moment(p, r.LastOrderAt),
	}
	for _, sum := range r.Sums {
		row.Sums = append(row.Sums, p.Money(sum.Amount.String(), sum.Symbol, digits(sum.Symbol)))
	}
	return row
}

// showCustomer shows a customer with the orders and notes: GET /admin/customers/{id}?after=.
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
	customer, err := h.customer(req, id)
	if err != nil {
		return err
	}
	notes, err := h.site.Store.CustomerNotes(req.Context(), id)
	if err != nil {
		return err
	}
	q := req.QueryValues("after")
	page, err := h.site.Store.CustomerOrders(req.Context(), id, q.Get("after"))
	if errors.Is(err, store.ErrCursor) {
		return admin.ErrFilter
	}
	if err != nil {
		return err
	}
	view := pages.CustomerView{
		ID: id, Email: customer.Email, Row: customer, Orders: customerOrders(req.Printer, page.Rows), Notes: customerNotes(req.Printer, notes),
		CanNote: req.Who().Staff.Role.Can(models.MayNote), NoteToken: models.NewRef(),
	}
	view.Next, view.First = admin.Pager(admin.CustomerPath(id), q, "after", page.Next)
	view.Page = req.PageAt(pages.SectionCustomers, admin.Address(admin.CustomerPath(id), q))
	say(&view)
	return req.Answer(pages.Worst(view.Refusal, view.Note.Problem), pages.Customer(view))
}

// customer returns what the list shows of a customer.
func (h *handlers) customer(req *admin.Request, id string) (pages.CustomerRow, error) {
	if _, err := h.site.Store.IndexOrders(req.Context(), indexedFirst); err != nil {
		return pages.CustomerRow{}, err
	}
	row, err := h.site.Store.Customer(req.Context(), id)
	if err != nil {
		return pages.CustomerRow{}, admin.NoPage(err)
	}
	digits, err := h.digits(req)
	if err != nil {
		return pages.CustomerRow{}, err
	}
	return customerRow(req.Printer, row, digits), nil
}

// indexedFirst is the maximum number of orders that are indexed before a customer is shown.
const indexedFirst = 100

func customerNotes(p *i18n.Printer, notes []models.CustomerNote) []pages.CustomerNote {
	list := make([]pages.CustomerNote, len(notes))
	for i, n := range notes {
		list[i] = pages.CustomerNote{Text: n.Text, Who: n.Who, OrderID: n.OrderID, At: admin.Moment(p, n.CreatedAt)}
	}
	return list
}

// noteCustomer adds a note about a customer: POST /admin/customers/{id}/note with text, form_token.
func (h *handlers) noteCustomer(req *admin.Request, form url.Values, token string) error {
	id, err := customerID(req)
	if err != nil {
		return err
	}
	text := form.Get("text")
	err = h.customers.AddNote(req.Context(), id, text, token, req.Actor())
	if problem := admin.TextProblem(err, text); problem != "" {
		return h.customerPage(req, func(view *pages.CustomerView) {
			view.Note, view.NoteToken = pages.Field{Value: text, Problem: problem}, token
		})
	}
	if err != nil {
		return admin.NoPage(err)
	}
	return req.Done(admin.CustomerPath(id), pages.NoticeNoted)
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
	return req.DoneCount(admin.CustomersPath, pages.NoticeCustomerErased, n)
}
