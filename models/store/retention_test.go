package store_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
)

// eachDSN runs a test on both databases that looks at rows besides what the store shows of them.
func eachDSN(t *testing.T, fn func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock)) {
	t.Helper()
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": modelstest.SQLiteDSN, "mariadb": modelstest.MariaDBDSN} {
		t.Run(name, func(t *testing.T) {
			clock := modelstest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
			dsn := dsn(t)
			fn(t, dsn, modelstest.Open(t, dsn, modelstest.WithClock(clock)), clock)
		})
	}
}

func TestForgetNetwork_ClearsTheAuditLogAndItsChainHolds(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		for i := range 7 {
			require.NoError(t, s.AppendAudit(ctx, models.AuditEntry{Action: "order.note", Who: "ada", RemoteAddr: "192.0.2." + strconv.Itoa(i)}))
		}
		require.NoError(t, s.AppendAudit(ctx, models.AuditEntry{Action: "order.ask", Who: "command line"}))
		clock.Advance(30 * 24 * time.Hour)
		require.NoError(t, s.AppendAudit(ctx, models.AuditEntry{Action: "order.note", Who: "ada", RemoteAddr: "192.0.2.200"}))
		before := clock.Now().Add(-time.Hour)
		for _, want := range []int{3, 3, 1, 0, 0} {
			n, err := s.ForgetNetwork(ctx, before, 3)
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM audit_entries WHERE remote_addr <> ''"))
		assert.Equal(t, 2, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM audit_entries WHERE origin_salt <> ''"), "the new one, and the one without address")
		n, broken, err := s.VerifyAudit(ctx)
		require.NoError(t, err)
		assert.Nil(t, broken)
		assert.EqualValues(t, 9, n)

		for _, harm := range []string{
			"UPDATE audit_entries SET remote_addr = '198.51.100.7' WHERE seq = 9",
			"UPDATE audit_entries SET remote_addr = '' WHERE seq = 9",
			"UPDATE audit_entries SET remote_addr = '198.51.100.7' WHERE seq = 9",
			"UPDATE audit_entries SET remote_addr = origin, origin = '', origin_salt = '' WHERE seq = 9",
		} {
			modelstest.Exec(t, dsn, harm)
			_, broken, err = s.VerifyAudit(ctx)
			require.NoError(t, err)
			require.NotNil(t, broken, harm)
			assert.EqualValues(t, 9, broken.Seq, harm)
		}
		modelstest.Exec(t, dsn, "UPDATE audit_entries SET remote_addr = '192.0.2.9' WHERE seq = 2")
		_, broken, err = s.VerifyAudit(ctx)
		require.NoError(t, err)
		require.NotNil(t, broken, "an address that was written in afterwards")
		assert.EqualValues(t, 2, broken.Seq)
	})
}

func TestForgetNetwork_LeavesEntriesOfTheFormerRule(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		old := models.AuditEntry{
			Seq: 1, At: clock.Now(), Who: "ada", Action: "order.note", RemoteAddr: "192.0.2.1", PrevHash: models.FirstPrevHash,
		}
		old.Hash = old.ChainHash()
		modelstest.Exec(t, dsn, "INSERT INTO audit_entries (seq, at, staff_id, who, action, subject, `before`, after, remote_addr, request_id, prev_hash, hash) "+
			"VALUES (1, '2026-03-01 12:00:00.000', '', 'ada', 'order.note', '', '', '', '192.0.2.1', '', '"+old.PrevHash+"', '"+old.Hash+"')")
		require.NoError(t, s.AppendAudit(ctx, models.AuditEntry{Action: "order.ask", RemoteAddr: "192.0.2.2"}))
		clock.Advance(31 * 24 * time.Hour)
		_, err := s.ForgetNetwork(ctx, clock.Now(), 10)
		require.NoError(t, err)
		n, broken, err := s.VerifyAudit(ctx)
		require.NoError(t, err)
		assert.Nil(t, broken)
		assert.EqualValues(t, 2, n)
		list, err := s.Audit(ctx, models.AuditFilter{})
		require.NoError(t, err)
		assert.Empty(t, list[0].RemoteAddr)
		assert.Equal(t, "192.0.2.1", list[1].RemoteAddr)
	})
}

// What a mail told of a browser goes with the other addresses of the network; one that waits is still to be written.
func TestForgetNetwork_ClearsMailsAboutNewBrowsers(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		put := func(kind models.MailKind, key string) {
			require.NoError(t, s.PutOutbox(ctx, models.OutboxMessage{Kind: kind, StaffID: "s1", DedupeKey: key, Details: `{"address":"192.0.2.1"}`}))
		}
		put(models.MailNewBrowser, "sent")
		put(models.MailNewBrowser, "waits")
		put(models.MailPriceAlert, "other")
		modelstest.Exec(t, dsn, "UPDATE outbox SET state = 'sent', due_at = NULL WHERE dedupe_key <> 'waits'")
		clock.Advance(24 * time.Hour)
		put(models.MailNewBrowser, "new")
		modelstest.Exec(t, dsn, "UPDATE outbox SET state = 'sent', due_at = NULL WHERE dedupe_key = 'new'")
		for _, want := range []int{1, 0} {
			n, err := s.ForgetNetwork(ctx, clock.Now().Add(-time.Hour), 10)
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM outbox WHERE details = '' AND dedupe_key = 'sent'"))
		assert.Equal(t, 3, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM outbox WHERE details <> ''"))
	})
}

func TestForgetNetwork_ClearsCallbacksAndSessions(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		person := modelstest.Staff(t, s)
		for i := range 3 {
			_, err := s.PutInbox(ctx, callback("digest", strconv.Itoa(i)))
			require.NoError(t, err)
		}
		session := models.StaffSession{
			StaffID: person.ID, Stage: models.StageFull, RemoteAddr: "192.0.2.1", UserAgent: "browser", ExpiresAt: clock.Now().Add(time.Hour),
		}
		require.NoError(t, s.PutStaffSession(ctx, "old", session))
		clock.Advance(24 * time.Hour)
		require.NoError(t, s.PutStaffSession(ctx, "new", session))
		_, err := s.PutInbox(ctx, callback("digest", "new"))
		require.NoError(t, err)
		var replicas errgroup.Group
		for range 5 {
			replicas.Go(func() error {
				_, err := s.ForgetNetwork(ctx, clock.Now().Add(-time.Hour), 100)
				return err
			})
		}
		require.NoError(t, replicas.Wait())
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM inbox WHERE remote_addr <> ''"))
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM staff_sessions WHERE remote_addr <> '' AND user_agent <> ''"))
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM staff_sessions WHERE remote_addr = '' AND user_agent = ''"))
		assert.Equal(t, 4, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM inbox WHERE data <> '' AND sign <> ''"), "envelopes are kept longer")
	})
}

func TestForgetEnvelopes_ClearsWhatWasHandledAndKnowsItAgain(t *testing.T) {
	eachDSN(t, func(t *testing.T, dsn string, s *store.Store, clock *modelstest.Clock) {
		ctx := t.Context()
		done, waiting := callback("done", "one"), callback("waiting", "one")
		for _, m := range []*models.InboxMessage{done, waiting} {
			_, err := s.PutInbox(ctx, m)
			require.NoError(t, err)
		}
		require.NoError(t, s.FinishInbox(ctx, done.ID, models.InboxDone, ""))
		clock.Advance(90 * 24 * time.Hour)
		n, err := s.ForgetEnvelopes(ctx, clock.Now().Add(-time.Hour), 10)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM inbox WHERE digest = 'done' AND state = 'done' AND data = '' AND sign = ''"))
		assert.Equal(t, 1, modelstest.Count(t, dsn, "SELECT COUNT(*) FROM inbox WHERE digest = 'waiting' AND data = 'AAAA' AND sign = 'BBBB'"))
		stored, err := s.PutInbox(ctx, callback("done", "one"))
		require.NoError(t, err)
		assert.False(t, stored, "a replay of what was handled is still known")

		require.NoError(t, s.FinishInbox(ctx, waiting.ID, models.InboxFlagged, ""))
		clock.Advance(90 * 24 * time.Hour)
		n, err = s.ForgetEnvelopes(ctx, clock.Now(), 10)
		require.NoError(t, err)
		assert.Equal(t, 1, n, "it counts from when it was handled")
	})
}

func TestForgetAddresses_OfCompleteOrdersAlone(t *testing.T) {
	modelstest.EachWith(t, nil, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		address := func(o *models.Order) {
			o.Address = &models.Address{Name: "Ada", Line1: "1 Main Street", City: "Berlin", Postcode: "10115", Country: "DE"}
		}
		cancelled, waiting := modelstest.Order(t, s, address), modelstest.Order(t, s, address)
		paid, _ := modelstest.Paid(t, s, address)
		fulfilled, _ := modelstest.Paid(t, s, address)
		require.NoError(t, s.MoveOrder(ctx, cancelled.ID, models.OrderAwaiting, models.OrderCancelled, store.OrderChange{}, models.Transition{Cause: "cancel"}))
		modelstest.Ship(t, s, fulfilled)
		n, err := s.ForgetAddresses(ctx, cancelled.CreatedAt.Add(-time.Hour), 10)
		require.NoError(t, err)
		assert.Zero(t, n, "none is old")
		later := time.Now().Add(20 * 365 * 24 * time.Hour)
		for _, want := range []int{1, 1, 0} {
			n, err = s.ForgetAddresses(ctx, later, 1)
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
		for id, kept := range map[string]bool{cancelled.ID: false, fulfilled.ID: false, waiting.ID: true, paid.ID: true} {
			o, err := s.Order(ctx, id)
			require.NoError(t, err)
			assert.Equal(t, kept, o.Address != nil, o.State)
			assert.True(t, o.Shipped)
		}
	})
}
