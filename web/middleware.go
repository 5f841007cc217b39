package web

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/static"
	"github.com/coincart/coincart/web/api"
	"github.com/coincart/coincart/web/visit"
)

// observe gives the request its id, measures and logs it, and turns a panic into an error page. The log has the route's pattern and never
// the address: references of orders, searches and codes are private.
func (s *Server) observe(c *gin.Context) {
	begin := time.Now()
	id := requestID()
	c.Writer.Header()[visit.RequestIDHeader] = []string{id}
	defer func() {
		if cause := recover(); cause != nil {
			if cause == http.ErrAbortHandler { //nolint:errorlint,err113 // the very value that net/http looks for
				panic(cause)
			}
			s.log.LogAttrs(c.Request.Context(), slog.LevelError, "panic", slog.String("request", id), slog.String("route", route(c)),
				slog.String("cause", fmt.Sprint(cause)), slog.String("stack", string(debug.Stack())))
			s.fail(visit.New(s.site, c), c, errPanic)
		}
		s.record(c, id, time.Since(begin))
	}()
	c.Next()
}

func (s *Server) record(c *gin.Context, id string, took time.Duration) {
	status, pattern := c.Writer.Status(), route(c)
	if c.Writer.Header().Get("Content-Type") == visit.EventType || c.GetBool(api.WaitedKey) {
		took = 0 // how long the visitor stayed is not the time to answer
	}
	s.metrics.request(c.Request.Method, pattern, status, took)
	level := levelOf(pattern, status)
	if ctx := c.Request.Context(); s.log.Enabled(ctx, level) {
		s.log.LogAttrs(ctx, level, "request",
			slog.String("method", c.Request.Method), slog.String("route", pattern), slog.Int("status", status),
			slog.Duration("took", took), slog.String("request", id))
	}
}

// levelOf returns the log level of a request; files and health checks are logged at a low level.
func levelOf(pattern string, status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelWarn // the cause was logged where it was found
	case status < http.StatusBadRequest && (pattern == static.Prefix+"*file" || pattern == "/healthz" || pattern == "/readyz"):
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// requestID returns 80 random bits: unique, and no secret.
func requestID() string { return rand.Text()[:16] }

// protect sets the security headers, on errors too, and refuses forms that another site sends.
func (s *Server) protect(c *gin.Context) {
	s.headers.set(c.Writer.Header())
	c.Writer.Header()[static.AnswerHeader] = answerMark(c.Request)
	if api.Owns(c.Request.URL.Path) { // no cookie counts there
		c.Next()
		return
	}
	if err := s.ownOrigin.Check(c.Request); err != nil {
		v := visit.New(s.site, c)
		v.NoteSecurity(models.SecurityCrossSite, "")
		s.fail(v, c, fmt.Errorf("%w: %w", errCrossSite, err))
		return
	}
	c.Next()
}

// answerMark returns the value of static.AnswerHeader for a request.
func answerMark(r *http.Request) []string {
	if r.Header.Get("Hx-Request") == "true" {
		return []string{static.AnswerPart}
	}
	return []string{static.AnswerPage}
}

// headers are the security headers of every answer.
type headers []header

type header struct {
	name  string
	value []string
}

// newHeaders builds the headers once. Scripts, styles and pictures come from the shop alone, nothing is inline, and forms lead to
// the shop or, after the redirect of the checkout, to the platform.
//
// Referrer-Policy is same-origin: the address of an order is its key and must not reach the platform, whereas no-referrer would
// make browsers send "Origin: null" with the shop's own forms, which cross-origin protection refuses.
func newHeaders(platformOrigin string, secure bool) headers {
	list := headers{
		{"Content-Security-Policy", []string{"default-src 'self'; form-action 'self' " + platformOrigin +
			"; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"}},
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Referrer-Policy", []string{"same-origin"}},
		{"X-Frame-Options", []string{"DENY"}},
		{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
		{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
		{"Permissions-Policy", []string{"camera=(), geolocation=(), microphone=(), payment=()"}},
		{"Cache-Control", []string{visit.NoStore}},
	}
	if secure {
		list = append(list, header{"Strict-Transport-Security", []string{"max-age=31536000"}})
	}
	return list
}

// set sets the headers. The values are shared between requests; http.Header.Set replaces them and never writes into them.
func (list headers) set(h http.Header) {
	for _, one := range list {
		h[one.name] = one.value
	}
}
