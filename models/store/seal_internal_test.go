package store

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/models"
)

func TestSeal_OpensInItsPlaceOnly(t *testing.T) {
	s, err := newSealer(bytes.Repeat([]byte{7}, SealKeySize))
	require.NoError(t, err)
	plain := []byte("secret")
	sealed, err := s.seal("t.c", "row", plain)
	require.NoError(t, err)
	opened, err := s.open("t.c", "row", sealed)
	require.NoError(t, err)
	assert.Equal(t, plain, opened)
	again, err := s.seal("t.c", "row", plain)
	require.NoError(t, err)
	assert.NotEqual(t, sealed, again, "a nonce of its own")

	other, err := newSealer(bytes.Repeat([]byte{8}, SealKeySize))
	require.NoError(t, err)
	_, err = other.open("t.c", "row", sealed)
	require.ErrorIs(t, err, errSealed)
	for _, place := range [][2]string{{"t.c", "other"}, {"t.d", "row"}, {"t", "c\x00row"}} {
		_, err = s.open(place[0], place[1], sealed)
		require.ErrorIs(t, err, errSealed, "%q", place)
	}
	for i := range sealed {
		damaged := bytes.Clone(sealed)
		damaged[i] ^= 1
		_, err = s.open("t.c", "row", damaged)
		require.ErrorIs(t, err, errSealed, "byte %d", i)
	}
	for n := 1; n < len(sealed); n++ {
		_, err = s.open("t.c", "row", sealed[:n])
		require.ErrorIs(t, err, errSealed, "%d bytes", n)
	}
	empty, err := s.seal("t.c", "row", nil)
	require.NoError(t, err)
	assert.Nil(t, empty)
}

func TestSeal_PayersWithoutSecretsNeedNoKey(t *testing.T) {
	s, err := newSealer(nil)
	require.NoError(t, err)
	sealed, err := s.sealPayer("id", models.Payer{UserID: "1"})
	require.NoError(t, err)
	assert.Nil(t, sealed)
	_, err = s.sealPayer("id", models.Payer{OpenID: "o"})
	require.ErrorIs(t, err, ErrNoSealKey)
	_, err = s.open("c", "r", []byte{1})
	require.ErrorIs(t, err, ErrNoSealKey)
}
