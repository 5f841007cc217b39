package sandbox

import (
	"bytes"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

const (
	maxParallel = 8       // callbacks on their way at the same time in Run; of one order never two
	maxAnswer   = 2 << 10 // bytes kept of a merchant's answer
	readAnswer  = 64 << 10
	longestNap  = time.Second // maximum pause of Run while something waits, in case the clock jumps
	savePeriod  = time.Second // minimum time between two writes of the state file by Run
)

// delivery posts callbacks to merchants, sealed properly or forged.
type delivery struct {
	*state

	rings   map[string]*opay.Keyring // by application; nil with md5 signing
	traffic *trafficLog
	foreign func() (*rsa.PrivateKey, error) // returns a forger's key, made when first needed
}

// Callbacks returns the callbacks that are kept, oldest first.
func (d *delivery) Callbacks() (callbacks []Callback) {
	d.locked(func(k *core) {
		callbacks = make([]Callback, len(k.callbacks))
		for i, c := range k.callbacks {
			callbacks[i] = c.clone()
		}
	})
	return callbacks
}

// Notify queues a callback about an order with any contents, valid or forged. It is due at once and tried once. The error is
// ErrOrderNotFound, or wraps ErrFault if the notice is invalid.
func (d *delivery) Notify(orderNum string, n Notice) (err error) {
	if n.Forge != "" && !slices.Contains(forgeWays, n.Forge) {
		return fmt.Errorf("%w: %w", ErrFault, &inputError{id: "way", text: "no way of forging is called so"})
	}
	if n.Times < 0 || n.Times > maxCopies {
		return fmt.Errorf("%w: %w", ErrFault, &inputError{id: "copies", text: "times is not 0 to " + strconv.Itoa(maxCopies), value: strconv.Itoa(maxCopies)})
	}
	return d.settle(orderNum, func(k *core, o *Order) error {
		if o.NotifyPage == "" {
			return fmt.Errorf("%w: %w", ErrFault, &inputError{id: "no_callback", text: "a transfer has no notifyPage"})
		}
		for range max(1, n.Times) {
			k.enqueue(o, &Callback{About: aboutManual, Plain: noticeText(n.filled(o), false), Forge: n.Forge, Once: true})
		}
		return nil
	})
}

// ErrCallbackNotFound means that no callback has the id, or that it was never sent.
var ErrCallbackNotFound = errors.New("sandbox: no such callback was sent")

// Replay queues the bytes of a callback's last try to be sent again unchanged.
func (d *delivery) Replay(id string) error {
	return d.change(func(k *core) error {
		old := k.callback(id)
		if old == nil || old.Body == "" {
			return ErrCallbackNotFound
		}
		o, ok := k.book.byNum[old.OrderNum]
		if !ok {
			return ErrOrderNotFound
		}
		k.enqueue(o, &Callback{About: aboutReplay + old.ID, Plain: old.Plain, Forge: old.Forge, Body: old.Body, Once: true, Replay: true})
		return nil
	})
}

// NextDue returns when the next callback is due. ok is false if none is waiting.
func (d *delivery) NextDue() (at time.Time, ok bool) {
	d.locked(func(k *core) {
		if c := k.nextCallback(); c != nil {
			at, ok = c.DueAt, true
		}
	})
	return at, ok
}

// Deliver sends all due callbacks one after the other and returns the number of tries. Tests use it instead of Run. It ends early with ctx.
func (d *delivery) Deliver(ctx context.Context) int {
	tries := 0
	for ctx.Err() == nil {
		c, ok := d.claim("")
		if !ok {
			break
		}
		d.try(ctx, c)
		tries++
	}
	return tries
}

// Run delivers callbacks and writes the state file when the journal has grown, until ctx ends. Then it writes the state file once more and
// returns the error of that.
func (d *delivery) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	slots := make(chan struct{}, maxParallel)
	var saved time.Time
	period := savePeriod
	for ctx.Err() == nil {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		c, ok := d.claim("")
		if ok {
			wg.Go(func() {
				defer func() { <-slots; d.wakeUp() }()
				d.try(ctx, c)
			})
			continue
		}
		<-slots
		if now := d.Now(); now.Sub(saved).Abs() >= period {
			saved = now
			d.compact()
			// A large state is written less often, so that writing never takes more than a small share of the time.
			period = max(savePeriod, 20*d.Now().Sub(now))
		}
		d.nap(ctx)
	}
	wg.Wait()
	return d.Save()
}

// nap waits until a callback may be due or the state file must be written.
func (d *delivery) nap(ctx context.Context) {
	var timer <-chan time.Time
	d.locked(func(k *core) {
		next := longestNap
		c := k.nextCallback()
		// While the journal cannot be written nothing is sent, however long it has been due.
		if c != nil && d.unkept() == nil {
			next = min(next, max(time.Millisecond, c.DueAt.Sub(k.now)))
		}
		if c != nil || d.grown() || d.unkept() != nil || k.cfg.OrderTTL > 0 {
			timer = time.After(next)
		}
	})
	select {
	case <-timer:
	case <-d.wake:
	case <-ctx.Done():
	}
}

// nextCallback returns the waiting callback that is due first, of the orders of which none is being sent. Of those that are due at the same
// time it is the one that was made first.
func (k *core) nextCallback() *Callback {
	var next *Callback
	for _, c := range k.callbacks {
		if !c.done() && !k.busy[c.OrderNum] && (next == nil || c.DueAt.Before(next.DueAt)) {
			next = c
		}
	}
	return next
}

// callback returns the callback with an id, or nil. It looks at the newest first.
func (k *core) callback(id string) *Callback {
	for _, c := range slices.Backward(k.callbacks) {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// claim takes the next due callback, or the one with an id. Others of its order wait until try has ended.
func (d *delivery) claim(id string) (claimed Callback, ok bool) {
	d.locked(func(k *core) {
		c := k.nextCallback()
		if id != "" {
			c = k.callback(id)
		}
		if c == nil || c.done() || k.busy[c.OrderNum] || c.DueAt.After(k.now) {
			return
		}
		k.busy[c.OrderNum] = true
		claimed, ok = c.clone(), true
	})
	if ok && d.unkept() != nil {
		// The callback may tell of a change that a restart would not know of.
		d.locked(func(k *core) { delete(k.busy, claimed.OrderNum) })
		return Callback{}, false
	}
	return claimed, ok
}

// deliverOne tries one callback now, unless it is being tried.
func (d *delivery) deliverOne(ctx context.Context, id string) {
	if c, ok := d.claim(id); ok {
		d.try(ctx, c)
		d.wakeUp() // others of the order may have waited
	}
}

// try sends a claimed callback and stores the result.
func (d *delivery) try(ctx context.Context, c Callback) {
	body, err := d.envelope(c)
	attempt := Try{At: d.Now(), Problem: problemEncrypt}
	if err == nil {
		attempt = d.post(ctx, c.URL, body)
	}
	d.locked(func(k *core) { k.tried(c, attempt, body, ctx.Err() != nil) })
	d.traffic.add(Exchange{
		At: attempt.At, Callback: true, Name: c.About, OrderNum: c.OrderNum, AppID: c.AppID, Request: c.Plain, HTTPStatus: attempt.HTTPStatus,
		Msg: attempt.Problem, Answer: attempt.Answer, Fault: c.Forge,
	})
	d.cfg.Logger.InfoContext(ctx, "sandbox: callback tried", "order", c.OrderNum, "about", c.About, "status", attempt.HTTPStatus, "problem", attempt.Problem)
}

// envelope returns the body of a try. Each try is encrypted anew; a replay has the old bytes.
func (d *delivery) envelope(c Callback) ([]byte, error) {
	if c.Replay {
		return []byte(c.Body), nil
	}
	if d.cfg.flat() {
		body, err := d.flatBody(c)
		if err != nil {
			d.cfg.Logger.Error("sandbox: a callback could not be signed", "order", c.OrderNum, "error", err)
		}
		return body, err
	}
	e, err := d.seal(c, c.Forge)
	if err != nil {
		d.cfg.Logger.Error("sandbox: a callback could not be sealed", "order", c.OrderNum, "error", err)
		return nil, err
	}
	return opay.Request{AppID: c.AppID, Time: strconv.FormatInt(d.Now().UnixMilli(), 10), Envelope: e}.Encode(), nil
}

func (d *delivery) post(ctx context.Context, address string, body []byte) Try {
	t := Try{At: d.Now()}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.CallbackTimeout)
	defer cancel()
	_, errAddress := parseAddress(address)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if errAddress != nil || err != nil {
		t.Problem = problemAddress
		return t
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "opay-notify")
	res, err := d.cfg.CallbackClient.Do(req)
	if err != nil {
		t.Problem = problemSilent
		if errors.Is(err, context.DeadlineExceeded) {
			t.Problem = problemLate + d.cfg.CallbackTimeout.String()
		}
		return t
	}
	defer func() { _ = res.Body.Close() }()
	t.HTTPStatus = res.StatusCode
	answer, err := io.ReadAll(io.LimitReader(res.Body, readAnswer))
	t.Answer = toText(answer, maxAnswer)
	if err != nil {
		t.Problem = problemCut
		return t
	}
	t.Problem = acknowledged(res.StatusCode, answer)
	return t
}

// tried stores a try and schedules the next one. A failed try that was interrupted by shutdown does not count.
func (k *core) tried(claimed Callback, t Try, body []byte, interrupted bool) {
	delete(k.busy, claimed.OrderNum)
	c := k.callback(claimed.ID)
	if c == nil || interrupted && t.Problem != "" {
		return
	}
	k.changed().callback(c)
	c.Tries = append(c.Tries, t)
	c.Body = string(body)
	switch {
	case t.Problem == "":
		c.State = CallbackAcknowledged
	case c.Once || len(c.Tries) > len(k.cfg.RetrySchedule):
		c.State = CallbackGivenUp
	default:
		c.DueAt = k.now.Add(k.cfg.RetrySchedule[len(c.Tries)-1])
	}
}

// toText returns the beginning of foreign bytes as valid text.
func toText(b []byte, limit int) string {
	if len(b) > limit {
		b = b[:limit]
	}
	return string(bytes.ToValidUTF8(b, []byte("?")))
}
