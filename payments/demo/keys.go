package demo

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

// AppID is the app id of the demo's shop at its sandbox.
const AppID = "coincart_demo"

// Keys holds the keys of both parties, because the demo plays both.
type Keys struct {
	Merchant, Platform *rsa.PrivateKey
}

// LoadOrMakeKeys reads both parties' keys from the folder, or creates them on the first start.
func LoadOrMakeKeys(folder string) (Keys, error) {
	var keys Keys
	var group errgroup.Group
	for _, party := range []struct {
		name string
		to   **rsa.PrivateKey
	}{{"merchant", &keys.Merchant}, {"platform", &keys.Platform}} {
		group.Go(func() error {
			private := filepath.Join(folder, party.name+".pem")
			if _, err := os.Lstat(private); errors.Is(err, fs.ErrNotExist) {
				key, err := opay.GenerateKeys(0)
				if err != nil {
					return fmt.Errorf("create the demo's keys: %w", err)
				}
				*party.to = key
				return keyfile.WritePair(key, private, filepath.Join(folder, party.name+".pub.pem"))
			}
			key, err := keyfile.ReadPrivate(private)
			if err != nil {
				return fmt.Errorf("the demo's %s key: %w", party.name, err)
			}
			*party.to = key
			return nil
		})
	}
	return keys, group.Wait() //nolint:wrapcheck // the errors have context already
}

// Seed returns a seed for the sandbox's numbers, so that they differ between data folders and stay the same over a restart.
func Seed(key *rsa.PrivateKey) uint64 {
	sum := sha256.Sum256(key.N.Bytes())
	return binary.BigEndian.Uint64(sum[:])
}

// PrivateFolder creates a folder for its owner only, because it holds keys.
func PrivateFolder(name string) error {
	if err := os.MkdirAll(name, 0o700); err != nil {
		return fmt.Errorf("create the data folder: %w", err)
	}
	if err := os.Chmod(name, 0o700); err != nil { //nolint:gosec // a folder needs the x bit
		return fmt.Errorf("protect the data folder: %w", err)
	}
	return nil
}
