package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
)

func TestPlatformProfile_IsMadeOfFileAndSettings(t *testing.T) {
	file := func(content string) string {
		name := filepath.Join(t.TempDir(), "profile.json")
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
		return name
	}
	whole := file(`{"signing":"md5","time":"seconds","paths":{"pay":"/p","cancelOrder":"/c","orderDetail":"/d"}}`)
	for name, row := range map[string]struct {
		set  settings
		want opay.Profile
		says []string // of the problems; empty: none
	}{
		"nothing set": {settings{}, opay.Profile{Signing: opay.SigningRSA}, nil},
		"paths":       {settings{PayPath: "/pay.html", CancelPath: "/x"}, opay.Profile{Signing: opay.SigningRSA, Paths: opay.Paths{Pay: "/pay.html", Cancel: "/x"}}, nil},
		"md5":         {settings{PlatformSigning: "md5"}, opay.Profile{Signing: opay.SigningMD5}, nil},
		"a file": {
			settings{PlatformSigning: "md5", Profile: whole},
			opay.Profile{Signing: opay.SigningMD5, Time: opay.TimeSeconds, Paths: opay.Paths{Pay: "/p", Cancel: "/c", Order: "/d"}},
			nil,
		},
		"a file, and settings": {
			settings{PlatformSigning: "md5", Profile: whole, PayPath: "/pay.html"},
			opay.Profile{Signing: opay.SigningMD5, Time: opay.TimeSeconds, Paths: opay.Paths{Pay: "/pay.html", Cancel: "/c", Order: "/d"}},
			nil,
		},
		"a file without signing":             {settings{PlatformSigning: "md5", Profile: file(`{"nonce":"send"}`)}, opay.Profile{Signing: opay.SigningMD5, Nonce: opay.NonceSend}, nil},
		"a file that asks for less":          {settings{PlatformSigning: "rsa", Profile: file(`{"signing":"md5"}`)}, opay.Profile{Signing: opay.SigningRSA}, []string{"rsa", "md5"}},
		"a file that asks for less, default": {settings{Profile: file(`{"signing":"md5"}`)}, opay.Profile{Signing: opay.SigningRSA}, []string{"rsa", "md5"}},
		"a file that asks for more":          {settings{PlatformSigning: "md5", Profile: file(`{"signing":"rsa"}`)}, opay.Profile{Signing: opay.SigningMD5}, []string{"rsa", "md5"}},
		"an unknown member":                  {settings{Profile: file(`{"secret":"hunter2"}`)}, opay.Profile{Signing: opay.SigningRSA}, []string{"member secret"}},
		"no JSON":                            {settings{Profile: file(`hunter2`)}, opay.Profile{Signing: opay.SigningRSA}, []string{"JSON object"}},
		"too large":                          {settings{Profile: file(`{"about":"` + strings.Repeat("x", opay.MaxProfileBytes) + `"}`)}, opay.Profile{Signing: opay.SigningRSA}, []string{"JSON object"}},
	} {
		t.Run(name, func(t *testing.T) {
			var p problems
			assert.Equal(t, row.want, row.set.platformProfile(&p))
			if len(row.says) == 0 {
				assert.Empty(t, p)
				return
			}
			require.Len(t, p, 1)
			for _, words := range row.says {
				assert.Contains(t, p[0].Error(), words)
			}
			assert.NotContains(t, p[0].Error(), "hunter2")
		})
	}
}
