// Package books reconciles the shop's records with the exchange's statements. It fetches the statement of each day, lists the
// discrepancies, lets staff explain or settle them, seals days, and exports the records for accounting.
package books

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/opay"
)

// Statements is the part of the exchange's API that this package needs. *opay.Client implements it.
type Statements interface {
	Statement(ctx context.Context, r opay.StatementRequest) (opay.StatementPage, error)
}

// Money is the part of the money path that this package needs. *payments.Service implements it.
type Money interface {
	// Ask asks the exchange about an attempt and settles the answer. cause is the reason for asking.
	Ask(ctx context.Context, a models.Attempt, cause string) error
	// ConfirmRefund records that a statement shows a refund.
	ConfirmRefund(ctx context.Context, appOrderID string, at time.Time) error
}

// Config configures a Service.
type Config struct {
	Store       *store.Store
	Jobs        *jobs.Engine
	Statements  Statements
	Money       Money
	Clock       models.Clock   // nil: models.SystemClock
	Logger      *slog.Logger   // nil: nothing is logged
	Zone        *time.Location // of the exchange's days; nil: UTC
	CallTimeout time.Duration  // of one call to the exchange; 0: 8 seconds (reliability.md R14)
}

// Service reconciles days and exports records. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store   *store.Store
	jobs    *jobs.Engine
	gateway Statements
	money   Money
	clock   models.Clock
	log     *slog.Logger
	zone    *time.Location
	timeout time.Duration
	planned lastTime // when statementStep last planned fetches
}

// New returns a service and registers its work with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Jobs == nil || c.Statements == nil || c.Money == nil {
		return nil, errors.New("books: store, jobs, statements and money are needed")
	}
	s := &Service{
		store: c.Store, jobs: c.Jobs, gateway: c.Statements, money: c.Money, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)),
		zone: cmp.Or(c.Zone, time.UTC), timeout: cmp.Or(c.CallTimeout, 8*time.Second),
	}
	c.Jobs.AddWorker(jobs.Worker{Name: "statements", Step: s.statementStep, Limit: jobs.TidyLimit})
	c.Jobs.Handle(models.TaskStatement, s.fetchAndReconcile)
	c.Jobs.Handle(models.TaskExport, s.writeExport)
	c.Jobs.AddChore("add up the figures of finished days", s.rollUp)
	return s, nil
}

// Zone returns the zone in which the exchange's day begins and ends.
func (s *Service) Zone() *time.Location { return s.zone }

// rollUp updates the dashboard's figures of finished days.
func (s *Service) rollUp(ctx context.Context) error {
	_, err := s.store.RollUpDue(ctx, s.zone)
	return err
}

// lastTime is the time of the last run of something. It is safe for concurrent use.
type lastTime struct {
	mu sync.Mutex
	at time.Time
}

// due reports whether pause has passed since the last time. If so, it sets the last time to now.
func (l *lastTime) due(now time.Time, pause time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.at) < pause {
		return false
	}
	l.at = now
	return true
}

// detached returns a context that outlives the request, with the timeout of one call, so that an answer of the exchange is always stored.
func (s *Service) detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
}

// remarked adds an explanation for staff to an error of the exchange, if there is one for it.
func remarked(err error) error {
	code, refused := opay.CodeOf(err)
	switch {
	case errors.Is(err, opay.ErrStatementShifted):
		return jobs.Remarked(err, "shifted")
	case refused:
		return jobs.Remarked(err, "refused", "code", string(code))
	case errors.Is(err, opay.ErrUnreachable):
		return jobs.Remarked(err, "unreachable")
	case errors.Is(err, opay.ErrUnknownOutcome):
		return jobs.Remarked(err, "unclear")
	case errors.Is(err, ErrNothingFetched):
		return jobs.Remarked(err, "not_fetched")
	}
	return err
}

type statementParams struct {
	Day string `json:"day"`
}

// StartStatement starts a task that fetches and reconciles a day. A sealed day is only compared. Errors: models.ErrDay, ErrDayFuture.
func (s *Service) StartStatement(ctx context.Context, day, token string, by models.Actor) (models.Task, error) {
	if err := s.CheckDay(day); err != nil {
		return models.Task{}, err
	}
	return s.jobs.Start(ctx, jobs.Request{Kind: models.TaskStatement, Token: token, Params: statementParams{day}}, by)
}

// StartExport starts a task that writes a file. Errors: jobs.ErrTask.
func (s *Service) StartExport(ctx context.Context, x Export, token string, by models.Actor) (models.Task, error) {
	if err := x.check(s); err != nil {
		return models.Task{}, err
	}
	facts, err := x.facts()
	if err != nil {
		return models.Task{}, err
	}
	return s.jobs.Start(ctx, jobs.Request{Kind: models.TaskExport, Token: token, Params: x, Facts: facts}, by)
}

// facts returns what the audit log records of the request. It leaves out the search text, which may be a person's e-mail address, because
// entries of the log are never deleted.
func (x Export) facts() (models.Facts, error) {
	if x.Orders.Search != "" {
		x.Orders.Search = "…"
	}
	text, err := json.Marshal(x) //nolint:musttag // only this package reads it
	if err != nil {
		return nil, fmt.Errorf("encode the task: %w", err)
	}
	return models.Facts{"kind": string(models.TaskExport), "params": string(text)}, nil
}

// fetchAndReconcile is the task of StartStatement and of the schedule.
func (s *Service) fetchAndReconcile(ctx context.Context, r *jobs.Run) error {
	var p statementParams
	if err := r.Params(&p); err != nil {
		return err
	}
	var lost error
	fetch, cancel := context.WithCancel(ctx)
	defer cancel()
	_, err := s.FetchStatement(fetch, p.Day, r.Task.StaffID, func(done, total int) {
		if lost = r.Progress(ctx, done, total); lost != nil {
			cancel()
		}
	})
	if lost != nil {
		return lost
	}
	if err != nil {
		return fmt.Errorf("fetch the statement: %w", remarked(err))
	}
	if _, err := s.Reconcile(ctx, p.Day); err != nil {
		return remarked(err)
	}
	return nil
}
