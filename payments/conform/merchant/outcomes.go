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
func (t *Trial) ends(ctx context.Context, p *purchase, within time.Duration, allowed ...said) error {
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
	if _, err := t.until(ctx, t.Settle, func() (bool, error) { _, err := ok(); return false, err }); err != nil {
		return err
	}
	if !slices.Contains(allowed, p.last) {
		return wrong(p.last, allowed, limit)
	}
	return nil
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
func (t *Trial) delivered(ctx context.Context, p *purchase) error {
	_, err := t.until(ctx, t.Prompt, func() (bool, error) {
		return !slices.ContainsFunc(t.box.Callbacks(), func(c sandbox.Callback) bool {
			return c.OrderNum == p.order.OrderNum && c.State == sandbox.CallbackWaiting
		}), nil
	})
	return err
}

// acknowledged reports an error unless the merchant took the newest callback about the order.
func (t *Trial) acknowledged(p *purchase) error {
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
func (t *Trial) pay(p *purchase, faults ...sandbox.Fault) error {
	if err := t.box.SetFaults(faults); err != nil {
		return fmt.Errorf("set faults: %w", err)
	}
	if err := t.box.PayLate(p.order.OrderNum); err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	if err := t.box.SetFaults(nil); err != nil {
		return fmt.Errorf("end faults: %w", err)
	}
	return nil
}

// silently is the fault of a payment of which no callback tells.
func silently() sandbox.Fault { return sandbox.Fault{Kind: sandbox.FaultCallbackLost} }

// paySilently lets the merchant make an order, and pays it without a callback.
func (t *Trial) paySilently(ctx context.Context, faults ...sandbox.Fault) (*purchase, error) {
	p, err := t.buy(ctx)
	if err != nil {
		return nil, err
	}
	return p, t.pay(p, append(faults, silently())...)
}

// payAndEnd pays the order and expects that it is credited once.
func (t *Trial) payAndEnd(ctx context.Context, p *purchase, allowed ...said) error {
	if err := t.pay(p); err != nil {
		return err
	}
	return t.ends(ctx, p, t.Prompt, append(allowed, paidOnce)...)
}

// buyWhile lets the merchant make an order while faults are on.
func (t *Trial) buyWhile(ctx context.Context, faults ...sandbox.Fault) (*purchase, error) {
	if err := t.box.SetFaults(faults); err != nil {
		return nil, fmt.Errorf("set faults: %w", err)
	}
	p, err := t.buy(ctx)
	if err != nil {
		return nil, err
	}
	return p, t.box.SetFaults(nil) //nolint:wrapcheck // it cannot be refused
}

// tellAll tells the merchant one status after the other.
func (t *Trial) tellAll(ctx context.Context, p *purchase, statuses ...opay.Status) error {
	for _, status := range statuses {
		if err := t.tell(ctx, p, t.truth(p, status)); err != nil {
			return err
		}
	}
	return nil
}
