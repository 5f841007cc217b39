package main

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

func TestKeygen_WritesAPairThatLoads(t *testing.T) {
	mask := syscall.Umask(0o022) // a stricter umask would restrict the public key too
	t.Cleanup(func() { syscall.Umask(mask) })
	folder := filepath.Join(t.TempDir(), "keys")
	private, public := filepath.Join(folder, "m.pem"), filepath.Join(folder, "m.pub.pem")
	args := []string{"keygen", "--private-key", private, "--public-key", public}
	made := runCommand(t, nil, args...)
	require.Zero(t, made.code, made.stderr)

	for name, mode := range map[string]os.FileMode{folder: 0o700, private: 0o600, public: 0o644} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm(), name)
	}
	own, err := loadPrivateKey("key", private)
	require.NoError(t, err)
	registered, err := opay.ParsePublicKey("key", []byte(made.stdout))
	require.NoError(t, err)
	assert.True(t, own.PublicKey.Equal(registered), "the line that is printed is the key's public half")
	assert.Regexp(t, `^[A-Za-z0-9_-]+\n$`, made.stdout)

	before, err := os.ReadFile(private)
	require.NoError(t, err)
	again := runCommand(t, nil, args...)
	assert.Equal(t, exitFailed, again.code)
	assert.Regexp(t, regexp.QuoteMeta(private)+`.*\boverwritten\b.*--private-key`, again.stderr)
	assert.Zero(t, runCommand(t, nil, append(args, "--if-missing")...).code)
	after, err := os.ReadFile(private)
	require.NoError(t, err)
	assert.Equal(t, before, after)

	require.NoError(t, os.Remove(private))
	half := runCommand(t, nil, append(args, "--if-missing")...)
	assert.Equal(t, exitFailed, half.code, "half a pair is no pair")
	assert.NoFileExists(t, private)
	assert.Equal(t, exitFailed, runCommand(t, nil, append(args, "--bits", "1024")...).code)
}

func TestLoadKeyring_RefusesUnsafeKeys(t *testing.T) {
	folder := t.TempDir()
	file := func(name string, content []byte, mode os.FileMode) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	pair := func(name string, bits int) (private, public []byte) {
		key, err := opay.GenerateKeys(bits)
		require.NoError(t, err, name)
		private, err = opay.MarshalPrivateKey(key)
		require.NoError(t, err)
		public, err = opay.MarshalPublicKey(&key.PublicKey)
		require.NoError(t, err)
		return private, public
	}
	ownPrivate, ownPublic := pair("own", 2048)
	_, theirs := pair("platform", 2048)
	_, next := pair("next platform", 2048)
	weakPrivate, weakPublic := pair("weak", 1024)
	own := file("own.pem", ownPrivate, 0o600)
	platform := file("platform.pub.pem", theirs, 0o644)

	load := func(merchant string, platform ...string) problems {
		var p problems
		s := settings{MerchantKey: merchant, PlatformKey: platform}
		ring, key := s.loadKeyring(&p)
		assert.Equal(t, len(p) == 0, ring != nil && key != nil)
		return p
	}
	require.Empty(t, load(own, platform))
	require.Empty(t, load(file("group.pem", ownPrivate, 0o440), platform), "a container's secret may be its group's")
	require.Empty(t, load(own, platform, file("next.pub.pem", next, 0o644)), "two keys during a change")

	for name, row := range map[string]struct {
		merchant string
		platform []string
		says     string
	}{
		"no merchant key":       {"", []string{platform}, "COINCART_MERCHANT_KEY is missing"},
		"no platform key":       {own, nil, "COINCART_PLATFORM_KEY is missing"},
		"file missing":          {filepath.Join(folder, "none"), []string{platform}, "does not exist"},
		"a folder":              {folder, []string{platform}, "is no file"},
		"readable by others":    {file("open.pem", ownPrivate, 0o604), []string{platform}, "chmod 600"},
		"writable platform key": {own, []string{file("w.pub.pem", theirs, 0o666)}, "chmod 644"},
		"no key at all":         {file("junk.pem", []byte("hunter2 hunter2!"), 0o600), []string{platform}, "neither PEM nor base64"},
		"public for private":    {file("swapped.pem", ownPublic, 0o600), []string{platform}, "holds a public key, the private key is needed"},
		"public and open":       {file("swapped.pub.pem", ownPublic, 0o644), []string{platform}, "holds a public key, the private key is needed"},
		"private for public":    {own, []string{file("swapped-private.pem", ownPrivate, 0o600)}, "holds a private key, the public key is needed"},
		"our own":               {own, []string{file("own.pub.pem", ownPublic, 0o644)}, "own public key"},
		"weak own":              {file("weak.pem", weakPrivate, 0o600), []string{platform}, "too weak"},
		"weak platform":         {own, []string{file("weak.pub.pem", weakPublic, 0o644)}, "too weak"},
		"three":                 {own, []string{platform, platform, platform}, "two at most"},
	} {
		t.Run(name, func(t *testing.T) {
			p := load(row.merchant, row.platform...)
			require.Len(t, p, 1)
			assert.Contains(t, p[0].Error(), row.says)
			assert.NotContains(t, p[0].Error(), "hunter2")
			assert.NotContains(t, p[0].Error(), strings.Split(string(ownPrivate), "\n")[1], "no error repeats a key")
		})
	}
}

func TestLoadSecret_RefusesUnsafeFiles(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	key, err := opay.GenerateKeys(0)
	require.NoError(t, err)
	private, err := opay.MarshalPrivateKey(key)
	require.NoError(t, err)
	own, good := file("own.pem", string(private), 0o600), file("s.txt", "hunter2-hunter2-hunter2\n", 0o600)
	load := func(s settings) problems {
		var p problems
		s.PlatformSigning = "md5"
		wire, seal := s.realKeys(&p)
		assert.Equal(t, len(p) == 0, wire.secret != nil && seal != nil)
		assert.Nil(t, wire.keys)
		return p
	}
	require.Empty(t, load(settings{MerchantKey: own, PlatformSecret: []string{good}}))
	require.Empty(t, load(settings{MerchantKey: own, PlatformSecret: []string{good, file("group.txt", "hunter2-hunter2-hunter3", 0o440)}}))
	for name, row := range map[string]struct {
		set  settings
		says string
	}{
		"no merchant key":    {settings{PlatformSecret: []string{good}}, "COINCART_MERCHANT_KEY is missing"},
		"no secret":          {settings{MerchantKey: own}, "COINCART_PLATFORM_SECRET is missing"},
		"three":              {settings{MerchantKey: own, PlatformSecret: []string{good, good, good}}, "two at most"},
		"a key beside it":    {settings{MerchantKey: own, PlatformSecret: []string{good}, PlatformKey: []string{own}}, "COINCART_PLATFORM_KEY is for rsa signing"},
		"file missing":       {settings{MerchantKey: own, PlatformSecret: []string{filepath.Join(folder, "none")}}, "does not exist"},
		"readable by others": {settings{MerchantKey: own, PlatformSecret: []string{file("open.txt", "hunter2-hunter2-hunter2", 0o604)}}, "chmod 600"},
		"too short":          {settings{MerchantKey: own, PlatformSecret: []string{file("short.txt", "hunter2", 0o600)}}, "16 to 256"},
		"two lines":          {settings{MerchantKey: own, PlatformSecret: []string{file("two.txt", "hunter2-hunter2-hunter2\nmore", 0o600)}}, "16 to 256"},
		"a key":              {settings{MerchantKey: own, PlatformSecret: []string{own}}, "16 to 256"},
	} {
		t.Run(name, func(t *testing.T) {
			p := load(row.set)
			require.Len(t, p, 1)
			assert.Contains(t, p[0].Error(), row.says)
			assert.NotContains(t, p[0].Error(), "hunter2")
		})
	}
	var p problems
	s := settings{MerchantKey: own, PlatformKey: []string{own}, PlatformSecret: []string{good}}
	s.loadKeyring(&p)
	assert.Contains(t, p[0].Error(), "COINCART_PLATFORM_SECRET is for md5 signing")
}

func TestSealKey_FollowsFromTheMerchantKey(t *testing.T) {
	key, err := opay.GenerateKeys(2048)
	require.NoError(t, err)
	first, err := keyfile.SealKey(key)
	require.NoError(t, err)

	text, err := opay.MarshalPrivateKey(key)
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	want, err := hkdf.Key(sha256.New, block.Bytes, nil, "coincart seal v1", 32)
	require.NoError(t, err)
	assert.Equal(t, want, first, "HKDF-SHA256 over the PKCS#8 DER: what is sealed must open after every upgrade")

	// The same key in PKCS#1 form gives the same secret.
	old, err := opay.ParsePrivateKey("key", pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	require.NoError(t, err)
	second, err := keyfile.SealKey(old)
	require.NoError(t, err)
	assert.Equal(t, first, second)

	other, err := opay.GenerateKeys(2048)
	require.NoError(t, err)
	third, err := keyfile.SealKey(other)
	require.NoError(t, err)
	assert.NotEqual(t, first, third)
}

func TestOneLine_IsThePlatformsForm(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	line, err := oneLine(&key.PublicKey)
	require.NoError(t, err)
	der, err := base64.RawURLEncoding.DecodeString(line)
	require.NoError(t, err)
	public, err := x509.ParsePKIXPublicKey(der)
	require.NoError(t, err)
	assert.True(t, key.PublicKey.Equal(public))
}
