package rates

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/fetch"
	"github.com/coincart/coincart/payments/breaker"
)

// Limits of requests to a price source.
const (
	priceConnect  = 2 * time.Second
	maxPriceBytes = 256 << 10
	maxPriceURL   = 500
	shownBytes    = 2000 // of an answer, shown to a person who tries a source
	futureMargin  = time.Minute
)

// PriceTrial is the answer of a price source that a person tries.
type PriceTrial struct {
	Address string // requested address
	Status  int    // HTTP status; 0: no answer
	Body    string // beginning of the body, as text
	Cut     bool   // the body is longer
	Took    time.Duration
	Reading models.Reading
}

// prices requests prices over HTTP. It is safe for concurrent use.
//
// Staff enter the addresses and the server requests them, so an address could lead to what only the server can reach: the machine itself,
// its network, the metadata service of its host. The client is therefore that of package fetch, and redirects must stay on the host. The
// platform's own address is exempt, because the operator has set it. Loopback addresses are allowed if loopback is set, for demonstrations.
type prices struct {
	platform *url.URL // nil: none
	clock    models.Clock
	public   *http.Client
	own      *http.Client // for the platform's host
	loopback bool
	timeout  time.Duration // for the whole answer
}

func newPrices(platform string, loopback bool, timeout time.Duration, clock models.Clock) *prices {
	p := &prices{clock: clock, loopback: loopback, timeout: timeout}
	if u, err := url.Parse(platform); err == nil && u.Host != "" {
		p.platform = u
	}
	p.public = fetch.New(p.options())
	p.own = &http.Client{Transport: fetch.Bounded(breaker.New(nil), maxPriceBytes), CheckRedirect: fetch.SameHost, Timeout: timeout}
	return p
}

// options returns the options of the client for public sources.
func (p *prices) options() fetch.Options {
	return fetch.Options{
		ConnectTimeout: priceConnect, Timeout: p.timeout, MaxBytes: maxPriceBytes, SameHost: true, Loopback: p.loopback, Wrap: breaker.New,
	}
}

// CheckPriceURL reports whether the address of a source may be requested: it must be https, or plain http to the platform or, in a
// demonstration, to this machine; it must have SymbolMark in path or query, and no user and no fragment.
func (s *Service) CheckPriceURL(source models.PriceSource) bool {
	if len(source.URL) > maxPriceURL || !strings.Contains(source.URL, models.SymbolMark) {
		return false
	}
	_, _, err := s.prices.target(source, "btcusdt")
	return err == nil
}

// target returns the address for a pair and the client for it.
func (p *prices) target(source models.PriceSource, symbol string) (*url.URL, *http.Client, error) {
	platform := ""
	if p.platform != nil {
		platform = p.platform.String()
	}
	u, err := url.Parse(source.Address(platform, url.QueryEscape(symbol)))
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" || strings.Contains(u.Host, "{") {
		return nil, nil, fetch.ErrAddress
	}
	if p.platform != nil && u.Scheme == p.platform.Scheme && u.Host == p.platform.Host {
		return u, p.own, nil
	}
	return u, p.public, p.options().Check(u)
}

// read requests the price of a pair.
func (p *prices) read(ctx context.Context, source models.PriceSource, symbol string) models.Reading {
	return p.try(ctx, source, symbol).Reading
}

// try requests the price of a pair and keeps the answer.
func (p *prices) try(ctx context.Context, source models.PriceSource, symbol string) PriceTrial {
	began := p.clock()
	t := PriceTrial{Reading: models.Reading{At: began}}
	u, client, err := p.target(source, symbol)
	if err != nil {
		t.Reading.Problem = models.FetchAddress
		return t
	}
	t.Address = u.String()
	body, status, problem := p.fetch(ctx, client, u)
	t.Took, t.Status = p.clock().Sub(began), status
	t.Body, t.Cut = beginning(body)
	if problem != models.FetchGood {
		t.Reading.Problem = problem
		return t
	}
	t.Reading = readPrice(body, source, p.clock())
	return t
}

// fetch makes one request. It does not retry, because the next poll comes soon.
func (p *prices) fetch(ctx context.Context, client *http.Client, u *url.URL) (body []byte, status int, problem models.FetchProblem) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, 0, models.FetchAddress
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "Coincart")
	answer, err := client.Do(r)
	if err != nil {
		return nil, 0, fetchProblem(err)
	}
	defer answer.Body.Close() //nolint:errcheck // the body was read as far as needed
	body, err = io.ReadAll(answer.Body)
	tooLarge := errors.Is(err, fetch.ErrTooLarge)
	switch {
	case err != nil && !tooLarge:
		return body, answer.StatusCode, fetchProblem(err)
	case answer.StatusCode != http.StatusOK:
		return body, answer.StatusCode, models.FetchStatus
	case tooLarge:
		return body, answer.StatusCode, models.FetchTooLarge
	}
	return body, answer.StatusCode, models.FetchGood
}

// fetchProblem returns the reason of a failed request.
func fetchProblem(err error) models.FetchProblem {
	var timeout net.Error
	switch {
	case errors.Is(err, fetch.ErrAddress):
		return models.FetchAddress
	case errors.Is(err, fetch.ErrRedirect):
		return models.FetchRedirected
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		return models.FetchPaused
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return models.FetchTimeout
	}
	return models.FetchUnreachable
}

// beginning returns the first part of an answer as valid text.
func beginning(body []byte) (text string, cut bool) {
	if len(body) > shownBytes {
		body, cut = body[:shownBytes], true
	}
	return strings.ToValidUTF8(string(body), "\ufffd"), cut
}

// TryPrice requests the price of a pair and returns the answer for a person to look at. It changes nothing.
func (s *Service) TryPrice(ctx context.Context, source models.PriceSource, symbol string) PriceTrial {
	return s.prices.try(ctx, source, symbol)
}
