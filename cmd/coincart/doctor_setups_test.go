package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/demo"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
	"github.com/coincart/coincart/templates/i18n"
)

// doctorShop is a shop with correct settings, and the sandbox platform.
type doctorShop struct {
	folder string
	env    map[string]string
	run    func(args ...string) result // runs coincart
}

// newDoctorShop returns a shop whose platform's clock differs by off.
func newDoctorShop(t *testing.T, keys demo.Keys, off time.Duration) *doctorShop {
	t.Helper()
	clock := func() time.Time { return time.Now().Add(off) }
	box, err := sandbox.New(sandbox.Config{Keys: keys.Platform, Apps: []sandbox.App{{AppID: "shop_1", Key: &keys.Merchant.PublicKey}}, Clock: clock})
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", clock().UTC().Format(http.TimeFormat))
		box.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s := &doctorShop{folder: t.TempDir()}
	s.env = map[string]string{
		"COINCART_BASE_URL": "https://shop.example.org", "COINCART_PLATFORM_URL": server.URL, "COINCART_APP_ID": "shop_1", "COINCART_DATA_DIR": s.folder,
		"COINCART_DATABASE": "sqlite:" + s.path("shop.db"), "COINCART_TRUSTED_PROXIES": "10.0.0.5", "COINCART_SMTP_URL": "smtp://mail.example.org:587?from=shop@example.org",
		"COINCART_MERCHANT_KEY": s.path("merchant.pem"), "COINCART_PLATFORM_KEY": s.path("platform.pub.pem"),
	}
	s.run = func(args ...string) result { return runCommand(t, s.env, args...) }
	private, err := opay.MarshalPrivateKey(keys.Merchant)
	require.NoError(t, err)
	public, err := opay.MarshalPublicKey(&keys.Platform.PublicKey)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.path("merchant.pem"), private, 0o600))
	require.NoError(t, os.WriteFile(s.path("platform.pub.pem"), public, 0o600))
	require.Zero(t, s.run("migrate", "up").code)
	return s
}

func (s *doctorShop) path(name string) string { return filepath.Join(s.folder, name) }

// Each row breaks one thing of a good shop as people do. The doctor explains it, says how to fix it, and fails; it does not fail on the
// good shop.
func TestDoctor_NamesEachBrokenSetUpAndItsMend(t *testing.T) {
	var keys demo.Keys
	var err error
	keys.Merchant, err = opay.GenerateKeys(0)
	require.NoError(t, err)
	keys.Platform, err = opay.GenerateKeys(0)
	require.NoError(t, err)
	for name, row := range map[string]struct {
		off   time.Duration // of the platform's clock
		spoil func(*testing.T, *doctorShop)
		found func(*doctorShop) []finding // expected problems
	}{
		"nothing is wrong": {found: func(*doctorShop) []finding { return nil }},
		"missing key": {
			spoil: func(t *testing.T, s *doctorShop) { t.Helper(); require.NoError(t, os.Remove(s.path("merchant.pem"))) },
			found: func(s *doctorShop) []finding {
				return []finding{{"key_no_file", []string{"File", s.path("merchant.pem")}}}
			},
		},
		"swapped keys": {
			spoil: func(_ *testing.T, s *doctorShop) {
				s.env["COINCART_MERCHANT_KEY"], s.env["COINCART_PLATFORM_KEY"] = s.path("platform.pub.pem"), s.path("merchant.pem")
			},
			found: func(s *doctorShop) []finding {
				return []finding{{"keys_swapped", []string{"File", s.path("platform.pub.pem"), "Other", s.path("merchant.pem")}}}
			},
		},
		"wrong app_id": {
			spoil: func(_ *testing.T, s *doctorShop) { s.env["COINCART_APP_ID"] = "shop_2" },
			found: func(*doctorShop) []finding { return []finding{{"app_id_wrong", []string{"App", "shop_2"}}} },
		},
		"platform unreachable": {
			spoil: func(_ *testing.T, s *doctorShop) { s.env["COINCART_PLATFORM_URL"] = "http://127.0.0.1:1" },
			found: func(*doctorShop) []finding {
				return []finding{{"platform_unreachable", []string{"Address", "http://127.0.0.1:1"}}}
			},
		},
		"clock 10 minutes behind": {
			off: 10 * time.Minute,
			found: func(*doctorShop) []finding {
				return []finding{{"clock_behind", []string{"Seconds", someSeconds}}, {"calls_time", nil}}
			},
		},
		"clock 10 minutes ahead": {
			off: -10 * time.Minute,
			found: func(*doctorShop) []finding {
				return []finding{{"clock_ahead", []string{"Seconds", someSeconds}}, {"calls_time", nil}}
			},
		},
		"migrations behind": {
			spoil: func(t *testing.T, s *doctorShop) {
				t.Helper()
				require.Zero(t, s.run("migrate", "down", "--delete-all").code)
			},
			found: func(*doctorShop) []finding { return []finding{{"migrations_behind", []string{"Pending", "1"}}} },
		},
		"key file readable by all": {
			spoil: func(t *testing.T, s *doctorShop) {
				t.Helper()
				require.NoError(t, os.Chmod(s.path("merchant.pem"), 0o644))
			},
			found: func(s *doctorShop) []finding {
				return []finding{{"key_exposed", []string{"File", s.path("merchant.pem"), "Mode", "0644"}}}
			},
		},
		"base address without https": {
			spoil: func(_ *testing.T, s *doctorShop) { s.env["COINCART_BASE_URL"] = "http://shop.example.org" },
			found: func(*doctorShop) []finding {
				return []finding{{"base_plain", []string{"Address", "http://shop.example.org", "Secure", "https://shop.example.org"}}}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newDoctorShop(t, keys, row.off)
			if row.spoil != nil {
				row.spoil(t, s)
			}
			problems := row.found(s)
			code := exitOK
			if len(problems) > 0 {
				code = exitFailed
			}
			reports := map[string]result{"en": s.run("doctor"), "zh-Hans": s.run("doctor", "--lang", "zh-Hans")}
			for lang, report := range reports {
				assert.Equal(t, code, report.code)
				assert.Empty(t, report.stderr)
				for _, problem := range problems {
					problem.check(t, lang, report.stdout)
				}
				bad := strings.Count("\n"+report.stdout, "\n"+sayIn(lang, "doctor.status.bad")+" ")
				assert.Equal(t, len(problems), bad, report.stdout)
				assert.Equal(t, bad > 0, strings.Contains(report.stdout, "→"), "what is well needs no mend")
				verdict := sayIn(lang, "doctor.healthy")
				if bad > 0 {
					verdict = i18n.ByTag(lang).N("doctor.unhealthy", bad)
				}
				assert.True(t, strings.HasSuffix(report.stdout, "\n"+verdict+"\n"), "%s", report.stdout)
			}
			assert.NotRegexp(t, `(?m)^\w`, reports["zh-Hans"].stdout, "no line begins with an English word")
		})
	}
}

// finding is a problem that the doctor must report: its code and the values of its text.
type finding struct {
	code   string
	values []string
}

// someSeconds stands for a number of seconds in a finding that depends on the duration of the check.
const someSeconds = "SECONDS"

// check asserts that a report explains the problem and how to fix it.
func (f finding) check(t *testing.T, lang, report string) {
	t.Helper()
	line := func(mark, text string) string {
		return "(?m)" + mark + strings.ReplaceAll(regexp.QuoteMeta(text), someSeconds, `\d+`) + "$"
	}
	assert.Regexp(t, line("^"+sayIn(lang, "doctor.status.bad")+" .*[:：] ?", sayIn(lang, "doctor.says."+f.code, f.values...)), report)
	assert.Regexp(t, line("^ +→ ", sayIn(lang, "doctor.mend."+f.code, f.values...)), report)
}
