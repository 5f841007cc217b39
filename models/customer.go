package models

import "time"

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
