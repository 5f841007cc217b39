package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
)

// refreshBefore is the minimum validity of a token, so that a payer who is sent to the pay page has time to pay.
const refreshBefore = 5 * time.Minute

// SignIn signs payers in at the platform and keeps them signed in.
type SignIn struct {
	core

	gateway Gateway
	base    string // the shop's public address
}

// LoginURL returns the URL of the platform's sign-in page, which returns to ConnectedPath with the state (platform/api.md §3.7).
func (s *SignIn) LoginURL(state string) (string, error) {
	to, err := s.gateway.LoginURL(s.base+ConnectedPath, state)
	if err != nil {
		return "", fmt.Errorf("build the sign-in address: %w", err)
	}
	return to, nil
}

// Connect exchanges the code of a sign-in for the payer. Errors are the gateway's.
func (s *SignIn) Connect(ctx context.Context, code string) (models.Payer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	grant, err := s.gateway.Exchange(ctx, code)
	if err != nil {
		return models.Payer{}, fmt.Errorf("exchange the sign-in code: %w", err)
	}
	return s.payerOf(grant), nil
}

// payerOf returns the payer of a grant, with the end of the token by the shop's clock.
func (s *SignIn) payerOf(g opay.Grant) models.Payer {
	p := models.Payer{OpenID: models.Secret(g.OpenID), Token: models.Secret(g.Token), RefreshToken: models.Secret(g.RefreshToken)}
	if g.ExpiresIn > 0 {
		p.TokenEndsAt = models.Instant(s.clock().Add(g.ExpiresIn))
	}
	return p
}

// KeepSignedIn returns a payer whose token is valid for the next minutes. If it is a new token, the caller must store it, because a refresh
// token may be valid for one use only (platform/api.md §3.7). It returns the payer unchanged without a token, without a known end of the
// token, and if a token that is still valid cannot be refreshed now. ErrSignIn means that the payer must sign in again.
func (s *SignIn) KeepSignedIn(ctx context.Context, p models.Payer) (models.Payer, error) {
	now := s.clock()
	if p.Token == "" || p.TokenEndsAt.IsZero() || now.Add(refreshBefore).Before(p.TokenEndsAt) {
		return p, nil
	}
	lapsed := !now.Before(p.TokenEndsAt)
	if p.RefreshToken == "" {
		if lapsed {
			return p, ErrSignIn
		}
		return p, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	grant, err := s.gateway.RefreshToken(ctx, opay.Grant{
		OpenID: p.OpenID.Reveal(), Token: p.Token.Reveal(), RefreshToken: p.RefreshToken.Reveal(),
	})
	code, refused := opay.CodeOf(err)
	switch {
	case err == nil:
		return s.payerOf(grant), nil
	case !lapsed:
		s.log.InfoContext(ctx, "sign-in not refreshed yet", "error", err)
		return p, nil
	case refused && !code.Retryable(), errors.Is(err, opay.ErrUnknownOutcome):
		// Without an answer the outcome is not known; the old refresh token may be used up.
		s.log.InfoContext(ctx, "sign-in has run out", "error", err)
		return p, ErrSignIn
	default:
		return p, nil // the platform cannot be reached, which the next call reports
	}
}

// tokenRefused reports whether the platform refused a query because of its token, which is optional.
func tokenRefused(code opay.Code) bool {
	return code == opay.CodeTokenInvalid || code == opay.CodeRefreshTokenInvalid
}
