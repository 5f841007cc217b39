package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

// loadPrivateKey reads a private key file, which others must not be able to read (reliability.md E7).
func loadPrivateKey(role, name string) (*rsa.PrivateKey, error) {
	key, err := keyfile.ReadPrivate(name)
	if err != nil {
		return nil, fmt.Errorf("the %s: %w", role, err)
	}
	return key, nil
}

// loadPublicKey reads a public key file, which others may read but not change.
func loadPublicKey(role, name string) (*rsa.PublicKey, error) {
	key, err := keyfile.ReadPublic(name)
	if err != nil {
		return nil, fmt.Errorf("the %s: %w", role, err)
	}
	return key, nil
}

// isKeyProblem reports whether err is this problem of a key file.
func isKeyProblem(err error, problem keyfile.Problem) bool {
	found, ok := errors.AsType[*keyfile.Error](err)
	return ok && found.Problem == problem
}

// loadKeyring reads the shop's keys and makes all checks of reliability.md E7. It adds problems to p.
func (s *settings) loadKeyring(p *problems) (*opay.Keyring, *rsa.PrivateKey) {
	before := len(*p)
	if len(s.PlatformSecret) > 0 {
		p.add("COINCART_PLATFORM_SECRET is for md5 signing, and COINCART_PLATFORM_SIGNING is rsa: unset one of them")
	}
	var own *rsa.PrivateKey
	var err error
	if s.MerchantKey == "" {
		p.add("COINCART_MERCHANT_KEY is missing: create a key pair with coincart keygen and set it to the private key file")
	} else if own, err = loadPrivateKey("merchant private key", s.MerchantKey); err != nil {
		p.add("COINCART_MERCHANT_KEY: %s", err)
	}
	swapped := isKeyProblem(err, keyfile.Public)
	var peers []*rsa.PublicKey
	if len(s.PlatformKey) == 0 {
		p.add("COINCART_PLATFORM_KEY is missing: save the public key that the exchange shows for this application to a file and set it to that file")
	}
	if len(s.PlatformKey) > 2 {
		p.add("COINCART_PLATFORM_KEY names %d files: two at most, the current key and the next one", len(s.PlatformKey))
	}
	for _, name := range s.PlatformKey {
		peer, err := loadPublicKey("exchange public key", strings.TrimSpace(name))
		if err != nil {
			p.add("COINCART_PLATFORM_KEY: %s", err)
			if swapped && isKeyProblem(err, keyfile.Private) {
				p.add("COINCART_MERCHANT_KEY and COINCART_PLATFORM_KEY seem to be swapped: the first is the merchant private key file, the second the exchange public key file")
			}
			continue
		}
		peers = append(peers, peer)
	}
	if len(*p) > before {
		return nil, nil
	}
	ring, err := opay.NewKeyring(own, peers...)
	switch {
	case errors.Is(err, opay.ErrOwnKey):
		p.add("COINCART_PLATFORM_KEY contains the merchant's own public key: it must be the key that the exchange shows, not the one registered there")
		return nil, nil
	case err != nil:
		p.add("the keys cannot be used: %s", err)
		return nil, nil
	}
	if err := ring.Check(); err != nil {
		p.add("the keys are too weak: %s; create a new pair with coincart keygen", err)
		return nil, nil
	}
	return ring, own
}

// oneLine returns a public key in the form of the platform's own tools: base64 of the DER, URL alphabet, no padding (platform/api.md §1).
func oneLine(key *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("encode the public key: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(der), nil
}
