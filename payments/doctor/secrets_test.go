package doctor_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// newMD5SetUp returns a shop and a platform that share a secret.
func newMD5SetUp(t *testing.T) *setUp {
	t.Helper()
	s := newSetUp(t)
	const text = "doctor-0123456789abcdef"
	secret, err := opay.NewSecret(text)
	require.NoError(t, err)
	profile := opay.Profile{Signing: opay.SigningMD5}
	box, err := sandbox.New(sandbox.Config{Profile: profile, Apps: []sandbox.App{{AppID: app, Secret: secret}}})
	require.NoError(t, err)
	server := httptest.NewServer(box.Handler())
	t.Cleanup(server.Close)
	s.config.PlatformURL, s.config.Profile, s.config.PlatformKeys = server.URL, profile, nil
	s.config.Secrets = []string{s.file(t, "platform.secret", []byte(text+"\n"), 0o600)}
	return s
}

func TestRun_MD5SigningIsAWarning(t *testing.T) {
	report := newMD5SetUp(t).config.Run(t.Context())
	assert.True(t, report.Healthy())
	keys, calls := of(report, doctor.CheckKeys), of(report, doctor.CheckCalls)
	assert.Equal(t, []health.Finding{health.New(doctor.CheckKeys, health.Warn, doctor.CodeSecretGood)}, keys)
	assert.Equal(t, []health.Finding{health.New(doctor.CheckCalls, health.Good, doctor.CodeCallsSecretGood, "App", app)}, calls)
}

func TestRun_NamesEachBrokenSetUpOfMD5(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(*testing.T, *setUp)
		want  []health.Code
	}{
		"no secret":          {func(_ *testing.T, s *setUp) { s.config.Secrets = nil }, []health.Code{doctor.CodeSecretMissing}},
		"no file":            {func(t *testing.T, s *setUp) { t.Helper(); require.NoError(t, os.Remove(s.config.Secrets[0])) }, []health.Code{doctor.CodeSecretNoFile}},
		"a folder":           {func(_ *testing.T, s *setUp) { s.config.Secrets = []string{s.folder} }, []health.Code{doctor.CodeSecretNoFile}},
		"readable by others": {func(t *testing.T, s *setUp) { t.Helper(); require.NoError(t, os.Chmod(s.config.Secrets[0], 0o644)) }, []health.Code{doctor.CodeSecretExposed}},
		"too short": {
			func(t *testing.T, s *setUp) {
				t.Helper()
				s.config.Secrets = []string{s.file(t, "s", []byte("short"), 0o600)}
			},
			[]health.Code{doctor.CodeSecretDamaged},
		},
		"three": {
			func(_ *testing.T, s *setUp) {
				s.config.Secrets = []string{s.config.Secrets[0], s.config.Secrets[0], s.config.Secrets[0]}
			},
			[]health.Code{doctor.CodeSecretsTooMany},
		},
		"another secret": {
			func(t *testing.T, s *setUp) {
				t.Helper()
				s.config.Secrets = []string{s.file(t, "s", []byte("another-0123456789abcdef"), 0o600)}
			},
			[]health.Code{doctor.CodeCallsSecret},
		},
		"a key of the platform beside it": {
			func(_ *testing.T, s *setUp) {
				s.config.PlatformKeys = []string{filepath.Join(s.folder, "platform.pub.pem")}
			},
			[]health.Code{doctor.CodePeerUnused},
		},
		"a secret with rsa signing": {
			func(_ *testing.T, s *setUp) {
				s.config.Profile, s.config.PlatformKeys = opay.Profile{}, []string{filepath.Join(s.folder, "platform.pub.pem")}
				s.config.PlatformURL = "http://127.0.0.1:1"
			},
			[]health.Code{doctor.CodeSecretUnused, doctor.CodePlatformUnreachable},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newMD5SetUp(t)
			row.spoil(t, s)
			report := s.config.Run(t.Context())
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
