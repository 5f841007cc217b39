// Package admin is the frame of the back office: who may make a request, the page around every page, notices, errors, and what the forms
// and pages of several packages below it share. It knows none of them: each hands over its routes, which package web puts together.
package admin

import (
	"errors"

	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/web/visit"
)

// Errors that package web has pages for.
var (
	// ErrForbidden means that the person's role does not allow the action.
	ErrForbidden = errors.New("not allowed")
	// ErrFilter means that a filter, a sort, a day or a place in a list does not exist.
	ErrFilter = errors.New("no such filter")
)

// Office is what all requests of the back office share.
type Office struct {
	site     *visit.Site
	accounts *staff.Accounts
	counters counters
}

// New returns the frame of the back office.
func New(site *visit.Site, accounts *staff.Accounts) *Office {
	return &Office{site: site, accounts: accounts}
}
