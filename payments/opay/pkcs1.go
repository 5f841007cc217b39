package opay

import (
	"bytes"
	"crypto"
	"crypto/md5" //nolint:gosec // the platform signs the hex MD5 of the plaintext, see below
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
)

// This file contains all uses of RSA PKCS#1 v1.5 and MD5 (reliability.md E8).
// Neither would be chosen today: v1.5 encryption invites padding oracles, v1.5
// signatures lack the security proof of PSS, and MD5 has collisions. The platform's
// protocol (platform/api.md §2) requires them, so the callers compensate:
//
//   - the private key is used only on messages whose signature was verified with
//     public keys (recoverDigest), so only the peer can have it used;
//   - every block is decrypted, even after a failure, and all failures are one
//     error;
//   - what is signed begins with an unpredictable id, so nobody can prepare a
//     colliding text for it (reliability.md E6).

// pkcs1Overhead is the minimum padding of a block, in bytes (RFC 8017 §7.2.1).
const pkcs1Overhead = 11

// sha256Prefix is the DER encoding of a DigestInfo for SHA-256 without the digest
// (RFC 8017 §9.2).
var sha256Prefix = []byte{
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
}

func encryptBlock(pub *rsa.PublicKey, chunk []byte) ([]byte, error) {
	return rsa.EncryptPKCS1v15(rand.Reader, pub, chunk) //nolint:staticcheck // the platform's choice, see above
}

func decryptBlock(priv *rsa.PrivateKey, block []byte) ([]byte, error) {
	return rsa.DecryptPKCS1v15(nil, priv, block) //nolint:staticcheck // the platform's choice, see above
}

func signDigest(priv *rsa.PrivateKey, digest Digest) ([]byte, error) {
	return rsa.SignPKCS1v15(nil, priv, crypto.SHA256, digest[:])
}

// md5Sum is used for the platform's first signature too ([SigningMD5]). The secret
// stands at the end of what is hashed there, so that nobody can extend a signed
// text.
func md5Sum(text string) [md5.Size]byte {
	return md5.Sum([]byte(text)) //nolint:gosec // the platform's choice, see above
}

// plainDigest returns the digest that is signed for a plaintext: the SHA-256 of the
// lower-case hex MD5 of its bytes.
func plainDigest(plain []byte) Digest {
	sum := md5Sum(string(plain))
	return sha256.Sum256([]byte(hex.EncodeToString(sum[:])))
}

// recoverDigest applies the public key to sig and returns the digest if the result
// has exactly the form EMSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §9.2). Comparing the
// digest with the plaintext's completes the verification. All inputs are public, so
// it need not take constant time.
func recoverDigest(pub *rsa.PublicKey, sig []byte) (Digest, bool) {
	size := pub.Size()
	s := new(big.Int).SetBytes(sig)
	if len(sig) != size || s.Cmp(pub.N) >= 0 {
		return Digest{}, false
	}
	padded := s.Exp(s, big.NewInt(int64(pub.E)), pub.N).FillBytes(make([]byte, size))

	digestAt := size - len(Digest{})
	prefixAt := digestAt - len(sha256Prefix)
	want := make([]byte, 0, digestAt)
	want = append(want, 0x00, 0x01)
	want = append(want, bytes.Repeat([]byte{0xff}, prefixAt-3)...)
	want = append(want, 0x00)
	want = append(want, sha256Prefix...)
	if !bytes.Equal(padded[:digestAt], want) {
		return Digest{}, false
	}
	return Digest(padded[digestAt:]), true
}
