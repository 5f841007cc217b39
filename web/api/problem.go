package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/catalogue"
	"github.com/coincart/coincart/models/hooks"
	"github.com/coincart/coincart/models/invalid"
	"github.com/coincart/coincart/models/keys"
	"github.com/coincart/coincart/models/links"
	"github.com/coincart/coincart/models/once"
	"github.com/coincart/coincart/models/stockroom"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/checkouts"
	"github.com/coincart/coincart/web/visit"
)

// Content types.
const (
	jsonType    = "application/json"
	problemType = "application/problem+json"
)

// Problem is an error of the API (RFC 9457). It never repeats what the caller sent, except the names of unknown members.
type Problem struct { //nolint:errname // RFC 9457 calls it so
	Type      string  `json:"type" format:"uri" doc:"An address where the code is explained."`
	Title     string  `json:"title" doc:"The status in words."`
	Status    int     `json:"status" doc:"The status of HTTP."`
	Code      Code    `json:"code" doc:"What is wrong, for programs: the code of the first error."`
	Detail    string  `json:"detail" doc:"What is wrong, for people."`
	Param     string  `json:"param,omitempty" doc:"JSON pointer to the member of the body, or the name of the parameter; left out: it is about neither."`
	RequestID string  `json:"request_id" doc:"Quote it when you ask about this answer."`
	Errors    []Fault `json:"errors,omitempty" doc:"All that is wrong with the members of the body, and the parameters."`

	retryAfter int // seconds; 0: none
}

// Fault is what is wrong with one member of a body, or with one parameter.
type Fault struct {
	Code   Code   `json:"code"`
	Param  string `json:"param" doc:"JSON pointer to the member of the body, or the name of the parameter."`
	Detail string `json:"detail"`
}

// Error returns the code.
func (p *Problem) Error() string { return string(p.Code) }

// GetStatus returns the status of HTTP. It makes the problem a huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes the problem a huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders makes the problem a huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	return h
}

// problem returns the problem of a code.
func problem(code Code) *Problem {
	says := code.says()
	return &Problem{Title: http.StatusText(says.status), Status: says.status, Code: code, Detail: says.detail}
}

// later says when it is worth trying again.
func (p *Problem) later(seconds int) *Problem {
	p.retryAfter = max(1, seconds)
	return p
}

// faults returns the problem of a request with faults; the first is the problem's own.
func faults(list []Fault) *Problem {
	p := problem(list[0].Code)
	p.Status, p.Title = http.StatusUnprocessableEntity, http.StatusText(http.StatusUnprocessableEntity)
	p.Param, p.Errors = list[0].Param, list
	return p
}

func fault(code Code, param string) Fault {
	return Fault{Code: code, Param: param, Detail: code.says().detail}
}

// failures are the errors of use cases that have a code of their own. Every other error is the shop's own fault.
var failures = []struct {
	cause error
	code  Code
}{
	{store.ErrNotFound, CodeNotFound},
	{checkouts.ErrPaid, CodeAlreadyPaid},
	{checkouts.ErrEnded, CodeCheckoutExpired},
	{checkouts.ErrNotPaid, CodeNotPaid},
	{checkouts.ErrRefundLimit, CodeOverLimit},
	{keys.ErrCode, CodeInvalidCode},
	{hooks.ErrOff, CodeEndpointDisabled},
	{hooks.ErrTooMany, CodeTooManyEndpoints},
	{payments.ErrNotFulfillable, CodeNotFulfillable},
	{stockroom.ErrUntracked, CodeNotCounted},
	{once.ErrOther, CodeIdempotencyConflict},
	{once.ErrInFlight, CodeIdempotencyInFlight},
	{store.ErrCursor, CodeInvalidCursor},
	{payments.ErrUnreachable, CodePlatformUnreachable},
	{store.ErrUnavailable, CodeUnavailable},
	{context.DeadlineExceeded, CodeUnavailable},
}

// inputFailures are the errors of use cases that are about one member of the body.
var inputFailures = []struct {
	cause error
	code  Code
	param string
}{
	{payments.ErrPieces, CodeInvalidValue, "/lines"},
	{payments.ErrRestocked, CodeInvalidValue, "/lines"},
	{payments.ErrTrackingLink, CodeInvalidURL, "/tracking_url"},
	{models.ErrNoteText, CodeInvalidCharacters, ""},
	{store.ErrText, CodeInvalidCharacters, ""},
}

// problemOf returns the problem that tells an error of a use case. What is the shop's own fault is logged, and told as such.
func (a *API) problemOf(ctx context.Context, c *Call, err error) *Problem {
	p := a.findProblem(err)
	if p.Code == CodeInternal || p.Status == http.StatusServiceUnavailable {
		level := slog.LevelError
		if errors.Is(ctx.Err(), context.Canceled) {
			level = slog.LevelWarn // the caller has left
		}
		a.log.LogAttrs(ctx, level, "request of the API failed", slog.String("request", c.RequestID), slog.String("code", string(p.Code)), slog.Any("error", err))
	}
	return a.finish(p, c.RequestID)
}

func (a *API) findProblem(err error) *Problem {
	if known := (*Problem)(nil); errors.As(err, &known) {
		return known
	}
	if input := (*checkouts.InputError)(nil); errors.As(err, &input) {
		return faults(faultsOf(input.Problems))
	}
	if input := (*hooks.InputError)(nil); errors.As(err, &input) {
		return faults(faultsOf(pointers(input.Problems)))
	}
	if input := (*links.InputError)(nil); errors.As(err, &input) {
		return faults(faultsOf(pointers(input.Problems)))
	}
	if tooMuch := (*store.RefundTooMuchError)(nil); errors.As(err, &tooMuch) {
		return problem(CodeRefundTooMuch)
	}
	if jump := (*catalogue.PriceJumpError)(nil); errors.As(err, &jump) {
		return problem(CodePriceJump)
	}
	for _, at := range inputFailures {
		if errors.Is(err, at.cause) {
			return faults([]Fault{fault(at.code, at.param)})
		}
	}
	for _, f := range failures {
		if errors.Is(err, f.cause) {
			return problem(f.code)
		}
	}
	return problem(CodeInternal)
}

// pointers names members of a body, which a use case names as fields, by JSON pointers.
func pointers(fields invalid.Problems) invalid.Problems {
	named := invalid.Problems{}
	for field, what := range fields {
		named["/"+field] = what
	}
	return named
}

// finish adds what a problem says beside its code.
func (a *API) finish(p *Problem, requestID string) *Problem {
	p.Type = a.base.String() + docsPath + "#" + string(p.Code)
	p.RequestID = requestID
	if p.retryAfter == 0 {
		switch {
		case p.Code == CodeIdempotencyInFlight:
			p.retryAfter = 1
		case p.Status == http.StatusServiceUnavailable:
			p.retryAfter = retryUnavailable
		}
	}
	return p
}

// retryUnavailable is after how many seconds it is worth trying again when something is out of order.
const retryUnavailable = 5

// ownProblem turns the errors of huma itself, which repeat what the caller sent, into problems. It is a huma.Transformer: huma.NewError, which
// belongs to the whole process, stays as it is.
func (a *API) ownProblem(ctx huma.Context, _ string, v any) (any, error) {
	theirs, ok := v.(huma.StatusError)
	if !ok {
		return v, nil
	}
	if own := (*Problem)(nil); errors.As(theirs, &own) {
		return own, nil
	}
	p := problem(codeOfStatus(theirs.GetStatus()))
	if model := (*huma.ErrorModel)(nil); errors.As(theirs, &model) {
		var list []Fault
		for _, detail := range model.Errors {
			if detail != nil {
				list = append(list, paramFault(detail))
			}
		}
		if len(list) > 0 && model.Status == http.StatusUnprocessableEntity {
			p = faults(list)
		}
	}
	p.Status = theirs.GetStatus()
	ctx.SetHeader("Content-Type", problemType)
	return a.finish(p, requestID(humagin.Unwrap(ctx))), nil
}

// paramFault tells what huma found wrong with a parameter; bodies are checked by this package.
func paramFault(d *huma.ErrorDetail) Fault {
	_, name, _ := strings.Cut(d.Location, ".")
	code := CodeInvalidValue
	if d.Message == "unknown query parameter" {
		code = CodeUnknownParameter
	}
	return fault(code, clip(name))
}

// clip shortens a name that the caller chose.
func clip(name string) string {
	const longest = 100
	if runes := []rune(name); len(runes) > longest {
		return string(runes[:longest])
	}
	return name
}

// refuse answers a request with a problem, outside of huma.
func (a *API) refuse(c *gin.Context, p *Problem) {
	p = a.finish(p, requestID(c))
	body, err := json.Marshal(p)
	if err != nil { // a problem has texts and numbers only
		body = nil
	}
	h := c.Writer.Header()
	h.Set("Content-Type", problemType)
	maps.Copy(h, p.GetHeaders())
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	c.Abort()
	c.Writer.WriteHeader(p.Status)
	_, _ = c.Writer.Write(body) // a caller that has left is no fault
}

// Fail answers a request for an address of the API that came to nothing before a route: 404, 405, and panics as 500.
func (a *API) Fail(c *gin.Context, status int) { a.refuse(c, problem(codeOfStatus(status))) }

func requestID(c *gin.Context) string { return c.Writer.Header().Get(visit.RequestIDHeader) }
