package opay

import (
	"crypto/rsa"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Keyring holds the keys of one side: its private key and the other side's public
// keys. Merchants and the platform use it alike. It is safe for concurrent use, and
// prints as fingerprints.
type Keyring struct {
	own   *rsa.PrivateKey
	peers []*rsa.PublicKey
}

// NewKeyring returns a keyring. It encrypts for the first of the peer's keys and
// accepts signatures by any of them, so that a peer can change its key
// (reliability.md E7).
//
// NewKeyring refuses the own key among the peer's ([ErrOwnKey]), a missing peer,
// and keys that fail a test of encryption and signing ([ErrKey]). It accepts keys
// below 2048 bits: call [Keyring.Check] to refuse them.
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
		// Compare the modulus only: a key with the same one can use the private
		// key.
		if peer.N.Cmp(own.N) == 0 {
			return nil, fmt.Errorf("%w (public key %d)", ErrOwnKey, i+1)
		}
	}
	if err := testKey(own); err != nil {
		return nil, err
	}
	return &Keyring{own: own, peers: slices.Clone(peers)}, nil
}

// ParseKeyring returns a keyring of key texts, as [ParsePrivateKey] and
// [ParsePublicKey] take them. It refuses what [NewKeyring] and [Keyring.Check]
// refuse. Errors wrap [ErrKey], [ErrOwnKey] or [ErrWeakKey] and do not quote a text.
func ParseKeyring(private []byte, public ...[]byte) (*Keyring, error) {
	own, err := ParsePrivateKey("our private key", private)
	if err != nil {
		return nil, err
	}
	peers := make([]*rsa.PublicKey, len(public))
	for i, text := range public {
		if peers[i], err = ParsePublicKey("the peer's public key", text); err != nil {
			return nil, err
		}
	}
	ring, err := NewKeyring(own, peers...)
	if err != nil {
		return nil, err
	}
	if err := ring.Check(); err != nil {
		return nil, err
	}
	return ring, nil
}

// Check checks the strength of all keys (reliability.md E7): a modulus of at least
// 2048 bits and the exponent 65537. Errors wrap [ErrWeakKey].
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

// String returns the fingerprints of the keys.
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

// GoString returns String, so that no verb prints a key.
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

// testKey tests the private key before any payment depends on it.
func testKey(own *rsa.PrivateKey) error {
	probe := []byte("opay self-test")
	digest := plainDigest(probe)
	block, encryptErr := encryptBlock(&own.PublicKey, probe)
	sig, signErr := signDigest(own, digest)
	if encryptErr == nil && signErr == nil {
		back, err := decryptBlock(own, block)
		recovered, ok := recoverDigest(&own.PublicKey, sig)
		if err == nil && subtle.ConstantTimeCompare(back, probe) == 1 && ok && recovered == digest {
			return nil
		}
	}
	return fmt.Errorf("%w: our private key does not pass its self-test", ErrKey)
}
