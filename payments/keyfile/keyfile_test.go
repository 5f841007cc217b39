package keyfile_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

func TestRead_TakesGoodFilesAndNamesTheProblemOfOthers(t *testing.T) {
	key, err := opay.GenerateKeys(0)
	require.NoError(t, err)
	private, err := opay.MarshalPrivateKey(key)
	require.NoError(t, err)
	public, err := opay.MarshalPublicKey(&key.PublicKey)
	require.NoError(t, err)
	folder := t.TempDir()
	file := func(text []byte, mode fs.FileMode) string {
		f, err := os.CreateTemp(folder, "key")
		require.NoError(t, err)
		_, err = f.Write(text)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.NoError(t, os.Chmod(f.Name(), mode))
		return f.Name()
	}
	for _, mode := range []fs.FileMode{0o600, 0o400, 0o640, 0o440} {
		got, err := keyfile.ReadPrivate(file(private, mode))
		require.NoError(t, err, mode)
		assert.True(t, got.Equal(key))
	}
	for _, mode := range []fs.FileMode{0o644, 0o600, 0o444} {
		got, err := keyfile.ReadPublic(file(public, mode))
		require.NoError(t, err, mode)
		assert.True(t, got.Equal(&key.PublicKey))
	}

	readPrivate := func(name string) error { _, err := keyfile.ReadPrivate(name); return err }
	readPublic := func(name string) error { _, err := keyfile.ReadPublic(name); return err }
	for _, mode := range []fs.FileMode{0o600, 0o440} {
		got, err := keyfile.ReadSecret(file([]byte("hunter2-hunter2-hunter2\r\n"), mode))
		require.NoError(t, err, mode)
		assert.Equal(t, "hunter2-hunter2-hunter2", got)
	}
	readSecret := func(name string) error { _, err := keyfile.ReadSecret(name); return err }
	for name, row := range map[string]struct {
		read func(string) error
		file string
		want keyfile.Problem
	}{
		"private, readable by all":          {readPrivate, file(private, 0o644), keyfile.Exposed},
		"private, readable by others alone": {readPrivate, file(private, 0o604), keyfile.Exposed},
		"private, writable by the group":    {readPrivate, file(private, 0o660), keyfile.Exposed},
		"public where private is needed":    {readPrivate, file(public, 0o600), keyfile.Public},
		"public is said before its mode":    {readPrivate, file(public, 0o644), keyfile.Public},
		"private where public is needed":    {readPublic, file(private, 0o600), keyfile.Private},
		"public, writable by others":        {readPublic, file(public, 0o666), keyfile.Writable},
		"no private key":                    {readPrivate, file([]byte("hunter2 hunter2!"), 0o600), keyfile.Damaged},
		"no public key":                     {readPublic, file([]byte("hunter2 hunter2!"), 0o600), keyfile.Damaged},
		"a large file":                      {readPrivate, file([]byte(strings.Repeat("hunter2 ", 4096)), 0o600), keyfile.TooLarge},
		"a folder":                          {readPublic, folder, keyfile.NoFile},
		"a secret for all":                  {readSecret, file([]byte("hunter2-hunter2-hunter2"), 0o644), keyfile.Exposed},
		"a short secret":                    {readSecret, file([]byte("hunter2"), 0o600), keyfile.Damaged},
		"a secret on two lines":             {readSecret, file([]byte("hunter2-hunter2-hunter2\nhunter2"), 0o600), keyfile.Damaged},
		"a key for a secret":                {readSecret, file(private, 0o600), keyfile.Damaged},
		"no secret":                         {readSecret, filepath.Join(folder, "none"), keyfile.Missing},
		"nothing":                           {readPrivate, filepath.Join(folder, "none"), keyfile.Missing},
	} {
		t.Run(name, func(t *testing.T) {
			var problem *keyfile.Error
			require.ErrorAs(t, row.read(row.file), &problem)
			assert.Equal(t, row.want, problem.Problem)
			assert.Contains(t, problem.Error(), row.file)
			assert.NotContains(t, problem.Error(), "hunter2", "an error never holds what is in the file")
			assert.NotContains(t, problem.Error(), string(private[40:80]))
		})
	}
}
