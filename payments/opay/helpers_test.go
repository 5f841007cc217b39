package opay_test

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coincart/coincart/payments/opay"
)

// The tests use no assertion library, so that the package depends on the standard
// library only, tests included.

func equal[T comparable](tb testing.TB, got, want T, what string) {
	tb.Helper()
	if got != want {
		tb.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func noError(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("unexpected error: %v", err)
	}
}

// isError requires that err wraps all of want and no other outcome.
func isError(tb testing.TB, err error, want ...error) {
	tb.Helper()
	if err == nil {
		tb.Fatalf("no error, want %v", want)
	}
	for _, w := range want {
		if !errors.Is(err, w) {
			tb.Errorf("error %q is not %q", err, w)
		}
	}
}

func isNotError(tb testing.TB, err error, not ...error) {
	tb.Helper()
	for _, n := range not {
		if errors.Is(err, n) {
			tb.Errorf("error %q must not be %q", err, n)
		}
	}
}

func lacks(tb testing.TB, text, secret, where string) {
	tb.Helper()
	if secret == "" {
		tb.Fatal("an empty secret proves nothing")
	}
	if strings.Contains(text, secret) {
		tb.Errorf("%s shows a secret: %s", where, text)
	}
}

func contains(tb testing.TB, text, part string) {
	tb.Helper()
	if !strings.Contains(text, part) {
		tb.Errorf("%q lacks %q", text, part)
	}
}

func keyText(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "keys", name+".pem"))
	noError(tb, err)
	return text
}

func key(tb testing.TB, name string) *rsa.PrivateKey {
	tb.Helper()
	k, err := opay.ParsePrivateKey(name, keyText(tb, name))
	noError(tb, err)
	return k
}

func ring(tb testing.TB, own *rsa.PrivateKey, peers ...*rsa.PrivateKey) *opay.Keyring {
	tb.Helper()
	publics := make([]*rsa.PublicKey, len(peers))
	for i, p := range peers {
		publics[i] = &p.PublicKey
	}
	k, err := opay.NewKeyring(own, publics...)
	noError(tb, err)
	return k
}

// rings returns the keyrings of the merchant and the platform.
func rings(tb testing.TB) (merchant, platform *opay.Keyring) {
	tb.Helper()
	m, p := key(tb, "merchant"), key(tb, "platform")
	return ring(tb, m, p), ring(tb, p, m)
}

func seal(tb testing.TB, k *opay.Keyring, plain string) opay.Envelope {
	tb.Helper()
	e, err := k.Seal([]byte(plain))
	noError(tb, err)
	return e
}

// vectors holds messages made by the platform's own example.
type vectors struct {
	MerchantPublic  string   `json:"merchant_public"`
	MerchantPrivate string   `json:"merchant_private"`
	PlatformPublic  string   `json:"platform_public"`
	PlatformPrivate string   `json:"platform_private"`
	ToPlatform      []vector `json:"to_platform"`
	ToMerchant      []vector `json:"to_merchant"`
}

type vector struct {
	Name    string `json:"name"`
	Plain   string `json:"plain"`
	Data    string `json:"data"`
	Sign    string `json:"sign"`
	DataStd string `json:"data_std"`
	SignStd string `json:"sign_std"`
}

func loadVectors(tb testing.TB) vectors {
	tb.Helper()
	dir, err := os.Getwd()
	noError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			tb.Fatal("no go.mod above the test")
		}
		dir = parent
	}
	text, err := os.ReadFile(filepath.Join(dir, "..", "shared", "vectors", "envelope-2048.json"))
	if errors.Is(err, os.ErrNotExist) {
		tb.Skip("the platform's vectors (../shared/vectors) are not here")
	}
	noError(tb, err)
	var v vectors
	noError(tb, json.Unmarshal(text, &v))
	if len(v.ToPlatform) == 0 || len(v.ToMerchant) == 0 {
		tb.Fatal("the vectors are empty")
	}
	return v
}

func (v vectors) rings(tb testing.TB) (merchant, platform *opay.Keyring) {
	tb.Helper()
	mPriv, err := opay.ParsePrivateKey("merchant private key", []byte(v.MerchantPrivate))
	noError(tb, err)
	mPub, err := opay.ParsePublicKey("merchant public key", []byte(v.MerchantPublic))
	noError(tb, err)
	pPriv, err := opay.ParsePrivateKey("platform private key", []byte(v.PlatformPrivate))
	noError(tb, err)
	pPub, err := opay.ParsePublicKey("platform public key", []byte(v.PlatformPublic))
	noError(tb, err)
	merchant, err = opay.NewKeyring(mPriv, pPub)
	noError(tb, err)
	platform, err = opay.NewKeyring(pPriv, mPub)
	noError(tb, err)
	return merchant, platform
}
