package doctor_test

import (
	"context"
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/modelstest"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments"
	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

const app = "shop_1"

// setUp is a shop without faults: real key files, a real database, and the sandbox behind a real socket.
type setUp struct {
	config             doctor.Config
	folder             string
	merchant, platform *rsa.PrivateKey
	dsn                string
}

func newSetUp(t *testing.T) *setUp {
	t.Helper()
	s := &setUp{folder: t.TempDir(), dsn: modelstest.SQLiteDSN(t)}
	var err error
	s.merchant, err = opay.GenerateKeys(0)
	require.NoError(t, err)
	s.platform, err = opay.GenerateKeys(0)
	require.NoError(t, err)
	box, err := sandbox.New(sandbox.Config{Keys: s.platform, Apps: []sandbox.App{{AppID: app, Key: &s.merchant.PublicKey}}})
	require.NoError(t, err)
	server := httptest.NewServer(box.Handler())
	t.Cleanup(server.Close)
	s.config = doctor.Config{
		BaseURL: "https://shop.example.org", PlatformURL: server.URL, AppID: app, DataDir: s.folder, TrustedProxies: []string{"10.0.0.5"},
		MerchantKey: s.private(t, "merchant.pem", s.merchant), PlatformKeys: []string{s.public(t, "platform.pub.pem", &s.platform.PublicKey)},
		Database: "sqlite:shop.db", OpenStore: s.open, Probes: assembly.Probes(),
	}
	return s
}

func (s *setUp) open(ctx context.Context) (*store.Store, func() error, error) {
	db, err := store.Open(ctx, s.dsn, store.Options{MustExist: true})
	if err != nil {
		return nil, nil, err
	}
	return db, db.Close, nil
}

func (s *setUp) private(t *testing.T, name string, key *rsa.PrivateKey) string {
	t.Helper()
	text, err := opay.MarshalPrivateKey(key)
	require.NoError(t, err)
	return s.file(t, name, text, 0o600)
}

func (s *setUp) public(t *testing.T, name string, key *rsa.PublicKey) string {
	t.Helper()
	text, err := opay.MarshalPublicKey(key)
	require.NoError(t, err)
	return s.file(t, name, text, 0o644)
}

func (s *setUp) file(t *testing.T, name string, text []byte, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(s.folder, name)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	require.NoError(t, os.Chmod(path, mode))
	return path
}

func of(r doctor.Report, check health.Check) []health.Finding {
	var list []health.Finding
	for _, f := range r.Findings {
		if f.Check == check {
			list = append(list, f)
		}
	}
	return list
}

func TestRun_AGoodShopIsHealthy(t *testing.T) {
	report := newSetUp(t).config.Run(t.Context())
	assert.True(t, report.Healthy())
	for check, code := range map[health.Check]health.Code{
		doctor.CheckBase: doctor.CodeBaseGood, doctor.CheckKeys: doctor.CodeKeysGood, doctor.CheckDatabase: doctor.CodeDatabaseGood,
		doctor.CheckMigrations: doctor.CodeMigrationsGood, doctor.CheckPlatform: doctor.CodePlatformGood, doctor.CheckClock: doctor.CodeClockGood,
		doctor.CheckCalls: doctor.CodeCallsGood, payments.CheckCallbacks: payments.CodeCallbacksNone, jobs.CheckWorkers: jobs.CodeWorkersGood,
		doctor.CheckProxies: doctor.CodeProxiesGood,
	} {
		found := of(report, check)
		require.Len(t, found, 1, check)
		assert.Equal(t, code, found[0].Code, "%v", found[0])
		assert.Equal(t, health.Good, found[0].Status, check)
	}
}

// Each row breaks one thing of a good shop. The doctor names it, and reports nothing else as bad except its consequences.
func TestRun_NamesEachBrokenSetUp(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(*testing.T, *setUp)
		want  []health.Code // all bad findings
	}{
		"missing key": {
			func(t *testing.T, s *setUp) { t.Helper(); require.NoError(t, os.Remove(s.config.MerchantKey)) },
			[]health.Code{doctor.CodeKeyNoFile},
		},
		"key not set": {
			func(_ *testing.T, s *setUp) { s.config.MerchantKey = "" },
			[]health.Code{doctor.CodeKeyMissing},
		},
		"swapped: public and private file exchanged": {
			func(t *testing.T, s *setUp) {
				t.Helper()
				s.config.MerchantKey = s.public(t, "merchant.pub.pem", &s.merchant.PublicKey)
				s.config.PlatformKeys = []string{s.private(t, "platform.pem", s.platform)}
			},
			[]health.Code{doctor.CodeKeysSwapped},
		},
		"swapped: our public key where ours should be private": {
			func(t *testing.T, s *setUp) {
				t.Helper()
				s.config.MerchantKey = s.public(t, "m.pub.pem", &s.merchant.PublicKey)
			},
			[]health.Code{doctor.CodeKeyIsPublic},
		},
		"swapped: our public key given as the platform's": {
			func(t *testing.T, s *setUp) {
				t.Helper()
				s.config.PlatformKeys = []string{s.public(t, "m.pub.pem", &s.merchant.PublicKey)}
			},
			[]health.Code{doctor.CodePeerIsOwn},
		},
		"swapped: the key of another application": {
			func(t *testing.T, s *setUp) {
				t.Helper()
				other, err := opay.GenerateKeys(0)
				require.NoError(t, err)
				s.config.MerchantKey = s.private(t, "other.pem", other)
			},
			[]health.Code{doctor.CodeCallsSignature},
		},
		"wrong app_id": {
			func(_ *testing.T, s *setUp) { s.config.AppID = "shop_2" },
			[]health.Code{doctor.CodeAppIDWrong},
		},
		"platform unreachable": {
			func(_ *testing.T, s *setUp) { s.config.PlatformURL = "http://127.0.0.1:1" }, // port 1 cannot be given to another server
			[]health.Code{doctor.CodePlatformUnreachable},
		},
		"clock 10 minutes ahead": {
			func(_ *testing.T, s *setUp) {
				s.config.Clock = func() time.Time { return time.Now().Add(10 * time.Minute) }
			},
			[]health.Code{doctor.CodeClockAhead, doctor.CodeCallsTime},
		},
		"clock 10 minutes behind": {
			func(_ *testing.T, s *setUp) {
				s.config.Clock = func() time.Time { return time.Now().Add(-10 * time.Minute) }
			},
			[]health.Code{doctor.CodeClockBehind, doctor.CodeCallsTime},
		},
		"migrations behind": {
			func(t *testing.T, s *setUp) {
				t.Helper()
				db, err := store.Open(t.Context(), s.dsn, store.Options{})
				require.NoError(t, err)
				require.NoError(t, db.MigrateDown(t.Context()))
				require.NoError(t, db.Close())
			},
			[]health.Code{doctor.CodeMigrationsBehind},
		},
		"key file readable by all": {
			func(t *testing.T, s *setUp) { t.Helper(); require.NoError(t, os.Chmod(s.config.MerchantKey, 0o644)) },
			[]health.Code{doctor.CodeKeyExposed},
		},
		"base address without https": {
			func(_ *testing.T, s *setUp) { s.config.BaseURL = "http://shop.example.org" },
			[]health.Code{doctor.CodeBasePlain},
		},
		"no database": {
			func(t *testing.T, s *setUp) { t.Helper(); s.dsn = "sqlite:" + filepath.Join(t.TempDir(), "none.db") },
			[]health.Code{doctor.CodeDatabaseBad},
		},
		"address of the shop with a query": {
			func(_ *testing.T, s *setUp) { s.config.BaseURL = "https://example.org/shop?a=1" },
			[]health.Code{doctor.CodeBaseBad},
		},
		"no address of the shop": {
			func(_ *testing.T, s *setUp) { s.config.BaseURL = "" },
			[]health.Code{doctor.CodeBaseMissing},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSetUp(t)
			row.spoil(t, s)
			report := s.config.Run(t.Context())
			assert.False(t, report.Healthy())
			var bad []health.Code
			for _, f := range report.Findings {
				if f.Status == health.Bad {
					bad = append(bad, f.Code)
				}
			}
			assert.Equal(t, row.want, bad)
		})
	}
}

func TestRun_AnswersThatWeCannotVerifyAreThePlatformsKey(t *testing.T) {
	s := newSetUp(t)
	// The platform has changed its key: it still opens requests with the old one, and signs with the new one.
	next, err := opay.GenerateKeys(0)
	require.NoError(t, err)
	old, err := opay.NewKeyring(s.platform, &s.merchant.PublicKey)
	require.NoError(t, err)
	changed, err := opay.NewKeyring(next, &s.merchant.PublicKey)
	require.NoError(t, err)
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != opay.PathStatement {
			_, _ = w.Write([]byte(`{"code":"70001","msg":""}`))
			return
		}
		envelope, err := changed.Seal([]byte(`{"count":"0","list":[]}`))
		if err != nil || old == nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte(`{"code":"0","msg":"","data":"` + envelope.Data + `","sign":"` + envelope.Sign + `"}`))
	}))
	defer platform.Close()
	s.config.PlatformURL = platform.URL
	calls := of(s.config.Run(t.Context()), doctor.CheckCalls)
	require.Len(t, calls, 1)
	assert.Equal(t, doctor.CodeCallsAnswer, calls[0].Code)
}

func TestRun_WarnsOfProxies(t *testing.T) {
	s := newSetUp(t)
	s.config.TrustedProxies = nil
	found := of(s.config.Run(t.Context()), doctor.CheckProxies)
	assert.Equal(t, doctor.CodeProxiesNone, found[0].Code)
	s.config.TrustedProxies = []string{"0.0.0.0/1"}
	found = of(s.config.Run(t.Context()), doctor.CheckProxies)
	assert.Equal(t, doctor.CodeProxiesWide, found[0].Code)
}

func TestRun_NamesTheAddressesOfAShopBelowAPath(t *testing.T) {
	s := newSetUp(t)
	s.config.BaseURL = "https://example.org/shop/"
	s.config.Paths = doctor.Paths{Notify: "/payments/notify", Return: "/payments/return/", SignIn: "/payments/connected"}
	for _, f := range s.config.Run(t.Context()).Findings {
		if f.Check == doctor.CheckBase {
			assert.Equal(t, doctor.CodeBaseGood, f.Code)
			assert.Subset(t, f.Values, []string{
				"https://example.org/shop", "https://example.org/shop/payments/notify", "https://example.org/shop/payments/return/",
				"https://example.org/shop/payments/connected",
			})
			return
		}
	}
	assert.Fail(t, "nothing was said of the address")
}
