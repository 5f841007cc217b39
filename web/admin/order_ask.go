package admin

import (
	pages "coincart/templates/admin"
)

// askOrder asks the platform how the order stands: POST /admin/orders/{id}/ask.
func (o *Office) askOrder(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	if _, err := o.payments.AskOrder(d.Context(), id, d.actor()); err != nil {
		return missing(err)
	}
	return d.done(orderPath(id), pages.NoticeAsked)
}
