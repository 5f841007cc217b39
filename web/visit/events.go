package visit

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Times of a stream of events. A proxy that hears nothing for a minute gives up, so that a beat must come more often.
const (
	EventBeat     = 15 * time.Second
	eventPatience = 10 * time.Second // time limit of a write
	eventRetry    = 3 * time.Second  // after which the browser connects again
)

// EventType is the content type of a stream of events.
const EventType = "text/event-stream"

// Events is an answer that goes on: server-sent events (HTML Living Standard §9.2). Each write has a time limit, and nothing is buffered on
// the way.
type Events struct {
	v       *Visit
	control *http.ResponseController
}

// Events begins a stream that lasts at most this long. Errors are the connection's; then the visitor has left.
func (v *Visit) Events(longest time.Duration) (*Events, error) {
	e := &Events{v: v, control: http.NewResponseController(v.gin.Writer)}
	if err := v.setDeadlines(longest+eventPatience, eventPatience); err != nil { // the server's times are those of a page
		return nil, err
	}
	h := v.gin.Writer.Header()
	h.Set("Content-Type", EventType)
	h.Set("Cache-Control", NoStore)
	h.Set("X-Accel-Buffering", "no") // nginx
	v.gin.Writer.WriteHeader(http.StatusOK)
	return e, e.write(fmt.Sprintf("retry: %d\n\n", eventRetry.Milliseconds()))
}

// Send sends an event without data.
func (e *Events) Send(name string) error { return e.write("event: " + name + "\ndata:\n\n") }

// Beat sends a comment, which the browser ignores.
func (e *Events) Beat() error { return e.write(":\n\n") }

func (e *Events) write(text string) error {
	// The limit also holds until the next write: over HTTP/2 a stream ends with it.
	limit := time.Now().Add(EventBeat + eventPatience)
	if err := e.control.SetWriteDeadline(limit); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("set a deadline: %w", err)
	}
	if _, err := e.v.gin.Writer.WriteString(text); err != nil {
		return fmt.Errorf("send an event: %w", err)
	}
	if err := e.control.Flush(); err != nil {
		return fmt.Errorf("send an event: %w", err)
	}
	return nil
}
