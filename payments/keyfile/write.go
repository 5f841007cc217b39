package keyfile

import (
	"crypto/hkdf"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/coincart/coincart/payments/opay"
)

// sealInfo separates the sealing key from other uses of the merchant's key. Another way of deriving the key needs another text.
const sealInfo = "coincart seal v1"

// SealKey derives the key that encrypts sessions and payers' tokens in the database: HKDF-SHA256 (RFC 5869) over the PKCS#8 DER of the
// merchant's private key, without salt. The shop thus has only one secret to keep. A new merchant key makes these data unreadable: sessions
// end, and payers of open attempts must sign in again.
func SealKey(own *rsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		return nil, errors.New("derive the encryption key: the private key cannot be encoded")
	}
	key, err := hkdf.Key(sha256.New, der, nil, sealInfo, 32)
	if err != nil {
		return nil, fmt.Errorf("derive the encryption key: %w", err)
	}
	return key, nil
}

// WriteNew writes a file that must not exist yet, so that a second run cannot destroy a key.
func WriteNew(name string, content []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fmt.Errorf("create the folder for %s: %w", name, err)
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, os.Remove(name)))
	}
	return nil
}

// WritePair writes both halves of a pair as PEM, the private one readable by its owner only.
func WritePair(key *rsa.PrivateKey, privateName, publicName string) error {
	private, err := opay.MarshalPrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode the private key: %w", err)
	}
	public, err := opay.MarshalPublicKey(&key.PublicKey)
	if err != nil {
		return fmt.Errorf("encode the public key: %w", err)
	}
	if err := WriteNew(privateName, private, 0o600); err != nil {
		return err
	}
	return WriteNew(publicName, public, 0o644)
}
