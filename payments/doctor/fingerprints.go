package doctor

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"strings"

	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

// KeyInfo is what may be shown of a key. It contains no secret.
type KeyInfo struct {
	File  string
	Print string // fingerprint; empty if the file cannot be used
	Bits  int
	Line  string // the public key in one line, as platforms accept it: base64 of the DER, URL alphabet, no padding (platform/api.md §1)
}

// KeyInfos reads the current key files: the shop's, then the platform's.
func (c Config) KeyInfos() (own KeyInfo, peers []KeyInfo) {
	own = KeyInfo{File: c.MerchantKey}
	if key, err := keyfile.ReadPrivate(c.MerchantKey); err == nil {
		own = info(c.MerchantKey, &key.PublicKey)
	}
	for _, name := range c.PlatformKeys {
		name = strings.TrimSpace(name)
		if key, err := keyfile.ReadPublic(name); err == nil {
			peers = append(peers, info(name, key))
			continue
		}
		peers = append(peers, KeyInfo{File: name})
	}
	return own, peers
}

func info(file string, key *rsa.PublicKey) KeyInfo {
	i := KeyInfo{File: file, Print: opay.Fingerprint(key), Bits: key.N.BitLen()}
	if der, err := x509.MarshalPKIXPublicKey(key); err == nil {
		i.Line = base64.RawURLEncoding.EncodeToString(der)
	}
	return i
}
