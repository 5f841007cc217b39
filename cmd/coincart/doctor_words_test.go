package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/migrations"
	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/models/jobs"
	"github.com/coincart/coincart/models/store"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/templates/i18n"
)

// allWrong returns settings with a fault in each one that the doctor checks itself.
func allWrong() settings {
	return settings{
		Addr: "shop", MetricsAddr: "metrics", PlatformTimezone: "Shanghai", FourEyesLimit: "five", TrustedProxies: []string{"proxy", "0.0.0.0/0"},
		ShopName: "a\nb", PayPath: "pay", CancelPath: "cancel", SceneType: "one", SandboxAddr: "sandbox", AppID: "app_1",
		MerchantKey: "m.pem", PlatformKey: []string{"p.pem"}, PlatformSecret: []string{"s.txt"}, PlatformSigning: "sha", Profile: "profile.json",
		logSettings: logSettings{LogLevel: "loud", LogFormat: "xml"},
	}
}

// settingProblems returns the problems of all settings, in each way in which a setting can be wrong.
func settingProblems(t *testing.T) problems {
	t.Helper()
	var p problems
	wrong := allWrong()
	wrong.logger(&strings.Builder{}, &p)
	wrong.checkAgreed(&p)
	wrong.checkDemo(&p)
	for _, address := range []string{"sqlite:", "mysql://shop@", "postgres://x/y"} {
		wrong.Database = address
		wrong.databaseSettings.check(&p)
	}
	wrong.Database = "sqlite:shop.db"
	for _, address := range []string{
		"%", "http://host", "smtp://", "smtp://host/x", "smtp://host:0?from=a@example.org", "smtp://host",
	} {
		wrong.SMTPURL = address
		wrong.check(&p)
	}
	for _, profile := range []string{`{"time":"minutes"}`, `{"signing":"md5"}`} {
		wrong.Profile, wrong.PlatformSigning = filepath.Join(t.TempDir(), "profile.json"), "rsa"
		require.NoError(t, os.WriteFile(wrong.Profile, []byte(profile), 0o600))
		wrong.platformProfile(&p)
	}
	return append(p, wrong.noShop())
}

// english matches two consecutive English words. Names of settings, commands and files, and addresses, do not match.
var english = regexp.MustCompile(`\b[A-Za-z][a-z]+ [a-z]+\b`)

// withoutNames removes from a Chinese text what is the same in every language: what people type into a terminal or a file.
func withoutNames(text string) string {
	for _, name := range []string{
		`coincart( (serve|keygen|migrate up))?`, `timedatectl set-ntp true`, `chmod \d+`, `SET GLOBAL \w+`, `PRIVATE KEY`, `--[a-z-]+`,
	} {
		text = regexp.MustCompile(name).ReplaceAllString(text, "")
	}
	return text
}

func TestDoctorWords_EveryProblemOfASettingIsInBothLanguages(t *testing.T) {
	en, zh := i18n.ByTag("en"), i18n.ByTag("zh-Hans")
	told := map[string]bool{}
	for _, p := range settingProblems(t) {
		require.NotEmpty(t, p.key, p.text)
		told["doctor.setting."+p.key] = true
		assert.NotContains(t, p.in(en), "doctor.setting")
		assert.NotContains(t, p.in(en), "{{")
		assert.Regexp(t, `\p{Han}`, p.in(zh))
		assert.NotRegexp(t, english, withoutNames(p.in(zh)))
		for i := 1; i < len(p.values); i += 2 {
			assert.Contains(t, p.in(zh), p.values[i], p.key)
			assert.Contains(t, p.in(en), p.values[i], p.key)
		}
	}
	for id := range catalogueTexts(t, "doctor.setting.") {
		assert.Contains(t, told, id, "no setting is wrong in this way")
	}
}

// catalogueTexts returns the Chinese texts whose ids have a prefix.
func catalogueTexts(t *testing.T, prefix string) map[string]string {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(moduleRoot(t), "templates", "i18n", "locales", "settings.zh-Hans.json"))
	require.NoError(t, err)
	var all map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(file, &all))
	found := map[string]string{}
	for id, raw := range all {
		if strings.HasPrefix(id, prefix) {
			found[id] = string(raw)
		}
	}
	require.NotEmpty(t, found)
	return found
}

func TestDoctorWords_ChineseFindingsHoldNoEnglish(t *testing.T) {
	for id, text := range catalogueTexts(t, "doctor.") {
		assert.NotRegexp(t, english, withoutNames(text), id)
	}
	zh := i18n.ByTag("zh-Hans")
	refused := func(code, words string) string {
		return sayIn("zh-Hans", "doctor.says.calls_refused", "Code", code, "Text", words)
	}
	for want, finding := range map[string]health.Finding{
		refused("50012", sayIn("zh-Hans", "admin.code.50012")):      {Code: doctor.CodeCallsRefused, Values: []string{"Code", "50012", "Text", opay.Code("50012").Text()}},
		refused("50003", sayIn("zh-Hans", "doctor.code.50003")):     {Code: doctor.CodeCallsRefused, Values: []string{"Code", "50003", "Text", opay.Code("50003").Text()}},
		refused("12345", sayIn("zh-Hans", "doctor.code.unknown")):   {Code: doctor.CodeCallsRefused, Values: []string{"Code", "12345", "Text", opay.Code("12345").Text()}},
		sayIn("zh-Hans", "doctor.says.proxies_good", "List", "a、b"): {Code: doctor.CodeProxiesGood, Values: []string{"List", "a, b"}},
		sayIn("zh-Hans", "doctor.says.keys_changing", "Own", "a", "Peer", "b、c"): {
			Code: doctor.CodeKeysChanging, Values: []string{"Own", "a", "Peer", "b, c"},
		},
		sayIn("zh-Hans", "doctor.says.workers_said", "Words", workersSaid(75, 80)): {
			Code: doctor.CodeWorkersSaid, Values: []string{
				"Words", "worker inbox has stalled: no step has ended for 75 seconds; worker outbox fails: no step has ended well for 80 seconds",
			},
		},
		sayIn("zh-Hans", "doctor.says.workers_late", "Rows", "2", "Queue", sayIn("zh-Hans", "doctor.queue.outbox"), "Since", "2026-11-22 14:35:07 UTC"): {
			Code: jobs.CodeWorkersLate, Values: []string{"Rows", "2", "Queue", string(store.QueueOutbox), "Since", "2026-11-22 14:35:07 UTC"},
		},
	} {
		finding.Check = doctor.CheckCalls
		assert.Equal(t, want, doctor.TextOf(finding, zh).Says)
	}
}

// workersSaid returns the Chinese report of a shop whose inbox has stalled and whose outbox fails, for these numbers of seconds.
func workersSaid(stalled, failing int) string {
	return sayIn("zh-Hans", "doctor.said.list",
		"Before", sayIn("zh-Hans", "doctor.said.stalled", "Worker", "inbox", "Seconds", strconv.Itoa(stalled)),
		"After", sayIn("zh-Hans", "doctor.said.failing", "Worker", "outbox", "Seconds", strconv.Itoa(failing)))
}

func TestDoctorWords_EveryQueueHasAName(t *testing.T) {
	for _, queue := range []store.Queue{
		store.QueueOrders, store.QueueAttempts, store.QueueInbox, store.QueueOutbox, store.QueueRefunds, store.QueueTasks,
	} {
		for _, l := range i18n.Languages() {
			id := "doctor.queue." + string(queue)
			assert.NotEqual(t, id, i18n.ByTag(l.Tag).T(id), l.Tag)
		}
	}
}

// The answer has the format of /readyz.
func TestDoctorWords_TheReportOfARunningShopIsTranslated(t *testing.T) {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("worker inbox has stalled: no step has ended for 80 seconds\nworker outbox fails: no step has ended well for 75 seconds\n"))
	}))
	defer shop.Close()
	config := doctor.Config{Ready: shop.URL, DataDir: t.TempDir(), Limit: time.Second}
	var said []string
	for _, f := range config.Run(t.Context()).Findings {
		if f.Code == doctor.CodeWorkersSaid {
			said = append(said, doctor.Localize(f, i18n.ByTag("zh-Hans")).Value("Words"))
		}
	}
	assert.Equal(t, []string{workersSaid(80, 75)}, said)
}

func TestDoctorWords_ProblemsOfTheDatabaseAreNamed(t *testing.T) {
	for name, row := range map[string]struct {
		err error
		key string
	}{
		"none":        {store.ErrNoDatabase, "none"},
		"unreleased":  {&migrations.UnreleasedError{Step: 57}, "unreleased"},
		"password":    {&mysql.MySQLError{Number: 1045}, "denied"},
		"rights":      {&mysql.MySQLError{Number: 1044}, "denied"},
		"name":        {&mysql.MySQLError{Number: 1049}, "unknown"},
		"host":        {&net.DNSError{Name: "db"}, "no_name"},
		"unreachable": {&net.OpError{Op: "dial", Err: errors.New("refused")}, "unreachable"},
		"too late":    {context.DeadlineExceeded, "unreachable"},
		"another":     {errors.New("disk image\nis malformed"), "other"},
	} {
		t.Run(name, func(t *testing.T) {
			wrapped := errors.Join(row.err)
			for _, l := range i18n.Languages() {
				want := sayIn(l.Tag, "doctor.database."+row.key, "Words", "disk image is malformed", "Step", "57")
				assert.Contains(t, databaseProblem(i18n.ByTag(l.Tag), wrapped), want)
			}
		})
	}
}

func TestDoctor_RefusesALanguageThatItDoesNotSpeak(t *testing.T) {
	got := runCommand(t, map[string]string{"COINCART_DATA_DIR": t.TempDir()}, "doctor", "--lang", "fr")
	assert.Equal(t, exitUsage, got.code)
	assert.Contains(t, got.stderr, `--lang must be one of "en","zh-Hans" but got "fr"`)
	for _, l := range i18n.Languages() {
		assert.Contains(t, got.stderr, l.Tag)
	}
}

func TestDoctor_SettingsAreReportedInChinese(t *testing.T) {
	folder := t.TempDir()
	env := map[string]string{
		"COINCART_PLATFORM_URL": "http://127.0.0.1:1", "COINCART_BASE_URL": "https://shop.example.org", "COINCART_LOG_LEVEL": "loud",
		"COINCART_TRUSTED_PROXIES": "everyone", "COINCART_SMTP_URL": "mail", "COINCART_DATABASE": "mysql://shop:secret@127.0.0.1:1/shop",
	}
	got := runCommand(t, env, "doctor", "--lang", "zh-Hans")
	assert.Equal(t, exitFailed, got.code)
	for _, want := range []string{
		sayIn("zh-Hans", "doctor.setting.log_level", "Value", "loud"), sayIn("zh-Hans", "doctor.setting.proxy", "Value", "everyone"),
		sayIn("zh-Hans", "doctor.setting.smtp_scheme"), sayIn("zh-Hans", "doctor.database.unreachable"),
	} {
		assert.Contains(t, got.stdout, want)
	}
	assert.NotContains(t, got.stdout, "secret")
	assert.NotRegexp(t, english, withoutNames(got.stdout))
	missing := runCommand(t, map[string]string{"COINCART_DATA_DIR": folder}, "doctor", "--lang", "zh-Hans")
	assert.Contains(t, missing.stderr, sayIn("zh-Hans", "doctor.setting.no_shop", "Folder", folder))
}
