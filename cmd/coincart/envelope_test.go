package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/opay"
)

// vector is a message made by the platform's own example program.
type vector struct {
	Name, Plain, Data, Sign string
	DataStd                 string `json:"data_std"`
	SignStd                 string `json:"sign_std"`
}

type vectors struct {
	MerchantPublic  string   `json:"merchant_public"`
	MerchantPrivate string   `json:"merchant_private"`
	PlatformPublic  string   `json:"platform_public"`
	PlatformPrivate string   `json:"platform_private"`
	ToPlatform      []vector `json:"to_platform"`
	ToMerchant      []vector `json:"to_merchant"`
}

// readVectors reads the platform's vectors, which are stored beside the project.
func readVectors(t *testing.T) vectors {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleRoot(t), "..", "shared", "vectors", "envelope-2048.json"))
	if os.IsNotExist(err) {
		t.Skip("the platform's vectors (../shared/vectors) are not here")
	}
	require.NoError(t, err)
	var v vectors
	require.NoError(t, json.Unmarshal(text, &v))
	require.NotEmpty(t, v.ToMerchant)
	require.NotEmpty(t, v.ToPlatform)
	return v
}

// keyFiles writes keys to files and returns the flags that name them.
func keyFiles(t *testing.T, private, public string) []string {
	t.Helper()
	folder := t.TempDir()
	flags := []string{"--private-key", filepath.Join(folder, "private"), "--public-key", filepath.Join(folder, "public")}
	require.NoError(t, os.WriteFile(flags[1], []byte(private), 0o600))
	require.NoError(t, os.WriteFile(flags[3], []byte(public), 0o600))
	return flags
}

func envelopeJSON(t *testing.T, fields map[string]string) string {
	t.Helper()
	text, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(text)
}

func TestEnvelopeOpen_OpensWhatThePlatformsProgramSealed(t *testing.T) {
	v := readVectors(t)
	merchant := append([]string{"envelope", "open"}, keyFiles(t, v.MerchantPrivate, v.PlatformPublic)...)
	platform := append([]string{"envelope", "open"}, keyFiles(t, v.PlatformPrivate, v.MerchantPublic)...)
	for _, m := range v.ToMerchant {
		got := runWithInput(t, envelopeJSON(t, map[string]string{"code": "0", "msg": "ok", "data": m.Data, "sign": m.Sign}), nil, merchant...)
		assert.Equal(t, result{stdout: m.Plain}, got, m.Name)
		got = runWithInput(t, envelopeJSON(t, map[string]string{"data": m.DataStd, "sign": m.SignStd}), nil, merchant...)
		assert.Equal(t, result{stdout: m.Plain}, got, m.Name)
	}
	for _, m := range v.ToPlatform {
		got := runWithInput(t, envelopeJSON(t, map[string]string{"app_id": "x", "data": m.Data, "sign": m.Sign, "time": "1715310032123"}), nil, platform...)
		assert.Equal(t, result{stdout: m.Plain}, got, m.Name)
	}
}

func TestEnvelopeSeal_IsWhatThePlatformsProgramMakes(t *testing.T) {
	v := readVectors(t)
	seal := append([]string{"envelope", "seal", "--app-id", "xxx_xxx"}, keyFiles(t, v.MerchantPrivate, v.PlatformPublic)...)
	open := append([]string{"envelope", "open"}, keyFiles(t, v.PlatformPrivate, v.MerchantPublic)...)
	for _, m := range v.ToPlatform {
		sealed := runWithInput(t, m.Plain, nil, seal...)
		require.Zero(t, sealed.code, sealed.stderr)
		request, err := opay.ParseRequest([]byte(strings.TrimSuffix(sealed.stdout, "\n")))
		require.NoError(t, err)
		assert.Equal(t, "xxx_xxx", request.AppID)
		assert.Regexp(t, `^\d{13}$`, request.Time)
		assert.Equal(t, m.Sign, request.Envelope.Sign, "%s: the signature is repeatable", m.Name)
		assert.Equal(t, result{stdout: m.Plain}, runWithInput(t, sealed.stdout, nil, open...))
	}
}

func TestEnvelope_BytesAreKeptAsGiven(t *testing.T) {
	v := readVectors(t)
	seal := append([]string{"envelope", "seal", "--app-id", "a"}, keyFiles(t, v.MerchantPrivate, v.PlatformPublic)...)
	open := append([]string{"envelope", "open"}, keyFiles(t, v.PlatformPrivate, v.MerchantPublic)...)
	for _, plain := range []string{"{ \"a\" : \"b\" }\n", "{\"a\":\"1\",\"a\":\"2\"}", "no json at all", strings.Repeat("商", 4000)} {
		sealed := runWithInput(t, plain, nil, seal...)
		require.Zero(t, sealed.code, sealed.stderr)
		opened := runWithInput(t, sealed.stdout, nil, open...)
		assert.Zero(t, opened.code)
		assert.Equal(t, plain, opened.stdout)
		if !strings.HasPrefix(plain, "{ ") {
			assert.Contains(t, opened.stderr, "this plaintext")
		}
	}
}

func TestEnvelopeOpen_RefusesInOneLine(t *testing.T) {
	v := readVectors(t)
	good := v.ToMerchant[1]
	foreign, err := opay.GenerateKeys(2048)
	require.NoError(t, err)
	line, err := oneLine(&foreign.PublicKey)
	require.NoError(t, err)
	keys := keyFiles(t, v.MerchantPrivate, v.PlatformPublic)
	envelope := func(data, sign string) string { return envelopeJSON(t, map[string]string{"data": data, "sign": sign}) }
	other := v.ToMerchant[0]
	for name, row := range map[string]struct {
		input string
		keys  []string
	}{
		"tampered data":      {envelope("A"+good.Data[1:], good.Sign), keys},
		"tampered signature": {envelope(good.Data, "A"+good.Sign[1:]), keys},
		"another's data":     {envelope(other.Data, good.Sign), keys},
		"block doubled":      {envelope(doubled(t, good.Data), good.Sign), keys},
		"block cut":          {envelope(good.Data[:300], good.Sign), keys},
		"no signature":       {envelopeJSON(t, map[string]string{"data": good.Data}), keys},
		"empty signature":    {envelope(good.Data, ""), keys},
		"no data":            {envelopeJSON(t, map[string]string{"sign": good.Sign}), keys},
		"line break":         {envelope(good.Data[:100]+"\n"+good.Data[100:], good.Sign), keys},
		"data named twice":   {`{"data":"` + good.Data + `","data":"` + good.Data + `","sign":"` + good.Sign + `"}`, keys},
		"trailing":           {envelope(good.Data, good.Sign) + "{}", keys},
		"no JSON":            {"hello", keys},
		"empty":              {"", keys},
		"foreign key":        {envelope(good.Data, good.Sign), keyFiles(t, v.MerchantPrivate, line)},
		"not our key":        {envelope(good.Data, good.Sign), keyFiles(t, v.PlatformPrivate, v.PlatformPublic)},
		"no key":             {envelope(good.Data, good.Sign), keyFiles(t, "junk", v.PlatformPublic)},
		"no file":            {envelope(good.Data, good.Sign), []string{"--private-key", "/nowhere", "--public-key", "/nowhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := runWithInput(t, row.input, nil, append([]string{"envelope", "open"}, row.keys...)...)
			assert.Equal(t, exitFailed, got.code)
			assert.Empty(t, got.stdout)
			assert.Equal(t, 1, strings.Count(got.stderr, "\n"), got.stderr)
			assert.NotContains(t, got.stderr, good.Plain)
		})
	}
}

// doubled returns data with all of its blocks twice.
func doubled(t *testing.T, data string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(data)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(append(raw, raw...))
}
