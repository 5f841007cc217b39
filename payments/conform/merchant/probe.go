package merchant

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/coincart/coincart/payments/sandbox"
)

// State is what a merchant says about an order.
type State string

// The states.
const (
	Open   State = "open"   // not paid yet, or not known yet
	Paid   State = "paid"   // the merchant owes the goods
	Review State = "review" // money came that a person must decide about
	Closed State = "closed" // given up: expired, cancelled, failed
)

// purchase is an order of the merchant.
type purchase struct {
	id    string        // the probe's
	order sandbox.Order // at the exchange, when it was made
	last  said
}

func (p *purchase) ref() string { return p.order.AppOrderID }

// said is what the probe says of an order.
type said struct {
	State    State `json:"state"`
	Credited int   `json:"credited"` // how often value was given for it
}

// wish is the body of POST /orders. A merchant may take another amount and coin.
type wish struct {
	Amount string `json:"amount"` // decimal text
	Coin   string `json:"coin"`
	Payer  string `json:"payer"`          // UID at the exchange
	Code   string `json:"code,omitempty"` // one-time code of a sign-in: the order is to have openId and token
}

const maxAnswer = 64 << 10

// errProbe means that the probe does not do what docs/conform.md says.
var errProbe = errors.New("the probe")

// ask calls the probe and returns its answer. A probe that answers 429, because its shop limits the orders of a minute, is asked again later.
func (t *Trial) ask(ctx context.Context, method, path string, body any) (status int, answer []byte, err error) {
	var sent []byte
	if body != nil {
		if sent, err = json.Marshal(body); err != nil {
			return 0, nil, fmt.Errorf("encode a question: %w", err)
		}
	}
	for end := time.Now().Add(t.Patience); ; {
		var later time.Duration
		status, later, answer, err = t.askOnce(ctx, method, path, sent)
		if status != http.StatusTooManyRequests || time.Now().Add(later).After(end) {
			return status, answer, err
		}
		if err := pause(ctx, later); err != nil {
			return 0, nil, err
		}
	}
}

// askOnce also returns after which time to ask again, if the probe says so: a second otherwise.
func (t *Trial) askOnce(ctx context.Context, method, path string, body []byte) (status int, later time.Duration, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, t.ProbeURL+path, bytes.NewReader(body))
	if err != nil {
		return 0, 0, nil, fmt.Errorf("make a request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := t.HTTPClient.Do(req)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("%w does not answer: %w", errProbe, err)
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, 0, nil, fmt.Errorf("%w breaks off: %w", errProbe, err)
	}
	later = time.Second
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
		later = time.Duration(min(seconds, 3600)) * time.Second
	}
	return res.StatusCode, later, answer, nil
}

// buy lets the merchant make an order, and finds it at the exchange.
func (t *course) buy(ctx context.Context) (*purchase, error) { return t.buyWith(ctx, "") }

// buyWith lets the payer be signed in with a code. The faults are on until the order is there.
func (t *course) buyWith(ctx context.Context, code string, faults ...sandbox.Fault) (p *purchase, err error) {
	failed := t.with(faults, func() { p, err = t.order(ctx, code) })
	return p, cmp.Or(failed, err)
}

func (t *course) order(ctx context.Context, code string) (*purchase, error) {
	before := len(t.box.Orders())
	status, answer, err := t.ask(ctx, http.MethodPost, "/orders", wish{t.Amount, t.Coin, t.Payer, code})
	if err != nil {
		return nil, err
	}
	p, err := made(status, answer)
	if err != nil {
		return nil, err
	}
	found := false
	_, err = t.until(ctx, t.Prompt, func() (bool, error) {
		p.order, found = t.newest(before)
		return found, nil
	})
	if err == nil && !found {
		err = fmt.Errorf("%w made order %s, and no order reached the exchange", errProbe, p.id)
	}
	t.orders = append(t.orders, p)
	return p, err
}

// newest returns the first payment that the merchant has made at the exchange since it had so many orders.
func (t *Trial) newest(before int) (sandbox.Order, bool) {
	for _, o := range t.box.Orders()[before:] {
		if o.Type == sandbox.TypePayment {
			return o, true
		}
	}
	return sandbox.Order{}, false
}

func made(status int, answer []byte) (*purchase, error) {
	var told struct {
		ID string `json:"id"`
	}
	if status/100 != 2 {
		return nil, fmt.Errorf("%w answers POST /orders with HTTP %d", errProbe, status)
	}
	if err := json.Unmarshal(answer, &told); err != nil || told.ID == "" {
		return nil, fmt.Errorf(`%w answers POST /orders without {"id":"…"}`, errProbe)
	}
	return &purchase{id: told.ID}, nil
}

// look asks what the merchant says of an order.
func (t *Trial) look(ctx context.Context, p *purchase) (said, error) {
	status, answer, err := t.ask(ctx, http.MethodGet, "/orders/"+url.PathEscape(p.id), nil)
	if err != nil {
		return said{}, err
	}
	if status != http.StatusOK {
		return said{}, fmt.Errorf("%w answers GET /orders/%s with HTTP %d", errProbe, p.id, status)
	}
	var now said
	if err := json.Unmarshal(answer, &now); err != nil || !slices.Contains([]State{Open, Paid, Review, Closed}, now.State) || now.Credited < 0 {
		return said{}, fmt.Errorf(`%w answers GET /orders/%s without {"state":"open|paid|review|closed","credited":N}`, errProbe, p.id)
	}
	p.last = now
	return now, nil
}

// more asks for something that a probe need not offer. It skips the scenario if the probe does not.
func (t *Trial) more(ctx context.Context, method, path, what string) error {
	status, _, err := t.ask(ctx, method, path, nil)
	switch {
	case err != nil:
		return err
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented:
		return skip("the probe does not offer to " + what)
	case status/100 == 5:
		return fmt.Errorf("%w answers %s %s with HTTP %d", errProbe, method, path, status)
	}
	return nil
}

// leastLooks is how often at least is looked before time counts as over. On a machine that is busy the looks are slow, as the merchant is: a time
// that is measured by the clock alone would blame the merchant for it.
const leastLooks = 20

// until asks now and then until ok or the time is over. Without a time it asks once.
func (t *Trial) until(ctx context.Context, within time.Duration, ok func() (bool, error)) (bool, error) {
	end := time.Now().Add(within)
	for looks := 1; ; looks++ {
		done, err := ok()
		if done || err != nil {
			return done, err
		}
		if within == 0 || looks >= leastLooks && time.Now().After(end) {
			return false, nil
		}
		if err := pause(ctx, t.rest()); err != nil {
			return false, err
		}
	}
}

// rest is the pause between two looks.
func (t *Trial) rest() time.Duration { return min(t.Settle/4, 250*time.Millisecond) }
