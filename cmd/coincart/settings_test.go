package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// settingFields returns all settings in their order, with groups flattened.
func settingFields(group reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for field := range group.Fields() {
		if field.Anonymous {
			fields = append(fields, settingFields(field.Type)...)
			continue
		}
		fields = append(fields, field)
	}
	return fields
}

// Operators use the README's table: it must list every setting once, with its default, and nothing else.
func TestSettings_ReadmeHasThemAll(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(moduleRoot(t), "README.md"))
	require.NoError(t, err)
	row := regexp.MustCompile("(?m)^\\| `(COINCART_[A-Z_]+)` \\|([^|]*)\\|")
	documented := map[string]string{}
	for _, match := range row.FindAllStringSubmatch(string(readme), -1) {
		assert.NotContains(t, documented, match[1], "documented twice")
		documented[match[1]] = strings.Trim(strings.TrimSpace(match[2]), "`")
	}
	for _, field := range settingFields(reflect.TypeFor[settings]()) {
		name := field.Tag.Get("env")
		require.NotEmpty(t, name, field.Name)
		assert.Equal(t, "COINCART_"+strings.ToUpper(strings.ReplaceAll(field.Tag.Get("name"), "-", "_")), name,
			"the flag and the variable of %s are named alike", field.Name)
		if assert.Contains(t, documented, name, "README.md, section Settings") {
			assert.Equal(t, field.Tag.Get("default"), documented[name], "the default of %s", name)
		}
		delete(documented, name)
	}
	assert.Empty(t, documented, "settings in README.md that the program does not have")
}

func TestSettings_FlagBeatsEnvironmentBeatsDefault(t *testing.T) {
	// The process's own environment must not be used.
	t.Setenv("COINCART_SHOP_NAME", "From the process")
	parse := func(env map[string]string, args ...string) settings {
		var cli commands
		parser, err := newParser(&cli, func(name string) string { return env[name] })
		require.NoError(t, err)
		_, err = parser.Parse(args)
		require.NoError(t, err)
		return cli.Serve.settings
	}
	assert.Equal(t, "UTC", parse(nil).PlatformTimezone)
	assert.Equal(t, "UTC", parse(map[string]string{"COINCART_PLATFORM_TIMEZONE": ""}).PlatformTimezone, "empty counts as not set")
	env := map[string]string{"COINCART_SHOP_NAME": "Lantern", "COINCART_PLATFORM_KEY": "a.pem,b.pem"}
	assert.Equal(t, "Lantern", parse(env).ShopName)
	assert.Equal(t, []string{"a.pem", "b.pem"}, parse(env).PlatformKey)
	assert.Equal(t, "Harbour", parse(env, "--shop-name", "Harbour").ShopName)
	assert.Equal(t, "Harbour", parse(env, "serve", "--shop-name", "Harbour").ShopName)
	assert.Equal(t, "sqlite:data/coincart.db", new(parse(nil).databaseSettings).dsn())
	assert.Equal(t, "sqlite:x/coincart.db", new(parse(nil, "--data-dir", "x").databaseSettings).dsn())
}

func TestSettings_ProblemsAreNamed(t *testing.T) {
	sound := func() settings {
		return settings{
			Addr: "127.0.0.1:8080", BaseURL: "https://shop.example.org", PlatformURL: "https://service.example.com/gateway", AppID: "app_1",
			PlatformTimezone: "Asia/Shanghai", ShopName: "Coincart", SandboxAddr: "127.0.0.1:8081",
			databaseSettings: databaseSettings{DataDir: "data", DatabaseTimeout: 10 * time.Second},
		}
	}
	check := func(s settings) problems {
		var p problems
		s.check(&p)
		s.checkReal(&p)
		return p
	}
	require.Empty(t, check(sound()))
	below := sound()
	below.BaseURL = "https://example.org/shop/"
	require.Empty(t, check(below), "a shop below a path")

	for name, row := range map[string]struct {
		change func(*settings)
		says   string
	}{
		"base address missing":        {func(s *settings) { s.BaseURL = "" }, "COINCART_BASE_URL is missing"},
		"base address plain":          {func(s *settings) { s.BaseURL = "http://shop.example.org" }, "COINCART_BASE_URL is plain http"},
		"base address with query":     {func(s *settings) { s.BaseURL = "https://shop.example.org/shop?a=1" }, "COINCART_BASE_URL has more"},
		"base address with dots":      {func(s *settings) { s.BaseURL = "https://shop.example.org/a/../shop" }, "COINCART_BASE_URL has a path"},
		"base address without scheme": {func(s *settings) { s.BaseURL = "shop.example.org" }, "COINCART_BASE_URL is not an http(s) address"},
		"base address with user":      {func(s *settings) { s.BaseURL = "https://a:hunter2@shop.example.org" }, "COINCART_BASE_URL has more"},
		"platform plain":              {func(s *settings) { s.PlatformURL = "http://10.0.0.7" }, "COINCART_PLATFORM_URL is plain http"},
		"platform with query":         {func(s *settings) { s.PlatformURL = "https://service.example.com/?a=1" }, "COINCART_PLATFORM_URL has more"},
		"app id missing":              {func(s *settings) { s.AppID = "" }, "COINCART_APP_ID is missing"},
		"app id with space":           {func(s *settings) { s.AppID = "a b" }, "COINCART_APP_ID must"},
		"address without port":        {func(s *settings) { s.Addr = "127.0.0.1" }, "COINCART_ADDR"},
		"port too large":              {func(s *settings) { s.Addr = "127.0.0.1:70000" }, "COINCART_ADDR"},
		"metrics address":             {func(s *settings) { s.MetricsAddr = "metrics" }, "COINCART_METRICS_ADDR"},
		"zone":                        {func(s *settings) { s.PlatformTimezone = "Shanghai" }, "COINCART_PLATFORM_TIMEZONE"},
		"zone of the machine":         {func(s *settings) { s.PlatformTimezone = "Local" }, "COINCART_PLATFORM_TIMEZONE"},
		"proxy":                       {func(s *settings) { s.TrustedProxies = []string{"10.0.0.0/8", "proxy"} }, `COINCART_TRUSTED_PROXIES: "proxy"`},
		"every proxy":                 {func(s *settings) { s.TrustedProxies = []string{"0.0.0.0/0"} }, "COINCART_TRUSTED_PROXIES: 0.0.0.0/0"},
		"pay path":                    {func(s *settings) { s.PayPath = "pay.html" }, "COINCART_PAY_PATH"},
		"pay path elsewhere":          {func(s *settings) { s.PayPath = "//evil.example/pay" }, "COINCART_PAY_PATH"},
		"cancel path with query":      {func(s *settings) { s.CancelPath = "/cancel?x" }, "COINCART_CANCEL_PATH"},
		"signing":                     {func(s *settings) { s.PlatformSigning = "sha256" }, `"sha256"`},
		"profile missing":             {func(s *settings) { s.Profile = "/nowhere/profile.json" }, "COINCART_PROFILE: /nowhere/profile.json"},
		"limit in words":              {func(s *settings) { s.FourEyesLimit = "five hundred" }, "COINCART_FOUR_EYES_LIMIT"},
		"limit of nothing":            {func(s *settings) { s.FourEyesLimit = "0" }, "COINCART_FOUR_EYES_LIMIT"},
		"limit below nothing":         {func(s *settings) { s.FourEyesLimit = "-5" }, "COINCART_FOUR_EYES_LIMIT"},
		"limit with an exponent":      {func(s *settings) { s.FourEyesLimit = "1e3" }, "COINCART_FOUR_EYES_LIMIT"},
		"scene type":                  {func(s *settings) { s.SceneType = "1000011x" }, "COINCART_SCENE_TYPE"},
		"shop name":                   {func(s *settings) { s.ShopName = "a\nb" }, "COINCART_SHOP_NAME"},
		"database unknown":            {func(s *settings) { s.Database = "postgres://hunter2@x/y" }, "COINCART_DATABASE must begin"},
		"database incomplete":         {func(s *settings) { s.Database = "mysql://shop:hunter2@" }, "COINCART_DATABASE is not complete"},
		"database password unescaped": {func(s *settings) { s.Database = "mysql://shop:hunter2/x@host:3306/name" }, "COINCART_DATABASE is not complete"},
		"database not waited for":     {func(s *settings) { s.DatabaseTimeout = 0 }, "COINCART_DATABASE_TIMEOUT is 0s"},
		"database waited too long":    {func(s *settings) { s.DatabaseTimeout = 2 * time.Hour }, "COINCART_DATABASE_TIMEOUT"},
		"mail server":                 {func(s *settings) { s.SMTPURL = "smtp://a:hunter2@host" }, "COINCART_SMTP_URL: the sender"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sound()
			row.change(&s)
			p := check(s)
			require.Len(t, p, 1)
			assert.Contains(t, p[0].Error(), row.says)
			assert.NotContains(t, p[0].Error(), "hunter2", "a problem never repeats a password")
		})
	}
}

func TestSettings_AllProblemsAtOnce(t *testing.T) {
	folder := t.TempDir()
	private, public := filepath.Join(folder, "m.pem"), filepath.Join(folder, "m.pub.pem")
	require.Zero(t, runCommand(t, nil, "keygen", "--private-key", private, "--public-key", public).code)
	require.NoError(t, os.Chmod(private, 0o644))

	got := runCommand(t, map[string]string{
		"COINCART_PLATFORM_URL": "http://service.example.com", "COINCART_MERCHANT_KEY": private, "COINCART_PLATFORM_KEY": filepath.Join(folder, "none.pem"),
		"COINCART_DATABASE": "sqlite:" + filepath.Join(folder, "shop.db"), "COINCART_DATA_DIR": folder, "COINCART_LOG_LEVEL": "loud",
		"COINCART_TRUSTED_PROXIES": "everyone", "COINCART_PLATFORM_TIMEZONE": "Nowhere",
	})
	assert.Equal(t, exitFailed, got.code)
	for _, want := range []string{
		"COINCART_BASE_URL is missing", "COINCART_PLATFORM_URL is plain http", "COINCART_APP_ID is missing",
		"(mode 0644)", "chmod 600 " + private, "none.pem does not exist", "coincart migrate up",
		"COINCART_LOG_LEVEL", "COINCART_TRUSTED_PROXIES", "COINCART_PLATFORM_TIMEZONE",
	} {
		assert.Contains(t, got.stderr, want)
	}
	assert.Empty(t, got.stdout)
}

func TestSettings_HalfARealShopIsNoDemonstration(t *testing.T) {
	got := runCommand(t, map[string]string{"COINCART_APP_ID": "app_1", "COINCART_DATA_DIR": t.TempDir()})
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.stderr, "COINCART_APP_ID is set, but COINCART_PLATFORM_URL is not")
}

func TestRun_UsageErrors(t *testing.T) {
	for _, args := range [][]string{{"--no-such-flag"}, {"nonsense"}, {"envelope", "open"}, {"migrate"}} {
		got := runCommand(t, nil, args...)
		assert.Equal(t, exitUsage, got.code, args)
		assert.Contains(t, got.stderr, "coincart: ")
	}
	help := runCommand(t, nil, "serve", "--help")
	assert.Equal(t, exitOK, help.code)
	assert.Contains(t, help.stdout, "COINCART_ADDR")
}

// result is the result of a run of the program.
type result struct {
	code           int
	stdout, stderr string
}

// runCommand runs the program with its own environment and empty standard input.
func runCommand(t *testing.T, env map[string]string, args ...string) result {
	t.Helper()
	return runWithInput(t, "", env, args...)
}

func runWithInput(t *testing.T, input string, env map[string]string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	code := execute(ctx, args, func(name string) string { return env[name] }, console{in: strings.NewReader(input), out: &stdout, err: &stderr})
	return result{code, stdout.String(), stderr.String()}
}
