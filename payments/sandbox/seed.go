package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// seed is where everything that looks random comes from, so that the same seed and the same requests give the same transcript.
// Values are derived by name, not drawn in turn: one more question in one place does not shift the answers in all others.
type seed uint64

func (s seed) derive(parts ...string) []byte {
	key := binary.BigEndian.AppendUint64(nil, uint64(s))
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// token is an identifier of 34 hex digits, the form that the platform's openIds and tokens have.
func (s seed) token(parts ...string) string {
	return hex.EncodeToString(s.derive(parts...))[:34]
}

// below is a number from 0 to n-1; n is small.
func (s seed) below(n int, parts ...string) int {
	return int(binary.BigEndian.Uint32(s.derive(parts...))) % n
}
