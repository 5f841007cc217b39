// Package alerts tells the staff by mail what waits for them, each person as they chose: at once, once a day, or never.
package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/store"
)

// lookPause is the time between two looks for what is new.
const lookPause = time.Minute

// Config configures a Service.
type Config struct {
	Store     *store.Store
	Jobs      *jobs.Engine // runs the worker that looks for what is new
	Outbox    *mail.Outbox
	Clock     models.Clock   // nil: models.SystemClock
	Logger    *slog.Logger   // nil: nothing is logged
	Zone      *time.Location // of the hour of the summary; nil: UTC
	Callbacks health.Probe   // of the exchange's callbacks; without Read they are not watched
}

// Service mails alerts to the staff and keeps what each person chose. It is safe for concurrent use and for any number of replicas.
type Service struct {
	store     *store.Store
	outbox    *mail.Outbox
	clock     models.Clock
	log       *slog.Logger
	zone      *time.Location
	callbacks health.Probe
	looked    atomic.Pointer[time.Time] // when this process last looked; nil: not yet
}

// New returns a service and registers its worker with c.Jobs.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Jobs == nil || c.Outbox == nil {
		return nil, errors.New("alerts: store, jobs and outbox are needed")
	}
	s := &Service{
		store: c.Store, outbox: c.Outbox, clock: c.Clock.OrSystem(), log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)), zone: cmp.Or(c.Zone, time.UTC),
		callbacks: c.Callbacks,
	}
	c.Jobs.AddWorker(jobs.Worker{Name: "alerts", Step: s.step})
	return s, nil
}

// step looks once a minute for what is new, and returns the number of mails that it queued.
func (s *Service) step(ctx context.Context) (int, error) {
	now := s.clock()
	if looked := s.looked.Load(); looked != nil && now.Sub(*looked) < lookPause {
		return 0, nil
	}
	s.looked.Store(&now)
	settings, err := s.store.LoadSettings(ctx)
	if err != nil {
		return 0, fmt.Errorf("load settings: %w", err)
	}
	silent, err := s.callbacksStopped(ctx, settings)
	if err != nil {
		return 0, err
	}
	if err := s.store.RefreshAlerts(ctx, settings.StockLow(), silent); err != nil {
		return 0, err
	}
	if !s.outbox.SendsToStaff() {
		return 0, nil // webhooks are told all the same
	}
	people, err := s.store.StaffList(ctx)
	if err != nil {
		return 0, fmt.Errorf("load staff: %w", err)
	}
	total := 0
	for _, person := range people {
		if person.Disabled {
			continue
		}
		n, err := s.tell(ctx, person, settings.AlertHour())
		if err != nil {
			return total, fmt.Errorf("tell %s: %w", person.ID, err)
		}
		total += n
	}
	if total > 0 {
		s.outbox.Wake()
	}
	return total, nil
}

// callbacksStopped reports whether payments come without the exchange's callbacks.
func (s *Service) callbacksStopped(ctx context.Context, settings models.Settings) (bool, error) {
	if s.callbacks.Read == nil {
		return false, nil
	}
	finding, err := s.callbacks.Read(ctx, health.Records{Store: s.store, Settings: settings})
	if err != nil {
		return false, fmt.Errorf("check the callbacks: %w", err)
	}
	return finding.Status == health.Warn || finding.Status == health.Bad, nil
}

// tell queues what a person is to be told now, and returns the number of mails.
func (s *Service) tell(ctx context.Context, person models.Staff, hour int) (int, error) {
	was, err := s.store.StaffAlerts(ctx, person.ID)
	if err != nil {
		return 0, err
	}
	counts, until, err := s.store.AlertsFor(ctx, person.ID)
	if err != nil {
		return 0, err
	}
	now, total := s.clock(), 0
	for _, n := range counts {
		timing := was[n.Kind].TimingFor(person.Role, n.Kind)
		if n.New == 0 || timing != models.AlertNow || now.Sub(was[n.Kind].MailedAt) < models.AlertPause {
			continue
		}
		key := fmt.Sprintf("%s:%s:%s:%d", models.MailStaffAlert, person.ID, n.Kind, until.UnixMilli())
		sent, err := s.send(ctx, person, models.MailStaffAlert, models.AlertCounts{n}, key, was, until, n.Kind)
		if err != nil {
			return total, err
		}
		total += sent
	}
	n, err := s.tellDaily(ctx, person, hour, was, counts, until)
	return total + n, err
}

// tellDaily queues the summary of the day, from its hour on, once a day. A day without anything new has none.
func (s *Service) tellDaily(
	ctx context.Context, person models.Staff, hour int, was map[models.AlertKind]models.StaffAlert, counts models.AlertCounts, until time.Time,
) (int, error) {
	now := s.clock().In(s.zone)
	due := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, s.zone)
	if now.Before(due) || !was[models.AlertDaily].MailedAt.Before(due) {
		return 0, nil
	}
	var told models.AlertCounts
	kinds := []models.AlertKind{models.AlertDaily}
	for _, n := range counts {
		if n.New > 0 && was[n.Kind].TimingFor(person.Role, n.Kind) == models.AlertOnceDay {
			told, kinds = append(told, n), append(kinds, n.Kind)
		}
	}
	key := fmt.Sprintf("%s:%s:%s", models.MailStaffDaily, person.ID, due.Format(time.DateOnly))
	return s.send(ctx, person, models.MailStaffDaily, told, key, was, until, kinds...)
}

// send queues a mail and marks what it tells, in one transaction. It queues none if there is nothing to tell, or if another replica was faster.
func (s *Service) send(
	ctx context.Context, person models.Staff, kind models.MailKind, counts models.AlertCounts, key string, was map[models.AlertKind]models.StaffAlert,
	until time.Time, kinds ...models.AlertKind,
) (int, error) {
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.Tell(ctx, person.ID, was, until, kinds...); err != nil || len(counts) == 0 {
			return err
		}
		return s.outbox.QueueStaff(ctx, tx, models.StaffMail{Kind: kind, StaffID: person.ID, Details: counts, Key: key})
	})
	switch {
	case errors.Is(err, store.ErrConflict):
		s.log.DebugContext(ctx, "another replica has told", "person", person.ID, "mail", string(kind))
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("queue mail: %w", err)
	}
	return min(1, len(counts)), nil
}

// Choice is when a person is told about a kind of alert.
type Choice struct {
	Kind   models.AlertKind
	Timing models.AlertTiming
}

// Choices returns the choices of a person, of the kinds that the person's role may see.
func (s *Service) Choices(ctx context.Context, person models.Staff) ([]Choice, error) {
	rows, err := s.store.StaffAlerts(ctx, person.ID)
	if err != nil {
		return nil, err
	}
	var list []Choice
	for _, kind := range models.AlertKinds() {
		if person.Role.Can(kind.Permission()) {
			list = append(list, Choice{kind, rows[kind].TimingFor(person.Role, kind)})
		}
	}
	return list, nil
}

// ErrTiming means that a choice is none of models.AlertTimings.
var ErrTiming = errors.New("no such timing of alerts")

// Choose stores the choices of a person, and records them in the audit log. Kinds that the role may not see are left out. Errors: ErrTiming.
func (s *Service) Choose(ctx context.Context, person models.Staff, by models.Actor, choices []Choice) error {
	old, err := s.Choices(ctx, person)
	if err != nil {
		return err
	}
	before, after := facts(old), models.Facts{}
	for _, c := range choices {
		if !slices.Contains(models.AlertTimings(), c.Timing) {
			return ErrTiming
		}
		if _, ok := before[string(c.Kind)]; ok {
			after[string(c.Kind)] = string(c.Timing)
		}
	}
	was, is := models.ChangedFacts(before, after)
	if len(is) == 0 {
		return nil
	}
	for name := range was {
		if _, ok := is[name]; !ok {
			delete(was, name) // it was not asked about
		}
	}
	return s.store.Audited(ctx, by, "staff.alerts", "staff:"+person.ID, was, is, func(tx *store.Store) error {
		for _, c := range choices {
			if _, changed := is[string(c.Kind)]; !changed {
				continue
			}
			if err := tx.SetAlertTiming(ctx, person.ID, c.Kind, c.Timing); err != nil {
				return err
			}
		}
		return nil
	})
}

func facts(choices []Choice) models.Facts {
	list := models.Facts{}
	for _, c := range choices {
		list[string(c.Kind)] = string(c.Timing)
	}
	return list
}
