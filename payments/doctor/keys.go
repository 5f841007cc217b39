package doctor

import (
	"cmp"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coincart/coincart/models/health"
	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

// wire is what a client needs to sign.
type wire struct {
	keys   *opay.Keyring
	secret *opay.Secret
}

// MD5 reports whether messages are signed with a shared secret (platform/api.md §5).
func (c Config) MD5() bool { return c.Profile.Signing == opay.SigningMD5 }

// checkKeys reads the key files with the rules of the shop's start (reliability.md E7). The wire is nil if they cannot be used.
func (c Config) checkKeys() ([]health.Finding, *wire) {
	if c.MD5() {
		return c.checkSecrets()
	}
	findings, ring := c.checkKeyring()
	if len(c.Secrets) > 0 {
		findings = append(findings, keyFault(CodeSecretUnused))
	}
	if ring == nil {
		return findings, nil
	}
	return findings, &wire{keys: ring}
}

// checkSecrets reads the files for md5 signing. The merchant's key then only encrypts data in the database.
func (c Config) checkSecrets() ([]health.Finding, *wire) {
	_, findings := c.ownKey()
	if len(c.PlatformKeys) > 0 {
		findings = append(findings, keyFault(CodePeerUnused))
	}
	switch {
	case len(c.Secrets) == 0:
		findings = append(findings, keyFault(CodeSecretMissing))
	case len(c.Secrets) > 2:
		findings = append(findings, keyFault(CodeSecretsTooMany))
	}
	var texts []string
	for _, name := range c.Secrets {
		name = strings.TrimSpace(name)
		text, err := keyfile.ReadSecret(name)
		if err == nil {
			texts = append(texts, text)
			continue
		}
		findings = append(findings, keyFinding(err, name, map[keyfile.Problem]health.Code{
			keyfile.Missing: CodeSecretNoFile, keyfile.NoFile: CodeSecretNoFile, keyfile.Exposed: CodeSecretExposed,
			keyfile.Damaged: CodeSecretDamaged, keyfile.TooLarge: CodeSecretDamaged,
		}))
	}
	if len(findings) > 0 {
		return findings, nil
	}
	secret, err := opay.NewSecret(texts[0], texts[1:]...)
	if err != nil {
		return []health.Finding{keyFault(CodeSecretDamaged, "File", strings.Join(c.Secrets, separator))}, nil
	}
	return []health.Finding{health.New(CheckKeys, health.Warn, CodeSecretGood)}, &wire{secret: secret}
}

func (c Config) checkKeyring() ([]health.Finding, *opay.Keyring) {
	own, ownBad := c.ownKey()
	peers, peerBad := c.peerKeys()
	if keysSwapped(ownBad, peerBad) {
		return []health.Finding{keyFault(CodeKeysSwapped, "File", c.MerchantKey, "Other", strings.Join(c.PlatformKeys, separator))}, nil
	}
	if findings := slices.Concat(ownBad, peerBad); len(findings) > 0 {
		return findings, nil
	}
	ring, err := opay.NewKeyring(own, peers...)
	switch {
	case errors.Is(err, opay.ErrOwnKey):
		return []health.Finding{keyFault(CodePeerIsOwn, "File", strings.Join(c.PlatformKeys, separator), "Print", opay.Fingerprint(&own.PublicKey))}, nil
	case err != nil:
		return []health.Finding{keyFault(CodeKeyDamaged, "File", c.MerchantKey)}, nil
	}
	if err := ring.Check(); err != nil {
		return []health.Finding{keyFault(CodeKeyWeak, "File", c.MerchantKey)}, nil
	}
	return []health.Finding{goodKeys(own, peers)}, ring
}

func goodKeys(own *rsa.PrivateKey, peers []*rsa.PublicKey) health.Finding {
	prints := make([]string, len(peers))
	for i, peer := range peers {
		prints[i] = opay.Fingerprint(peer)
	}
	f := health.New(CheckKeys, health.Good, CodeKeysGood, "Own", opay.Fingerprint(&own.PublicKey), "Peer", strings.Join(prints, separator))
	if len(peers) > 1 {
		f.Code = CodeKeysChanging
	}
	return f
}

// keysSwapped reports whether the shop's file has the public key and the platform's file the private one.
func keysSwapped(own, peers []health.Finding) bool {
	return len(own) == 1 && own[0].Code == CodeKeyIsPublic && len(peers) == 1 && peers[0].Code == CodePeerIsPrivate
}

func keyFault(code health.Code, values ...string) health.Finding {
	return health.New(CheckKeys, health.Bad, code, values...)
}

func (c Config) ownKey() (*rsa.PrivateKey, []health.Finding) {
	if c.MerchantKey == "" {
		return nil, []health.Finding{keyFault(CodeKeyMissing)}
	}
	own, err := keyfile.ReadPrivate(c.MerchantKey)
	if err == nil {
		return own, nil
	}
	return nil, []health.Finding{keyFinding(err, c.MerchantKey, map[keyfile.Problem]health.Code{
		keyfile.Missing: CodeKeyNoFile, keyfile.NoFile: CodeKeyNoFile, keyfile.Exposed: CodeKeyExposed, keyfile.Public: CodeKeyIsPublic,
		keyfile.Damaged: CodeKeyDamaged, keyfile.TooLarge: CodeKeyDamaged,
	})}
}

func (c Config) peerKeys() ([]*rsa.PublicKey, []health.Finding) {
	if len(c.PlatformKeys) == 0 {
		return nil, []health.Finding{keyFault(CodePeerMissing)}
	}
	var peers []*rsa.PublicKey
	var findings []health.Finding
	if len(c.PlatformKeys) > 2 {
		findings = append(findings, keyFault(CodePeersTooMany))
	}
	for _, name := range c.PlatformKeys {
		name = strings.TrimSpace(name)
		peer, err := keyfile.ReadPublic(name)
		if err == nil {
			peers = append(peers, peer)
			continue
		}
		findings = append(findings, keyFinding(err, name, map[keyfile.Problem]health.Code{
			keyfile.Missing: CodePeerNoFile, keyfile.NoFile: CodePeerNoFile, keyfile.Writable: CodePeerWritable,
			keyfile.Private: CodePeerIsPrivate, keyfile.Damaged: CodePeerDamaged, keyfile.TooLarge: CodePeerDamaged,
		}))
	}
	return peers, findings
}

// keyFinding returns the finding of a key file that cannot be used. codes are those of the problems that have one.
func keyFinding(err error, name string, codes map[keyfile.Problem]health.Code) health.Finding {
	problem, ok := errors.AsType[*keyfile.Error](err)
	if !ok {
		return keyFault(CodeKeyFileReadable, "File", name)
	}
	return keyFault(cmp.Or(codes[problem.Problem], CodeKeyFileReadable), "File", name, "Mode", fmt.Sprintf("%04o", problem.Mode))
}
