package paymentstest

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/assembly"
	"github.com/coincart/coincart/payments/opay"
	"github.com/coincart/coincart/payments/sandbox"
)

// sharedSecret is the secret of the shop and the platform with md5 signing.
const sharedSecret = "paymentstest-0123456789abcdef"

// Secret returns what the shop and the platform share with md5 signing.
func Secret(tb testing.TB) *opay.Secret {
	tb.Helper()
	secret, err := opay.NewSecret(sharedSecret)
	require.NoError(tb, err)
	return secret
}

// MD5 is an option: the shop and the platform use the platform's first signature.
func MD5(sc *sandbox.Config, _ *assembly.Config) { sc.Profile.Signing = opay.SigningMD5 }

// RSA is an option for tests about envelopes, which do not exist with md5 signing.
func RSA(sc *sandbox.Config, _ *assembly.Config) { sc.Profile.Signing = opay.SigningRSA }

// PayLinks is an option: the answer of createThirdOrder names the pay page.
func PayLinks(sc *sandbox.Config, _ *assembly.Config) { sc.Profile.PayLink = opay.PayLinkAnswer }

// sign gives the sandbox the keys or the secret of its profile, and returns the configuration of a client that fits. Shops of tests
// whose names begin with TestMD5_ use md5 signing unless an option forbids it; with COINCART_TEST_SIGNING=md5 the shops of all tests do.
func sign(tb testing.TB, sc *sandbox.Config) opay.Config {
	tb.Helper()
	pair, err := keys()
	require.NoError(tb, err)
	if sc.Profile.Signing == "" {
		sc.Profile.Signing = opay.Signing(os.Getenv("COINCART_TEST_SIGNING"))
		if strings.HasPrefix(tb.Name(), "TestMD5_") {
			sc.Profile.Signing = opay.SigningMD5
		}
	}
	wire := opay.Config{AppID: App, Profile: sc.Profile, Retries: -1}
	if sc.Profile.Signing == opay.SigningMD5 {
		sc.Keys, sc.Apps[0].Key = nil, nil
		sc.Apps[0].Secret, wire.Secret = Secret(tb), Secret(tb)
		return wire
	}
	wire.Keys, err = opay.NewKeyring(pair[0], &pair[1].PublicKey)
	require.NoError(tb, err)
	return wire
}

// Notification returns the body of a notification that the platform signs. plain is an object that is not empty.
func (s *Shop) Notification(plain []byte) []byte {
	s.T.Helper()
	if s.Gateway.wire.Secret == nil {
		e, err := PlatformRing(s.T).Seal(plain)
		require.NoError(s.T, err)
		return opay.Request{AppID: App, Time: "1", Envelope: e}.Encode()
	}
	body := strings.TrimSuffix(string(plain), "}") + `,"appKey":"` + App + `"}`
	o, err := opay.ParseObject([]byte(body))
	require.NoError(s.T, err)
	sign, err := Secret(s.T).Sign(o)
	require.NoError(s.T, err)
	return []byte(strings.TrimSuffix(body, "}") + `,"sign":"` + sign + `"}`)
}

// rewriteFlat changes the data of an answer that is not encrypted.
func rewriteFlat(body []byte, change func(plain string) string) []byte {
	var answer struct {
		Code json.RawMessage `json:"code"`
		Msg  string          `json:"msg"`
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Data) == 0 || answer.Data[0] != '{' {
		return body
	}
	plain := change(string(answer.Data))
	return []byte(`{"code":` + string(answer.Code) + `,"msg":"","data":` + plain + `}`)
}
