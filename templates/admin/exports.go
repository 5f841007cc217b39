package admin

import (
	"net/url"

	"github.com/coincart/coincart/models/invalid"
)

// ExportsView is the form that makes a file for accounting: POST /admin/exports with what, from, to, form_token and the button's format.
type ExportsView struct {
	Page        Page
	What        []Choice // "admin.export." + Value
	WhatProblem invalid.Problem
	From        Field
	To          Field
	FormToken   string
}

// Worst returns the refusal of the first field that is wrong; "" for none.
func (v ExportsView) Worst() Refusal { return Worst("", v.WhatProblem, v.From.Problem, v.To.Problem) }

// exportsAddress returns the address of the form of exports; empty parts are left to it.
func exportsAddress(what, from, to string) string {
	q := url.Values{}
	for name, value := range map[string]string{"what": what, "from": from, "to": to} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return SectionExports.path()
	}
	return SectionExports.path() + "?" + q.Encode()
}
