package admin

import (
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/templates"
)

// SectionCustomers is the entry of the navigation for customers.
const SectionCustomers Section = "customers"

// The problems of the customers' pages.
const (
	RefusalOpenOrders Refusal = "customer_open"   // see CustomerView.Open
	RefusalUnsure     Refusal = "customer_unsure" // the box is not ticked
)

// NoticeCustomerErased means that a person's data was erased from their orders; Text is the number of orders.
const NoticeCustomerErased NoticeKind = "customer_erased"

// CustomersView is the list of customers. The filter is a GET form with q, sort.
type CustomersView struct {
	Page        Page
	Search      Field
	Sorts       []Choice // "admin.customers.sort." + Value
	SortProblem invalid.Problem
	Refusal     Refusal // of the address (cursor)
	Filtered    bool    // a search is set: an empty list is no empty shop
	Partial     bool    // there are more than were looked at
	Rows        []CustomerRow
	Next        string // address of the next page; "": there is none
	First       string // address of the first page; "": this is it
}

// CustomerRow is a customer in the list.
type CustomerRow struct {
	ID     string
	Email  string
	Name   string
	Orders int
	Paid   int      // paid orders
	Sums   []string // their totals, one per currency
	Notes  int      // about the customer
	First  templates.Moment
	Last   templates.Moment // of the newest order
}

// CustomerNote is a note about a customer or on one of the orders.
type CustomerNote struct {
	Text    string
	Who     string
	OrderID string // "" for one about the customer
	At      templates.Moment
}

// CustomerView is a customer with orders and notes. Notes are added by POST {path}/note with text, form_token (CanNote).
type CustomerView struct {
	Page      Page
	ID        string // a keyed digest of the address
	Email     string
	Row       CustomerRow
	Orders    []CustomerOrder
	Next      string // address of the next page; "": there is none
	First     string // address of the first page; "": this is it
	Refusal   Refusal
	Notes     []CustomerNote
	CanNote   bool
	Note      Field // that was refused
	NoteToken string
	Open      []CustomerOrder // that keep the data from being erased
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

func (r CustomerRow) path() string { return "/admin/customers/" + r.ID }
