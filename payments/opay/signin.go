package opay

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"time"
)

// PayPage identifies a pay page by its order and payer.
type PayPage struct {
	OrderNum string
	Payer    Payer  // the payer for whom the order was created
	PayLink  string // [CreatedOrder].PayLink, or empty
}

// PayURL returns the URL of the platform's pay page (platform/api.md §3.2), to
// which to redirect the payer's browser. It contains the payer's token if there is
// one, so it must not be logged.
func (c *Client) PayURL(p PayPage) (string, error) {
	if !isID(p.OrderNum, maxID) {
		return "", fmt.Errorf("%w: orderNum is malformed", ErrInvalidRequest)
	}
	if err := p.Payer.check(); err != nil {
		return "", err
	}
	payer := p.Payer.id()
	address, query, err := c.payAddress(p.PayLink)
	if err != nil {
		return "", err
	}
	query.Set("appKey", c.appID)
	query.Set("orderNum", p.OrderNum)
	query.Set(payer.Name, payer.Value)
	if p.Payer.Token != "" {
		query.Set("token", p.Payer.Token)
	}
	return address + "?" + query.Encode(), nil
}

// LoginURL returns the URL of the platform's sign-in page (platform/api.md §3.7).
// After the user consents, the browser returns to redirectURL with code and state.
// state must be unpredictable and used once, and the caller must compare it on
// return.
func (c *Client) LoginURL(redirectURL, state string) (string, error) {
	if err := checkPage("redirectUrl", redirectURL); err != nil {
		return "", err
	}
	if len(state) < minOwnID || !isToken(state, 512) {
		return "", fmt.Errorf("%w: state must be %d to 512 printable characters", ErrInvalidRequest, minOwnID)
	}
	query := url.Values{"appKey": {c.appID}, "redirectUrl": {redirectURL}, "state": {state}}
	return c.url(c.profile.Paths.Login) + "?" + query.Encode(), nil
}

// Grant is the result of a sign-in: the user's id and tokens. It prints and logs
// without them, and encoding/json refuses it ([ErrRedacted]).
type Grant struct {
	OpenID       string
	Token        string
	RefreshToken string        // empty if the platform gave none
	ExpiresIn    time.Duration // from now; 0 if the platform did not say
}

// String returns which fields are set, and the time left.
func (g Grant) String() string {
	return fmt.Sprintf("grant(openId %s, token %s, refreshToken %s, expires in %s)",
		redacted(g.OpenID), redacted(g.Token), redacted(g.RefreshToken), g.ExpiresIn)
}

// GoString returns String.
func (g Grant) GoString() string { return g.String() }

// LogValue logs String.
func (g Grant) LogValue() slog.Value { return slog.StringValue(g.String()) }

// MarshalJSON fails with [ErrRedacted], because the fields must be encrypted when
// stored.
func (g Grant) MarshalJSON() ([]byte, error) { return nil, ErrRedacted }

// Exchange exchanges the one-time code of a sign-in for a grant (platform/api.md
// §3.7). If the code was used before, the error is an [*Error] with [CodeCodeUsed].
// The client never repeats it: after [ErrUnknownOutcome] the user must sign in
// again.
func (c *Client) Exchange(ctx context.Context, code string) (Grant, error) {
	if !isToken(code, 1024) {
		return Grant{}, fmt.Errorf("%w: code is malformed", ErrInvalidRequest)
	}
	const op = "token"
	a, err := c.do(ctx, call{op: op, path: c.profile.Paths.Exchange, fields: []Field{{"code", code}}, secrets: []string{code}})
	if err != nil {
		return Grant{}, err
	}
	return parseGrant(op, a.Object)
}

// RefreshToken requests new tokens. It keeps the old refresh token if the answer
// has none. If the old one is no longer valid, the error is an [*Error] with
// [CodeRefreshTokenInvalid].
func (c *Client) RefreshToken(ctx context.Context, old Grant) (Grant, error) {
	if !isToken(old.OpenID, 256) || !isToken(old.Token, 4096) || !isToken(old.RefreshToken, 4096) {
		return Grant{}, fmt.Errorf("%w: openId, token and refreshToken are all needed", ErrInvalidRequest)
	}
	const op = "refreshToken"
	a, err := c.do(ctx, call{
		op: op, path: c.profile.Paths.RefreshToken,
		fields:  []Field{{"openId", old.OpenID}, {"token", old.Token}, {"refreshToken", old.RefreshToken}},
		secrets: []string{old.OpenID, old.Token, old.RefreshToken},
	})
	if err != nil {
		return Grant{}, err
	}
	g, err := parseGrant(op, a.Object)
	switch {
	case err != nil:
		return Grant{}, err
	case g.OpenID != old.OpenID:
		return Grant{}, badAnswer(op, "the answer is for another openId")
	case g.RefreshToken == "":
		g.RefreshToken = old.RefreshToken
	}
	return g, nil
}

func parseGrant(op string, o Object) (Grant, error) {
	if err := o.Exact("openId", "token", "refreshToken", "refersh_token", "expireIn"); err != nil {
		return Grant{}, badAnswer(op, "a name in the answer is in another case")
	}
	var g Grant
	g.OpenID, _ = o.id("openId")
	g.Token, _ = o.Text("token")
	var ok bool
	if g.RefreshToken, ok = o.Text("refreshToken"); !ok {
		g.RefreshToken, _ = o.Text("refersh_token") // sometimes misspelt, platform/api.md §3.7
	}
	switch {
	case !isToken(g.OpenID, 256):
		return Grant{}, badAnswer(op, "the answer's openId is missing or malformed")
	case !isToken(g.Token, 4096):
		return Grant{}, badAnswer(op, "the answer's token is missing or malformed")
	case g.RefreshToken != "" && !isToken(g.RefreshToken, 4096):
		return Grant{}, badAnswer(op, "the answer's refreshToken is malformed")
	}
	text, ok := o.integer("expireIn", 9)
	if !ok {
		return Grant{}, badAnswer(op, "the answer's expireIn is not a number of seconds")
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil { // the answer may omit it
		g.ExpiresIn = time.Duration(seconds) * time.Second
	}
	return g, nil
}
