package doctor

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"

	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

// checkKeys reads the key files as the start of the shop does (reliability.md E7). The ring is nil where they cannot be used.
func (c Config) checkKeys() ([]Finding, *opay.Keyring) {
	own, ownBad := c.ownKey()
	peers, peerBad := c.peerKeys()
	if swapped(ownBad, peerBad) {
		return []Finding{key(CodeKeysSwapped, "File", c.MerchantKey, "Other", strings.Join(c.PlatformKeys, separator))}, nil
	}
	findings := peerBad
	if ownBad != nil {
		findings = append([]Finding{*ownBad}, peerBad...)
	}
	if len(findings) > 0 {
		return findings, nil
	}
	ring, err := opay.NewKeyring(own, peers...)
	switch {
	case errors.Is(err, opay.ErrOwnKey):
		return []Finding{key(CodePeerIsOwn, "File", strings.Join(c.PlatformKeys, separator), "Print", opay.Fingerprint(&own.PublicKey))}, nil
	case err != nil:
		return []Finding{key(CodeKeyDamaged, "File", c.MerchantKey)}, nil
	}
	if err := ring.Check(); err != nil {
		return []Finding{key(CodeKeyWeak, "File", c.MerchantKey)}, nil
	}
	return []Finding{goodKeys(own, peers)}, ring
}

func goodKeys(own *rsa.PrivateKey, peers []*rsa.PublicKey) Finding {
	prints := make([]string, len(peers))
	for i, peer := range peers {
		prints[i] = opay.Fingerprint(peer)
	}
	f := Finding{CheckKeys, Good, CodeKeysGood, []string{"Own", opay.Fingerprint(&own.PublicKey), "Peer", strings.Join(prints, separator)}}
	if len(peers) > 1 {
		f.Code = CodeKeysChanging
	}
	return f
}

// swapped reports that our file holds what is public and the platform's what is private.
func swapped(own *Finding, peers []Finding) bool {
	return own != nil && own.Code == CodeKeyIsPublic && len(peers) == 1 && peers[0].Code == CodePeerIsPrivate
}

func key(code Code, values ...string) Finding { return Finding{CheckKeys, Bad, code, values} }

func (c Config) ownKey() (*rsa.PrivateKey, *Finding) {
	if c.MerchantKey == "" {
		f := key(CodeKeyMissing)
		return nil, &f
	}
	own, err := keyfile.ReadPrivate(c.MerchantKey)
	if err == nil {
		return own, nil
	}
	f := keyFinding(err, c.MerchantKey, map[keyfile.Problem]Code{
		keyfile.Missing: CodeKeyNoFile, keyfile.NoFile: CodeKeyNoFile, keyfile.Exposed: CodeKeyExposed, keyfile.Public: CodeKeyIsPublic,
		keyfile.Damaged: CodeKeyDamaged, keyfile.TooLarge: CodeKeyDamaged,
	})
	return nil, &f
}

func (c Config) peerKeys() ([]*rsa.PublicKey, []Finding) {
	if len(c.PlatformKeys) == 0 {
		return nil, []Finding{key(CodePeerMissing)}
	}
	var peers []*rsa.PublicKey
	var findings []Finding
	if len(c.PlatformKeys) > 2 {
		findings = append(findings, key(CodePeersTooMany))
	}
	for _, name := range c.PlatformKeys {
		name = strings.TrimSpace(name)
		peer, err := keyfile.ReadPublic(name)
		if err == nil {
			peers = append(peers, peer)
			continue
		}
		findings = append(findings, keyFinding(err, name, map[keyfile.Problem]Code{
			keyfile.Missing: CodePeerNoFile, keyfile.NoFile: CodePeerNoFile, keyfile.Writable: CodePeerWritable,
			keyfile.Private: CodePeerIsPrivate, keyfile.Damaged: CodePeerDamaged, keyfile.TooLarge: CodePeerDamaged,
		}))
	}
	return peers, findings
}

func keyFinding(err error, name string, codes map[keyfile.Problem]Code) Finding {
	problem, ok := errors.AsType[*keyfile.Error](err)
	if !ok {
		return key(CodeKeyFileReadable, "File", name)
	}
	code, ok := codes[problem.Problem]
	if !ok {
		code = CodeKeyFileReadable
	}
	return key(code, "File", name, "Mode", fmt.Sprintf("%04o", problem.Mode))
}
