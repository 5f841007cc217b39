package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"coincart/payments/opay"
	"coincart/payments/sandbox"
)

// doctorShop is a shop whose settings are right in everything, beside the sandbox platform.
type doctorShop struct {
	folder string
	env    map[string]string
	run    func(args ...string) result // runs coincart
}

// newDoctorShop makes one at a platform whose clock is off by so much.
func newDoctorShop(t *testing.T, keys demoKeys, off time.Duration) *doctorShop {
	t.Helper()
	clock := func() time.Time { return time.Now().Add(off) }
	box, err := sandbox.New(sandbox.Config{Keys: keys.platform, Apps: []sandbox.App{{AppID: "shop_1", Key: &keys.merchant.PublicKey}}, Clock: clock})
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
	private, err := opay.MarshalPrivateKey(keys.merchant)
	require.NoError(t, err)
	public, err := opay.MarshalPublicKey(&keys.platform.PublicKey)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.path("merchant.pem"), private, 0o600))
	require.NoError(t, os.WriteFile(s.path("platform.pub.pem"), public, 0o600))
	require.Zero(t, s.run("migrate", "up").code)
	return s
}

func (s *doctorShop) path(name string) string { return filepath.Join(s.folder, name) }

// Each row breaks one thing of a good shop in the way in which people do. The doctor says so in plain words, with the mend, and fails; on
// the good shop it does not.
func TestDoctor_NamesEachBrokenSetUpAndItsMend(t *testing.T) {
	var keys demoKeys
	var err error
	keys.merchant, err = opay.GenerateKeys(0)
	require.NoError(t, err)
	keys.platform, err = opay.GenerateKeys(0)
	require.NoError(t, err)
	for name, row := range map[string]struct {
		off     time.Duration // of the platform's clock
		spoil   func(*testing.T, *doctorShop)
		bad     int      // how many problems there are
		says    []string // what is wrong, and what to do
		chinese string
	}{
		"nothing is wrong": {says: []string{"Nothing that was looked at keeps the shop from taking payments"}, chinese: "不妨碍店铺收款"},
		"missing key": {
			spoil: func(t *testing.T, s *doctorShop) { t.Helper(); require.NoError(t, os.Remove(s.path("merchant.pem"))) },
			bad:   1, says: []string{"merchant.pem does not exist", "→ Put the file there, or correct COINCART_MERCHANT_KEY", "coincart keygen"}, chinese: "merchant.pem 不存在",
		},
		"swapped keys": {
			spoil: func(_ *testing.T, s *doctorShop) {
				s.env["COINCART_MERCHANT_KEY"], s.env["COINCART_PLATFORM_KEY"] = s.path("platform.pub.pem"), s.path("merchant.pem")
			},
			bad: 1, says: []string{"The keys are swapped", "→ Set COINCART_MERCHANT_KEY to our private key"}, chinese: "密钥放反了",
		},
		"wrong app_id": {
			spoil: func(_ *testing.T, s *doctorShop) { s.env["COINCART_APP_ID"] = "shop_2" },
			bad:   1, says: []string{"does not know the AppKey shop_2", "→ Set COINCART_APP_ID"}, chinese: "不认得 AppKey shop_2",
		},
		"platform unreachable": {
			spoil: func(_ *testing.T, s *doctorShop) { s.env["COINCART_PLATFORM_URL"] = "http://127.0.0.1:1" },
			bad:   1, says: []string{"The platform cannot be reached", "→ See whether COINCART_PLATFORM_URL is right", "firewall"}, chinese: "无法连接平台",
		},
		"clock 10 minutes behind": {
			off: 10 * time.Minute,
			bad: 2, says: []string{"behind the platform’s", "refuses our calls because of their time", "→ Let the machine set its clock by itself: timedatectl set-ntp true"}, chinese: "本机时钟比平台慢",
		},
		"clock 10 minutes ahead": {
			off: -10 * time.Minute,
			bad: 2, says: []string{"ahead of the platform’s", "→ Let the machine set its clock"}, chinese: "本机时钟比平台快",
		},
		"migrations behind": {
			spoil: func(t *testing.T, s *doctorShop) { t.Helper(); require.Zero(t, s.run("migrate", "down").code) },
			bad:   1, says: []string{"The database is older than this program", "missing: 1.", "→ Make a copy of the database, then run coincart migrate up"}, chinese: "数据库比程序旧",
		},
		"key file readable by all": {
			spoil: func(t *testing.T, s *doctorShop) {
				t.Helper()
				require.NoError(t, os.Chmod(s.path("merchant.pem"), 0o644))
			},
			bad: 1, says: []string{"can be read or changed by others (mode 0644)", "→ chmod 600 "}, chinese: "权限 0644",
		},
		"base address without https": {
			spoil: func(_ *testing.T, s *doctorShop) { s.env["COINCART_BASE_URL"] = "http://shop.example.org" },
			bad:   1, says: []string{"http://shop.example.org is without https", "→ Put a proxy with TLS in front and set COINCART_BASE_URL to https://shop.example.org"}, chinese: "没有使用 https",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newDoctorShop(t, keys, row.off)
			if row.spoil != nil {
				row.spoil(t, s)
			}
			code := exitOK
			if row.bad > 0 {
				code = exitFailed
			}
			english, chinese := s.run("doctor"), s.run("doctor", "--lang", "zh-Hans")
			assert.Equal(t, code, english.code)
			assert.Empty(t, english.stderr)
			for _, want := range row.says {
				assert.Contains(t, english.stdout, want)
			}
			assert.Equal(t, row.bad, strings.Count("\n"+english.stdout, "\nProblem "), english.stdout)
			assert.Equal(t, row.bad > 0, strings.Contains(english.stdout, "→"), "what is well needs no mend")

			assert.Equal(t, code, chinese.code)
			assert.Contains(t, chinese.stdout, row.chinese)
			assert.Equal(t, row.bad, strings.Count("\n"+chinese.stdout, "\n有问题 "), chinese.stdout)
			assert.NotRegexp(t, `(?m)^\w`, chinese.stdout, "no line begins with an English word")
		})
	}
}
