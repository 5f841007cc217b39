package apikeys

import (
	"errors"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models/keys"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/admin"
)

// pairFields are what a program sends with the owner.
var pairFields = []string{"application", "scopes", "redirect", "state", "challenge"}

func readPair(values url.Values) keys.PairRequest {
	return keys.PairRequest{
		Application: values.Get("application"), Scopes: strings.Fields(strings.ReplaceAll(values.Get("scopes"), ",", " ")), Redirect: values.Get("redirect"),
		State: values.Get("state"), Challenge: values.Get("challenge"),
	}
}

// showPair asks whether a program gets a key: GET /admin/api-keys/authorize?application=&scopes=&redirect=&state=&challenge=.
func (h *handlers) showPair(req *admin.Request) error {
	return h.pairPage(req, req.QueryValues(pairFields...), pages.Field{})
}

func (h *handlers) pairPage(req *admin.Request, values url.Values, limit pages.Field) error {
	currency, err := h.site.Currency(req.Context())
	if err != nil {
		return err
	}
	r := readPair(values)
	view := pages.PairView{Page: req.PageAt(pages.SectionAPIKeys, keysPath), Application: r.Application, Scopes: r.Scopes, RefundLimit: limit, Currency: currency.Code}
	origin, err := h.keys.CheckPair(r)
	view.Origin, view.Invalid = origin, err != nil
	for _, name := range pairFields {
		view.Hidden = append(view.Hidden, pages.Hidden{Name: name, Value: values.Get(name)})
	}
	if view.Invalid || limit.Problem != "" {
		view.Refusal = pages.RefusalFields
	} else {
		req.AllowForms(origin)
	}
	return req.Answer(view.Refusal, pages.Pair(view))
}

// pair sends the owner back to the program, with a one-time code or with the answer no: POST /admin/api-keys/authorize with answer, refund_limit and
// what the program has sent.
func (h *handlers) pair(req *admin.Request, form url.Values) error {
	r := readPair(form)
	var to string
	var err error
	if form.Get("answer") == "yes" {
		to, err = h.keys.Agree(req.Context(), req.Actor(), r, form.Get("refund_limit"))
	} else {
		to, err = h.keys.Refuse(r)
	}
	if wrong, ok := errors.AsType[*keys.InputError](err); ok {
		return h.pairPage(req, form, pages.Field{Value: admin.Clip(form.Get("refund_limit")), Problem: wrong.Problems["refund_limit"]})
	}
	if err != nil {
		return err
	}
	return req.Leave(to)
}
