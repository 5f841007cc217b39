package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

const (
	jsonType = "application/json;charset=UTF-8"
	htmlType = "text/html; charset=utf-8"

	htmlAnswer  = "<!doctype html><html><head><title>Maintenance</title></head><body><h1>We are upgrading the system</h1></body></html>\n"
	errorAnswer = "<html><head><title>503 Service Temporarily Unavailable</title></head><body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>\n"

	defaultSlow = 5 * time.Second
)

// answerUnserved answers a call that a fault kept from taking effect.
func (c *callInProgress) answerUnserved(w http.ResponseWriter, r *http.Request) {
	c.wait(r.Context())
	if f, ok := find(c.struck, FaultRefuse); ok {
		code := cmp.Or(f.Code, opay.CodeSystemException)
		c.log.Code, c.log.Msg = code, code.Text()
		c.write(w, http.StatusOK, jsonType, c.encode(nil))
		return
	}
	c.spoil(w, nil)
}

// answer writes the result of a call and sends it, or what the faults make of it.
func (c *callInProgress) answer(w http.ResponseWriter, r *http.Request, result reply, err error) {
	c.log.Code, c.log.Msg = opay.CodeOK, "success"
	var data []jsonField
	refused, isRefused := errors.AsType[*refusal](err)
	switch {
	case isRefused:
		c.log.Code, c.log.Msg = refused.code, refused.msg()
	case result.fields != nil:
		plain := encodeObject(result.fields...)
		c.log.Answer = string(plain)
		if data, err = c.data(plain); err != nil {
			c.api.cfg.Logger.ErrorContext(r.Context(), "sandbox: an answer could not be sealed", "call", c.log.Name, "error", err)
			c.log.Code, c.log.Msg = opay.CodeSystemException, opay.CodeSystemException.Text()
		}
	}
	c.wait(r.Context())
	c.spoil(w, c.encode(data))
}

// data returns the members of an answer that carry the result.
func (c *callInProgress) data(plain []byte) ([]jsonField, error) {
	if c.api.cfg.flat() {
		return c.flatData(plain), nil
	}
	e, err := c.api.rings[c.log.AppID].Seal(plain)
	if err != nil {
		return nil, fmt.Errorf("seal an answer: %w", err)
	}
	c.spoilEnvelope(&e)
	data := []jsonField{textField("data", e.Data)}
	if e.Sign != "" {
		data = append(data, textField("sign", e.Sign))
	}
	return data, nil
}

// wait delays the answer if a fault wants it to be slow, until the client disconnects.
func (c *callInProgress) wait(ctx context.Context) {
	slow, ok := find(c.struck, FaultSlow)
	if !ok {
		return
	}
	if err := c.api.cfg.Wait(ctx, cmp.Or(time.Duration(slow.Delay), defaultSlow)); err != nil {
		c.api.cfg.Logger.DebugContext(ctx, "sandbox: a slow answer was not waited for", "call", c.log.Name)
	}
}

// spoilEnvelope removes or replaces the signature if a fault wants it.
func (c *callInProgress) spoilEnvelope(e *opay.Envelope) {
	if _, ok := find(c.struck, FaultUnsigned); ok {
		e.Sign = ""
	}
	if _, ok := find(c.struck, FaultWrongSignature); ok {
		if other, err := signatureOf(c.api.rings[c.log.AppID], `{"orderNum":"0"}`); err == nil {
			e.Sign = other
		}
	}
}

// spoil sends the answer, or what is left of it.
func (c *callInProgress) spoil(w http.ResponseWriter, body []byte) {
	for _, f := range c.struck {
		switch f.Kind { //nolint:exhaustive // the others do not concern the transport
		case FaultAnswerLost, FaultUnreachable:
			c.api.traffic.add(c.log)
			// The documented way to cut the connection without an answer; net/http catches it.
			panic(http.ErrAbortHandler)
		case FaultServerError:
			c.write(w, http.StatusServiceUnavailable, htmlType, []byte(errorAnswer))
			return
		case FaultHTML:
			c.write(w, http.StatusOK, htmlType, []byte(htmlAnswer))
			return
		case FaultEmpty:
			c.write(w, http.StatusOK, jsonType, nil)
			return
		case FaultTruncated:
			c.write(w, http.StatusOK, jsonType, body[:len(body)/2])
			return
		}
	}
	c.write(w, http.StatusOK, jsonType, body)
}

func (c *callInProgress) write(w http.ResponseWriter, status int, contentType string, body []byte) {
	if err := c.api.unkept(); err != nil {
		// gate would send the same, but the traffic must show it.
		status, contentType, body = http.StatusServiceUnavailable, htmlType, []byte(errorAnswer)
		c.log.Code, c.log.Msg, c.log.Answer = opay.CodeSystemException, err.Error(), ""
	}
	c.log.HTTPStatus = status
	c.api.traffic.add(c.log)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone needs no answer
}

// encode returns the body, with the code as text or as number, as platforms do (platform/api.md §2).
func (c *callInProgress) encode(data []jsonField) []byte {
	code := quoteJSON(string(c.log.Code))
	if seed(c.api.cfg.Seed).below(2, "code", strconv.FormatUint(c.event, 10)) == 0 {
		code = []byte(c.log.Code)
	}
	if data == nil && c.api.cfg.flat() {
		data = []jsonField{{"data", []byte("null")}}
	}
	return encodeObject(append([]jsonField{{"code", code}, textField("msg", c.log.Msg)}, data...)...)
}

// gate answers HTTP 503 while the journal lacks a change, because a restart might not know what an answer says. 503 leaves open whether a
// call took effect, which is true: it does as soon as the journal can be written again.
func (s *state) gate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g := &gatedWriter{ResponseWriter: w, state: s}
		next.ServeHTTP(g, r)
		g.WriteHeader(http.StatusOK) // for a handler that wrote nothing
	})
}

// gatedWriter decides before the first byte is sent.
type gatedWriter struct {
	http.ResponseWriter
	state           *state
	decided, closed bool
}

// WriteHeader sends the status, or 503.
func (g *gatedWriter) WriteHeader(status int) {
	if g.decided {
		return
	}
	g.decided = true
	if g.state.unkept() == nil {
		g.ResponseWriter.WriteHeader(status)
		return
	}
	g.closed = true
	for _, name := range []string{"Location", "Content-Length", "Set-Cookie"} {
		g.Header().Del(name)
	}
	g.Header().Set("Content-Type", htmlType)
	g.Header().Set("Cache-Control", "no-store")
	g.ResponseWriter.WriteHeader(http.StatusServiceUnavailable)
	_, _ = g.ResponseWriter.Write([]byte(errorAnswer)) // a client that is gone needs no answer
}

// Write sends the bytes, or drops them.
func (g *gatedWriter) Write(b []byte) (int, error) {
	if !g.decided {
		g.WriteHeader(http.StatusOK)
	}
	if g.closed {
		return len(b), nil
	}
	return g.ResponseWriter.Write(b)
}
