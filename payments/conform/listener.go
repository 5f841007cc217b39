package conform

import (
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// Listener is the handler that takes the callbacks of a run. It refuses the first callback of each order that is not pending any
// more with HTTP 503, to see it again.
type Listener struct {
	mu       sync.Mutex
	client   *opay.Client
	now      func() time.Time
	keys     *opay.Keyring // nil with md5 signing
	received []received
	refused  map[string]bool
}

// received is a callback with what became of it.
type received struct {
	at     time.Time
	err    error // why it is not the platform's
	digest opay.Digest
	acked  bool
	told   opay.Notification
	amount string // payAmount as it is written
}

func (l *Listener) begin(client *opay.Client, keys *opay.Keyring, now func() time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.client, l.keys, l.now, l.received, l.refused = client, keys, now, nil, map[string]bool{}
}

// ServeHTTP takes a callback.
func (l *Listener) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, opay.MaxNotificationBytes))
	if err != nil {
		http.Error(w, "cannot read", http.StatusBadRequest)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.client == nil {
		http.Error(w, "nothing is expected", http.StatusServiceUnavailable)
		return
	}
	got := l.read(req.Header.Get("Content-Type"), body)
	switch {
	case got.err != nil:
		http.Error(w, "refused", http.StatusBadRequest)
	case got.told.Status != opay.StatusPending && !l.refused[got.told.OutOrderID]:
		l.refused[got.told.OutOrderID] = true
		http.Error(w, "once more", http.StatusServiceUnavailable)
	default:
		got.acked = true
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(opay.Acknowledgement()) // a platform that is gone sends it again
	}
	l.received = append(l.received, got)
}

func (l *Listener) read(contentType string, body []byte) received {
	got := received{at: l.now()}
	sealed, err := l.client.CheckNotification(contentType, body)
	if err != nil {
		got.err = err
		return got
	}
	got.digest = sealed.Digest
	got.told, got.err = l.client.OpenNotification(sealed)
	plain := body
	if l.keys != nil {
		if plain, err = l.keys.OpenWithin(sealed.Envelope, opay.MaxNotificationBlocks); err != nil {
			return got
		}
	}
	if o, err := opay.ParseObject(plain); err == nil {
		got.amount, _ = o.Text("payAmount")
	}
	return got
}

// of returns the genuine callbacks about an order, the oldest first.
func (l *Listener) of(id string) (list []received) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, got := range l.received {
		if got.err == nil && got.told.OutOrderID == id {
			list = append(list, got)
		}
	}
	return list
}

// bad returns the errors of callbacks that are not the platform's, or cannot be read.
func (l *Listener) bad() (list []error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, got := range l.received {
		if got.err != nil {
			list = append(list, got.err)
		}
	}
	return list
}
