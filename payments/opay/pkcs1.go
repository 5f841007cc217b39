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

// Everything that is RSA PKCS#1 v1.5 or MD5 is in this file and nowhere else
// (reliability.md E8). Neither would be chosen today: v1.5 encryption invites
// padding oracles, v1.5 signatures have no proof of security as PSS has, and
// MD5 collides. The platform's protocol (platform/api.md §2) leaves no choice, so
// the callers compensate:
//
//   - a private-key operation is only done for messages whose signature was found
//     good with public keys (recoverDigest), so nobody but the peer can ask;
//   - every block is decrypted, whatever the others gave, and all failures are one
//     error;
//   - what we sign begins with an unpredictable id, so nobody can prepare a
//     colliding text for it (reliability.md E6).

// pkcs1Overhead is the least padding of one block, RFC 8017 §7.2.1.
const pkcs1Overhead = 11

// sha256Prefix is the DER of DigestInfo for SHA-256 up to the digest, RFC 8017 §9.2.
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

// plainDigest is what is signed for a plaintext: SHA-256 over the lower-case hex
// MD5 of its bytes.
func plainDigest(plain []byte) Digest {
	sum := md5.Sum(plain) //nolint:gosec // the platform's choice, see above
	return sha256.Sum256([]byte(hex.EncodeToString(sum[:])))
}

// recoverDigest applies the public key to sig and returns the digest if the
// result has exactly the form EMSA-PKCS1-v1_5 with SHA-256, RFC 8017 §9.2. That
// is a full verification as soon as the digest is compared with the plaintext's.
// All of it is public, so it need not run in constant time.
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
