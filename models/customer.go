package models

import (
	"slices"
	"time"
)

// CustomerLinkTime is how long the link to a customer's orders can be used.
const CustomerLinkTime = 24 * time.Hour

// OwnOrder is a line of the list that customers see of their own orders.
type OwnOrder struct {
	ID         string
	Ref        string
	Number     string // as people read it
	Customer   string // Store.CustomerID
	State      OrderState
	Fulfilment Fulfilment
	Refunds    RefundStatus
	Currency   string
	Digits     int
	Total      Amount
	Pieces     int
	CreatedAt  time.Time
	ExpiresAt  time.Time // when the shop gives an unpaid order up
}

// OwnOrderPage is a page of the list, newest first.
type OwnOrderPage struct {
	Rows []OwnOrder
	Next string // the place of the next page; empty: this is the last
}

// CustomerSort orders the back office's list of customers.
type CustomerSort string

// The orders that the list can have.
const (
	CustomersLatest CustomerSort = "latest" // by the newest order; the default
	CustomersOrders CustomerSort = "orders" // by the number of orders, most first
)

// CustomerSorts returns all sorts, the default first.
func CustomerSorts() []CustomerSort { return []CustomerSort{CustomersLatest, CustomersOrders} }

// ParseCustomerSort parses a sort from a query string, empty being the default; ok is false for one that is not allowed.
func ParseCustomerSort(text string) (sort CustomerSort, ok bool) {
	if text == "" {
		return CustomersLatest, true
	}
	sort = CustomerSort(text)
	return sort, slices.Contains(CustomerSorts(), sort)
}

// CustomerFilter chooses the customers of a list. Zero fields choose all.
type CustomerFilter struct {
	Search string // parts of e-mail and name, in any case: all words must be there
	Sort   CustomerSort
	After  string // CustomerPage.Next of the page before; it belongs to the same sort
	Limit  int    // 1 to MaxPageRows; 0: 50
}

// CustomerRow is a line of the list: a person by their e-mail address, over all orders.
type CustomerRow struct {
	ID           string      // Store.CustomerID
	Email        string      // of the newest order
	Name         string      // of the newest order
	Orders       int         // all, paid or not
	Paid         int         // of these, paid; refunded ones too
	Sums         []CoinTotal // totals of the paid orders, per currency
	Notes        int         // about the customer, without those on orders
	FirstOrderAt time.Time
	LastOrderAt  time.Time
}

// CustomerPage is a page of the list.
type CustomerPage struct {
	Rows    []CustomerRow
	Next    string // CustomerFilter.After of the next page; empty: this is the last
	Partial bool   // the search fits more customers than were looked at
}

// CustomerNote is what staff wrote about a customer, or on one of the customer's orders.
type CustomerNote struct {
	ID        string `ascii:"36"`
	Customer  string `ascii:"64"` // Store.CustomerID
	OrderID   string `gorm:"-"`   // the order that it is on; empty: it is about the customer
	StaffID   string `ascii:"36"`
	Who       string `text:"254"` // e-mail at that time
	Text      string `text:"medium"`
	CreatedAt time.Time
}
