package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/models/wire"
)

// Event is something that happened.
type Event struct {
	ID        string          `json:"id" example:"evt_01936f2a7c4b7d1e8f00aa11bb22cc33" doc:"The same as the header webhook-id of its deliveries."`
	Type      string          `json:"type" example:"checkout.paid" doc:"New types may be added."`
	Timestamp string          `json:"timestamp" format:"date-time" doc:"When it happened."`
	Data      json.RawMessage `json:"data" doc:"The object as it was then: a checkout, a refund, an order …"`
}

type (
	listEventsInput struct {
		Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
		After string `query:"after" maxLength:"64" doc:"Id of the last event that you have; left out: from the oldest."`
		Type  string `query:"type" maxLength:"600" doc:"Only these types, divided by commas."`
	}
	eventsOutput  struct{ Body List[Event] }
	getEventInput struct {
		ID string `path:"id" maxLength:"64"`
	}
	eventOutput struct{ Body Event }
)

// eventHandlers handles the requests of these routes.
type eventHandlers struct{ *API }

func (a *API) eventRoutes() {
	h := eventHandlers{a}
	read := Rule{Scope: models.ScopeEventsRead}
	add(a, Route{
		Method: http.MethodGet, Path: "/events", Name: "listEvents", Group: "Events", Summary: "What happened, oldest first", Rule: read, Fails: []Code{CodeInvalidCursor},
		Text: "The same as webhooks deliver, for 90 days: what an endpoint has missed is here. Those about what the key made, and about the shop. " +
			"With the id of the last one as after, only newer ones come; next is null if there are none beyond this page at the moment.",
	}, h.listEvents)
	add(a, Route{Method: http.MethodGet, Path: "/events/{id}", Name: "getEvent", Group: "Events", Summary: "One event", Rule: read}, h.getEvent)
}

func (a eventHandlers) listEvents(ctx context.Context, c *Call, in *listEventsInput) (*eventsOutput, error) {
	filter := store.EventFilter{KeyID: c.Key.ID}
	var err error
	if filter.Types, err = eventTypes(in.Type); err != nil {
		return nil, err
	}
	if in.After != "" {
		last, err := a.store.Event(ctx, in.After)
		if errors.Is(err, store.ErrNotFound) || err == nil && last.Position == 0 {
			return nil, problem(CodeInvalidCursor)
		}
		if err != nil {
			return nil, err
		}
		filter.After = last.Position
	}
	rows, err := a.store.Events(ctx, filter, in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		next = rows[in.Limit-1].ID
	}
	return &eventsOutput{listOf(eventsOf(rows), next)}, nil
}

// eventTypes parses the types of a parameter.
func eventTypes(list string) (types []models.EventType, err error) {
	if list == "" {
		return nil, nil
	}
	for name := range strings.SplitSeq(list, ",") {
		if !slices.Contains(models.EventTypes(), models.EventType(name)) {
			return nil, faults([]Fault{fault(CodeInvalidValue, "type")})
		}
		types = append(types, models.EventType(name))
	}
	return types, nil
}

func (a eventHandlers) getEvent(ctx context.Context, c *Call, in *getEventInput) (*eventOutput, error) {
	e, err := a.store.Event(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if e.Position == 0 || e.KeyID != "" && e.KeyID != c.Key.ID {
		return nil, store.ErrNotFound
	}
	return &eventOutput{eventOf(&e)}, nil
}

func eventsOf(rows []models.Event) []Event {
	list := make([]Event, len(rows))
	for i := range rows {
		list[i] = eventOf(&rows[i])
	}
	return list
}

// eventOf returns an event with its object as it was stored.
func eventOf(e *models.Event) Event {
	said := wire.OfEvent(e)
	return Event{ID: said.ID, Type: said.Type, Timestamp: said.Timestamp, Data: said.Data}
}
