package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"rsc.io/qr"

	"github.com/coincart/coincart/models"
)

// The authenticator's code is RFC 6238 with what all of them understand: SHA-1, six digits, thirty seconds.
const (
	period     = 30 // seconds
	skew       = 1  // steps before and after the present one whose codes are taken too
	secretSize = 20 // bytes, RFC 4226 §4
)

// Recovery codes stand for the authenticator when it is lost, each once.
const (
	recoveryCodes  = 10
	recoveryLength = 16 // characters of base32: 80 random bits, so that a plain hash keeps them
)

func newSecret() models.Secret {
	b := make([]byte, secretSize)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return models.Secret(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// Step is the number of the 30-second step that a moment lies in.
func Step(at time.Time) int64 { return at.Unix() / period }

// Code is the authenticator's code of a step, for tests and for checking.
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

// matchStep finds the step whose code this is, among the present one and its neighbours, and later than the last one used. All are
// compared, whatever is found.
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

// Key is what an authenticator is told.
type Key struct {
	Secret models.Secret
	Issuer string
	Email  string
}

// URL is the key as authenticators scan it (github.com/google/google-authenticator/wiki/Key-Uri-Format).
func (k Key) URL() string {
	issuer := strings.ReplaceAll(k.Issuer, ":", " ")
	return "otpauth://totp/" + escape(issuer) + ":" + escape(k.Email) + "?secret=" + k.Secret.Reveal() + "&issuer=" + escape(issuer)
}

// escape writes a space as %20: authenticators take a plus for a plus.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// Grouped is the secret as a person types it: groups of four.
func (k Key) Grouped() string {
	text := k.Secret.Reveal()
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), " ")
}

// quiet is the margin of a QR code in modules (ISO/IEC 18004).
const quiet = 4

// QR draws the key as a QR code: size modules to a side with the margin, and an SVG path of one unit to a module.
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
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	return code.Size + 2*quiet, b.String(), nil
}

// newRecovery makes a set of recovery codes: as they are shown, and as they are stored.
func newRecovery() (codes []string, hashes string) {
	stored := make([]string, recoveryCodes)
	for i := range recoveryCodes {
		code := rand.Text()[:recoveryLength]
		codes = append(codes, strings.ToLower(code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:]))
		stored[i] = RecoveryHash(code)
	}
	return codes, strings.Join(stored, " ")
}

// RecoveryHash is how a recovery code is stored (models.Staff.RecoveryHash); it may be given as it is shown.
func RecoveryHash(code string) string {
	sum := sha256.Sum256([]byte(bare(code)))
	return hex.EncodeToString(sum[:])
}

// bare is a code without what people type between its characters.
func bare(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(typed))
}

// RecoveryLeft counts the recovery codes that a person has left.
func RecoveryLeft(s models.Staff) int { return len(strings.Fields(s.RecoveryHash)) }

// readCode tells what was typed: six digits of an authenticator, or a recovery code; spaces and dashes do not matter.
func readCode(typed string) (code string, recovery, ok bool) {
	const longest = 64
	if len(typed) > longest {
		return "", false, false
	}
	code = bare(typed)
	switch {
	case len(code) == int(otp.DigitsSix) && strings.Trim(code, "0123456789") == "":
		return code, false, true
	case len(code) == recoveryLength && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == "":
		return code, true, true
	}
	return "", false, false
}
