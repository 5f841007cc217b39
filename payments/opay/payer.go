package opay

import (
	"fmt"
	"log/slog"
)

// Payer is who pays, as the platform knows them (platform/api.md §3.1). One of
// OpenID and UserID is needed; if both are set, OpenID is sent. Token is the
// payer's authorised token, if they signed in. A Payer prints and logs without its
// openId and token, and encoding/json refuses it ([ErrRedacted]).
type Payer struct {
	OpenID string
	UserID string
	Token  string
}

// String names the user id, and tells only whether the rest is set.
func (p Payer) String() string {
	return fmt.Sprintf("payer(userId %q, openId %s, token %s)", p.UserID, redacted(p.OpenID), redacted(p.Token))
}

// GoString is String.
func (p Payer) GoString() string { return p.String() }

// LogValue logs String.
func (p Payer) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalJSON fails with [ErrRedacted]: whoever stores a payer chooses and seals
// the members.
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

// id is the member that names the payer.
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
