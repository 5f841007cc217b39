package web_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/doctor"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/web"
)

func keyFile(t *testing.T, name, kind string, der []byte, err error) string {
	t.Helper()
	require.NoError(t, err)
	name = filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return name
}

func publicFile(t *testing.T, name string, key *rsa.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	return keyFile(t, name, "PUBLIC KEY", der, err)
}

func TestKeys_ThePageShowsFingerprintsOfAllKeysAndNothingPrivate(t *testing.T) {
	pair, err := keys()
	require.NoError(t, err)
	next, err := opay.GenerateKeys(0)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(pair[0])
	own := keyFile(t, "merchant.pem", "PRIVATE KEY", der, err)
	looked := doctor.Config{
		AppID: appID, MerchantKey: own,
		PlatformKeys: []string{publicFile(t, "platform.pub.pem", &pair[1].PublicKey), publicFile(t, "platform-next.pub.pem", &next.PublicKey)},
	}
	s := newShop(t, sqlite, func(c *web.Config) { c.Doctor = looked })
	viewer := s.staffed(models.RoleViewer)

	page := viewer.get("/admin/settings/keys").is(http.StatusOK)
	for _, key := range []*rsa.PublicKey{&pair[0].PublicKey, &pair[1].PublicKey, &next.PublicKey} {
		page.has(opay.Fingerprint(key))
	}
	public, err := x509.MarshalPKIXPublicKey(&pair[0].PublicKey)
	require.NoError(t, err)
	page.has(base64.RawURLEncoding.EncodeToString(public), "merchant.pem", "platform-next.pub.pem", "coincart keygen --private-key", "COINCART_PLATFORM_KEY=")
	for _, secret := range [][]byte{der, x509.MarshalPKCS1PrivateKey(pair[0]), pair[0].D.Bytes(), pair[0].Primes[0].Bytes(), pair[0].Primes[1].Bytes()} {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := e.EncodeToString(secret)
			page.lacks(text[:40], text[len(text)-40:])
		}
	}
	page.lacks("BEGIN PRIVATE", "BEGIN RSA")

	// A file that is gone is told, and the others are still shown.
	require.NoError(t, os.Remove(looked.PlatformKeys[1]))
	viewer.get("/admin/settings/keys").is(http.StatusOK).has(opay.Fingerprint(&pair[1].PublicKey), english.T("settings.keys.unreadable")).
		lacks(opay.Fingerprint(&next.PublicKey))
}

func TestKeys_WithMD5ThePageNamesTheSecretFileAndWarns(t *testing.T) {
	pair, err := keys()
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(pair[0])
	own := keyFile(t, "merchant.pem", "PRIVATE KEY", der, err)
	secret := filepath.Join(t.TempDir(), "platform.secret")
	require.NoError(t, os.WriteFile(secret, []byte("hunter2-hunter2-hunter2"), 0o600))
	looked := doctor.Config{AppID: appID, MerchantKey: own, Secrets: []string{secret}, Profile: opay.Profile{Signing: opay.SigningMD5}}
	s := newShop(t, sqlite, func(c *web.Config) { c.Doctor = looked })
	s.staffed(models.RoleViewer).get("/admin/settings/keys").is(http.StatusOK).
		has(english.T("settings.keys.md5"), english.T("settings.keys.own_md5"), "platform.secret", "COINCART_PLATFORM_SECRET=").
		lacks("hunter2", "COINCART_PLATFORM_KEY=", "coincart keygen")
}
