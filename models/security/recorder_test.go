package security_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/security"
	"github.com/coincart/coincart/models/store"
)

func each(t *testing.T, fn func(t *testing.T, db *store.Store, clock *modelstest.Clock, r *security.Recorder)) {
	t.Helper()
	var clock *modelstest.Clock
	modelstest.EachWith(t, func() []modelstest.Option {
		clock = modelstest.NewClock(time.Date(2026, 11, 30, 10, 20, 0, 0, time.UTC))
		return []modelstest.Option{modelstest.WithClock(clock)}
	}, func(t *testing.T, db *store.Store) {
		r, err := security.NewRecorder(security.Config{Store: db, Clock: clock.Now})
		require.NoError(t, err)
		fn(t, db, clock, r)
	})
}

// entries are the entries about events of security, newest first.
func entries(t *testing.T, db *store.Store) []models.AuditEntry {
	t.Helper()
	list, err := db.Audit(t.Context(), models.AuditFilter{Action: "security.", Limit: 100})
	require.NoError(t, err)
	_, broken, err := db.VerifyAudit(t.Context())
	require.NoError(t, err)
	require.Nil(t, broken)
	return list
}

func TestRecorder_CountsByTheHourAndWritesOneEntryWhenItIsOver(t *testing.T) {
	each(t, func(t *testing.T, db *store.Store, clock *modelstest.Clock, r *security.Recorder) {
		ctx := t.Context()
		person := models.Staff{Email: "ann@shop.example", Name: "Ann", Role: models.RoleOwner, TOTP: "JBSWY3DPEHPK3PXP"}
		require.NoError(t, db.CreateStaff(ctx, &person))
		for range 700 {
			r.Note(ctx, security.Event{Kind: models.SecurityRefused, RemoteAddr: "203.0.113.7", Email: "Ann@shop.example"})
		}
		r.Note(ctx, security.Event{Kind: models.SecurityCrossSite, RemoteAddr: "2001:db8:1:2::9"})
		require.NoError(t, r.Flush(ctx))
		require.NoError(t, r.Flush(ctx), "nothing is counted twice")
		counts, err := db.SecuritySince(ctx, db.AccountDigest(person.Email), clock.Now().Add(-time.Minute))
		require.NoError(t, err)
		assert.Equal(t, map[models.SecurityKind]int{models.SecurityRefused: 700}, counts)

		require.NoError(t, r.Settle(ctx))
		assert.Empty(t, entries(t, db), "the hour is not over")
		clock.Advance(time.Hour)
		for range 3 {
			require.NoError(t, r.Settle(ctx))
		}
		list := entries(t, db)
		require.Len(t, list, 2)
		refused, foreign := list[0], list[1]
		if refused.Action != "security.refused" {
			refused, foreign = foreign, refused
		}
		assert.Equal(t, "security.refused", refused.Action)
		assert.Equal(t, "staff:"+person.ID, refused.Subject)
		assert.Equal(t, "203.0.113.7", refused.RemoteAddr)
		assert.JSONEq(t, `{"count":"700","first":"2026-11-30T10:20:00Z","last":"2026-11-30T10:20:00Z"}`, refused.After)
		assert.Equal(t, "2001:db8:1:2::/64", foreign.RemoteAddr)

		// A replica that stored its counts late adds an entry with the rest.
		require.NoError(t, db.AddSecurityCounts(ctx, []models.SecurityCount{{
			Hour: models.SecurityHour(clock.Now().Add(-time.Hour)), Kind: models.SecurityRefused, Network: "203.0.113.7",
			Account: db.AccountDigest(person.Email), Count: 5, FirstAt: clock.Now(), LastAt: clock.Now(),
		}}))
		require.NoError(t, r.Settle(ctx))
		assert.Contains(t, entries(t, db)[0].After, `"count":"5"`)

		n, err := db.ForgetSecurity(ctx, clock.Now().Add(time.Hour), 100)
		require.NoError(t, err)
		assert.Equal(t, 2, n)
	})
}

// An attacker with any number of networks and addresses fills neither the table nor the audit log.
func TestRecorder_BoundsWhatAnAttackerCanWrite(t *testing.T) {
	each(t, func(t *testing.T, db *store.Store, clock *modelstest.Clock, r *security.Recorder) {
		ctx := t.Context()
		const events = 2600
		for i := range events {
			r.Note(ctx, security.Event{
				Kind: models.SecurityRefused, RemoteAddr: fmt.Sprintf("10.0.%d.%d", i/250, i%250), Email: fmt.Sprintf("user%d@shop.example", i),
			})
			if i%900 == 0 {
				require.NoError(t, r.Flush(ctx))
			}
		}
		require.NoError(t, r.Flush(ctx))
		clock.Advance(2 * time.Hour)
		require.NoError(t, r.Settle(ctx))
		list := entries(t, db)
		assert.LessOrEqual(t, len(list), 10)
		sum := 0
		for _, e := range list {
			found := regexp.MustCompile(`"count":"(\d+)"`).FindStringSubmatch(e.After)
			require.NotNil(t, found)
			n, err := strconv.Atoi(found[1])
			require.NoError(t, err)
			sum += n
		}
		assert.Equal(t, events, sum, "none is lost")
	})
}

func TestRecorder_ALineThatFiltersRead(t *testing.T) {
	db := modelstest.SQLite(t)
	var text, object bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&object, nil)} {
		r, err := security.NewRecorder(security.Config{Store: db, Logger: slog.New(handler)})
		require.NoError(t, err)
		r.Note(t.Context(), security.Event{
			Kind: models.SecurityRefused, RemoteAddr: "::ffff:203.0.113.7", Email: "ann@shop.example", RequestID: "ABCDEFGHIJKLMNOP",
		})
		r.Note(t.Context(), security.Event{Kind: models.SecurityCrossSite, RemoteAddr: "9\" event=refused address=198.51.100.1", Email: ""})
	}
	digest := db.AccountDigest("ANN@shop.example")
	assert.Len(t, digest, 48)
	first, second, _ := strings.Cut(text.String(), "\n")
	assert.Regexp(t, `^time=\S+ level=WARN msg="security event" event=refused address=203\.0\.113\.7 account=`+digest+` request=ABCDEFGHIJKLMNOP$`, first)
	assert.Contains(t, second, `event=cross_site address=unknown account="" request=""`)
	assert.Contains(t, object.String(), `"msg":"security event","event":"refused","address":"203.0.113.7","account":"`+digest+`"`)
	assert.NotContains(t, text.String()+object.String(), "ann@")
	assert.NotContains(t, text.String()+object.String(), "198.51.100.1")
}
