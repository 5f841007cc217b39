package sandbox

import (
	"cmp"
	"strconv"

	"github.com/coincart/coincart/payments/opay"
)

func exchangeCode(k *core, r request) (reply, error) {
	if err := r.needs("code"); err != nil {
		return reply{}, err
	}
	code, ok := k.codes.get(r.text("code"))
	switch {
	case !ok || code.AppID != r.app.AppID:
		return reply{}, refuse(opay.CodeParameterError, "the code is unknown")
	case code.Used:
		return reply{}, refuse(opay.CodeCodeUsed, "")
	case !k.now.Before(code.ExpiresAt):
		return reply{}, refuse(opay.CodeCodeUsed, "the code has expired")
	}
	code.Used = true
	k.putCode(r.text("code"), code)
	return k.tokens(code.AppID, code.UID), nil
}

func refreshToken(k *core, r request) (reply, error) {
	if err := r.needs("openId", "token"); err != nil {
		return reply{}, err
	}
	refresh := cmp.Or(r.text("refreshToken"), r.text("refersh_token"))
	if refresh == "" {
		return reply{}, refuse(opay.CodeParameterError, "refreshToken is missing")
	}
	user, ok := k.userByOpenID(r.app.AppID, r.text("openId"))
	if !ok {
		return reply{}, refuse(opay.CodeOpenIDInvalid, "")
	}
	g, ok := k.grants.get(r.text("token"))
	if !ok || g.AppID != r.app.AppID || g.UID != user.UID {
		return reply{}, refuse(opay.CodeTokenInvalid, "")
	}
	if g.Replaced || g.Refresh != refresh || !k.now.Before(g.RefreshBy) {
		return reply{}, refuse(opay.CodeRefreshTokenInvalid, "")
	}
	g.Replaced = true
	k.putGrant(r.text("token"), g)
	return k.tokens(g.AppID, g.UID), nil
}

// tokens returns an answer with new tokens. For some answers it misspells the name of the refresh token, as platforms do (platform/api.md §3.7).
func (k *core) tokens(appID, uid string) reply {
	token, g := k.newGrant(appID, uid)
	name := "refreshToken"
	if k.seed.below(4, "misspelt", strconv.FormatUint(k.counters.TokenSeq, 10)) == 0 {
		name = "refersh_token"
	}
	return reply{fields: []jsonField{
		textField("openId", k.openID(appID, uid)), textField("token", token), textField(name, g.Refresh),
		textField("expireIn", strconv.Itoa(int(k.cfg.TokenTTL.Seconds()))),
	}}
}
