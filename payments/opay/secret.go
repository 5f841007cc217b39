package opay

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Limits of the text of a secret, in characters.
const (
	minSecret = 16
	maxSecret = 256
)

// maxNameBytes limits the name of a signed member.
const maxNameBytes = 64

// Secret is the text that merchant and platform share for [SigningMD5]. Merchants
// and the platform use it alike. It is safe for concurrent use, and prints without
// the text.
type Secret struct {
	texts []string // the first signs, all verify
}

// NewSecret returns a secret of 16 to 256 printable ASCII characters without
// spaces. It signs with current and accepts signatures by any of the texts, so that
// the secret can be changed. Errors wrap [ErrKey] and do not quote the text.
func NewSecret(current string, others ...string) (*Secret, error) {
	texts := append([]string{current}, others...)
	for _, text := range texts {
		if len(text) < minSecret || !isToken(text, maxSecret) {
			return nil, fmt.Errorf("%w: the secret must be %d to %d printable characters without spaces", ErrKey, minSecret, maxSecret)
		}
	}
	return &Secret{texts: texts}, nil
}

// String returns how many texts there are.
func (s *Secret) String() string {
	if s == nil {
		return "secret(none)"
	}
	return fmt.Sprintf("secret(%d)", len(s.texts))
}

// GoString returns String, so that no verb prints a text.
func (s *Secret) GoString() string { return s.String() }

// LogValue logs String.
func (s *Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON fails with [ErrRedacted].
func (s *Secret) MarshalJSON() ([]byte, error) { return nil, ErrRedacted }

// Seal returns a flat JSON object with string values and their signature as the
// last member, sign (platform/api.md §5). It leaves out fields without a value,
// because platforms differ in whether they sign them.
func (s *Secret) Seal(fields ...Field) []byte {
	fields = slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.Value == "" })
	return EncodeFields(append(fields, Field{signMember, s.sign(joinSorted(fields))})...)
}

// Sign returns the signature of an object in lower-case hexadecimal. A number is
// signed as it is written, an empty text like any other, and null and a member
// called sign not at all. Errors wrap [ErrShape]: a member is an object or an array.
func (s *Secret) Sign(o Object) (string, error) {
	fields, err := signedFields(o)
	if err != nil {
		return "", err
	}
	return s.sign(joinSorted(fields)), nil
}

// Verify checks that the member sign of an object is its signature, in hexadecimal
// of any case. Members with an empty text may be signed or not, because sources
// differ. It compares in constant time. Errors wrap [ErrShape] or [ErrSignature].
func (s *Secret) Verify(o Object) error {
	_, err := s.verify(o)
	return err
}

// verify returns the digest of the text that was signed, without the secret.
func (s *Secret) verify(o Object) (Digest, error) {
	if err := o.Exact(signMember); err != nil {
		return Digest{}, fmt.Errorf("%w: %w", ErrShape, err)
	}
	text, _ := o.Text(signMember)
	sign, err := hex.DecodeString(text)
	if err != nil || len(text) != md5HexBytes {
		return Digest{}, fmt.Errorf("%w: sign is not 32 hexadecimal digits", ErrShape)
	}
	fields, err := signedFields(o)
	if err != nil {
		return Digest{}, err
	}
	whole := joinSorted(fields)
	filled := joinSorted(slices.DeleteFunc(fields, func(f Field) bool { return f.Value == "" }))
	good := 0
	for _, secret := range s.texts {
		for _, text := range []string{whole, filled} {
			sum := md5Sum(text + secret)
			good |= subtle.ConstantTimeCompare(sum[:], sign)
		}
	}
	if good != 1 {
		return Digest{}, ErrSignature
	}
	return sha256.Sum256([]byte(whole)), nil
}

func (s *Secret) sign(text string) string {
	sum := md5Sum(text + s.texts[0])
	return hex.EncodeToString(sum[:])
}

// signMember is the member that holds a signature, and is not signed itself.
const (
	signMember  = "sign"
	md5HexBytes = 32
)

// signedFields returns the members of an object that are signed, as texts.
func signedFields(o Object) ([]Field, error) {
	fields := make([]Field, 0, len(o.members))
	for _, m := range o.members {
		switch {
		case m.name == signMember || m.value.kind == kindOther && m.value.text == "":
			continue
		case m.value.kind == kindObject || m.value.kind == kindArray:
			return nil, fmt.Errorf("%w: a member of a flat message is an object or an array", ErrShape)
		case !isToken(m.name, maxNameBytes):
			return nil, fmt.Errorf("%w: a name is not 1 to %d printable ASCII characters", ErrShape, maxNameBytes)
		}
		fields = append(fields, Field{m.name, m.value.text})
	}
	return fields, nil
}

// joinSorted returns the text that is signed: names and values without separators,
// sorted by name.
func joinSorted(fields []Field) string {
	fields = slices.SortedFunc(slices.Values(fields), func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	var text strings.Builder
	for _, f := range fields {
		text.WriteString(f.Name + f.Value)
	}
	return text.String()
}
