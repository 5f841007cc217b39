package opay_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coincart/coincart/payments/opay"
)

func TestPayURL_EscapesAndOpenIDWins(t *testing.T) {
	merchant, _ := rings(t)
	client, err := opay.New(opay.Config{BaseURL: "https://service.example.com/", AppID: "app&id=1", Keys: merchant})
	noError(t, err)
	got, err := client.PayURL(opay.PayPage{OrderNum: "10000000002", Payer: opay.Payer{OpenID: "o&token=evil", UserID: "22033390", Token: "t+/=#?"}})
	noError(t, err)
	u, err := url.Parse(got)
	noError(t, err)
	equal(t, u.Scheme+"://"+u.Host+u.Path, "https://service.example.com/platform/pay.html", "page")
	equal(t, u.Fragment, "", "fragment")
	query := u.Query()
	equal(t, len(query), 4, "parameters")
	equal(t, query.Get("appKey"), "app&id=1", "appKey")
	equal(t, query.Get("orderNum"), "10000000002", "orderNum")
	equal(t, query.Get("openId"), "o&token=evil", "openId")
	equal(t, query.Get("token"), "t+/=#?", "token")

	got, err = client.PayURL(opay.PayPage{OrderNum: "1", Payer: opay.Payer{UserID: "22033390"}})
	noError(t, err)
	equal(t, got, "https://service.example.com/platform/pay.html?appKey=app%26id%3D1&orderNum=1&userId=22033390", "with a userId")

	client, err = opay.New(opay.Config{BaseURL: "https://service.example.com", AppID: appID, Keys: merchant, Profile: opay.Profile{Paths: opay.Paths{Pay: "/pay.html"}}})
	noError(t, err)
	got, err = client.PayURL(opay.PayPage{OrderNum: "1", Payer: opay.Payer{UserID: "2"}})
	noError(t, err)
	equal(t, got, "https://service.example.com/pay.html?appKey=xxx_xxx&orderNum=1&userId=2", "another path")

	for _, bad := range []opay.PayPage{{OrderNum: "1"}, {Payer: opay.Payer{UserID: "2"}}, {OrderNum: "1/2", Payer: opay.Payer{UserID: "2"}}} {
		_, err = client.PayURL(bad)
		isError(t, err, opay.ErrInvalidRequest)
	}
}

func TestLoginURL(t *testing.T) {
	_, client := newClient(t)
	got, err := client.LoginURL("https://shop.example/payments/connected?a=1&b=2", ownID)
	noError(t, err)
	u, err := url.Parse(got)
	noError(t, err)
	equal(t, u.Path, "/platform/login.html", "page")
	equal(t, u.Query().Get("appKey"), appID, "appKey")
	equal(t, u.Query().Get("redirectUrl"), "https://shop.example/payments/connected?a=1&b=2", "redirectUrl")
	equal(t, u.Query().Get("state"), ownID, "state")
	for _, bad := range [][2]string{{"/connected", ownID}, {"https://shop.example/#x", ownID}, {"https://shop.example/", ""}, {"https://shop.example/", "short"}, {"https://shop.example/", "a state with blanks in it"}} {
		_, err := client.LoginURL(bad[0], bad[1])
		isError(t, err, opay.ErrInvalidRequest)
	}
}

func TestExchange(t *testing.T) {
	p, client := newClient(t)
	for plain, want := range map[string]opay.Grant{
		`{"openId":"o1","token":"t1","refreshToken":"r1","expireIn":"7200"}`:  {OpenID: "o1", Token: "t1", RefreshToken: "r1", ExpiresIn: 2 * time.Hour},
		`{"openId":"o1","token":"t1","refersh_token":"r1","expireIn":7200}`:   {OpenID: "o1", Token: "t1", RefreshToken: "r1", ExpiresIn: 2 * time.Hour},
		`{"openId":"o1","token":"t1","expireIn":7.2E3}`:                       {OpenID: "o1", Token: "t1", ExpiresIn: 2 * time.Hour},
		`{"openId":"o1","token":"t1","expireIn":"7200.0"}`:                    {OpenID: "o1", Token: "t1", ExpiresIn: 2 * time.Hour},
		`{"openId":"007","token":"1E5","expireIn":null}`:                      {OpenID: "007", Token: "1E5"},
		`{"openId":"o1","token":"t1","expireIn":""}`:                          {OpenID: "o1", Token: "t1"},
		`{"openId":"o1","token":"t1","refreshToken":null,"scope":["a","b"]}`:  {OpenID: "o1", Token: "t1"},
		`{"openId":123,"token":"t1","refreshToken":"r1","refersh_token":"x"}`: {OpenID: "123", Token: "t1", RefreshToken: "r1"},
	} {
		p.on(opay.PathExchange, p.success(plain))
		got, err := client.Exchange(t.Context(), "c0de")
		noError(t, err)
		if got != want {
			t.Errorf("%s was read otherwise", plain)
		}
		membersSent(t, p, "nonce,code")
		equal(t, text(p.last().object, "code"), "c0de", "code")
	}
	for _, plain := range []string{
		`{}`, `{"openId":"o1"}`, `{"token":"t1"}`, `{"openId":"","token":"t1"}`, `{"openId":"o 1","token":"t1"}`, `{"OPENID":"o1","token":"t1"}`, `{"openId":"o1","token":["t1"]}`,
		`{"openId":"o1","token":"t1","expireIn":"soon"}`, `{"openId":"o1","token":"t1","expireIn":-1}`, `{"openId":"o1","token":"t1","expireIn":99999999999}`, `{"openId":"o1","token":"t1","expireIn":1E9}`, `{"openId":"o1","token":"t1","expireIn":0.5}`, `{"openId":"o1","token":"t1","refreshToken":"a b"}`,
	} {
		p.on(opay.PathExchange, p.success(plain))
		_, err := client.Exchange(t.Context(), "c0de")
		isError(t, err, opay.ErrUnknownOutcome)
	}
	p.on(opay.PathExchange, refusal(opay.CodeCodeUsed, "code c0de already used"))
	_, err := client.Exchange(t.Context(), "c0de")
	code, _ := opay.CodeOf(err)
	equal(t, code, opay.CodeCodeUsed, "code")
	lacks(t, err.Error(), "c0de", "the error")
	for _, bad := range []string{"", "a b", strings.Repeat("x", 1025), "a\x00b"} {
		_, err := client.Exchange(t.Context(), bad)
		isError(t, err, opay.ErrInvalidRequest)
	}
}

func TestRefreshToken(t *testing.T) {
	p, client := newClient(t)
	old := opay.Grant{OpenID: "o1", Token: "t1", RefreshToken: "r1"}
	p.on(opay.PathRefreshToken, p.success(`{"openId":"o1","token":"t2","refreshToken":"r2","expireIn":"60"}`))
	got, err := client.RefreshToken(t.Context(), old)
	noError(t, err)
	equal(t, got == opay.Grant{OpenID: "o1", Token: "t2", RefreshToken: "r2", ExpiresIn: time.Minute}, true, "new grant")
	o := p.last().object
	equal(t, text(o, "openId")+text(o, "token")+text(o, "refreshToken"), "o1t1r1", "sent")

	p.on(opay.PathRefreshToken, p.success(`{"openId":"o1","token":"t2","expireIn":"60"}`))
	got, err = client.RefreshToken(t.Context(), old)
	noError(t, err)
	equal(t, got.RefreshToken, "r1", "the old refresh token is kept")

	p.on(opay.PathRefreshToken, p.success(`{"openId":"o2","token":"t2","refreshToken":"r2"}`))
	_, err = client.RefreshToken(t.Context(), old)
	isError(t, err, opay.ErrUnknownOutcome)
	_, err = client.RefreshToken(t.Context(), opay.Grant{OpenID: "o1", Token: "t1"})
	isError(t, err, opay.ErrInvalidRequest)
}

// printed returns a value in every form in which values are logged.
func printed(tb testing.TB, v any) []string {
	tb.Helper()
	var logged strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(h).Info("message", "value", v)
		slog.New(h).Info("message", slog.Group("group", slog.Any("value", v)))
		slog.New(h).Info("message", "wrapped", struct{ Inner any }{v})
		slog.New(h).Info("message", "error", fmt.Errorf("wrapped: %v", v))
	}
	return []string{
		fmt.Sprint(v), fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v), fmt.Sprintf("%q", v),
		fmt.Sprintf("%+v", []any{v}), fmt.Sprintf("%+v", struct{ Inner any }{v}), logged.String(),
	}
}

func TestSecrets_AreNeverPrinted(t *testing.T) {
	const openID, token, refresh = "openid-SECRET", "token-SECRET", "refresh-SECRET"
	payer := opay.Payer{OpenID: openID, UserID: "22033390", Token: token}
	grant := opay.Grant{OpenID: openID, Token: token, RefreshToken: refresh, ExpiresIn: time.Hour}
	create := createRequest()
	create.Payer = payer
	for _, v := range []any{
		payer, &payer, grant, &grant, create, &create,
		opay.RefundRequest{Payer: payer},
		opay.PayPage{OrderNum: "1", Payer: payer},
		[]opay.Payer{payer},
		map[string]opay.Grant{"a": grant},
	} {
		for _, shown := range printed(t, v) {
			lacks(t, shown, "SECRET", fmt.Sprintf("%T", v))
		}
	}
	contains(t, payer.String(), "22033390")
	contains(t, grant.String(), "1h0m0s")
	for _, v := range []any{payer, grant, create, map[string]any{"a": &grant}} {
		_, err := json.Marshal(v)
		isError(t, err, opay.ErrRedacted)
	}
	p, client := newClient(t)
	for _, shown := range printed(t, client) {
		contains(t, shown, p.server.URL)
		lacks(t, shown, key(t, "merchant").D.String(), "a client")
	}
}
