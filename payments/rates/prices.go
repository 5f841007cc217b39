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

// Bounds of asking a price source.
const (
	priceConnect  = 2 * time.Second
	maxPriceBytes = 256 << 10
	maxPriceURL   = 500
	shownBytes    = 2000 // of an answer, to the person who tries a source
	futureMargin  = time.Minute
)

// PriceTrial is what a price source answered when a person tried it.
type PriceTrial struct {
	Address string // that was asked
	Status  int    // HTTP; 0: no answer
	Body    string // its beginning, as text
	Cut     bool   // there was more
	Took    time.Duration
	Reading models.Reading
}

// prices asks price sources over HTTP. It is safe for concurrent use.
//
// An address is typed by staff and asked by the server, so it could be made to reach what only the server reaches: the machine itself,
// its network, the metadata of its host. Therefore the client is that of package fetch, and a redirect never leaves the host. The platform's
// own address, which the operator has set, is asked as the shop asks it anyway; loopback is allowed where loopback says so, for
// demonstrations.
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

// options are those of the client for public sources.
func (p *prices) options() fetch.Options {
	return fetch.Options{
		ConnectTimeout: priceConnect, Timeout: p.timeout, MaxBytes: maxPriceBytes, SameHost: true, Loopback: p.loopback, Wrap: breaker.New,
	}
}

// CheckPriceURL reports whether an address of a price source could be asked at all: https, or plain http to the platform or, in a
// demonstration, to this machine; SymbolMark in path or query; no user, no fragment.
func (s *Service) CheckPriceURL(source models.PriceSource) bool {
	if len(source.URL) > maxPriceURL || !strings.Contains(source.URL, models.SymbolMark) {
		return false
	}
	_, _, err := s.prices.target(source, "btcusdt")
	return err == nil
}

// target is the address to ask and the client to ask it with.
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

// read asks a source about a pair.
func (p *prices) read(ctx context.Context, source models.PriceSource, symbol string) models.Reading {
	return p.try(ctx, source, symbol).Reading
}

// try asks a source about a pair and keeps what it answered.
func (p *prices) try(ctx context.Context, source models.PriceSource, symbol string) PriceTrial {
	began := p.clock()
	t := PriceTrial{Reading: models.Reading{At: began}}
	u, client, err := p.target(source, symbol)
	if err != nil {
		t.Reading.Problem = models.FetchAddress
		return t
	}
	t.Address = u.String()
	body, status, problem := p.ask(ctx, client, u)
	t.Took, t.Status = p.clock().Sub(began), status
	t.Body, t.Cut = beginning(body)
	if problem != models.FetchGood {
		t.Reading.Problem = problem
		return t
	}
	t.Reading = readPrice(body, source, p.clock())
	return t
}

// ask makes one request; nothing is repeated, because the next look comes soon.
func (p *prices) ask(ctx context.Context, client *http.Client, u *url.URL) (body []byte, status int, problem models.FetchProblem) {
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
		return nil, 0, askProblem(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was read as far as it is wanted
	body, err = io.ReadAll(answer.Body)
	tooLarge := errors.Is(err, fetch.ErrTooLarge)
	switch {
	case err != nil && !tooLarge:
		return body, answer.StatusCode, askProblem(err)
	case answer.StatusCode != http.StatusOK:
		return body, answer.StatusCode, models.FetchStatus
	case tooLarge:
		return body, answer.StatusCode, models.FetchTooLarge
	}
	return body, answer.StatusCode, models.FetchGood
}

// askProblem says why there is no answer.
func askProblem(err error) models.FetchProblem {
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

// beginning is the first part of an answer as text that can be shown.
func beginning(body []byte) (text string, cut bool) {
	if len(body) > shownBytes {
		body, cut = body[:shownBytes], true
	}
	return strings.ToValidUTF8(string(body), "\ufffd"), cut
}

// TryPrice asks a source about a pair on behalf of a person who wants to see what it says. It changes nothing.
func (s *Service) TryPrice(ctx context.Context, source models.PriceSource, symbol string) PriceTrial {
	return s.prices.try(ctx, source, symbol)
}
