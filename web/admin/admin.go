// Package admin is the back office: its pages, and what can be done on them. Every handler is thin: it reads the form, makes one call,
// and leads on, or shows the same page again with what is wrong. The one table in routes.go says of every address which permission it
// needs; guard.go is the one place that enforces it.
package admin

import (
	"errors"
	"strings"

	"golang.org/x/sync/semaphore"

	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/books"
	"github.com/coincart/coincart/payments/rates"
	"github.com/coincart/coincart/web/shop"
	"github.com/coincart/coincart/web/visit"
)

// Home is the address of the first page.
const Home = "/admin"

// Owns reports that an address belongs to the back office.
func Owns(path string) bool { return path == Home || strings.HasPrefix(path, Home+"/") }

// SetupPath is the address of the first owner's one-time link.
func SetupPath(token string) string { return Home + "/setup/" + token }

// InvitePath is the address of an invitation, or of a link that resets an account.
func InvitePath(token string) string { return Home + "/invite/" + token }

// Errors that package web has pages for.
var (
	// ErrForbidden says that the person's role does not allow it.
	ErrForbidden = errors.New("not allowed")
	// ErrFilter says that a filter, a sort, a day or a place in a list is not one of those there are.
	ErrFilter = errors.New("no such filter")
)

// Office is the back office.
type Office struct {
	site      *visit.Site
	payments  *payments.Service
	books     *books.Service
	rates     *rates.Service
	customers *customers.Service
	transfers *catalogue.Transfers
	jobs      *jobs.Engine
	outbox    *mail.Outbox
	accounts  *staff.Accounts
	shop      *shop.Pages         // shows products before they are published
	darkroom  *semaphore.Weighted // bounds how many pictures are worked on at once: each takes some hundred megabytes
	checks    Checks
	reports   reports
	counters  counters
}

// New makes the back office.
func New(site *visit.Site, s assembly.Services, accounts *staff.Accounts, preview *shop.Pages, checks Checks) *Office {
	return &Office{
		site: site, payments: s.Payments, books: s.Books, rates: s.Rates, customers: s.Customers, transfers: s.Transfers, jobs: s.Jobs, outbox: s.Outbox,
		accounts: accounts, shop: preview, darkroom: semaphore.NewWeighted(1), checks: checks,
	}
}
