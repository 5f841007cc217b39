package api

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/once"
)

// Kept is an answer that package once keeps: its bytes are stored and sent unchanged. Route.Kept says what they are.
type Kept struct {
	Status      int
	ContentType string `header:"Content-Type" hidden:"true"`
	Replayed    string `header:"Idempotent-Replayed" hidden:"true"`
	Body        []byte
}

// Once returns the request as package once needs it. Its answer is the object that shape returns of the use case's, with the route's status.
func (c *Call) Once(path string, shape func(object any) any) once.Request {
	return c.OnceStatus(path, func(object any) (int, any) { return c.route.Status, shape(object) })
}

// OnceStatus is Once for a route with several statuses. path names what the address is about; an Idempotency-Key is a caller's own for one address.
func (c *Call) OnceStatus(path string, shape func(object any) (status int, body any)) once.Request {
	return once.Request{ID: digest(c.onceID, path), Digest: c.digest, Render: func(object any) (int, []byte, error) {
		status, body := shape(object)
		text, err := json.Marshal(body)
		if err != nil {
			return 0, nil, fmt.Errorf("encode the answer: %w", err)
		}
		return status, text, nil
	}}
}

// keep returns an answer that package once has kept.
func keep(answer models.Answer, replayed bool, err error) (*Kept, error) {
	if err != nil {
		return nil, err
	}
	k := &Kept{Status: answer.Status, ContentType: jsonType, Body: []byte(answer.Body)}
	if replayed {
		k.Replayed = strconv.FormatBool(true)
	}
	return k, nil
}
