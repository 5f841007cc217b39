package shop

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/templates/i18n"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

const ordersPath = "/orders"

// OrdersLink returns the address of the orders of a link's customer (Store.CustomerLink).
func OrdersLink(link string) string { return ordersPath + "?link=" + url.QueryEscape(link) }

// OwnOrderPages list the orders of a customer.
type OwnOrderPages struct {
	site      *visit.Site
	customers *customers.Service
}

// OwnOrders shows shoppers their orders: GET /orders. With link it shows those of an e-mail address, else those of the account that is
// signed in at the platform; a shopper with neither can ask for a link here.
func (p *OwnOrderPages) OwnOrders(v *visit.Visit) error {
	notices, err := takeNotice(v)
	if err != nil {
		return err
	}
	view := pages.OwnOrdersView{Notices: notices, Asked: v.Query("asked") == "1"}
	status, err := p.listOwn(v, &view)
	if err != nil {
		return err
	}
	return p.showOwn(v, status, view)
}

// AskForOrders sends the link to the orders of an e-mail address: POST /orders. The answer is the same whether the address has orders or
// not.
func (p *OwnOrderPages) AskForOrders(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	email := strings.TrimSpace(form.Get("email"))
	if problem := emailProblem(email); problem != "" {
		return p.showOwn(v, http.StatusUnprocessableEntity, pages.OwnOrdersView{Email: email, EmailProblem: problem})
	}
	if err := p.customers.SendOrderLink(v.Context(), email); err != nil {
		return err
	}
	return v.SeeOther(ordersPath + "?asked=1")
}

// listOwn adds the orders to the view and returns the status of the answer.
func (p *OwnOrderPages) listOwn(v *visit.Visit, view *pages.OwnOrdersView) (status int, err error) {
	link, after := v.Query("link"), v.Query("after")
	next := url.Values{}
	var page models.OwnOrderPage
	if link != "" {
		customer, err := p.site.Store.OpenCustomerLink(link)
		if errors.Is(err, store.ErrToken) {
			if !errors.Is(err, store.ErrTokenOld) {
				v.NoteSecurity(models.SecurityTamperedLink, "")
			}
			view.Expired = true
			return http.StatusGone, nil
		}
		if err != nil {
			return 0, err
		}
		view.Linked = true
		next.Set("link", link)
		page, err = p.site.Store.CustomerOrders(v.Context(), customer, after)
		if err != nil {
			return 0, badCursor(err)
		}
	} else {
		s, err := v.Session()
		if err != nil {
			return 0, err
		}
		if !s.SignedIn().Known() {
			return http.StatusOK, nil
		}
		if page, err = p.site.Store.PayerOrders(v.Context(), s.SignedIn(), after); err != nil {
			return 0, badCursor(err)
		}
	}
	if view.Orders, err = p.ownOrders(v.Printer, page.Rows); err != nil {
		return 0, err
	}
	if page.Next != "" {
		next.Set("after", page.Next)
		view.Next = ordersPath + "?" + next.Encode()
	}
	return http.StatusOK, nil
}

// badCursor returns visit.ErrNoPage for a place in a list that the shop did not make, and other errors unchanged.
func badCursor(err error) error {
	if errors.Is(err, store.ErrCursor) {
		return visit.ErrNoPage
	}
	return err
}

func (*OwnOrderPages) showOwn(v *visit.Visit, status int, view pages.OwnOrdersView) error {
	frame, err := v.Page()
	if err != nil {
		return err
	}
	s, err := v.Session()
	if err != nil {
		return err
	}
	view.Page, view.SignedIn = frame, s.SignedIn().Known()
	return v.Show(status, pages.OwnOrders(view))
}

// ownOrders returns orders of the visitor, with links that open all of each.
func (p *OwnOrderPages) ownOrders(printer *i18n.Printer, rows []models.OwnOrder) ([]pages.OwnOrder, error) {
	list, now := make([]pages.OwnOrder, len(rows)), p.site.Clock()
	for i, o := range rows {
		key, err := p.site.Store.OrderKey(o.Ref, o.Customer)
		if err != nil {
			return nil, err
		}
		list[i] = pages.OwnOrder{
			URL: OrderLink(o.Ref, key), Number: o.Number, State: string(o.State), Placed: templates.NewMoment(printer, o.CreatedAt), Pieces: o.Pieces,
			Total: visit.Money(printer, models.Currency{Code: o.Currency, Digits: o.Digits}, o.Total),
		}
		if o.State == models.OrderAwaiting {
			list[i].Deadline = deadline(printer, o.ExpiresAt, now)
		}
	}
	return list, nil
}
