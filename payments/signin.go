package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coincart/coincart/models"
	"github.com/coincart/coincart/payments/opay"
)

// refreshBefore is how long a token must be good for, so that a payer who is sent to the pay page with it has time to pay.
const refreshBefore = 5 * time.Minute

// SignIn signs payers in at the platform and keeps them signed in.
type SignIn struct {
	core

	gateway Gateway
	base    string // the shop's public address
}

// LoginURL is the platform's sign-in page, which comes back to ConnectedPath with the state (platform/api.md §3.7).
func (s *SignIn) LoginURL(state string) (string, error) {
	to, err := s.gateway.LoginURL(s.base+ConnectedPath, state)
	if err != nil {
		return "", fmt.Errorf("build the sign-in address: %w", err)
	}
	return to, nil
}

// Connect turns the code of a sign-in into the payer. Errors are the gateway's.
func (s *SignIn) Connect(ctx context.Context, code string) (models.Payer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	grant, err := s.gateway.Exchange(ctx, code)
	if err != nil {
		return models.Payer{}, fmt.Errorf("exchange the sign-in code: %w", err)
	}
	return s.payerOf(grant), nil
}

// payerOf is who a grant stands for, with the end of its token by our clock.
func (s *SignIn) payerOf(g opay.Grant) models.Payer {
	p := models.Payer{OpenID: models.Secret(g.OpenID), Token: models.Secret(g.Token), RefreshToken: models.Secret(g.RefreshToken)}
	if g.ExpiresIn > 0 {
		p.TokenEndsAt = models.Instant(s.clock().Add(g.ExpiresIn))
	}
	return p
}

// KeepSignedIn returns a payer whose token is good for the next minutes: the same one, or one with another token, which the caller
// keeps in its place, because a refresh token may be good for one use (platform/api.md §3.7). Payers without a token, and tokens of
// which no end is known, are returned as they are; so is a token that cannot be refreshed now although it is still good.
//
// Errors: ErrSignIn, where the payer has to sign in again.
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
		// What became of a question without an answer nobody knows; the old refresh token may be used up by it.
		s.log.InfoContext(ctx, "sign-in has run out", "error", err)
		return p, ErrSignIn
	default:
		return p, nil // the platform cannot be reached: whatever comes next will say so
	}
}

// tokenRefused tells the codes by which the platform refuses a question because of its token, which is optional.
func tokenRefused(code opay.Code) bool {
	return code == opay.CodeTokenInvalid || code == opay.CodeRefreshTokenInvalid
}
