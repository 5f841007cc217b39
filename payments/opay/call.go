package opay

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

// call is one call to the platform.
type call struct {
	op       string
	path     string
	fields   []Field // without the nonce, and with SigningMD5 without appKey and time
	ownID    bool    // the first field is an unpredictable id, so no nonce is needed
	secrets  []string
	limit    int64  // maximum size of the answer, in bytes; 0: maxResponseBytes
	read     bool   // a read, which may be repeated
	unsigned bool   // the answer may have code and msg only
	list     string // name of the array whose elements parseList parses one by one; or empty
}

// answer is a success, verified as far as the dialect can. If its plaintext is not acceptable JSON, only plain
// is set.
type answer struct {
	Object
	elements []element // of call.list
	plain    []byte
}

// do makes a call. It repeats reads after temporary failures, within the client's
// timeout.
func (c *Client) do(ctx context.Context, q call) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	for try := 0; ; try++ {
		a, err := c.send(ctx, q)
		if err == nil || !q.read || try >= c.retries || !temporary(err) || !pause(ctx, try) {
			return a, err
		}
	}
}

// temporary reports whether a failure may be gone a moment later.
func temporary(err error) bool {
	if code, ok := CodeOf(err); ok {
		return code.Retryable()
	}
	failure, ok := errors.AsType[*TransportError](err)
	return ok && failure.repeat
}

// pause waits 50 to 150 ms before the first repeat, and twice as long before each
// further one. It returns false if the deadline leaves no time.
func pause(ctx context.Context, try int) bool {
	base := 100 * time.Millisecond << min(try, 6)
	wait := base/2 + jitter(base)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// send makes one request and classifies the answer.
func (c *Client) send(ctx context.Context, q call) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, &TransportError{Op: q.op, Reason: "given up before sending", Err: err}
	}
	fields := q.fields
	if !q.ownID && c.profile.Nonce == NonceSend {
		// What is signed must begin with something unpredictable (reliability.md
		// E6).
		fields = append([]Field{{"nonce", rand.Text()}}, fields...)
	}
	request, err := c.dialect.encode(c.appID, c.clock(), fields)
	if err != nil {
		return answer{}, &TransportError{Op: q.op, Reason: "the request cannot be sealed", Err: err}
	}
	status, body, err := c.post(ctx, q, request)
	if err != nil {
		return answer{}, err
	}
	return c.classify(q, status, body)
}

// clock returns the time in the unit of the profile, as text; empty: none is sent.
func (c *Client) clock() string {
	switch c.profile.Time {
	case TimeNone:
		return ""
	case TimeSeconds:
		return strconv.FormatInt(c.now().Unix(), 10)
	case TimeMilliseconds:
	}
	return strconv.FormatInt(c.now().UnixMilli(), 10)
}

// post sends body and reads the answer. Its errors are of type *TransportError.
func (c *Client) post(ctx context.Context, q call, body []byte) (status int, reply []byte, err error) {
	var sending sendTrace
	ctx = httptrace.WithClientTrace(ctx, sending.hooks())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url(q.path), bytes.NewReader(body))
	if err != nil {
		return 0, nil, &TransportError{Op: q.op, Reason: "the request cannot be made", Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		if sending.neverSent() || errors.Is(err, ErrUnreachable) {
			return 0, nil, &TransportError{Op: q.op, Reason: "no connection", Err: err, repeat: true}
		}
		return 0, nil, &TransportError{Op: q.op, Reason: "no answer", Err: err, Sent: true, repeat: true}
	}
	defer func() {
		_ = resp.Body.Close() // reading only: no data can be lost
	}()
	limit := q.limit
	if limit == 0 {
		limit = maxResponseBytes
	}
	reply, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	unknown := &TransportError{Op: q.op, HTTPStatus: resp.StatusCode, Sent: true}
	switch {
	case err != nil:
		unknown.Reason, unknown.Err, unknown.repeat = "the answer broke off", err, true
		return 0, nil, unknown
	case int64(len(reply)) > limit:
		unknown.Reason = "the answer is too large"
		return 0, nil, unknown
	}
	return resp.StatusCode, reply, nil
}

// classify turns an answer into one of the outcomes of reliability.md R2.
func (c *Client) classify(q call, status int, body []byte) (answer, error) {
	unknown := &TransportError{Op: q.op, HTTPStatus: status, Sent: true}
	if status < 200 || status > 299 {
		unknown.Reason, unknown.repeat = "not a success of HTTP", status >= 500 || status == http.StatusTooManyRequests
		return answer{}, unknown
	}
	response, err := c.dialect.parseReply(body)
	if err != nil {
		unknown.Reason, unknown.Err, unknown.repeat = "the answer is not the platform's", err, true
		return answer{}, unknown
	}
	if response.code != CodeOK {
		return answer{}, &Error{
			Op: q.op, Code: response.code, Msg: cleanMessage(response.msg, q.secrets), HTTPStatus: status,
		}
	}
	if q.unsigned && response.empty {
		return answer{}, nil
	}
	plain, err := response.open()
	if err != nil {
		unknown.Reason, unknown.Err = "a success that cannot be verified", err
		return answer{}, unknown
	}
	a := answer{plain: plain}
	if q.list == "" {
		a.Object, err = ParseObject(plain)
	} else {
		a.Object, a.elements, err = parseList(plain, q.list)
	}
	if err != nil {
		unknown.Reason, unknown.Err = "a success that cannot be read", err
		return answer{plain: plain}, unknown
	}
	return a, nil
}

// badAnswer returns the error of a verified answer that is incomplete or belongs to
// another request.
func badAnswer(op, reason string) *TransportError {
	return &TransportError{Op: op, Reason: reason, HTTPStatus: http.StatusOK, Sent: true}
}

// sendTrace finds out whether any byte of a request can have been written. A
// request is written only to a connection that the transport got, so "asked for one
// and never got one" proves that nothing was sent. A transport that does not report
// to httptrace never asks, and so proves nothing.
type sendTrace struct {
	asked, got atomic.Bool
}

func (s *sendTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { s.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { s.got.Store(true) },
		// A transport that writes reports these, even if it does not report
		// GotConn.
		WroteHeaderField: func(string, []string) { s.got.Store(true) },
		WroteHeaders:     func() { s.got.Store(true) },
		WroteRequest:     func(httptrace.WroteRequestInfo) { s.got.Store(true) },
	}
}

func (s *sendTrace) neverSent() bool { return s.asked.Load() && !s.got.Load() }

func jitter(below time.Duration) time.Duration {
	return time.Duration(mathrand.Int64N(int64(below))) //nolint:gosec // spreads load, protects no secret
}
