package shop

import (
	"errors"
	"net/http"

	"github.com/coincart/coincart/payments"
	pages "github.com/coincart/coincart/templates/shop"
	"github.com/coincart/coincart/web/visit"
)

// CancelOrder cancels an unpaid order for a browser that knows it: POST /orders/{ref}/cancel. Until the platform has agreed, the page says "cancelling".
func (p *OrderPages) CancelOrder(v *visit.Visit) error {
	order, err := p.order(v)
	if err != nil {
		return err
	}
	if refused, err := p.refuseUnknown(v, order); refused {
		return err
	}
	err = p.payments.Cancel(v.Context(), order.Ref)
	if errors.Is(err, payments.ErrNotCancellable) {
		notices := []pages.Notice{{Kind: pages.NoticeNotCancellable}}
		return p.showAgain(v, order, showing{status: http.StatusConflict, notices: notices})
	}
	if err != nil {
		return p.unfinished(v, order, showing{}, "cancel", err)
	}
	p.site.Count("cancelled")
	return v.SeeOther(OrderPath(order.Ref))
}
