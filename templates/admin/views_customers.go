package admin

import "github.com/coincart/coincart/templates"

// SectionCustomers is the entry of the navigation for customers.
const SectionCustomers Section = "customers"

// The problems of the customers' pages.
const (
	RefusalOpenOrders Refusal = "customer_open"   // see CustomerView.Open
	RefusalUnsure     Refusal = "customer_unsure" // the box is not ticked
)

// NoticeCustomerErased means that a person's data was erased from their orders; Text is the number of orders.
const NoticeCustomerErased NoticeKind = "customer_erased"

// CustomersView is the form that finds a customer by e-mail.
type CustomersView struct {
	Page  Page
	Email Field
}

// CustomerView is a customer with the orders.
type CustomerView struct {
	Page    Page
	ID      string // a keyed digest of the address
	Email   string
	Orders  []CustomerOrder
	Next    string // address of the next page; "": there is none
	First   string // address of the first page; "": this is it
	Refusal Refusal
	Open    []CustomerOrder // that keep the data from being erased
}

// CustomerOrder is an order of a customer.
type CustomerOrder struct {
	ID     string
	Number string
	State  string
	Placed templates.Moment
	Total  string
}

func (v CustomerView) path() string { return "/admin/customers/" + v.ID }
