package main

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/coincart/coincart/payments/keyfile"
	"github.com/coincart/coincart/payments/opay"
)

// wire is how the shop speaks with the platform: the profile, and the keys or the secret that it needs.
type wire struct {
	profile opay.Profile
	keys    *opay.Keyring // with rsa signing
	secret  *opay.Secret  // with md5 signing
}

// warn logs what md5 signing does not protect.
func (w wire) warn(log *slog.Logger) {
	if w.profile.Signing == opay.SigningMD5 {
		log.Warn("md5 signing: messages are not encrypted, and the exchange's answers are not authenticated; only the TLS connection protects them. " +
			"Use rsa signing if the exchange offers it")
	}
}

// platformProfile returns the profile of the file that is set, with the paths and the way of signing of the other settings. md5 signing must be
// set by name, so that no file weakens a shop.
func (s *settings) platformProfile(p *problems) opay.Profile {
	signing := opay.Signing(cmp.Or(s.PlatformSigning, string(opay.SigningRSA)))
	if signing != opay.SigningRSA && signing != opay.SigningMD5 {
		p.setting("signing", "Value", s.PlatformSigning)
		signing = opay.SigningRSA
	}
	var profile opay.Profile
	if s.Profile != "" {
		var err error
		profile, err = readProfile(s.Profile)
		wrong, known := errors.AsType[*opay.ProfileError](err)
		switch {
		case known && wrong.Member != "":
			p.setting("profile_member", "File", s.Profile, "Member", wrong.Member)
		case err != nil:
			p.setting("profile_file", "File", s.Profile)
		case profile.Signing != "" && profile.Signing != signing:
			p.setting("profile_signing", "Value", string(signing), "File", s.Profile, "Other", string(profile.Signing))
		}
	}
	profile.Signing = signing
	profile.Paths.Pay, profile.Paths.Cancel = cmp.Or(s.PayPath, profile.Paths.Pay), cmp.Or(s.CancelPath, profile.Paths.Cancel)
	return profile
}

// readProfile reads a profile file of at most opay.MaxProfileBytes.
func readProfile(name string) (opay.Profile, error) {
	file, err := os.Open(name)
	if err != nil {
		return opay.Profile{}, err //nolint:wrapcheck // it has the file's name
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, opay.MaxProfileBytes+1))
	if err != nil {
		return opay.Profile{}, err //nolint:wrapcheck // it has the file's name
	}
	return opay.ParseProfile(text) //nolint:wrapcheck // the callers name the file
}

// loadSecret reads what a shop needs with md5 signing: the secret, and the merchant's private key, which then only encrypts data in the
// database. It adds problems to p.
func (s *settings) loadSecret(p *problems) (*opay.Secret, *rsa.PrivateKey) {
	before := len(*p)
	var own *rsa.PrivateKey
	var err error
	if s.MerchantKey == "" {
		p.add("COINCART_MERCHANT_KEY is missing: create a key pair with coincart keygen and set it to the private key file; with md5 signing it only encrypts data in the database")
	} else if own, err = loadPrivateKey("merchant private key", s.MerchantKey); err != nil {
		p.add("COINCART_MERCHANT_KEY: %s", err)
	}
	if len(s.PlatformKey) > 0 {
		p.add("COINCART_PLATFORM_KEY is for rsa signing, and COINCART_PLATFORM_SIGNING is md5: unset one of them")
	}
	if len(s.PlatformSecret) == 0 {
		p.add("COINCART_PLATFORM_SECRET is missing: save the secret that the exchange shows for this application to a file and set it to that file")
	}
	if len(s.PlatformSecret) > 2 {
		p.add("COINCART_PLATFORM_SECRET names %d files: two at most, the current secret and the other one", len(s.PlatformSecret))
	}
	texts := readSecrets(p, "COINCART_PLATFORM_SECRET", s.PlatformSecret)
	if len(*p) > before {
		return nil, nil
	}
	secret, err := opay.NewSecret(texts[0], texts[1:]...)
	if err != nil {
		p.add("COINCART_PLATFORM_SECRET: %s", err)
		return nil, nil
	}
	return secret, own
}

func readSecrets(p *problems, setting string, names []string) []string {
	var texts []string
	for _, name := range names {
		text, err := keyfile.ReadSecret(strings.TrimSpace(name))
		if err != nil {
			p.add("%s: %s", setting, err)
			continue
		}
		texts = append(texts, text)
	}
	return texts
}

// loadOrMakeDemoSecret reads the secret of the demo's shop and sandbox from the folder, or creates it on the first start.
func loadOrMakeDemoSecret(folder string) (*opay.Secret, error) {
	name := filepath.Join(folder, demoSecret)
	if !exists(name) {
		if err := keyfile.WriteNew(name, []byte(rand.Text()+"\n"), 0o600); err != nil {
			return nil, err
		}
	}
	text, err := keyfile.ReadSecret(name)
	if err != nil {
		return nil, err //nolint:wrapcheck // it has the file's name
	}
	return opay.NewSecret(text) //nolint:wrapcheck // ReadSecret has checked it
}

// demoSecret is the file of the demo's secret, in the data folder.
const demoSecret = "platform.secret"
