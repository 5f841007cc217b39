package sandbox_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"coincart/payments/sandbox"
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
