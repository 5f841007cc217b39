package hooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/fetch"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
)

// work is what the worker has under way in this process.
type work struct {
	bell     jobs.Bell
	underway sync.WaitGroup
	tally    tally
}

// published is the maximum number of events that a step publishes, and claimWithin the time for claiming deliveries.
const (
	published   = 100
	claimWithin = 5 * time.Second
	storeWithin = 10 * time.Second // for storing the outcome of a try
	maxRetry    = 24 * time.Hour   // that a receiver can ask to wait
)

func randomJitter() float64 { return rand.Float64() } //nolint:gosec // not a secret

// step publishes events and begins deliveries. It does not wait for the receivers: a slow one must not keep the others back.
func (s *Service) step(ctx context.Context) (int, error) {
	n, err := s.store.PublishToEndpoints(ctx, published)
	if err != nil {
		return n, fmt.Errorf("publish events: %w", err)
	}
	claiming, cancel := context.WithTimeout(ctx, claimWithin)
	defer cancel()
	rows, err := s.store.ClaimDeliveries(claiming, jobs.Lease)
	if err != nil {
		return n, fmt.Errorf("claim deliveries: %w", err)
	}
	for _, d := range rows {
		s.work.underway.Go(func() {
			s.deliver(context.WithoutCancel(ctx), d)
			s.work.bell.Ring()
		})
	}
	if n > 0 || len(rows) > 0 {
		s.work.bell.Ring() // there may be more
	}
	return n + len(rows), nil
}

// deliver makes one try and stores what became of it. A try that cannot be stored is made again when its lease ends.
func (s *Service) deliver(ctx context.Context, d models.Delivery) {
	e, try, err := s.try(ctx, d)
	if err != nil {
		s.log.ErrorContext(ctx, "webhook not tried", "delivery", d.ID, "endpoint", d.EndpointID, "error", err)
		return
	}
	s.work.tally.count(try)
	if try.Problem != "" {
		s.log.WarnContext(ctx, "webhook not delivered", "delivery", d.ID, "endpoint", d.EndpointID, "event", d.EventID, "try", d.Tries+1,
			"problem", try.Problem, "status", try.Status)
	}
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	d.Tries++
	d.State, d.DueAt = s.next(d, try)
	jobs.LogLost(ctx, s.log, s.finish(ctx, e, d, try.DeliveryTry))
}

// outcome is a try with what the receiver asks for.
type outcome struct {
	models.DeliveryTry
	retryAfter time.Time // not before; zero: it does not ask
	took       time.Duration
}

// next returns what becomes of a delivery after a try.
func (s *Service) next(d models.Delivery, try outcome) (models.DeliveryState, time.Time) {
	if try.Problem == "" {
		return models.DeliveryDelivered, time.Time{}
	}
	pause, ok := models.DeliveryPause(d.Tries, s.jitter())
	if !ok || try.Problem == models.DeliveryGone {
		return models.DeliveryParked, time.Time{}
	}
	now := s.clock()
	due := now.Add(pause)
	if asked := try.retryAfter; asked.After(due) {
		due = asked
		if latest := now.Add(maxRetry); due.After(latest) {
			due = latest
		}
	}
	return models.DeliveryWaiting, due
}

// finish stores the outcome of a try, and what follows for the endpoint.
func (s *Service) finish(ctx context.Context, e models.WebhookEndpoint, d models.Delivery, try models.DeliveryTry) error {
	if err := s.store.FinishDelivery(ctx, d, try); err != nil {
		return fmt.Errorf("store a try: %w", err)
	}
	switch {
	case try.Problem == models.DeliveryGone:
		return s.disable(ctx, e, models.ReasonGone)
	case try.Problem == "" && e.State == models.EndpointFailing:
		return s.works(ctx, e)
	}
	return nil
}

// try sends one delivery. The error is the database's.
func (s *Service) try(ctx context.Context, d models.Delivery) (models.WebhookEndpoint, outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, tryWithin+storeWithin)
	defer cancel()
	at := s.clock()
	failed := func(problem string) outcome {
		return outcome{DeliveryTry: models.DeliveryTry{At: at, Problem: problem}}
	}
	e, err := s.store.OpenEndpoint(ctx, d.EndpointID)
	if errors.Is(err, store.ErrEndpointSealed) || errors.Is(err, store.ErrNoSealKey) {
		return e, failed(models.DeliverySecret), nil
	}
	if err != nil {
		return e, outcome{}, err
	}
	if e.ID == ProgramID {
		if s.program == nil { // another replica's
			return e, failed(models.DeliveryConnect), nil
		}
		return e, timed(at, func() outcome { return s.tellProgram(ctx, &d) }), nil
	}
	request, err := s.request(ctx, &e, &d, at)
	if errors.Is(err, errSecret) {
		return e, failed(models.DeliverySecret), nil
	}
	if err != nil {
		return e, failed(models.DeliveryAddress), nil // no request can be made of it
	}
	return e, timed(at, func() outcome { return s.answer(request, at) }), nil
}

func (s *Service) request(ctx context.Context, e *models.WebhookEndpoint, d *models.Delivery, at time.Time) (*http.Request, error) {
	signed, err := signatures(e, d.EventID, at, string(d.Body))
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, strings.NewReader(string(d.Body)))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	for name, value := range Headers(d, at, signed) {
		request.Header.Set(name, value)
	}
	request.Header.Set("User-Agent", s.agent)
	return request, nil
}

// Headers returns the headers of a delivery but the User-Agent, with lower-case names. signed is the value of webhook-signature.
func Headers(d *models.Delivery, at time.Time, signed string) map[string]string {
	return map[string]string{
		"content-type": "application/json", "webhook-id": d.EventID, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signed,
	}
}

// answer sends a request and says what came of it. It was delivered as soon as the status says so, whatever follows.
func (s *Service) answer(request *http.Request, now time.Time) (try outcome) {
	response, err := s.client.Do(request)
	if err != nil {
		try.Problem = problemOf(err)
		return try
	}
	defer response.Body.Close()
	try.Status = response.StatusCode
	start, _ := io.ReadAll(io.LimitReader(response.Body, models.AnswerKept))
	_, _ = io.Copy(io.Discard, response.Body) // up to maxAnswer, so that the connection can be used again
	try.Answer = shownAnswer(start)
	switch {
	case try.Status >= http.StatusOK && try.Status < http.StatusMultipleChoices:
	case try.Status == http.StatusGone:
		try.Problem = models.DeliveryGone
	case try.Status >= http.StatusMultipleChoices && try.Status < http.StatusBadRequest:
		try.Problem = models.DeliveryRedirect
	default:
		try.Problem, try.retryAfter = models.DeliveryRefused, retryAfter(response.Header.Get("Retry-After"), now)
	}
	return try
}

// problemOf names what went wrong before there was a status.
func problemOf(err error) string {
	dial, _ := errors.AsType[*net.OpError](err)
	network, isNetwork := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, fetch.ErrAddress):
		return models.DeliveryAddress
	case isTLS(err):
		return models.DeliveryTLS
	case dial != nil && dial.Op == "dial":
		return models.DeliveryConnect
	case isNetwork && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return models.DeliveryTimeout
	}
	return models.DeliveryBroken
}

func isTLS(err error) bool {
	_, header := errors.AsType[tls.RecordHeaderError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	return header || certificate || alert || host
}

// shownAnswer returns the beginning of an answer as text: other bytes, and characters that would change how it is shown, are left out.
func shownAnswer(start []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, string(bytes.ToValidUTF8(start, nil)))
}

// retryAfter returns the time that a header Retry-After names: in seconds or as a date (RFC 9110 §10.2.3). It is zero for anything else.
func retryAfter(header string, now time.Time) time.Time {
	const longest = 10 // digits
	if seconds, err := strconv.Atoi(header); err == nil && seconds >= 0 && len(header) < longest {
		return now.Add(time.Duration(seconds) * time.Second)
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return time.Time{}
	}
	return at
}
