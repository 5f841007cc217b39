// Package conform asks an exchange's Open Platform what it does. It compares the answers with what package opay and the shop rely on (platform/api.md),
// within limits that cost nothing: it reads, and makes the smallest orders, which it cancels. Only with [Config.Spend] one order is paid.
package conform

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// Level says how much a check matters.
type Level string

// The levels.
const (
	Must    Level = "MUST"    // money is not safe otherwise
	Should  Level = "SHOULD"  // the shop copes, with more work or later
	Observe Level = "OBSERVE" // neither is wrong: part of the profile, or of the report
)

// Verdict is the result of a check.
type Verdict string

// The verdicts.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	Noted   Verdict = "noted"   // what an observation saw is in Detail
	Skipped Verdict = "skipped" // why is in Detail
)

// Result is what a check found out.
type Result struct {
	ID      string  `json:"id"`
	Level   Level   `json:"level"`
	Title   string  `json:"title"`
	Verdict Verdict `json:"verdict"`
	Detail  string  `json:"detail,omitempty"` // for people, in English; without secrets
}

// Limits of a run.
const (
	maxCalls     = 150
	slowAfter    = 3 * time.Second
	promptWithin = 5 * time.Second
	callbackWait = 2 * time.Minute
	payWait      = 15 * time.Minute
)

// ErrConfig means that a run cannot begin.
var ErrConfig = errors.New("conform: unusable configuration")

// Config says whom to ask.
type Config struct {
	BaseURL string         // the platform's address
	AppID   string         // the AppKey
	Keys    *opay.Keyring  // with rsa signing
	Secret  *opay.Secret   // with md5 signing
	Profile opay.Profile   // what is known; time, nonce, pay link, cancelOrder and the pay page are found out
	Payer   string         // UID of the account that orders are made for
	Coin    string         // of the orders; empty: USDT
	Amount  opay.Amount    // of the orders that are cancelled; empty: 0.01
	Zone    *time.Location // of the statement's day; nil: UTC

	ReturnURL string    // where pay pages lead back to; empty: https://example.com/
	Listener  *Listener // takes callbacks; nil: none are expected
	NotifyURL string    // public address of Listener; empty: ReturnURL

	// Spend pays an order of an amount, such as by showing a person the pay page. Nil: nothing is paid.
	Spend       func(ctx context.Context, orderNum, payURL string) error
	SpendAmount opay.Amount // empty: Amount

	HTTPClient *http.Client                                     // nil: one that follows no redirects
	Now        func() time.Time                                 // nil: time.Now
	Pause      func(ctx context.Context, d time.Duration) error // nil: a timer
}

// check is one question.
type check struct {
	id    string
	level Level
	title string
	needs []string // checks that must have passed, or noted something
	do    func(r *run, ctx context.Context) (detail string, err error)
}

// run is a run of all checks.
type run struct {
	Config

	client  *opay.Client // nil until the envelope was asked about
	found   opay.Profile
	results []Result
	done    map[string]bool
	calls   int
	open    map[string]string // appOrderIds of orders that may be pending, with their numbers as far as they are known
	mu      *sync.Mutex       // guards calls and open
	first   *order            // the order that is cancelled
	paid    *order            // the order that is paid

	cancelled time.Time          // when the first order was cancelled
	line      opay.StatementLine // of the payment
	lineDay   time.Time          // the day that has it
}

// order is an order that the run has made.
type order struct {
	id, number string
	amount     opay.Amount
	early      int // callbacks that came before the answer
	created    opay.CreatedOrder
}

// skip is the error of a check that cannot be made.
type skip string

func (s skip) Error() string { return string(s) }

// Run makes all checks and returns the report. Orders that it made are cancelled, even if ctx ends. The error wraps ErrConfig.
func Run(ctx context.Context, c Config) (Report, error) {
	r, err := begin(c)
	if err != nil {
		return Report{}, err
	}
	report := Report{At: r.Now().UTC(), Platform: c.BaseURL, AppID: c.AppID}
	for _, check := range allChecks() {
		r.make(ctx, check)
	}
	r.clean(context.WithoutCancel(ctx))
	report.Results, report.Profile = r.results, r.found
	report.Profile.About = cmp.Or(r.found.About, "Written by coincart conform platform, "+report.At.Format(time.DateOnly))
	return report, nil
}

func begin(c Config) (*run, error) {
	c.Coin = cmp.Or(strings.ToUpper(c.Coin), "USDT")
	c.Amount = cmp.Or(c.Amount, "0.01")
	c.SpendAmount = cmp.Or(c.SpendAmount, c.Amount)
	c.Zone = cmp.Or(c.Zone, time.UTC)
	c.ReturnURL = cmp.Or(c.ReturnURL, "https://example.com/")
	c.NotifyURL = cmp.Or(c.NotifyURL, c.ReturnURL)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Pause == nil {
		c.Pause = pause
	}
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{
			Timeout:       opay.DefaultTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a signed request goes nowhere else
		}
	}
	if c.Payer == "" {
		return nil, fmt.Errorf("%w: the payer's UID is missing", ErrConfig)
	}
	r := &run{Config: c, found: c.Profile, done: map[string]bool{}, open: map[string]string{}, mu: &sync.Mutex{}}
	client, err := r.newClient()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	r.client = client
	if c.Listener != nil {
		c.Listener.begin(client, c.Keys, c.Now)
	}
	return r, nil
}

func (r *run) newClient() (*opay.Client, error) {
	return opay.New(opay.Config{
		BaseURL: r.BaseURL, AppID: r.AppID, Keys: r.Keys, Secret: r.Secret, Profile: r.found, HTTPClient: r.HTTPClient, Now: r.Now, Retries: -1,
	})
}

// make makes a check if it can be made.
func (r *run) make(ctx context.Context, c check) {
	result := Result{ID: c.id, Level: c.level, Title: c.title, Verdict: Skipped}
	defer func() { r.results = append(r.results, result) }()
	for _, id := range c.needs {
		if !r.done[id] {
			result.Detail = "needs " + id
			return
		}
	}
	if r.calls >= maxCalls {
		result.Detail = "too many calls"
		return
	}
	detail, err := c.do(r, ctx)
	var skipped skip
	switch {
	case errors.As(err, &skipped):
		result.Detail = string(skipped)
	case err != nil:
		result.Verdict, result.Detail = Fail, err.Error()
	case c.level == Observe:
		result.Verdict, result.Detail, r.done[c.id] = Noted, detail, true
	default:
		result.Verdict, result.Detail, r.done[c.id] = Pass, detail, true
	}
}

// clean cancels what may still be pending.
func (r *run) clean(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for id, number := range r.open {
		if number == "" {
			found, err := r.client.OrderByRef(ctx, id)
			if err != nil {
				continue
			}
			number = found.OrderNum
		}
		_ = r.client.Cancel(ctx, number) // closed or paid already is as good
	}
}

// newID returns an appOrderId, of an order that is cancelled at the end if it comes to exist.
func (r *run) newID() string {
	id := rand.Text()
	r.made(id, "")
	return id
}

// made notes an order that may be pending. An empty number means that it is not known.
func (r *run) made(id, number string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[id] = cmp.Or(number, r.open[id])
}

// count counts a call.
func (r *run) count() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
}

// until pauses until ok or the time is over.
func (r *run) until(ctx context.Context, within time.Duration, ok func() bool) (bool, error) {
	for end := r.Now().Add(within); ; {
		if ok() {
			return true, nil
		}
		if !r.Now().Before(end) {
			return false, nil
		}
		if err := r.Pause(ctx, time.Second); err != nil {
			return false, fmt.Errorf("wait: %w", err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
