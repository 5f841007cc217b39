package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLooksSealed(t *testing.T) {
	for text, sealed := range map[string]bool{
		"":                                  true,
		"\x01\x9f\":\"\xf3\x00":             true, // by chance
		"\x01\x9fa\":\"\xf3\x00":            true,
		"\x01nonce{\"openId\":\"marked\"}":  false,
		"\x01nonce{\"openId\": \"marked\"}": false,
		"\x01{\"appOrderId\":\"ORDER\"}":    false,
		"{\"token\":\"marked\"}":            false,
		"plain":                             false,
	} {
		assert.Equal(t, sealed, looksSealed([]byte(text)), "%q", text)
	}
}
