// Package books compares the shop's own records with the exchange's statements: it fetches statements day by day, lists the
// discrepancies, lets staff explain or settle them, closes days, and writes the files that an accountant asks for.
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

// Statements is the exchange as this package needs it; *opay.Client is the real one.
type Statements interface {
	Statement(ctx context.Context, r opay.StatementRequest) (opay.StatementPage, error)
}

// Money is the money path as this package needs it; *payments.Service is the real one.
type Money interface {
	// Ask asks the exchange about an attempt and settles what it says. cause is what made somebody ask.
	Ask(ctx context.Context, a models.Attempt, cause string) error
	// ConfirmRefund books that the statement shows a refund.
	ConfirmRefund(ctx context.Context, appOrderID string, at time.Time) error
}

// Config is what a Service needs.
type Config struct {
	Store       *store.Store
	Jobs        *jobs.Engine
	Statements  Statements
	Money       Money
	Clock       models.Clock   // nil: the machine's
	Logger      *slog.Logger   // nil: none
	Zone        *time.Location // in which the exchange's day begins and ends; nil: UTC
	CallTimeout time.Duration  // for one call to the exchange; 0: 8 seconds (reliability.md R14)
}

// Service keeps the books. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store   *store.Store
	jobs    *jobs.Engine
	gateway Statements
	money   Money
	clock   models.Clock
	log     *slog.Logger
	zone    *time.Location
	timeout time.Duration
	planned lastTime // when the days that are due were looked for
}

// New makes the service and registers its work with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Jobs == nil || c.Statements == nil || c.Money == nil {
		return nil, errors.New("books: store, jobs, statements and money are needed")
	}
	s := &Service{
		store: c.Store, jobs: c.Jobs, gateway: c.Statements, money: c.Money, clock: c.Clock, log: c.Logger, zone: c.Zone,
		timeout: cmp.Or(c.CallTimeout, 8*time.Second),
	}
	if s.clock == nil {
		s.clock = models.SystemClock
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	c.Jobs.AddWorker(jobs.Worker{Name: "statements", Step: s.statementStep, Limit: jobs.TidyLimit})
	c.Jobs.Handle(models.TaskStatement, s.fetchAndReconcile)
	c.Jobs.Handle(models.TaskExport, s.writeExport)
	c.Jobs.AddChore("add up the figures of finished days", s.rollUp)
	return s, nil
}

// Zone is the zone in which the exchange's day begins and ends.
func (s *Service) Zone() *time.Location { return s.zone }

// rollUp brings the dashboard's figures of finished days up to date.
func (s *Service) rollUp(ctx context.Context) error {
	_, err := s.store.RollUpDue(ctx, s.zone)
	return err
}

// lastTime remembers when something was done last. It is safe for concurrent use.
type lastTime struct {
	mu sync.Mutex
	at time.Time
}

// due reports that it is time again, and takes now for the last time then.
func (l *lastTime) due(now time.Time, pause time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.at) < pause {
		return false
	}
	l.at = now
	return true
}

// detached lets a step that has begun finish although its request is over: an answer of the exchange must be stored.
func (s *Service) detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
}

// remarked adds what staff are told to an error of the exchange, if it is one that has words.
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

// StartStatement begins the fetching and comparing of a day. A sealed day is fetched for comparison only. Errors: models.ErrDay,
// ErrDayFuture.
func (s *Service) StartStatement(ctx context.Context, day, token string, by models.Actor) (models.Task, error) {
	if err := s.CheckDay(day); err != nil {
		return models.Task{}, err
	}
	return s.jobs.Start(ctx, jobs.Request{Kind: models.TaskStatement, Token: token, Params: statementParams{day}}, by)
}

// StartExport begins the writing of a file. Errors: jobs.ErrTask.
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

// facts are what the audit log has of the request: what was searched for may be a person's e-mail address, and nothing goes out of the log.
func (x Export) facts() (models.Facts, error) {
	if x.Orders.Search != "" {
		x.Orders.Search = "…"
	}
	text, err := json.Marshal(x) //nolint:musttag // written and read here alone
	if err != nil {
		return nil, fmt.Errorf("encode the task: %w", err)
	}
	return models.Facts{"kind": string(models.TaskExport), "params": string(text)}, nil
}

// fetchAndReconcile does a task of StartStatement, or one that the shop has planned itself.
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
