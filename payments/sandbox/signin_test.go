package sandbox_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/sandbox"
)

func TestSignIn_CodesAndTokens(t *testing.T) {
	b := newBench(t)
	code, err := b.box.Login(testApp, alice)
	require.NoError(t, err)
	r := b.call(pToken, map[string]any{"code": code})
	require.Equal(t, "0", r.Code)
	require.Equal(t, "7200", r.Fields["expireIn"])
	openID, token := text(r.Fields["openId"]), text(r.Fields["token"])
	want, err := b.box.OpenID(testApp, alice)
	require.NoError(t, err)
	require.Equal(t, want, openID)
	require.Equal(t, "60003", b.call(pToken, map[string]any{"code": code}).Code, "a code works once")
	require.Equal(t, "10020", b.call(pToken, map[string]any{"code": "x"}).Code)
	require.Equal(t, "10020", b.call(pToken, map[string]any{}).Code)

	num := b.order("A-1", map[string]any{"userId": nil, "openId": openID, "token": token})
	require.Equal(t, "0", b.call(pDetail, map[string]any{"appKey": testApp, "orderNum": num, "token": token}).Code)
	require.Equal(t, "60002", b.call(pCreate, b.createFields("A-2", map[string]any{"userId": bob, "token": token})).Code, "somebody else's token")

	refresh := text(r.Fields["refreshToken"]) + text(r.Fields["refersh_token"])
	b.clock.Advance(2 * time.Hour)
	require.Equal(t, "60002", b.call(pCreate, b.createFields("A-3", map[string]any{"token": token})).Code, "expired")
	again := map[string]any{"openId": openID, "token": token, "refreshToken": refresh}
	require.Equal(t, "60001", b.call(pRefresh, map[string]any{"openId": openID, "token": token, "refreshToken": "x"}).Code)
	require.Equal(t, "60002", b.call(pRefresh, map[string]any{"openId": openID, "token": "x", "refreshToken": refresh}).Code)
	require.Equal(t, "60004", b.call(pRefresh, map[string]any{"openId": "x", "token": token, "refreshToken": refresh}).Code)
	require.Equal(t, "10020", b.call(pRefresh, map[string]any{"openId": openID, "token": token}).Code)
	fresh := b.call(pRefresh, again)
	require.Equal(t, "0", fresh.Code)
	require.NotEqual(t, token, fresh.Fields["token"])
	b.order("A-4", map[string]any{"token": text(fresh.Fields["token"])})
	require.Equal(t, "60001", b.call(pRefresh, again).Code, "a refresh token works once")

	code, err = b.box.Login(testApp, alice)
	require.NoError(t, err)
	r = b.call(pToken, map[string]any{"code": code})
	token, refresh = text(r.Fields["token"]), text(r.Fields["refreshToken"])+text(r.Fields["refersh_token"])
	require.Equal(t, "0", b.call(pRefresh, map[string]any{"openId": openID, "token": token, "refreshToken": refresh}).Code)
	require.Equal(t, "60002", b.call(pCreate, b.createFields("A-5", map[string]any{"token": token})).Code, "replaced before its time")
}

func TestSignIn_CodesAndRefreshTokensLapse(t *testing.T) {
	b := newBench(t)
	code, err := b.box.Login(testApp, alice)
	require.NoError(t, err)
	b.clock.Advance(5 * time.Minute)
	require.Equal(t, "60003", b.call(pToken, map[string]any{"code": code}).Code)

	code, err = b.box.Login(testApp, alice)
	require.NoError(t, err)
	r := b.call(pToken, map[string]any{"code": code})
	b.clock.Advance(30 * 24 * time.Hour)
	refresh := text(r.Fields["refreshToken"]) + text(r.Fields["refersh_token"])
	require.Equal(t, "60001", b.call(pRefresh, map[string]any{"openId": r.Fields["openId"], "token": r.Fields["token"], "refersh_token": refresh}).Code)

	_, err = b.box.Login("nobody", alice)
	require.ErrorIs(t, err, sandbox.ErrUnknownApp)
	_, err = b.box.Login(testApp, "1")
	require.ErrorIs(t, err, sandbox.ErrUnknownUser)
}

func TestSignIn_MisspellsTheRefreshTokenNowAndThen(t *testing.T) {
	b := newBench(t)
	names := map[string]bool{}
	for range 20 {
		code, err := b.box.Login(testApp, alice)
		require.NoError(t, err)
		for name := range b.call(pToken, map[string]any{"code": code}).Fields {
			names[name] = true
		}
	}
	require.Equal(t, map[string]bool{"openId": true, "token": true, "refreshToken": true, "refersh_token": true, "expireIn": true}, names)
}

// A shop has to cope with a token that lapses at any moment, so that a test can let them lapse.
func TestSignIn_AllTokensLapseWhenTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.json")
	clock := newClock()
	start := func() *bench {
		b := newBench(t, func(c *sandbox.Config) { c.StateFile, c.Clock = file, clock.Now })
		b.clock = clock
		return b
	}
	b := start()
	signIn := func() (token, refresh string) {
		code, err := b.box.Login(testApp, alice)
		require.NoError(t, err)
		r := b.call(pToken, map[string]any{"code": code})
		return text(r.Fields["token"]), text(r.Fields["refreshToken"]) + text(r.Fields["refersh_token"])
	}
	openID, err := b.box.OpenID(testApp, alice)
	require.NoError(t, err)
	var expired struct{ Lapsed int }
	require.Equal(t, 200, b.control("POST", "/tokens/expire", "", &expired))
	require.Zero(t, expired.Lapsed)

	token, refresh := signIn()
	signIn()
	num := b.order("A-1", map[string]any{"token": token})
	require.Equal(t, 200, b.control("POST", "/tokens/expire", "", &expired))
	require.Equal(t, 2, expired.Lapsed)
	b = start()
	require.Equal(t, "60002", b.call(pCreate, b.createFields("A-2", map[string]any{"token": token})).Code)
	require.Equal(t, "60002", b.call(pDetail, map[string]any{"appKey": testApp, "orderNum": num, "token": token}).Code)
	p := b.browse(http.MethodGet, payQuery(num)+"&token="+token, nil)
	require.Equal(t, http.StatusForbidden, p.status)
	require.Contains(t, p.body, "60002")
	fresh := b.call(pRefresh, map[string]any{"openId": openID, "token": token, "refreshToken": refresh})
	require.Equal(t, "0", fresh.Code, "the refresh token is good still")
	b.order("A-3", map[string]any{"token": fresh.Fields["token"]})
	require.Equal(t, "60001", b.call(pRefresh, map[string]any{"openId": openID, "token": fresh.Fields["token"], "refreshToken": refresh}).Code, "an old one")

	token, refresh = signIn()
	require.Equal(t, 200, b.control("POST", "/tokens/expire", `{"refreshTokens":true}`, &expired))
	require.Equal(t, 2, expired.Lapsed, "the refreshed one too")
	b = start()
	require.Equal(t, "60002", b.call(pCreate, b.createFields("A-4", map[string]any{"token": token})).Code)
	require.Equal(t, "60001", b.call(pRefresh, map[string]any{"openId": openID, "token": token, "refreshToken": refresh}).Code)
	require.Equal(t, 400, b.control("POST", "/tokens/expire", `{"all":true}`, nil))
	token, _ = signIn()
	b.order("A-5", map[string]any{"token": token})
}

func TestSignIn_RefreshTokensOutliveTokensOfAnyLength(t *testing.T) {
	for _, ttl := range []time.Duration{time.Millisecond, 60 * 24 * time.Hour} {
		b := newBench(t, func(c *sandbox.Config) { c.TokenTTL = ttl })
		code, err := b.box.Login(testApp, alice)
		require.NoError(t, err)
		r := b.call(pToken, map[string]any{"code": code})
		refresh := text(r.Fields["refreshToken"]) + text(r.Fields["refersh_token"])
		b.clock.Advance(max(ttl, 30*24*time.Hour) - time.Millisecond)
		again := b.call(pRefresh, map[string]any{"openId": r.Fields["openId"], "token": r.Fields["token"], "refreshToken": refresh})
		require.Equal(t, "0", again.Code, ttl)
	}
}
