package doctor_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/doctor"
)

// only returns the single finding of a check.
func only(t *testing.T, r doctor.Report, check health.Check) health.Finding {
	t.Helper()
	found := of(r, check)
	require.Len(t, found, 1, check)
	return found[0]
}

func TestPower_WarnsOfAServerThatWritesItsLogLater(t *testing.T) {
	s := newSetUp(t)
	s.dsn = modelstest.MariaDBDSN(t) // the tests' server is fast, not durable
	report := s.config.Run(t.Context())
	assert.True(t, report.Healthy(), "the shop takes payments all the same")
	assert.Equal(t, health.Finding{
		Check: doctor.CheckPower, Status: health.Warn, Code: doctor.CodePowerFlush, Values: []string{"Value", "0"},
	}, only(t, report, doctor.CheckPower))
}

func TestPower_KnowsWhatAServerPromises(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		flags []string
		want  []health.Code
	}{
		"safe":            {[]string{"--innodb-flush-log-at-trx-commit=1"}, []health.Code{doctor.CodePowerGood}},
		"once a second":   {[]string{"--innodb-flush-log-at-trx-commit=2"}, []health.Code{doctor.CodePowerFlush}},
		"binary log late": {[]string{"--innodb-flush-log-at-trx-commit=1", "--log-bin=log", "--sync-binlog=0"}, []health.Code{doctor.CodePowerBinlog}},
		"both late":       {[]string{"--log-bin=log", "--sync-binlog=100"}, []health.Code{doctor.CodePowerFlush, doctor.CodePowerBinlog}},
		"both safe":       {[]string{"--innodb-flush-log-at-trx-commit=1", "--log-bin=log", "--sync-binlog=1"}, []health.Code{doctor.CodePowerGood}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSetUp(t)
			s.dsn = modelstest.PrivateMariaDBDSN(t, modelstest.Private{Flags: row.flags})
			var codes []health.Code
			for _, f := range of(s.config.Run(t.Context()), doctor.CheckPower) {
				codes = append(codes, f.Code)
			}
			assert.Equal(t, row.want, codes)
		})
	}
}

func TestDatabase_WarnsOfAServerThatTakesNoChanges(t *testing.T) {
	s := newSetUp(t)
	s.dsn = modelstest.PrivateMariaDBDSN(t, modelstest.Private{Flags: []string{"--read-only=ON"}})
	f := only(t, s.config.Run(t.Context()), doctor.CheckDatabase)
	assert.Equal(t, health.Warn, f.Status)
	assert.Equal(t, doctor.CodeDatabaseReadOnly, f.Code)
}

func TestPower_OfSQLiteIsTheShopsOwn(t *testing.T) {
	s := newSetUp(t)
	assert.Equal(t, doctor.CodePowerGood, only(t, s.config.Run(t.Context()), doctor.CheckPower).Code)

	db := modelstest.Open(t, s.dsn, func(o *store.Options) { o.Unsafe = true })
	s.config.OpenStore = func(context.Context) (*store.Store, func() error, error) { return db, func() error { return nil }, nil }
	f := only(t, s.config.Run(t.Context()), doctor.CheckPower)
	assert.Equal(t, health.Finding{
		Check: doctor.CheckPower, Status: health.Warn, Code: doctor.CodePowerFile, Values: []string{"Value", "NORMAL"},
	}, f)
}

func TestTime_OfADatabaseThatIsOffIsShownWithItsDirection(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		shift time.Duration
		code  health.Code
	}{"behind": {-3 * time.Minute, doctor.CodeTimeBehind}, "ahead": {3 * time.Minute, doctor.CodeTimeAhead}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSetUp(t)
			s.dsn = modelstest.ShiftedMariaDB(t, row.shift).DSN
			report := s.config.Run(t.Context())
			assert.True(t, report.Healthy(), "the shop follows the database's clock")
			f := only(t, report, doctor.CheckTime)
			assert.Equal(t, health.Warn, f.Status)
			assert.Equal(t, row.code, f.Code)
			seconds, err := strconv.ParseFloat(f.Value("Seconds"), 64)
			require.NoError(t, err)
			assert.InDelta(t, 180, seconds, 5)
			assert.Equal(t, doctor.CodeClockGood, only(t, report, doctor.CheckClock).Code, "the platform is compared with this machine")
		})
	}
}

func TestTime_OfTheSameMachineIsGood(t *testing.T) {
	s := newSetUp(t)
	assert.Equal(t, doctor.CodeTimeSame, only(t, s.config.Run(t.Context()), doctor.CheckTime).Code)
	s.dsn = modelstest.MariaDBDSN(t)
	assert.Equal(t, doctor.CodeTimeGood, only(t, s.config.Run(t.Context()), doctor.CheckTime).Code)
}
