package opay

import (
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Keyring is one side's view of the keys: our private key and the other side's
// public keys. The merchant's keyring and the platform's are alike. It is safe for
// use by several goroutines, and prints as fingerprints.
type Keyring struct {
	own   *rsa.PrivateKey
	peers []*rsa.PublicKey
}

// NewKeyring puts a keyring together. We encrypt to the first of the peer's keys
// and accept signatures by any of them, so that a peer can change its key
// (reliability.md E7).
//
// It refuses our own key among the peer's ([ErrOwnKey]), a missing peer, and keys
// that do not pass encrypt→decrypt and sign→verify ([ErrKey]). Call
// [Keyring.Check] too, unless keys below 2048 bits are meant to be used.
func NewKeyring(own *rsa.PrivateKey, peers ...*rsa.PublicKey) (*Keyring, error) {
	if own == nil || own.N == nil {
		return nil, fmt.Errorf("%w: our private key is missing", ErrKey)
	}
	if err := checkPublicKey(&own.PublicKey); err != nil {
		return nil, fmt.Errorf("%w: our private key: %w", ErrKey, err)
	}
	if len(peers) == 0 {
		return nil, fmt.Errorf("%w: the peer's public key is missing", ErrKey)
	}
	for i, peer := range peers {
		if peer == nil || peer.N == nil {
			return nil, fmt.Errorf("%w: the peer's public key %d is missing", ErrKey, i+1)
		}
		if err := checkPublicKey(peer); err != nil {
			return nil, fmt.Errorf("%w: the peer's public key %d: %w", ErrKey, i+1, err)
		}
		// The modulus alone decides: with it goes the private key.
		if peer.N.Cmp(own.N) == 0 {
			return nil, fmt.Errorf("%w (public key %d)", ErrOwnKey, i+1)
		}
	}
	if err := testKey(own); err != nil {
		return nil, err
	}
	return &Keyring{own: own, peers: slices.Clone(peers)}, nil
}

// Check asks of every key what a shop should ask at start (reliability.md E7): a
// modulus of at least 2048 bits and the exponent 65537. The error wraps
// [ErrWeakKey].
func (k *Keyring) Check() error {
	if err := checkStrength("our private key", &k.own.PublicKey); err != nil {
		return err
	}
	for i, peer := range k.peers {
		if err := checkStrength(fmt.Sprintf("the peer's public key %d", i+1), peer); err != nil {
			return err
		}
	}
	return nil
}

// String lists the keys' fingerprints.
func (k *Keyring) String() string {
	if k == nil {
		return "keyring(none)"
	}
	prints := make([]string, len(k.peers))
	for i, peer := range k.peers {
		prints[i] = Fingerprint(peer)
	}
	return "keyring(own " + Fingerprint(&k.own.PublicKey) + ", peer " + strings.Join(prints, " ") + ")"
}

// GoString is String: no verb prints a key.
func (k *Keyring) GoString() string { return k.String() }

// LogValue logs the fingerprints.
func (k *Keyring) LogValue() slog.Value { return slog.StringValue(k.String()) }

func checkStrength(role string, key *rsa.PublicKey) error {
	if bits := key.N.BitLen(); bits < DefaultKeyBits {
		return fmt.Errorf("%w: %s has %d bits, %d are needed", ErrWeakKey, role, bits, DefaultKeyBits)
	}
	if key.E != 65537 {
		return fmt.Errorf("%w: %s has the exponent %d, 65537 is needed", ErrWeakKey, role, key.E)
	}
	return nil
}

// testKey proves that the private key is whole, before a shopper's money is.
func testKey(own *rsa.PrivateKey) error {
	failed := errors.New("our private key does not pass its self-test")
	probe := []byte("opay self-test")
	block, err := encryptBlock(&own.PublicKey, probe)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, failed)
	}
	back, err := decryptBlock(own, block)
	if err != nil || subtle.ConstantTimeCompare(back, probe) != 1 {
		return fmt.Errorf("%w: %w", ErrKey, failed)
	}
	digest := plainDigest(probe)
	sig, err := signDigest(own, digest)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, failed)
	}
	if recovered, ok := recoverDigest(&own.PublicKey, sig); !ok || recovered != digest {
		return fmt.Errorf("%w: %w", ErrKey, failed)
	}
	return nil
}
