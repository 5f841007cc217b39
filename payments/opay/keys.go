package opay

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Sizes of RSA moduli, in bits (platform/api.md §1).
const (
	MinKeyBits     = 1024 // smaller keys are refused
	MaxKeyBits     = 8192 // larger keys are refused
	DefaultKeyBits = 2048 // default of GenerateKeys, and the minimum of Keyring.Check

	maxKeyText = 16 << 10 // bytes; an 8192-bit private key takes about 6.5 KB
)

// ParsePrivateKey parses an RSA private key: PEM (PKCS#8 or PKCS#1) or base64 of
// the DER, in either alphabet, with or without padding. The key must have 1024 to
// 8192 bits and an odd exponent of at least 3. role names the key in errors, such
// as "merchant private key". Errors wrap [ErrKey] and do not quote text.
func ParsePrivateKey(role string, text []byte) (*rsa.PrivateKey, error) {
	return parseKey(role, text, privateFromDER, func(key *rsa.PrivateKey) *rsa.PublicKey { return &key.PublicKey })
}

// ParsePublicKey parses an RSA public key: PEM (PKIX or PKCS#1, "RSA PUBLIC KEY")
// or base64 of the DER, in either alphabet, with or without padding. Sizes, role
// and errors are those of [ParsePrivateKey].
func ParsePublicKey(role string, text []byte) (*rsa.PublicKey, error) {
	return parseKey(role, text, publicFromDER, func(key *rsa.PublicKey) *rsa.PublicKey { return key })
}

func parseKey[K any](role string, text []byte, fromDER func([]byte) (*K, error), public func(*K) *rsa.PublicKey) (*K, error) {
	der, err := keyDER(text)
	var key *K
	if err == nil {
		key, err = fromDER(der)
	}
	if err == nil {
		err = checkPublicKey(public(key))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrKey, role, err)
	}
	return key, nil
}

// GenerateKeys returns a new key pair with a modulus of 1024 to 8192 bits, or 2048
// if bits is 0. The exponent is 65537.
func GenerateKeys(bits int) (*rsa.PrivateKey, error) {
	if bits == 0 {
		bits = DefaultKeyBits
	}
	if bits < MinKeyBits || bits > MaxKeyBits {
		return nil, fmt.Errorf("%w: %d bits asked for, %d to %d possible", ErrKey, bits, MinKeyBits, MaxKeyBits)
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("generate a key pair: %w", err)
	}
	return key, nil
}

// MarshalPrivateKey returns a private key as PEM in PKCS#8 form.
func MarshalPrivateKey(key *rsa.PrivateKey) ([]byte, error) {
	if key == nil {
		return nil, fmt.Errorf("%w: no private key to write", ErrKey)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w: the private key cannot be written", ErrKey)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// MarshalPublicKey returns a public key as PEM in PKIX form (SubjectPublicKeyInfo).
func MarshalPublicKey(key *rsa.PublicKey) ([]byte, error) {
	if key == nil || key.N == nil {
		return nil, fmt.Errorf("%w: no public key to write", ErrKey)
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("write a public key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// Fingerprint returns a fingerprint for people to compare: "SHA256:" and the
// unpadded base64 of the SHA-256 of the key's SubjectPublicKeyInfo in DER. It is
// empty for a nil key.
func Fingerprint(key *rsa.PublicKey) string {
	if key == nil || key.N == nil {
		return ""
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// keyDER extracts the DER from a key's text. Errors about keys are fixed texts,
// because messages of parsers may quote the key.
func keyDER(text []byte) ([]byte, error) {
	if len(text) > maxKeyText {
		return nil, fmt.Errorf("the text is longer than %d bytes", maxKeyText)
	}
	if strings.Contains(string(text), "-----BEGIN") {
		block, rest := pem.Decode(text)
		switch {
		case block == nil:
			return nil, errors.New("the PEM text is damaged (lost line breaks, or cut off?)")
		case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
			return nil, errors.New("protected by a passphrase; give it without")
		case strings.Contains(string(rest), "-----BEGIN"):
			return nil, errors.New("more than one PEM block; give one key")
		}
		return block.Bytes, nil
	}
	line := strings.Join(strings.Fields(string(text)), "")
	if line == "" {
		return nil, errors.New("empty")
	}
	line = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(line, "="))
	der, err := base64.RawStdEncoding.DecodeString(line)
	if err != nil {
		return nil, errors.New("neither PEM nor base64")
	}
	return der, nil
}

func privateFromDER(der []byte) (*rsa.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		key, err := x509.ParsePKCS1PrivateKey(der)
		if err == nil {
			return key, nil
		}
		if _, err := publicFromDER(der); err == nil {
			return nil, errors.New("this is a public key, the private key is needed")
		}
		return nil, fmt.Errorf("not an RSA private key (PKCS#8 or PKCS#1) of %d to %d bits", MinKeyBits, MaxKeyBits)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("a private key of another kind, RSA is needed")
	}
	return key, nil
}

func publicFromDER(der []byte) (*rsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		key, err := x509.ParsePKCS1PublicKey(der)
		if err == nil {
			return key, nil
		}
		if isPrivateDER(der) {
			return nil, errors.New("this is a private key, the public key is needed")
		}
		return nil, errors.New("not an RSA public key (PKIX or PKCS#1)")
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("a public key of another kind, RSA is needed")
	}
	return key, nil
}

func isPrivateDER(der []byte) bool {
	if _, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return true
	}
	_, err := x509.ParsePKCS1PrivateKey(der)
	return err == nil
}

// checkPublicKey accepts the keys that platform/api.md §1 allows.
func checkPublicKey(key *rsa.PublicKey) error {
	switch bits := key.N.BitLen(); {
	case bits < MinKeyBits || bits > MaxKeyBits:
		return fmt.Errorf("%d bits, %d to %d are possible", bits, MinKeyBits, MaxKeyBits)
	case key.N.Bit(0) == 0:
		return errors.New("even modulus")
	case key.E < 3 || key.E&1 == 0:
		return errors.New("the exponent must be odd and at least 3")
	default:
		return nil
	}
}
