package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/models/staff"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/templates"
	"github.com/coincart/coincart/web/admin"
	"github.com/coincart/coincart/web/api"
	"github.com/coincart/coincart/web/visit"
)

// Errors that the server itself finds.
var (
	errMethod    = errors.New("method not allowed")
	errCrossSite = errors.New("form sent from another site")
	errTooMany   = errors.New("too many requests")
	errPanic     = errors.New("panic")
)

// statusLeft is the status in the log of a request whose visitor left before the answer.
const statusLeft = 499

// failure is the answer to an error.
type failure struct {
	cause  error
	status int
	kind   templates.ErrorKind
	code   opay.Code // for machines
	msg    string
}

// failures returns the one table of errors that have a page of their own. Every other error is the shop's own fault: 500, and the visitor
// is told nothing of it but the request's id.
func failures() []failure {
	return []failure{
		{visit.ErrNoPage, http.StatusNotFound, templates.ErrorNotFound, opay.CodeInvalidResource, "not found"},
		{visit.ErrNoProduct, http.StatusNotFound, templates.ErrorNoProduct, opay.CodeInvalidResource, "not found"},
		{visit.ErrNoCategory, http.StatusNotFound, templates.ErrorNoCategory, opay.CodeInvalidResource, "not found"},
		{visit.ErrNoOrder, http.StatusNotFound, templates.ErrorNoOrder, opay.CodeInvalidResource, "not found"},
		{visit.ErrNoCheckout, http.StatusNotFound, templates.ErrorNoCheckout, opay.CodeInvalidResource, "not found"},
		{visit.ErrUsedUp, http.StatusGone, templates.ErrorGone, opay.CodeInvalidResource, "used up"},
		{admin.ErrForbidden, http.StatusForbidden, templates.ErrorForbidden, opay.CodeNoPermission, "forbidden"},
		{admin.ErrFilter, http.StatusUnprocessableEntity, templates.ErrorBadRequest, opay.CodeParameterError, "no such filter"},
		{visit.ErrBadForm, http.StatusBadRequest, templates.ErrorBadRequest, opay.CodeParameterError, "bad request"},
		{store.ErrText, http.StatusBadRequest, templates.ErrorBadRequest, opay.CodeParameterError, "bad request"},
		{visit.ErrMediaType, http.StatusUnsupportedMediaType, templates.ErrorMediaType, opay.CodeParameterError, "not a form"},
		{visit.ErrTooLarge, http.StatusRequestEntityTooLarge, templates.ErrorTooLarge, opay.CodeParameterError, "body too large"},
		{errMethod, http.StatusMethodNotAllowed, templates.ErrorMethod, opay.CodeMethodUnsupported, "method not allowed"},
		{errCrossSite, http.StatusForbidden, templates.ErrorForbidden, opay.CodeNoPermission, "forbidden"},
		{errTooMany, http.StatusTooManyRequests, templates.ErrorTooMany, opay.CodeTooOften, "too many requests"},
		{staff.ErrBusy, http.StatusServiceUnavailable, templates.ErrorUnavailable, opay.CodeSystemException, "try again later"},
		{payments.ErrUnreachable, http.StatusServiceUnavailable, templates.ErrorPlatformDown, opay.CodeNetworkError, "try again later"},
		{store.ErrUnavailable, http.StatusServiceUnavailable, templates.ErrorUnavailable, opay.CodeSystemException, "try again later"},
		{context.DeadlineExceeded, http.StatusServiceUnavailable, templates.ErrorUnavailable, opay.CodeSystemException, "try again later"},
		{nil, http.StatusInternalServerError, templates.ErrorInternal, opay.CodeSystemException, "internal error"},
	}
}

func failureOf(err error) failure {
	list := failures()
	for _, f := range list {
		if f.cause != nil && errors.Is(err, f.cause) {
			return f
		}
	}
	return list[len(list)-1]
}

// fail answers with the error's page, or in JSON if a machine asked.
func (s *Server) fail(v *visit.Visit, c *gin.Context, err error) {
	if isAbort(c.Request.Context(), err) {
		s.log.LogAttrs(c.Request.Context(), slog.LevelInfo, "visitor left",
			slog.String("request", v.RequestID()), slog.String("route", route(c)), slog.Any("error", err))
		if !v.Written() {
			c.Writer.WriteHeader(statusLeft)
		}
		c.Abort()
		return
	}
	f := failureOf(err)
	if f.status >= http.StatusInternalServerError && !errors.Is(err, staff.ErrBusy) { // a flood of sign-ins is no fault of the shop's
		s.log.LogAttrs(c.Request.Context(), slog.LevelError, "request failed",
			slog.String("request", v.RequestID()), slog.String("route", route(c)), slog.Any("error", err))
	}
	c.Abort()
	if v.Written() {
		return // too late to say anything
	}
	defer v.Afterwards()() // a page about time that is over needs time to be shown
	switch path := c.Request.URL.Path; {
	case api.Owns(path):
		s.api.Fail(c, f.status)
		return
	case path == payments.NotifyPath:
		err = v.Refuse(f.status, string(f.code), f.msg)
	case admin.Owns(path):
		err = s.office.ShowError(v, f.kind, f.status, err)
	default:
		err = s.errorPage(v, f)
	}
	if err != nil {
		s.log.LogAttrs(c.Request.Context(), slog.LevelError, "error page failed", slog.String("request", v.RequestID()), slog.Any("error", err))
		visit.RetryLater(c.Writer.Header(), f.status)
		http.Error(c.Writer, http.StatusText(f.status), f.status)
	}
}

// isAbort reports whether a request ended because its visitor left: the request's context was cancelled, or its body or the answer stopped in
// the middle. What failed then is no error of the shop's. A panic is one all the same.
func isAbort(ctx context.Context, err error) bool {
	return !errors.Is(err, errPanic) && (visitorLeft(ctx) || errors.Is(err, visit.ErrLeft))
}

// visitorLeft reports whether the visitor left before the answer.
func visitorLeft(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// errorPage shows the error in the shop's frame. If the database is the cause, the frame is bare: reading more would make the visitor wait
// for the database a second time.
func (s *Server) errorPage(v *visit.Visit, f failure) error {
	page := v.BarePage()
	if f.kind != templates.ErrorUnavailable {
		if whole, err := v.Page(); err == nil {
			page = whole
		}
	}
	page.Path = v.FormPage()
	v.Private()
	v.Whole()
	return v.Show(f.status, templates.ErrorPage(templates.NewError(page, f.kind, f.status, v.RequestID())))
}

// route returns the pattern of the request's route, for logs and metrics: an order's address is a secret.
func route(c *gin.Context) string {
	if path := c.FullPath(); path != "" {
		return path
	}
	return "unmatched"
}
