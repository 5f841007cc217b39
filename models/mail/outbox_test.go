package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/mail"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/paymentstest"
	"github.com/coincart/coincart/payments/sandbox"
)

func TestWorker_MailsAreTriedAgainAndParked(t *testing.T) {
	t.Parallel()
	paymentstest.Each(t, func(t *testing.T, s *paymentstest.Shop) {
		s.Mails.Fail = errors.New("mail server down")
		s.PlaceOrder(1)
		s.Work()
		s.Later(3 * time.Second)
		assert.Empty(t, s.Mails.Subjects())
		s.Mails.Fail = nil
		s.Later(time.Minute)
		assert.Equal(t, []string{"order received"}, s.Mails.Subjects())

		s.Mails.Fail = errors.New("mail server down")
		s.PlaceOrder(1)
		for range 15 {
			s.Later(2 * time.Hour)
		}
		assert.Equal(t, slices.Repeat([]models.ReviewKind{models.ReviewUndelivered}, 3), s.OpenReviews(), "the second order's, and that both have expired")
		s.Mails.Fail = nil
		s.Later(24 * time.Hour)
		assert.Len(t, s.Mails.Subjects(), 1, "parked is parked")
	})
}

func TestWorker_TheLogOfAMailThatFailsNamesNobody(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	logged := func(_ *sandbox.Config, c *assembly.Config) { c.Logger = slog.New(slog.NewTextHandler(&text, nil)) }
	s := paymentstest.SQLite(t, logged)
	s.Mails.Fail = fmt.Errorf("550 <ADA@Example.org>: %w, affected recipient(s): ada@example.org", io.ErrUnexpectedEOF)
	s.PlaceOrder(1)
	s.Work()
	assert.Contains(t, text.String(), "mail not sent")
	assert.Contains(t, text.String(), "550 <…>: unexpected EOF, affected recipient(s): …")
	assert.NotContains(t, strings.ToLower(text.String()), "ada@example.org")
}

// post is an outbox with a database of its own and a sender that keeps its messages or fails.
type post struct {
	*mail.Outbox

	dsn    string
	store  *store.Store
	engine *jobs.Engine
	clock  *modelstest.Clock
	fail   error

	mu   sync.Mutex
	sent []mail.Message // one for each try
}

func (p *post) Send(_ context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, m)
	return p.fail
}

// compose writes the kind of the mail into its subject.
func compose(m models.OutboxMessage, o models.Order) (mail.Message, error) {
	return mail.Message{To: o.Email, Subject: string(m.Kind)}, nil
}

func eachPost(t *testing.T, test func(t *testing.T, p *post)) {
	t.Helper()
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &post{dsn: dsn(t), clock: modelstest.NewClock(time.Time{})}
			p.store = modelstest.Open(t, p.dsn, modelstest.WithClock(p.clock))
			p.engine = jobs.New(jobs.Config{Store: p.store, Clock: p.clock.Now})
			var err error
			p.Outbox, err = mail.NewOutbox(mail.OutboxConfig{Store: p.store, Jobs: p.engine, Clock: p.clock.Now, Sender: p, Compose: compose})
			require.NoError(t, err)
			test(t, p)
		})
	}
}

// later advances the clock by d and sends what is due.
func (p *post) later(t *testing.T, d time.Duration) {
	t.Helper()
	p.clock.Advance(d)
	_, err := p.engine.RunOnce(t.Context())
	require.NoError(t, err)
}

// rows counts the messages in a state.
func (p *post) rows(t *testing.T, state models.OutboxState) int {
	t.Helper()
	return modelstest.Count(t, p.dsn, "SELECT COUNT(*) FROM outbox WHERE state = ?", string(state))
}

func TestQueue_OncePerKindAndOrder(t *testing.T) {
	t.Parallel()
	eachPost(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		order, other := modelstest.Order(t, p.store), modelstest.Order(t, p.store)
		for range 2 {
			require.NoError(t, p.Queue(ctx, p.store, models.MailOrderReceived, order.ID))
			require.NoError(t, p.Queue(ctx, p.store, models.MailPaymentReceived, order.ID))
			require.NoError(t, p.Queue(ctx, p.store, models.MailOrderReceived, other.ID))
			p.later(t, time.Second)
		}
		assert.Len(t, p.sent, 3)
		ids := map[string]bool{}
		for _, m := range p.sent {
			assert.Equal(t, order.Email, m.To)
			ids[m.MessageID] = true
		}
		assert.Len(t, ids, 3, "each mail has a Message-ID of its own")

		for _, token := range []string{"a", "a", "b"} {
			require.NoError(t, p.Resend(ctx, order.ID, models.MailOrderReceived, token, models.Actor{Who: "ada@example.org"}))
		}
		p.later(t, time.Second)
		assert.Len(t, p.sent, 5, "a double click sends one mail, another form another")
		require.ErrorIs(t, p.Resend(ctx, models.NewID(), models.MailOrderReceived, "a", models.Actor{Who: "ada@example.org"}), store.ErrNotFound)
	})
}

func TestQueue_IsPartOfTheTransaction(t *testing.T) {
	t.Parallel()
	eachPost(t, func(t *testing.T, p *post) {
		order := modelstest.Order(t, p.store)
		rolledBack := errors.New("rolled back")
		require.ErrorIs(t, p.store.Tx(t.Context(), func(tx *store.Store) error {
			if err := p.Queue(t.Context(), tx, models.MailOrderReceived, order.ID); err != nil {
				return err
			}
			return rolledBack
		}), rolledBack)
		p.later(t, time.Second)
		assert.Empty(t, p.sent)
	})
}

func TestOutbox_ParksAMailAfterTwelveTries(t *testing.T) {
	t.Parallel()
	eachPost(t, func(t *testing.T, p *post) {
		order := modelstest.Order(t, p.store)
		p.fail = errors.New("the server is down")
		require.NoError(t, p.Queue(t.Context(), p.store, models.MailOrderReceived, order.ID))
		for n := range 12 {
			reviews, _, err := p.store.ReviewPage(t.Context(), true, "", 10)
			require.NoError(t, err)
			assert.Empty(t, reviews, "after %d tries", n)
			p.later(t, time.Hour)
			assert.Len(t, p.sent, n+1)
		}
		reviews, _, err := p.store.ReviewPage(t.Context(), true, "", 10)
		require.NoError(t, err)
		require.Len(t, reviews, 1)
		assert.Equal(t, models.ReviewUndelivered, reviews[0].Kind)
		assert.Equal(t, order.ID, reviews[0].OrderID)
		assert.Equal(t, models.Remark("mail_given_up", "mail", string(models.MailOrderReceived)), reviews[0].Note)
		assert.Equal(t, 1, p.rows(t, models.OutboxParked))
		for _, m := range p.sent {
			assert.Equal(t, p.sent[0], m, "every try is the same mail, with the same Message-ID")
		}
		p.fail = nil
		p.later(t, 24*time.Hour)
		assert.Len(t, p.sent, 12)
	})
}

func TestOutbox_DropsWhatIsForNobody(t *testing.T) {
	t.Parallel()
	eachPost(t, func(t *testing.T, p *post) {
		erased := modelstest.Order(t, p.store, func(o *models.Order) { o.Email = "" })
		require.NoError(t, p.Queue(t.Context(), p.store, models.MailOrderSent, erased.ID))
		require.NoError(t, p.QueueAs(t.Context(), p.store, models.MailOrderSent, "", "of no order"))
		assert.Equal(t, 2, p.rows(t, models.OutboxWaiting))
		p.later(t, time.Second)
		assert.Empty(t, p.sent)
		assert.Zero(t, modelstest.Count(t, p.dsn, "SELECT COUNT(*) FROM outbox"))
	})
}

func TestOutbox_WithoutASenderQueuesNothing(t *testing.T) {
	t.Parallel()
	eachPost(t, func(t *testing.T, p *post) {
		_, err := mail.NewOutbox(mail.OutboxConfig{Store: p.store, Jobs: p.engine, Sender: p})
		require.Error(t, err, "a sender needs compose")
		silent, err := mail.NewOutbox(mail.OutboxConfig{Store: p.store, Jobs: p.engine, Clock: p.clock.Now})
		require.NoError(t, err)
		assert.True(t, p.Sends())
		assert.False(t, silent.Sends())
		order := modelstest.Order(t, p.store)
		require.NoError(t, silent.Queue(t.Context(), p.store, models.MailOrderReceived, order.ID))
		require.ErrorIs(t, silent.Resend(t.Context(), order.ID, models.MailOrderReceived, "a", models.Actor{Who: "ada@example.org"}), mail.ErrNoSender)
		assert.Zero(t, modelstest.Count(t, p.dsn, "SELECT COUNT(*) FROM outbox"))
	})
}

func TestOutbox_SkipsWhatAMailboxHasEnoughOf(t *testing.T) {
	t.Parallel()
	eachPost(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		var orders []models.Order
		for i := range 5 {
			orders = append(orders, modelstest.Order(t, p.store, func(o *models.Order) { o.Email = fmt.Sprintf("Ann+%d@example.com", i) }))
			require.NoError(t, p.Queue(ctx, p.store, models.MailOrderReceived, orders[i].ID))
		}
		p.fail = errors.New("the server is down")
		p.later(t, time.Second)
		p.fail = nil
		p.later(t, time.Minute)
		assert.Equal(t, models.MaxUnpaidMails, p.rows(t, models.OutboxSent), "another try of a mail takes no other place")
		assert.Equal(t, 2, p.rows(t, models.OutboxSkipped))
		assert.Empty(t, p.openReviews(t), "nobody has to look at it")

		sent := len(p.sent)
		require.NoError(t, p.Queue(ctx, p.store, models.MailPaymentReceived, orders[0].ID))
		require.NoError(t, p.Resend(ctx, orders[0].ID, models.MailOrderReceived, "a", models.Actor{Who: "ada@example.org"}))
		p.later(t, time.Second)
		assert.Len(t, p.sent, sent+2, "what no stranger causes has no limit")
		p.clock.Advance(models.UnpaidMailWindow)
		require.NoError(t, p.QueueAs(ctx, p.store, models.MailOrderReceived, orders[4].ID, "later"))
		p.later(t, time.Second)
		assert.Len(t, p.sent, sent+3)
	})
}

func (p *post) openReviews(t *testing.T) []models.Review {
	t.Helper()
	rows, _, err := p.store.ReviewPage(t.Context(), true, "", 10)
	require.NoError(t, err)
	return rows
}

func TestQueueEnded_OnlyIfTheOrderWasConfirmed(t *testing.T) {
	t.Parallel()
	eachPost(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		told, silent := modelstest.Order(t, p.store), modelstest.Order(t, p.store)
		require.NoError(t, p.Queue(ctx, p.store, models.MailOrderReceived, told.ID))
		for _, o := range []models.Order{told, silent, told} {
			require.NoError(t, p.QueueEnded(ctx, p.store, models.MailOrderExpired, o.ID))
		}
		p.later(t, time.Second)
		var kinds []string
		for _, m := range p.sent {
			kinds = append(kinds, m.Subject)
		}
		assert.ElementsMatch(t, []string{"order_received", "order_expired"}, kinds)
	})
}

func TestOutbox_ToTheStaff(t *testing.T) {
	t.Parallel()
	eachPost(t, func(t *testing.T, p *post) {
		ctx := t.Context()
		counts := models.AlertCounts{{Kind: models.AlertAttention, New: 1, Open: 1}}
		require.NoError(t, p.QueueStaff(ctx, p.store, models.StaffMail{Kind: models.MailStaffAlert, StaffID: models.NewID(), Key: "no mails to the staff"}))
		assert.Zero(t, modelstest.Count(t, p.dsn, "SELECT COUNT(*) FROM outbox"))

		engine := jobs.New(jobs.Config{Store: p.store, Clock: p.clock.Now})
		office, err := mail.NewOutbox(mail.OutboxConfig{
			Store: p.store, Jobs: engine, Clock: p.clock.Now, Sender: p, Compose: compose,
			ComposeStaff: func(m models.OutboxMessage, s models.Staff) (mail.Message, error) {
				return mail.Message{To: s.Email, Subject: string(m.Kind), Text: m.Details}, nil
			},
		})
		require.NoError(t, err)
		person, gone := modelstest.Staff(t, p.store), modelstest.Staff(t, p.store, func(s *models.Staff) { s.Disabled = true })
		for _, id := range []string{person.ID, person.ID, gone.ID, models.NewID()} {
			require.NoError(t, office.QueueStaff(ctx, p.store, models.StaffMail{Kind: models.MailStaffAlert, StaffID: id, Details: counts, Key: "alert:" + id}))
		}
		run := func() {
			p.clock.Advance(time.Hour)
			_, err := engine.RunOnce(ctx)
			require.NoError(t, err)
		}
		run()
		require.Len(t, p.sent, 1)
		assert.Equal(t, person.Email, p.sent[0].To)
		assert.JSONEq(t, `[{"kind":"attention","new":1,"open":1}]`, p.sent[0].Text)
		assert.Equal(t, 2, p.rows(t, models.OutboxSkipped), "people who are disabled or gone")

		// A mail to the staff that cannot be sent opens no case, which would be the next thing to tell them.
		p.fail = errors.New("the server is down")
		require.NoError(t, office.QueueStaff(ctx, p.store, models.StaffMail{Kind: models.MailStaffDaily, StaffID: person.ID, Details: counts, Key: "daily"}))
		for range 13 {
			run()
		}
		assert.Equal(t, 3, p.rows(t, models.OutboxSkipped))
		assert.Empty(t, p.openReviews(t))
	})
}
