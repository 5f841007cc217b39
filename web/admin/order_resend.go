package admin

import (
	"errors"
	"slices"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/mail"
	pages "github.com/coincart/coincart/templates/admin"
)

// resendMail writes to the shopper again: POST /admin/orders/{id}/resend with kind, form_token. The order must have come far enough for
// the mail.
func (o *Office) resendMail(d *desk) error {
	id, err := d.id()
	if err != nil {
		return err
	}
	form, err := d.Form()
	if err != nil {
		return err
	}
	token, err := formToken(form)
	if err != nil {
		return err
	}
	order, err := o.site.Store.Order(d.Context(), id)
	if err != nil {
		return missing(err)
	}
	kind := models.MailKind(form.Get("kind"))
	if !slices.Contains(mailsOf(order), kind) {
		return o.orderProblem(d, pages.ProblemChoice)
	}
	err = o.outbox.Resend(d.Context(), id, kind, token, d.actor())
	if errors.Is(err, mail.ErrNoSender) {
		return o.orderProblem(d, pages.ProblemNoMailer)
	}
	if err != nil {
		return missing(err)
	}
	return d.done(orderPath(id), pages.NoticeResent)
}
