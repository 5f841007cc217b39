// Package once lets a program send a request again without doing it twice: what a request was answered is kept under its Idempotency-Key, in the
// transaction of what it made, so that a key can be neither a ghost nor lost.
package once

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
)

// takeOver is the time after which a request that was never answered may be handled by another process. It is above the time limit of a request.
const takeOver = time.Minute

// Errors of requests.
var (
	// ErrOther means that the Idempotency-Key came with another body before.
	ErrOther = errors.New("the idempotency key was used with another request")
	// ErrInFlight means that a request with this Idempotency-Key is being handled.
	ErrInFlight = errors.New("a request with this idempotency key is being handled")
)

// Request is a request with an Idempotency-Key.
type Request struct {
	ID     string // hex SHA-256 of API key, route and Idempotency-Key
	Digest string // hex SHA-256 of the body in canonical form

	// Render returns the answer about an object that was made or changed: HTTP status and body.
	Render func(object any) (status int, body []byte, err error)
}

// Make does something in a transaction and keeps its answer there. The same request again, at the same moment too, is given the kept answer, and
// replayed is true. An error of do leaves nothing behind, so that the request can be corrected.
//
// Errors: ErrOther, ErrInFlight, and those of do and of the store.
func Make(ctx context.Context, s *store.Store, r Request, do func(tx *store.Store) (object any, err error)) (answer models.Answer, replayed bool, err error) {
	if known, err := replay(ctx, s, r); !errors.Is(err, store.ErrNotFound) {
		return known, true, err
	}
	err = s.Tx(ctx, func(tx *store.Store) error {
		object, err := do(tx)
		if err != nil {
			return err
		}
		if answer, err = r.answer(object); err != nil {
			return err
		}
		err = tx.InsertAnswer(ctx, &answer)
		if errors.Is(err, store.ErrDuplicate) {
			return errTaken // whatever do has done is rolled back
		}
		return err
	})
	if errors.Is(err, errTaken) {
		known, err := replay(ctx, s, r)
		return known, true, err
	}
	return answer, false, err
}

// errTaken means that the same request has been answered at the same moment.
var errTaken = errors.New("the request has been answered")

// Do does something that cannot be undone, such as a call of the exchange, and keeps its answer. While it is being done, the same request is
// ErrInFlight. A request whose process died is done again after a minute: do must be safe to repeat. An error of do leaves nothing behind.
//
// Errors: ErrOther, ErrInFlight, and those of do and of the store.
func Do(ctx context.Context, s *store.Store, r Request, do func(ctx context.Context) (object any, err error)) (answer models.Answer, replayed bool, err error) {
	if known, err := replay(ctx, s, r); err == nil || errors.Is(err, ErrOther) {
		return known, true, err
	}
	err = s.InsertAnswer(ctx, &models.Answer{ID: r.ID, Digest: r.Digest})
	if errors.Is(err, store.ErrDuplicate) {
		if known, err := replay(ctx, s, r); !errors.Is(err, ErrInFlight) {
			return known, true, err
		}
		now, err := s.Now(ctx)
		if err != nil {
			return answer, false, err
		}
		if err := s.TakeAnswer(ctx, r.ID, now.Add(-takeOver)); errors.Is(err, store.ErrConflict) {
			return answer, false, ErrInFlight
		} else if err != nil {
			return answer, false, err
		}
	} else if err != nil {
		return answer, false, err
	}
	object, err := do(ctx)
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err != nil {
		return answer, false, errors.Join(err, s.DropAnswer(late, r.ID))
	}
	if answer, err = r.answer(object); err != nil {
		return answer, false, err
	}
	if err := s.FinishAnswer(late, answer); err != nil && !errors.Is(err, store.ErrConflict) {
		return answer, false, err
	}
	return answer, false, nil
}

// replay reads the kept answer. Errors: store.ErrNotFound, ErrOther, ErrInFlight.
func replay(ctx context.Context, s *store.Store, r Request) (models.Answer, error) {
	known, err := s.Answer(ctx, r.ID)
	switch {
	case err != nil:
		return known, err
	case known.Digest != r.Digest:
		return models.Answer{}, ErrOther
	case known.Status == 0:
		return models.Answer{}, ErrInFlight
	}
	return known, nil
}

func (r Request) answer(object any) (models.Answer, error) {
	status, body, err := r.Render(object)
	if err != nil {
		return models.Answer{}, fmt.Errorf("write the answer: %w", err)
	}
	return models.Answer{ID: r.ID, Digest: r.Digest, Status: status, Body: string(body)}, nil
}
