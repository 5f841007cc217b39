package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"rsc.io/qr"

	"github.com/coincart/coincart/models"
)

// Codes follow RFC 6238 with the parameters that all authenticator apps support: SHA-1, six digits, thirty seconds.
const (
	period     = 30 // seconds
	skew       = 1  // neighbouring steps before and after the current one whose codes are accepted
	secretSize = 20 // bytes, RFC 4226 §4
)

// A recovery code replaces a code of the authenticator once.
const (
	recoveryCodes  = 10
	recoveryLength = 16 // base32 characters: 80 random bits, enough for an unsalted hash
)

func newSecret() models.Secret {
	b := make([]byte, secretSize)
	_, _ = rand.Read(b) // crypto/rand never fails
	return models.Secret(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// Step returns the number of the 30-second step that contains at.
func Step(at time.Time) int64 { return at.Unix() / period }

// Code returns the authenticator's code for a step.
func Code(secret models.Secret, step int64) (string, error) {
	if step < 0 {
		return "", fmt.Errorf("make a code: step %d", step)
	}
	code, err := hotp.GenerateCodeCustom(secret.Reveal(), uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	return code, nil
}

// matchStep finds the step that code belongs to, among the current one and its neighbours, but only later than used, the last one accepted.
// It compares all of them to take constant time.
func matchStep(secret models.Secret, code string, now time.Time, used int64) (step int64, ok bool, err error) {
	for s := Step(now) - skew; s <= Step(now)+skew; s++ {
		want, err := Code(secret, s)
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > used {
			step, ok = s, true
		}
	}
	return step, ok, nil
}

// Key is what an authenticator app is set up with.
type Key struct {
	Secret models.Secret
	Issuer string
	Email  string
}

// URL returns the key as an otpauth URL (github.com/google/google-authenticator/wiki/Key-Uri-Format).
func (k Key) URL() string {
	issuer := strings.ReplaceAll(k.Issuer, ":", " ")
	return "otpauth://totp/" + escape(issuer) + ":" + escape(k.Email) + "?secret=" + k.Secret.Reveal() + "&issuer=" + escape(issuer)
}

// escape encodes a space as %20, because authenticator apps show a plus as a plus.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// Grouped returns the secret in groups of four characters, for typing.
func (k Key) Grouped() string {
	var groups []string
	for group := range slices.Chunk([]byte(k.Secret.Reveal()), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

// quietZone is the margin of a QR code, in modules (ISO/IEC 18004).
const quietZone = 4

// QR draws the key as a QR code. It returns the number of modules on a side, margin included, and an SVG path in which a module has the
// size 1.
func (k Key) QR() (size int, path string, err error) {
	code, err := qr.Encode(k.URL(), qr.M)
	if err != nil {
		return 0, "", fmt.Errorf("draw a QR code: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, run, run)
				x += run
			}
		}
	}
	return code.Size + 2*quietZone, b.String(), nil
}

// newRecovery returns a set of recovery codes as they are shown, and their hashes as they are stored.
func newRecovery() (codes []string, hashes string) {
	stored := make([]string, recoveryCodes)
	for i := range recoveryCodes {
		code := rand.Text()[:recoveryLength]
		codes = append(codes, strings.ToLower(code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:]))
		stored[i] = RecoveryHash(code)
	}
	return codes, strings.Join(stored, " ")
}

// RecoveryHash returns the hash of a recovery code as models.Staff.RecoveryHash holds it. The code may have spaces and dashes.
func RecoveryHash(code string) string {
	sum := sha256.Sum256([]byte(normalCode(code)))
	return hex.EncodeToString(sum[:])
}

// normalCode returns a recovery code in upper case, without the spaces and dashes that people type.
func normalCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(typed))
}

// RecoveryLeft returns the number of recovery codes that a person has left.
func RecoveryLeft(s models.Staff) int { return len(strings.Fields(s.RecoveryHash)) }

// readCode parses what a person typed: six digits of an authenticator, or a recovery code. It ignores spaces and dashes.
func readCode(typed string) (code string, recovery, ok bool) {
	const longest = 64
	if len(typed) > longest {
		return "", false, false
	}
	code = normalCode(typed)
	switch {
	case len(code) == int(otp.DigitsSix) && strings.Trim(code, "0123456789") == "":
		return code, false, true
	case len(code) == recoveryLength && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == "":
		return code, true, true
	}
	return "", false, false
}
