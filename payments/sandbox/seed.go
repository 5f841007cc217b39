package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// seed is the source of everything that looks random, so that the same seed and the same requests give the same transcript. Values are
// derived by name, not drawn in sequence: one more value in one place does not change the others.
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

// token returns an identifier of 34 hex digits, the form of the platform's openIds and tokens.
func (s seed) token(parts ...string) string {
	return hex.EncodeToString(s.derive(parts...))[:34]
}

// below returns a number from 0 to n-1. n must be small.
func (s seed) below(n int, parts ...string) int {
	return int(binary.BigEndian.Uint32(s.derive(parts...))) % n
}
