package opay_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"

	"github.com/coincart/coincart/payments/opay"
)

func der(tb testing.TB, text []byte) []byte {
	tb.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		tb.Fatal("no PEM block")
	}
	return block.Bytes
}

func TestParseKeys_EverySpelling(t *testing.T) {
	want := key(t, "merchant")
	pkcs8 := der(t, keyText(t, "merchant"))
	pkcs1 := x509.MarshalPKCS1PrivateKey(want)
	pkix, err := x509.MarshalPKIXPublicKey(&want.PublicKey)
	noError(t, err)
	pub1 := x509.MarshalPKCS1PublicKey(&want.PublicKey)
	spell := func(kind string, der []byte) map[string][]byte {
		block := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		return map[string][]byte{
			"PEM": block, "PEM with CRLF": bytes.ReplaceAll(block, []byte("\n"), []byte("\r\n")),
			"PEM with text around":  []byte("Bag Attributes\n" + string(block) + "\n\n"),
			"base64 URL, no pad":    []byte(base64.RawURLEncoding.EncodeToString(der)),
			"base64 URL, padded":    []byte(base64.URLEncoding.EncodeToString(der) + "\n"),
			"base64, no pad":        []byte(base64.RawStdEncoding.EncodeToString(der)),
			"base64, padded":        []byte("  " + base64.StdEncoding.EncodeToString(der) + "\r\n"),
			"base64, lines wrapped": []byte(strings.Join(chunks(base64.StdEncoding.EncodeToString(der), 64), "\n")),
		}
	}
	for kind, der := range map[string][]byte{"PRIVATE KEY": pkcs8, "RSA PRIVATE KEY": pkcs1} {
		for name, text := range spell(kind, der) {
			got, err := opay.ParsePrivateKey("merchant private key", text)
			if err != nil || !got.Equal(want) {
				t.Errorf("%s as %s: %v", kind, name, err)
			}
		}
	}
	for kind, der := range map[string][]byte{"PUBLIC KEY": pkix, "RSA PUBLIC KEY": pub1} {
		for name, text := range spell(kind, der) {
			got, err := opay.ParsePublicKey("platform public key", text)
			if err != nil || !got.Equal(&want.PublicKey) {
				t.Errorf("%s as %s: %v", kind, name, err)
			}
		}
	}
}

func TestParseKeys_ErrorsNameTheRoleAndNeverTheText(t *testing.T) {
	own := key(t, "merchant")
	private := keyText(t, "merchant")
	public, err := opay.MarshalPublicKey(&own.PublicKey)
	noError(t, err)
	bits512, err := x509.ParsePKCS8PrivateKey(der(t, keyText(t, "rsa-512")))
	noError(t, err)
	small, ok := bits512.(*rsa.PrivateKey)
	equal(t, ok, true, "an RSA key")
	line := base64.RawURLEncoding.EncodeToString(der(t, private))

	privates := map[string]struct {
		text []byte
		says string
	}{
		"empty": {nil, "empty"}, "blank": {[]byte(" \r\n"), "empty"},
		"words":             {[]byte("hunter2 is no key!"), "neither PEM nor base64"},
		"a public key":      {public, "public key"},
		"damaged PEM":       {bytes.ReplaceAll(private, []byte("\n"), nil), "damaged"},
		"cut PEM":           {private[:len(private)/2], "damaged"},
		"two keys":          {append(bytes.Clone(private), private...), "more than one"},
		"passphrase":        {keyText(t, "encrypted"), "passphrase"},
		"elliptic curve":    {keyText(t, "ec-p256"), "RSA is needed"},
		"512 bits":          {keyText(t, "rsa-512"), "1024 to 8192"},
		"cut base64":        {[]byte(line[:800]), "not an RSA private key"},
		"changed base64":    {[]byte(line[:900] + "AAAA" + line[904:]), "not an RSA private key"},
		"too long":          {bytes.Repeat([]byte("A"), 20_000), "longer than"},
		"base64 of nothing": {[]byte("AAAA"), "not an RSA private key"},
	}
	for name, c := range privates {
		t.Run("private: "+name, func(t *testing.T) {
			_, err := opay.ParsePrivateKey("merchant private key", c.text)
			checkKeyError(t, err, "merchant private key", c.says, c.text)
		})
	}
	huge, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 8192), big.NewInt(1)), E: 65537})
	noError(t, err)
	publicOf := func(n *big.Int, e int) []byte {
		raw, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n, E: e})
		noError(t, err)
		return []byte(base64.RawURLEncoding.EncodeToString(raw))
	}
	publics := map[string]struct {
		text []byte
		says string
	}{
		"a private key":        {private, "private key"},
		"private, one line":    {[]byte(line), "private key"},
		"private, PKCS#1":      {[]byte(base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(own))), "private key"},
		"512 bits":             {publicOf(small.N, small.E), "512 bits"},
		"8193 bits":            {[]byte(base64.StdEncoding.EncodeToString(huge)), "8193 bits"},
		"even exponent":        {publicOf(own.N, 65536), "exponent"},
		"exponent 1":           {publicOf(own.N, 1), "exponent"},
		"even modulus":         {publicOf(new(big.Int).Lsh(own.N, 1), 65537), "even modulus"},
		"not base64":           {[]byte("MIIB*"), "neither PEM nor base64"},
		"something else's DER": {[]byte("AAAA"), "not an RSA public key"},
	}
	for name, c := range publics {
		t.Run("public: "+name, func(t *testing.T) {
			_, err := opay.ParsePublicKey("platform public key", c.text)
			checkKeyError(t, err, "platform public key", c.says, c.text)
		})
	}
}

func checkKeyError(t *testing.T, err error, role, says string, text []byte) {
	t.Helper()
	isError(t, err, opay.ErrKey)
	contains(t, err.Error(), role)
	contains(t, err.Error(), says)
	for _, part := range chunks(strings.TrimSpace(string(text)), 16) {
		if len(part) == 16 && !strings.Contains(part, "-----") && !strings.Contains(part, " ") {
			lacks(t, err.Error(), part, "the error")
		}
	}
}

func TestGenerateKeys_WritesWhatItReads(t *testing.T) {
	k, err := opay.GenerateKeys(0)
	noError(t, err)
	equal(t, k.N.BitLen(), 2048, "default size")
	equal(t, k.E, 65537, "exponent")
	private, err := opay.MarshalPrivateKey(k)
	noError(t, err)
	public, err := opay.MarshalPublicKey(&k.PublicKey)
	noError(t, err)
	contains(t, string(private), "-----BEGIN PRIVATE KEY-----")
	contains(t, string(public), "-----BEGIN PUBLIC KEY-----")
	k2, err := opay.ParsePrivateKey("x", private)
	noError(t, err)
	p2, err := opay.ParsePublicKey("x", public)
	noError(t, err)
	equal(t, k.Equal(k2) && k.PublicKey.Equal(p2), true, "the same keys")

	small, err := opay.GenerateKeys(1024)
	noError(t, err)
	equal(t, small.N.BitLen(), 1024, "size asked for")
	for _, bits := range []int{-1, 1, 1023, 8193} {
		_, err := opay.GenerateKeys(bits)
		isError(t, err, opay.ErrKey)
	}
	_, err = opay.MarshalPrivateKey(nil)
	isError(t, err, opay.ErrKey)
	_, err = opay.MarshalPublicKey(nil)
	isError(t, err, opay.ErrKey)
}

func TestFingerprint(t *testing.T) {
	a, b := key(t, "merchant"), key(t, "platform")
	fp := opay.Fingerprint(&a.PublicKey)
	equal(t, len(fp), len("SHA256:")+43, "length")
	equal(t, fp, opay.Fingerprint(&rsa.PublicKey{N: a.N, E: a.E}), "depends on the key alone")
	if fp == opay.Fingerprint(&b.PublicKey) {
		t.Error("two keys with one fingerprint")
	}
	equal(t, opay.Fingerprint(nil), "", "of no key")
}

func TestNewKeyring_RefusesWhatCannotWork(t *testing.T) {
	own, peer := key(t, "merchant"), key(t, "platform")
	for name, c := range map[string]struct {
		own   *rsa.PrivateKey
		peers []*rsa.PublicKey
		want  error
	}{
		"no own key":            {nil, []*rsa.PublicKey{&peer.PublicKey}, opay.ErrKey},
		"empty own key":         {&rsa.PrivateKey{}, []*rsa.PublicKey{&peer.PublicKey}, opay.ErrKey},
		"no peer":               {own, nil, opay.ErrKey},
		"nil peer":              {own, []*rsa.PublicKey{&peer.PublicKey, nil}, opay.ErrKey},
		"bad peer":              {own, []*rsa.PublicKey{{N: peer.N, E: 2}}, opay.ErrKey},
		"own key as peer":       {own, []*rsa.PublicKey{&own.PublicKey}, opay.ErrOwnKey},
		"own key as second":     {own, []*rsa.PublicKey{&peer.PublicKey, {N: own.N, E: own.E}}, opay.ErrOwnKey},
		"own modulus, other e":  {own, []*rsa.PublicKey{{N: own.N, E: 3}}, opay.ErrOwnKey},
		"halves of two keys":    {&rsa.PrivateKey{PublicKey: peer.PublicKey, D: own.D, Primes: own.Primes}, []*rsa.PublicKey{&peer.PublicKey}, opay.ErrOwnKey},
		"private half is wrong": {&rsa.PrivateKey{PublicKey: key(t, "stranger").PublicKey, D: own.D, Primes: own.Primes}, []*rsa.PublicKey{&peer.PublicKey}, opay.ErrKey},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := opay.NewKeyring(c.own, c.peers...)
			isError(t, err, c.want)
		})
	}
}

func TestKeyringCheck_AsksForTodaysStrength(t *testing.T) {
	good, peer := key(t, "merchant"), key(t, "platform")
	noError(t, ring(t, good, peer).Check())
	noError(t, ring(t, key(t, "rsa-2056"), peer).Check())
	for _, weak := range []string{"rsa-1024", "rsa-1536", "rsa-2048-e3"} {
		err := ring(t, key(t, weak), peer).Check()
		isError(t, err, opay.ErrWeakKey)
		contains(t, err.Error(), "our private key")
		err = ring(t, good, peer, key(t, weak)).Check()
		isError(t, err, opay.ErrWeakKey)
		contains(t, err.Error(), "public key 2")
	}
}

func TestKeyring_PrintsFingerprintsOnly(t *testing.T) {
	own, peer := key(t, "merchant"), key(t, "platform")
	k := ring(t, own, peer)
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "keys", k)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "keys", k)
	encoded, err := json.Marshal(map[string]any{"keys": k})
	noError(t, err)
	for _, text := range []string{fmt.Sprintf("%v", k), fmt.Sprintf("%+v", k), fmt.Sprintf("%#v", k), k.String(), logged.String(), string(encoded)} {
		for _, n := range []*big.Int{own.D, own.Primes[0], own.Primes[1]} {
			lacks(t, text, n.String(), "a keyring")
			lacks(t, text, n.Text(16), "a keyring")
		}
	}
	contains(t, k.String(), opay.Fingerprint(&own.PublicKey))
	equal(t, (*opay.Keyring)(nil).String(), "keyring(none)", "nil")
}

func FuzzParsePrivateKey(f *testing.F) {
	for _, name := range []string{"merchant", "rsa-1024", "rsa-512", "ec-p256", "encrypted"} {
		f.Add(keyText(f, name))
	}
	f.Add([]byte(base64.RawURLEncoding.EncodeToString(der(f, keyText(f, "rsa-1024")))))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := opay.ParsePrivateKey("role", text)
		if err != nil {
			isError(t, err, opay.ErrKey)
			return
		}
		again, err := opay.MarshalPrivateKey(k)
		noError(t, err)
		back, err := opay.ParsePrivateKey("role", again)
		noError(t, err)
		equal(t, back.Equal(k), true, "written and read")
	})
}

func FuzzParsePublicKey(f *testing.F) {
	for _, name := range []string{"merchant", "rsa-1024", "rsa-2048-e3"} {
		text, err := opay.MarshalPublicKey(&key(f, name).PublicKey)
		noError(f, err)
		f.Add(text)
		f.Add([]byte(base64.RawURLEncoding.EncodeToString(der(f, text))))
	}
	f.Add(keyText(f, "rsa-1024"))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := opay.ParsePublicKey("role", text)
		if err != nil {
			isError(t, err, opay.ErrKey)
			return
		}
		if bits := k.N.BitLen(); bits < 1024 || bits > 8192 || k.E < 3 || k.E%2 == 0 {
			t.Errorf("a key of %d bits and exponent %d was read", bits, k.E)
		}
		again, err := opay.MarshalPublicKey(k)
		noError(t, err)
		back, err := opay.ParsePublicKey("role", again)
		noError(t, err)
		equal(t, back.Equal(k), true, "written and read")
	})
}

func chunks(text string, size int) []string {
	var parts []string
	for len(text) > size {
		parts = append(parts, text[:size])
		text = text[size:]
	}
	return append(parts, text)
}
