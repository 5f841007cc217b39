package alerts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/alerts"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// office is a back office with a database of its own, whose mails to the staff are kept.
type office struct {
	t      *testing.T
	dsn    string
	store  *store.Store
	clock  *modelstest.Clock
	alerts *alerts.Service
	engine *jobs.Engine
	silent bool // the exchange sends no callbacks

	mu   sync.Mutex
	sent []mail.Message // recipient; the kind of the mail as subject, its counts as text
}

func (o *office) Send(_ context.Context, m mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, m)
	return nil
}

// replica returns another process of the same shop.
func (o *office) replica() (*alerts.Service, *jobs.Engine) {
	o.t.Helper()
	engine := jobs.New(jobs.Config{Store: o.store, Clock: o.clock.Now})
	outbox, err := mail.NewOutbox(mail.OutboxConfig{
		Store: o.store, Jobs: engine, Clock: o.clock.Now, Sender: o,
		Compose: func(m models.OutboxMessage, order models.Order) (mail.Message, error) {
			return mail.Message{To: order.Email, Subject: string(m.Kind)}, nil
		},
		ComposeStaff: func(m models.OutboxMessage, p models.Staff) (mail.Message, error) {
			return mail.Message{To: p.Email, Subject: string(m.Kind), Text: m.Details}, nil
		},
	})
	require.NoError(o.t, err)
	service, err := alerts.New(alerts.Config{
		Store: o.store, Jobs: engine, Outbox: outbox, Clock: o.clock.Now, Zone: time.FixedZone("UTC+2", 2*60*60),
		Callbacks: health.Probe{Read: func(context.Context, health.Records) (health.Finding, error) {
			if o.silent {
				return health.Finding{Status: health.Warn}, nil
			}
			return health.Finding{Status: health.Good}, nil
		}},
	})
	require.NoError(o.t, err)
	return service, engine
}

// each runs a test on SQLite and on MariaDB. It is 04:00 UTC, which is 6 o'clock in the shop's zone.
func each(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &office{t: t, dsn: dsn(t), clock: modelstest.NewClock(time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC))}
			o.store = modelstest.Open(t, o.dsn, modelstest.WithClock(o.clock))
			o.alerts, o.engine = o.replica()
			test(t, o)
		})
	}
}

// later advances the clock in steps and does what is due after each.
func (o *office) later(d time.Duration) {
	o.t.Helper()
	const steps = 20
	step := max(time.Minute, d/steps)
	for ; d > 0; d -= step {
		o.clock.Advance(min(d, step))
		for {
			n, err := o.engine.RunOnce(o.t.Context())
			require.NoError(o.t, err)
			if n == 0 {
				break
			}
		}
	}
}

// mails returns the mails to a person since the call before, each as its kind and its counts.
func (o *office) mails(person models.Staff) (list []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var rest []mail.Message
	for _, m := range o.sent {
		if m.To == person.Email {
			list = append(list, m.Subject+" "+m.Text)
		} else {
			rest = append(rest, m)
		}
	}
	o.sent = rest
	return list
}

func (o *office) person(role models.Role) models.Staff {
	o.t.Helper()
	return modelstest.Staff(o.t, o.store, func(m *models.Staff) { m.Role = role })
}

// review opens a review and returns its id.
func (o *office) review() string {
	o.t.Helper()
	now := o.clock.Now()
	r := models.Review{ID: models.NewID(), Kind: models.ReviewUnreadable, Subject: models.NewRef(), Open: true, CreatedAt: now, UpdatedAt: now}
	require.NoError(o.t, o.store.OpenReview(o.t.Context(), r))
	return r.ID
}

func counts(kind models.AlertKind, fresh, open int) string {
	return fmt.Sprintf(`[{"kind":%q,"new":%d,"open":%d}]`, kind, fresh, open)
}

const alert, daily = string(models.MailStaffAlert) + " ", string(models.MailStaffDaily) + " "

func TestAlerts_AttentionIsToldAtOnceAndNotTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		owner, operator, viewer := o.person(models.RoleOwner), o.person(models.RoleOperator), o.person(models.RoleViewer)
		gone := modelstest.Staff(t, o.store, func(m *models.Staff) { m.Disabled = true })
		first := o.review()
		o.review()
		o.later(2 * time.Minute)
		assert.Equal(t, []string{alert + counts(models.AlertAttention, 2, 2)}, o.mails(owner))
		for _, nobody := range []models.Staff{operator, viewer, gone} {
			assert.Empty(t, o.mails(nobody), "%s", nobody.Role)
		}
		o.later(time.Hour)
		assert.Empty(t, o.mails(owner), "told once")

		require.NoError(t, o.store.MoveReview(t.Context(), first, true, store.ReviewChange{Open: new(false), Decision: new(models.DecideNoted)}))
		o.review()
		o.later(2 * time.Minute)
		assert.Equal(t, []string{alert + counts(models.AlertAttention, 1, 2)}, o.mails(owner))
	})
}

// Whoever can open cases, such as by paying late, must not reach the mailboxes of the staff with each of them.
func TestAlerts_AFloodIsOneMailInFifteenMinutes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		owner := o.person(models.RoleOwner)
		const minutes = 60
		for range minutes {
			for range 10 {
				o.review()
			}
			o.later(time.Minute)
		}
		o.later(16 * time.Minute)
		got := o.mails(owner)
		assert.LessOrEqual(t, len(got), minutes/15+2)
		told := 0
		for _, m := range got {
			var counts models.AlertCounts
			require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(m, alert)), &counts))
			told += counts[0].New
		}
		assert.Equal(t, 10*minutes, told, "and each of them is counted once")
	})
}

func TestAlerts_OfTwoReplicasOneTells(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		owner := o.person(models.RoleOwner)
		engines := []*jobs.Engine{o.engine}
		for range 3 {
			_, engine := o.replica()
			engines = append(engines, engine)
		}
		o.review()
		for range 4 {
			o.clock.Advance(time.Minute)
			var all sync.WaitGroup
			for _, engine := range engines {
				all.Go(func() {
					_, err := engine.RunOnce(t.Context())
					assert.NoError(t, err)
				})
			}
			all.Wait()
		}
		assert.Equal(t, []string{alert + counts(models.AlertAttention, 1, 1)}, o.mails(owner))
	})
}

func TestAlerts_TheSummaryComesOnceADayAtItsHour(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		operator := o.person(models.RoleOperator)
		o.review()
		o.later(119 * time.Minute)
		assert.Empty(t, o.mails(operator), "before 8 o'clock in the shop's zone")
		o.later(2 * time.Minute)
		assert.Equal(t, []string{daily + counts(models.AlertAttention, 1, 1)}, o.mails(operator))
		o.review()
		o.later(4 * time.Hour)
		assert.Empty(t, o.mails(operator), "the rest of the day is told tomorrow")
		o.clock.Advance(20 * time.Hour)
		o.later(2 * time.Minute)
		assert.Equal(t, []string{daily + counts(models.AlertAttention, 1, 2)}, o.mails(operator))
		o.clock.Advance(24 * time.Hour)
		o.later(2 * time.Minute)
		assert.Empty(t, o.mails(operator), "a day without anything new has no summary")
	})
}

func TestAlerts_ARefundIsToldToThoseWhoMayApproveIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		asks, approves, operator := o.person(models.RoleFinance), o.person(models.RoleFinance), o.person(models.RoleOperator)
		_, err := o.alertsOf(operator, models.AlertRefund)
		require.Error(t, err)
		order, a := modelstest.Paid(t, o.store)
		require.NoError(t, o.store.InsertRefund(t.Context(), &models.Refund{
			ID: models.NewID(), OrderID: order.ID, AttemptID: a.ID, AppOrderID: models.NewRef(), State: models.RefundRequested, Amount: models.MustAmount("1"),
			Coin: a.Coin, Reason: "broken", FormToken: models.NewRef(), RequestedBy: asks.ID, CreatedAt: o.clock.Now(), UpdatedAt: o.clock.Now(),
		}, a.Amount))
		o.later(2 * time.Minute)
		assert.Equal(t, []string{alert + counts(models.AlertRefund, 1, 1)}, o.mails(approves))
		assert.Empty(t, o.mails(asks), "another person must approve it")
		assert.Empty(t, o.mails(operator))
	})
}

func (o *office) alertsOf(person models.Staff, kind models.AlertKind) (alerts.Choice, error) {
	choices, err := o.alerts.Choices(o.t.Context(), person)
	require.NoError(o.t, err)
	for _, c := range choices {
		if c.Kind == kind {
			return c, nil
		}
	}
	return alerts.Choice{}, store.ErrNotFound
}

func TestAlerts_LowStockIsToldAgainAfterItWasFilled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		owner := o.person(models.RoleOwner)
		o.choose(owner, models.AlertLowStock, models.AlertNow)
		p := modelstest.Product(t, o.store)
		fill := func(n int) {
			_, err := o.store.SetStock(t.Context(), []models.StockLevel{{VariantID: p.Variants[0].ID, OnHand: n}}, "", "test")
			require.NoError(t, err)
			o.later(16 * time.Minute)
		}
		fill(100)
		assert.Empty(t, o.mails(owner))
		fill(5)
		assert.Equal(t, []string{alert + counts(models.AlertLowStock, 1, 1)}, o.mails(owner), "at the shop's threshold")
		fill(4)
		assert.Empty(t, o.mails(owner), "it was told")
		fill(50)
		fill(0)
		assert.Equal(t, []string{alert + counts(models.AlertLowStock, 1, 1)}, o.mails(owner))

		told := modelstest.Told(t, o.store, models.EventStockLow)
		require.Len(t, told, 2, "one event for each time")
		sku := p.Variants[0].SKU
		assert.JSONEq(t, `{"object":"stock","sku":"`+sku+`","counted":true,"on_hand":5,"reserved":0,"sold":0,"low_at":5,"sequence":1}`, told[0])
		assert.JSONEq(t, `{"object":"stock","sku":"`+sku+`","counted":true,"on_hand":0,"reserved":0,"sold":0,"low_at":5,"sequence":2}`, told[1])
	})
}

// Programs are told of a stock that is low also in a shop that sends no mails to its staff, and once by all replicas together.
func TestLowStock_IsToldToProgramsOnceByManyReplicas(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		p := modelstest.Product(t, o.store)
		_, err := o.store.SetStock(t.Context(), []models.StockLevel{{VariantID: p.Variants[0].ID, OnHand: 2}}, "", "test")
		require.NoError(t, err)
		var group errgroup.Group
		for range 6 {
			group.Go(func() error { return o.store.RefreshAlerts(t.Context(), 5, false) })
		}
		require.NoError(t, group.Wait())
		assert.Len(t, modelstest.Told(t, o.store, models.EventStockLow), 1)
	})
}

func TestAlerts_CallbacksAndStatements(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		owner := o.person(models.RoleOwner)
		o.choose(owner, models.AlertCallbacks, models.AlertNow)
		o.choose(owner, models.AlertStatement, models.AlertNow)
		o.silent = true
		o.later(2 * time.Minute)
		assert.Equal(t, []string{alert + counts(models.AlertCallbacks, 1, 1)}, o.mails(owner))
		o.silent = false
		o.later(time.Hour)
		assert.Empty(t, o.mails(owner))
		o.silent = true
		o.later(2 * time.Minute)
		assert.Equal(t, []string{alert + counts(models.AlertCallbacks, 1, 1)}, o.mails(owner), "stopped again")

		require.NoError(t, o.store.OpenBookDay(t.Context(), "2026-11-21", "UTC"))
		require.NoError(t, o.store.PutDiscrepancies(t.Context(), "2026-11-21", []models.Discrepancy{
			{Kind: models.TheirsNotOurs, Key: "a", Coin: "USDT"}, {Kind: models.OursNotTheirs, Key: "b", Coin: "USDT"},
		}))
		o.later(2 * time.Minute)
		assert.Equal(t, []string{alert + counts(models.AlertStatement, 2, 2)}, o.mails(owner))
	})
}

// choose makes one choice of a person.
func (o *office) choose(person models.Staff, kind models.AlertKind, timing models.AlertTiming) {
	o.t.Helper()
	by := models.Actor{StaffID: person.ID, Who: person.Email}
	require.NoError(o.t, o.alerts.Choose(o.t.Context(), person, by, []alerts.Choice{{Kind: kind, Timing: timing}}))
}

func TestChoose_IsKeptAndRecorded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		operator := o.person(models.RoleOperator)
		o.choose(operator, models.AlertAttention, models.AlertNow)
		o.choose(operator, models.AlertAttention, models.AlertNow)
		o.choose(operator, models.AlertRefund, models.AlertNow) // which the role may not see
		c, err := o.alertsOf(operator, models.AlertAttention)
		require.NoError(t, err)
		assert.Equal(t, models.AlertNow, c.Timing)
		entries, err := o.store.Audit(t.Context(), models.AuditFilter{Action: "staff.alerts"})
		require.NoError(t, err)
		require.Len(t, entries, 1)
		assert.Equal(t, `{"attention":"daily"}`, entries[0].Before)
		assert.Equal(t, `{"attention":"now"}`, entries[0].After)
		require.ErrorIs(t, o.alerts.Choose(t.Context(), operator, models.Actor{Who: "x"}, []alerts.Choice{{Kind: models.AlertAttention, Timing: "soon"}}), alerts.ErrTiming)

		o.review()
		o.later(2 * time.Minute)
		assert.Len(t, o.mails(operator), 1)
		o.choose(operator, models.AlertAttention, models.AlertNever)
		o.review()
		o.later(6 * time.Hour)
		assert.Empty(t, o.mails(operator))
	})
}

func TestAlerts_WithoutMailsToTheStaffNothingRuns(t *testing.T) {
	t.Parallel()
	db := modelstest.SQLite(t)
	engine := jobs.New(jobs.Config{Store: db})
	outbox, err := mail.NewOutbox(mail.OutboxConfig{Store: db, Jobs: engine})
	require.NoError(t, err)
	_, err = alerts.New(alerts.Config{Store: db, Jobs: engine, Outbox: outbox})
	require.NoError(t, err)
	n, err := engine.RunOnce(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n)
	_, err = alerts.New(alerts.Config{})
	require.Error(t, err)
}
