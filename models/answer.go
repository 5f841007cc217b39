package models

import "time"

// AnswersKept is how long the answer to a request with an Idempotency-Key is kept.
const AnswersKept = 7 * 24 * time.Hour

// Answer is what a request with an Idempotency-Key was answered, so that the same request again gets the same answer.
type Answer struct {
	ID        string `ascii:"64"` // hex SHA-256 of API key, route and Idempotency-Key
	Digest    string `ascii:"64"` // hex SHA-256 of the request's body in canonical form
	Status    int    // of HTTP; 0: the request is being handled
	Body      string `text:"medium"`
	CreatedAt time.Time
}
