package admin_test

import (
	"strings"

	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates/admin"
)

// customers are the pages of customers.
func (f fixtures) customers() []sheet {
	page := f.page(admin.SectionCustomers)
	viewer := f.customer()
	viewer.Page.May.Customers, viewer.CanNote = false, false
	refused := f.customer()
	refused.Refusal, refused.Open = admin.RefusalOpenOrders, refused.Orders[:1]
	many := f.customerList()
	many.Partial, many.Filtered, many.Search.Value, many.Next = true, true, "example", "/admin/customers?q=example&after=y"
	noted := f.customer()
	noted.Note, noted.Notes = admin.Field{Value: "", Problem: invalid.Missing}, nil
	return []sheet{
		{"customers", admin.Customers(f.customerList())},
		{"customers-empty", admin.Customers(admin.CustomersView{Page: page})},
		{"customers-none", admin.Customers(admin.CustomersView{Page: page, Filtered: true, Search: admin.Field{Value: long, Problem: invalid.TooLong}})},
		{"customers-many", admin.Customers(many)},
		{"customer", admin.Customer(f.customer())},
		{"customer-viewer", admin.Customer(viewer)},
		{"customer-note", admin.Customer(noted)},
		{"customer-open", admin.Customer(refused)},
	}
}

func (f fixtures) customerList() admin.CustomersView {
	v := admin.CustomersView{Page: f.page(admin.SectionCustomers), Sorts: []admin.Choice{{Value: "latest", Selected: true}, {Value: "orders"}}}
	for i, email := range []string{"ada.lovelace@example.com", "max@example.org", strings.Repeat("long", 20) + "@example.org"} {
		row := f.customerRow()
		row.Email, row.Notes, row.Orders = email, 2-i, 12-5*i
		v.Rows = append(v.Rows, row)
	}
	v.Rows[2].Sums, v.Rows[2].Paid, v.Rows[2].Name = nil, 0, ""
	return v
}

func (f fixtures) customerRow() admin.CustomerRow {
	return admin.CustomerRow{
		ID: strings.Repeat("0a", 24), Email: "ada.lovelace@example.com", Name: "Ada Lovelace", Orders: 5, Paid: 3, Notes: 1,
		Sums: []string{f.money("1042.50"), f.money("18.00")}, First: f.at(90_000), Last: f.at(1000),
	}
}

func (f fixtures) customer() admin.CustomerView {
	v := admin.CustomerView{
		Page: f.page(admin.SectionCustomers), ID: strings.Repeat("0a", 24), Email: "ada.lovelace@example.com", Next: "/admin/customers/x?after=y",
		Row: f.customerRow(), CanNote: true, NoteToken: ref, Notes: []admin.CustomerNote{
			{Text: "Rings before delivery.", Who: "olga@example.com", At: f.at(1000)},
			{Text: "Wrapped as a gift.", Who: "olga@example.com", OrderID: orderID, At: f.at(9000)},
		},
	}
	v.Page.May.Customers = true
	for i, state := range []string{"awaiting", "paid", "expired", "cancelled", "review"} {
		v.Orders = append(v.Orders, admin.CustomerOrder{ID: orderID, Number: number, State: state, Placed: f.at(i * 1000), Total: f.money("1042.50")})
	}
	return v
}
