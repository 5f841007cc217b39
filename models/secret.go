package models

import (
	"log/slog"
	"time"
)

// Secret is a text that must not be shown: a token or an openId (reliability.md E9). Printing, logging or encoding it as text
// gives "[redacted]"; Reveal gives the text. In the database it is sealed.
type Secret string

const redacted = "[redacted]"

// String hides the text.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides the text from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the text from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the text from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the text, for the one place that has to send it.
func (s Secret) Reveal() string { return string(s) }

// Payer is the user of the exchange who pays: signed in there (OpenID and Token), or named by UID.
type Payer struct {
	UserID string // the platform's UID, digits
	OpenID Secret
	Token  Secret

	// RefreshToken gets another Token when the one at hand runs out; empty: the platform gave none. It stays with the sign-in and is not
	// kept with an attempt.
	RefreshToken Secret
	TokenEndsAt  time.Time // UTC; zero: the platform did not say
}

// Known reports whether the payer is identified to the platform.
func (p Payer) Known() bool { return p.UserID != "" || p.OpenID != "" }
