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
	viewer.Page.May.Customers = false
	refused := f.customer()
	refused.Refusal, refused.Open = admin.RefusalOpenOrders, refused.Orders[:1]
	return []sheet{
		{"customers", admin.Customers(admin.CustomersView{Page: page})},
		{"customers-none", admin.Customers(admin.CustomersView{Page: page, Email: admin.Field{Value: long, Problem: invalid.NoCustomer}})},
		{"customer", admin.Customer(f.customer())},
		{"customer-viewer", admin.Customer(viewer)},
		{"customer-open", admin.Customer(refused)},
	}
}

func (f fixtures) customer() admin.CustomerView {
	v := admin.CustomerView{
		Page: f.page(admin.SectionCustomers), ID: strings.Repeat("0a", 24), Email: "ada.lovelace@example.com", Next: "/admin/customers/x?after=y",
	}
	v.Page.May.Customers = true
	for i, state := range []string{"awaiting", "paid", "expired", "cancelled", "review"} {
		v.Orders = append(v.Orders, admin.CustomerOrder{ID: orderID, Number: number, State: state, Placed: f.at(i * 1000), Total: f.money("1042.50")})
	}
	return v
}
