package sandbox

import (
	"slices"
	"sync"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

// maxTrafficText is the maximum size of each text that is kept of a message, in bytes.
const maxTrafficText = 16 << 10

// Exchange is a call or a callback in plaintext. Keeping and showing plaintext is the purpose of a sandbox, which has no real users, keys or
// money.
type Exchange struct {
	ID         uint64    `json:"id"`
	At         time.Time `json:"at"`
	Callback   bool      `json:"callback"`           // from the sandbox to a merchant
	Name       string    `json:"name"`               // of the call, or what a callback is about
	OrderNum   string    `json:"orderNum,omitempty"` // of a callback
	AppID      string    `json:"appId"`
	Request    string    `json:"request"`         // plaintext; empty if it could not be opened
	HTTPStatus int       `json:"httpStatus"`      // 0: the connection was cut, or no answer came
	Code       opay.Code `json:"code"`            // of the answer
	Msg        string    `json:"msg"`             // of the answer
	Answer     string    `json:"answer"`          // plaintext of a call's answer, or body of a merchant's
	Fault      string    `json:"fault,omitempty"` // that struck
}

// trafficLog holds the latest exchanges.
type trafficLog struct {
	mu      sync.Mutex
	limit   int
	last    uint64
	entries []Exchange
}

func (t *trafficLog) add(e Exchange) {
	e.Request, e.Answer = clip(e.Request), clip(e.Answer)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	e.ID = t.last
	if len(t.entries) == t.limit {
		t.entries = slices.Delete(t.entries, 0, 1)
	}
	t.entries = append(t.entries, e)
}

// newest returns the latest exchanges, newest first.
func (t *trafficLog) newest(limit int) []Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	return newest(t.entries, limit)
}

func clip(text string) string {
	if len(text) <= maxTrafficText {
		return text
	}
	return text[:maxTrafficText] + "…"
}
