package admin

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/templates"
	pages "github.com/coincart/coincart/templates/admin"
	"github.com/coincart/coincart/web/visit"
)

// failed is an error with the frame of the page that it happened on.
type failed struct {
	page  pages.Page
	cause error
}

// Error returns the cause's text.
func (f *failed) Error() string { return f.cause.Error() }

// Unwrap returns the cause.
func (f *failed) Unwrap() error { return f.cause }

// ShowError answers with the back office's page of an error. kind and status are those of package web's table.
func (o *Office) ShowError(v *visit.Visit, kind templates.ErrorKind, status int, cause error) error {
	page, err := o.errorFrame(v, status, cause)
	if err != nil {
		return err
	}
	back := LoginPath
	if page.User.SignedIn() {
		back = Home
	}
	v.Private()
	v.Whole()
	return v.Show(status, pages.Error(pages.ErrorView{
		Page: page, Kind: errorKind(kind, cause), Status: status, RequestID: v.RequestID(), Back: back,
	}))
}

// errorFrame returns the frame around an error: that of the page where it happened, else one with the person who is signed in. After an
// error of the server nobody is looked up, because the database may be the cause.
func (o *Office) errorFrame(v *visit.Visit, status int, cause error) (pages.Page, error) {
	if f, ok := errors.AsType[*failed](cause); ok {
		return f.page, nil
	}
	req := &Request{Visit: v, office: o}
	if status < http.StatusInternalServerError {
		if err := req.Identify(); err != nil && !errors.Is(err, staff.ErrSignedOut) {
			return pages.Page{}, err
		}
	}
	return req.Frame(""), nil
}

// errorKinds are the back office's kinds of errors, by the shop's.
var errorKinds = map[templates.ErrorKind]pages.ErrorKind{
	templates.ErrorNotFound: pages.ErrorNotFound, templates.ErrorNoProduct: pages.ErrorNotFound, templates.ErrorNoCategory: pages.ErrorNotFound,
	templates.ErrorNoOrder: pages.ErrorNotFound, templates.ErrorNoCheckout: pages.ErrorNotFound, templates.ErrorBadRequest: pages.ErrorBadRequest, templates.ErrorForbidden: pages.ErrorForeign,
	templates.ErrorMethod: pages.ErrorMethod, templates.ErrorGone: pages.ErrorGone, templates.ErrorTooLarge: pages.ErrorTooLarge,
	templates.ErrorMediaType: pages.ErrorMediaType, templates.ErrorTooMany: pages.ErrorTooMany, templates.ErrorUnavailable: pages.ErrorUnavailable,
	templates.ErrorPlatformDown: pages.ErrorUnavailable,
}

func errorKind(kind templates.ErrorKind, cause error) pages.ErrorKind {
	switch {
	case errors.Is(cause, ErrForbidden):
		return pages.ErrorForbidden
	case errors.Is(cause, ErrFilter):
		return pages.ErrorFilter
	}
	return cmp.Or(errorKinds[kind], pages.ErrorInternal)
}
