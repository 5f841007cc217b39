package conform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// callbacks makes the checks about what the listener has received.
type callbacks struct{ *run }

// told waits for a callback with a status.
func (r callbacks) told(ctx context.Context, o *order, status opay.Status) error {
	if r.Listener == nil {
		return skip("nobody listens for callbacks")
	}
	came, err := r.until(ctx, callbackWait, func() bool {
		return slices.ContainsFunc(r.Listener.of(o.id), func(got received) bool { return got.told.Status == status })
	})
	if err == nil && !came {
		err = fmt.Errorf("none came within %s", callbackWait)
	}
	return err
}

func (r callbacks) paidCallback(ctx context.Context) (string, error) {
	return "", r.told(ctx, r.paid, opay.StatusPaid)
}

func (r callbacks) callback(ctx context.Context) (string, error) {
	return "", r.told(ctx, r.first, opay.StatusClosed)
}

func (r callbacks) callbackPrompt(context.Context) (string, error) {
	if took := r.Listener.of(r.first.id)[0].at.Sub(r.cancelled); took > promptWithin {
		return "", fmt.Errorf("it took %s", took.Round(time.Second))
	}
	return "", nil
}

func (r callbacks) callbackRetry(ctx context.Context) (string, error) {
	again, err := r.until(ctx, callbackWait, func() bool {
		return slices.ContainsFunc(r.Listener.of(r.first.id), func(got received) bool { return got.acked })
	})
	if err == nil && !again {
		err = fmt.Errorf("not within %s", callbackWait)
	}
	return "", err
}

func (r callbacks) callbackOnce(ctx context.Context) (string, error) {
	if _, err := r.until(ctx, promptWithin, func() bool { return false }); err != nil {
		return "", err
	}
	acked := map[opay.Digest]int{}
	for _, got := range r.Listener.of(r.first.id) {
		if got.acked {
			acked[got.digest]++
		}
		if acked[got.digest] > 1 {
			return "", errors.New("it came again")
		}
	}
	return "", nil
}

// ours returns the callbacks about the orders that were cancelled or paid.
func (r callbacks) ours() []received {
	list := r.Listener.of(r.first.id)
	if r.paid != nil {
		list = append(list, r.Listener.of(r.paid.id)...)
	}
	return list
}

func (r callbacks) callbackAmount(context.Context) (string, error) {
	for _, got := range r.ours() {
		want := r.first
		if got.told.OutOrderID != want.id {
			want = r.paid
		}
		if !got.told.PayAmount.Equal(want.amount) {
			return "", fmt.Errorf("payAmount is %s, and the order's amount %s", got.told.PayAmount, want.amount)
		}
	}
	return "", nil
}

func (r callbacks) callbackAmountForm(context.Context) (string, error) {
	for _, got := range r.ours() {
		if strings.ContainsAny(got.amount, "eE") {
			return "", fmt.Errorf("payAmount is %s", got.amount)
		}
	}
	return "", nil
}

func (r callbacks) callbackOrder(context.Context) (string, error) {
	last := opay.Status("")
	for _, got := range r.Listener.of(r.first.id) {
		if got.told.Status == opay.StatusPending && last != "" && last != opay.StatusPending {
			return "", fmt.Errorf("pending came after %s", last)
		}
		last = got.told.Status
	}
	return "", nil
}

func (r callbacks) callbackEarly(context.Context) (string, error) {
	switch {
	case r.Listener == nil:
		return "", skip("nobody listens for callbacks")
	case r.first.early > 0:
		return "", errors.New("one came before the answer")
	}
	return "", nil
}

func (r callbacks) callbackGenuine(ctx context.Context) (string, error) {
	if r.Listener == nil {
		return "", skip("nobody listens for callbacks")
	}
	if _, err := r.until(ctx, promptWithin, func() bool { return false }); err != nil {
		return "", err
	}
	if bad := r.Listener.bad(); len(bad) > 0 {
		return "", fmt.Errorf("%d are not, the first: %w", len(bad), bad[0])
	}
	return "", nil
}
