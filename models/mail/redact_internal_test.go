package mail

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedact_TakesTheAddressOutAndKeepsTheCause(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"550 <ada@example.org> unknown":         "550 <…> unknown",
		"ADA@Example.ORG: no; ada@example.org":  "…: no; …",
		"ada@exampleXorg, bob@example.org":      "ada@exampleXorg, bob@example.org",
		"the server said nothing about anybody": "the server said nothing about anybody",
	} {
		err := redact(fmt.Errorf("%s: %w", text, io.ErrUnexpectedEOF), " ada@example.org ")
		require.EqualError(t, err, want+": unexpected EOF")
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	plain := errors.New("plain")
	assert.Equal(t, plain, redact(plain, ""))
	assert.NoError(t, redact(nil, "ada@example.org"))
}
