// Package merchant finds out whether a merchant's integration of the platform survives what can go wrong. It runs the sandbox exchange, lets the
// merchant make orders there, and says how often each was credited. The merchant is asked through a small probe (docs/conform.md).
package merchant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coincart/coincart/payments/sandbox"
)

// Verdict is the result of a scenario.
type Verdict string

// The verdicts.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	Skipped Verdict = "skipped" // why is in Result.Detail
)

// ErrConfig means that a run cannot begin.
var ErrConfig = errors.New("merchant: unusable configuration")

// Config says which merchant to try, and with which exchange.
type Config struct {
	Exchange  sandbox.Config // profile, keys or secret, base address; its first application is the merchant's
	ProbeURL  string         // address of the merchant's probe
	NotifyURL string         // where callbacks go; empty: to the notifyPage of each order
	Parallel  int            // scenarios at the same time; 0: 8. Those that change how the whole exchange answers are made one by one, at the end
	Payer     string         // UID in the sandbox; empty: the first account
	Coin      string         // suggested to the merchant; empty: USDT
	Amount    string         // suggested to the merchant, decimal text; empty: 20
	Only      []string       // ids of scenarios, or the part before the point; empty: all

	Settle     time.Duration // how long a result is watched for further credits; 0: 2 s
	Prompt     time.Duration // the longest wait for what a callback causes; 0: 30 s
	Patience   time.Duration // the longest wait for a merchant that must ask by itself; 0: 3 min
	HTTPClient *http.Client  // asks the probe and sends some of the callbacks; nil: one with a timeout of Patience, at least a minute
	Told       func(Result)  // gets each result as soon as it is known; may be nil
}

// scenario is one thing that can go wrong.
type scenario struct {
	id    string
	title string // what is done
	must  string // what must hold
	do    doing
	turn  turn
}

// turn is when a scenario is made.
type turn int

const (
	together turn = iota // with others
	waits                // from the beginning to the end, since the merchant must ask by itself
	alone                // after the others, one by one: it changes how the exchange answers about every order
)

// Trial is a run of the scenarios, with its exchange.
type Trial struct {
	Config

	box    *sandbox.Server
	wire   *wire
	sender *sender
	gate   gate
	chosen []scenario

	exchange sync.Mutex // orders are made and paid one after the other, so that each is known and each fault strikes its own

	mu      sync.Mutex
	results []Result // in the order of chosen
	all     []finished
}

// course is a scenario in progress.
type course struct {
	*Trial
	orders []*purchase
}

// finished is a purchase whose scenario has passed, with the credits that it may have.
type finished struct {
	result   int
	purchase *purchase
	credits  int
}

// skip is the error of a scenario that the merchant or the way of signing does not allow.
type skip string

func (s skip) Error() string { return string(s) }

// New returns a trial whose exchange is ready. The error wraps ErrConfig.
func New(c Config) (*Trial, error) {
	if len(c.Exchange.Apps) == 0 || c.ProbeURL == "" {
		return nil, fmt.Errorf("%w: an application and the address of the probe are needed", ErrConfig)
	}
	c.ProbeURL = strings.TrimRight(c.ProbeURL, "/")
	c.Coin, c.Amount = cmp.Or(c.Coin, "USDT"), cmp.Or(c.Amount, "20")
	c.Parallel = cmp.Or(max(c.Parallel, 0), 8)
	c.Settle, c.Prompt, c.Patience = cmp.Or(c.Settle, 2*time.Second), cmp.Or(c.Prompt, 30*time.Second), cmp.Or(c.Patience, 3*time.Minute)
	c.HTTPClient = cmp.Or(c.HTTPClient, &http.Client{Timeout: max(time.Minute, c.Patience)}) // a probe may wait itself where its shop says 429
	if c.Exchange.Users == nil {
		c.Exchange.Users = sandbox.DemoUsers()
	}
	c.Payer = cmp.Or(c.Payer, c.Exchange.Users[0].UID)
	t := &Trial{Config: c, wire: &wire{notifyURL: c.NotifyURL}}
	for _, s := range scenarios() {
		if len(c.Only) == 0 || slices.ContainsFunc(c.Only, s.called) {
			t.chosen = append(t.chosen, s)
		}
	}
	for _, id := range c.Only {
		if !slices.ContainsFunc(scenarios(), func(s scenario) bool { return s.called(id) }) {
			return nil, fmt.Errorf("%w: no scenario is called %q", ErrConfig, id)
		}
	}
	c.Exchange.Wait = t.gate.wait
	c.Exchange.CallbackClient = &http.Client{Transport: t.wire}
	if c.Exchange.RetrySchedule == nil {
		c.Exchange.RetrySchedule = []time.Duration{
			200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, time.Minute,
		}
	}
	var err error
	if t.box, err = sandbox.New(c.Exchange); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if t.sender, err = newSender(c.Exchange, t.wire, c.HTTPClient); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return t, nil
}

// called reports whether a name on the command line means the scenario.
func (s scenario) called(name string) bool {
	group, _, _ := strings.Cut(s.id, ".")
	return name == s.id || name == group
}

// Handler serves the exchange: the platform's API, its pages and the control API.
func (t *Trial) Handler() http.Handler { return t.box.Handler() }

// Ready reports whether the probe answers.
func (t *Trial) Ready(ctx context.Context) error {
	_, _, err := t.ask(ctx, http.MethodGet, "/orders/none", nil)
	return err
}

// Run makes the scenarios. Handler must be served meanwhile. The error says that ctx has ended.
func (t *Trial) Run(ctx context.Context) (Report, error) {
	background, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = t.box.Run(background) }() // without a state file there is nothing that could fail
	defer func() { stop(); <-done }()
	report := Report{At: time.Now().UTC(), Probe: t.ProbeURL, AppID: t.Exchange.Apps[0].AppID}
	t.results = make([]Result, len(t.chosen))
	var waiting sync.WaitGroup
	waiting.Go(func() { t.makeAll(ctx, len(t.chosen), waits) })
	t.makeAll(ctx, t.Parallel, together)
	t.makeAll(ctx, 1, alone)
	waiting.Wait()
	t.lookAgain(ctx)
	if err := ctx.Err(); err != nil {
		return Report{}, fmt.Errorf("the scenarios were not finished: %w", err)
	}
	report.Results = t.results
	return report, nil
}

// makeAll makes the scenarios of a turn, several at the same time.
func (t *Trial) makeAll(ctx context.Context, parallel int, which turn) {
	var all sync.WaitGroup
	free := make(chan struct{}, parallel)
	for i, s := range t.chosen {
		if s.turn != which {
			continue
		}
		free <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-free }()
			t.make(ctx, i, s)
		})
	}
	all.Wait()
}

// make makes one scenario and notes its result.
func (t *Trial) make(ctx context.Context, place int, s scenario) {
	one := &course{Trial: t}
	err := s.do(one, ctx)
	if s.turn == alone {
		t.wire.calm()
		_ = t.box.SetFaults(nil) // it cannot be refused
		t.gate.open()
	}
	r := Result{ID: s.id, Title: s.title, Must: s.must, Verdict: Pass, Orders: []Order{}}
	var skipped skip
	var wrong *fault
	switch {
	case errors.As(err, &skipped):
		r.Verdict, r.Detail = Skipped, string(skipped)
	case errors.As(err, &wrong):
		r.Verdict, r.Fault, r.Detail = Fail, wrong.kind, wrong.text
	case err != nil:
		r.Verdict, r.Fault, r.Detail = Fail, NoAnswer, err.Error()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range one.orders {
		r.Orders = append(r.Orders, Order{ID: p.id, AppOrderID: p.ref(), State: p.last.State, Credited: p.last.Credited})
		if r.Verdict == Pass {
			t.all = append(t.all, finished{place, p, p.last.Credited})
		}
	}
	t.results[place] = r
	if t.Told != nil {
		t.Told(r)
	}
}

// lookAgain reads all orders once more: a credit may come long after a scenario has ended.
func (t *Trial) lookAgain(ctx context.Context) {
	for _, f := range t.all {
		now, err := t.look(ctx, f.purchase)
		r := &t.results[f.result]
		if err == nil && now.Credited > f.credits && r.Verdict == Pass {
			r.Verdict, r.Fault = Fail, DoubleCredit
			if f.credits == 0 {
				r.Fault = CreditedUnpaid
			}
			r.Detail = fmt.Sprintf("order %s was credited %s after the scenario had ended", f.purchase.id, times(now.Credited))
		}
	}
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait: %w", ctx.Err())
	}
}
