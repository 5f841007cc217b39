package admin

import (
	"net/url"
	"strings"
)

// Home is the address of the first page, and the beginning of all others.
const Home = "/admin"

// The addresses that pages of other packages, or the guard, lead to.
const (
	LoginPath         = Home + "/login"
	CodePath          = Home + "/totp"
	StepUpPath        = Home + "/step-up"
	AccountPath       = Home + "/account"
	InboxPath         = Home + "/inbox"
	OrdersPath        = Home + "/orders"
	ExportsPath       = Home + "/exports"
	CancellationsPath = Home + "/cancellations"
	StatementsPath    = Home + "/statements"
	CustomersPath     = Home + "/customers"
	RefundsPath       = Home + "/refunds"
	ImportsPath       = Home + "/imports"
	TasksPath         = Home + "/tasks"
	WebhooksPath      = Home + "/webhooks"
)

// Owns reports whether an address belongs to the back office.
func Owns(path string) bool { return path == Home || strings.HasPrefix(path, Home+"/") }

// SetupPath returns the address of the first owner's one-time link.
func SetupPath(token string) string { return Home + "/setup/" + token }

// InvitePath returns the address of an invitation, or of a link that resets an account.
func InvitePath(token string) string { return Home + "/invite/" + token }

// OrderPath returns the address of an order, by its id.
func OrderPath(id string) string { return OrdersPath + "/" + id }

// CustomerPath returns the address of a customer, by their id.
func CustomerPath(id string) string { return CustomersPath + "/" + id }

// DayPath returns the address of a day's statement, yyyy-MM-dd.
func DayPath(day string) string { return StatementsPath + "/" + url.PathEscape(day) }

// ImportPath returns the address of an import of products, by its id.
func ImportPath(id string) string { return ImportsPath + "/" + id }

// TaskPath returns the address of a background task, by its id.
func TaskPath(id string) string { return TasksPath + "/" + id }

// WebhookPath returns the address of a webhook endpoint, by its id.
func WebhookPath(id string) string { return WebhooksPath + "/" + id }

// DeliveryPath returns the address of a webhook, by the ids of the endpoint and of the delivery.
func DeliveryPath(endpoint, id string) string { return WebhookPath(endpoint) + "/deliveries/" + id }
