package shop

import (
	"errors"
	"net/http"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/customers"
	"github.com/coincart/coincart/models/invalid"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// knows reports whether the visitor's browser may see all of an order and act for its shopper.
func knows(v *visit.Visit, order models.Order) (bool, error) {
	s, err := v.Session()
	if err != nil {
		return false, err
	}
	return s.Knows(order.Ref), nil
}

// openOrder exchanges the key of a mail's link for the right to see all of the order, and redirects to its clean address, so that the key
// stays neither in the address bar nor in the browser's history. The key is not used up: programs that look at mails open links too. A key
// that opens nothing leads to the same page, which asks for the e-mail address.
func (p *OrderPages) openOrder(v *visit.Visit, key string) error {
	order, err := p.order(v)
	if err != nil {
		return err
	}
	opens, err := p.site.Store.OpensOrder(key, &order)
	if err != nil {
		return err
	}
	if opens {
		if err := remember(v, order); err != nil {
			return err
		}
	}
	return v.SeeOther(OrderPath(order.Ref))
}

// remember lets the visitor's browser see all of an order. The session gets a new id, as with every change of what it may do.
func remember(v *visit.Visit, order models.Order) error {
	s, err := v.Session()
	if err != nil || !s.AddOrder(order.Ref) {
		return err
	}
	return v.RenewSession()
}

// ProveOrder shows all of an order to a visitor who types its e-mail address: POST /orders/{ref}/show with email. The answer to a wrong
// address and to too many tries is the same.
func (p *OrderPages) ProveOrder(v *visit.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	order, err := p.order(v)
	if err != nil {
		return err
	}
	email := strings.TrimSpace(form.Get("email"))
	how := showing{status: http.StatusUnprocessableEntity, email: email, emailProblem: emailProblem(email)}
	if how.emailProblem != "" {
		return p.showOrder(v, order, how)
	}
	err = p.customers.Prove(v.Context(), &order, email, v.ClientIP())
	if errors.Is(err, customers.ErrNotProved) {
		how.emailProblem = invalid.NotOrderEmail
		return p.showOrder(v, order, how)
	}
	if err != nil {
		return err
	}
	if err := remember(v, order); err != nil {
		return err
	}
	return v.SeeOther(OrderPath(order.Ref))
}

// refuseUnknown answers a step that only the order's shopper may take, from a browser that does not know the order; refused is false for one
// that does.
func (p *OrderPages) refuseUnknown(v *visit.Visit, order models.Order) (refused bool, err error) {
	known, err := knows(v, order)
	if err != nil || known {
		return err != nil, err
	}
	notices := []pages.Notice{{Kind: pages.NoticeProveFirst}}
	return true, p.showOrder(v, order, showing{status: http.StatusForbidden, notices: notices})
}
