package sandbox_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coincart/coincart/payments/sandbox"
)

type vector struct{ Name, Plain, Data, Sign string }

type vectors struct {
	MerchantPublic  string   `json:"merchant_public"`
	MerchantPrivate string   `json:"merchant_private"`
	PlatformPrivate string   `json:"platform_private"`
	ToPlatform      []vector `json:"to_platform"`
	ToMerchant      []vector `json:"to_merchant"`
}

// loadVectors reads the golden vectors that the platform's own example program made.
func loadVectors(t *testing.T) vectors {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, filepath.Dir(dir), dir, "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	content, err := os.ReadFile(filepath.Join(dir, "..", "shared", "vectors", "envelope-2048.json"))
	if os.IsNotExist(err) {
		t.Skip("the vectors are not beside the project: ../shared/vectors/envelope-2048.json")
	}
	require.NoError(t, err)
	var v vectors
	require.NoError(t, json.Unmarshal(content, &v))
	require.NotEmpty(t, v.ToPlatform)
	require.NotEmpty(t, v.ToMerchant)
	return v
}

func derKey[K any](t *testing.T, text string, parse func([]byte) (any, error)) K {
	t.Helper()
	der, err := base64.RawURLEncoding.DecodeString(text)
	require.NoError(t, err)
	key, err := parse(der)
	require.NoError(t, err)
	typed, ok := key.(K)
	require.True(t, ok)
	return typed
}

// A sandbox with the vectors' platform key opens every request of the vectors, and signs as the platform's example does.
func TestVectors_TheSandboxReadsAndSignsAsThePlatform(t *testing.T) {
	v := loadVectors(t)
	platform := derKey[*rsa.PrivateKey](t, v.PlatformPrivate, x509.ParsePKCS8PrivateKey)
	merchantPublic := derKey[*rsa.PublicKey](t, v.MerchantPublic, x509.ParsePKIXPublicKey)
	merchantPrivate := derKey[*rsa.PrivateKey](t, v.MerchantPrivate, x509.ParsePKCS8PrivateKey)
	b := newBench(t, func(c *sandbox.Config) {
		c.Keys = platform
		c.Apps = []sandbox.App{{AppID: "xxx_xxx", Key: merchantPublic}}
	})
	for _, example := range v.ToPlatform {
		t.Run(example.Name, func(t *testing.T) {
			e := b.sealed("{}")
			e.AppID, e.Data, e.Sign = "xxx_xxx", example.Data, example.Sign
			body, err := json.Marshal(e)
			require.NoError(t, err)
			_, _, err = b.post(pCreate, body)
			require.NoError(t, err)
			newest := b.box.Traffic(1)[0]
			require.Equal(t, example.Plain, newest.Request, "opened byte for byte")
			require.NotEqual(t, "50005", string(newest.Code))
		})
	}
	create := v.ToPlatform[1]
	require.True(t, strings.Contains(create.Plain, `"11322"`))
	o, ok := b.box.OrderByAppID("11322")
	require.True(t, ok, "the vectors' createThirdOrder is a good one")
	require.Equal(t, "0.00012345", string(o.Amount))

	// What the sandbox signs: a notification whose text equals the vectors' must have the vectors' signature.
	example := v.ToMerchant[1]
	var n map[string]string
	require.NoError(t, json.Unmarshal([]byte(example.Plain), &n))
	plain := `{"appOrderId":"11321","userId":"22033390","orderAmount":"10","payCoinSymbol":"USDT",` +
		`"returnPage":"https://shop.example/r","notifyPage":"` + b.shop.URL + `"}`
	e := b.sealed("{}")
	e.AppID, e.Data, e.Sign = "xxx_xxx", rawEncrypt(t, &platform.PublicKey, plain), rawSign(t, merchantPrivate, plain)
	body, err := json.Marshal(e)
	require.NoError(t, err)
	_, _, err = b.post(pCreate, body)
	require.NoError(t, err)
	o, ok = b.box.OrderByAppID("11321")
	require.True(t, ok)
	require.NoError(t, b.box.Notify(o.OrderNum, sandbox.Notice{
		OutOrderID: n["outOrderId"], OrderNum: n["orderNum"], OrderStatus: n["orderStatus"], PayAmount: n["payAmount"], ReturnURL: n["returnUrl"],
	}))
	require.Equal(t, 1, b.deliver())
	got := b.shop.got()[0]
	require.Equal(t, example.Sign, got.Sign, "byte for byte")
	opened, err := rawDecrypt(merchantPrivate, got.Data)
	require.NoError(t, err)
	require.Equal(t, example.Plain, opened)
}
