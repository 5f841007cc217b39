package opay

import (
	"fmt"
	"log/slog"
)

// Payer identifies the user who pays (platform/api.md §3.1). OpenID or UserID is
// required; if both are set, OpenID is sent. Token is the payer's token if they
// have signed in. A Payer prints and logs without OpenID and Token, and
// encoding/json refuses it ([ErrRedacted]).
type Payer struct {
	OpenID string
	UserID string
	Token  string
}

// String returns the user id, and whether the other fields are set.
func (p Payer) String() string {
	return fmt.Sprintf("payer(userId %q, openId %s, token %s)", p.UserID, redacted(p.OpenID), redacted(p.Token))
}

// GoString returns String.
func (p Payer) GoString() string { return p.String() }

// LogValue logs String.
func (p Payer) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalJSON fails with [ErrRedacted], because OpenID and Token must be encrypted
// when stored.
func (p Payer) MarshalJSON() ([]byte, error) { return nil, ErrRedacted }

func (p Payer) check() error {
	switch {
	case p.OpenID == "" && p.UserID == "":
		return fmt.Errorf("%w: the payer has neither openId nor userId", ErrInvalidRequest)
	case p.OpenID != "" && !isToken(p.OpenID, 256):
		return fmt.Errorf("%w: the payer's openId is malformed", ErrInvalidRequest)
	case p.OpenID == "" && !isID(p.UserID, 64):
		return fmt.Errorf("%w: the payer's userId is malformed", ErrInvalidRequest)
	case p.Token != "" && !isToken(p.Token, 4096):
		return fmt.Errorf("%w: the payer's token is malformed", ErrInvalidRequest)
	}
	return nil
}

// id returns the field that identifies the payer.
func (p Payer) id() Field {
	if p.OpenID != "" {
		return Field{"openId", p.OpenID}
	}
	return Field{"userId", p.UserID}
}

func (p Payer) secrets() []string { return []string{p.OpenID, p.Token} }

func redacted(secret string) string {
	if secret == "" {
		return "none"
	}
	return "[redacted]"
}
