package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// ProgramID is the endpoint of the program that the shop is a part of: Config.Program is called in place of a request.
const ProgramID = "00000000-0000-7000-8000-000000000001"

// programURL is what the endpoint's address looks like; nothing is ever sent there (RFC 6761 §6.4).
const programURL = "https://program.invalid/"

// Listen makes the endpoint of the program, and enables it, because a program that begins is worth another try; without Config.Program it disables one
// that is left from before. Call it before the work begins.
func (s *Service) Listen(ctx context.Context, by models.Actor) error {
	e, err := s.store.Endpoint(ctx, ProgramID)
	switch {
	case errors.Is(err, store.ErrNotFound) && s.program == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		err = s.insertProgram(ctx, by)
		if errors.Is(err, store.ErrDuplicate) { // another replica was faster
			return nil
		}
		return err
	case err != nil:
		return err
	case e.Off() == (s.program == nil):
		return nil
	}
	return s.Switch(ctx, by, ProgramID, "", s.program != nil)
}

func (s *Service) insertProgram(ctx context.Context, by models.Actor) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		e := models.WebhookEndpoint{ID: ProgramID, URL: programURL, CreatedAt: s.clock(), Secret: newSecret(secretPrefix)}
		if err := tx.InsertEndpoint(ctx, &e); err != nil {
			return err
		}
		return tx.Record(ctx, by, "webhook.create", subject(e.ID), nil, facts(&e))
	})
}

// tellProgram calls the program about an event. A program that panics has not taken it.
func (s *Service) tellProgram(ctx context.Context, d *models.Delivery) (try outcome) {
	ctx, cancel := context.WithTimeout(ctx, tryWithin)
	defer cancel()
	event := wire.Event{}
	err := json.Unmarshal([]byte(d.Body), &event)
	event.ID = d.EventID
	if err == nil {
		err = s.callProgram(ctx, event)
	}
	switch {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded):
		try.Problem = models.DeliveryTimeout
	default:
		try.Problem, try.Answer = models.DeliveryRefused, shownAnswer([]byte(clip(err.Error())))
	}
	return try
}

func (s *Service) callProgram(ctx context.Context, e wire.Event) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return s.program(ctx, e)
}

// clip returns the beginning of a text, as much as the log keeps.
func clip(text string) string { return text[:min(len(text), models.AnswerKept)] }

// timed runs a try and notes when it began and how long it took.
func timed(at time.Time, do func() outcome) outcome {
	began := time.Now()
	try := do()
	try.At, try.took = at, time.Since(began)
	try.TookMS = int(try.took.Milliseconds())
	return try
}
