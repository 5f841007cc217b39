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
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"coincart/models/store"
	"coincart/payments/doctor"
	"coincart/payments/opay"
	"coincart/templates/i18n"
	"coincart/web/admin"
)

// allWrong has a fault in every setting that the doctor looks at itself.
func allWrong() settings {
	return settings{
		Addr: "shop", MetricsAddr: "metrics", PlatformTimezone: "Shanghai", FourEyesLimit: "five", TrustedProxies: []string{"proxy", "0.0.0.0/0"},
		ShopName: "a\nb", PayPath: "pay", CancelPath: "cancel", SceneType: "one", SandboxAddr: "sandbox", AppID: "app_1",
		MerchantKey: "m.pem", PlatformKey: []string{"p.pem"},
		logSettings: logSettings{LogLevel: "loud", LogFormat: "xml"},
	}
}

// settingProblems are the problems of all settings, each way in which a setting can be wrong.
func settingProblems() problems {
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
	return append(p, wrong.noShop())
}

// english matches two English words in a row. A name of a setting, a command or a file, or an address is no such pair.
var english = regexp.MustCompile(`\b[A-Za-z][a-z]+ [a-z]+\b`)

// withoutNames takes out of a Chinese text what is the same in every language: what is typed into a terminal or a file.
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
	for _, p := range settingProblems() {
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

// catalogueTexts are the Chinese texts whose ids begin so.
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
	for want, finding := range map[string]doctor.Finding{
		"平台拒绝了本店的请求：50012（没有权限）。":  {Code: doctor.CodeCallsRefused, Values: []string{"Code", "50012", "Text", opay.Code("50012").Text()}},
		"平台拒绝了本店的请求：50003（缺少权限组）。": {Code: doctor.CodeCallsRefused, Values: []string{"Code", "50003", "Text", opay.Code("50003").Text()}},
		"平台拒绝了本店的请求：12345（未知代码）。":  {Code: doctor.CodeCallsRefused, Values: []string{"Code", "12345", "Text", opay.Code("12345").Text()}},
		"可信代理：10.0.0.5、10.0.0.6":   {Code: doctor.CodeProxiesGood, Values: []string{"List", "10.0.0.5, 10.0.0.6"}},
		"商户公钥 a。平台的两个公钥同时有效：b、c":   {Code: doctor.CodeKeysChanging, Values: []string{"Own", "a", "Peer", "b, c"}},
		"运行中的商店报告：后台任务 inbox 已停滞，75 秒内没有完成任何一步；后台任务 outbox 持续失败，80 秒内没有一步成功": {
			Code: doctor.CodeWorkersSaid, Values: []string{
				"Words", "worker inbox has stalled: no step has ended for 75 seconds; worker outbox fails: no step has ended well for 80 seconds",
			},
		},
		"2 条任务在等待处理，最早的一条（邮件）自 2026-11-22 14:35:07 UTC 起等待。": {
			Code: doctor.CodeWorkersLate, Values: []string{"Rows", "2", "Queue", string(store.QueueOutbox), "Since", "2026-11-22 14:35:07 UTC"},
		},
	} {
		finding.Check = doctor.CheckCalls
		assert.Equal(t, want, admin.FindingWords(zh, finding.In(zh)).Says)
	}
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

// The answer is written as /readyz writes it.
func TestDoctorWords_TheReportOfARunningShopIsTranslated(t *testing.T) {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("worker attempts has stalled: no step has ended for 80 seconds\nworker outbox fails: no step has ended well for 75 seconds\n"))
	}))
	defer shop.Close()
	config := doctor.Config{Ready: shop.URL, DataDir: t.TempDir(), Limit: time.Second}
	var said []string
	for _, f := range config.Run(t.Context()).Findings {
		if f.Code == doctor.CodeWorkersSaid {
			said = append(said, f.In(i18n.ByTag("zh-Hans")).Value("Words"))
		}
	}
	assert.Equal(t, []string{"后台任务 attempts 已停滞，80 秒内没有完成任何一步；后台任务 outbox 持续失败，75 秒内没有一步成功"}, said)
}

func TestDoctorWords_ProblemsOfTheDatabaseAreNamed(t *testing.T) {
	zh, en := i18n.ByTag("zh-Hans"), i18n.ByTag("en")
	for name, row := range map[string]struct {
		err         error
		english, zh string
	}{
		"none":        {store.ErrNoDatabase, "it does not exist yet.", "数据库尚未创建。"},
		"password":    {&mysql.MySQLError{Number: 1045}, "the user name or password is wrong", "用户名或密码错误"},
		"rights":      {&mysql.MySQLError{Number: 1044}, "may not use this database", "无权使用此数据库"},
		"name":        {&mysql.MySQLError{Number: 1049}, "no database of this name", "没有这个数据库"},
		"host":        {&net.DNSError{Name: "db"}, "host name cannot be resolved", "主机名无法解析"},
		"unreachable": {&net.OpError{Op: "dial", Err: errors.New("refused")}, "no connection", "无法连接服务器"},
		"too late":    {context.DeadlineExceeded, "no connection", "无法连接服务器"},
		"another":     {errors.New("disk image\nis malformed"), "“disk image is malformed”", "“disk image is malformed”"},
	} {
		t.Run(name, func(t *testing.T) {
			wrapped := errors.Join(row.err)
			assert.Contains(t, databaseProblem(en, wrapped), row.english)
			assert.Contains(t, databaseProblem(zh, wrapped), row.zh)
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
		"COINCART_LOG_LEVEL 的值“loud”无效", "COINCART_TRUSTED_PROXIES 中的“everyone”不是有效地址", "COINCART_SMTP_URL 必须以 smtp://", "无法连接服务器。",
	} {
		assert.Contains(t, got.stdout, want)
	}
	assert.NotContains(t, got.stdout, "secret")
	assert.NotRegexp(t, english, withoutNames(got.stdout))
	missing := runCommand(t, map[string]string{"COINCART_DATA_DIR": folder}, "doctor", "--lang", "zh-Hans")
	assert.Contains(t, missing.stderr, "未找到店铺")
}
