package opay

import (
	"bytes"
	"crypto/rsa"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
)

// Limits of an envelope, in blocks of the receiver's modulus. The limit of a
// notification is that of reliability.md E1. A request may carry 20 lines of goods
// at four bytes per character, which must also fit for platforms with keys of 1024
// bits. A statement of 2000 lines takes about 2000 blocks; the client limits the
// size of answers, 1 MiB and 8 MiB for a statement, so MaxResponseBlocks only has
// to exceed what fits.
const (
	MaxNotificationBlocks = 16
	MaxRequestBlocks      = 256
	MaxResponseBlocks     = 1 << 16
)

// parallelFrom is the number of blocks from which decryption uses several
// processors. Fewer blocks are decrypted before goroutines would pay off.
const parallelFrom = 32

// Envelope is an encrypted and signed message (platform/api.md §2). Both members
// are base64. They are written with the URL alphabet without padding, and accepted
// in either alphabet, with or without padding.
type Envelope struct {
	Data string `json:"data"`
	Sign string `json:"sign"`
}

// Digest is the SHA-256 that a signature covers. It stays the same when the
// plaintext is encrypted again, so it identifies duplicates.
type Digest [32]byte

// String returns the digest in lower-case hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Seal signs plain with the own key and encrypts it for the first of the peer's
// keys (platform/api.md §2). plain is used byte for byte and must not be empty. The
// caller must make its first member unpredictable (reliability.md E6).
func (k *Keyring) Seal(plain []byte) (Envelope, error) {
	if len(plain) == 0 {
		return Envelope{}, errors.New("seal: nothing to seal")
	}
	sig, err := signDigest(k.own, plainDigest(plain))
	if err != nil {
		return Envelope{}, fmt.Errorf("seal: sign: %w", err)
	}
	data, err := encrypt(k.peers[0], plain)
	if err != nil {
		return Envelope{}, fmt.Errorf("seal: encrypt: %w", err)
	}
	return Envelope{
		Data: base64.RawURLEncoding.EncodeToString(data),
		Sign: base64.RawURLEncoding.EncodeToString(sig),
	}, nil
}

// Open is [Keyring.OpenWithin] with a limit of [MaxRequestBlocks].
func (k *Keyring) Open(e Envelope) ([]byte, error) {
	return k.OpenWithin(e, MaxRequestBlocks)
}

// OpenWithin verifies and decrypts an envelope of up to maxBlocks blocks and
// returns the plaintext that was signed. It first checks the shape ([ErrShape]),
// then the signature with public keys only ([ErrSignature]). Then it decrypts every
// block with the private key, even after a failure, and compares the result with
// what was signed; any failure there is [ErrEnvelope] without details.
func (k *Keyring) OpenWithin(e Envelope, maxBlocks int) ([]byte, error) {
	data, digest, err := k.preCheck(e, maxBlocks)
	if err != nil {
		return nil, err
	}
	plain, whole := k.decrypt(data)
	signed := plainDigest(plain)
	if same := subtle.ConstantTimeCompare(signed[:], digest[:]); same&whole != 1 {
		return nil, ErrEnvelope
	}
	return plain, nil
}

// PreCheck is [Keyring.PreCheckWithin] with a limit of [MaxRequestBlocks].
func (k *Keyring) PreCheck(e Envelope) (Digest, error) {
	return k.PreCheckWithin(e, MaxRequestBlocks)
}

// PreCheckWithin checks the shape and the signature of an envelope of up to
// maxBlocks blocks without using the private key (reliability.md E1 and E2). It
// returns the digest that was signed. Errors wrap [ErrShape] or [ErrSignature].
func (k *Keyring) PreCheckWithin(e Envelope, maxBlocks int) (Digest, error) {
	_, digest, err := k.preCheck(e, maxBlocks)
	return digest, err
}

func (k *Keyring) preCheck(e Envelope, maxBlocks int) ([]byte, Digest, error) {
	size := k.own.Size()
	data, ok := decodeBase64(e.Data, maxBlocks*size)
	switch {
	case !ok:
		return nil, Digest{}, fmt.Errorf("%w: data is not base64 of at most %d blocks", ErrShape, maxBlocks)
	case len(data) == 0 || len(data)%size != 0:
		return nil, Digest{}, fmt.Errorf("%w: data is not made of whole blocks", ErrShape)
	}
	sig, ok := decodeBase64(e.Sign, MaxKeyBits/8)
	if !ok {
		return nil, Digest{}, fmt.Errorf("%w: sign is not base64", ErrShape)
	}
	fits := false
	for _, peer := range k.peers {
		if len(sig) != peer.Size() {
			continue
		}
		fits = true
		if digest, ok := recoverDigest(peer, sig); ok {
			return data, digest, nil
		}
	}
	if !fits {
		return nil, Digest{}, fmt.Errorf("%w: sign has not the length of a signature", ErrShape)
	}
	return nil, Digest{}, ErrSignature
}

// decrypt decrypts every block, even after a bad one, because stopping early would
// tell an observer which block was bad (reliability.md E3). whole is 1 if all
// blocks were good.
func (k *Keyring) decrypt(data []byte) (plain []byte, whole int) {
	size := k.own.Size()
	chunks := make([][]byte, len(data)/size)
	good := make([]int, len(chunks))
	workers := 1
	if len(chunks) >= parallelFrom {
		workers = min(runtime.GOMAXPROCS(0), len(chunks))
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(chunks); i += workers {
				chunk, err := decryptBlock(k.own, data[i*size:(i+1)*size])
				if err == nil {
					chunks[i], good[i] = chunk, 1
				}
			}
		})
	}
	wg.Wait()
	whole = 1
	for _, g := range good {
		whole &= g
	}
	return bytes.Join(chunks, nil), whole
}

func encrypt(pub *rsa.PublicKey, plain []byte) ([]byte, error) {
	size := pub.Size()
	step := size - pkcs1Overhead
	data := make([]byte, 0, (len(plain)+step-1)/step*size)
	for len(plain) > 0 {
		chunk := plain[:min(step, len(plain))]
		block, err := encryptBlock(pub, chunk)
		if err != nil {
			return nil, err
		}
		data = append(data, block...)
		plain = plain[len(chunk):]
	}
	return data, nil
}

// decodeBase64 decodes base64 of up to maxLen bytes, in either alphabet, with or
// without padding. It checks the alphabet itself, because encoding/base64 skips CR
// and LF even in strict mode. It refuses mixed alphabets and non-zero trailing
// bits, so that a message has one form in each alphabet.
func decodeBase64(text string, maxLen int) ([]byte, bool) {
	if len(text) > base64.StdEncoding.EncodedLen(maxLen) {
		return nil, false
	}
	body := strings.TrimRight(text, "=")
	if padding := len(text) - len(body); padding > 2 || padding > 0 && len(text)%4 != 0 {
		return nil, false
	}
	std, url := false, false
	for i := range len(body) {
		switch c := body[i]; {
		case isAlphanumeric(c):
		case c == '+' || c == '/':
			std = true
		case c == '-' || c == '_':
			url = true
		default:
			return nil, false
		}
	}
	if std && url {
		return nil, false
	}
	encoding := base64.RawURLEncoding
	if std {
		encoding = base64.RawStdEncoding
	}
	raw, err := encoding.Strict().DecodeString(body)
	if err != nil || len(raw) > maxLen {
		return nil, false
	}
	return raw, true
}
