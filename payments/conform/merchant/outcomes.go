package merchant

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// Outcomes that scenarios allow.
var (
	paidOnce  = said{Paid, 1}
	inReview  = said{Review, 0}
	stillOpen = said{Open, 0}
	caseToo   = said{Review, 1} // paid, and another matter of it waits for a person
)

// ends waits until what the merchant says is allowed, at most within, and watches for Settle that it stays so. The error is a *fault otherwise.
func (t *course) ends(ctx context.Context, p *purchase, within time.Duration, allowed ...said) error {
	limit := 0
	for _, one := range allowed {
		limit = max(limit, one.Credited)
	}
	ok := func() (bool, error) {
		now, err := t.look(ctx, p)
		if err == nil && now.Credited > limit {
			return false, wrong(now, allowed, limit)
		}
		return slices.Contains(allowed, now), err
	}
	reached, err := t.until(ctx, within, ok)
	if err != nil {
		return err
	}
	if !reached {
		return wrong(p.last, allowed, limit)
	}
	if err := t.stays(ctx, p, ok); err != nil {
		return err
	}
	if !slices.Contains(allowed, p.last) {
		return wrong(p.last, allowed, limit)
	}
	return nil
}

// stays looks until the merchant has said the same for Settle and no callback was on its way meanwhile, at most Prompt longer.
func (t *course) stays(ctx context.Context, p *purchase, ok func() (bool, error)) error {
	before, looks, since := p.last, 0, time.Now()
	_, err := t.until(ctx, t.Settle+t.Prompt, func() (bool, error) {
		if _, err := ok(); err != nil {
			return false, err
		}
		looks++
		if p.last != before || t.telling(p) {
			before, looks, since = p.last, 0, time.Now()
		}
		return looks >= calmLooks && time.Since(since) >= t.Settle, nil
	})
	return err
}

// calmLooks is how many looks in a row must say the same at least.
const calmLooks = 4

// telling reports whether a callback about the order is on its way, or would be if the exchange were quicker.
func (t *course) telling(p *purchase) bool {
	now := time.Now()
	return slices.ContainsFunc(t.box.Callbacks(), func(c sandbox.Callback) bool {
		return c.OrderNum == p.order.OrderNum && c.State == sandbox.CallbackWaiting && !c.DueAt.After(now)
	})
}

// wrong names what is wrong with an outcome.
func wrong(now said, allowed []said, limit int) error {
	f := &fault{kind: WrongState, text: fmt.Sprintf("credited %s, %s", times(now.Credited), now.State)}
	switch {
	case now.Credited > limit && limit == 0:
		f.kind = CreditedUnpaid
	case now.Credited > limit:
		f.kind = DoubleCredit
	case slices.Contains(allowed, inReview) && now.Credited == 0 && now.State != Review && limit == 0:
		f.kind = MoneyLost
	case limit == 1 && now.Credited == 0 && now.State == Closed:
		f.kind = MoneyLost
	case limit == 1 && now.Credited == 0 && now.State == Open:
		f.kind = NotCredited
	}
	return f
}

// delivered waits until no callback about the order is waiting, at most Prompt.
func (t *course) delivered(ctx context.Context, p *purchase) error {
	_, err := t.until(ctx, t.Prompt, func() (bool, error) {
		return !slices.ContainsFunc(t.box.Callbacks(), func(c sandbox.Callback) bool {
			return c.OrderNum == p.order.OrderNum && c.State == sandbox.CallbackWaiting
		}), nil
	})
	return err
}

// acknowledged reports an error unless the merchant took the newest callback about the order.
func (t *course) acknowledged(p *purchase) error {
	for _, c := range slices.Backward(t.box.Callbacks()) {
		if c.OrderNum == p.order.OrderNum {
			if c.State == sandbox.CallbackAcknowledged {
				return nil
			}
			problem := "it never reached the merchant"
			if n := len(c.Tries); n > 0 {
				problem = c.Tries[n-1].Problem
			}
			return &fault{NotAcknowledged, "the true callback: " + problem}
		}
	}
	return &fault{NotAcknowledged, "there was no callback"}
}

// pay pays the order at the exchange, with faults that are on only meanwhile.
func (t *course) pay(p *purchase, faults ...sandbox.Fault) error {
	var err error
	failed := t.with(faults, func() { err = t.box.PayLate(p.order.OrderNum) })
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	return failed
}

// with does something at the exchange while faults are on and nobody else does.
func (t *course) with(faults sandbox.Faults, do func()) error {
	t.exchange.Lock()
	defer t.exchange.Unlock()
	if len(faults) == 0 {
		do()
		return nil
	}
	if err := t.box.SetFaults(faults); err != nil {
		return fmt.Errorf("set faults: %w", err)
	}
	do()
	return t.box.SetFaults(nil) //nolint:wrapcheck // it cannot be refused
}

// silently is the fault of a payment of which no callback tells.
func silently() sandbox.Fault { return sandbox.Fault{Kind: sandbox.FaultCallbackLost} }

// paySilently lets the merchant make an order, and pays it without a callback.
func (t *course) paySilently(ctx context.Context, faults ...sandbox.Fault) (*purchase, error) {
	p, err := t.buy(ctx)
	if err != nil {
		return nil, err
	}
	return p, t.pay(p, append(faults, silently())...)
}

// payAndEnd pays the order and expects that it is credited once.
func (t *course) payAndEnd(ctx context.Context, p *purchase, allowed ...said) error {
	if err := t.pay(p); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Prompt, append(allowed, paidOnce)...)
}

// buyWhile lets the merchant make an order while faults are on.
func (t *course) buyWhile(ctx context.Context, faults ...sandbox.Fault) (*purchase, error) {
	return t.buyWith(ctx, "", faults...)
}

// tellAll tells the merchant one status after the other.
func (t *course) tellAll(ctx context.Context, p *purchase, statuses ...opay.Status) error {
	for _, status := range statuses {
		if err := t.tell(ctx, p, t.truth(p, status)); err != nil {
			return err
		}
	}
	return nil
}
